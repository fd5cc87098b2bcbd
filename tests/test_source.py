import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hwr.data import source

CONTENT = bytes(range(256)) * 1000


class Publisher(BaseHTTPRequestHandler):
    """Sends CONTENT from /whole.bin, and other things from other addresses."""

    def do_GET(self):
        self.server.asked.append(self.path)
        bodies = {
            "/whole.bin": CONTENT,
            "/cut.bin": CONTENT[:5000],
            "/wrong.bin": CONTENT[:-1] + b"?",
            "/long.bin": CONTENT * 2,
            "/early.bin": CONTENT[:5000],
        }
        if self.path not in bodies:
            self.send_error(404)
            return
        self.send_response(200)
        if self.path == "/cut.bin":
            self.send_header("Content-Length", str(len(CONTENT)))  # and the connection ends before
        self.end_headers()
        try:
            self.wfile.write(bodies[self.path])
        except ConnectionError:
            self.server.asked.append("left")  # as a client with a cap may

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def publisher():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache; nothing of the machine's own settings."""
    monkeypatch.delenv("HWR_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hwr"


def published(url: str, name: str = "whole.bin") -> source.Published:
    blob = hashlib.sha1(b"blob 256000\0" + CONTENT).hexdigest()
    return source.Published("set", name, f"{url}/{name}", len(CONTENT), blob)


def at(server: ThreadingHTTPServer, name: str = "whole.bin") -> source.Published:
    return published(f"http://127.0.0.1:{server.server_port}", name)


NOWHERE = published("http://127.0.0.1:9")


def test_blob_id_is_that_of_git():
    assert source.blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"  # of every empty file in git


def test_another_checksum_than_git_s(publisher):
    address = f"http://127.0.0.1:{publisher.server_port}/whole.bin"
    right = source.Published("set", "a", address, len(CONTENT), hashlib.md5(CONTENT).hexdigest(), source.md5)
    assert source.find(right).read_bytes() == CONTENT
    with pytest.raises(source.DataError, match="or others than were published"):
        source.find(right._replace(name="b", checksum="0" * 32))


@pytest.mark.parametrize("inside", ["set/whole.bin", "whole.bin"])
@pytest.mark.parametrize("by", ["argument", "environment"])
def test_named_folder(tmp_path, monkeypatch, inside, by):
    path = tmp_path / "data" / inside
    path.parent.mkdir(parents=True)
    path.write_bytes(b"another header's comment")
    if by == "environment":
        monkeypatch.setenv("HWR_DATA", str(tmp_path / "data"))
    assert source.find(NOWHERE, tmp_path / "data" if by == "argument" else None) == path


def test_argument_goes_before_environment(tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "whole.bin").touch()
    monkeypatch.setenv("HWR_DATA", str(tmp_path / "a"))
    assert source.find(NOWHERE, tmp_path / "b") == tmp_path / "b" / "whole.bin"


def test_named_folder_without_the_file_is_an_error(publisher, tmp_path):
    with pytest.raises(source.DataError, match=r"there is no set/whole.bin in .*; put it there .*--data-dir or HWR"):
        source.find(at(publisher), tmp_path)
    assert publisher.asked == []


def test_download_once(publisher, cache):
    for _ in range(2):
        path = source.find(at(publisher))
        assert path == cache / "set" / "whole.bin"
        assert path.read_bytes() == CONTENT
    assert publisher.asked == ["/whole.bin"]
    assert os.listdir(cache / "set") == ["whole.bin"]


def test_cache_lies_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source.cache() == tmp_path / ".cache" / "hwr"


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"?" + data[1:], lambda data: b""])
def test_damaged_cache_is_fetched_again(publisher, cache, damage):
    (cache / "set").mkdir(parents=True)
    (cache / "set" / "whole.bin").write_bytes(damage(CONTENT))
    assert source.find(at(publisher)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cut.bin", "cut.bin"),
        ("early.bin", "sent 5,000 of 256,000 bytes"),
        ("wrong.bin", "or others than were published"),
        ("long.bin", "or others than were published"),
        ("away.bin", "404"),
    ],
)
def test_bad_download_leaves_nothing(publisher, cache, name, sentence):
    with pytest.raises(source.DataError) as raised:
        source.find(at(publisher, name))
    assert sentence in str(raised.value)
    assert "--data-dir or HWR_DATA" in str(raised.value)
    assert not (cache / "set").exists()
    assert source.find(at(publisher)).read_bytes() == CONTENT  # a retry works


def test_server_away():
    with pytest.raises(source.DataError, match=r"can't be downloaded from http://127.0.0.1:9/.*--data-dir"):
        source.find(NOWHERE)


def test_dripping_server_is_given_up(publisher, monkeypatch):
    monkeypatch.setattr(source, "DEADLINE", -1.0)
    with pytest.raises(source.DataError, match="can't be downloaded"):
        source.find(at(publisher))


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_write_that_fails_leaves_nothing(publisher, cache, monkeypatch, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(source.os, step, full)
    with pytest.raises(source.DataError, match=r"can't be written .*No space left"):
        source.find(at(publisher))
    assert os.listdir(cache / "set") == []


def test_cache_that_can_not_be_made(publisher, cache):
    cache.parent.mkdir()
    cache.write_text("a file where a folder should be")
    with pytest.raises(source.DataError, match="--data-dir or HWR_DATA"):
        source.find(at(publisher))
