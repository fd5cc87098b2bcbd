"""What a recipe is: everything that turns data into weights, as one frozen value."""

import dataclasses
from dataclasses import dataclass

from hwr.imaging.patches import PagePreparation
from hwr.imaging.preparation import Preparation
from hwr.imaging.rings import RingPreparation
from hwr.imaging.rows import RowPreparation

# The preparations by the names that config.json gives them.
KINDS = {"digit": Preparation, "page": PagePreparation, "rings": RingPreparation, "row": RowPreparation}


@dataclass(frozen=True)
class Claim:
    """A published figure: its test accuracy from 0 to 1 (None where none was given), protocol and source."""

    accuracy: float | None
    protocol: str
    source: str


@dataclass(frozen=True)
class Handwriting:
    """Other hands, pens and cameras: how the training pictures of digits differ from the scans.

    redrawn: share of the digits that come as another pen would draw them, at an unknown scale.
    photographed: share that come as a camera would see them, at an unknown scale.
    clutter: pictures without a digit, as a share of the number of digits.
    views: how many different views of each picture are made; after as many epochs they come round again.
    scaled: share of the scans that come with their resolution, the others as if it were unknown; of a network for
        which it is all, nothing else is asked.
    marked: share that come redrawn, with a line, dots or a gap across them; a 1 with no whole line, which is a plus.
    printed: share that are not the digits of the data but those of fonts, redrawn: what a school teaches.
    drawn: share that are drawn in a form that the data lack, where a digit has one, and redrawn where it has none.
    fonts: files that have to be installed, whose letters are among the clutter, and whose digits are the printed ones,
        beside those of Matplotlib's.
    """

    redrawn: float
    photographed: float
    clutter: float
    views: int
    scaled: float = 0.75
    marked: float = 0.0
    printed: float = 0.0
    drawn: float = 0.0
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Windows:
    """Random windows of pages, each turned, shifted, zoomed and faded a little.

    views: windows of each page that are made; training draws from them.
    turn: of a full turn, at most, to either side; shift: of the window's side; zoom, contrast: of 1.
    """

    views: int
    turn: float = 0.02
    shift: float = 0.05
    zoom: float = 0.05
    contrast: float = 0.2


@dataclass(frozen=True)
class Pens:
    """Pages as other pens and other scans would show them, and windows of these.

    views: of each page; windows: of each view.
    ruled: share of the views in which the printed rules are left.
    turn: degrees; shear, zoom, stretch: of 1; all at most, to either side.
    """

    views: int
    windows: int
    ruled: float = 0.25
    turn: float = 2.0
    shear: float = 0.08
    zoom: float = 0.07
    stretch: float = 0.04


@dataclass(frozen=True)
class Strings:
    """Numbers written of the data's digits, side by side on strips.

    views: how often each digit is written, on average; training sees them all in each epoch.
    touching, marked, boxed: shares of the numbers in which digits touch, have marks between groups, or stand in boxes,
    beside what comes by chance; repeated: share in which one digit stands again and again, as in amounts; rewritten:
    share that come in a slightly other hand; thick, thin: shares whose pen is thicker, or so thin that strokes break;
    drawn: share that is drawn again along the strokes' middle lines, with pens from a hair to a felt pen;
    photographed: share that is photographed, not scanned.
    """

    views: float
    touching: float
    marked: float
    boxed: float
    repeated: float
    rewritten: float
    thick: float
    thin: float
    drawn: float
    photographed: float


@dataclass(frozen=True)
class Phase:
    """A stretch of training with an optimizer of its own.

    epochs: passes; steps: batches in each, None for as many as the data has.
    optimizer: a name in `hwr.training.optimizers.OPTIMIZERS`; lr: its rate, the peak of a one-cycle schedule.
    schedule: "constant"; "one-cycle", a rise over the share `warmup` of the steps and a fall to almost nothing, both
        along a cosine, while a momentum goes from 0.95 to 0.85 and back; "linear", a rise and a fall in straight
        lines; or "plateau", halved, to `floor` at least, when validation accuracy has not risen for `patience` epochs.
    weight_decay; smoothing: label smoothing, 0 to 1.
    trains: "all", or "head" for the last layer alone.
    stop: end the phase after so many epochs without a better validation accuracy; 0 for never.
    averaging: decay per step of the moving average of the weights that is kept; 0 for the weights themselves.
    """

    epochs: int
    optimizer: str
    lr: float
    schedule: str = "constant"
    steps: int | None = None
    weight_decay: float = 0.0
    smoothing: float = 0.0
    warmup: float = 0.1
    patience: int = 3
    floor: float = 0.0
    trains: str = "all"
    stop: int = 0
    averaging: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """Data, preparation, network and training of one system, beside the figure it is held against.

    data: a name in `hwr.data.READERS`, or two of digits in both scripts, with a plus between.
    prepare: how a gray picture becomes an input, while training and while serving.
    model: a name in `hwr.models.BUILDERS`.
    phases: the stretches of training, one after another.
    batch: pictures a step, over all processes together.
    claim: the published figure.
    augment: how training pictures differ from those in the data; None for not at all.
    init: "random", "imagenet", or the path of a file of weights.
    keep: "last", or "best" for the weights of the epoch with the highest validation accuracy.
    precision: "fp32", or "bf16" for mixed precision, where the machine has it.
    differs: where ours leaves the published protocol, a sentence each.
    """

    name: str
    data: str
    prepare: Preparation | PagePreparation | RingPreparation | RowPreparation
    model: str
    phases: tuple[Phase, ...]
    batch: int
    claim: Claim
    augment: Handwriting | Windows | Pens | Strings | None = None
    init: str = "random"
    keep: str = "last"
    precision: str = "fp32"
    differs: tuple[str, ...] = ()

    @property
    def epochs(self) -> int:
        """The most passes over the data, of all phases together."""
        return sum(phase.epochs for phase in self.phases)

    def changes(self, other: "Recipe") -> dict[str, list]:
        """The settings in which another recipe differs: name -> [here, there]; phases count from 1."""
        ours, theirs = flat(dataclasses.asdict(self)), flat(dataclasses.asdict(other))
        return {
            name: [ours.get(name), theirs.get(name)] for name in ours | theirs if ours.get(name) != theirs.get(name)
        }


def flat(settings: dict, prefix: str = "") -> dict:
    """A recipe's settings, dictionaries in one another, each by one name: "phase 2, lr"."""
    named = {}
    for name, value in settings.items():
        if name == "phases" and len(value) > 1:
            for k, phase in enumerate(value, start=1):
                named |= flat(phase, f"phase {k}, ")
        elif name == "phases":
            named |= flat(value[0], prefix)
        elif isinstance(value, dict):
            named |= flat(value, f"{prefix}{name}, ")
        else:
            named[prefix + name] = value
    return named
