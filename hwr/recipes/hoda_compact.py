"""Our own compact network on Hoda: one network for scans of known scale and for drawings and photographs."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Handwriting, Phase, Recipe

HODA_COMPACT = Recipe(
    name="hoda-compact",
    data="hoda",
    prepare=Preparation(side=32, margin=2, size_plane=True),
    model="compact",
    augment=Handwriting(redrawn=0.35, photographed=0.03, clutter=0.12, views=8),
    phases=(
        Phase(
            epochs=40,
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
    differs=("a network of our own; the claim is the best published figure on the same split",),
)
