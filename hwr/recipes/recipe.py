"""What a recipe is: everything that turns data into weights, as one frozen value."""

from dataclasses import dataclass

from hwr.imaging.preparation import Preparation


@dataclass(frozen=True)
class Claim:
    """A published figure: its test accuracy from 0 to 1 (None where none was given), protocol and source."""

    accuracy: float | None
    protocol: str
    source: str


@dataclass(frozen=True)
class Recipe:
    """Data, preparation, network and training of one system, beside the figure it is held against.

    data: a name in `hwr.data.READERS`.
    prepare: how a gray picture becomes an input, while training and while serving.
    model: a name in `hwr.models.BUILDERS`.
    epochs, batch: passes over the data, and pictures a step over all processes together.
    lr, weight_decay: AdamW's, the rate at the peak of a one-cycle schedule.
    smoothing: label smoothing, 0 to 1.
    redrawn: share of the digits that come as another pen would draw them, at an unknown scale.
    photographed: share that come as a camera would see them, at an unknown scale.
    clutter: pictures without a digit, as a share of the number of digits.
    views: how many different views of each picture are made; after as many epochs they come round again.
    averaging: decay per step of the weights' moving average, which is what is kept.
    claim: the published figure.
    """

    name: str
    data: str
    prepare: Preparation
    model: str
    epochs: int
    batch: int
    lr: float
    weight_decay: float
    smoothing: float
    redrawn: float
    photographed: float
    clutter: float
    views: int
    averaging: float
    claim: Claim
