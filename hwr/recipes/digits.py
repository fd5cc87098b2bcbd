"""Our own network for both scripts: Persian digits, Latin digits, and what is no digit.

It is trained twice: `digits-first` learns every hand, pen and camera from random weights, and `digits` goes on from
there, for less long and at half its rate, on views of another seed, of which a few more are drawn and photographed.
"""

import dataclasses

from hwr.imaging.preparation import Preparation
from hwr.recipes.hoda_compact import HODA_COMPACT
from hwr.recipes.recipe import Handwriting, Recipe

DIGITS_FIRST = Recipe(
    name="digits-first",
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

DIGITS = dataclasses.replace(
    DIGITS_FIRST,
    name="digits",
    init="runs/digits-first/model.safetensors",  # where `python train.py digits-first` leaves them
    augment=dataclasses.replace(
        DIGITS_FIRST.augment, views=4, photographed=0.05, marked=0.08, printed=0.04, drawn=0.06, scaled=0.8
    ),
    phases=(dataclasses.replace(DIGITS_FIRST.phases[0], epochs=14, lr=1.5e-3),),
    differs=(*DIGITS_FIRST.differs, "trained twice: it goes on from the weights that `digits-first` ends with"),
)
