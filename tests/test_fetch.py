import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from pictures import drawing
from safetensors.torch import load, save
from standin import TOKEN, Repo, point

import hwr
from hwr import weights
from hwr.hub import AwayError, HubError, fetch, kept

ROOT = Path(__file__).parent.parent
FILES = {name: weights.read("hoda-compact", name) for name in ("config.json", "model.safetensors", "model.onnx")}
NAME = "user/digits"
PATIENT = 2.0  # s: so long anybody waits for what ships, where the client itself would try for 24, or for 65


@pytest.fixture
def published(hub):
    """The stand-in with the default model in it."""
    hub.publish(NAME, FILES)
    return hub


def blob(name: str, repo: str = NAME) -> Path:
    """Where the cache holds a file's bytes."""
    return next((kept.folder(repo) / "snapshots").glob(f"*/{name}")).resolve()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_model_by_its_name_answers_as_the_one_that_was_published(published):
    fetched, recognizer = hwr.load(NAME), hwr.load("hoda-compact")
    assert (fetched.name, fetched.scripts) == (NAME, ("persian",))
    said, expected = fetched.read(drawing(5)), recognizer.read(drawing(5))
    assert said.model == NAME
    assert said.probabilities == expected.probabilities


def test_what_was_fetched_once_takes_no_call(published, monkeypatch):
    hwr.load(NAME)
    published.requests.clear()
    hwr.load(NAME)
    oid = published.repos[NAME].commits[-1].oid
    hwr.load(f"{NAME}@{oid}")
    assert published.requests == []
    published.publish(NAME, {"config.json": b"{}"})
    hwr.load(NAME)
    assert published.requests == []


def test_a_revision_is_fetched_by_its_commit(published):
    first = published.repos[NAME].commits[-1].oid
    published.publish(NAME, {"config.json": b"other"})
    assert hwr.load(f"{NAME}@{first}").data == "hoda"
    with pytest.raises(hwr.WeightsError, match=r"config\.json holds no settings"):
        hwr.load(NAME)
    with pytest.raises(HubError, match="user/digits has no revision 'v9'; name a branch"):
        hwr.load(f"{NAME}@v9")


def test_without_onnx_torch_answers_the_same(hub):
    hub.publish(NAME, {name: data for name, data in FILES.items() if name != "model.onnx"})
    fetched, recognizer = hwr.load(NAME), hwr.load("hoda-compact")
    for digit in range(3):
        said, expected = fetched.read(drawing(digit)), recognizer.read(drawing(digit))
        np.testing.assert_allclose(list(said.probabilities.values()), list(expected.probabilities.values()), atol=1e-5)


def test_what_is_not_there_is_told(published):
    published.repos["user/empty"] = Repo()
    published.publish("user/other", {"config.json": b"{}"})
    published.publish("user/private", FILES)
    published.repos["user/private"].private = True
    for name, told in {
        "user/digit": "no model 'user/digit', neither a folder here nor on the Hub",
        "user/empty": "has no revision 'main'",
        "user/other": r"user/other@\w+ has no model\.safetensors",
        "user/private": "or it is private; check its name, or log in",
        "user/double--dash": "no name of a model on the Hub",
    }.items():
        with pytest.raises(HubError, match=told):
            hwr.load(name)


def test_a_private_model_is_fetched_with_a_token(published, monkeypatch):
    published.repos[NAME].private = True
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert hwr.load(NAME).read(drawing(7)).digit == "7"


class Shell:
    """A pickle that would run a command."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("others", [("model.onnx",), ()])
def test_a_pickle_is_refused_and_never_run(hub, tmp_path, others):
    import pickle

    mark = tmp_path / "it-ran"
    for k, data in enumerate((pickle.dumps(Shell(mark)), _saved(Shell(mark), tmp_path))):
        files = {name: FILES[name] for name in ("config.json", *others)} | {"model.safetensors": data}
        hub.publish(f"user/pickle{k}", files)
        with pytest.raises(HubError, match=r"model\.safetensors is no safetensors file; nothing else is read"):
            hwr.load(f"user/pickle{k}")
    assert not mark.exists()


def _saved(value, folder: Path) -> bytes:
    torch.save(value, folder / "it.pth")
    return (folder / "it.pth").read_bytes()


def _largest(tensors: dict[str, torch.Tensor]) -> str:
    return max(tensors, key=lambda name: tensors[name].numel())


def test_weights_of_another_network_are_refused(hub):
    tensors = load(FILES["model.safetensors"])
    first, last = _largest(tensors), min(tensors)
    misfits = {
        "shape": tensors | {first: tensors[first][:3].contiguous()},
        "missing": {name: tensor for name, tensor in tensors.items() if name != last},
        "more": tensors | {"more": torch.ones(1)},
    }
    for name, misfit in misfits.items():
        hub.publish(f"user/{name}", {"config.json": FILES["config.json"], "model.safetensors": save(misfit)})
        with pytest.raises(hwr.WeightsError, match=r"model\.safetensors can't be used: these are not the weights of"):
            hwr.load(f"user/{name}")
    other = json.loads(FILES["config.json"]) | {"preparation": {"side": 64}}
    hub.publish("user/onnx", FILES | {"config.json": json.dumps(other).encode()})
    with pytest.raises(hwr.WeightsError, match=r"model\.onnx can't be used: it takes pictures of"):
        hwr.load("user/onnx")


@pytest.mark.parametrize("others", [("model.onnx",), ()])
def test_weights_that_are_no_numbers_are_refused(hub, others):
    tensors = load(FILES["model.safetensors"])
    tensors[_largest(tensors)].view(-1)[0] = torch.nan
    hub.publish(NAME, {name: FILES[name] for name in ("config.json", *others)} | {"model.safetensors": save(tensors)})
    with pytest.raises(HubError, match="holds weights that are no finite numbers"):
        hwr.load(NAME)


def test_weights_of_another_push_than_the_config_are_refused(hub):
    config = json.loads(FILES["config.json"]) | {"sha256": {"model.onnx": kept.sha256(b"other")}}
    hub.publish(NAME, FILES | {"config.json": json.dumps(config).encode()})
    with pytest.raises(HubError, match=r"model\.onnx is not the one that its config\.json was pushed with"):
        hwr.load(NAME)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_noticed_and_fetched_again_once(published, name):
    hwr.load(NAME)
    published.requests.clear()
    flip(blob(name))
    assert hwr.load(NAME).read(drawing(4)).digit == "4"
    fetched = [request for request in published.requests if request.startswith("GET")]
    assert len(fetched) == 1
    assert fetched[0].endswith(name)
    published.requests.clear()
    hwr.load(NAME)
    assert published.requests == []


def test_a_file_that_is_still_another_is_refused(published):
    hwr.load(NAME)
    published.repos[NAME].commits[-1].files["model.onnx"] = FILES["model.onnx"][:-1] + b"?"
    blob("model.onnx").unlink()
    published.requests.clear()
    with pytest.raises(HubError, match=r"model\.onnx is not what it was when it first came .* delete "):
        hwr.load(NAME)
    assert len([request for request in published.requests if request.startswith("GET")]) == 1


def test_a_flipped_byte_without_the_hub_is_refused_and_what_ships_answers(published, monkeypatch):
    hwr.load(NAME)
    flip(blob("model.onnx"))
    published.silent = True
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    with pytest.raises(AwayError, match=r"model\.onnx of user/digits@.* can't be fetched"):
        hwr.load(NAME)
    recognizer, sentence = hwr.load_or_shipped(NAME)
    assert recognizer.name == hwr.DEFAULT
    assert sentence.startswith("digits, which ships with hwr, answers in place of user/digits: ")


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"revisions": {"main": "0"}, "commits": {}}', b"\xff"])
def test_an_index_that_is_damaged_is_made_anew(published, damaged):
    hwr.load(NAME)
    (kept.folder(NAME) / kept.INDEX).write_bytes(damaged)
    hwr.load(NAME)
    published.requests.clear()
    hwr.load(NAME)
    assert published.requests == []


@pytest.mark.parametrize("name", FILES)
def test_a_byte_that_flipped_before_anybody_looked_is_not_taken(published, name):
    """As in a cache that others filled, and in one whose index was lost."""
    from huggingface_hub import snapshot_download

    snapshot_download(NAME)
    flip(blob(name))
    assert hwr.load(NAME).read(drawing(4)).digit == "4"
    flip(blob(name))
    (kept.folder(NAME) / kept.INDEX).write_bytes(b"")
    assert hwr.load(NAME).read(drawing(4)).digit == "4"
    assert blob(name).read_bytes() == FILES[name]


def test_a_byte_that_flipped_before_anybody_looked_is_refused_without_the_hub(published):
    from huggingface_hub import snapshot_download

    snapshot_download(NAME)
    flip(blob("model.onnx"))
    published.broken = True
    with pytest.raises(AwayError, match=r"model\.onnx of user/digits@\w+ can't be fetched"):
        hwr.load(NAME)


def test_a_cache_behind_a_link(published, monkeypatch, tmp_path):
    from huggingface_hub import snapshot_download

    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    point(monkeypatch, published.url, tmp_path / "link")
    assert hwr.load(NAME).read(drawing(3)).digit == "3"
    snapshot_download(NAME)
    (kept.folder(NAME) / kept.INDEX).unlink()
    published.broken = True
    assert hwr.load(NAME).read(drawing(3)).digit == "3", "as one that others filled"
    published.requests.clear()
    assert hwr.load(NAME).read(drawing(3)).digit == "3"
    assert published.requests == []


def test_a_download_that_is_cut_once_goes_on(published, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    published.cut, published.times = "download", 1
    assert hwr.load(NAME).read(drawing(3)).digit == "3"


def test_a_download_that_is_cut_leaves_nothing_that_is_used(published, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    published.cut = "download"
    with pytest.raises(AwayError, match=r"config\.json of user/digits@\w+ can't be fetched from the Hub"):
        hwr.load(NAME)
    assert not [path for path in kept.folder(NAME).rglob("*") if path.is_file()]
    published.cut = None
    assert hwr.load(NAME).read(drawing(3)).digit == "3"


def test_a_download_that_falls_silent_is_given_up(published, monkeypatch):
    published.cut = "silence"
    monkeypatch.setattr(fetch, "SILENCE", 0.3)
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    with pytest.raises(
        AwayError, match=r"model\.safetensors of user/digits@\w+ can't be fetched .*no answer within 0.9"
    ):
        fetch.files(NAME, "main", ("model.safetensors",))


def test_a_large_file_comes_whole_or_not_at_all(hub, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    data = np.random.default_rng(0).bytes(24_000_000)
    hub.publish(NAME, {"large.pth": data})
    hub.cut = "download"  # its half comes every time: the client alone would go on for ever
    with pytest.raises(AwayError, match="the connection is cut again and again"):
        fetch.files(NAME, "main", ("large.pth",))
    hub.cut = None
    assert fetch.files(NAME, "main", ("large.pth",))["large.pth"] == data
    hub.requests.clear()
    assert fetch.files(NAME, "main", ("large.pth",))["large.pth"] == data
    assert hub.requests == []


def test_a_preloaded_cache_answers_without_the_hub(published, monkeypatch):
    from huggingface_hub import snapshot_download

    snapshot_download(NAME)
    published.silent = True
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    assert hwr.load(NAME).read(drawing(6)).digit == "6"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert hwr.load(NAME).read(drawing(6)).digit == "6"


def seconds(call) -> float:
    """The fewest of three tries: a busy machine takes what time it likes."""
    took = []
    for _ in range(3):
        began = time.monotonic()
        call()
        took.append(time.monotonic() - began)
    return min(took)


@pytest.mark.parametrize("away", ["refused", "silent", "stalled", "offline", "broken"])
def test_the_hub_is_away_and_the_cache_empty(hub, monkeypatch, away, tmp_path):
    hub.publish(NAME, FILES)
    hub.silent = away == "silent"
    hub.stalled = away == "stalled"
    hub.broken = away == "broken"
    if away == "refused":
        point(monkeypatch, "http://127.0.0.1:1", tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", away == "offline")
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    recognizer, sentence = hwr.load_or_shipped(NAME)
    assert recognizer.read(drawing(2)).digit == "2"
    assert seconds(lambda: hwr.load_or_shipped(NAME)[0].read(drawing(2))) < PATIENT
    assert (recognizer.name, recognizer.read(drawing(2)).model) == (hwr.DEFAULT, hwr.DEFAULT)
    assert re.search(r"config\.json of user/digits@\w+ can't be fetched from the Hub", sentence)
    with pytest.raises(AwayError):
        hwr.load(NAME)


def test_a_listing_that_never_comes_is_not_waited_for(published, monkeypatch):
    published.stalled = True
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    with pytest.raises(AwayError, match=r"the listing of user/digits@main can't be fetched .*no answer within"):
        fetch.listing(NAME, "main")


def test_a_mistake_in_what_is_asked_is_not_the_hub_being_away(published):
    for name in ("../../config.json", "a\0b"):
        with pytest.raises(HubError, match="can't be had, and not for want of the Hub") as refusal:
            fetch.files(NAME, "main", ("config.json", name))
        assert not isinstance(refusal.value, AwayError)


@pytest.mark.parametrize("names", [(), (NAME,)])
def test_what_answers_is_no_hub(hub, names):
    hub.nameless = True
    for name in names:
        hub.publish(name, FILES)
    with pytest.raises(AwayError, match=r"what answers at http://.* is not the Hub; check the network"):
        hwr.load(NAME)


def test_a_mistake_is_no_reason_for_other_weights(hub):
    with pytest.raises(HubError, match="no model 'user/typo'"):
        hwr.load_or_shipped("user/typo")
    assert hwr.load_or_shipped(hwr.DEFAULT)[1] is None


TORCHLESS = f"""
import sys, hwr, numpy
sys.modules["torch"] = None
print(hwr.load("{NAME}").read(numpy.pad(numpy.zeros((40, 4), numpy.uint8), 20, constant_values=255)).digit)
"""


def test_an_answer_by_onnx_needs_no_torch(published):
    said = subprocess.run([sys.executable, "-c", TORCHLESS], cwd=ROOT, capture_output=True, text=True)
    assert (said.stdout, said.stderr) == ("1\n", "")


HOSTILE = {
    "deep": b'{"a": ' * 50_000,
    "large": {"preparation": {"side": 200_000}},
    "negative": {"preparation": {"side": -1}},
    "list": {"data": [1]},
    "word": {"calibration": {"temperature": "x"}},
}


@pytest.mark.parametrize("wrong", HOSTILE)
@pytest.mark.parametrize("others", [("model.onnx",), ()])
def test_a_hostile_config_is_refused_in_a_sentence(hub, wrong, others):
    config = HOSTILE[wrong]
    if isinstance(config, dict):
        config = json.dumps(json.loads(FILES["config.json"]) | config).encode()
    hub.publish(NAME, {name: FILES[name] for name in ("model.safetensors", *others)} | {"config.json": config})
    with pytest.raises(HubError, match=r"^user/digits: config\.json "):
        hwr.load(NAME)


def test_a_listing_tells_names_and_lengths(published):
    assert fetch.listing(NAME, "main") == {name: len(data) for name, data in FILES.items()}
    with pytest.raises(HubError, match="has no revision 'v9'"):
        fetch.listing(NAME, "v9")
