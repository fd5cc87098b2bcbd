"""How quick the page is: python benchmarks/page.py

Claims, each beside what the same run gives without us, since machines differ and are busy:
- pen up to answer on screen: 200 ms at most, and 1.5 times the same page whose function does nothing,
- at least 5 answers a second within a stroke,
- start of the server to its first HTTP 200: at most 1.2 times a bare Gradio page's,
- memory after the first answer: at most 60 MB above a bare Gradio page that was opened.
The figures are printed and written to page.json beside this file. Exit status 1 where a claim fails.
Needs Chromium (HWR_CHROMIUM, the system's, or Playwright's own) and, for memory, Linux.
"""

import contextlib
import json
import math
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).with_suffix(".json")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DRAWINGS, STARTS = 40, 5
STROKE = 3.0  # s: how long one stroke lasts while answers are counted

APP = "import runpy; runpy.run_path('app.py', run_name='__main__')"
NOTHING = """
import hwr
from hwr.interface import page
SURE = {"digit": "5", "script": "persian", "confidence": 1, "sure": True}
def reader(ask, say):
    function = lambda asked=None: SURE | {"probabilities": [0, 0, 0, 0, 0, 1, 0, 0, 0, 0], "stages": {}}
    function.__name__ = say.__name__
    return function
page.reader = reader
page.build(hwr.load()).launch(**page.launch_settings())
"""
BARE = """
import gradio as gr
with gr.Blocks() as demo:
    gr.HTML("hello")
demo.launch()
"""

# A ۵ in a unit square, as the pen goes.
FIVE = ((0.50, 0.15), (0.28, 0.42), (0.20, 0.66), (0.30, 0.84), (0.43, 0.80), (0.50, 0.62))
FIVE += tuple((1 - x, y) for x, y in reversed(FIVE))

# Two frames after the answer is in its place it is on the screen.
WATCH = """() => {
    const panel = document.querySelector(".answer");
    window.waits = [];
    window.answers = [];
    let lifted = null;
    addEventListener("pointerup", () => (lifted = performance.now()), true);
    new MutationObserver(() => {
        if (panel.dataset.settled === "false") return answers.push(performance.now());
        if (lifted === null) return;
        const start = lifted;
        lifted = null;
        requestAnimationFrame(() => requestAnimationFrame(() => waits.push(performance.now() - start)));
    }).observe(panel, { attributes: true, attributeFilter: ["data-count"] });
}"""


class Server(NamedTuple):
    """A running page: its address, its process, and the seconds until it first answered."""

    url: str
    process: subprocess.Popen
    start: float

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def serve(code: str) -> Iterator[Server]:
    """Run a page on a port of its own until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        while not answers(url):
            if process.poll() is not None:
                raise SystemExit(f"a page ended before it answered:\n{code}")
            time.sleep(0.01)
        yield Server(url, process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    """True where the address gives HTTP 200."""
    try:
        with urlopen(url, timeout=10) as response:
            return response.status == 200
    except OSError:
        return False


def opened(browser, server: Server) -> Page:
    """The page, loaded and watched."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(server.url)
    page.wait_for_selector(".pad canvas")
    page.evaluate(WATCH)
    return page


def wait_for_answer(page: Page, digit: str) -> None:
    """Until the page shows this digit and its pen has lifted."""
    page.wait_for_selector(f'.answer[data-settled="true"][data-digit="{digit}"]')


def draw(page: Page) -> None:
    """One ۵, answered and cleared."""
    box = page.locator(".pad canvas").bounding_box()
    for k, (x, y) in enumerate(FIVE):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        if k == 0:
            page.mouse.down()
    page.mouse.up()
    wait_for_answer(page, "5")
    page.wait_for_timeout(60)  # the frames that are timed
    page.keyboard.press("Delete")
    wait_for_answer(page, "")


def answers_a_second(page: Page) -> float:
    """Keep the pen moving in a circle and count."""
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.evaluate("answers.length = 0")
    page.mouse.down()
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < STROKE:
        x, y = 0.5 + 0.3 * math.sin(2 * passed), 0.5 - 0.3 * math.cos(2 * passed)
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    times = page.evaluate("answers")
    page.mouse.up()
    page.wait_for_selector('.answer[data-settled="true"]')
    page.keyboard.press("Delete")
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def chromium() -> str | None:
    """The system's Chromium, or None for Playwright's own."""
    places = (os.environ.get("HWR_CHROMIUM"), shutil.which("chromium"), "/usr/bin/chromium")
    return next((place for place in places if place and Path(place).exists()), None)


def measure_answers() -> dict:
    """Draw by turns on our page and on the same page whose function does nothing; memory on the way."""
    with sync_playwright() as playwright, serve(APP) as ours, serve(NOTHING) as nothing, serve(BARE) as bare:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        visitor = browser.new_page()
        visitor.goto(bare.url)
        visitor.get_by_text("hello").wait_for()
        pages = {"page": opened(browser, ours), "nothing": opened(browser, nothing)}
        draw(pages["page"])
        memory = {"page": ours.memory(), "bare": bare.memory()}
        draw(pages["nothing"])
        for page in pages.values():
            page.evaluate("waits.length = 0")  # the first answer warms up
        for _ in range(DRAWINGS):
            for page in pages.values():
                page.bring_to_front()
                draw(page)
        waits = {name: page.evaluate("waits") for name, page in pages.items()}
        rates = {}
        for name, page in pages.items():
            page.bring_to_front()
            rates[name] = answers_a_second(page)
        browser.close()
    return {"waits": waits, "rates": rates, "memory": memory}


def measure_starts() -> dict[str, list[float]]:
    """Start our page and a bare one by turns: seconds to the first HTTP 200."""
    seconds = {"page": [], "bare": []}
    for _ in range(STARTS):
        for name, code in (("bare", BARE), ("page", APP)):
            with serve(code) as server:
                seconds[name].append(server.start)
    return seconds


class Figure(NamedTuple):
    """One line of the result: ours, theirs, and what is claimed of the two."""

    name: str
    page: float
    without: float
    claim: str
    met: bool


def figures(starts: dict[str, list[float]], found: dict) -> list[Figure]:
    """What was measured, held against the claims."""
    wait, nothing = (statistics.median(found["waits"][name]) for name in ("page", "nothing"))
    slowest, slowest_nothing = (max(found["waits"][name]) for name in ("page", "nothing"))
    rate, rate_nothing = found["rates"]["page"], found["rates"]["nothing"]
    start, bare = (statistics.median(starts[name]) for name in ("page", "bare"))
    memory, memory_bare = found["memory"]["page"], found["memory"]["bare"]
    within = wait <= 200 and wait <= 1.5 * nothing
    return [
        Figure("pen up to answer, median (ms)", wait, nothing, "at most 200, and 1.5 times", within),
        Figure("pen up to answer, maximum (ms)", slowest, slowest_nothing, "", True),
        Figure("answers a second in a stroke", rate, rate_nothing, "at least 5", rate >= 5),
        Figure("start to HTTP 200, median (s)", start, bare, "at most 1.2 times", start <= 1.2 * bare),
        Figure("memory after an answer (MB)", memory, memory_bare, "at most 60 more", memory <= memory_bare + 60),
    ]


def main() -> int:
    """Measure, print a table, write page.json; 0 where every claim holds, else 1."""
    load = os.getloadavg()[0]  # other work on the machine slows all of them
    rows = figures(measure_starts(), measure_answers())
    print(f"{'':32}{'page':>8}{'without':>9}{'ratio':>7}   claim")
    for row in rows:
        print(
            f"{row.name:32}{row.page:8.2f}{row.without:9.2f}{row.page / row.without:7.2f}   "
            f"{row.claim}{'' if row.met else ': NOT MET'}"
        )
    result = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "load": round(load, 2)},
        "drawings": DRAWINGS,
        "starts": STARTS,
        "figures": [row._asdict() for row in rows],
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
