"""Every recipe by name."""

from hwr.recipes.digits import DIGITS
from hwr.recipes.hoda_compact import HODA_COMPACT
from hwr.recipes.hoda_resnet50 import HODA_RESNET50
from hwr.recipes.hoda_scans import HODA_SCANS
from hwr.recipes.mnist_cnns import MNIST_CNN_ADADELTA, MNIST_CNN_RMSPROP
from hwr.recipes.mnist_mlp import MNIST_MLP
from hwr.recipes.numbers import NUMBERS
from hwr.recipes.pages70 import PAGES70_COMPACT, PAGES70_MOBILENETV2
from hwr.recipes.persian_lenet5 import PERSIAN_LENET5
from hwr.recipes.recipe import KINDS, Claim, Handwriting, Pens, Phase, Recipe, Strings, Windows

__all__ = ["KINDS", "RECIPES", "Claim", "Handwriting", "Pens", "Phase", "Recipe", "Strings", "Windows"]

RECIPES = {
    recipe.name: recipe
    for recipe in (
        DIGITS,
        NUMBERS,
        HODA_COMPACT,
        HODA_SCANS,
        HODA_RESNET50,
        PERSIAN_LENET5,
        MNIST_MLP,
        MNIST_CNN_ADADELTA,
        MNIST_CNN_RMSPROP,
        PAGES70_MOBILENETV2,
        PAGES70_COMPACT,
    )
}
