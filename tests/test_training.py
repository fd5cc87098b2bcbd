"""Whole trainings, as `python train.py …` and in this process. Those that are interrupted are in test_stop.py."""

import csv
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from made import write_gan_digits, write_mnist, write_pages70
from PIL import Image
from scans import write_hoda
from torch import nn
from trainings import ROOT, Training, sha256

import hwr
from hwr import models, weights
from hwr.evaluation.calibration import Calibration
from hwr.evaluation.score import evaluate, wilson
from hwr.imaging.preparation import Preparation
from hwr.models import build
from hwr.recipes import RECIPES, Phase
from hwr.rows import load as load_rows
from hwr.training import export, loop, origin
from hwr.training import run as training
from hwr.training.loop import train
from hwr.training.stop import Stop

pytestmark = pytest.mark.timeout(300)  # s

SEED = 5
OPTIONS = ["--epochs", 1, "--batch", 20, "--lr", 0.002, "--seed", SEED]
WRITERS = 2
# What is special about the scores of a test set, where there are several.
SPECIALS = {
    "hoda-compact": ("scale known", "scale unknown"),
    "digits": (
        "hoda, scale known", "hoda, scale unknown", "hoda, script and scale unknown", "mnist", "mnist, script unknown",
    ),
    "numbers": ("hoda", "mnist"),
    "hoda-scans": ("scale known",),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """All the data in small."""
    folder = tmp_path_factory.mktemp("data")
    write_hoda(folder, train=120, validation=41, test=31)
    write_gan_digits(folder, train=5, test=2)
    write_mnist(folder, train=120, test=20)
    return write_pages70(folder, writers=WRITERS)


def command(*arguments, cwd=ROOT, **environment) -> subprocess.CompletedProcess:
    """`python train.py …`, as it is typed."""
    return subprocess.run(
        [sys.executable, ROOT / "train.py", *map(str, arguments)],
        cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=200,
    )  # fmt: skip


@pytest.fixture(scope="module")
def out(made, tmp_path_factory) -> Path:
    """What `train.py` leaves after an epoch on 120 pictures."""
    out = tmp_path_factory.mktemp("run") / "out"
    said = command("hoda-compact", *OPTIONS, "--data-dir", made, "--out", out)
    assert said.returncode == 0, said.stderr
    assert f"weights, report and pictures are in {out}" in said.stdout
    return out


@pytest.fixture(scope="module")
def report(out) -> dict:
    return json.loads((out / "report.json").read_text())


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_trains_to_a_folder_that_reads(name, made, tmp_path):
    out = tmp_path / "out"
    smoke = Training(tmp_path / "said", [name, "--smoke", "--data-dir", made, "--out", out])
    assert smoke.wait() == 0, smoke.said
    left = {path.name for path in out.iterdir()}
    assert {*export.FILES, "report.json", "loss.csv", "accuracy.csv", "curves.png"} <= left
    report = json.loads((out / "report.json").read_text())
    for special in SPECIALS.get(name, ("",)):
        end = f"-{special.replace(',', '').replace(' ', '-')}" if special else ""
        assert {f"{kind}{end}.png" for kind in ("confusion", "reliability", "coverage", "worst")} <= left
        with open(out / f"result{end}.csv", newline="") as file:
            label = ", ".join(filter(None, ("test", special)))
            assert len(list(csv.reader(file))) == 1 + report["scores"][label]["n"]
    assert len([label for label in report["scores"] if label.startswith("test")]) == len(SPECIALS.get(name, ("",)))
    phases = len(RECIPES[name].phases)
    assert report["steps"] == 3 * phases
    assert report["precision"] in ("fp32", RECIPES[name].precision)
    with open(out / "loss.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "loss"]
    assert len(rows) == 1 + report["steps"]
    assert len((out / "accuracy.csv").read_text().splitlines()) == 1 + phases
    if name == "numbers":  # reads for others
        assert load_rows(str(out)).preparation == RECIPES[name].prepare
        return
    model = hwr.load(str(out))
    picture = np.full((300, 500), 255, np.uint8)
    cv2.putText(picture, "1 lazy dog", (20, 180), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 6)
    assert model.read(picture) is not None


def test_a_run_leaves_weights_report_and_pictures(out):
    pictures = {"curves.png": (1050, 900)}
    for known in ("known", "unknown"):
        pictures[f"confusion-scale-{known}.png"] = pictures[f"worst-scale-{known}.png"] = None
        pictures[f"reliability-scale-{known}.png"] = (750, 750)
        pictures[f"coverage-scale-{known}.png"] = (750, 540)
    tables = {"loss.csv", "accuracy.csv", "result-scale-known.csv", "result-scale-unknown.csv"}
    state = {"last.pt", "best.safetensors"}
    assert {path.name for path in out.iterdir()} == {*export.FILES, "report.json", *pictures, *tables, *state}
    for name, size in pictures.items():
        with Image.open(out / name) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert size in (None, picture.size)
            assert len(np.unique(np.asarray(picture.convert("L")))) > 20


def test_the_report_tells_where_its_figures_come_from(out, report, made):
    assert report["seed"] == SEED
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", report["commit"])
    assert f"{made}" in report["command"]
    assert re.match(r"python \S*train.py hoda-compact --epochs 1 --batch 20 --lr 0.002 --seed 5 ", report["command"])
    assert "test scored once" in report["protocol"]
    assert (report["init"], report["data"], report["processes"], report["steps"]) == ("random", "hoda", 1, 6)
    assert report["parameters"] == sum(weight.numel() for weight in build("compact").parameters())
    assert report["bytes"] == {name: (out / name).stat().st_size for name in export.FILES}
    assert report["answer_ms"] > 0
    assert report["libraries"]["torch"] == training.torch.__version__.split("+")[0]
    config = json.loads((out / "config.json").read_text())
    assert config["calibration"] == report["calibration"]


def test_the_report_names_what_was_changed(report):
    assert report["changed"] == {"epochs": [40, 1], "batch": [256, 20], "lr": [3e-3, 2e-3]}
    published = RECIPES["hoda-compact"]
    phase = dataclasses.replace(published.phases[0], epochs=1, lr=2e-3)
    recipe = dataclasses.replace(published, phases=(phase,), batch=20)
    assert report["recipe"] == json.loads(json.dumps(dataclasses.asdict(recipe)))


def test_the_report_adds_up(report):
    sizes = {"validation": 41, "test": 31}
    assert set(report["scores"]) == {f"{split}, scale {known}" for split in sizes for known in ("known", "unknown")}
    for name, score in report["scores"].items():
        assert score["n"] == sizes[name.split(",")[0]]
        assert score["accuracy"] == score["correct"] / score["n"]
        confusion = np.array(score["confusion"])
        assert confusion.shape == (10, 11)
        assert confusion.sum(axis=1).tolist() == [score["n"] // 10 + (digit == 0) for digit in range(10)]
        assert np.trace(confusion[:, :10]) == score["correct"]
        assert confusion[:, 10].sum() == score["refused"]
        assert (score["low"], score["high"]) == wilson(score["correct"], score["n"])
        assert 0 <= score["ece"] <= 1


def test_the_config_is_the_recipe_s(out):
    config = json.loads((out / "config.json").read_text())
    recipe = RECIPES["hoda-compact"]
    assert (config["recipe"], config["model"]) == (recipe.name, recipe.model)
    assert Preparation(**config["preparation"]) == recipe.prepare
    assert Calibration(**config["calibration"]).temperature > 0


def test_the_same_seed_gives_the_same_weights_to_the_bit(out, made, tmp_path):
    for seed in (SEED, SEED + 1):
        place = ["--data-dir", made, "--out", tmp_path / f"{seed}"]
        again = Training(tmp_path / "said", ["hoda-compact", *OPTIONS[:-1], seed, *place])
        assert again.wait() == 0, again.said
        assert (sha256(tmp_path / f"{seed}") == sha256(out)) == (seed == SEED)


def test_what_was_shipped_scores_as_the_report_says(out, report, made, tmp_path, monkeypatch):
    finished = shutil.copytree(out, tmp_path / "run")
    (finished / "report.json").write_text(json.dumps(report | {"commit": "0123456789" * 4}))  # as if clean
    (tmp_path / "weights").mkdir()
    export.ship(finished, tmp_path / "weights")
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "weights")
    shipped = hwr.load("hoda-compact")
    for known in (True, False):
        again = evaluate(shipped, "hoda", "test", made, scale_known=known)
        told = report["scores"][f"test, scale {'known' if known else 'unknown'}"]
        assert again["n"] == told["n"] == 31
        assert again["correct"] == told["correct"]
        assert again["ece"] == pytest.approx(told["ece"], abs=1e-5)


def test_it_learns(made, tmp_path):
    recipe = RECIPES["hoda-compact"]
    phase = dataclasses.replace(recipe.phases[0], epochs=6, averaging=0.9)
    augment = dataclasses.replace(recipe.augment, views=2)
    trained = train(dataclasses.replace(recipe, phases=(phase,), augment=augment, batch=10), made, 0, tmp_path, Stop())
    history, known, unknown = trained.history, *trained.history.validation.values()
    assert list(history.validation) == ["validation, scale known", "validation, scale unknown"]
    assert len(history.losses) == 6 * (round(120 * (1 + augment.clutter)) // 10)
    assert len(history.training) == len(known) == len(unknown) == 6
    assert np.mean(history.losses[-12:]) < 0.6 * np.mean(history.losses[:12])
    assert min(known[-1], unknown[-1]) > 0.8
    assert trained.main
    assert not trained.network.training


class Said(nn.Module):
    """Says of every picture what it was told."""

    def __init__(self, **logits: float):
        super().__init__()
        self.logits = torch.tensor([logits.get(f"_{k}", 0.0) for k in range(21)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(x), -1)


def test_a_network_of_two_scripts_is_asked_what_each_set_is_with_and_without_its_script(made):
    """It takes everything for a Latin 7, else for a Persian 3."""
    asked = training._ask(RECIPES["digits"], made, Said(_17=5, _3=2))
    assert list(asked) == [
        f"{split}, {special}" for split in ("validation", "test") for special in SPECIALS["digits"]
    ]  # fmt: skip
    for name, part in asked.items():
        assert (part.samples.script == "latin") == ("mnist" in name)
        assert part.script == ("auto" if "script" in name else part.samples.script)
        read = training.answers(part.logits, Calibration(), part.script).read
        assert set(read.tolist()) == {3 if "hoda" in name and "script" not in name else 7}


def test_probabilities_are_fitted_on_validation_where_scripts_are_known(made, tmp_path, monkeypatch):
    fitted = []

    def fit(parts: list) -> Calibration:
        fitted.append(parts)
        return Calibration()

    monkeypatch.setattr(training, "_fit", fit)
    monkeypatch.setattr(training.plots, "plot_worst", lambda *_: None)
    network, history = build("compact-both").eval(), loop.History()
    history.losses, history.training = [1.0], [0.5]
    history.validation = {"validation, mnist": [0.5]}
    trained = loop.Trained(network, history, 1.0, 1, True, "unknown", "fp32")
    training._leave(trained, RECIPES["digits"], made, 0, tmp_path, {})
    (parts,) = fitted
    assert [(part.script, len(part.samples.images)) for part in parts] == [
        ("persian", 41), ("persian", 41), ("latin", 10),
    ]  # fmt: skip


@pytest.fixture
def tiny(monkeypatch, made, tmp_path):
    """Trains a network of two layers for these phases, where each epoch's validation accuracy is as told; gives
    what was trained, and the weights after each epoch."""
    monkeypatch.setitem(
        models.BUILDERS, "tiny", lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.Tanh(), nn.Linear(8, 10))
    )

    def tiny(accuracies: list[float], *phases: Phase, keep: str = "last", precision: str = "fp32"):
        left, after = iter(accuracies), []

        def check(self):
            after.append({name: tensor.clone() for name, tensor in self.body.state_dict().items()})
            return {"validation": next(left)}

        monkeypatch.setattr(loop._Training, "_check", check)
        recipe = dataclasses.replace(
            RECIPES["persian-lenet5"],
            data="hoda", model="tiny", phases=phases, batch=60, keep=keep, precision=precision,
        )  # fmt: skip
        return train(recipe, made, 0, tmp_path, Stop()), after

    return tiny


def same(weights: dict, others: dict) -> bool:
    return all(torch.equal(weights[name], others[name]) for name in weights)


def test_each_phase_stops_when_it_stalls_and_the_next_begins_anew(tiny):
    phase = Phase(epochs=20, optimizer="sgd", lr=0.1, stop=2)
    accuracies = [0.5, 0.6, 0.6, 0.5, 0.1, 0.2, 0.3, 0.3, 0.3]  # the second phase rises for long below the first
    trained, after = tiny(accuracies, phase, phase)
    assert trained.history.validation["validation"] == accuracies
    assert same(trained.network.state_dict(), after[-1])


@pytest.mark.parametrize(("able", "kind"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_networks_compute_in_what_the_machine_has(tiny, monkeypatch, able, kind):
    monkeypatch.setattr(loop, "native", lambda *_: able)
    kinds = []
    monkeypatch.setattr(nn.Tanh, "forward", lambda self, x: kinds.append(x.dtype) or x.tanh())
    trained, _ = tiny([0.5], Phase(epochs=1, optimizer="sgd", lr=0.1), precision="bf16")
    assert trained.precision == able
    assert set(kinds) == {kind}


def test_without_stop_a_phase_runs_to_its_end(tiny):
    trained, _ = tiny([0.5] * 6, Phase(epochs=6, optimizer="adam", lr=0.01))
    assert len(trained.history.losses) == 6 * 2


def test_the_best_epoch_s_weights_are_kept(tiny):
    phase = Phase(epochs=4, optimizer="sgd", lr=0.1)
    trained, after = tiny([0.3, 0.9, 0.9, 0.5], phase, keep="best")
    assert same(trained.network.state_dict(), after[1])  # the first of two that are as good


def test_the_second_phase_begins_with_the_best_of_the_first_and_may_not_reach_it(tiny):
    head = Phase(epochs=3, optimizer="sgd", lr=0.1, trains="head")
    still = Phase(epochs=1, optimizer="sgd", lr=1e-30)  # moves nothing
    trained, after = tiny([0.3, 0.9, 0.5, 0.2], head, still, keep="best")
    assert same(after[3], after[1])
    assert same(trained.network.state_dict(), after[1])
    assert torch.equal(after[0]["1.weight"], after[2]["1.weight"])  # the head alone was trained
    assert not torch.equal(after[0]["3.weight"], after[2]["3.weight"])


def test_the_commit_is_told_and_whether_files_differ_from_it(tmp_path, monkeypatch):
    def git(*arguments):
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(["git", *author, *arguments], capture_output=True, text=True, check=True).stdout.strip()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert origin.commit(tmp_path) == "unknown"
    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    assert origin.commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("two")
    assert origin.commit(tmp_path) == git("rev-parse", "HEAD") + "-dirty"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hoda-compcat"], "hoda-compact"),
        (["hoda-compact", "--epochs", "0"], "0 is no number of them; give 1 or more"),
        (["hoda-compact", "--lr", "fast"], "fast is no learning rate; give a number such as 0.001"),
        (["hoda-compact", "--lr", "nan"], "nan is no learning rate"),
        (["hoda-compact", "--lr", "0.1,0.2"], "hoda-compact has 1 phases; give --lr as many rates"),
        (["pages70-mobilenetv2", "--lr", "0.1"], "pages70-mobilenetv2 has 2 phases; give --lr as many rates"),
        (["hoda-compact", "--seed", "-1"], "-1 is no seed"),
        (["hoda-compact", "--smoke", "--ship"], "--smoke trains too little to ship; leave one of the two out"),
        (["hoda-compact", "--data-dir", "nowhere"], "there is no hoda/Train_60000.cdb in nowhere; put it there"),
        (["mnist-mlp", "--data", "letters", "--data-dir", "nowhere"], "no dataset is called 'letters'; there are hoda"),
        (["hoda-compact", "--resume", "--out", "nowhere"], "there is no nowhere/last.pt to resume from"),
        (["mnist-mlp", "--init", "imagenet", "--data-dir", "nowhere"], "say --init random"),
    ],
)
def test_what_can_not_be_trained_is_told_in_a_sentence(arguments, says, tmp_path):
    out = [] if "--out" in arguments else ["--out", tmp_path / "out"]
    training = Training(tmp_path / "said", [*arguments, *out])
    assert training.wait() == 2
    assert says in training.said
    assert "Traceback" not in training.said


def test_damaged_data_is_told_in_a_sentence(tmp_path):
    (tmp_path / "Train_60000.cdb").write_bytes(b"no data")
    training = Training(tmp_path / "said", ["hoda-compact", "--data-dir", tmp_path, "--out", tmp_path / "out"])
    assert training.wait() == 2
    assert "Train_60000.cdb: the file has 7 bytes" in training.said
    assert "Traceback" not in training.said


def test_train_alone_without_a_network_names_the_option_that_helps(made, tmp_path):
    away = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""}
    said = command(cwd=tmp_path, HWR_DATA=str(made), TORCH_HOME=str(tmp_path / "torch"), **away)
    assert said.returncode == 2
    assert "the ImageNet weights can't be downloaded from https://" in said.stderr
    assert "start from random weights with --init random" in said.stderr
    assert "Traceback" not in said.stderr


def test_help_lists_the_recipes_with_their_claims():
    said = command("--help")
    assert said.returncode == 0
    for name, recipe in RECIPES.items():
        claim = "no figure" if recipe.claim.accuracy is None else f"{recipe.claim.accuracy:.2%}"
        assert re.search(rf"^  {name} +{claim}  {re.escape(recipe.claim.protocol)}$", said.stdout, re.MULTILINE)
