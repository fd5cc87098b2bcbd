import hashlib
import json
import re
import shutil

import pytest

import hwr
from hwr import weights
from hwr.recipes import RECIPES

MOST_BYTES = 1_000_000
SPLITS = {"validation": 22_352, "test": 20_000}  # of Hoda
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
    assert set(sums) == {path.name for path in folder.iterdir()} >= FILES
    assert all(file.endswith(".png") for file in set(sums) - FILES)
    for file, told in sums.items():
        data = (folder / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == told
        assert weights.read(name, file) == data
        assert len(data) <= MOST_BYTES, file


@each_model
def test_the_index_tells_the_report_s_figures(name):
    entry = weights.index()[name]
    report = json.loads(weights.read(name, "report.json"))
    assert entry["recipe"] == report["recipe"]["name"]
    assert entry["recipe"] in RECIPES
    assert set(entry["figures"]) == {f"{split}, scale {s}" for split in SPLITS for s in ("known", "unknown")}
    for name, figures in entry["figures"].items():
        assert figures["n"] == SPLITS[name.split(",")[0]]
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
def test_an_unknown_name_lists_the_known_ones(name):
    with pytest.raises(hwr.WeightsError) as raised:
        hwr.load(name)
    assert str(raised.value) == f"no model is called {name!r}; there are hoda-compact"
