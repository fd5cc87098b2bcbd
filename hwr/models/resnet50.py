"""torchvision's ResNet-50 with a head for ten digits."""

import torchvision

IMAGENET = torchvision.models.ResNet50_Weights.IMAGENET1K_V1


class ResNet50(torchvision.models.ResNet):
    """(N, 3, 32, 32) float32, -1 paper, 1 ink -> (N, 10) logits. 23.5 million parameters.

    Every residual block begins as the identity (Goyal et al. 2017, arXiv:1706.02677): from random weights
    two epochs are few, and so they are not spent on taming fifty layers.
    """

    imagenet = IMAGENET

    def __init__(self):
        super().__init__(torchvision.models.resnet.Bottleneck, [3, 4, 6, 3], num_classes=10, zero_init_residual=True)
