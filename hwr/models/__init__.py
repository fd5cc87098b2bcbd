"""The architectures by name."""

from collections.abc import Callable
from functools import partial

from torch import nn

from hwr.models.compact import DIGITS, OF_BOTH, WIDER, Compact
from hwr.models.initial import InitError, initialize
from hwr.models.lenet5 import LeNet5
from hwr.models.mlp import MLP
from hwr.models.mnist_cnns import DeepCNN, ShallowCNN
from hwr.models.mobilenetv2 import MobileNetV2
from hwr.models.resnet50 import ResNet50
from hwr.models.rings import Rings
from hwr.models.rows import Rows

__all__ = ["BUILDERS", "InitError", "build", "initialize"]

BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "compact": Compact,
    "compact-both": partial(Compact, OF_BOTH, WIDER),
    "compact-scans": partial(Compact, DIGITS, WIDER),
    "cnn-deep": DeepCNN,
    "cnn-shallow": ShallowCNN,
    "lenet5": LeNet5,
    "mlp": MLP,
    "mobilenetv2": MobileNetV2,
    "resnet50": ResNet50,
    "rings": Rings,
    "rows": Rows,
}


def build(name: str) -> nn.Module:
    """A freshly initialized network by the name of its architecture; raises ValueError listing the known ones."""
    if name not in BUILDERS:
        raise ValueError(f"no architecture is called {name!r}; there are {', '.join(sorted(BUILDERS))}")
    return BUILDERS[name]()
