"""Two convolutional networks on MNIST, by the optimizers that tell them apart."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Handwriting, Phase, Recipe

_HELD_OUT = "5,000 of the 60,000 training pictures are held out for validation"

MNIST_CNN_ADADELTA = Recipe(
    name="mnist-cnn-adadelta",
    data="mnist",
    # The mean and the deviation of MNIST's training pictures, prepared like this.
    prepare=Preparation(side=28, margin=4, enlarge=4, mean=0.1356, std=0.3192),
    model="cnn-shallow",
    phases=(Phase(epochs=30, optimizer="adadelta", lr=1e-3),),
    batch=128,
    precision="bf16",
    claim=Claim(0.92, "MNIST's test set, about 92 %", "its publication's text"),
    differs=(
        "the number of epochs is ours, the publication leaves it open: at this rate Adadelta crawls",
        "pixels are brought to mean 0 and deviation 1",
        _HELD_OUT,
    ),
)

MNIST_CNN_RMSPROP = Recipe(
    name="mnist-cnn-rmsprop",
    data="mnist",
    prepare=Preparation(side=28, margin=4, gray=True),
    model="cnn-deep",
    augment=Handwriting(redrawn=0, photographed=0, clutter=0, views=15),
    phases=(
        Phase(epochs=30, optimizer="rmsprop", lr=1e-3, schedule="plateau", patience=3, floor=1e-5, averaging=0.998),
    ),
    batch=86,
    keep="best",
    precision="bf16",
    claim=Claim(0.98, "MNIST's test set, about 98 %", "its publication's text"),
    differs=(
        "widths, dropouts and the number of epochs are ours where the publication leaves them open",
        "each picture is trained on in fifteen slightly other hands, and a moving average of the weights is kept",
        _HELD_OUT,
    ),
)
