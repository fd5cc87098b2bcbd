"""Our own compact network on Hoda: one network for scans of known scale and for drawings and photographs."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Recipe

HODA_COMPACT = Recipe(
    name="hoda-compact",
    data="hoda",
    prepare=Preparation(side=32, margin=2, size_plane=True),
    model="compact",
    epochs=40,
    batch=256,
    lr=3e-3,
    weight_decay=0.02,
    smoothing=0.05,
    redrawn=0.35,
    photographed=0.03,
    clutter=0.12,
    views=8,
    averaging=0.998,
    claim=Claim(
        0.9966,
        "Hoda, trained on the 60,000, tested on the 20,000; the best credible published figure",
        "https://doi.org/10.1109/PRIA.2017.7983034",
    ),
)
