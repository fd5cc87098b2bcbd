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
from hwr.imaging.preparation import Preparation
from hwr.models import build
from hwr.recipes import RECIPES
from hwr.training import export

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
    export.write(network, RECIPE, CALIBRATION, folder)
    report = {"recipe": {"name": RECIPE.name}, "scores": SCORES, "commit": "0123456789" * 4}
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "curves.png").write_bytes(encode(drawing(1)))
    return folder


LEFT = {*export.FILES, "report.json", "curves.png"}


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
    assert (config["recipe"], config["model"]) == ("hoda-compact", "compact")


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
    assert {path.name for path in (tmp_path / RECIPE.name).iterdir()} == LEFT
    index = json.loads((tmp_path / "index.json").read_text())
    assert set(index) == {RECIPE.name}
    entry = index[RECIPE.name]
    assert entry["recipe"] == RECIPE.name
    assert entry["figures"] == {
        name: {key: score[key] for key in ("n", "correct", "accuracy", "ece")} for name, score in SCORES.items()
    }
    assert set(entry["files"]) == LEFT
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
