import errno
import os
import stat
from pathlib import Path

import pytest

from hwr import files

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def path(tmp_path) -> Path:
    """A file that is there, alone in its folder."""
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    return path


def failing(call, at: int = 1):
    """The same call, which raises FULL the `at`-th time."""
    calls = []

    def fails(*arguments):
        calls.append(arguments)
        if len(calls) == at:
            raise FULL
        return call(*arguments)

    return fails


def test_what_is_written_is_there_whole_and_alone(path):
    files.write(path, b"new" * 100_000)
    assert path.read_bytes() == b"new" * 100_000
    assert list(path.parent.iterdir()) == [path]


def test_folders_are_made(tmp_path):
    files.write(tmp_path / "a" / "b" / "c.json", b"{}")
    assert (tmp_path / "a" / "b" / "c.json").read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("step", "at", "left"),
    [
        ("fchmod", 1, b"old"),
        ("fsync", 1, b"old"),  # of the draft
        ("replace", 1, b"old"),
        ("fsync", 2, b"new"),  # of the folder: the file has its name by then
    ],
)
def test_a_failure_at_any_step_leaves_one_whole_file_and_no_draft(path, step, at, left, monkeypatch):
    monkeypatch.setattr(os, step, failing(getattr(os, step), at))
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == left
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    """The draft lies on a disk that is full: the kernel itself refuses the bytes."""
    draft = path.with_name(".weights.part")
    draft.touch()
    monkeypatch.setattr(files.tempfile, "mkstemp", lambda **_: (os.open("/dev/full", os.O_WRONLY), str(draft)))
    monkeypatch.setattr(os, "fchmod", lambda *_: None)  # of the device
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_the_old_file_and_no_draft(path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_the_draft_is_synced_before_it_takes_the_name_and_the_folder_after(path, monkeypatch):
    order = []

    def noted(step):
        call = getattr(os, step)

        def note(*arguments):
            folder = step == "fsync" and stat.S_ISDIR(os.fstat(arguments[0]).st_mode)
            order.append("folder" if folder else step)
            return call(*arguments)

        return note

    for step in ("fsync", "replace"):
        monkeypatch.setattr(os, step, noted(step))
    files.write(path, b"new")
    assert order == ["fsync", "replace", "folder"]


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path, mask, expected):
    before = os.umask(mask)
    try:
        files.write(tmp_path / "file", b"new")
        assert os.umask(mask) == mask  # as it was
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == expected


def test_a_file_where_a_folder_should_be_is_an_os_error(path):
    with pytest.raises(OSError, match="weights"):
        files.write(path / "config.json", b"{}")
    assert path.read_bytes() == b"old"
