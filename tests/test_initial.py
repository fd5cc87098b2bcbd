import os
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from hwr.models import InitError, build, initialize


class Small(nn.Sequential):
    """A body with a batch norm, and a head of so many classes."""

    def __init__(self, classes: int = 10):
        super().__init__(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, classes))


class Published:
    """What torchvision keeps of a file of weights."""

    url = "https://download.example/small.pth"

    def __init__(self, tensors):
        self.tensors = tensors

    def get_state_dict(self, **options):
        assert options == {"progress": False, "check_hash": True}
        if isinstance(self.tensors, Exception):
            raise self.tensors
        return self.tensors


@pytest.fixture
def network() -> Small:
    torch.manual_seed(0)
    return Small()


@pytest.fixture
def others() -> dict[str, torch.Tensor]:
    """The weights of a network that tells a thousand classes apart."""
    torch.manual_seed(1)
    tensors = Small(1000).state_dict()
    tensors["1.running_mean"] += 0.25
    return tensors


def copied(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def check_taken(network: Small, before: dict, tensors: dict, atol: float = 0) -> None:
    """The body is the file's, the head is what it was."""
    for name, tensor in network.state_dict().items():
        expected = before[name] if name.startswith("2.") else tensors[name]
        torch.testing.assert_close(tensor, expected, atol=atol, rtol=0)


def check_is(network: Small, before: dict) -> None:
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_random_is_what_the_network_has(network):
    before = copied(network)
    initialize(network, "random")
    check_is(network, before)


def test_imagenet_s_are_the_architecture_s_own(network, others):
    before = copied(network)
    network.imagenet = Published(others)
    initialize(network, "imagenet")
    check_taken(network, before, others)


@pytest.mark.parametrize(
    "error", [URLError("Name or service not known"), OSError(28, "No space left on device"), RuntimeError("bad hash")]
)
@pytest.mark.parametrize("model", ["resnet50", "mobilenetv2"])
def test_imagenet_out_of_reach_is_told_and_nothing_is_made_up(model, error, monkeypatch):
    network = build(model)
    before = copied(network)

    def fails(self, **_):
        raise error

    monkeypatch.setattr(type(network.imagenet), "get_state_dict", fails)
    says = f"ImageNet weights can't be downloaded from https://download.pytorch.org/models/.*{error.args[-1]}.*"
    with pytest.raises(InitError, match=says + "--init FILE, or start from random weights with --init random"):
        initialize(network, "imagenet")
    check_is(network, before)


@pytest.mark.parametrize("model", ["compact", "lenet5", "mlp", "cnn-deep", "cnn-shallow", "rings"])
def test_who_has_none_from_imagenet_says_so(model):
    with pytest.raises(InitError, match="has no weights from ImageNet; say --init random, or name a file"):
        initialize(build(model), "imagenet")


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth", "weights.pt", "weights"])
@pytest.mark.parametrize("half", [False, True])
def test_a_file_gives_all_but_the_head(network, others, tmp_path, name, half):
    before = copied(network)
    stored = {key: tensor.half() if half and tensor.is_floating_point() else tensor for key, tensor in others.items()}
    (save_file if name.endswith(".safetensors") else torch.save)(stored, tmp_path / name)
    initialize(network, str(tmp_path / name))
    check_taken(network, before, others, atol=1e-3 * half)
    assert network[0].weight.dtype == torch.float32


def test_a_file_of_the_body_alone_is_enough(network, others, tmp_path):
    before = copied(network)
    save_file({name: tensor for name, tensor in others.items() if name[0] != "2"}, tmp_path / "body.safetensors")
    initialize(network, str(tmp_path / "body.safetensors"))
    check_taken(network, before, others)


def test_a_file_of_the_same_classes_gives_the_head_too(network, tmp_path):
    torch.manual_seed(1)
    tensors = Small().state_dict()
    save_file(tensors, tmp_path / "same.safetensors")
    initialize(network, str(tmp_path / "same.safetensors"))
    check_is(network, tensors)


def test_torchvision_s_files_fit_its_networks(tmp_path):
    """Their heads know a thousand classes."""
    import torchvision

    for name, build_published in {
        "resnet50": torchvision.models.resnet50, "mobilenetv2": torchvision.models.mobilenet_v2,
    }.items():  # fmt: skip
        network, published = build(name), build_published()
        torch.save(published.state_dict(), tmp_path / "imagenet.pth")
        initialize(network, str(tmp_path / "imagenet.pth"))
        own, theirs = network.state_dict(), published.state_dict()
        assert all(torch.equal(own[key], theirs[key]) for key in list(own)[:-2])
        assert all(own[key].shape != theirs[key].shape for key in list(own)[-2:])


def test_older_files_count_no_batches(network, others, tmp_path):
    before = copied(network)
    save_file({name: t for name, t in others.items() if "num_batches" not in name}, tmp_path / "old.safetensors")
    initialize(network, str(tmp_path / "old.safetensors"))
    check_taken(network, before, others)


def drop(tensors: dict) -> dict:
    return {name: tensor for name, tensor in tensors.items() if name != "0.bias"}


WRONG = {
    "a name too many": (
        lambda t: t | {"9.weight": torch.zeros(1)},
        "1 of its weights do not fit Small, 9.weight first",
    ),
    "a name missing": (drop, "1 of its weights do not fit Small, 0.bias first"),
    "a shape": (lambda t: t | {"0.weight": torch.zeros(3, 5)}, "1 of its weights do not fit Small, 0.weight first"),
    "another network": (lambda t: {"module." + k: v for k, v in t.items()}, "15 of its weights do not fit Small"),
    "NaN": (lambda t: t | {"0.bias": torch.full((3,), torch.nan)}, "it holds weights that are no finite numbers"),
    "infinity": (lambda t: t | {"1.running_var": torch.full((3,), torch.inf)}, "that are no finite numbers"),
    "empty": (lambda t: {}, "6 of its weights do not fit Small"),
}


@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
@pytest.mark.parametrize("wrong", WRONG)
def test_weights_that_do_not_fit_are_refused_whole(network, others, tmp_path, wrong, ending):
    change, says = WRONG[wrong]
    before = copied(network)
    path = tmp_path / f"wrong{ending}"
    (torch.save if ending == ".pth" else save_file)(change(dict(others)), path)
    with pytest.raises(InitError, match=f"{path}: .*{says}.*--init random"):
        initialize(network, str(path))
    check_is(network, before)


@pytest.mark.parametrize("held", [torch.zeros(3), [torch.zeros(3)], {"model": {"0.weight": torch.zeros(3, 4)}}, 5])
def test_what_is_no_state_dict_is_refused(network, tmp_path, held):
    torch.save(held, tmp_path / "odd.pth")
    with pytest.raises(InitError, match="it holds no plain state dict; name a file that holds tensors by name"):
        initialize(network, str(tmp_path / "odd.pth"))


@pytest.mark.parametrize("ending", [".safetensors", ".pth", ""])
@pytest.mark.parametrize("data", [b"", b"\x80", b"no weights" * 20])
def test_what_is_no_file_of_weights_is_refused(network, tmp_path, ending, data):
    path = tmp_path / f"none{ending}"
    path.write_bytes(data)
    with pytest.raises(InitError, match=f"{path}: this is no file of weights .*; name another, or --init random"):
        initialize(network, str(path))


@pytest.mark.parametrize("name", ["imagnet", "nowhere.pth", "nowhere.safetensors"])
def test_a_name_that_is_no_file_says_so(network, tmp_path, name):
    with pytest.raises(InitError, match=r"can't be read .*No such file or directory.*; name a file of weights, or --"):
        initialize(network, str(tmp_path / name))


class Payload:
    """What a hostile pickle does when it is read: it makes a folder."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_nothing_in_a_file_is_executed(network, others, tmp_path):
    torch.save(others | {"0.weight": Payload(tmp_path / "done")}, tmp_path / "hostile.pth")
    with pytest.raises(InitError, match="this is no file of weights"):
        initialize(network, str(tmp_path / "hostile.pth"))
    assert not (tmp_path / "done").exists()
    torch.load(tmp_path / "hostile.pth", weights_only=False)
    assert (tmp_path / "done").exists()  # it would have been
