"""What the page tells of each model that a visitor may choose, before it is loaded."""

import importlib.util
import json
from typing import NamedTuple

import hwr
from hwr import weights
from hwr.data import scripts
from hwr.evaluation import tables
from hwr.hub import address, at_hand
from hwr.hub.published import PUBLISHED
from hwr.recipes import RECIPES
from hwr.recognizer import Recognizer

HODA_TEST = 20_000  # digits: what the published figure of hoda-resnet50 was measured on
RESNET50 = 94_000_000  # bytes: 23.5 million weights of 4 bytes each


class Model(NamedTuple):
    """A model that reads digits; None stands for what is not known of it.

    name: what `hwr.load` takes; script: "persian", "latin" or "both"; data: what it was trained on; side: of the
    square that it sees, in pixels; size: of its weights, in bytes; owner: of the Hub's repository that holds it, None
    for what lies here; accuracy, n: on the dataset's test set; published: whether others measured it; lacking: a
    package that it needs and that is not installed.
    """

    name: str
    script: str
    data: str
    side: int | None = None
    size: int | None = None
    owner: str | None = None
    accuracy: float | None = None
    n: int | None = None
    published: bool = False
    lacking: str | None = None


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
        accuracy, n = _score(weights.read(name, "report.json"))
        size = len(weights.read(name, "model.onnx"))
        if config["kind"] != "digit":
            return None
        data, side = config["data"], config["preparation"]["side"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Model(name, script(data), data, side, size, None, accuracy, n)


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
        recipe.prepare.side,
        RESNET50,
        owner=PUBLISHED[known].repo.split("/")[0],
        accuracy=recipe.claim.accuracy,
        n=HODA_TEST,
        published=True,
        lacking=None if importlib.util.find_spec("torch") else "torch",
    )


def loaded(recognizer: Recognizer) -> Model:
    """What a model tells of itself that came from the Hub; its accuracy is what the report says that was pushed."""
    at = address(recognizer.name)
    held = at_hand(recognizer.name)
    network = held.get("model.onnx") or held.get("model.safetensors")
    try:
        accuracy, n = _score(held["report.json"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # none, or a stranger's
        accuracy = n = None
    return Model(
        recognizer.name,
        script(recognizer.data),
        recognizer.data,
        recognizer.preparation.side,
        network and len(network),
        at and at.repo.split("/")[0],
        accuracy,
        n,
    )


def _score(report: bytes) -> tuple[float | None, int | None]:
    """The accuracy on the test set, 0 to 1, and of how many pictures; without the scale, which the page does not know.

    Raises ValueError, TypeError or AttributeError for what is no report.
    """
    scores = tables.tests(json.loads(report))
    unknown = (score for name, score in scores.items() if name.endswith("scale unknown"))
    score = next(unknown, None) or next(iter(scores.values()), {})
    accuracy, n = score.get("accuracy"), score.get("n")
    if accuracy is not None and not (0 <= accuracy <= 1 and type(n) is int and n > 0):
        raise ValueError
    return accuracy, n


def script(data: str) -> str:
    """What a network reads that was trained on this: "persian", "latin", or "both"."""
    read = scripts(data)
    return read[0] if len(read) == 1 else "both"
