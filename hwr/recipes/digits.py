"""Our own network for both scripts: Persian digits, Latin digits, and what is no digit."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Handwriting, Phase, Recipe

DIGITS = Recipe(
    name="digits",
    data="hoda+mnist",
    prepare=Preparation(side=32, margin=2, size_plane=True, gray=True),
    model="compact-both",
    augment=Handwriting(
        redrawn=0.3,
        photographed=0.04,
        clutter=0.12,
        views=6,
        marked=0.1,
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
    phases=(
        Phase(
            epochs=24,
            optimizer="adamw",
            lr=3e-3,
            schedule="one-cycle",
            warmup=0.2,
            weight_decay=0.02,
            smoothing=0.05,
            averaging=0.998,
        ),
    ),
    batch=256,
    precision="bf16",
    claim=Claim(
        0.9956,
        "Hoda's test set, a convolutional network and a support vector machine",
        "Persian Handwritten Digit Recognition Using Combination of Convolutional Neural Network and "
        "Support Vector Machine Methods, The International Arab Journal of Information Technology; "
        "https://iajit.org/paper/2139",
    ),
    differs=("a network of our own for both scripts; the claim is the best published figure on Hoda's split",),
)
