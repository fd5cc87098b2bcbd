"""Forms of digits that people draw and the datasets lack, each drawn by a hand of its own. Training only."""

import numpy as np

from hwr.data.drawings import Form, write

# Mostly of straight lines, as a mouse or a hasty hand leaves them. Left out is what could be another digit: a ۲ like
# a Y, an 8 that is a window. Some of ۴ are close to a K or an F, whose legs go down.
HANDS = {
    ("persian", 0): (
        Form("50,0! 0,50! 50,100! 100,50! 50,0", size=(0.12, 0.8), pen=(0.0, 0.2)),
        Form("40,0! 0,50! 40,100! 80,50! 40,0", size=(0.12, 0.8), pen=(0.0, 0.2)),
    ),
    ("persian", 2): (  # one notch
        Form("10,0! 10,100 / 10,0 40,34! 72,0", pen=(0.0, 0.14)),
        Form("10,0! 24,100 / 14,20 44,40! 70,4", pen=(0.0, 0.14)),
        Form("74,0! 42,34! 10,2! 16,100", pen=(0.0, 0.14)),
        Form("60,0! 34,24! 8,0! 14,100", pen=(0.0, 0.14)),
        Form("8,0! 26,100 / 12,20! 60,20! 64,0", pen=(0.0, 0.13)),  # a square one
        Form("64,0! 62,30! 10,30 / 8,0 12,100", pen=(0.0, 0.13)),
    ),
    ("persian", 3): (  # two
        Form("10,0! 10,100 / 10,0 30,30! 48,0! 66,30! 86,0", pen=(0.0, 0.10)),
        Form("90,0! 70,30! 50,2! 30,32! 8,0! 18,100", pen=(0.0, 0.10)),
        Form("6,4! 28,100 / 12,26 32,36! 44,6! 64,36! 84,6", pen=(0.0, 0.10)),
        Form("10,0! 12,100 / 10,32! 46,32! 46,0 / 46,32! 82,32! 82,0", pen=(0.0, 0.10)),  # a fork
        Form("86,0! 84,30! 8,30 / 8,0! 12,100 / 47,2 46,30", pen=(0.0, 0.10)),
        Form("10,4! 24,100 / 14,30 46,30 76,28! 80,2 / 46,29! 48,4", pen=(0.0, 0.10)),
    ),
    ("persian", 4): (
        Form("8,18! 24,100 / 76,0! 16,46! 84,46", pen=(0.0, 0.11)),
        Form("76,0! 34,12! 14,44! 84,44 / 10,14! 26,100", pen=(0.0, 0.11)),
        Form("74,0! 28,0! 28,40! 82,40 / 8,10! 28,40! 34,100", pen=(0.0, 0.10)),
    ),
    ("latin", 0): (  # slashed
        Form("35,0 12,18 5,50 12,82 35,100 58,82 65,50 58,18 34,0 / 60,14 10,88", pen=(0.0, 0.10)),
        Form("38,0 14,18 5,50 14,82 40,100 64,82 73,50 64,18 36,0 / 88,-4 -8,104", pen=(0.0, 0.10)),
    ),
    ("latin", 6): (  # a block
        Form("70,0! 20,0! 6,100! 62,100! 68,52! 14,52", pen=(0.0, 0.13)),
        Form("64,0! 8,0! 8,100! 64,100! 64,50! 8,50", pen=(0.0, 0.13)),
    ),
    ("latin", 8): (  # an hourglass
        Form("4,0! 70,0! 4,100! 70,100! 4,0", pen=(0.0, 0.13)),
        Form("70,0! 4,0! 70,100! 4,100! 70,0", pen=(0.0, 0.13)),
    ),
}


def draw(digit: int, script: str, rng: np.random.Generator) -> np.ndarray | None:
    """A digit of "persian" or "latin" in one of these forms: (160, 160) uint8, antialiased, 0 ink, 255 paper; None
    where the datasets have all its forms."""
    forms = HANDS.get((script, digit))
    return write(forms[rng.integers(len(forms))], rng) if forms else None
