import dataclasses
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from pictures import drawing
from safetensors.torch import save

import hwr
from hwr.hub import AwayError, HubError, published
from hwr.hub.published import Published
from hwr.models import build
from hwr.recipes import RECIPES

KNOWN = published.PUBLISHED["hoda-resnet50"]
SMALL = Published("them/digits", "main", "believed.pth")  # a network that is quick to make


def saved(state) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build("mlp").state_dict()


@pytest.fixture
def small(hub, monkeypatch):
    """The stand-in, where them/digits has weights of a recipe that never ships."""
    monkeypatch.setitem(RECIPES, "small-mlp", dataclasses.replace(RECIPES["mnist-mlp"], name="small-mlp"))
    monkeypatch.setitem(published.PUBLISHED, "small-mlp", SMALL)
    monkeypatch.delenv("HWR_SMALL_MLP_FILE", raising=False)
    monkeypatch.delenv("HWR_SMALL_MLP_REVISION", raising=False)
    monkeypatch.chdir(Path("/"))  # no runs/ here
    return hub


def test_the_published_resnet_answers_as_itself(hub, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    network = build("resnet50").eval()
    data = saved(network.state_dict())
    assert 90e6 < len(data) < 100e6
    hub.publish(KNOWN.repo, {KNOWN.file: data, "README.md": b""})
    loaded = hwr.load("hoda-resnet50")
    prepare = RECIPES["hoda-resnet50"].prepare
    assert (loaded.name, loaded.preparation, loaded.scripts) == ("hoda-resnet50", prepare, ("persian",))
    with torch.inference_mode():
        logits = network(torch.from_numpy(prepare.array(drawing(5))[None])).double()
    said = loaded.read(drawing(5))
    np.testing.assert_allclose(list(said.probabilities.values()), torch.softmax(logits, 1)[0], atol=1e-6)
    hub.requests.clear()
    assert hwr.load("hoda-resnet50").read(drawing(5)).probabilities == said.probabilities
    assert hub.requests == []


def test_weights_that_trained_here_come_first(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "small-mlp").mkdir(parents=True)
    with pytest.raises(hwr.WeightsError, match=r"runs/small-mlp holds no config\.json"):
        hwr.load("small-mlp")
    assert small.requests == []


@pytest.mark.parametrize("name", ["believed.pth", "other.bin", "weights/it.safetensors"])
def test_the_one_file_that_fits_is_taken_whatever_its_name(small, state, name):
    others = {"a.pth": saved({"x": torch.ones(1)}), "optimizer.pt": saved({"lr": 0.1}), "notes.txt": b""}
    small.publish(SMALL.repo, others | {name: save(state) if name.endswith("safetensors") else saved(state)})
    assert hwr.load("small-mlp").kind == "digit"
    small.requests.clear()
    assert hwr.load("small-mlp").scripts == ("latin",)
    assert small.requests == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "has no believed.pth, and none of no checkpoints fits mlp; name the right file with HWR_SMALL_MLP_FILE"),
        (("a.pth", "b.pth"), r"has no believed\.pth, and a\.pth, b\.pth fit mlp; name the right file"),
    ],
)
def test_none_or_several_are_told(small, state, files, told):
    small.publish(SMALL.repo, {"README.md": b""} | {name: saved(state) for name in files})
    with pytest.raises(HubError, match=told):
        hwr.load("small-mlp")


def test_file_and_revision_can_be_named(small, state, monkeypatch):
    old = small.publish(SMALL.repo, {"a.pth": saved(state), "b.pth": saved(state)}).oid
    small.publish(SMALL.repo, {"b.pth": b"other"})
    for file, revision in (("a.pth", None), ("b.pth", old)):
        assert set(published.model("small-mlp", file, revision)) == {"config.json", "model.safetensors"}
    monkeypatch.setenv("HWR_SMALL_MLP_FILE", "b.pth")
    with pytest.raises(HubError, match=r"them/digits: b\.pth is no state dict"):
        hwr.load("small-mlp")
    assert hwr.load(f"small-mlp@{old}").name == f"small-mlp@{old}"
    monkeypatch.setenv("HWR_SMALL_MLP_REVISION", old)
    assert hwr.load("small-mlp").name == "small-mlp"
    monkeypatch.setenv("HWR_SMALL_MLP_FILE", "c.pth")
    with pytest.raises(HubError, match=r"has no c\.pth"):
        hwr.load("small-mlp")


def test_bytes_that_are_known_are_held_against_it(small, state, monkeypatch):
    monkeypatch.setitem(published.PUBLISHED, "small-mlp", SMALL._replace(sha256="0" * 64))
    small.publish(SMALL.repo, {SMALL.file: saved(state)})
    with pytest.raises(HubError, match=r"believed\.pth is not what was published, its sha256 is another"):
        hwr.load("small-mlp")


class Touch:
    """A pickle that would make a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_pickle_that_runs_code_is_refused_and_not_run(small, state, tmp_path, monkeypatch):
    mark = tmp_path / "it-ran"
    payloads = (pickle.dumps(Touch(mark), protocol=2), saved(Touch(mark)), saved(state | {"x": Touch(mark)}))
    for k, payload in enumerate(payloads):
        refused = SMALL._replace(repo=f"them/pickle{k}")
        monkeypatch.setitem(published.PUBLISHED, "small-mlp", refused)
        small.publish(refused.repo, {SMALL.file: payload})
        with pytest.raises(HubError, match="is no state dict that can be read without running code; nothing was run"):
            hwr.load("small-mlp")
    assert not mark.exists()


def _quantized(tensor: torch.Tensor) -> torch.Tensor:
    return torch.quantize_per_tensor(tensor, 0.1, 0, torch.qint8)


def test_weights_that_share_their_memory_are_taken(small, state):
    whole = torch.cat([tensor.flatten() for tensor in state.values()])
    parts = whole.split([tensor.numel() for tensor in state.values()])
    shared = {name: part.view(state[name].shape) for name, part in zip(state, parts, strict=True)}
    small.publish(SMALL.repo, {SMALL.file: saved(shared)})
    assert hwr.load("small-mlp").kind == "digit"


def test_what_does_not_fit_is_refused(small, state, monkeypatch):
    last = [*state][-1]
    nan = {name: tensor.clone() for name, tensor in state.items()}
    nan[last][3] = torch.nan
    misfits = {
        r"1 of its weights do not fit mlp; 5\.bias is \(5,\) float32, where \(10,\) float32 was expected": state
        | {last: torch.ones(5)},
        r"5\.bias is missing": {name: tensor for name, tensor in state.items() if name != last},
        r"more is \(1,\) float32, where nothing was expected": state | {"more": torch.ones(1)},
        "weights that are no finite numbers": nan,
        "is no state dict": [state],
        r"5\.bias is \(10,\) float32 torch\.sparse_coo, where": state | {last: state[last].to_sparse()},
        r"5\.bias is \(10,\) float32 meta, where": state | {last: state[last].to("meta")},
        r"5\.bias is \(10,\) qint8 quantized, where": state | {last: _quantized(state[last])},
        r"5\.bias is \(10,\) float16, where": state | {last: state[last].half()},
        r"5\.bias is \(10,\) complex64, where": state | {last: state[last] + 0j},
        r"is no state dict ": state | {last: 7},
        r"7 is \(1,\) float32, where nothing": state | {7: torch.ones(1)},
    }
    for k, (told, wrong) in enumerate(misfits.items()):
        refused = SMALL._replace(repo=f"them/misfit{k}")
        monkeypatch.setitem(published.PUBLISHED, "small-mlp", refused)
        small.publish(refused.repo, {SMALL.file: saved(wrong)})
        with pytest.raises(HubError, match=told):
            hwr.load("small-mlp")


def test_the_hub_is_away(small, monkeypatch):
    small.silent = True
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", constants.DEFAULT_ETAG_TIMEOUT)
    with pytest.raises(AwayError, match=r"believed\.pth of them/digits@main can't be fetched from the Hub"):
        hwr.load("small-mlp")
    assert hwr.load_or_shipped("small-mlp")[0].name == hwr.DEFAULT
