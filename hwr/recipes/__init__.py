"""Every recipe by name."""

from hwr.recipes.hoda_compact import HODA_COMPACT
from hwr.recipes.recipe import Claim, Recipe

__all__ = ["RECIPES", "Claim", "Recipe"]

RECIPES = {recipe.name: recipe for recipe in (HODA_COMPACT,)}
