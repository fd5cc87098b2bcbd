"""LeNet-5, as the Persian digits' publication has it.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86 (1998).
"""

import torch
from torch import nn

from hwr.models.glorot import glorot


class Tanh(nn.Module):
    """tanh, any shape, written as a logistic function: OpenCV's own tanh is NaN beyond 44."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return 2 * torch.sigmoid(2 * x) - 1


class LeNet5(nn.Sequential):
    """(N, 1, 28, 28) float32, ink high, mean removed -> (N, 10) logits. 61,706 parameters."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), Tanh(), nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120), Tanh(),
            nn.Linear(120, 84), Tanh(),
            nn.Linear(84, 10),
        )  # fmt: skip
        self.apply(glorot)
