"""A visitor of the page in Chromium: what one does there, and what one sees."""

import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page, expect

SCREENSHOTS = Path(__file__).parents[1] / "artifacts" / "screenshots"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
PATIENCE = 60.0  # s: it ends what hangs; a busy machine is no reason to fail
expect.set_options(timeout=1000 * PATIENCE)
TURNS = np.linspace(0, 2 * np.pi, 25)


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
        expect(self.page.locator("#draw .answer[data-settled]")).to_be_attached()
        return self.page


def path(page: Page, points) -> list[tuple[float, float]]:
    """Points of the unit square, as places on the pad."""
    box = page.locator(".pad canvas").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page: Page, strokes) -> None:
    """With the mouse, as a hand does."""
    for stroke in strokes:
        first, *rest = path(page, stroke)
        hover(page, *first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=8)
        page.mouse.up()


def hover(page: Page, x: float, y: float) -> None:
    """Move the mouse onto the pad, until the ring around it shows: what it does before a page's first frame is lost."""
    shown, deadline = page.locator(".pad .ring"), time.monotonic() + PATIENCE
    while True:
        page.mouse.move(x, y)
        if shown.is_visible():
            return
        assert time.monotonic() < deadline, "the pad does not follow the mouse"
        page.wait_for_timeout(50)
        page.mouse.move(x + 1, y)


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


def ring(radius: float, middle: tuple[float, float] = (0.5, 0.5)) -> list[tuple[float, float]]:
    """A circle, as one stroke: radius and middle as shares of the pad's side."""
    return [(middle[0] + radius * np.sin(turn), middle[1] - radius * np.cos(turn)) for turn in TURNS]


def touch(wire: CDPSession, kind: str, place: tuple[float, float] | None = None) -> None:
    points = [{"x": place[0], "y": place[1]}] if place else []
    wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def upload(page: Page, file) -> None:
    page.set_input_files("#upload input[type=file]", file)


def expect_verdict(page: Page, words: str) -> None:
    expect(page.locator('.answer[data-state="error"]:visible .verdict')).to_have_text(words)
