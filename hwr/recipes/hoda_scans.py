"""Our own network for Hoda's scans alone, their scale known: no drawings, no photographs, nothing but digits."""

import dataclasses

from hwr.recipes.digits import DIGITS
from hwr.recipes.recipe import Handwriting, Recipe

HODA_SCANS = Recipe(
    name="hoda-scans",
    data="hoda",
    prepare=DIGITS.prepare,
    model="compact-scans",
    augment=Handwriting(redrawn=0.0, photographed=0.0, clutter=0.0, views=8, scaled=1.0),
    phases=(dataclasses.replace(DIGITS.phases[0], epochs=16),),
    batch=DIGITS.batch,
    precision=DIGITS.precision,
    claim=DIGITS.claim,
    differs=("a network of our own; the claim is the best published figure on the same split",),
)
