"""A model's card on the Hub: what it is for, what it is worth, how it was made, and under which terms."""

from typing import NamedTuple

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from hwr.data import scripts, sets
from hwr.evaluation import report as pages
from hwr.evaluation import tables

TERMS = "LICENSE.md"  # beside the card, where the data's terms are of their own


class Data(NamedTuple):
    """A dataset as a card tells it.

    id: as the Hub knows it, or by our name; license: of weights trained on it; license_name, license_link: where
    this is no license by a name that the Hub has; told: whose it is, what it holds, its own terms; terms: those of
    the weights.
    """

    id: str
    license: str
    license_name: str | None
    license_link: str | None
    told: str
    terms: str


DATA = {
    "hoda": Data(
        "hoda", "other", "hoda-research-and-non-commercial", TERMS,
        "Hoda: handwritten Persian digits from 12,000 registration forms, scanned at 200 dpi; 60,000 to train, 20,000 "
        "to test, 22,352 left over, which are the validation set here (H. Khosravi and E. Kabir, *Introducing a very "
        "large dataset of handwritten Farsi digits and a study on their varieties*, Pattern Recognition Letters 28, "
        "2007).",
        "Hoda is for research and other non-commercial use only, **and so are these weights**.",
    ),
    "gan-digits": Data(
        "persian-handwritten-digits", "other", "kaggle-dataset-terms",
        "https://www.kaggle.com/datasets/amirmahdiabbootalebi/persian-handwritten-digits",
        "150,000 Persian digits that a generative network drew, published on Kaggle "
        "(amirmahdiabbootalebi/persian-handwritten-digits).",
        "The weights are under the terms that are given there.",
    ),
    "mnist": Data(
        "ylecun/mnist", "mit", None, None,
        "MNIST: Latin digits, 60,000 to train, of which 5,000 are the validation set here, and 10,000 to test "
        "(Y. LeCun, C. Cortes, C. Burges; offered under CC BY-SA 3.0).",
        "The weights are under the MIT license.",
    ),
    "pages70": Data(
        "pages70", "mit", None, None,
        "70 pages to train and 140 strips to test, of the same 70 people's handwriting, ten English sentences on a "
        "page (github.com/mh2des/handwritten-digit-recognition; MIT license).",
        "The weights are under the MIT license.",
    ),
}  # fmt: skip

LICENSE = """# Terms of the weights

The code of hwr is under the MIT license. The weights in this repository are not: they were trained on Hoda
(H. Khosravi and E. Kabir, *Introducing a very large dataset of handwritten Farsi digits and a study on their
varieties*, Pattern Recognition Letters 28, 2007), and like it they are for research and other non-commercial use only.
"""

DIGIT = """from PIL import Image, ImageDraw
import hwr

picture = Image.new("L", (100, 100), 255)  # or one of your own: "photo.jpg"
ImageDraw.Draw(picture).line((52, 20, 48, 80), fill=0, width=9)
said = hwr.load("{repo}").read(picture)
print(said.digit, said.confidence)"""

PAGE = """from PIL import Image, ImageDraw
import hwr

picture = Image.new("L", (900, 300), 255)  # or a page of your own: "page.jpg"
ImageDraw.Draw(picture).text((20, 60), "The five boxing wizards jump", fill=0, font_size=60)
said = hwr.load("{repo}").read(picture)
print(said.label, said.confidence)"""

PERSIAN = (
    "to read one handwritten Persian digit: drawn, scanned or photographed. Forms, postal codes and numbers, digit by "
    "digit, where a person looks at what it is unsure of."
)
LATIN = "to read one handwritten Latin digit; mostly to learn from, as MNIST is."
BOTH = (
    "to read one handwritten digit, Persian or Latin: drawn, scanned or photographed. Some are written the same in "
    "both scripts, such as ۱ and 1: the answer tells the other reading, too, and a script that is known helps. Where a "
    "person looks at what it is unsure of."
)
WRITERS = (
    "writer identification: to tell which of the 70 people who wrote its training pages wrote another page. A figure "
    "to be held against a publication, no more."
)
NOT_DIGITS = (
    "amounts, medicine, ballots or anything else where a wrong digit does harm that nobody would notice. It reads no "
    "letters."
)
NOT_WRITERS = (
    "to read what is written, or to name anybody who is not among the 70: it always names one of them. It is no "
    "evidence of who wrote a page, in court or anywhere else."
)


def write(report: dict, repo: str, pictures: list[str], code: str | None = None) -> str:
    """A model's card as Markdown under its metadata.

    report: that a training left; repo: "user/repo"; pictures: the names of those beside the card; code: the
    address of hwr's code, where it has one that others can reach.
    """
    head, mark, rest = pages.page(report, pictures).partition("## How it was made")
    hwr = f"[hwr]({code})" if code else "hwr"
    use = (PAGE if _tells_writers(report) else DIGIT).format(repo=repo)
    parts = [
        head.rstrip(),
        f"## Use it\n\nIn a checkout of {hwr}, or after `pip install .` in one:\n\n```python\n{use}\n```",
        f"## What it is for, and what not\n\n{_purpose(report)}",
        f"## Data and terms\n\n{_data(report)}",
        f"## Limits\n\n{_limits(report)}",
        f"{mark}{rest.rstrip()}",
        f"## Make it again\n\n{_again(report, code)}",
    ]
    text = "\n\n".join(parts)
    return str(ModelCard(f"---\n{metadata(report).to_yaml()}\n---\n\n{text}\n"))


def terms(data: str) -> Data:
    """The dataset whose terms the weights are under, of those that a recipe names: the one that allows least."""
    named = [DATA[name] for name in sets(data)]
    return next((each for each in named if each.license == "other"), named[0])


def metadata(report: dict) -> ModelCardData:
    """What the Hub lists and filters by, with the scores as `model-index`."""
    trained, name = report["recipe"]["data"], report["recipe"]["name"]
    data = terms(trained)
    tags = ["writer-identification"] if _tells_writers(report) else ["handwriting", "digits", *scripts(trained)]
    return ModelCardData(
        license=data.license,
        license_name=data.license_name,
        license_link=data.license_link,
        library_name="hwr",
        pipeline_tag="image-classification",
        tags=[*tags, "onnx"],
        datasets=[DATA[each].id for each in sets(trained)],
        metrics=["accuracy"],
        model_name=name,
        eval_results=[_result(report, label, score) for label, score in tables.tests(report).items()],
    )


def _result(report: dict, label: str, score: dict) -> EvalResult:
    data, special = tables.placed(report["recipe"]["data"], label)
    data = sets(data)[0]
    return EvalResult(
        task_type="image-classification",
        task_name="Writer identification" if _tells_writers(report) else "Digit recognition",
        dataset_type=DATA[data].id,
        dataset_name=tables.with_label(tables.SETS[data], special),
        dataset_config=special.replace(" ", "-") or None,
        dataset_split="test",
        metric_type="accuracy",
        metric_name="Accuracy",
        metric_value=score["accuracy"],
    )


def _tells_writers(report: dict) -> bool:
    return report["recipe"]["data"] == "pages70"


def _data(report: dict) -> str:
    trained = report["recipe"]["data"]
    return "\n\n".join([*(DATA[name].told for name in sets(trained)), terms(trained).terms])


def _purpose(report: dict) -> str:
    if _tells_writers(report):
        return f"For: {WRITERS}\n\nNot for: {NOT_WRITERS}"
    read = scripts(report["recipe"]["data"])
    use = BOTH if len(read) > 1 else {"persian": PERSIAN, "latin": LATIN}[read[0]]
    return f"For: {use}\n\nNot for: {NOT_DIGITS}"


def _limits(report: dict) -> str:
    """What the scores do not tell."""
    score = next(iter(tables.tests(report).values()))
    wrong, interval = score["n"] - score["correct"], tables.interval(score["low"], score["high"])
    told = [
        f"Of its test set's {score['n']:,} pictures {wrong:,} are wrong; the 95 % interval of the accuracy is "
        f"{interval}. Other pens, papers and people than this set's may do worse."
    ]
    if _tells_writers(report):
        told.append("What tells the pages apart need not be the hand alone: pen, paper and scan may help.")
    elif _knows_clutter(report):
        told.append("What is no digit is refused mostly, not always.")
    else:
        told.append("It knows digits only: whatever else is written gets a digit, too.")
    if report.get("changed"):
        told.append("It was not trained as published: see what differs, below.")
    return "\n".join(f"- {sentence}" for sentence in told)


def _knows_clutter(report: dict) -> bool:
    """Whether it saw pictures without a digit in training; a report of an earlier version tells it elsewhere."""
    recipe = report["recipe"]
    return bool((recipe.get("augment") or recipe).get("clutter"))


def _again(report: dict, code: str | None) -> str:
    if "command" not in report:
        return "The command was not recorded."
    commit = report.get("commit", "unknown")
    lines = ["pip install -r requirements-train.txt", report["command"]]
    if commit == "unknown" or commit.endswith("-dirty"):
        note = f"\n\nThe code was {commit}: not one that others have, so that the weights may differ."
    else:
        lines.insert(0, f"git checkout {commit}")
        if code:
            lines.insert(0, f"git clone {code} hwr && cd hwr")
        note = "\n\nThe same seed, machine and number of threads give the same weights."
    return "```\n" + "\n".join(lines) + f"\n```{note}"
