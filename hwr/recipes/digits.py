"""Our own network for both scripts: Persian digits, Latin digits, and what is no digit."""

import dataclasses

from hwr.imaging.preparation import Preparation
from hwr.recipes.hoda_compact import HODA_COMPACT
from hwr.recipes.recipe import Handwriting, Recipe

DIGITS = Recipe(
    name="digits",
    data="hoda+mnist",
    prepare=Preparation(side=32, margin=2, size_plane=True, gray=True),
    model="compact-both",
    augment=Handwriting(
        redrawn=0.3,
        photographed=0.04,
        clutter=0.12,
        views=8,
        marked=0.1,
        printed=0.05,
        drawn=0.03,
        fonts=(
            "Amiri-Regular.ttf",
            "Amiri-Slanted.ttf",
            "FreeFarsi.ttf",
            "FreeFarsi-Italic.ttf",
            "Harmattan-Regular.ttf",
            "Lateef-Regular.ttf",
            "Lemonada-Light.otf",
            "Thabit.ttf",
        ),
    ),
    phases=(dataclasses.replace(HODA_COMPACT.phases[0], epochs=32),),
    batch=256,
    precision="bf16",
    claim=HODA_COMPACT.claim,
    differs=("a network of our own for both scripts; the claim is the best published figure on Hoda's split",),
)
