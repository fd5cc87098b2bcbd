"""The weights a training starts from: random ones, torchvision's from ImageNet, or a file's."""

import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

# What safetensors and torch raise for a file that is something else.
NO_WEIGHTS = (SafetensorError, pickle.UnpicklingError, RuntimeError, LookupError, TypeError, ValueError, EOFError)

COUNTER = "num_batches_tracked"  # of a batch norm: older state dicts have none, and nothing reads it here


class InitError(ValueError):
    """First weights that can't be had or don't fit; the sentence says why and what to do."""


def initialize(network: nn.Module, init: str) -> None:
    """Load first weights into a fresh network: "random" for its own, "imagenet", or a file's path.

    A file is safetensors, or a state dict that torch saved, of which nothing is executed. Where its last layer has
    other classes, or is not there, the network's last layer keeps its random weights. Raises InitError; never falls
    back to random weights.
    """
    if init == "random":
        return
    tensors = _imagenet(network) if init == "imagenet" else _file(Path(init))
    own = network.state_dict()
    head = [name for name in tensors if name in own and tensors[name].shape != own[name].shape]
    last = list(own)[-2:]  # weight and bias of the last layer
    missing = {name for name in own if not name.endswith(COUNTER)} - set(tensors) - set(last)
    wrong = sorted(missing | (set(head) - set(last)) | (set(tensors) - set(own)))
    if wrong:
        raise InitError(
            f"{init}: {len(wrong)} of its weights do not fit {type(network).__name__}, {wrong[0]} first; "
            "name a file of the same architecture, or --init random"
        )
    if not all(torch.isfinite(tensor).all() for tensor in tensors.values() if tensor.is_floating_point()):
        raise InitError(f"{init}: it holds weights that are no finite numbers; name another file, or --init random")
    fits = all(name in tensors and name not in head for name in last)
    taken = {name: tensor for name, tensor in tensors.items() if fits or name not in last}
    network.load_state_dict(taken, strict=False)


def _imagenet(network: nn.Module) -> dict[str, torch.Tensor]:
    published = getattr(network, "imagenet", None)
    if published is None:
        raise InitError(f"{type(network).__name__} has no weights from ImageNet; say --init random, or name a file")
    try:
        return published.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise InitError(
            f"the ImageNet weights can't be downloaded from {published.url} ({error}); "
            "name a file of them with --init FILE, or start from random weights with --init random"
        ) from None


def _file(path: Path) -> dict[str, torch.Tensor]:
    try:
        if path.suffix == ".safetensors":
            tensors = load_file(path)
        else:
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        told = error.strerror or error  # safetensors tells it in the message alone
        raise InitError(f"{path}: can't be read ({told}); name a file of weights, or --init random") from None
    except NO_WEIGHTS as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise InitError(f"{path}: this is no file of weights ({told}); name another, or --init random") from None
    if not isinstance(tensors, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        raise InitError(f"{path}: it holds no plain state dict; name a file that holds tensors by name")
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
