"""Our own network for the digits of a number that touch: it sees the whole row, and tells what stands where."""

from hwr.imaging.rows import RowPreparation
from hwr.recipes.recipe import Claim, Phase, Recipe, Strings

NUMBERS = Recipe(
    name="numbers",
    data="hoda+mnist",
    prepare=RowPreparation(),
    model="rows",
    augment=Strings(
        views=3, touching=0.4, marked=0.15, boxed=0.2, repeated=0.1, rewritten=0.6, thick=0.2, thin=0.15,
        drawn=0.25, photographed=0.3,
    ),
    phases=(
        Phase(
            epochs=10, optimizer="adamw", lr=4e-3, schedule="one-cycle", weight_decay=0.02, warmup=0.15,
            averaging=0.999,
        ),
    ),
    batch=16,
    precision="bf16",
    claim=Claim(
        None,
        "none: a system of our own, on numbers made of a dataset's digits",
        "https://www.cs.toronto.edu/~graves/icml_2006.pdf, for how its answers are summed up",
    ),
    differs=("a network of our own, which `read_number` asks beside that of single digits",),
)  # fmt: skip
