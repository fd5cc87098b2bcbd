import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from pictures import drawing, encode

from hwr import weights
from hwr.evaluation import report
from hwr.evaluation.score import Answers, score
from hwr.recipes import RECIPES

README = """# hwr

<!-- recipes -->
old
<!-- end -->

between

<!-- accuracy -->
<!-- end -->
<!-- seeds -->
<!-- end -->
<!-- whole numbers -->
<!-- end -->
<!-- rejection -->
<!-- end -->
<!-- speed -->
<!-- end -->
after
"""
PNG = encode(drawing(3, 40))
SCORE = {"n": 10, "correct": 8, "accuracy": 0.8, "low": 0.49, "high": 0.94, "refused": 1, "ece": 0.2}


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A checkout in small, into which no weights ship."""
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "benchmarks").mkdir()
    measured = {
        "accuracy": {"drawings": {"model": "digits"} | SCORE},
        "rejection": {
            "model": "digits",
            **{key: {"n": 10, "refused": 1} for key in ("digits", "redrawn digits")},
            **{
                key: {"n": 10, "refused": 0.5, "auroc": 0.75} for key in ("letters unlike digits", "letters", "clutter")
            },
        },
        "seeds": {
            "recipe": "hoda-scans",
            "validation, scale known": {"n": 1000, "wrong": {"0": 3, "1": 1}, "mean": 0.998, "sd": 0.001414},
            "test, scale known": {"n": 1000, "wrong": {"0": 2, "1": 4}, "mean": 0.997, "sd": 0.001414},
        },
        "whole_numbers": {
            "model": "digits",
            "hoda": {"clean": {"n": 10, "share": 0.9, "error rate": 0.0125}},
        },
        "latency": {"cases": []},
        "page": {"figures": []},
    }
    for name, figures in measured.items():
        (tmp_path / "benchmarks" / f"{name}.json").write_text(json.dumps(figures))
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "shipped")
    monkeypatch.setattr(weights, "index", dict)
    return tmp_path


def left(folder: Path, name: str, **more) -> Path:
    """A folder as a training leaves it."""
    recipe = RECIPES[name]
    classes = tuple(f"{k:02}" for k in range(70)) if recipe.data == "pages70" else tuple("0123456789")
    labels = np.arange(len(classes))
    read = labels.copy()
    read[3], read[4] = 2, -1
    scored = score(Answers(read, np.ones(len(labels))), labels, classes)
    told = {"recipe": dataclasses.asdict(recipe), "seed": 7, "commit": "c" * 40, "command": f"python train.py {name}"}
    told |= {"init": "random", "seconds": 100, "scores": {"test": scored.json()}} | more
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(told))
    for picture in ("worst", "reliability", "curves", "confusion"):
        (folder / f"{picture}.png").write_bytes(PNG)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


PICTURES = ["README.md", "confusion.png", "curves.png", "reliability.png", "report.json"]


def test_a_run_is_taken_in_with_its_pictures(root):
    changed = report.write(root, [left(root / "runs" / "a", "mnist-mlp")])
    assert names(root / "results" / "mnist-mlp") == [*PICTURES, "worst.png"]
    assert {path.relative_to(root).as_posix() for path in changed} == {
        "README.md",
        "results/README.md",
        *(f"results/mnist-mlp/{name}" for name in [*PICTURES, "worst.png"]),
    }


def test_hoda_s_digits_are_not_copied(root):
    run = left(root / "runs" / "a", "hoda-resnet50")
    (run / "worst-scale-known.png").write_bytes(PNG)
    report.write(root, [run])
    assert names(root / "results" / "hoda-resnet50") == PICTURES


def test_the_same_reports_give_the_same_bytes(root):
    runs = [left(root / "runs" / name, name) for name in ("mnist-mlp", "hoda-resnet50")]
    report.write(root, runs)
    before = {path: path.read_bytes() for path in root.rglob("*.md")}
    assert report.write(root, []) == report.write(root, runs) == report.write(root, runs[::-1]) == []
    assert {path: path.read_bytes() for path in root.rglob("*.md")} == before


def test_pictures_that_a_new_run_has_not_are_gone(root):
    report.write(root, [left(root / "runs" / "a", "mnist-mlp")])
    again = left(root / "runs" / "b", "mnist-mlp", seed=8)
    (again / "worst.png").unlink()
    report.write(root, [again])
    assert names(root / "results" / "mnist-mlp") == PICTURES
    page = (root / "results" / "mnist-mlp" / "README.md").read_text()
    assert "- seed: 8" in page
    assert "worst" not in page


def test_the_readme_keeps_all_but_its_tables(root):
    report.write(root, [left(root / "runs" / "a", "mnist-mlp")])
    text = (root / "README.md").read_text()
    assert text.startswith("# hwr\n\n<!-- recipes -->\n| recipe | it tells |")
    assert "old" not in text
    assert "<!-- end -->\n\nbetween\n\n<!-- accuracy -->\n| read by" in text
    assert text.endswith("<!-- end -->\nafter\n")
    assert text.count("<!-- end -->") == 6
    assert "| test, scale known | 1,000 | 2 | **99.70 %** ± 0.14 | 2, 4 |" in text
    assert "| Hoda, clean | 10 | 90.0 % | 1.25 % |" in text
    assert "| letters" not in text
    assert "| all 32 letters | 10 | 50 % | 0.750 |" in text


def test_what_models_bear_has_a_section_of_its_own(root):
    assert "How much each bears" not in report.pages(root)["results/README.md"]
    models = {
        "digits": {"clean": 0.001, "errors": {"noise": [0.01, 0.02, 0.03], "fog": [0, 0, 0]}, "mean": 0.01},
        "persian-lenet5": {"clean": 0.01, "errors": {"noise": [0.1, 0.2, 0.3], "fog": [0, 0, 0]}, "mean": 0.1},
    }
    sets = {"hoda": {"split": "test", "n": 1000, "models": models}, "mnist": {"split": "test", "n": 1000, "models": {}}}
    measured = {"model": "digits", "ratio": 1 / 3, "away": ["hoda-resnet50"], "kept": ["mnist-mlp"], "sets": sets}
    (root / "benchmarks" / "robustness.json").write_text(json.dumps(measured))
    text = report.pages(root)["results/README.md"]
    assert "The share of 1,000 digits" in text
    assert "Not at hand: `hoda-resnet50`.\n\nOf an earlier run, on the same pictures: `mnist-mlp`." in text
    assert text[text.index("| Hoda, corr") :].splitlines() == [
        "| Hoda, corrupted by | `digits` | `persian-lenet5` |",
        "|---|--:|--:|",
        "| none | 0.1 % | 1.0 % |",
        "| noise | 1.0 / 2.0 / 3.0 % | 10.0 / 20.0 / 30.0 % |",
        "| fog | 0.0 / 0.0 / 0.0 % | 0.0 / 0.0 / 0.0 % |",
        "| **mean** | **1.00 %** | **10.00 %** |",
        "| `digits` to it | 1.00 | 0.10 |",
    ]


@pytest.mark.parametrize("cut", ["<!-- recipes -->\n", "<!-- end -->"])
def test_a_place_that_is_missing_is_told(root, cut):
    (root / "README.md").write_text(README.replace(cut, ""))
    with pytest.raises(ValueError, match=r"README.md has no place for a table between <!-- \w+ --> and <!-- end -->"):
        report.write(root, [])


def test_a_page_tells_how_it_was_made(root):
    more = {"changed": {"batch": [32, 64]}, "libraries": {"torch": "2.0"}, "answer_ms": 0.5, "steps": 12345}
    report.write(root, [left(root / "runs" / "a", "mnist-mlp", parameters=118282, **more)])
    page = (root / "results" / "mnist-mlp" / "README.md").read_text()
    for line in (
        "# mnist-mlp",
        "Reads Latin digits, trained on MNIST.",
        "- command: `python train.py mnist-mlp`",
        f"- commit: `{'c' * 40}`",
        "- seed: 7",
        "- starts from: random weights",
        "- network: `mlp`, 118,282 parameters",
        "- training: 2 min, 12,345 steps",
        "- picture to answer: 0.5 ms",
        "- libraries: torch 2.0",
        f"- {RECIPES['mnist-mlp'].differs[0]}",
        "- batch: `32` published, `64` here",
        "| test | 10 | **80.00 %** | 49.02–94.33 % | 2 | 1 | 20.00 % |",
        "| 2 | 1 | 50.00 % | 100.00 % | 66.67 % |",
        "| 4 | 1 | 0.00 % | 0.00 % | 0.00 % |",
        "| mean | | **75.00 %** | **80.00 %** | **76.67 %** |",
    ):
        assert line in page.splitlines()
    shown = [line for line in page.splitlines() if line.startswith("![")]
    assert [line.split("(")[1] for line in shown] == ["curves.png)", "confusion.png)", "reliability.png)", "worst.png)"]


def test_a_page_of_writers_says_what_it_is(root):
    report.write(root, [left(root / "runs" / "a", "pages70-mobilenetv2")])
    page = (root / "results" / "pages70-mobilenetv2" / "README.md").read_text()
    assert "**Writer identification: whose hand wrote a page, among 70.**" in page
    assert "Published: 82.86 % (75.8–88.2 %, n = 140) – " in page
    assert "<details>" in page
    assert "| 01 | 1 |" in page
    assert "| 70 | 1 |" in page
    assert "writer identification: whose hand, among 70" in (root / "results" / "README.md").read_text()
    assert "writer identification: whose hand, among 70" in (root / "README.md").read_text()


def test_the_report_of_weights_that_ship_goes_first(root):
    shipped = left(root / "shipped" / "mnist-mlp", "mnist-mlp")
    report.write(root, [])
    assert "- seed: 7" in (root / "results" / "mnist-mlp" / "README.md").read_text()
    # The run that was shipped leaves its pictures; another one would tell of weights that are not there.
    report.write(root, [shipped])
    assert "report.json" not in names(root / "results" / "mnist-mlp")
    with pytest.raises(
        ValueError, match=r"the weights of mnist-mlp that ship are of another run than .*; ship this one"
    ):
        report.write(root, [left(root / "runs" / "b", "mnist-mlp", seed=8)])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recipe": {"name": "a"}, "scores": {}}', "\0"])
def test_what_is_no_report_is_told(root, text):
    run = left(root / "runs" / "a", "mnist-mlp")
    (run / "report.json").write_text(text)
    with pytest.raises(ValueError, match=r"report\.json is no report of a training; train the recipe again"):
        report.write(root, [run])


def test_a_folder_without_a_report_is_told(root):
    with pytest.raises(
        ValueError, match=r"away/report.json: can't be read \(No such file or directory\); give a folder"
    ):
        report.write(root, [root / "away"])


def test_outside_a_checkout(tmp_path):
    with pytest.raises(ValueError, match=r"there is no README\.md in .*; run this in a checkout of hwr"):
        report.write(tmp_path, [])


def test_figures_are_of_the_weights_at_hand_else_of_a_report(root, monkeypatch):
    monkeypatch.chdir(root)
    assert report.figures("mnist-mlp") is None
    report.write(root, [left(root / "runs" / "a", "mnist-mlp")])
    assert report.figures("mnist-mlp") == {"test": {"n": 10, "correct": 8, "accuracy": 0.8, "ece": pytest.approx(0.2)}}
    monkeypatch.setattr(weights, "index", lambda: {"mnist-mlp": {"figures": {"test": {"n": 1}}}})
    assert report.figures("mnist-mlp") == {"test": {"n": 1}}
