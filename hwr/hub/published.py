"""Checkpoints that others published on the Hub, of networks that are recipes here. Needs torch."""

import dataclasses
import io
import json
import os
from typing import NamedTuple

from hwr.hub import MAIN, HubError, fetch, kept
from hwr.recipes import RECIPES

SUFFIXES = (".pth", ".pt", ".bin", ".safetensors")


class Published(NamedTuple):
    """A file of a state dict: the repository it is in, the revision, its name there.

    sha256: of its bytes where it is known; else the one that they have when they first come.
    """

    repo: str
    revision: str
    file: str
    sha256: str | None = None


# By the recipe of the same network. The file's name is believed, and looked for where it is another. Neither a commit
# nor a sha256 can stand here before somebody has seen the repository: until then main is taken, and what comes first is
# kept with its sha256. $HWR_HODA_RESNET50_REVISION pins another commit.
PUBLISHED = {"hoda-resnet50": Published("Azadeh/PersianHandwrittenDigits", MAIN, "resnet50_model_cpu.pth")}


def model(name: str, file: str | None = None, revision: str | None = None) -> dict[str, bytes]:
    """The files of a recipe in `PUBLISHED` as if trained here: config.json and model.safetensors.

    file, revision: what to take instead of what is named there; or $HWR_HODA_RESNET50_FILE, …_REVISION.
    Raises HubError, and AwayError where the Hub can't be reached and the cache lacks them.
    """
    recipe = RECIPES[name]
    config = {
        "recipe": name,
        "model": recipe.model,
        "data": recipe.data,
        "kind": "digit",
        "classes": [*"0123456789"],
        "preparation": dataclasses.asdict(recipe.prepare),
        "calibration": {},  # nobody measured it
    }
    return {fetch.CONFIG: json.dumps(config).encode(), fetch.TENSORS: weights(name, file, revision)}


def weights(name: str, file: str | None = None, revision: str | None = None) -> bytes:
    """The published weights alone, checked, as safetensors whatever they are there. Raises what `model` does."""
    known, model = PUBLISHED[name], RECIPES[name].model
    file = file or os.environ.get(_variable(name, "FILE"))
    revision = revision or os.environ.get(_variable(name, "REVISION")) or known.revision
    if file:
        return _fitting(_bytes(known, revision, file), f"{known.repo}: {file}", model)
    at_hand = [each for each in kept.look(known.repo, revision) if each.endswith(SUFFIXES)]
    if not at_hand or known.file in at_hand:
        try:
            return _fitting(_bytes(known, revision, known.file), f"{known.repo}: {known.file}", model)
        except fetch.MissingError:
            at_hand = [each for each in fetch.listing(known.repo, revision) if each.endswith(SUFFIXES)]
    return _only_fitting(name, revision, at_hand)


def _only_fitting(name: str, revision: str, files: list[str]) -> bytes:
    """The one of some files that is a checkpoint of the recipe's network."""
    known, model = PUBLISHED[name], RECIPES[name].model
    fitting = {}
    for file in files:
        try:
            fitting[file] = _fitting(_bytes(known, revision, file), file, model)
        except fetch.AwayError:
            raise
        except HubError:
            continue
    if len(fitting) != 1:
        fit = f"{', '.join(fitting)} fit" if fitting else f"none of {', '.join(files) or 'no checkpoints'} fits"
        raise HubError(
            f"{known.repo} has no {known.file}, and {fit} {model}; name the right file with "
            f"{_variable(name, 'FILE')}, or another revision with {_variable(name, 'REVISION')}"
        )
    return fitting.popitem()[1]


def _variable(name: str, what: str) -> str:
    return f"HWR_{name.upper().replace('-', '_')}_{what}"


def _bytes(known: Published, revision: str, file: str) -> bytes:
    data = fetch.files(known.repo, revision, (file,))[file]
    if known.sha256 and (file, revision) == (known.file, known.revision) and kept.sha256(data) != known.sha256:
        raise HubError(f"{known.repo}: {file} is not what was published, its sha256 is another; name its revision")
    return data


def _fitting(data: bytes, name: str, model: str) -> bytes:
    """A state dict's bytes as safetensors, where it is one of this network and nothing else; raises HubError."""
    try:
        import torch
        from safetensors.torch import load, save

        from hwr.models import build
        from hwr.models.initial import NO_WEIGHTS
    except ImportError:
        raise HubError(f"{name} is answered by torch; pip install -r requirements-train.txt") from None

    try:
        if name.endswith(".safetensors"):
            tensors = load(data)
        else:
            tensors = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        kinds = {key: _kind(tensor) for key, tensor in tensors.items()}
    except (*NO_WEIGHTS, AttributeError):
        raise HubError(f"{name} is no state dict that can be read without running code; nothing was run") from None
    own = {key: _kind(tensor) for key, tensor in build(model).state_dict().items()}
    wrong = sorted((key for key in own.keys() | kinds.keys() if own.get(key) != kinds.get(key)), key=str)
    if wrong:
        key = wrong[0]
        raise HubError(
            f"{name}: {len(wrong)} of its weights do not fit {model}; {key} is {kinds.get(key, 'missing')}, "
            f"where {own.get(key, 'nothing')} was expected"
        )
    if not all(tensor.isfinite().all() for tensor in tensors.values()):
        raise HubError(f"{name} holds weights that are no finite numbers; name another revision")
    return save({key: tensor.clone(memory_format=torch.contiguous_format) for key, tensor in tensors.items()})


def _kind(tensor) -> str:
    """A tensor's shape and type, and whatever else it is than plain numbers in memory; raises AttributeError."""
    others = [
        *([] if str(tensor.layout) == "torch.strided" else [tensor.layout]),  # sparse ones hold other tensors
        *([] if tensor.device.type == "cpu" else [tensor.device.type]),  # "meta": a shape without numbers
        *(["quantized"] if tensor.is_quantized else []),
    ]
    return " ".join([f"{tuple(tensor.shape)}", str(tensor.dtype).removeprefix("torch."), *map(str, others)])
