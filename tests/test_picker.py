"""Models on the page, in Chromium: what is offered, another one chosen, one that comes late, one that never comes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import networks
import pictures
import pytest
from playwright.sync_api import Page, expect
from visits import PHONE, Visit, draw, expect_digit, keep, upload

from benchmarks.page import APP, serve
from hwr import DEFAULT
from hwr.interface import catalog
from hwr.interface.words import ENGLISH, PERSIAN

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parent.parent / "hwr" / "interface" / "examples"
MODELS = {"three": 3, "late": 4, "both": 5, "broken": 6}  # each sees its digit everywhere

# Loads wait as long as there is a file called "wait".
WAITING = """
import runpy, time
from pathlib import Path
import hwr
from hwr import weights
weights.FOLDER = Path({folder!r})
weights.RUNS = weights.FOLDER / "none"  # whatever was trained here stays out
load = hwr.load
def wait(name=hwr.DEFAULT):
    while (weights.FOLDER / "wait").exists():
        time.sleep(0.05)
    return load(name)
hwr.load = wait
runpy.run_path("app.py", run_name="__main__")
"""


class Served(NamedTuple):
    """A page, and the folder of the weights that ship with it."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = networks.shipped(tmp_path_factory.mktemp("picker"), MODELS)
    with serve(WAITING.format(folder=str(folder))) as server:
        (folder / "broken" / "model.onnx").write_bytes(b"damaged")
        yield Served(server.url, folder)


@pytest.fixture
def visit(browser, served) -> Iterator:
    """Opens pages; afterwards none of them may have complained."""
    visits: list[Visit] = []

    def opener(language: str = "", **context) -> Page:
        visits.append(Visit(browser, served.url, **context))
        return visits[-1].open(language)

    yield opener
    for visitor in visits:
        visitor.context.close()
        assert visitor.wrong == []


def choose(page: Page, name: str) -> None:
    page.locator(".change:visible").click()
    page.locator(f'.choices:visible button[data-model="{name}"]').click()


def expect_model(page: Page, name: str) -> None:
    """Wait until it is this model's answer that is shown."""
    expect(page.locator('.answer[data-settled="true"]:visible')).to_have_attribute("data-model", name)
    expect(page.locator(".picker:visible .by")).to_contain_text(name)


def test_another_model_reads_what_is_drawn(visit):
    page = visit()
    line = page.locator(".picker:visible .reader span")
    told = catalog.here(DEFAULT)
    by, size = f"Read by \u2068{DEFAULT}\u2069", f"{told.size / 1e6:.2f} MB"
    for asked, name in ("auto", "Hoda"), ("persian", "Hoda"), ("latin", "MNIST"), ("auto", "Hoda"):
        page.locator(f'.scripts:visible [data-script="{asked}"]').click()
        expect(line).to_have_text([by, size, f"{told.scores[asked].accuracy:.2%} on {name}"])
    page.locator(".many:visible").click()  # a number is no single digit
    expect(line).to_have_text([by, "", ""])
    page.locator(".many:visible").click()
    draw(page, pictures.STROKES[5])
    expect_digit(page, "5")
    expect_model(page, DEFAULT)
    page.locator(".change:visible").click()
    row = page.locator('.choices:visible button[data-model="three"]')
    for told in ("three", "98.76%", "Latin digits", "comes with the page", "tested on 10,000 digits of MNIST"):
        expect(row).to_contain_text(told)
    hub = page.locator('.choices:visible button[data-model="hoda-resnet50"]')
    for told in ("99.27%", "Persian digits", "from the Hub, by", "as published", "non-commercial use only"):
        expect(hub).to_contain_text(told)
    expect(page.locator(".choices:visible button[data-model*=pages]")).to_have_count(0)
    expect(page.locator('.choices:visible [aria-pressed="true"]')).to_have_attribute("data-model", DEFAULT)
    keep(page, "models-en")
    row.click()
    expect_model(page, "three")
    expect(page.locator(".latin:visible")).to_have_text("3")
    expect(page.locator(".answer:visible")).to_have_attribute("data-script", "latin")
    expect(page.locator(".lead")).to_have_text(ENGLISH["lead-latin"])
    expect(page.locator(".license")).to_have_text(ENGLISH["license-mnist"])
    expect(page.locator("#draw .side")).to_have_text("A square of 28 × 28 points")
    keep(page, "latin-en")
    choose(page, "hoda-compact")
    expect_model(page, "hoda-compact")
    expect_digit(page, "5")
    expect(page.locator(".answer:visible")).to_have_attribute("data-script", "persian")


def test_a_model_of_both_scripts_is_told_which_one(visit):
    page = visit()
    choose(page, "hoda-compact")
    expect(page.locator(".picker:visible .by")).to_contain_text("hoda-compact")
    expect(page.locator("#draw .scripts")).to_be_hidden()  # nothing to choose from
    draw(page, pictures.STROKES[5])
    choose(page, "both")
    expect_model(page, "both")
    expect_digit(page, "5")
    expect(page.locator(".lead")).to_have_text(ENGLISH["lead-both"])
    expect(page.locator(".license")).to_have_text(ENGLISH["license-both"])
    expect(page.locator(".remark:visible")).to_contain_text("It could also be Latin 0: 3")
    keep(page, "both-en")
    page.locator('.scripts:visible [data-script="latin"]').click()
    expect_digit(page, "0")
    expect(page.locator("#draw .remark")).to_be_empty()
    page.locator("#upload-button").click()
    expect(page.locator('.scripts:visible [aria-pressed="true"]')).to_have_text("Latin")
    upload(page, EXAMPLES / "1-digit-5.jpg")
    expect_digit(page, "0")
    page.locator('.scripts:visible [data-script="persian"]').click()
    expect_digit(page, "5")
    choose(page, "three")
    expect_model(page, "three")
    expect(page.locator("#upload .scripts")).to_be_hidden()


def test_the_tabs_share_the_choice_and_visitors_do_not(visit):
    page, other = visit(), visit()
    page.locator("#upload-button").click()
    upload(page, EXAMPLES / "1-digit-5.jpg")
    expect_digit(page, "5")
    choose(page, "three")
    expect_model(page, "three")
    expect(page.locator(".examples")).to_be_hidden()  # they are Persian
    page.locator("#draw-button").click()
    draw(page, pictures.STROKES[5])
    expect_model(page, "three")
    draw(other, pictures.STROKES[5])
    expect_model(other, DEFAULT)


def test_the_old_model_answers_until_the_new_one_is_there(visit, served):
    page = visit("#fa", viewport=PHONE, color_scheme="dark")
    (served.folder / "wait").touch()
    try:
        choose(page, "late")
        expect(page.locator(".picker.loading:visible .news")).to_contain_text("late\u2069 بار می‌شود")
        page.locator(".pad canvas").scroll_into_view_if_needed()
        draw(page, pictures.STROKES[5])
        expect_model(page, DEFAULT)
        expect_digit(page, "5")
        keep(page, "loading-fa-phone")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    finally:
        (served.folder / "wait").unlink()
    expect_model(page, "late")
    expect(page.locator(".picker:visible .news")).to_be_empty()
    expect(page.locator(".latin:visible")).to_have_text("4")
    page.locator(".change:visible").click()
    keep(page, "models-fa-phone")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.keyboard.press("Escape")
    expect(page.locator("#draw .choices")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_model_that_cant_be_loaded_says_why_and_the_old_one_stays(visit, served, language):
    page = visit(f"#{language}")
    draw(page, pictures.STROKES[5])
    choose(page, "broken")
    words = {"en": ENGLISH, "fa": PERSIAN}[language]
    told = words["not-loaded"].format(model="\u2068broken\u2069", old=f"\u2068{DEFAULT}\u2069")
    expect(page.locator(".picker.failed:visible .news")).to_have_text(told)
    expect(page.locator(".picker:visible .why")).to_contain_text("the file is damaged")
    expect(page.locator(".picker:visible .why")).not_to_contain_text(str(served.folder))
    keep(page, f"broken-{language}")
    draw(page, [[(0.9, 0.9), (0.91, 0.91)]])
    expect_model(page, DEFAULT)


def test_without_the_hub_the_page_answers_and_says_so(browser, monkeypatch, tmp_path):
    away = {"HWR_MODEL": "user/digits", "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    for name, value in away.items():
        monkeypatch.setitem(os.environ, name, value)
    with serve(APP) as server:
        visitor = Visit(browser, server.url)
        page = visitor.open()
        notice = page.locator(".notice")
        expect(notice).to_contain_text(f"{DEFAULT}, which ships with hwr, answers in place of user/digits")
        draw(page, pictures.STROKES[5])
        expect_digit(page, "5")
        keep(page, "away-en")
        page.locator(".languages [lang=fa]").click()
        expect(notice).to_have_text(PERSIAN["away"].format(wanted="user/digits", model=DEFAULT))
        keep(page, "away-fa")
        visitor.context.close()
        assert visitor.wrong == []
