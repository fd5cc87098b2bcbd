"""Which ink an answer rests on: some of it is taken away, and the network is asked again."""

import numpy as np

# Windows of 8 of the 28 to 32 pixels tell an end of a digit from its middle, and are few enough for every answer.
WINDOW, STRIDE = 8, 4  # px of the padded picture
CERTAIN = 1e-12  # closer to 0 or 1 no probability is told apart


def why(recognizer, prediction, dpi: float | None = None, script: str = "auto") -> np.ndarray | None:
    """How much each part of the padded picture speaks for the answer: -> (side, side) float32, None without a digit.

    A window of paper is slid over the picture (Zeiler and Fergus 2014, arXiv:1311.2901). A pixel's value is by how
    much the log-odds of the answer fall, on average over the windows that cover it: more than 0 where the ink speaks
    for the answer, less than 0 where it speaks against it, and 0 where there is none.
    recognizer: what gave the `prediction`; dpi, script: as its `read` was given them.
    """
    if prediction.digit is None:
        return None
    stages = prediction.stages
    places = windows(stages.padded.shape)
    inked = [place for place in places if stages.padded[place].any()]  # paper on paper changes nothing
    pictures = [stages.padded, *(hidden(stages.padded, place) for place in inked)]
    x = np.stack([recognizer.preparation.input(stages._replace(padded=picture), dpi) for picture in pictures])
    digits, is_digit = recognizer.prepared(x, script)
    share = np.clip(digits[:, int(prediction.digit)] * is_digit, CERTAIN, 1 - CERTAIN)
    odds = np.log(share / (1 - share))
    heat, covered = np.zeros((2, *stages.padded.shape))
    for place in places:
        covered[place] += 1
    for place, left in zip(inked, odds[1:], strict=True):
        heat[place] += odds[0] - left
    return (heat / covered).astype(np.float32)


def windows(shape: tuple[int, int]) -> list[tuple[slice, slice]]:
    """The places of the window, row by row; together they cover all of a picture of this (height, width)."""
    rows, columns = ([slice(at, at + WINDOW) for at in range(0, side - WINDOW + STRIDE, STRIDE)] for side in shape)
    return [(row, column) for row in rows for column in columns]


def hidden(padded: np.ndarray, place: tuple[slice, slice]) -> np.ndarray:
    """The picture with paper in one place: (side, side) uint8, 0 paper -> the same, a copy."""
    picture = padded.copy()
    picture[place] = 0
    return picture
