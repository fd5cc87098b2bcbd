import dataclasses

import pytest

from hwr.evaluation import tables
from hwr.recipes import RECIPES


def settings(data: str, accuracy: float | None) -> dict:
    return {"data": data, "claim": {"accuracy": accuracy}}


def test_a_table():
    assert tables.table(("a", ""), ("---", "--:"), [("1", "2"), ("3", "")]).splitlines() == [
        "| a | |",
        "|---|--:|",
        "| 1 | 2 |",
        "| 3 | |",
    ]


@pytest.mark.parametrize(
    ("data", "accuracy", "told"),
    [
        ("hoda", 0.9927, "99.27 %"),
        ("mnist", 0.92, "92 %"),
        ("mnist", 0.985, "98.5 %"),
        ("mnist", None, "none given"),
        ("pages70", 0.8286, "82.86 % (75.8–88.2 %, n = 140)"),
    ],
)
def test_published(data, accuracy, told):
    assert tables.published(settings(data, accuracy), {}) == told


def test_published_of_other_data_says_so():
    report = {"changed": {"data": ["gan-digits", "hoda"]}}
    assert tables.published(settings("hoda", 0.9964), report) == "99.64 % on GAN-made Persian digits"


@pytest.mark.parametrize(("seconds", "told"), [(None, "–"), (1699, "28 min"), (42.4, "42 s"), (6000, "1 h 40 min")])
def test_duration(seconds, told):
    assert tables.duration(seconds) == told


@pytest.mark.parametrize(("milliseconds", "told"), [(None, "–"), (0.42, "0.4 ms"), (1234.5, "1.23 s")])
def test_answered(milliseconds, told):
    assert tables.answered(milliseconds) == told


@pytest.mark.parametrize(("size", "told"), [(980_000, "0.98 MB"), (94_600_000, "95 MB")])
def test_weight(size, told):
    sizes = {"bytes": {"model.onnx": size, "model.safetensors": 1}}
    assert tables.weight(sizes | {"recipe": {"name": "hoda-compact"}}) == told
    assert tables.weight(sizes | {"recipe": {"name": "hoda-resnet50"}}) == f"{told}, not shipped"
    assert tables.weight({}) == "–"


SCORE = {"n": 140, "correct": 119, "accuracy": 0.85, "low": 0.781, "high": 0.9, "ece": 0.05, "refused": 0}


def test_a_row_for_every_recipe_and_every_test_score():
    recipe = dataclasses.asdict(RECIPES["pages70-mobilenetv2"])
    report = {"recipe": recipe, "scores": {"validation": SCORE, "test": SCORE}, "seconds": 60, "parameters": 2_313_478}
    compact = {"recipe": dataclasses.asdict(RECIPES["hoda-compact"]), "scores": {"test, a": SCORE, "test, b": SCORE}}
    told = {"pages70-mobilenetv2": report, "hoda-compact": compact}
    for table, folder in ((tables.short(RECIPES, told, "results/"), "results/"), (tables.full(RECIPES, told), "")):
        lines = table.splitlines()
        assert len(lines) == 2 + len(RECIPES) + 1
        assert len({line.count("|") for line in lines}) == 1
        (pages,) = (line for line in lines if "pages70-mobilenetv2" in line)
        assert f"[`pages70-mobilenetv2`]({folder}pages70-mobilenetv2/README.md)" in pages
        assert "writer identification: whose hand, among 70" in pages
        assert "| 140 | **85.00 %** | 78.10–90.00 % | 82.86 % (75.8–88.2 %, n = 140) |" in pages
        assert [line.split(" | ")[1][-3:] for line in lines if "hoda-compact" in line] == [", a", ", b"]
        (mlp,) = (line for line in lines if "mnist-mlp" in line)
        assert "| – | not trained yet | – | none given |" in mlp
    assert "2,313,478" in pages


def test_a_report_of_a_recipe_that_is_not_here_has_its_row():
    recipe = dataclasses.asdict(RECIPES["mnist-mlp"]) | {"name": "other"}
    assert "[`other`](other/README.md)" in tables.full({}, {"other": {"recipe": recipe, "scores": {"test": SCORE}}})
