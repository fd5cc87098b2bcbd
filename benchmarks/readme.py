"""Writes the README's tables from what the benchmarks measured: `python benchmarks/readme.py`."""

import json
from pathlib import Path

HERE = Path(__file__).parent
README = HERE.parent / "README.md"


def accuracy(measured: dict[str, dict]) -> str:
    """accuracy.json -> a Markdown table."""
    lines = [
        "| read by `hoda-compact` | n | right | 95 % interval | wrong | calibration error |",
        "|---|--:|--:|:-:|--:|--:|",
    ]
    for name, score in measured.items():
        interval = f"{100 * score['low']:.2f}–{100 * score['high']:.2f} %"
        wrong = f"{score['n'] - score['correct']:,}, of them {score['refused']:,} refused"
        right, error = (f"{100 * score[figure]:.2f} %" for figure in ("accuracy", "ece"))
        lines.append(f"| {name} | {score['n']:,} | **{right}** | {interval} | {wrong} | {error} |")
    return "\n".join(lines)


def speed(latency: dict, page: dict) -> str:
    """latency.json and page.json -> a Markdown table."""
    lines = ["| on two cores, medians | hwr | beside it, in the same run | |", "|---|--:|--:|--:|"]
    for case in latency["cases"]:
        ours, published = (f"{case[who]['median_ms']:.1f} ms" for who in ("ours", "published"))
        lines.append(
            f"| {case['case']}, answered | {ours} | {published}, the published procedure | ×{case['ratio']:.1f} |"
        )
    for figure in page["figures"]:
        beside = f"{figure['without']:.3g}, the page without a recognizer"
        lines.append(f"| {figure['name']} | {figure['page']:.3g} | {beside} | |")
    return "\n".join(lines)


def tables() -> dict[str, str]:
    """Every table by the name of its place in the README."""
    measured = {
        name: json.loads((HERE / f"{name}.json").read_text("utf-8")) for name in ("accuracy", "latency", "page")
    }
    return {"accuracy": accuracy(measured["accuracy"]), "speed": speed(measured["latency"], measured["page"])}


def filled(text: str) -> str:
    """The README with its tables in their places, between `<!-- name -->` and `<!-- end -->`."""
    for name, table in tables().items():
        start, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}{table}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
