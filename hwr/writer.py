"""A page in, whose hand wrote it out: Identifier -> Writer."""

from typing import NamedTuple

from hwr.evaluation.calibration import Calibration
from hwr.evaluation.pooled import pooled
from hwr.imaging.decode import decode
from hwr.imaging.patches import PagePreparation

TOP = 5


class Writer(NamedTuple):
    """Whose hand wrote a page, among those that the network knows. What was written is not read.

    label: of the writer, such as "07", or None where nothing is written.
    confidence: 0 to 1, that it is this one, given that it is one of them.
    top: the five likeliest, (label, probability), the likeliest first; none where nothing is written.
    model: the name of the weights that answered.
    reason: one sentence where `label` is None, else None.
    """

    label: str | None
    confidence: float
    top: list[tuple[str, float]]
    model: str
    reason: str | None = None

    def json(self) -> dict:
        """The same in types that JSON has; `reason` only where there is one."""
        told = {"label": self.label, "confidence": self.confidence}
        told |= {"top": [list(each) for each in self.top], "model": self.model}
        return told | ({"reason": self.reason} if self.reason else {})


class Identifier:
    """A network that tells hands apart, with the preparation it was trained with. `hwr.load(name)` makes one.

    classes: the writers' labels; data: the dataset it was trained on.
    """

    kind = "page"

    def __init__(
        self,
        name: str,
        engine,
        preparation: PagePreparation,
        calibration: Calibration,
        classes: tuple[str, ...],
        data: str = "pages70",
    ):
        self.name = name
        self.engine = engine
        self.preparation = preparation
        self.calibration = calibration
        self.classes = classes
        self.data = data

    def read(self, image) -> Writer:
        """Tell whose hand wrote a page or a strip of one: whatever `hwr.imaging.decode.decode` takes -> Writer.

        The same picture has the same answer. Raises PictureError, whose sentence says what is wrong with it.
        """
        said = pooled(self.engine, self.preparation, decode(image))
        if said is None:
            return Writer(None, 0.0, [], self.name, "nothing is written on this picture")
        probabilities = self.calibration.probabilities(said[None])[0][0]
        best = (-probabilities).argsort(kind="stable")[:TOP]
        top = [(self.classes[k], float(probabilities[k])) for k in best]
        return Writer(*top[0], top, self.name)
