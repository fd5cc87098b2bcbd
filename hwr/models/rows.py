"""Reads a whole row of digits at once: what stands at each of its columns."""

import torch
from torch import nn

from hwr.models.compact import BOTH


class Rows(nn.Sequential):
    """(N, 1, 40, W) float32, 0 paper, 1 ink -> (N, 21, 1, W / 2) logits; the last is "no digit's middle is here".

    Convolutions throughout, so that any width will do. The height is halved three times, then weighed line by line.
    261,221 parameters.
    """

    def __init__(self, classes: int = BOTH, widths: tuple[int, int, int, int] = (16, 32, 48, 128)):
        a, b, c, d = widths
        super().__init__(
            _convolution(1, a, 5, stride=2, padding=2),
            _Residual(a),
            _convolution(a, b, stride=(2, 1)),
            _Residual(b),
            _convolution(b, c, stride=(2, 1)),
            _Residual(c),
            _convolution(c, d, (5, 3), padding=(0, 1)),
            _convolution(d, d, (1, 5), padding=(0, 2)),
            nn.Dropout(0.1),
            nn.Conv2d(d, classes, 1),
        )


def _convolution(inputs: int, outputs: int, side=3, stride=1, padding=1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.change = nn.Sequential(
            _convolution(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.change(x))
