"""Two convolutional networks on MNIST, by the optimizers that tell them apart."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Phase, Recipe

_PREPARE = Preparation(side=28, margin=4, enlarge=4)
_HELD_OUT = "5,000 of the 60,000 training pictures are held out for validation"

MNIST_CNN_ADADELTA = Recipe(
    name="mnist-cnn-adadelta",
    data="mnist",
    prepare=_PREPARE,
    model="cnn-shallow",
    phases=(Phase(epochs=10, optimizer="adadelta", lr=1e-3),),
    batch=128,
    precision="bf16",
    claim=Claim(0.92, "MNIST's test set, about 92 %", "its publication's text"),
    differs=("the number of epochs is ours, the publication leaves it open", _HELD_OUT),
)

MNIST_CNN_RMSPROP = Recipe(
    name="mnist-cnn-rmsprop",
    data="mnist",
    prepare=_PREPARE,
    model="cnn-deep",
    phases=(Phase(epochs=30, optimizer="rmsprop", lr=1e-3, schedule="plateau", patience=3, floor=1e-5),),
    batch=86,
    keep="best",
    precision="bf16",
    claim=Claim(0.98, "MNIST's test set, about 98 %", "its publication's text"),
    differs=("widths and dropouts are ours where the publication leaves them open", _HELD_OUT),
)
