"""Reads a whole row of digits at once: what stands at each of its columns."""

from torch import nn

from hwr.models.compact import OF_BOTH, Residual, convolution

SIGNS = OF_BOTH + 4  # digits of both scripts, "no sign", and the dot, the comma, the dash and the slash between digits


class Rows(nn.Sequential):
    """(N, 1, 40, W) float32, 0 paper, 1 ink -> (N, 25, 1, W / 2) logits; the 21st is "no sign's middle is here".

    Convolutions throughout, so that any width will do. The height is halved three times, then weighed line by line.
    407,145 parameters, in a megabyte of 16-bit weights.
    """

    def __init__(self, classes: int = SIGNS, widths: tuple[int, int, int, int] = (16, 32, 64, 160)):
        a, b, c, d = widths
        super().__init__(
            convolution(1, a, 5, stride=2, padding=2),
            Residual(a),
            convolution(a, b, stride=(2, 1)),
            Residual(b),
            convolution(b, c, stride=(2, 1)),
            Residual(c),
            convolution(c, d, (5, 3), padding=(0, 1)),
            convolution(d, d, (1, 5), padding=(0, 2)),
            nn.Dropout(0.1),
            nn.Conv2d(d, classes, 1),
        )
