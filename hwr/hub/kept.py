"""The files of a repository that are kept here, each with the sha256 that it had when it first came."""

import contextlib
import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import constants

from hwr import files

INDEX = "hwr.json"  # in the repository's folder of the Hub's cache


class File(NamedTuple):
    """path: below the Hub's cache; sha256: when it first came; commit: of the repository it is from."""

    path: str
    sha256: str
    commit: str


def folder(repo: str) -> Path:
    """The repository's folder in the Hub's cache, which huggingface_hub fills."""
    return _cache() / "--".join(["models", *repo.split("/")])


def commit_of(repo: str, path: Path) -> str:
    """The commit of the repository that a file in the cache is from."""
    return _below(path).relative_to(_below(folder(repo)) / "snapshots").parts[0]


def is_whole(path: Path) -> bool:
    """Whether a file's bytes are those that the Hub names it by; True where it has another kind of name.

    The cache calls a file's bytes by their sha256 where they are large, else by git's sha1.
    """
    name, data = path.resolve().name, path.read_bytes()
    if re.fullmatch("[0-9a-f]{64}", name):
        return sha256(data) == name
    if re.fullmatch("[0-9a-f]{40}", name):
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == name
    return True


def look(repo: str, revision: str) -> dict[str, File]:
    """The files by name that were recorded of a revision: all that were asked of it, or none."""
    index = _index(repo)
    commit = index["revisions"].get(revision, revision)
    return {name: File(path, sha256, commit) for name, (path, sha256) in index["commits"].get(commit, {}).items()}


def record(repo: str, revision: str, commit: str, paths: dict[str, Path]) -> dict[str, File]:
    """Remember files that came for the first time, by their names; those that came before keep their sha256."""
    index = _index(repo)
    known = index["commits"].setdefault(commit, {})
    for name, path in paths.items():
        known.setdefault(name, [_below(path).as_posix(), sha256(path.read_bytes())])
    index["revisions"][revision] = commit
    with contextlib.suppress(OSError):  # a cache that can't be written is looked at again next time
        files.write(folder(repo) / INDEX, (json.dumps(index, indent=2) + "\n").encode())
    return {name: File(*known[name], commit) for name in paths}


def forget(repo: str, revision: str) -> None:
    """Ask the Hub again which commit a revision is; the files that are kept stay."""
    index = _index(repo)
    if index["revisions"].pop(revision, None):
        with contextlib.suppress(OSError):
            files.write(folder(repo) / INDEX, (json.dumps(index, indent=2) + "\n").encode())


def read(file: File) -> bytes | None:
    """The bytes of a file, or None where they are not those that first came."""
    try:
        data = (_cache() / file.path).read_bytes()
    except OSError:
        return None
    return data if sha256(data) == file.sha256 else None


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _cache() -> Path:
    return Path(constants.HF_HUB_CACHE).expanduser().resolve()


def _below(path: Path) -> Path:
    """A path below the cache, whichever links lead there; a file's own is left, it leads to its bytes."""
    return (path.parent.resolve() / path.name).relative_to(_cache())


def _index(repo: str) -> dict:
    """{"revisions": {revision: commit}, "commits": {commit: {name: [path, sha256]}}}; empty where there is none."""
    try:
        index = json.loads((folder(repo) / INDEX).read_text(encoding="utf-8"))
        if {*index["revisions"].values()} <= index["commits"].keys():
            return index
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # none yet, or a damaged one
    return {"revisions": {}, "commits": {}}
