"""What tests share: where the real data lies, the recognizer that ships, and a stand-in for the Hub."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import hwr


def _data_dir() -> Path | None:
    named = os.environ.get("HWR_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _data_dir() is None:
        missing = pytest.mark.skip(reason="no data: set HWR_DATA to its folder")
        for item in items:
            if item.get_closest_marker("data"):
                item.add_marker(missing)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the real data; for tests marked `data`."""
    folder = _data_dir()
    assert folder is not None, "a test that needs data_dir must be marked `data`"
    return folder


@pytest.fixture(scope="session")
def recognizer() -> hwr.Recognizer:
    """The default recognizer, loaded once."""
    return hwr.load()


@pytest.fixture
def hub(monkeypatch, tmp_path) -> Iterator:
    """A `standin.Hub` that this process and those it starts take for the Hub, and an empty cache."""
    from huggingface_hub import close_session
    from standin import Hub, point

    with Hub() as hub:
        point(monkeypatch, hub.url, tmp_path / "home")
        yield hub
        close_session()


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """The system's Chromium, opened once: Playwright can't run twice in a process."""
    from playwright.sync_api import sync_playwright

    from benchmarks.page import FLAGS, chromium

    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS + camera)
        yield opened
        opened.close()
