"""The state of a training on disk: last.pt to go on from, best.safetensors of the best epoch so far."""

import io
from contextlib import suppress
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from hwr import files
from hwr.recipes.recipe import flat

LAST, BEST = "last.pt", "best.safetensors"
REPORT = "report.json"  # what a training leaves when it is finished
HELD = ("settings", "commit", "place", "history", "body")  # by every state; between two phases by nothing else


class CheckpointError(ValueError):
    """A checkpoint that can't be written or gone on from; the sentence says why and what to do."""


def save_last(state: dict, folder: Path) -> None:
    """Write the whole state; a kill, a full disk or a power cut leaves the one before. Raises CheckpointError.

    A report that lies there is of an earlier training, and goes: this one would pass for finished.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with suppress(OSError):
        (folder / REPORT).unlink()
    _write(folder / LAST, buffer.getvalue())


def check_free(folder: Path) -> None:
    """Raise CheckpointError where an unfinished training lies in a folder: a new one would write over it."""
    if (folder / LAST).exists() and not (folder / REPORT).exists():
        raise CheckpointError(
            f"{folder} holds a training that was interrupted; go on with --resume, name another folder with --out, "
            f"or delete {folder / LAST}"
        )


def load_last(folder: Path, settings: dict) -> dict:
    """The state that was saved last, of a training with the same settings; raises CheckpointError."""
    path = folder / LAST
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        held = {name: state[name] for name in HELD}
        before, now = flat(held["settings"]), flat(settings)
    except FileNotFoundError:
        raise CheckpointError(f"there is no {path} to resume from; start without --resume") from None
    except OSError as error:
        raise CheckpointError(f"{path}: can't be read ({error.strerror})") from None
    except Exception:  # whatever comes of bytes that are something else
        raise CheckpointError(
            f"{path}: this is no checkpoint, or a damaged one; delete it and start without --resume"
        ) from None
    for name in now | before:
        if before.get(name) != now.get(name):
            raise CheckpointError(
                f"{path} was trained with {name} {before.get(name)}, not {now.get(name)}; "
                "resume with the same options, or name another folder with --out and start without --resume"
            )
    return state


def save_best(tensors: dict[str, torch.Tensor], folder: Path) -> None:
    """Write the weights of the best epoch so far."""
    _write(folder / BEST, save({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}))


def load_best(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of the best epoch; raises CheckpointError."""
    try:
        return load_file(folder / BEST)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder / BEST}: can't be read ({error}); delete {LAST} and start without --resume"
        ) from None


def _write(path: Path, data: bytes) -> None:
    try:
        files.write(path, data)
    except OSError as error:
        raise CheckpointError(
            f"{path}: can't be written ({error.strerror}); the one before is intact: make room, then --resume"
        ) from None
