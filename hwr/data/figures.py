"""Figures that people draw who have no digit in mind, each drawn by a hand of its own. Training only."""

import numpy as np

from hwr.data.drawings import bend, ink, place, trace

SIZE = (0.3, 0.9)  # of the canvas, the longer side
PEN = (0.02, 0.15)  # of that

# Strokes as a `Form` has them. Left out is what a digit looks like: a tick ۷, a heart on its head ۵, an hourglass 8, an
# arrow to the left ۴, a triangle on a stem ۹.
FIGURES = (
    "50,0 50,100 / 0,50 100,50",  # plus
    "50,0 50,50 50,100 / 20,50 50,50 80,50",
    "0,50 100,50 / 70,20 100,50! 70,80",  # arrows
    "50,100 50,0 / 20,30 50,0! 80,30",
    "50,0 50,100 / 20,70 50,100! 80,70",
    "0,100 100,0 / 60,0 100,0! 100,40",
    "0,50 100,50 / 20,30 0,50! 20,70 / 80,30 100,50! 80,70",
    "0,45 50,0! 100,45 / 12,36 12,100! 88,100! 88,36",  # houses
    "0,40 50,0! 100,40! 0,40 / 0,40 0,100! 100,100! 100,40 / 40,100 40,65! 60,65! 60,100",
    "50,100 50,66 / 50,0 25,33! 42,33! 10,66! 90,66! 58,33! 75,33! 50,0",  # tree
    "0,100 0,66! 33,66! 33,33! 66,33! 66,0! 100,0",  # stairs
    "0,15 100,15! 100,85! 0,85! 0,15 / 0,15 50,55! 100,15",  # envelope
    "25,0 20,100 / 75,0 80,100 / 24,25 76,25 / 23,50 77,50 / 22,75 78,75",  # ladder
    "50,28 34,34 28,50 34,66 50,72 66,66 72,50 66,34 50,28 / 50,0 50,15 / 50,85 50,100 / 0,50 15,50 / 85,50 100,50",
    "0,50 12,30 25,50 37,70 50,50 62,30 75,50 87,70 100,50",  # waves
    "0,65 12,35! 25,65! 37,35! 50,65! 62,35! 75,65! 87,35! 100,65",
    "0,35 100,35 / 0,65 100,65",  # equals, minus, divided by
    "0,50 50,50 100,50",
    "0,50 100,50 / 50,15 51,17 / 50,83 51,85",
    "50,0 50,100 / 7,25 93,75 / 7,75 93,25",  # asterisk
    "0,0 100,0! 100,100! 0,100! 0,0 / 50,0 50,100 / 0,50 100,50",  # window
    "62,0 22,55! 70,45! 34,100",  # bolts
    "58,0 18,58! 46,58! 30,100! 84,40! 54,40! 74,0! 58,0",
)


def draw(rng: np.random.Generator) -> np.ndarray:
    """One figure: (160, 160) uint8, antialiased, 0 ink, 255 paper."""
    size, pen = (np.exp(rng.uniform(*np.log(span))) for span in (SIZE, PEN))
    strokes = [trace(stroke, rng) for stroke in FIGURES[rng.integers(len(FIGURES))].split("/")]
    return ink(place(bend(strokes, rng), size - pen * size, rng), pen * size, rng)
