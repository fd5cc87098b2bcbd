import contextlib
import errno
import os
import pickle
from pathlib import Path

import pytest
import torch

from hwr import files
from hwr.training import checkpoint
from hwr.training.checkpoint import BEST, LAST, REPORT, CheckpointError

SETTINGS = {"name": "made", "batch": 8, "phases": [{"lr": 0.1}], "seed": 3}


def state() -> dict:
    """A state of the kinds that a training's is made of."""
    weight = torch.nn.Parameter(torch.arange(3.0))
    optimizer = torch.optim.Adam([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()
    return {
        "settings": SETTINGS,
        "commit": "c" * 40,
        "place": {"phase": 1, "step": 7, "best": 0.5},
        "history": {"losses": [2.0, 1.0], "validation": {"validation": [0.5]}},
        "body": {"weight": weight.detach()},
        "optimizer": optimizer.state_dict(),
    }


def full(*_) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Payload:
    """What a hostile pickle does when it is read: it makes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_what_is_loaded_is_what_was_saved(tmp_path):
    saved = state()
    checkpoint.save_last(saved, tmp_path / "new")
    loaded = checkpoint.load_last(tmp_path / "new", SETTINGS)
    assert {name: loaded[name] for name in ("settings", "place", "history")} == {
        name: saved[name] for name in ("settings", "place", "history")
    }
    assert torch.equal(loaded["body"]["weight"], saved["body"]["weight"])
    told, expected = loaded["optimizer"]["state"][0], saved["optimizer"]["state"][0]
    assert all(torch.equal(told[name], expected[name]) for name in expected)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [LAST]


def test_the_last_one_counts(tmp_path):
    for step in (1, 2):
        checkpoint.save_last(state() | {"place": {"step": step}}, tmp_path)
    assert checkpoint.load_last(tmp_path, SETTINGS)["place"] == {"step": 2}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (
            {"seed": 4},
            "was trained with seed 3, not 4; resume with the same options, or name another folder",
        ),
        ({"phases": [{"lr": 0.2}]}, "was trained with lr 0.1, not 0.2"),
        ({"phases": [{"lr": 0.1}, {"lr": 0.2}]}, "was trained with phase 1, lr None, not 0.1"),
        ({"added": 1}, "was trained with added None, not 1"),
    ],
)
def test_a_training_with_other_settings_is_not_gone_on_from(tmp_path, other, says):
    checkpoint.save_last(state(), tmp_path)
    with pytest.raises(CheckpointError, match=says):
        checkpoint.load_last(tmp_path, SETTINGS | other)


def test_none_to_resume_from(tmp_path):
    with pytest.raises(CheckpointError, match=f"there is no {tmp_path / LAST} to resume from; start without --resume"):
        checkpoint.load_last(tmp_path, SETTINGS)


@pytest.mark.parametrize("left", [0, 1, 100, 0.5, 0.99])
def test_a_cut_checkpoint_is_told_in_a_sentence(tmp_path, left):
    checkpoint.save_last(state(), tmp_path)
    data = (tmp_path / LAST).read_bytes()
    (tmp_path / LAST).write_bytes(data[: int(left * len(data)) if isinstance(left, float) else left])
    with pytest.raises(
        CheckpointError, match="this is no checkpoint, or a damaged one; delete it and start without --resume"
    ):
        checkpoint.load_last(tmp_path, SETTINGS)


@pytest.mark.parametrize("held", [{"weight": torch.zeros(3)}, [1, 2], {"settings": None}, {"settings": 5}], ids=str)
def test_what_another_program_saved_is_told_in_a_sentence(tmp_path, held):
    torch.save(held, tmp_path / LAST)
    with pytest.raises(CheckpointError, match="this is no checkpoint, or a damaged one"):
        checkpoint.load_last(tmp_path, SETTINGS)


@pytest.mark.parametrize("lacking", checkpoint.HELD)
def test_a_state_that_lacks_something_is_told_in_a_sentence(tmp_path, lacking):
    """As an earlier version wrote it, before there was a commit."""
    checkpoint.save_last({name: part for name, part in state().items() if name != lacking}, tmp_path)
    with pytest.raises(CheckpointError, match="this is no checkpoint, or a damaged one; delete it and start without"):
        checkpoint.load_last(tmp_path, SETTINGS)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_bytes_that_are_nothing_are_told_in_a_sentence(tmp_path):
    (tmp_path / LAST).write_bytes(b"\x80no checkpoint" * 100)
    with pytest.raises(CheckpointError, match="this is no checkpoint"):
        checkpoint.load_last(tmp_path, SETTINGS)


def test_a_folder_in_its_place_can_not_be_read(tmp_path):
    (tmp_path / LAST).mkdir()
    with pytest.raises(CheckpointError, match="can't be read"):
        checkpoint.load_last(tmp_path, SETTINGS)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("pickled", [torch.save, lambda held, path: path.write_bytes(pickle.dumps(held))])
def test_nothing_in_a_checkpoint_is_executed(tmp_path, pickled):
    pickled({"settings": SETTINGS, "payload": Payload(tmp_path / "done")}, tmp_path / LAST)
    with pytest.raises(CheckpointError, match="this is no checkpoint"):
        checkpoint.load_last(tmp_path, SETTINGS)
    assert not (tmp_path / "done").exists()
    with contextlib.suppress(RuntimeError):  # a bare pickle has none of torch's marks
        torch.load(tmp_path / LAST, weights_only=False)
    assert (tmp_path / "done").exists()  # it would have been


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    checkpoint.save_last(state(), tmp_path)
    checkpoint.save_best({"weight": torch.ones(2)}, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(files, "write", full)
    for name, save in {
        LAST: lambda: checkpoint.save_last(state() | {"place": {}}, tmp_path),
        BEST: lambda: checkpoint.save_best({"weight": torch.zeros(2)}, tmp_path),
    }.items():
        says = r"can't be written \(No space left on device\); the one before is intact: make room, then --resume"
        with pytest.raises(CheckpointError, match=f"{tmp_path / name}: {says}"):
            save()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert checkpoint.load_last(tmp_path, SETTINGS)["place"]["step"] == 7


def test_the_best_weights_come_back(tmp_path):
    rows = torch.arange(6.0).reshape(2, 3)
    checkpoint.save_best({"turned": rows.T, "steps": torch.tensor(5)}, tmp_path)
    loaded = checkpoint.load_best(tmp_path)
    assert torch.equal(loaded["turned"], rows.T)
    assert loaded["steps"] == 5


@pytest.mark.parametrize("data", [None, b"", b"\xff" * 100])
def test_best_weights_that_are_missing_or_damaged_are_told_in_a_sentence(tmp_path, data):
    if data is not None:
        (tmp_path / BEST).write_bytes(data)
    with pytest.raises(CheckpointError, match=f"{tmp_path / BEST}: can't be read .*; delete last.pt and start"):
        checkpoint.load_best(tmp_path)


def test_an_interrupted_training_is_not_overwritten(tmp_path):
    checkpoint.save_last(state(), tmp_path)
    with pytest.raises(CheckpointError, match=f"{tmp_path} holds a training that was interrupted; go on with --resume"):
        checkpoint.check_free(tmp_path)
    assert (tmp_path / LAST).exists()


def test_a_finished_training_keeps_its_report_until_the_next_one_saves(tmp_path):
    """The next one, interrupted, would otherwise pass for finished."""
    checkpoint.save_last(state(), tmp_path)
    (tmp_path / REPORT).write_text("{}")
    checkpoint.check_free(tmp_path)
    assert (tmp_path / REPORT).exists()
    checkpoint.save_last(state(), tmp_path)
    assert not (tmp_path / REPORT).exists()


def test_an_empty_folder_and_none_at_all_are_free(tmp_path):
    checkpoint.check_free(tmp_path)
    checkpoint.check_free(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
