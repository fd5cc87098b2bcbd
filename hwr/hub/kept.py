"""The files of a repository that are kept here, each with the sha256 that it had when it first came."""

import contextlib
import hashlib
import json
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
    return Path(constants.HF_HUB_CACHE) / "--".join(["models", *repo.split("/")])


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
        below = Path(path).relative_to(Path(constants.HF_HUB_CACHE).expanduser().resolve()).as_posix()
        known.setdefault(name, [below, sha256(path.read_bytes())])
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
        data = (Path(constants.HF_HUB_CACHE) / file.path).read_bytes()
    except OSError:
        return None
    return data if sha256(data) == file.sha256 else None


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _index(repo: str) -> dict:
    """{"revisions": {revision: commit}, "commits": {commit: {name: [path, sha256]}}}; empty where there is none."""
    try:
        index = json.loads((folder(repo) / INDEX).read_text(encoding="utf-8"))
        if {*index["revisions"].values()} <= index["commits"].keys():
            return index
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # none yet, or a damaged one
    return {"revisions": {}, "commits": {}}
