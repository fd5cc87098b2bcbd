import dataclasses
import hashlib
import json
import shutil

import numpy as np
import onnx
import pytest
import torch
from pictures import drawing, encode
from safetensors.torch import load_file

import hwr
from hwr import weights
from hwr.engines import OpenCVEngine, TorchEngine
from hwr.evaluation.calibration import Calibration
from hwr.imaging.patches import PagePreparation
from hwr.imaging.preparation import Preparation
from hwr.imaging.rings import RingPreparation
from hwr.models import build
from hwr.recipes import RECIPES
from hwr.training import export

DIGITS = tuple("0123456789")
RECIPE = RECIPES["hoda-compact"]
CALIBRATION = Calibration(0.8123, 0.25)
SCORES = {
    "test, scale known": {"n": 20, "correct": 19, "accuracy": 0.95, "ece": 0.01, "refused": 1},
    "test, scale unknown": {"n": 20, "correct": 18, "accuracy": 0.9, "ece": 0.02, "refused": 0},
}


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    """Not trained, but with statistics in its batch norms that matter."""
    torch.manual_seed(0)
    network = build(RECIPE.model).train()
    with torch.no_grad():
        for _ in range(5):
            network(torch.rand(16, 2, 32, 32))
    return network


@pytest.fixture(scope="module")
def run(network, tmp_path_factory):
    """A folder as a training leaves it."""
    folder = tmp_path_factory.mktemp("run") / "new"
    export.write(network, RECIPE, DIGITS, CALIBRATION, folder)
    report = {"recipe": {"name": RECIPE.name}, "scores": SCORES, "commit": "0123456789" * 4}
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "curves.png").write_bytes(encode(drawing(1)))
    return folder


SHIPPED = {*export.FILES, "report.json"}
LEFT = {*SHIPPED, "curves.png"}


def inputs(count: int = 20) -> np.ndarray:
    rng = np.random.default_rng(0)
    drawn = [RECIPE.prepare.array(drawing(k % 10), 2000) for k in range(count)]
    return np.concatenate([drawn, rng.random((count, 2, 32, 32))]).astype(np.float32)


def test_three_files_and_each_is_small(run):
    assert {path.name for path in run.iterdir()} == LEFT
    assert all(0 < path.stat().st_size <= 1_000_000 for path in run.iterdir())


def test_the_config_makes_preparation_and_calibration_again(run):
    config = json.loads((run / "config.json").read_text())
    assert Preparation(**config["preparation"]) == RECIPE.prepare
    assert Calibration(**config["calibration"]) == CALIBRATION
    told = {name: config[name] for name in ("recipe", "model", "data", "kind", "classes")}
    assert told == {
        "recipe": "hoda-compact", "model": "compact", "data": "hoda", "kind": "digit", "classes": list(DIGITS),
    }  # fmt: skip


def test_the_tensors_are_the_network_s(run, network):
    stored = load_file(run / "model.safetensors")
    expected = network.state_dict()
    assert set(stored) == set(expected)
    assert all(torch.equal(stored[name], expected[name]) for name in expected)


def test_the_onnx_file_stands_alone(run):
    model = onnx.load(run / "model.onnx", load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    assert [given.name for given in model.graph.input] == ["picture"]
    assert [answer.name for answer in model.graph.output] == ["logits"]
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    known = {node.op_type for node in model.graph.node}
    assert "Dropout" not in known


def test_opencv_torch_and_the_network_agree(run, network):
    x = inputs()
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(x)).numpy()
    assert expected.std(axis=0).min() > 1e-3
    for engine in (
        OpenCVEngine((run / "model.onnx").read_bytes()),
        TorchEngine(RECIPE.model, (run / "model.safetensors").read_bytes()),
    ):
        logits = engine.logits(x)
        assert (logits.shape, logits.dtype) == ((40, 11), np.float32)
        np.testing.assert_allclose(logits, expected, atol=1e-4)
        for found, right in zip(CALIBRATION.probabilities(logits), CALIBRATION.probabilities(expected), strict=True):
            np.testing.assert_allclose(found, right, atol=1e-4)


def test_shipping_copies_and_enters_sums_and_figures(run, tmp_path):
    export.ship(run, tmp_path)
    assert {path.name for path in (tmp_path / RECIPE.name).iterdir()} == SHIPPED
    index = json.loads((tmp_path / "index.json").read_text())
    assert set(index) == {RECIPE.name}
    entry = index[RECIPE.name]
    assert entry["recipe"] == RECIPE.name
    assert entry["figures"] == {
        name: {key: score[key] for key in ("n", "correct", "accuracy", "ece")} for name, score in SCORES.items()
    }
    assert set(entry["files"]) == SHIPPED
    for file, told in entry["files"].items():
        assert (tmp_path / RECIPE.name / file).read_bytes() == (run / file).read_bytes()
        assert hashlib.sha256((run / file).read_bytes()).hexdigest() == told


def test_shipping_again_replaces_its_own_and_leaves_the_others(run, tmp_path):
    other = {"files": {}, "figures": {}, "recipe": "other"}
    stale = {"files": {"model.onnx": "0" * 64}, "figures": {}, "recipe": RECIPE.name}
    (tmp_path / "index.json").write_text(json.dumps({"other": other, RECIPE.name: stale}))
    export.ship(run, tmp_path)
    index = json.loads((tmp_path / "index.json").read_text())
    assert index["other"] == other
    assert index[RECIPE.name]["files"]["model.onnx"] != "0" * 64


@pytest.mark.parametrize("commit", ["unknown", "0123456789" * 4 + "-dirty"])
def test_what_nobody_could_train_again_is_not_shipped(run, commit, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    report = json.loads((run / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps(report | {"commit": commit}))
    (tmp_path / "weights").mkdir()
    with pytest.raises(ValueError, match=f"from a clean commit, this is {commit}; commit the changes, then train"):
        export.ship(folder, tmp_path / "weights")
    assert list((tmp_path / "weights").iterdir()) == []


def test_what_was_shipped_is_loaded(run, network, tmp_path, monkeypatch):
    export.ship(run, tmp_path)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    recognizer = hwr.load(RECIPE.name)
    assert recognizer.preparation == RECIPE.prepare
    assert recognizer.calibration == CALIBRATION
    with torch.inference_mode():
        x = torch.from_numpy(RECIPE.prepare.array(drawing(8))[None])
        digits, _ = CALIBRATION.probabilities(network.eval()(x).numpy())
    np.testing.assert_allclose(list(recognizer.read(drawing(8)).probabilities.values()), digits[0], atol=1e-4)


def likely(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["compact", "lenet5", "mlp", "rings"])
def test_a_small_network_is_stored_as_it_is(name):
    torch.manual_seed(0)
    network = build(name)
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    export.halve(network)
    assert not export.is_halved(network)
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A large network, halved as a run does it before anything is scored, and its folder."""
    torch.manual_seed(0)
    network, recipe = build("cnn-deep"), RECIPES["mnist-cnn-rmsprop"]
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    export.halve(network)
    folder = tmp_path_factory.mktemp("large")
    export.write(network, recipe, DIGITS, CALIBRATION, folder)
    return network, before, folder


def test_a_large_network_is_rounded_to_16_bits(large):
    network, before, folder = large
    assert export.is_halved(network)
    stored = load_file(folder / "model.safetensors")
    for key, tensor in network.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, before[key].half().float())
        assert stored[key].dtype == torch.float16
        assert torch.equal(stored[key].float(), tensor)  # what is scored is what is stored
    count = sum(tensor.numel() for tensor in before.values())
    for file in ("model.safetensors", "model.onnx"):
        assert 2 * count < (folder / file).stat().st_size < 2.1 * count


def test_a_large_network_s_files_agree_with_it(large):
    network, _, folder = large
    onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    rng = np.random.default_rng(0)
    x = rng.random((20, 1, 28, 28)).astype(np.float32)
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(x)).numpy()
    logits = OpenCVEngine((folder / "model.onnx").read_bytes()).logits(x)
    np.testing.assert_allclose(likely(logits), likely(expected), atol=1e-3)
    again = TorchEngine("cnn-deep", (folder / "model.safetensors").read_bytes()).logits(x)
    np.testing.assert_allclose(likely(again), likely(expected), atol=1e-5)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["resnet50"])
def test_torchvision_s_networks_agree_through_opencv(name):
    torch.manual_seed(0)
    shape = (3, 32, 32) if name == "resnet50" else (3, 96, 96)  # of a page's patch, a third each way: it pools
    network, x = build(name).train(), torch.rand(8, *shape) * 2 - 1
    with torch.inference_mode():
        for _ in range(20):  # or its batch norms would let nothing through
            network(x)
        network.eval()
        export.halve(network)
        expected = network(x).numpy()
    assert export.is_halved(network)
    logits = OpenCVEngine(export.onnx_of(network, shape, half=True)).logits(x.numpy())
    assert expected.std(axis=0).min() > 1e-3
    np.testing.assert_allclose(likely(logits), likely(expected), atol=1e-3)


class Tiny(torch.nn.Sequential):
    """(N, 3, 32, 32) -> (N, 4) logits."""

    def __init__(self):
        super().__init__(
            torch.nn.Conv2d(3, 2, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(2, 4)
        )


@pytest.mark.parametrize("kind", ["digit", "page", "rings"])
def test_every_kind_of_preparation_is_written_and_loaded(kind, tmp_path):
    recipe, classes = {
        "digit": (RECIPES["mnist-mlp"], DIGITS),
        "page": (
            dataclasses.replace(RECIPES["pages70-mobilenetv2"], prepare=PagePreparation(height=32, even=2, random=1)),
            ("01", "02", "03", "04"),
        ),
        "rings": (RECIPES["pages70-compact"], tuple(f"{k:02}" for k in range(1, 71))),
    }[kind]
    network = Tiny() if kind == "page" else build(recipe.model)
    export.write(network, recipe, classes, CALIBRATION, tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["kind"], config["classes"], config["data"]) == (kind, list(classes), recipe.data)
    loaded = hwr.load(str(tmp_path / "run"))
    assert loaded.preparation == recipe.prepare
    assert type(loaded.preparation) is {"digit": Preparation, "page": PagePreparation, "rings": RingPreparation}[kind]
    assert loaded.calibration == CALIBRATION
    assert loaded.classes == classes
    assert type(loaded) is (hwr.Recognizer if kind == "digit" else hwr.Identifier)
    told = loaded.read(drawing(5))
    assert (told.digit if kind == "digit" else told.label) in {*classes, None}
