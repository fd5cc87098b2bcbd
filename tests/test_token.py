import httpx2
import pytest
from standin import TOKEN, point

from hwr.hub import HubError, token


@pytest.fixture(autouse=True)
def nobody(monkeypatch, tmp_path):
    """Nobody is logged in."""
    point(monkeypatch, "http://127.0.0.1:1", tmp_path)


def test_it_is_that_of_the_environment_or_of_the_login(monkeypatch, tmp_path):
    assert token.read() is None
    (tmp_path / "token").write_text(TOKEN[::-1] + "\n")
    assert token.read() == TOKEN[::-1]
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert token.read() == TOKEN


def test_a_login_that_is_damaged_is_told(tmp_path):
    (tmp_path / "token").write_bytes(b"\xff" + TOKEN.encode())
    with pytest.raises(HubError, match=r"the token can't be read \(UnicodeDecodeError\); log in again") as refusal:
        token.read()
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("secret", [TOKEN, TOKEN + "\\'x"])
def test_an_error_is_told_without_it(monkeypatch, secret):
    assert token.line(ValueError(f"no {secret}")) == f"no {secret}", "it is no token yet"
    monkeypatch.setenv("HF_TOKEN", secret)
    for error in (ValueError(f"it is {secret}\nand more"), OSError(f"it is {secret!r}"[:-1])):
        assert token.line(error).strip("\"'") in ("it is …", "it is '…", 'it is "…')
    header = httpx2.LocalProtocolError(f"Illegal header value b'Bearer {secret}'")
    assert token.line(header) == "LocalProtocolError"
    wrapped = OSError("outer")
    wrapped.__cause__ = header
    assert token.line(wrapped) == "LocalProtocolError"
    assert token.line(KeyError()) == "KeyError"
