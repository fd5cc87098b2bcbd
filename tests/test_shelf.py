"""Which model answers whom: loads on demand, each once, strangers' names are refused."""

import threading
import time

import networks
import pytest
from huggingface_hub import constants

import hwr
from hwr import weights
from hwr.hub import AwayError
from hwr.interface import shelf
from hwr.interface.shelf import BusyError, Shelf, UnknownModelError, chooser, served

SOON = 60.0  # s, on a busy machine
NAMES = {"three": 3, "four": 4, "six": 6, "seven": 7, "eight": 8}


@pytest.fixture
def models(recognizer, monkeypatch, tmp_path):
    """A shelf with models that always see the digit they are called after."""
    monkeypatch.setattr(weights, "FOLDER", networks.shipped(tmp_path, NAMES))
    return Shelf(recognizer)


@pytest.fixture
def gate(monkeypatch):
    """Loads wait until it is set; `gate.asked` are the names that were loaded."""
    event, load = threading.Event(), hwr.load
    event.asked = []

    def wait(name: str = hwr.DEFAULT):
        event.asked.append(name)
        assert event.wait(SOON)
        return load(name)

    monkeypatch.setattr(hwr, "load", wait)
    yield event
    event.set()


def test_a_model_is_loaded_when_it_is_first_asked_for(models, gate, recognizer):
    assert models.find(None, 0) is recognizer
    assert models.find(recognizer.name, 0) is recognizer
    assert gate.asked == []
    with pytest.raises(BusyError, match="being loaded"):
        models.find("three", 0.01)
    with pytest.raises(BusyError):  # the same load goes on
        models.find("three", 0.01)
    assert models.find(None, 0) is recognizer, "the old one answers meanwhile"
    gate.set()
    assert models.find("three", SOON).name == "three"
    assert models.find("three", 0).name == "three"
    assert gate.asked == ["three"]


@pytest.mark.parametrize(
    "name", ["", "nine", "../hoda-compact", "/etc", "user/repo", 7, ["three"], {"a": 1}, "x" * 10**6]
)
def test_a_name_that_is_not_offered_is_refused(models, gate, name):
    with pytest.raises(UnknownModelError, match=r"^no model is called .* there are digits, ") as refusal:
        models.find(name, 0)
    assert len(str(refusal.value)) < 400
    assert gate.asked == []


def test_two_who_disagree_load_each_model_once(models, gate, recognizer):
    gate.set()
    for _ in range(3):
        for name in NAMES:
            assert models.find(name, SOON).name == name
            assert models.find(None, 0) is recognizer
    assert gate.asked == [*NAMES]


def test_a_failure_is_told_and_tried_again_later(models, monkeypatch):
    (weights.FOLDER / "three" / "model.onnx").write_bytes(b"damaged")
    for _ in range(2):
        with pytest.raises(hwr.WeightsError, match="the file is damaged"):
            models.find("three", SOON)
    (weights.FOLDER / "three" / "model.onnx").write_bytes(networks.onnx(3))
    with pytest.raises(hwr.WeightsError, match="the file is damaged"):
        models.find("three", SOON)
    later = time.monotonic() + shelf.AGAIN + 1
    monkeypatch.setattr(shelf.time, "monotonic", lambda: later)
    assert models.find("three", SOON).name == "three"


def test_whatever_goes_wrong_is_told(models, monkeypatch, capsys):
    def run_out(name):
        raise MemoryError

    monkeypatch.setattr(hwr, "load", run_out)
    with pytest.raises(hwr.WeightsError, match=r"three can't be loaded \(MemoryError\)"):
        models.find("three", SOON)
    assert "Traceback" in capsys.readouterr().err


def test_what_lacks_a_package_is_not_fetched(models, gate):
    models.models["three"] = models.models["three"]._replace(lacking="torch")
    with pytest.raises(hwr.WeightsError, match="three needs torch, which is not installed here"):
        models.find("three", SOON)
    assert gate.asked == []


def test_the_page_is_told_how_it_stands(models, gate, monkeypatch):
    monkeypatch.setattr(shelf, "MOMENT", 0.01)
    choose = chooser(models)
    assert choose(hwr.DEFAULT) == {"side": 32}
    assert choose("three") == {"loading": True}
    gate.set()
    models.find("three", SOON)
    assert choose("three") == {"side": networks.SIDE}
    assert choose("nine")["error"].startswith("no model is called 'nine' here")
    assert list(choose({"name": "three"})) == ["error"]


class Page:
    """What `hwr.load` gives for a network of pages."""

    kind, name = "page", "pages"


def test_a_network_for_pages_is_refused(models, monkeypatch):
    monkeypatch.setattr(hwr, "load", lambda name=hwr.DEFAULT: Page())
    with pytest.raises(hwr.WeightsError, match="whose hand wrote a page"):
        models.find("three", SOON)


@pytest.mark.parametrize("name", [None, "", hwr.DEFAULT])
def test_the_default_is_served(name):
    recognizer, notice = served(name)
    assert (recognizer.name, notice) == (hwr.DEFAULT, None)


def test_another_model_is_served_where_it_is_named(tmp_path):
    folder = str(networks.write(tmp_path / "mine", 4))
    recognizer, notice = served(folder)
    assert (recognizer.name, notice) == (folder, None)


def served_instead(monkeypatch, error: Exception):
    """What is served where loading user/repo ends in this error."""
    load = hwr.load

    def fail(name=hwr.DEFAULT):
        if name == "user/repo":
            raise error
        return load(name)

    monkeypatch.setattr(hwr, "load", fail)
    return served("user/repo")


@pytest.mark.parametrize(
    ("error", "away"), [(AwayError("the Hub is away"), True), (hwr.WeightsError("it is bad"), False)]
)
def test_what_ships_is_served_where_that_fails(monkeypatch, error, away):
    recognizer, notice = served_instead(monkeypatch, error)
    assert recognizer.name == hwr.DEFAULT
    assert (notice.model, notice.wanted, notice.away) == (hwr.DEFAULT, "user/repo", away)
    assert notice.sentence.startswith("digits, which ships with hwr, answers in place of user/repo: ")
    assert str(error) in notice.sentence


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), TypeError("a secret"), OSError(28, "No space")])
def test_nothing_keeps_the_page_from_starting(monkeypatch, capsys, error):
    recognizer, notice = served_instead(monkeypatch, error)
    assert (recognizer.name, notice.away) == (hwr.DEFAULT, False)
    assert f"user/repo can't be loaded ({type(error).__name__}); choose another model" in notice.sentence
    assert "Traceback" in capsys.readouterr().err, "for whoever runs the page"


@pytest.mark.parametrize(
    "wrong", [b"[" * 100_000, b'{"preparation": {"side": 1e9}, "calibration": {"temperature": "x"}}', b"7"]
)
def test_a_folder_of_nonsense_does_not_either(monkeypatch, tmp_path, wrong):
    (networks.write(tmp_path / "mine", 4) / "config.json").write_bytes(wrong)
    recognizer, notice = served(str(tmp_path / "mine"))
    assert recognizer.name == hwr.DEFAULT
    assert str(tmp_path) not in str(notice)
    assert notice.wanted == "mine"


@pytest.mark.parametrize(
    ("told", "public"),
    [
        ("/home/me/.cache/hf/hub/models--a--b/x.onnx: can't be read", "x.onnx: can't be read"),
        ("it can't be kept in /data/hub (No space); make room", "it can't be kept in hub (No space); make room"),
        ("delete ~/hub/models--a--b and try again", "delete models--a--b and try again"),
        ("'../there/mine' is none", "'mine' is none"),
        ("see https://huggingface.co/user/digits/commits/main, and user/digits", None),
        ("user/digits@refs/pr/1 has no model.onnx; 3/4 of it", None),
        ("what answers at http://127.0.0.1:9 is not the Hub", None),
    ],
)
def test_strangers_are_told_no_place_of_this_machine(told, public):
    assert shelf.public(told) == (public or told)
    assert shelf.public(f"{weights.FOLDER}/three/model.onnx") == "three/model.onnx"


def test_a_failed_load_tells_no_place_of_this_machine(models, monkeypatch):
    def fail(name):
        raise hwr.WeightsError("/srv/models/three/model.onnx: can't be read; train the model again")

    monkeypatch.setattr(hwr, "load", fail)
    with pytest.raises(hwr.WeightsError, match=r"^model\.onnx: can't be read; train the model again$"):
        models.find("three", SOON)


def test_a_hub_that_takes_the_call_and_sends_nothing_does_not_hold_the_page(hub, monkeypatch):
    hub.publish("user/digits", {"config.json": b"{}", "model.safetensors": b""})
    hub.stalled = True
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    took = []
    for _ in range(3):  # the fewest seconds: a busy machine takes what time it likes
        began = time.monotonic()
        recognizer, notice = served("user/digits")
        took.append(time.monotonic() - began)
    assert min(took) < 2
    assert (recognizer.name, notice.away) == (hwr.DEFAULT, True)
    assert "can't be fetched from the Hub (no answer within" in notice.sentence


def test_pages_are_not_served(monkeypatch):
    load = hwr.load
    monkeypatch.setattr(hwr, "load", lambda name=hwr.DEFAULT: Page() if name == "pages" else load(name))
    recognizer, notice = served("pages")
    assert recognizer.name == hwr.DEFAULT
    assert "whose hand wrote a page" in notice.sentence
