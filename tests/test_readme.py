"""The README's figures are the benchmarks', its header is a Space's, its links lead somewhere, its snippet runs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pictures
import pytest
import yaml

import hwr
from benchmarks import accuracy
from hwr import rows, weights
from hwr.evaluation import report

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MEASURED = json.loads((ROOT / "benchmarks" / "accuracy.json").read_text(encoding="utf-8"))


def test_readme_and_results_are_what_the_reports_tell():
    """`python -m hwr report` has nothing to write."""
    written = report.pages(ROOT)
    assert {"README.md", "results/README.md", "results/hoda-compact/README.md"} <= set(written)
    assert [name for name, text in written.items() if (ROOT / name).read_text(encoding="utf-8") != text] == []


def test_results_hold_what_was_reported_and_no_picture_of_hoda():
    told = report.reports(ROOT)
    folders = [path for path in (ROOT / "results").iterdir() if path.is_dir()]
    assert {path.name for path in folders} == set(told)
    of_two = {"worst-mnist", "worst-mnist-script-unknown"}  # a recipe of two datasets names the one that is shown
    for path in (ROOT / "results").glob("*/worst*"):
        assert told[path.parent.name]["recipe"]["data"] in report.SHOWN or path.stem in of_two


@pytest.mark.parametrize("name", MEASURED)
def test_what_was_measured_is_what_is_claimed(name):
    assert accuracy.holds(MEASURED[name])


@pytest.mark.parametrize("scale", ["known", "unknown"])
def test_the_benchmark_agrees_with_the_training(scale):
    """Once through torch at the end of the training, once through OpenCV: the same digits are right, but for one that
    is as likely one digit as another, which 16 bits a weight decide."""
    trained = weights.index()[hwr.DEFAULT]["figures"][f"test, hoda, scale {scale}"]
    measured = next(s for s in MEASURED.values() if s["dataset"] == "hoda" and s["scale_known"] == (scale == "known"))
    assert measured["n"] == trained["n"]
    assert abs(measured["correct"] - trained["correct"]) <= 1


def test_the_header_configures_a_space():
    header = yaml.safe_load(README.split("---")[1])
    pins = dict(line.split("==") for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line)
    assert (header["sdk"], header["sdk_version"]) == ("gradio", pins["gradio"])
    assert (ROOT / header["app_file"]).is_file()
    assert header["python_version"] == "3.11"
    assert len(header["short_description"]) <= 60


@pytest.mark.parametrize("page", ["README.md", *sorted(p.relative_to(ROOT) for p in (ROOT / "results").rglob("*.md"))])
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_weights_are_as_small_as_told():
    told = re.search(r"those that answer have (\d\.\d+) MB for a digit and (\d\.\d+) MB more for a number", README)
    for name, size in zip((hwr.DEFAULT, rows.NAME), map(float, told.groups()), strict=True):
        assert (weights.FOLDER / name / "model.onnx").stat().st_size / 1e6 == pytest.approx(size, abs=0.005)


def test_the_snippet_runs(tmp_path):
    snippet = re.search(r"```python\n(import hwr\n.*?)```", README, re.DOTALL).group(1)
    (tmp_path / "photo.jpg").write_bytes(pictures.encode(pictures.drawing(5), "JPEG"))
    told = subprocess.run(
        [sys.executable, "-c", snippet],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert told.stdout.split()[:2] == ["5", "۵"], told.stderr
