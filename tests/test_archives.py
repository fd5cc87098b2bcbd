import gzip
import io
import os
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwr.data import archives

FILES = [("Train/class_0/1.jpg", b"one"), ("Train/class_0/۲.jpg", b""), ("readme.txt", b"three" * 2000)]


def write_zip(path: Path, files: list[tuple[str, bytes]] = FILES, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.mkdir("Train/")
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else name, data)
    return path


def entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, link
    return made


def write_tar(path: Path, files: list[tuple[str, bytes]] = FILES, more: tuple[tarfile.TarInfo, ...] = ()) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        archive.addfile(entry("Train", kind=tarfile.DIRTYPE))
        for name, data in files:
            archive.addfile(entry(name, len(data)), io.BytesIO(data))
        for made in more:
            archive.addfile(made)
    return path


WRITERS = {"a.zip": write_zip, "a.tar": write_tar, "a.tar.gz": write_tar}


@pytest.fixture(params=WRITERS)
def write(request, tmp_path):
    """Writes these files as an archive, each time of another kind -> its path."""
    return lambda files=FILES: WRITERS[request.param](tmp_path / request.param, files)


@pytest.fixture(autouse=True)
def _nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert {path.name for path in tmp_path.rglob("*")} <= {*WRITERS, "b.zip"}


def refusal(path: Path) -> str:
    with pytest.raises(archives.ArchiveError) as raised:
        list(archives.members(path))
    assert str(raised.value).startswith(f"{path}: ")
    return str(raised.value)


def test_members_come_in_order_and_folders_do_not(write):
    assert list(archives.members(write())) == FILES


def test_members_are_streamed(write):
    tenth = os.urandom(1 << 20)
    path = write([(f"{k}.bin", tenth) for k in range(30)])
    tracemalloc.start()
    assert sum(len(data) for _, data in archives.members(path)) == 30 << 20
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    [
        "../x.jpg",
        "Train/../../x.jpg",
        "Train/..",
        "/etc/passwd",
        "C:x.jpg",
        "c:/x.jpg",
        "..\\x.jpg",
        "Train\\x.jpg",
        "x/" * 700,
    ],
)
def test_a_name_that_leads_out_is_refused(write, name):
    assert "leads out of it or is no file's name" in refusal(write([*FILES, (name, b"")]))


def test_a_nul_in_a_name_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", [("x.jpg_.exe", b"")])
    path.write_bytes(path.read_bytes().replace(b"x.jpg_", b"x.jpg\0"))
    assert r"'x.jpg\x00.exe', which leads out" in refusal(path)


@pytest.mark.parametrize("name", ["a..b/..c.jpg", "...", "..a", "a/.hidden", "آ b.jpg", "x" * 1000])
def test_other_names_are_not(write, name):
    assert list(archives.members(write([(name, b"x")]))) == [(name, b"x")]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_in_a_tar_is_refused(tmp_path, kind):
    path = write_tar(tmp_path / "a.tar", more=(entry("x.jpg", kind=kind, link="/etc/passwd"),))
    assert "'x.jpg' is a link or a device" in refusal(path)


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("x.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "'x.jpg' is a link or a device" in refusal(tmp_path / "a.zip")


@pytest.mark.parametrize("inner", ["b.zip", "b.tar", "b.tar.gz"])
def test_an_archive_within_is_refused(write, tmp_path, inner):
    nested = (write_zip if inner == "b.zip" else write_tar)(tmp_path / inner)
    data = nested.read_bytes()
    nested.unlink()
    assert "'x.jpg' is an archive in the archive" in refusal(write([("x.jpg", data)]))


@pytest.mark.parametrize("kind", ["a.zip", "a.tar.gz"])
def test_a_bomb_is_refused_before_it_takes_memory(tmp_path, kind):
    path = WRITERS[kind](tmp_path / kind, [("x.jpg", bytes(60 << 20))])
    tracemalloc.start()
    assert "as in a zip bomb; at most 100 for one are unpacked" in refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_little_that_packs_well_is_no_bomb(write):
    files = [("x.bmp", bytes(500_000))]
    assert list(archives.members(write(files))) == files


def test_a_zip_s_overlapping_members_are_a_bomb(tmp_path):
    """As D. Fifield's: all entries of the table of contents name the same bytes."""
    path = write_zip(tmp_path / "a.zip", [("0000", os.urandom(1 << 15))])
    data = path.read_bytes()
    start = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    one = data[start:end]
    table = b"".join(one.replace(b"0000", b"%04d" % k) for k in range(9999))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9999, 9999, len(table), start, 0)
    path.write_bytes(data[:start] + table + tail)
    refusal(path)


@pytest.mark.parametrize(
    ("limit", "value", "sentence"),
    [
        ("MOST_MEMBERS", 3, "holds more than 3 members"),
        ("MOST_MEMBER", 9999, "'readme.txt' has 10,000 bytes; at most 9,999 are read"),
        ("MOST_BYTES", 10_002, "more than 10,002 bytes are packed in it"),
    ],
)
def test_limits(write, monkeypatch, limit, value, sentence):
    path = write()
    monkeypatch.setattr(archives, limit, value)
    assert sentence in refusal(path)


def test_as_many_as_allowed_are_read(write, monkeypatch):
    path = write()
    monkeypatch.setattr(archives, "MOST_MEMBERS", 4)  # with the folder
    monkeypatch.setattr(archives, "MOST_MEMBER", 10_000)
    assert list(archives.members(path)) == FILES


def test_members_are_counted_before_objects_are_made_of_them(tmp_path, monkeypatch):
    path = write_zip(tmp_path / "a.zip", [(str(k), b"") for k in range(101)])
    made = []
    monkeypatch.setattr(archives, "MOST_MEMBERS", 100)
    monkeypatch.setattr(archives.zipfile, "ZipInfo", lambda *arguments: made.append(arguments))
    assert "holds more than 100 members" in refusal(path)
    assert not made


def test_a_large_table_of_contents_is_refused(tmp_path, monkeypatch):
    path = write_zip(tmp_path / "a.zip", [("x" * 900, b"")])
    monkeypatch.setattr(archives, "MOST_DIRECTORY", 900)
    assert "its table of contents has" in refusal(path)


def test_an_encrypted_or_rarely_packed_zip_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", method=zipfile.ZIP_LZMA)
    assert "is encrypted or packed in a rare way" in refusal(path)
    path = write_zip(tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "'readme.txt' is encrypted" in refusal(path)


def test_a_size_that_is_not_true_is_refused(tmp_path):
    data = b"three" * 2000
    for declared in (9_000, 11_000):
        path = write_zip(tmp_path / "a.zip", [("x", data)])
        raw = path.read_bytes()
        path.write_bytes(raw.replace(struct.pack("<L", len(data)), struct.pack("<L", declared)))
        said = refusal(path)
        assert "is damaged" in said or "is declared with 11,000 bytes and has 10,000" in said


def test_a_long_name_costs_no_memory(tmp_path):
    """A GNU tar's long name of a gigabyte: packed, it takes a megabyte."""
    header = entry("././@LongLink", 1 << 30, tarfile.GNUTYPE_LONGNAME).tobuf(tarfile.GNU_FORMAT)
    with gzip.open(tmp_path / "a.tar.gz", "wb", 1) as stream:
        stream.write(header)
        for _ in range(32):
            stream.write(bytes(1 << 20))
    tracemalloc.start()
    assert "more than 1,048,576 bytes lie between two" in refusal(tmp_path / "a.tar.gz")
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_sparse_member_is_refused(tmp_path):
    path = tmp_path / "a.tar"
    header = bytearray(entry("x", 0, tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % (1 << 30)  # of a gigabyte that isn't there
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:]))
    path.write_bytes(bytes(header) + bytes(1024))
    assert "'x' is a link or a device" in refusal(path)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_cut_archive_is_told(write, share):
    path = write()
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data[: int(share * len(data))])
    assert "is damaged, cut short or neither zip, tar nor tar.gz" in refusal(path)


def test_a_tar_without_its_end_is_cut(tmp_path):
    path = write_tar(tmp_path / "a.tar", [("x", bytes(512))])
    path.write_bytes(path.read_bytes()[: 3 * 512])
    assert "is damaged" in refusal(path)


def test_a_damaged_header_within_a_tar_is_no_end(tmp_path):
    path = write_tar(tmp_path / "a.tar")
    data = bytearray(path.read_bytes())
    data[data.index(b"readme.txt")] ^= 1
    path.write_bytes(data)
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"P", b"PK", b"\x1f\x8b", b"no archive", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_archive_is_told(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert "is damaged, cut short or neither" in refusal(tmp_path / "a.zip")


def test_a_missing_archive_is_told(tmp_path):
    assert "can't be read (No such file" in refusal(tmp_path / "a.zip")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([*WRITERS]), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1))
def test_damage_of_any_kind_is_an_error_or_none(tmp_path, kind, damage):
    path = WRITERS[kind](tmp_path / kind)
    data = bytearray(path.read_bytes())
    for share, what in damage:
        at = int(share * len(data))
        data[at : at + len(what)] = what
    path.write_bytes(data)
    try:
        found = list(archives.members(path))
    except archives.ArchiveError:
        return
    assert all(isinstance(name, str) and isinstance(content, bytes) for name, content in found)
