import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save
from scans import write_hoda

import hwr
from hwr import weights
from hwr.evaluation.calibration import Calibration
from hwr.evaluation.score import evaluate, wilson
from hwr.imaging.preparation import Preparation
from hwr.models import build
from hwr.recipes import RECIPES
from hwr.training import curves, export
from hwr.training import run as training
from hwr.training.loop import History, train

ROOT = Path(__file__).parent.parent
RECIPE = dataclasses.replace(RECIPES["hoda-compact"], epochs=1)
SEED = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_hoda(tmp_path_factory.mktemp("data"), train=300, validation=100, test=90)


def command(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "train.py", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=100
    )


@pytest.fixture(scope="module")
def out(folder, tmp_path_factory) -> Path:
    """What `train.py` leaves after an epoch on 300 pictures."""
    out = tmp_path_factory.mktemp("run") / "out"
    said = command("hoda-compact", "--epochs", 1, "--seed", SEED, "--data-dir", folder, "--out", out)
    assert said.returncode == 0, said.stderr
    assert f"weights, report and pictures are in {out}" in said.stdout
    return out


@pytest.fixture(scope="module")
def report(out) -> dict:
    return json.loads((out / "report.json").read_text())


def test_a_run_leaves_weights_report_and_pictures(out):
    pictures = {
        "curves.png": (1050, 900),
        "confusion-scale-known.png": (960, 900),
        "confusion-scale-unknown.png": (960, 900),
        "reliability-scale-known.png": (750, 750),
        "reliability-scale-unknown.png": (750, 750),
    }
    assert {path.name for path in out.iterdir()} == {*export.FILES, "report.json", *pictures}
    for name, size in pictures.items():
        with Image.open(out / name) as picture:
            picture.load()
            assert (picture.format, picture.size) == ("PNG", size)
            assert len(np.unique(np.asarray(picture.convert("L")))) > 20


def test_the_report_tells_where_its_figures_come_from(out, report, folder):
    assert report["seed"] == SEED
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", report["commit"])
    assert report["command"].startswith("python train.py hoda-compact --epochs 1 --seed 5 --data-dir")
    assert str(folder) in report["command"]
    assert "test scored once" in report["protocol"]
    assert report["recipe"] == json.loads(json.dumps(dataclasses.asdict(RECIPE)))
    assert report["parameters"] == sum(weight.numel() for weight in build(RECIPE.model).parameters())
    assert report["libraries"]["torch"] == training.torch.__version__.split("+")[0]
    config = json.loads((out / "config.json").read_text())
    assert config["calibration"] == report["calibration"]


def test_the_report_adds_up(report):
    sizes = {"validation": 100, "test": 90}
    assert set(report["scores"]) == {f"{split}, scale {known}" for split in sizes for known in ("known", "unknown")}
    for name, score in report["scores"].items():
        assert score["n"] == sizes[name.split(",")[0]]
        assert score["accuracy"] == score["correct"] / score["n"]
        confusion = np.array(score["confusion"])
        assert confusion.shape == (10, 11)
        assert confusion.sum(axis=1).tolist() == [score["n"] // 10] * 10
        assert np.trace(confusion[:, :10]) == score["correct"]
        assert confusion[:, 10].sum() == score["refused"]
        assert (score["low"], score["high"]) == wilson(score["correct"], score["n"])
        assert 0 <= score["ece"] <= 1


def test_the_config_is_the_recipe_s(out):
    config = json.loads((out / "config.json").read_text())
    assert (config["recipe"], config["model"]) == (RECIPE.name, RECIPE.model)
    assert Preparation(**config["preparation"]) == RECIPE.prepare
    assert Calibration(**config["calibration"]).temperature > 0


def test_the_same_seed_gives_the_same_weights_to_the_bit(out, folder):
    expected = hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()
    for seed in (SEED, SEED + 1):
        tensors = train(RECIPE, folder, seed).network.state_dict()
        again = save({name: tensor.contiguous() for name, tensor in tensors.items()})
        assert (hashlib.sha256(again).hexdigest() == expected) == (seed == SEED)


def test_what_was_shipped_scores_as_the_report_says(out, report, folder, tmp_path, monkeypatch):
    finished = shutil.copytree(out, tmp_path / "run")
    (finished / "report.json").write_text(json.dumps(report | {"commit": "0123456789" * 4}))  # as if clean
    (tmp_path / "weights").mkdir()
    export.ship(finished, tmp_path / "weights")
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "weights")
    shipped = hwr.load("hoda-compact")
    for known in (True, False):
        again = evaluate(shipped, "hoda", "test", folder, scale_known=known)
        told = report["scores"][f"test, scale {'known' if known else 'unknown'}"]
        assert again["n"] == told["n"] == 90
        assert again["correct"] == told["correct"]
        assert again["ece"] == pytest.approx(told["ece"], abs=1e-5)


def test_it_learns(folder):
    recipe = dataclasses.replace(RECIPES["hoda-compact"], epochs=4, batch=25, views=2, averaging=0.9)
    trained = train(recipe, folder, seed=0)
    losses, known, unknown = trained.history
    assert len(losses) == 4 * (round(300 * (1 + RECIPES["hoda-compact"].clutter)) // 25)
    assert len(known) == len(unknown) == 4
    assert np.mean(losses[-12:]) < 0.6 * np.mean(losses[:12])
    assert min(known[-1], unknown[-1]) > 0.85
    assert not trained.network.training


@pytest.mark.filterwarnings("ignore:Data has no positive values")
def test_the_curves_of_a_perfect_network_can_be_drawn(tmp_path):
    curves.plot(History([2.0, 1.0, 0.1], [0.9, 1.0], [0.8, 1.0]), "perfect", tmp_path / "few.png")
    curves.plot(History([0.5] * 200, [1.0], [1.0]), "perfect", tmp_path / "many.png")
    few, many = ((tmp_path / name).read_bytes() for name in ("few.png", "many.png"))
    assert few != many


def test_the_commit_is_told_and_whether_files_differ_from_it(tmp_path, monkeypatch):
    def git(*arguments):
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(["git", *author, *arguments], capture_output=True, text=True, check=True).stdout.strip()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert training.commit(tmp_path) == "unknown"
    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    assert training.commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("two")
    assert training.commit(tmp_path) == git("rev-parse", "HEAD") + "-dirty"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hoda-compcat"], "hoda-compact"),
        (["hoda-compact", "--epochs", "0"], "0 is no number of epochs; give 1 or more"),
        (["hoda-compact", "--data-dir", "nowhere"], "there is no hoda/Train_60000.cdb in nowhere; put it there"),
    ],
)
def test_what_can_not_be_trained_is_told_in_a_sentence(arguments, says):
    said = command(*arguments)
    assert said.returncode == 2
    assert says in said.stderr
    assert "Traceback" not in said.stderr


def test_damaged_data_is_told_in_a_sentence(tmp_path):
    (tmp_path / "Train_60000.cdb").write_bytes(b"no data")
    said = command("hoda-compact", "--data-dir", tmp_path)
    assert said.returncode == 2
    assert "Train_60000.cdb: the file has 7 bytes" in said.stderr
    assert "Traceback" not in said.stderr
