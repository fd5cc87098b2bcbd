"""The files in a zip or tar archive, one after another, straight from it: nothing is unpacked to the disk.

Whoever makes an archive can write any size and any name into it: names that lead out of a folder,
links, members a thousand times as large as they came. What is declared is checked before it is read,
and what comes is counted against it.
"""

import gzip
import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 2 << 30  # of all that is unpacked
MOST_MEMBERS = 200_000
MOST_MEMBER = 64 << 20  # bytes of one member
MOST_RATIO = 100  # bytes unpacked for one of the archive
HARMLESS = 1 << 20  # bytes unpacked that are worth no ratio
MOST_DIRECTORY = 64 << 20  # bytes of a zip's table of contents: 320 a member
MOST_HEADER = 1 << 20  # bytes between two members of a tar: their names, and no more
MOST_NAME = 1024  # characters

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
# Names that lead elsewhere: from the root, from a drive, through "..", or with a separator that is one to some.
OUTSIDE = re.compile(r"/|[A-Za-z]:|(.*/)?\.\.(/|\Z)|.*[\\\0]", re.DOTALL)
NESTED = re.compile(rb"PK\x03\x04|PK\x05\x06|\x1f\x8b|BZh|Rar!|7z\xbc\xaf|\xfd7zXZ|(?s:.{257})ustar")

ZIP_ENTRY = b"PK\x01\x02"
ENCRYPTED = 1
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others can ask for gigabytes to unpack in

# What the two libraries raise for an archive that breaks its format's rules.
BROKEN = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, RuntimeError)
BROKEN += (LookupError, ArithmeticError, NotImplementedError)


class ArchiveError(ValueError):
    """An archive that can't be read, or that nobody should; the sentence says why."""


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files of a zip, tar or tar.gz, in its order: (name, content). Folders are passed over.

    Raises ArchiveError for a name that leads out of the archive, a link or device, an archive within,
    and for more than 2 GB in all, 64 MB in a member, 200,000 members or 100 bytes for each of the archive;
    for a zip before anything is unpacked, for a tar, which has no table of contents, when it is reached.
    """
    try:
        with open(path, "rb") as file:
            magic = file.read(2)
        yield from (_zip(path) if magic == b"PK" else _tar(path, magic == b"\x1f\x8b"))
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from None
    except BROKEN:
        raise ArchiveError(f"{path}: it is damaged, cut short or neither zip, tar nor tar.gz; get it again") from None
    except OSError as error:
        raise ArchiveError(f"{path}: can't be read ({error.strerror})") from None


class _Directory(io.FileIO):
    """A zip whose table of contents is refused where it is too large to make objects of."""

    def read(self, size: int = -1) -> bytes:
        if size > MOST_DIRECTORY:
            raise ArchiveError(f"its table of contents has {size:,} bytes; at most {MOST_DIRECTORY:,} are read")
        data = super().read(size)
        _check_count(data.count(ZIP_ENTRY))
        return data


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with _Directory(path) as file, zipfile.ZipFile(file) as archive:
        chosen = [entry for entry in archive.infolist() if _is_regular(entry)]
        _check_total(sum(entry.file_size for entry in chosen), path.stat().st_size)
        for entry in chosen:
            with archive.open(entry) as stream:
                data = stream.read(entry.file_size + 1)
            yield entry.filename, _checked(entry.filename, data, entry.file_size)


def _is_regular(entry: zipfile.ZipInfo) -> bool:
    """True for a file, False for a folder; raises ArchiveError for what is refused."""
    _check_name(entry.orig_filename)  # the library cuts a name at its NUL
    kind = stat.S_IFMT(entry.external_attr >> 16)  # 0 where it was not packed on Unix
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(f"{entry.filename!r} is a link or a device; pack the files themselves")
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in READABLE:
        raise ArchiveError(f"{entry.filename!r} is encrypted or packed in a rare way; pack it again without")
    _check_size(entry.filename, entry.file_size)
    return not entry.is_dir()


class _Counted:
    """What a tar's bytes come through: counted, and no more of them than are due."""

    def __init__(self, stream: io.BufferedIOBase, size: int):
        self.stream, self.size = stream, size
        self.total, self.due = 0, 0
        self.expect(0)

    def expect(self, size: int) -> None:
        """A member of so many bytes comes next, or none, and then a header."""
        self.due = self.total + size + MOST_HEADER

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.total += len(data)
        _check_total(self.total, self.size)
        if self.total > self.due:
            raise ArchiveError(f"more than {MOST_HEADER:,} bytes lie between two of its members; pack it again")
        return data


class _Entry(tarfile.TarInfo):
    """A tar's header; the library takes a damaged one, or none, for the end of a tar."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> tarfile.TarInfo:
        try:
            return super().fromtarfile(archive)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError, tarfile.EmptyHeaderError) as error:
            raise tarfile.ReadError(str(error)) from None


def _tar(path: Path, packed: bool) -> Iterator[tuple[str, bytes]]:
    with (gzip.open if packed else open)(path, "rb") as stream:
        counted = _Counted(stream, path.stat().st_size)
        with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Entry, errors="replace") as archive:
            count = 0
            # Not `for entry in archive`, which keeps them all and reads on before it is told what is due.
            while (entry := archive.next()) is not None:
                archive.members.clear()
                _check_count(count := count + 1)
                _check_name(entry.name)
                if entry.isdir():
                    continue
                if not entry.isreg() or entry.issparse():
                    raise ArchiveError(f"{entry.name!r} is a link or a device; pack the files themselves")
                _check_size(entry.name, entry.size)
                counted.expect(entry.size)
                data = archive.extractfile(entry).read()
                counted.expect(0)
                yield entry.name, _checked(entry.name, data, entry.size)
        while counted.read(1 << 16):  # to the end, where gzip has its checksum
            pass


def _check_name(name: str) -> None:
    if not name or len(name) > MOST_NAME or OUTSIDE.match(name):
        shown = repr(name if len(name) <= 80 else name[:79] + "…")
        raise ArchiveError(f"a member is called {shown}, which leads out of it or is no file's name; don't use it")


def _check_count(count: int) -> None:
    if count > MOST_MEMBERS:
        raise ArchiveError(f"it holds more than {MOST_MEMBERS:,} members; pack fewer")


def _check_size(name: str, size: int) -> None:
    if not 0 <= size <= MOST_MEMBER:
        raise ArchiveError(f"{name!r} has {size:,} bytes; at most {MOST_MEMBER:,} are read")


def _check_total(total: int, size: int) -> None:
    """total: bytes unpacked, or that would be; size: of the archive."""
    if total > MOST_BYTES:
        raise ArchiveError(f"more than {MOST_BYTES:,} bytes are packed in it; pack fewer")
    if total > max(MOST_RATIO * size, HARMLESS):
        raise ArchiveError(
            f"{total:,} bytes or more are packed in its {size:,}, as in a zip bomb; "
            f"at most {MOST_RATIO} for one are unpacked"
        )


def _checked(name: str, data: bytes, size: int) -> bytes:
    """A member's content; raises ArchiveError where it is not what was declared, or an archive itself."""
    if len(data) != size:
        raise ArchiveError(f"{name!r} is declared with {size:,} bytes and has {len(data):,}; get the archive again")
    if NESTED.match(data):
        raise ArchiveError(f"{name!r} is an archive in the archive; unpack that one, and name it")
    return data
