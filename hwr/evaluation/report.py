"""What trainings left, told in Markdown: results/ with a page a recipe, and the README's tables.

The same reports give the same bytes.
"""

import json
from pathlib import Path

from hwr import weights
from hwr.data import sets
from hwr.evaluation import tables
from hwr.evaluation.metrics import by_class
from hwr.recipes import RECIPES

RESULTS = Path("results")
SHOWN = {"mnist", "pages70"}  # datasets whose pictures may be copied into the repository; Hoda's may not
PRECISIONS = {"bf16": "mixed precision in bfloat16", "fp32": "32 bits"}
FEW = 20  # classes: the table of more is folded away

HEAD = """# Results

Ours beside the published figures. Settings were chosen on validation data; a test set is scored once, by `train.py`,
at the end of each training, and [the README](../README.md#how-well-it-reads) tells which recipes were trained more
than once. The interval is Wilson's, at 95 %; a picture that is refused counts as wrong; the calibration error is the
expected one over 15 bins. The recipes on 70 writers' pages do writer identification: whose hand, among 70.
`python -m hwr report` writes this page, the recipes' and the README's tables from the reports."""

BEARS = """## How much each bears

The share of {n:,} digits of each test set, chosen at random, that is refused or read as another: large drawings of
them under fifteen corruptions after MNIST-C (arXiv:1906.02337), each at three strengths. Every network is told the
script, none the scale. The mean is over all 45. `benchmarks/robustness.py` measures it."""

PICTURES = {
    "curves": "The training, step by step and epoch by epoch",
    "confusion": "What was written, and as what it was read",
    "reliability": "How often answers of each confidence are right",
    "coverage": "How many errors are left where only the surest answers are kept",
    "worst": "The errors that it was surest of",
}


def write(root: Path, runs: list[Path]) -> list[Path]:
    """Take runs into root/results, and write every page from all reports: -> the files that are new or changed.

    root: a checkout of hwr. Raises ValueError, whose sentence says what is missing, and OSError.
    """
    if not (root / "README.md").is_file():
        raise ValueError(f"there is no README.md in {root}; run this in a checkout of hwr")
    changed = [path for run in runs for path in _take_in(run, root / RESULTS)]
    for name, text in pages(root).items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def figures(name: str) -> dict[str, dict] | None:
    """What was measured of a recipe: of the weights that ship, else of a report in results/; None for nothing."""
    shipped = weights.index().get(name)
    if shipped:
        return shipped["figures"]
    try:
        report = _read(RESULTS / name / "report.json")
    except ValueError:  # none, or of something else
        return None
    return {key: {f: score[f] for f in ("n", "correct", "accuracy", "ece")} for key, score in report["scores"].items()}


def reports(root: Path) -> dict[str, dict]:
    """Every recipe's report by its name; where weights ship, the report of these."""
    found = {path.parent.name: path for path in sorted((root / RESULTS).glob("*/report.json"))}
    found |= {path.parent.name: path for path in sorted(weights.FOLDER.glob("*/report.json"))}
    return {name: _sized(_read(found[name]), found[name].parent) for name in sorted(found)}


def _sized(report: dict, folder: Path) -> dict:
    """A report with the size of the network that lies beside it, which those of an earlier version do not tell."""
    network = folder / "model.onnx"
    return {"bytes": {network.name: network.stat().st_size}} | report if network.exists() else report


def _read(path: Path) -> dict:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        report["recipe"]["name"], report["recipe"]["data"], report["scores"]
    except OSError as error:
        raise ValueError(f"{path}: can't be read ({error.strerror}); give a folder that a training left") from None
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is no report of a training; train the recipe again") from None
    return report


def _take_in(run: Path, results: Path) -> list[Path]:
    """Copy a run's report and the pictures that may be shown into results/NAME: -> what is new or changed there."""
    report = _read(run / "report.json")
    name = report["recipe"]["name"]
    folder, shipped = results / name, weights.FOLDER / name / "report.json"
    pictures = [path for path in sorted(run.glob("*.png")) if _may_be_shown(path.stem, report["recipe"]["data"])]
    files = {path.name: path.read_bytes() for path in pictures}
    if not shipped.exists():
        files["report.json"] = (run / "report.json").read_bytes()
    elif json.loads(shipped.read_text(encoding="utf-8")) != report:
        raise ValueError(f"the weights of {name} that ship are of another run than {run}; ship this one with train.py")
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.png"), *folder.glob("report.json")]:
        if old.name not in files:
            old.unlink()
    changed = [name for name, data in files.items() if _differs(folder / name, data)]
    for name in changed:
        (folder / name).write_bytes(files[name])
    return [folder / name for name in changed]


def _may_be_shown(stem: str, data: str) -> bool:
    """Whether a run's picture may be copied: those of errors show a dataset's own, which a recipe of two names."""
    kind, _, special = stem.partition("-")
    named = special.split("-")[0] if len(sets(data)) > 1 else data
    return kind != "worst" or named in SHOWN


def _differs(path: Path, data: bytes) -> bool:
    return not path.exists() or path.read_bytes() != data


def pages(root: Path) -> dict[str, str]:
    """Every file that a report writes, by its path below `root`: the README, results/README.md, a page a recipe."""
    told = reports(root)
    places = _places(root, told)
    written = {"README.md": filled((root / "README.md").read_text(encoding="utf-8"), places)}
    written["results/README.md"] = "\n\n".join([HEAD, tables.full(RECIPES, told), *_bears(root)]) + "\n"
    for name, report in told.items():
        pictures = sorted((root / RESULTS / name).glob("*.png"), key=_place)
        written[f"results/{name}/README.md"] = page(report, [path.name for path in pictures])
    return written


def _bears(root: Path) -> list[str]:
    """The section on corrupted digits, where benchmarks/robustness.py has left its figures: paragraphs and tables."""
    path = root / "benchmarks" / "robustness.json"
    if not path.exists():
        return []
    measured = json.loads(path.read_text("utf-8"))
    told = {"Not at hand": measured["away"], "Of an earlier run, on the same pictures": measured["kept"]}
    notes = [f"{what}: {', '.join(f'`{name}`' for name in names)}." for what, names in told.items() if names]
    n = max(one["n"] for one in measured["sets"].values())
    shown = [tables.robustness(measured, dataset) for dataset, one in measured["sets"].items() if one["models"]]
    return [BEARS.format(n=n), *notes, *shown]


def _places(root: Path, told: dict[str, dict]) -> dict[str, str]:
    """The README's tables by the names of their places."""
    names = ("accuracy", "seeds", "whole_numbers", "rejection", "latency", "page")
    measured = {name: json.loads((root / "benchmarks" / f"{name}.json").read_text("utf-8")) for name in names}
    return {
        "accuracy": tables.accuracy(measured["accuracy"]),
        "recipes": tables.short(RECIPES, told, "results/"),
        "seeds": tables.seeds(measured["seeds"]),
        "whole numbers": tables.whole_numbers(measured["whole_numbers"]),
        "rejection": tables.rejection(measured["rejection"]),
        "speed": tables.speed(measured["latency"], measured["page"]),
    }


def filled(text: str, places: dict[str, str]) -> str:
    """A text with its tables in their places, each between `<!-- name -->` and the next `<!-- end -->`."""
    for name, table in places.items():
        start, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, found, rest = text.partition(start)
        if not found or end not in rest:
            raise ValueError(f"README.md has no place for a table between {start.strip()} and {end}; put both in")
        text = f"{before}{start}{table}\n{end}{rest.partition(end)[2]}"
    return text


def _place(path: Path) -> tuple[int, str]:
    order = [path.stem.startswith(kind) for kind in PICTURES]
    return (order.index(True) if True in order else len(order)), path.name


def page(report: dict, pictures: list[str]) -> str:
    """One recipe's page: its scores, how it was made, where it differs, every class, the pictures beside it."""
    parts = [
        f"# {report['recipe']['name']}\n\n{_what(report)}",
        _scores(report),
        f"## How it was made\n\n{_made(report)}",
        f"## Where it differs from the published\n\n{_differences(report)}",
        *(_classes(label, score) for label, score in tables.tests(report).items()),
        *(_picture(name) for name in pictures),
    ]
    return "\n\n".join(parts) + "\n"


def _what(report: dict) -> str:
    data, claim = report["recipe"]["data"], report["recipe"]["claim"]
    told = {
        "pages70": "**Writer identification: whose hand wrote a page, among 70.** What is written there is not read; "
        "the publication calls these classes digits, which they are not.",
    }.get(data, f"Reads {tables.tells(data)}, trained on {tables.named(data)}.")
    published = tables.published(report["recipe"], report)
    return f"{told}\n\nPublished: {published} – {claim['protocol']}. Source: {claim['source']}"


def _scores(report: dict) -> str:
    heads = ("split", "n", "right", "95 % interval", "wrong", "of them refused", "calibration error")
    rows = [
        (
            name,
            f"{score['n']:,}",
            f"**{tables.percent(score['accuracy'])}**",
            tables.interval(score["low"], score["high"]),
            f"{score['n'] - score['correct']:,}",
            f"{score['refused']:,}",
            tables.percent(score["ece"]),
        )
        for name, score in report["scores"].items()
    ]
    return tables.table(heads, ("---", "--:", "--:", ":-:", "--:", "--:", "--:"), rows)


def _made(report: dict) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in report.get("libraries", {}).items())
    processes, parameters, steps = (report.get(name) for name in ("processes", "parameters", "steps"))
    told = {
        "command": f"`{report['command']}`" if "command" in report else None,
        "commit": f"`{report['commit']}`" if "commit" in report else None,
        "seed": report.get("seed"),
        "starts from": _start(report.get("init")),
        "protocol": report.get("protocol"),
        "network": f"`{report['recipe']['model']}`, {parameters:,} parameters" if parameters else None,
        "weights": tables.weight(report),
        "training": ", ".join(
            part
            for part in (
                tables.duration(report.get("seconds")),
                f"{steps:,} steps" if steps else "",
                f"{processes} processes" if processes and processes > 1 else "",
                PRECISIONS.get(report.get("precision"), ""),
            )
            if part
        ),
        "picture to answer": tables.answered(report.get("answer_ms")),
        "machine": report.get("machine"),
        "libraries": libraries or None,
    }
    return "\n".join(f"- {name}: {tables.NONE if value is None else value}" for name, value in told.items())


def _start(init: str | None) -> str | None:
    named = {"random": "random weights", "imagenet": "ImageNet weights, torchvision's"}
    return init and named.get(init, f"`{Path(init).name}`")


def _differences(report: dict) -> str:
    recipe = report["recipe"]
    known = RECIPES.get(recipe["name"])
    differs = recipe.get("differs", known.differs if known else ())  # a report of an earlier version has none
    sentences = [f"- {sentence}" for sentence in differs]
    changed = [
        f"- {name}: {_told(theirs)} published, {_told(ours)} here"
        for name, (theirs, ours) in report.get("changed", {}).items()
    ]
    return "\n".join([*sentences, *changed]) or "- nothing that we know of"


def _told(value) -> str:
    return "none" if value is None else f"`{value}`"


def _classes(label: str, score: dict) -> str:
    """Precision, recall and F1 of every class, and their means."""
    counts = score["confusion"]
    names = (
        [str(k) for k in range(len(counts))] if len(counts) == 10 else [f"{k:02}" for k in range(1, len(counts) + 1)]
    )
    told = by_class(counts)
    rows = [
        (name, f"{sum(row):,}", *(tables.percent(figure[k]) for figure in told))
        for k, (name, row) in enumerate(zip(names, counts, strict=True))
    ]
    rows.append(("mean", "", *(f"**{tables.percent(figure.mean())}**" for figure in told)))
    title = "By class" if len(counts) == 10 else "By writer"
    shown = tables.table(("class", "n", "precision", "recall", "F1"), ("---", "--:", "--:", "--:", "--:"), rows)
    if len(counts) > FEW:
        shown = f"<details><summary>precision, recall and F1 of all {len(counts)}</summary>\n\n{shown}\n\n</details>"
    return f"## {tables.with_label(f'{title}, on the test set', label)}\n\n{shown}"


def _picture(file: str) -> str:
    stem = file.removesuffix(".png")
    kind = next((kind for kind in PICTURES if stem.startswith(kind)), None)
    if kind is None:
        return f"## {stem}\n\n![{stem}]({file})"
    special = stem.removeprefix(kind).strip("-").replace("-", " ")
    title = tables.with_label(PICTURES[kind], special)
    return f"## {title}\n\n![{title}]({file})"
