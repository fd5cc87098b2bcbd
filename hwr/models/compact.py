"""Our own networks: a quarter of a million parameters, under a millisecond on one core."""

import torch
from torch import nn

DIGITS = 10  # of one script
CLASSES = 11  # the ten digits, and no digit
OF_BOTH = 21  # ten Persian digits, ten Latin ones, and no digit
WIDER = (16, 32, 64, 112)  # channels, in a megabyte of 16-bit weights all the same


class Compact(nn.Module):
    """(N, 2, 32, 32) float32, ink and size planes in 0 to 1 -> (N, classes) logits; the last of 11 or 21 is "no digit".

    Three halvings from 32 to 4 pixels, a residual pair at 16 and at 8. The last 4×4 map is not averaged
    but weighed position by position: where a stroke ends is what tells ۲ from ۳.
    """

    def __init__(self, classes: int = CLASSES, widths: tuple[int, int, int, int] = (16, 32, 64, 80)):
        super().__init__()
        a, b, c, d = widths
        self.features = nn.Sequential(
            convolution(2, a),
            convolution(a, b, stride=2),
            Residual(b),
            convolution(b, c, stride=2),
            Residual(c),
            convolution(c, d, stride=2),
            convolution(d, d),
        )
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Flatten(), nn.Linear(d * 4 * 4, classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return self.head(self.features(x))


def convolution(inputs: int, outputs: int, side=3, stride=1, padding=1) -> nn.Sequential:
    """A convolution, normalized over the batch, of which the positive part goes on."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """(N, width, H, W) -> the same, and what two convolutions make of it added."""

    def __init__(self, width: int):
        super().__init__()
        self.change = nn.Sequential(
            convolution(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return torch.relu(x + self.change(x))
