"""Figures as Markdown: the README's tables, and those of results/."""

import dataclasses
from collections.abc import Iterable

from hwr import weights
from hwr.data import scripts, sets
from hwr.evaluation.score import wilson
from hwr.recipes import Recipe

NONE = "–"
WRITERS = "writer identification: whose hand, among 70"
SETS = {
    "hoda": "Hoda",
    "mnist": "MNIST",
    "gan-digits": "GAN-made Persian digits",
    "pages70": "70 writers' pages",
}
REJECTED = {
    "letters unlike digits": "Persian letters, but those that are written as digits are (ا و ه)",
    "letters": "all 32 letters",
    "clutter": "scribbles, letters, joined digits, figures, as in training",
}
SMALL = {"pages70": 140}  # test pictures: where a published figure stands on so few, its interval is told


def table(heads: Iterable[str], alignment: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; the alignment of each column is "---", "--:" or ":-:"."""
    head, *body = (f"| {' | '.join(line)} |".replace("|  |", "| |") for line in (heads, *rows))
    return "\n".join([head, f"|{'|'.join(alignment)}|", *body])


def accuracy(measured: dict[str, dict]) -> str:
    """benchmarks/accuracy.json -> how well the default model reads every set."""
    model = next(iter(measured.values()))["model"]
    heads = (f"read by `{model}`", "n", "right", "95 % interval", "wrong", "calibration error")
    rows = [
        (
            name,
            f"{score['n']:,}",
            f"**{percent(score['accuracy'])}**",
            interval(score["low"], score["high"]),
            f"{score['n'] - score['correct']:,}, of them {score['refused']:,} refused",
            percent(score["ece"]),
        )
        for name, score in measured.items()
    ]
    return table(heads, ("---", "--:", "--:", ":-:", "--:", "--:"), rows)


def whole_numbers(measured: dict) -> str:
    """benchmarks/whole_numbers.json -> how many whole numbers are wholly right."""
    rows = [
        (f"{SETS[dataset]}, {condition}", f"{said['n']:,}", percent(said["share"], 1), percent(said["error rate"]))
        for dataset in measured.keys() & SETS.keys()
        for condition, said in measured[dataset].items()
    ]
    heads = (f"numbers read by `{measured['model']}`", "n", "wholly right", "characters wrong")
    return table(heads, ("---", "--:", "--:", "--:"), sorted(rows))


def seeds(measured: dict) -> str:
    """benchmarks/seeds.json -> what trainings that differ in their seed alone read rightly."""
    rows = []
    for label, said in measured.items():
        if not isinstance(said, dict):  # what the recipe is, not what it read
            continue
        counts = sorted(said["wrong"].values())
        right = f"**{percent(said['mean'])}** ± {100 * said['sd']:.2f}"
        rows.append((label, f"{said['n']:,}", str(len(counts)), right, ", ".join(map(str, counts))))
    heads = (f"`{measured['recipe']}` on Hoda", "n", "seeds", "right, mean ± sd", "wrong")
    return table(heads, ("---", "--:", "--:", "--:", "--:"), rows)


def rejection(measured: dict) -> str:
    """benchmarks/rejection.json -> how well what is no digit is told from digits."""
    digits = {name: measured[name] for name in ("digits", "redrawn digits")}
    rows = [(told, f"{said['n']:,}", percent(said["refused"] / said["n"]), NONE) for told, said in digits.items()]
    for name in ("letters unlike digits", "letters", "clutter"):
        said = measured[name]
        rows.append((REJECTED[name], f"{said['n']:,}", percent(said["refused"], 0), f"{said['auroc']:.3f}"))
    heads = (f"shown to `{measured['model']}`", "n", "refused", "AUROC")
    return table(heads, ("---", "--:", "--:", "--:"), rows)


def speed(latency: dict, page: dict) -> str:
    """benchmarks/latency.json and page.json -> how fast it answers."""
    rows = []
    for case in latency["cases"]:
        ours, published = (f"{case[who]['median_ms']:.1f} ms" for who in ("ours", "published"))
        beside = f"{published}, the published procedure"
        rows.append((f"{case['case']}, answered", ours, beside, f"×{case['ratio']:.1f}"))
    if first := latency.get("first"):
        ours, theirs = (f"{first[who]['median_ms']:.1f} ms" for who in ("ours", "theirs"))
        rows.append(("the canvas, again", ours, f"{theirs}, `{first['first']}`", f"{first['ratio']:.2f} of it"))
    for figure in page["figures"]:
        beside = f"{figure['without']:.3g}, the page without a recognizer"
        rows.append((figure["name"], f"{figure['page']:.3g}", beside, ""))
    heads = ("on two cores, medians", "hwr", "beside it, in the same run", "")
    return table(heads, ("---", "--:", "--:", "--:"), rows)


def robustness(measured: dict, dataset: str) -> str:
    """benchmarks/robustness.json -> every model's errors on one set: a corruption a line, its strengths in a cell."""
    models = measured["sets"][dataset]["models"]
    corruptions = [*next(iter(models.values()))["errors"]]
    rows = [("none", *(_errors([one["clean"]]) for one in models.values()))]
    rows += [(name, *(_errors(one["errors"][name]) for one in models.values())) for name in corruptions]
    rows.append(("**mean**", *(f"**{percent(one['mean'])}**" for one in models.values())))
    if measured["model"] in models:
        ours = models[measured["model"]]["mean"]
        rows.append((f"`{measured['model']}` to it", *(f"{ours / one['mean']:.2f}" for one in models.values())))
    heads = (f"{SETS[dataset]}, corrupted by", *(f"`{name}`" for name in models))
    return table(heads, ("---", *["--:"] * len(models)), rows)


def _errors(errors: list[float]) -> str:
    return " / ".join(f"{100 * error:.1f}" for error in errors) + " %"


def short(recipes: dict[str, Recipe], reports: dict[str, dict], folder: str) -> str:
    """Ours beside the published figures, for the README; `folder` leads to the recipes' pages."""
    heads = ("recipe", "it tells", "n", "right", "95 % interval", "published", "weights")
    rows = [
        (
            _link(name, reports, folder),
            with_label(tells(data), special),
            *_outcome(score),
            claimed,
            weight(report),
        )
        for name, data, special, claimed, score, report in _tests(recipes, reports)
    ]
    return table(heads, ("---", "---", "--:", "--:", ":-:", "--:", "--:"), rows)


def full(recipes: dict[str, Recipe], reports: dict[str, dict]) -> str:
    """The same with the costs, for results/."""
    heads = ("recipe", "tested on", "n", "right", "95 % interval", "published", "calibration error")
    heads += ("parameters", "weights", "training", "picture to answer")
    rows = [
        (
            _link(name, reports, ""),
            with_label(_tested(data), special),
            *_outcome(score),
            claimed,
            percent(score["ece"]) if score else NONE,
            f"{report['parameters']:,}" if "parameters" in report else NONE,
            weight(report),
            duration(report.get("seconds")),
            answered(report.get("answer_ms")),
        )
        for name, data, special, claimed, score, report in _tests(recipes, reports)
    ]
    return table(heads, ("---", "---", "--:", "--:", ":-:", "--:", "--:", "--:", "--:", "--:", "--:"), rows)


def _tests(recipes: dict[str, Recipe], reports: dict[str, dict]) -> Iterable[tuple]:
    """Every recipe's scores on the test set: (name, dataset, what was special, published, score or None, report or {}).

    A recipe of two datasets has its claim for the first.
    """
    for name in [*recipes, *sorted(reports.keys() - recipes)]:
        report = reports.get(name, {})
        settings = report["recipe"] if report else dataclasses.asdict(recipes[name])
        for label, score in (tests(report) or {"": None}).items():
            data, special = placed(settings["data"], label)
            if settings["model"] == "rows":
                special = f"{special}, each in a row".removeprefix(", ")
            claimed = published(settings, report) if sets(data)[0] == sets(settings["data"])[0] else NONE
            yield name, data, special, claimed, score, report


def tests(report: dict) -> dict[str, dict]:
    """A report's scores on the test set, by what was special: {"": score} or {"scale known": score, …}."""
    scores = report.get("scores", {}).items()
    return {name.removeprefix("test").lstrip(", "): score for name, score in scores if name.startswith("test")}


def _link(name: str, reports: dict[str, dict], folder: str) -> str:
    return f"[`{name}`]({folder}{name}/README.md)" if name in reports else f"`{name}`"


def placed(data: str, label: str) -> tuple[str, str]:
    """The dataset that a score is of, which of several stands at the head of its label; and what was special about it.

    "hoda+mnist", "hoda, scale known" -> "hoda", "scale known"; "hoda", "scale known" -> the same.
    """
    head, _, special = label.partition(", ")
    return (head, special) if head in sets(data) else (data, label)


def tells(data: str) -> str:
    """What a network tells that was trained on a dataset, or on two."""
    if data == "pages70":
        return WRITERS
    return f"{' and '.join(script.capitalize() for script in scripts(data))} digits"


def named(data: str) -> str:
    """A recipe's datasets by their own names: "hoda+mnist" -> "Hoda and MNIST"."""
    return " and ".join(SETS.get(name, name) for name in sets(data))


def _tested(data: str) -> str:
    return named(data) + (f": {WRITERS}" if data == "pages70" else "")


def with_label(told: str, label: str) -> str:
    """What is told, and what was special about it where something was."""
    return f"{told}, {label}" if label else told


def _outcome(score: dict | None) -> tuple[str, str, str]:
    if score is None:
        return NONE, "not trained yet", NONE
    return f"{score['n']:,}", f"**{percent(score['accuracy'])}**", interval(score["low"], score["high"])


def published(settings: dict, report: dict) -> str:
    """A recipe's published figure as a table has it, with its data where ours are others.

    Where it stands on few pictures, its 95 % interval is told, too.
    """
    accuracy = settings["claim"]["accuracy"]
    if accuracy is None:
        return "none given"
    told = f"{100 * accuracy:.2f}".rstrip("0").rstrip(".") + " %"
    theirs, ours = report.get("changed", {}).get("data", [settings["data"]] * 2)
    if theirs in SMALL:
        n = SMALL[theirs]
        told += f" ({interval(*wilson(round(accuracy * n), n), digits=1)}, n = {n})"
    return told if theirs == ours else f"{told} on {SETS.get(theirs, theirs)}"


def percent(share: float, digits: int = 2) -> str:
    """0.9972 -> "99.72 %"."""
    return f"{100 * share:.{digits}f} %"


def interval(low: float, high: float, digits: int = 2) -> str:
    """0.9964, 0.9978 -> "99.64–99.78 %"."""
    return f"{100 * low:.{digits}f}–{100 * high:.{digits}f} %"


def weight(report: dict) -> str:
    """The size of the network that answers, and whether it has to be trained first."""
    size = report.get("bytes", {}).get("model.onnx")
    if size is None:
        return NONE
    told = f"{size / 1e6:.2f} MB" if size < 1e7 else f"{size / 1e6:.0f} MB"
    return told if report["recipe"]["name"] in weights.index() else f"{told}, not shipped"


def duration(seconds: float | None) -> str:
    """1699 -> "28 min"."""
    if seconds is None:
        return NONE
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def answered(milliseconds: float | None) -> str:
    """4.21 -> "4.2 ms"."""
    if milliseconds is None:
        return NONE
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds / 1000:.2f} s"
