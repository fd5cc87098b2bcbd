import json

import networks
import pytest

import hwr
from hwr import weights
from hwr.interface import catalog
from hwr.recipes import RECIPES


def test_what_ships_and_reads_digits_is_offered(recognizer):
    models = catalog.offered(recognizer)
    first, *_ = models.values()
    assert first == catalog.here(hwr.DEFAULT)
    for name in weights.index():
        config = hwr.EARLIER | json.loads(weights.read(name, "config.json"))
        assert (name in models) == (config["kind"] == "digit")
    assert all(name == model.name for name, model in models.items())


def test_figures_are_those_of_the_report(recognizer):
    """The page does not know how large the paper is, and the script only where a visitor says it."""
    model = catalog.offered(recognizer)[hwr.DEFAULT]
    figures = weights.index()[hwr.DEFAULT]["figures"]
    labels = {"auto": "hoda, script and scale unknown", "persian": "hoda, scale unknown", "latin": "mnist"}
    assert model.scores == {
        asked: catalog.Score(label.split(",")[0], figures[f"test, {label}"]["accuracy"], figures[f"test, {label}"]["n"])
        for asked, label in labels.items()
    }
    assert model.size == (weights.FOLDER / hwr.DEFAULT / "model.onnx").stat().st_size
    assert (model.script, model.data, model.side, model.owner) == ("both", "hoda+mnist", 32, None)
    model = catalog.offered(recognizer)["hoda-compact"]
    accuracy = weights.index()["hoda-compact"]["figures"]["test, scale unknown"]["accuracy"]
    assert model.scores == {"auto": catalog.Score("hoda", accuracy, 20_000)}
    assert (model.script, model.data) == ("persian", "hoda")


def test_what_others_published_says_so(recognizer, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # where nothing was trained
    model = catalog.offered(recognizer)["hoda-resnet50"]
    assert (model.owner, model.published) == ("Azadeh", True)
    assert model.scores == {"auto": catalog.Score("hoda", RECIPES["hoda-resnet50"].claim.accuracy, 20_000)}
    assert catalog.elsewhere("hoda-resnet50@v1")._replace(name="hoda-resnet50") == model
    assert catalog.elsewhere(hwr.DEFAULT) is None


def test_a_model_that_needs_torch_says_that_it_is_not_there(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert catalog.elsewhere("hoda-resnet50").lacking is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert catalog.elsewhere("hoda-resnet50").lacking == "torch"


def test_the_one_that_is_served_comes_first(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "FOLDER", networks.shipped(tmp_path, {"three": 3}))
    assert [*catalog.offered(hwr.load("three"))][:2] == ["three", hwr.DEFAULT]


def test_a_model_of_the_hub_tells_what_it_knows(recognizer):
    served = hwr.Recognizer(
        "user/digits@v1", recognizer.engine, recognizer.preparation, recognizer.calibration, "mnist"
    )
    model = catalog.offered(served)["user/digits@v1"]
    assert (model.script, model.data, model.side, model.owner) == ("latin", "mnist", 32, "user")
    assert (model.scores, model.size) == ({}, None)


REPORT = {"recipe": {}, "scores": {"validation": {"n": 5, "accuracy": 1.0}, "test": {"n": 100, "accuracy": 0.97}}}


def test_a_model_of_the_hub_tells_its_size_and_what_its_report_says(hub):
    files = {name: weights.read("mnist-mlp", name) for name in ("config.json", "model.safetensors", "model.onnx")}
    hub.publish("user/digits", files | {"report.json": json.dumps(REPORT).encode()})
    served = hwr.load("user/digits")
    hub.requests.clear()
    first, *_ = catalog.offered(served).values()
    assert (first.name, first.size) == ("user/digits", len(files["model.onnx"]))
    assert first.scores == {"auto": ("mnist", 0.97, 100)}
    assert hub.requests == []


@pytest.mark.parametrize(
    "report",
    [None, b"", b"[]", b"7", b"[" * 100_000, {"scores": 7}, {"scores": {"test": 7}},
     {"scores": {"test": {"accuracy": "x"}}},
     {"scores": {"test": {"accuracy": 2, "n": 1}}}, {"scores": {"test": {"accuracy": 1, "n": "many"}}}],
)  # fmt: skip
def test_a_report_of_the_hub_that_says_nothing_leaves_its_place_empty(hub, report):
    files = {name: weights.read("mnist-mlp", name) for name in ("config.json", "model.safetensors")}
    told = json.dumps(report).encode() if isinstance(report, dict) else report
    hub.publish("user/digits", files | ({} if told is None else {"report.json": told}))
    model = catalog.loaded(hwr.load("user/digits"))
    assert (model.scores, model.size) == ({}, len(files["model.safetensors"]))


@pytest.mark.parametrize("file", ["config.json", "model.onnx", "report.json"])
def test_what_is_damaged_or_reads_pages_is_left_out(recognizer, monkeypatch, tmp_path, file):
    folder = networks.shipped(tmp_path, {"three": 3, "pages": 4})
    monkeypatch.setattr(weights, "FOLDER", folder)
    assert {"three", "pages"} <= catalog.offered(recognizer).keys()
    (folder / "three" / file).write_bytes(b"[]")
    page = networks.write(tmp_path / "page", 5)
    config = json.loads((page / "config.json").read_text())
    (page / "config.json").write_text(json.dumps(config | {"kind": "page"}))
    assert "three" not in catalog.offered(recognizer)
    assert catalog.here(str(page)) is None


@pytest.mark.parametrize(
    ("data", "script"),
    [("mnist", "latin"), ("hoda", "persian"), ("gan-digits", "persian"), ("hoda+mnist", "both")],
)
def test_a_script_is_that_of_the_data(data, script):
    assert catalog.script(data) == script
