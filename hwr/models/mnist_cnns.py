"""The two published convolutional networks for MNIST."""

from torch import nn

from hwr.models.glorot import glorot


class ShallowCNN(nn.Sequential):
    """(N, 1, 28, 28) float32, standardized, ink high -> (N, 10) logits. Two convolutions; 2.4 million parameters."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
            nn.Flatten(), nn.Linear(64 * 12 * 12, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10),
        )  # fmt: skip
        self.apply(glorot)


class DeepCNN(nn.Sequential):
    """(N, 1, 28, 28) float32, 0 paper, 1 ink -> (N, 10) logits. Four convolutions; 0.9 million parameters."""

    def __init__(self):
        super().__init__(
            *_block(1, 32, 5), *_block(32, 64, 3),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10),
        )  # fmt: skip
        self.apply(glorot)


def _block(inputs: int, outputs: int, side: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, side, padding=side // 2), nn.ReLU(),
        nn.Conv2d(outputs, outputs, side, padding=side // 2), nn.ReLU(),
        nn.MaxPool2d(2), nn.Dropout(0.25),
    ]  # fmt: skip
