import hashlib
import json
import re
import shutil

import numpy as np
import onnx
import pytest
from pictures import drawing

import hwr
from hwr import weights
from hwr.data import UNSEEN
from hwr.recipes import RECIPES

MOST_BYTES = 10_000_000  # of a file in the repository
HODA = {"validation": 22_352, "test": 20_000}  # its pictures
FILES = {"config.json", "model.onnx", "model.safetensors", "report.json"}

each_model = pytest.mark.parametrize("name", weights.index())


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The shipped folder, to be damaged."""
    folder = shutil.copytree(weights.FOLDER, tmp_path / "weights", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(weights, "FOLDER", folder)
    return folder


def test_the_index_and_the_folders_know_the_same_models():
    folders = {path.name for path in weights.FOLDER.iterdir() if path.is_dir()} - {"__pycache__"}
    assert set(weights.index()) == folders
    assert hwr.DEFAULT in folders


@each_model
def test_every_file_is_in_the_index_small_and_whole(name):
    folder = weights.FOLDER / name
    sums = weights.index()[name]["files"]
    assert set(sums) == {path.name for path in folder.iterdir()} == FILES
    for file, told in sums.items():
        data = (folder / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == told
        assert weights.read(name, file) == data
        assert len(data) <= MOST_BYTES, file


def test_the_default_model_is_small():
    assert all(path.stat().st_size <= 1_000_000 for path in (weights.FOLDER / hwr.DEFAULT).iterdir())


@each_model
def test_the_index_tells_the_report_s_figures(name):
    entry = weights.index()[name]
    report = json.loads(weights.read(name, "report.json"))
    assert entry["recipe"] == report["recipe"]["name"]
    assert entry["recipe"] in RECIPES
    assert set(entry["figures"]) == set(report["scores"])
    splits = {"validation", "test", UNSEEN.get(report["recipe"]["data"], "validation")}
    assert {key.split(",")[0] for key in entry["figures"]} == splits
    for name, figures in entry["figures"].items():
        if report["recipe"]["data"] == "hoda":
            assert figures["n"] == HODA[name.split(",")[0]]
        assert figures["accuracy"] == figures["correct"] / figures["n"]
        assert figures == {key: report["scores"][name][key] for key in ("n", "correct", "accuracy", "ece")}


@each_model
def test_the_report_tells_the_commit_and_how_pictures_were_prepared(name):
    report = json.loads(weights.read(name, "report.json"))
    assert re.fullmatch(r"[0-9a-f]{40}", report["commit"])
    assert report["recipe"]["prepare"] == json.loads(weights.read(name, "config.json"))["preparation"]


@pytest.mark.parametrize("file", sorted(FILES))
def test_one_flipped_bit_is_told_in_a_sentence(copied, file):
    path = copied / hwr.DEFAULT / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(
        hwr.WeightsError, match=r"sha256 is [0-9a-f]{12}…, the index says .* install hwr again"
    ) as raised:
        weights.read(hwr.DEFAULT, file)
    assert str(path) in str(raised.value)
    if file in ("config.json", "model.onnx"):
        with pytest.raises(hwr.WeightsError):
            hwr.load()


def test_a_missing_file_is_told_in_a_sentence(copied):
    (copied / hwr.DEFAULT / "model.onnx").unlink()
    with pytest.raises(hwr.WeightsError, match="install hwr again"):
        hwr.load()


@pytest.mark.parametrize("name", ["hoda-compcat", "", "../weights", "index.json"])
def test_an_unknown_name_lists_the_known_ones(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # where nothing was trained
    with pytest.raises(hwr.WeightsError) as raised:
        hwr.load(name)
    assert str(raised.value) == f"no model is called {name!r}; there are {', '.join(weights.index())}"


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A folder as a training leaves it, runs/mine below where we are."""
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "runs" / "mine"
    shutil.copytree(weights.FOLDER / "hoda-compact", run)
    config = json.loads((run / "config.json").read_text())
    config |= {"kind": "digit", "data": "mnist", "classes": [*"0123456789"]}
    (run / "config.json").write_text(json.dumps(config))
    return run


@pytest.mark.parametrize("name", ["mine", "runs/mine", "./runs/mine/", "absolute"])
def test_what_was_trained_here_loads_by_its_name_and_by_its_folder(trained, name):
    name = str(trained) if name == "absolute" else name
    loaded = hwr.load(name)
    assert (loaded.name, loaded.kind, loaded.data, loaded.scripts) == (name, "digit", "mnist", ("latin",))
    assert loaded.read(drawing(7)).digit == "7"
    assert loaded.read(drawing(7)).model == name


def test_a_shipped_model_goes_before_a_run_of_the_same_name(trained):
    trained.rename(trained.parent / hwr.DEFAULT)
    loaded = hwr.load(hwr.DEFAULT)
    assert (loaded.data, loaded.scripts) == ("hoda+mnist", ("persian", "latin"))


def test_an_unknown_name_lists_what_was_trained_here_too(trained):
    with pytest.raises(hwr.WeightsError, match=r"no model is called 'huda'; there are .*mine"):
        hwr.load("huda")


@pytest.mark.parametrize("file", ["config.json", "model.onnx"])
def test_a_run_that_lacks_a_file_is_told(trained, file):
    (trained / file).unlink()
    with pytest.raises(hwr.WeightsError, match=rf"holds no {re.escape(file)}; train the model again"):
        hwr.load("mine")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\0", "3"])
def test_a_config_that_holds_no_settings_is_told(trained, text):
    (trained / "config.json").write_text(text)
    with pytest.raises(hwr.WeightsError, match=r"mine: config\.json holds no settings; the file is damaged"):
        hwr.load("mine")


WRONG = {
    "an unknown kind": ({"kind": "word"}, "word"),
    "an unknown setting": ({"preparation": {"sides": 32}}, "sides"),
    "settings of a page": ({"kind": "page"}, "side"),
    "no settings": ({"preparation": None}, "config.json is not as this version"),
    "no calibration": ({"calibration": 3}, "config.json is not as this version"),
    "no classes": ({"classes": None}, "config.json is not as this version"),
    "other classes": ({"classes": ["01", "02"]}, "its classes are 01, 02, where the ten digits were expected"),
    "another side": ({"preparation": {"side": 28, "size_plane": True}}, r"takes pictures of \(2, 32, 32\), config"),
    "fewer planes": ({"preparation": {"side": 32}}, r"takes pictures of \(2, 32, 32\), config.json prepares \(1, 32"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_config_that_does_not_fit_is_told(trained, case):
    change, told = WRONG[case]
    config = json.loads((trained / "config.json").read_text())
    (trained / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(hwr.WeightsError, match=told):
        hwr.load("mine")


@pytest.mark.parametrize("classes", [1, 70])
def test_a_network_of_other_classes_is_told(trained, classes):
    config = {"kind": "page", "data": "pages70", "classes": [f"{k:02}" for k in range(classes)]}
    config |= {"preparation": {"height": 32, "channels": 2}, "calibration": {}}
    (trained / "config.json").write_text(json.dumps(config))
    with pytest.raises(hwr.WeightsError, match=f"tells 11 classes apart, config.json has {classes}"):
        hwr.load("mine")


def test_a_page_model_loads_as_an_identifier(trained):
    config = {"kind": "page", "data": "pages70", "classes": [f"{k:02}" for k in range(1, 12)]}
    config |= {"preparation": {"height": 32, "channels": 2}, "calibration": {"temperature": 2.0}}
    (trained / "config.json").write_text(json.dumps(config))
    loaded = hwr.load("mine")
    assert isinstance(loaded, hwr.Identifier)
    assert (loaded.kind, loaded.data, loaded.classes[-1], loaded.calibration.temperature) == (
        "page",
        "pages70",
        "11",
        2,
    )


@pytest.mark.parametrize("data", [b"", b"no network", b"cut"])
def test_a_network_that_can_not_be_read_is_told(trained, data):
    (trained / "model.onnx").write_bytes((trained / "model.onnx").read_bytes()[:9000] if data == b"cut" else data)
    with pytest.raises(hwr.WeightsError, match=r"mine: model\.onnx can't be used: this is no ONNX network"):
        hwr.load("mine")


@pytest.mark.parametrize("tensor", [0, 5, -1])
def test_weights_that_are_no_numbers_are_told(trained, tensor):
    model = onnx.load(trained / "model.onnx")
    spoilt = [each for each in model.graph.initializer if each.data_type == onnx.TensorProto.FLOAT][tensor]
    values = onnx.numpy_helper.to_array(spoilt).copy()
    values.flat[0] = np.nan
    spoilt.CopyFrom(onnx.numpy_helper.from_array(values, spoilt.name))
    onnx.save(model, trained / "model.onnx")
    with pytest.raises(hwr.WeightsError, match="can't be used: it answers with no finite numbers"):
        hwr.load("mine")
