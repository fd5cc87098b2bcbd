"""The first weights as Keras draws them, in which four of the published systems were written."""

from torch import nn


def glorot(layer: nn.Module) -> None:
    """Draw a convolution's or a linear layer's weights uniformly, its biases zero; leaves other layers alone.

    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
