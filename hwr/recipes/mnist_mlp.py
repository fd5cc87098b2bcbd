"""Two hidden layers on MNIST."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Phase, Recipe

MNIST_MLP = Recipe(
    name="mnist-mlp",
    data="mnist",
    prepare=Preparation(side=28, margin=4, enlarge=4),
    model="mlp",
    phases=(Phase(epochs=5, optimizer="adam", lr=1e-3),),
    batch=32,
    claim=Claim(None, "MNIST's test set", "no figure was published"),
    differs=(
        "the published training scales every row of pixels to length 1 and its serving divides by 255; "
        "ours divides by 255 in both",
        "5,000 of the 60,000 training pictures are held out for validation",
    ),
)
