"""torchvision's MobileNetV2 with a head for seventy writers."""

import torchvision
from torch import nn

# The published training leaves all but the last 40 of Keras' layers frozen: these blocks of torchvision's 19.
FROZEN = 14


class MobileNetV2(torchvision.models.MobileNetV2):
    """(N, 3, 300, 300) float32, -1 to 1, paper light -> (N, 70) logits. 2.3 million parameters.

    `front` never changes in training, so that its answers can be kept; `tail` is what trains, on them.
    """

    imagenet = torchvision.models.MobileNet_V2_Weights.IMAGENET1K_V1

    def __init__(self):
        super().__init__(num_classes=70, dropout=0.5)

    @property
    def front(self) -> nn.Module:
        """(N, 3, 300, 300) -> (N, 96, 19, 19)."""
        return self.features[:FROZEN].eval()

    @property
    def tail(self) -> nn.Sequential:
        """(N, 96, 19, 19) -> (N, 70) logits; its last layer is the head."""
        return FrozenNorms(self.features[FROZEN:], nn.AdaptiveAvgPool2d(1), nn.Flatten(), self.classifier)


class FrozenNorms(nn.Sequential):
    """A sequence whose batch norms keep their statistics in training."""

    def train(self, mode: bool = True) -> "FrozenNorms":
        """Set the mode of training for all layers but the batch norms."""
        super().train(mode)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self
