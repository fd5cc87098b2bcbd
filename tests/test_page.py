"""The page in Chromium: digits drawn with the mouse on the real canvas, pictures, both languages.

Screenshots are kept in artifacts/screenshots. In every test the console stays clean and no other server
is asked for anything.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import cv2
import pictures
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
SCREENSHOTS = ROOT / "artifacts" / "screenshots"
EXAMPLES = ROOT / "hwr" / "interface" / "examples"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def chromium() -> str | None:
    """The system's Chromium, or None for Playwright's own."""
    places = (os.environ.get("HWR_CHROMIUM"), shutil.which("chromium"), "/usr/bin/chromium")
    return next((place for place in places if place and Path(place).exists()), None)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """`python app.py` on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, app)
        yield url
    finally:
        app.terminate()
        app.wait(10)


def wait_for(url: str, app: subprocess.Popen) -> None:
    """Wait until the page is served, a minute at most."""
    for _ in range(600):
        assert app.poll() is None, "app.py ended"
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """One visitor's page, and what went wrong on it."""

    def __init__(self, browser: Browser, address: str, **context):
        self.context = browser.new_context(**{"viewport": WIDE, "locale": "en-US", **context})
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.ask(request.url, address))
        self.address = address

    def ask(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.wrong.append(f"asked {url}")

    def open(self, language: str = "") -> Page:
        self.page.goto(f"{self.address}/{language}")
        expect(self.page.locator(".pad .hint")).not_to_be_empty()
        return self.page


@pytest.fixture
def visit(browser, address) -> Iterator:
    """Opens pages; afterwards none of them may have complained."""
    visits: list[Visit] = []

    def opener(language: str = "", **context) -> Page:
        visits.append(Visit(browser, address, **context))
        return visits[-1].open(language)

    yield opener
    for visitor in visits:
        visitor.context.close()
        assert visitor.wrong == []


def path(page: Page, points) -> list[tuple[float, float]]:
    """Points of the unit square, as places on the pad."""
    box = page.locator(".pad canvas").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page: Page, strokes) -> None:
    """With the mouse, as a hand does."""
    for stroke in strokes:
        first, *rest = path(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=8)
        page.mouse.up()


def expect_digit(page: Page, digit: str, settled: bool = True) -> None:
    """Wait for an answer. "" stands for none."""
    panel = page.locator(f'.answer[data-settled="{str(settled).lower()}"]:visible')
    expect(panel).to_have_attribute("data-digit", digit)
    expect(panel.locator(".latin")).to_have_text(digit)
    expect(panel.locator(".persian")).to_have_text("۰۱۲۳۴۵۶۷۸۹"[int(digit)] if digit else "")


def state(page: Page) -> str:
    return page.locator(".answer:visible").get_attribute("data-state")


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(200)  # bars slide to their places
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


SHARES = "bars => bars.map(bar => Number(bar.style.getPropertyValue('--share')))"
INKED = "document.querySelector('.pad canvas').toDataURL()"
SEVEN = pictures.STROKES[7]
FIVE = pictures.STROKES[5]


def test_a_drawn_digit_is_read_and_another_after_it(visit):
    page = visit()
    assert state(page) == "waiting"
    draw(page, FIVE)
    expect_digit(page, "5")
    expect(page.locator(".verdict:visible")).to_contain_text("% sure")
    shares = page.locator(".bars:visible li").evaluate_all(
        "bars => bars.map(bar => +bar.style.getPropertyValue('--share'))"
    )
    assert len(shares) == 10
    assert max(range(10), key=shares.__getitem__) == 5
    expect(page.locator(".stages:visible img[src^='data:image/png']")).to_have_count(4)
    keep(page, "draw-en")
    page.locator(".clear:visible").click()
    expect_digit(page, "")
    assert state(page) == "waiting"
    draw(page, pictures.STROKES[1])
    expect_digit(page, "1")


@pytest.mark.parametrize("digit", [2, 3, 4, 6, 8, 9])
def test_the_other_digits(visit, digit):
    page = visit()
    draw(page, pictures.STROKES[digit])
    expect_digit(page, str(digit))


def test_the_answer_follows_the_pen_within_the_stroke(visit):
    page = visit()
    down, up = [path(page, leg) for leg in SEVEN]
    page.mouse.move(*down[0])
    page.mouse.down()
    for point in down[1:]:
        page.mouse.move(*point, steps=8)
    expect_digit(page, "1", settled=False)
    for point in up[1:]:
        page.mouse.move(*point, steps=8)
    expect_digit(page, "7", settled=False)
    page.mouse.up()
    expect_digit(page, "7")


def test_undo_clear_and_the_keyboard(visit):
    page = visit()
    undo, clear = page.locator(".undo"), page.locator(".clear:visible")
    expect(undo).to_be_disabled()
    expect(clear).to_be_disabled()
    draw(page, SEVEN)
    expect_digit(page, "7")
    undo.click()
    expect_digit(page, "1")
    page.keyboard.press("Delete")
    expect_digit(page, "")
    page.keyboard.press("Control+z")  # what was cleared comes back
    expect_digit(page, "1")
    page.keyboard.press("Control+z")
    expect_digit(page, "")


def test_a_drawing_outlives_a_look_at_the_other_tab(visit):
    page = visit()
    draw(page, SEVEN)
    expect_digit(page, "7")
    inked = page.evaluate(INKED)
    assert len(inked) > 1000
    page.locator("#upload-button").click()
    expect(page.locator(".pad")).to_be_hidden()
    page.locator("#draw-button").click()
    expect_digit(page, "7")
    page.wait_for_function(f"url => {INKED} === url", arg=inked)
    page.locator(".undo").click()
    expect_digit(page, "1")


def test_the_brush_has_a_size(visit):
    page = visit()
    ink = "document.querySelector('.stages [data-stage=gray]').src.length"
    drawn = []
    for size in ("1.5", "9"):
        page.locator(".brush input").fill(size)
        draw(page, pictures.STROKES[1])
        expect_digit(page, "1")
        drawn.append(page.evaluate(ink))
        page.locator(".clear:visible").click()
        expect_digit(page, "")
    assert drawn[0] != drawn[1]


def test_a_scribble_is_no_digit(visit):
    page = visit()
    draw(page, [[(0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2), (0.5, 0.9), (0.3, 0.1), (0.9, 0.5), (0.1, 0.5)]])
    expect(page.locator('.answer[data-state="none"]:visible .verdict')).to_have_text("No digit found")
    expect(page.locator(".remark:visible")).not_to_be_empty()


def test_a_finger_draws_and_the_page_stays(visit):
    page = visit("#fa", viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    wire = page.context.new_cdp_session(page)
    for stroke in FIVE:
        points = path(page, stroke)
        touch(wire, "touchStart", points[0])
        for (x, y), (x2, y2) in pairwise(points):
            for k in range(1, 7):
                touch(wire, "touchMove", (x + (x2 - x) * k / 6, y + (y2 - y) * k / 6))
        touch(wire, "touchEnd")
    expect_digit(page, "5")
    assert page.evaluate("scrollY") == 0
    answer = page.locator(".numerals:visible").bounding_box()
    assert answer["y"] + answer["height"] <= PHONE["height"], "the answer is below the fold"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    keep(page, "draw-fa-phone")


def touch(wire, kind: str, place: tuple[float, float] | None = None) -> None:
    points = [{"x": place[0], "y": place[1]}] if place else []
    wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_an_unsure_answer_says_so(visit):
    page = visit()
    doubtful = {
        "digit": "2",
        "confidence": 0.62,
        "probabilities": [0, 0, 0.62, 0.37, 0.01, 0, 0, 0, 0, 0],
        "stages": {},
    }
    page.route("**/component_server/", lambda route: route.fulfill(body=json.dumps(doubtful)))
    draw(page, pictures.STROKES[2])
    expect_digit(page, "2")
    assert state(page) == "unsure"
    expect(page.locator(".verdict:visible")).to_have_text("Not sure, 62%")
    expect(page.locator(".remark:visible")).to_have_text("It could also be 3.")
    keep(page, "unsure-en")


def test_pictures_are_read(visit, tmp_path):
    page = visit()
    page.locator("#upload-button").click()
    expect(page.locator(".target")).to_be_visible()
    page.set_input_files("input[type=file]", EXAMPLES / "1-digit-5.jpg")
    expect_digit(page, "5")
    expect(page.locator(".preview")).to_be_visible()
    page.locator(".examples button").nth(2).click()
    expect_digit(page, "4")
    keep(page, "upload-en")
    broken = tmp_path / "<b>شکسته.png"
    broken.write_bytes(cv2.imencode(".png", pictures.mask(5))[1].tobytes()[:300])
    page.set_input_files("input[type=file]", broken)
    expect(page.locator('.answer[data-state="error"]:visible .remark')).to_contain_text("PNG")
    expect_digit(page, "")
    page.set_input_files("input[type=file]", EXAMPLES / "2-digit-2.jpg")
    expect_digit(page, "2")
    page.locator("#upload .clear").click()
    expect_digit(page, "")


PASTE = """async ([data, kind]) => {
    const blob = await (await fetch(`data:image/jpeg;base64,${data}`)).blob();
    const carrier = new DataTransfer();
    carrier.items.add(new File([blob], "digit.jpg", {type: "image/jpeg"}));
    const event = kind === "paste"
        ? new ClipboardEvent("paste", {clipboardData: carrier, bubbles: true})
        : new DragEvent("drop", {dataTransfer: carrier, bubbles: true, cancelable: true});
    document.querySelector(".drop").dispatchEvent(event);
}"""


def test_pictures_are_pasted_dropped_and_photographed(visit):
    page = visit(permissions=["camera"])
    page.locator("#upload-button").click()
    for kind, number, digit in (("paste", 4, "6"), ("drop", 5, "3")):
        file = EXAMPLES / f"{number}-digit-{digit}.jpg"
        page.evaluate(PASTE, [base64.b64encode(file.read_bytes()).decode(), kind])
        expect_digit(page, digit)
    page.locator(".camera").click()
    page.wait_for_function("document.querySelector('video').videoWidth > 0")
    answers = page.locator("#upload .answer").get_attribute("data-count")
    page.locator(".shoot").click()
    expect(page.locator("#upload .answer")).not_to_have_attribute("data-count", answers)
    expect(page.locator("video")).to_be_hidden()
    expect(page.locator(".preview")).to_be_visible()


def test_a_photo_over_the_limit_is_made_smaller_first(visit, tmp_path):
    photo = tmp_path / "photo.bmp"
    large = cv2.resize(255 - pictures.mask(7), (1600, 1600))
    cv2.imwrite(str(photo), cv2.cvtColor(large, cv2.COLOR_GRAY2BGR))
    assert photo.stat().st_size > 5_000_000
    page = visit()
    page.locator("#upload-button").click()
    page.set_input_files("input[type=file]", photo)
    expect_digit(page, "7")


def test_persian_reads_from_right_to_left(visit):
    page = visit()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    draw(page, FIVE)
    expect_digit(page, "5")
    page.locator(".languages [lang=fa]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    assert page.locator(".desk:visible").evaluate("desk => getComputedStyle(desk).direction") == "rtl"
    expect(page.locator("#upload-button")).to_have_text("بارگذاری")
    expect(page.locator(".verdict:visible")).to_contain_text("٪")
    assert page.locator(".persian:visible").bounding_box()["x"] > page.locator(".latin:visible").bounding_box()["x"]
    assert page.locator(".pad").bounding_box()["x"] > page.locator(".answer:visible").bounding_box()["x"]
    keep(page, "draw-fa")
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("#upload-button").click()
    expect(page.locator(".target")).to_contain_text("تصویر را")
    page.locator(".languages [lang=en]").click()
    expect(page.locator(".target")).to_contain_text("Drop a picture")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")


def test_the_browsers_language_comes_first(visit):
    page = visit(locale="fa-IR", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    draw(page, pictures.STROKES[9])
    expect_digit(page, "9")
    keep(page, "draw-fa-dark")


def test_a_lost_server_is_said(browser, address):
    visitor = Visit(browser, address)
    page = visitor.open()
    page.route("**/component_server/", lambda route: route.abort())
    draw(page, FIVE)
    expect(page.locator('.answer[data-state="error"]:visible .verdict')).to_contain_text("server does not answer")
    page.unroute("**/component_server/")
    draw(page, [[(0.9, 0.9), (0.91, 0.91)]])
    expect(page.locator(".answer:visible")).not_to_have_attribute("data-state", "error")
    visitor.context.close()
