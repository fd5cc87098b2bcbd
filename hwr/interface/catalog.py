"""What the page tells of each model that a visitor may choose, before it is loaded."""

import importlib.util
import json
from typing import NamedTuple

import hwr
from hwr import weights
from hwr.data import scripts, sets
from hwr.evaluation import tables
from hwr.hub import address, at_hand
from hwr.hub.published import PUBLISHED
from hwr.recipes import RECIPES
from hwr.recognizer import Recognizer

HODA_TEST = 20_000  # digits: what the published figure of hoda-resnet50 was measured on
RESNET50 = 94_000_000  # bytes: 23.5 million weights of 4 bytes each

# What a test left open, in the order in which it fits the page: that never knows how large the paper is, and the script
# only where a visitor says it.
OPEN = ("script and scale unknown", "script unknown", "scale unknown", "", "scale known")
OPEN_IN_A_SCRIPT = OPEN[2:]


class Score(NamedTuple):
    """How many of n pictures of a dataset's test set are right: 0 to 1."""

    set: str
    accuracy: float
    n: int


class Model(NamedTuple):
    """A model that reads digits; None stands for what is not known of it.

    name: what `hwr.load` takes; script: "persian", "latin" or "both"; data: what it was trained on; scores: by what a
    visitor says of the script, "auto", "persian" or "latin", as far as that was measured; side: of the square that it
    sees, in pixels; size: of its weights, in bytes; owner: of the Hub's repository that holds it, None for what lies
    here; published: whether others measured it; lacking: a package that it needs and that is not installed.
    """

    name: str
    script: str
    data: str
    scores: dict[str, Score]
    side: int | None = None
    size: int | None = None
    owner: str | None = None
    published: bool = False
    lacking: str | None = None

    def json(self) -> dict:
        """The same in types that JSON has."""
        return self._asdict() | {"scores": {asked: score._asdict() for asked, score in self.scores.items()}}


def offered(served: Recognizer) -> dict[str, Model]:
    """The models to choose from, by name: the one that is served to everyone, what ships, what others published.

    Networks for pages stay out: they tell whose hand wrote a page, and this page reads digits. So does what ships
    but is damaged.
    """
    names = [served.name, *sorted(weights.index()), *PUBLISHED]
    models = {name: here(name) or elsewhere(name) for name in dict.fromkeys(names)}
    models[served.name] = models[served.name] or loaded(served)
    return {name: model for name, model in models.items() if model}


def here(name: str) -> Model | None:
    """A model whose files lie here: one that ships, or a folder that a training left. None for any other."""
    try:
        config = hwr.EARLIER | json.loads(weights.read(name, "config.json"))
        size = len(weights.read(name, "model.onnx"))
        if config["kind"] != "digit":
            return None
        data, side = config["data"], config["preparation"]["side"]
        scores = _scores(weights.read(name, "report.json"), data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Model(name, script(data), data, scores, side, size)


def elsewhere(name: str) -> Model | None:
    """A model that others published on the Hub, of a network that is a recipe here. None for any other."""
    known, _, _ = name.partition("@")  # behind it stands a revision
    if known not in PUBLISHED or weights.folder(name) is not None:
        return None
    recipe = RECIPES[known]
    return Model(
        name,
        script(recipe.data),
        recipe.data,
        {"auto": Score("hoda", recipe.claim.accuracy, HODA_TEST)},
        recipe.prepare.side,
        RESNET50,
        owner=PUBLISHED[known].repo.split("/")[0],
        published=True,
        lacking=None if importlib.util.find_spec("torch") else "torch",
    )


def loaded(recognizer: Recognizer) -> Model:
    """What a model tells of itself that came from the Hub; its accuracy is what the report says that was pushed."""
    at = address(recognizer.name)
    held = at_hand(recognizer.name)
    network = held.get("model.onnx") or held.get("model.safetensors")
    try:
        scores = _scores(held["report.json"], recognizer.data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # none, or a stranger's
        scores = {}
    return Model(
        recognizer.name,
        script(recognizer.data),
        recognizer.data,
        scores,
        recognizer.preparation.side,
        network and len(network),
        at and at.repo.split("/")[0],
    )


def _scores(report: bytes, data: str) -> dict[str, Score]:
    """What a report says of the test sets, as `Model.scores` has it.

    data: what the network was trained on. Raises ValueError, KeyError, TypeError or AttributeError for no report.
    """
    tested = tables.tests(json.loads(report))
    first = sets(data)[0]
    found = {"auto": _score(tested, data, first, OPEN)}
    if len(sets(data)) > 1:
        found |= {script(each): _score(tested, data, each, OPEN_IN_A_SCRIPT) for each in sets(data)}
    return {asked: score for asked, score in found.items() if score}


def _score(tested: dict[str, dict], data: str, of: str, left_open: tuple[str, ...]) -> Score | None:
    """The score on one of the sets that fits best what is left open; None where there is none."""
    placed = [(*tables.placed(data, label), score) for label, score in tested.items()]
    own = {special: score for head, special, score in placed if head == of}
    score = next((own[special] for special in left_open if special in own), None)
    if score is None:
        return None
    accuracy, n = score["accuracy"], score["n"]
    if not (0 <= accuracy <= 1 and type(n) is int and n > 0):
        raise ValueError
    return Score(of, accuracy, n)


def script(data: str) -> str:
    """What a network reads that was trained on this: "persian", "latin", or "both"."""
    read = scripts(data)
    return read[0] if len(read) == 1 else "both"
