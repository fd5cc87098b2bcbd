"""Where a dataset's file lies: in the folder that was named, in the cache, or at its publisher's."""

import hashlib
import http.client
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hwr import files

CHUNK = 1 << 16  # bytes
SILENCE = 20.0  # s without a byte, and the download is given up
DEADLINE = 600.0  # s for one file, however slowly its bytes drip

NAME_A_FOLDER = "name a folder that holds it with --data-dir or HWR_DATA"


class DataError(ValueError):
    """Data that can't be had; the sentence says why and what to do."""


def blob_id(data: bytes) -> str:
    """The id by which git knows these bytes: 40 hexadecimal digits."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def md5(data: bytes) -> str:
    """MD5: 32 hexadecimal digits. It tells damage, not malice."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Published(NamedTuple):
    """A file as its publisher has it.

    folder: the dataset's folder within a data folder.
    name, url: the file's name and address.
    length: in bytes.
    checksum: of its bytes, as `digest` makes it: git's blob id, by which a publisher's repository knows it,
        or `md5`.
    """

    folder: str
    name: str
    url: str
    length: int
    checksum: str
    digest: Callable[[bytes], str] = blob_id


def named(data_dir: Path | None = None) -> Path | None:
    """The data folder that someone named: `data_dir`, or else $HWR_DATA; None where nobody did."""
    folder = data_dir or os.environ.get("HWR_DATA")
    return Path(folder) if folder else None


def find(file: Published, data_dir: Path | None = None) -> Path:
    """The path of a file on this machine; it is downloaded to the cache where no folder is named.

    `data_dir`, or else $HWR_DATA, is looked into and nothing else: a folder that someone named and
    that lacks the file is a mistake to tell, not to paper over. A file found there need not be the
    published one to the byte; its reader checks it. Raises DataError.
    """
    folder = named(data_dir)
    if folder:
        for path in (folder / file.folder / file.name, folder / file.name):
            if path.is_file():
                return path
        raise DataError(
            f"there is no {file.folder}/{file.name} in {folder}; put it there (it is published at {file.url}), "
            "or name another folder with --data-dir or HWR_DATA"
        )
    path = cache() / file.folder / file.name
    if not _is_published(path, file):
        _store(path, download(file))
    return path


def cache() -> Path:
    """The folder where downloads are kept: hwr in $XDG_CACHE_HOME, or in ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "hwr"


def _is_published(path: Path, file: Published) -> bool:
    """True where the cache holds the file whole; a damaged one is fetched again."""
    try:
        return path.stat().st_size == file.length and file.digest(path.read_bytes()) == file.checksum
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error.strerror}); {NAME_A_FOLDER}") from None


def download(file: Published) -> bytes:
    """The published bytes, whole and checked; raises DataError."""
    try:
        data = _fetch(file.url, file.length)
    except (OSError, http.client.HTTPException) as error:
        raise DataError(f"{file.name} can't be downloaded from {file.url} ({error}); {NAME_A_FOLDER}") from None
    if len(data) != file.length or file.digest(data) != file.checksum:
        raise DataError(
            f"{file.url} sent {min(len(data), file.length):,} of {file.length:,} bytes, or others than were "
            f"published; try again, or {NAME_A_FOLDER}"
        )
    return data


def _fetch(url: str, length: int) -> bytes:
    """What the address sends, one byte more than `length` at most; raises OSError or HTTPException."""
    give_up = time.monotonic() + DEADLINE
    data = bytearray()
    with urllib.request.urlopen(url, timeout=SILENCE) as response:
        while len(data) <= length and (chunk := response.read1(min(CHUNK, length + 1 - len(data)))):
            data += chunk
            if time.monotonic() > give_up:
                raise TimeoutError(f"{len(data):,} bytes came in {DEADLINE:.0f} s")
    return bytes(data)


def _store(path: Path, data: bytes) -> None:
    """Write a whole file or none; raises DataError."""
    try:
        files.write(path, data)
    except OSError as error:
        raise DataError(f"{path}: can't be written ({error.strerror}); {NAME_A_FOLDER}") from None
