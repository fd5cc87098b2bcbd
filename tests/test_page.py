"""The page in Chromium: digits drawn with the mouse on the real canvas, pictures, both languages.

Screenshots are kept in artifacts/screenshots. In every test the console stays clean and no other server
is asked for anything.
"""

import base64
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pictures
import pytest
from playwright.sync_api import Page, expect
from visits import PHONE, Visit, draw, expect_digit, expect_verdict, keep, path, ring, state, touch, upload

from benchmarks.page import APP, serve
from hwr.interface.door import BUSY, MOST
from hwr.interface.words import ENGLISH, PERSIAN

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "hwr" / "interface" / "examples"


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The page, on a port of its own."""
    with serve(APP) as server:
        yield server.url


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
    page.locator('.scripts:visible [data-script="persian"]').click()
    draw(page, pictures.STROKES[digit])
    expect_digit(page, str(digit))


def test_the_script_follows_the_language_until_the_visitor_says_which(visit):
    page = visit()
    pressed = page.locator('.scripts:visible [aria-pressed="true"]')
    english, persian = (page.locator(f".languages [lang={name}]") for name in ("en", "fa"))
    for language, script in ((persian, "persian"), (english, "auto")):
        language.click()
        expect(pressed).to_have_attribute("data-script", script)
    page.locator('.scripts:visible [data-script="latin"]').click()
    persian.click()
    expect(pressed).to_have_attribute("data-script", "latin")


@pytest.mark.parametrize(
    ("brush", "stroke"),
    [("4.5", [(0.5, 0.5)]), ("4.5", ring(0.035)), ("1.5", ring(0.3))],
    ids=["tap", "dot", "ring"],
)
def test_a_zero_is_a_dot_or_a_ring(visit, brush, stroke):
    page = visit()
    page.locator(".brush input").fill(brush)
    draw(page, [stroke])
    expect_digit(page, "0")


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
    draw(page, SEVEN)
    page.locator(".many:visible input").focus()  # no control on this tab takes text
    page.keyboard.press("Control+z")
    expect_digit(page, "1")
    page.keyboard.press("Delete")
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
    inked = []
    for size in ("1.5", "9"):
        page.locator(".brush input").fill(size)
        draw(page, pictures.STROKES[1])
        expect_digit(page, "1")
        _, data = page.locator("#draw [data-stage=gray]").get_attribute("src").split(",")
        gray = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
        inked.append((255 - gray).sum())
        page.locator(".clear:visible").click()
        expect_digit(page, "")
    assert inked[1] > 3 * inked[0]


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


def test_an_unsure_answer_says_so(visit):
    page = visit()
    doubtful = {
        "digit": "2",
        "script": "persian",
        "confidence": 0.62,
        "sure": False,
        "other": None,
        "probabilities": [0, 0, 0.62, 0.37, 0.01, 0, 0, 0, 0, 0],
        "stages": {},
    }
    page.route("**/component_server/", lambda route: route.fulfill(body=json.dumps(doubtful)))
    draw(page, pictures.STROKES[2])
    expect_digit(page, "2")
    assert state(page) == "unsure"
    expect(page.locator(".verdict:visible")).to_have_text("Not quite sure: 62%")
    expect(page.locator(".remark:visible")).to_have_text("It could also be ۳.")
    keep(page, "unsure-en")
    doubtful["other"] = {"digit": "7", "script": "latin", "probability": 0.02}
    page.locator('.scripts:visible [data-script="latin"]').click()
    expect(page.locator(".remark:visible")).to_have_text("It could also be ۳, or Latin 7: 2%")


def test_a_shape_that_both_scripts_share_is_told_with_its_other_reading(visit):
    page = visit()
    shared = {
        "digit": "0",
        "script": "latin",
        "confidence": 0.985,
        "sure": True,
        "other": {"digit": "5", "script": "persian", "probability": 0.31},
        "probabilities": [0.68, 0, 0, 0, 0, 0.32, 0, 0, 0, 0],
        "stages": {},
    }
    page.route("**/component_server/", lambda route: route.fulfill(body=json.dumps(shared)))
    draw(page, [ring(0.3)])
    expect_digit(page, "0")
    assert state(page) == "sure"
    expect(page.locator(".remark:visible")).to_have_text("It could also be Persian ۵: 31%")
    large, small = page.locator(".latin:visible"), page.locator("#draw .persian")
    assert large.bounding_box()["height"] > 1.4 * small.bounding_box()["height"]
    assert large.bounding_box()["x"] < small.bounding_box()["x"]
    keep(page, "other-en")
    page.locator(".languages [lang=fa]").click()
    expect(page.locator(".remark:visible")).to_have_text("شاید هم ۵ فارسی باشد: ۳۱٪")
    shared |= {"digit": "9", "other": {"digit": "9", "script": "persian", "probability": 0.34}}
    page.locator('.scripts:visible [data-script="latin"]').click()
    expect(page.locator(".remark:visible")).to_have_text("شاید هم ۹ فارسی باشد؛ همان رقم است.")


def test_what_the_answer_rests_on_is_shown_when_the_pen_rests(visit):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.post_data_json["fn_name"]) if request.post_data else None)
    warm = page.locator(".process.warm:visible .heat")
    draw(page, SEVEN)
    expect_digit(page, "7")
    expect(warm).to_be_visible()
    mask = warm.evaluate("heat => getComputedStyle(heat).maskImage")
    assert mask.startswith('url("data:image/png')
    expect(page.locator(".warmth:visible")).to_have_text(ENGLISH["warmth"])
    assert asked.count("why") == 1
    assert asked[-1] == "why", "the answer came first"
    page.locator(".languages [lang=fa]").click()
    expect(warm).to_be_visible()
    keep(page, "heat-fa")
    draw(page, [[(0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2), (0.5, 0.9), (0.3, 0.1), (0.9, 0.5), (0.1, 0.5)]])
    expect(page.locator('.answer[data-state="none"]:visible')).to_be_visible()
    expect(page.locator(".process.warm")).to_have_count(0)


def write(page: Page, digits: str) -> None:
    """A number with the mouse, across the pad."""
    box = page.locator(".pad canvas").bounding_box()
    side = min(0.6 * box["height"], 1.1 * box["width"] / (len(digits) + 1))
    for place, digit in enumerate(digits, 1):
        left = place * box["width"] / (len(digits) + 1) - side / 2
        top = (box["height"] - side) / 2
        at = [
            [((left + x * side) / box["width"], (top + y * side) / box["height"]) for x, y in stroke]
            for stroke in pictures.STROKES[int(digit)]
        ]
        draw(page, at)


def expect_number(page: Page, text: str) -> None:
    panel = page.locator('.answer[data-settled="true"]:visible')
    expect(panel).to_have_attribute("data-text", text)
    expect(panel.locator(".whole")).to_have_text("".join("۰۱۲۳۴۵۶۷۸۹"[int(digit)] for digit in text))


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, PHONE], ids=["wide", "phone"])
def test_a_number_is_read_while_it_is_written(visit, viewport):
    page = visit(viewport=viewport)
    page.locator(".many:visible input").click()
    expect(page.locator(".hint:visible")).to_have_text(ENGLISH["pad-hint-number"])
    expect(page.locator(".lead")).to_have_text(ENGLISH["lead-number-both"])
    pad = page.locator(".pad").bounding_box()
    assert pad["width"] > 1.2 * pad["height"]
    write(page, "3725")
    expect_number(page, "3725")
    expect(page.locator(".parts:visible li")).to_have_count(4)
    expect(page.locator(".parts:visible b")).to_have_text(["۳", "۷", "۲", "۵"])
    boxes = [box.bounding_box() for box in page.locator(".pad .boxes i").all()]
    lefts = [box["x"] for box in boxes]
    assert lefts == sorted(lefts)
    assert all(pad["x"] < box["x"] and box["x"] + box["width"] < pad["x"] + pad["width"] for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    keep(page, f"number-{viewport['width']}")
    page.keyboard.press("Delete")
    expect(page.locator(".boxes:visible i")).to_have_count(0)
    expect(page.locator("#draw .whole")).to_be_empty()


def test_a_digit_outlives_a_look_at_numbers(visit):
    page = visit()
    draw(page, SEVEN)
    expect_digit(page, "7")
    inked = page.evaluate(INKED)
    page.locator(".many:visible input").click()
    expect_number(page, "7")
    page.locator(".many:visible input").click()
    expect_digit(page, "7")
    page.wait_for_function(f"url => {INKED} === url", arg=inked)


def test_what_is_no_digit_may_be_a_number(visit):
    page = visit()
    said = {"digit": None, "script": None, "confidence": 0, "sure": False, "other": None, "model": "it"}
    said |= {
        "probabilities": [0.1] * 10,
        "reason": "nothing is written on this picture",
        "stages": {},
        "several": False,
    }
    page.route("**/component_server/", lambda route: route.fulfill(body=json.dumps(said)))
    offer = page.locator(".several:visible button")
    write(page, "37")
    expect(page.locator('.answer[data-state="none"]:visible')).to_be_visible()
    expect(offer).to_have_count(0)
    said["several"] = True
    page.locator('.scripts:visible [data-script="persian"]').click()
    expect(offer).to_have_text(ENGLISH["as-number"])
    page.unroute("**/component_server/")
    offer.click()
    expect(page.locator(".many:visible input")).to_be_checked()
    expect_number(page, "37")
    expect(offer).to_have_count(0)


def test_a_number_on_a_picture_shows_the_picture_with_its_boxes(visit, tmp_path):
    page = visit("#fa")
    page.locator("#upload-button").click()
    page.locator(".many:visible input").click()
    photo = np.pad(np.hstack([pictures.drawing(digit, 200, 18) for digit in (1, 4, 0, 2)]), 100, constant_values=255)
    (tmp_path / "number.png").write_bytes(pictures.encode(photo))
    upload(page, tmp_path / "number.png")
    expect_number(page, "1402")
    shown = page.locator(".found:visible img").bounding_box()
    boxes = [box.bounding_box() for box in page.locator(".found .boxes i").all()]
    assert len(boxes) == 4
    middles = [(box["x"] + box["width"] / 2 - shown["x"]) / shown["width"] for box in boxes]
    assert middles == pytest.approx([0.2, 0.4, 0.6, 0.8], abs=0.05)
    keep(page, "number-upload-fa")
    example = page.locator(".examples button:visible").first
    expect(example).to_have_attribute("title", "نمونه: عدد ۲۷۴۱۶")
    example.click()
    expect_number(page, "27416")


def test_a_doubtful_digit_of_a_number_is_marked(visit):
    page = visit()
    two = [
        {"digit": "3", "confidence": 0.999, "sure": True, "box": [0.1, 0.2, 0.3, 0.8]},
        {"digit": "2", "confidence": 0.62, "sure": False, "box": [0.5, 0.2, 0.7, 0.8]},
    ]
    said = {"text": "3.2", "script": "latin", "confidence": 0.61, "sure": False, "digits": two, "reason": None}
    said["model"] = "it"
    remark = page.locator(".remark:visible")
    page.route("**/component_server/", lambda route: route.fulfill(body=json.dumps(said | {"picture": ""})))
    page.locator(".many:visible input").click()
    draw(page, SEVEN)
    expect(page.locator(".whole:visible")).to_have_text("3.2")
    assert state(page) == "unsure"
    expect(page.locator(".verdict:visible")).to_have_text(ENGLISH["marked-digit"])
    expect(remark).to_have_text("61% sure of these digits · Read as Latin digits")
    expect(page.locator(".parts:visible .doubtful b")).to_have_text(["2"])
    expect(page.locator(".pad .boxes .doubtful")).to_have_count(1)
    page.locator('.scripts:visible [data-script="latin"]').click()
    expect(remark).to_have_text("61% sure of these digits")  # the visitor knows the script
    two[1]["sure"] = True  # but not what is between them
    page.locator('.scripts:visible [data-script="auto"]').click()
    expect(page.locator(".verdict:visible")).to_have_text("Not quite sure: 61%")
    assert state(page) == "unsure"
    expect(remark).to_have_text(ENGLISH["as-latin"])
    said |= {"sure": True, "confidence": 0.99}
    page.locator('.scripts:visible [data-script="latin"]').click()
    expect(page.locator(".verdict:visible")).to_have_text("99% sure of these digits")
    assert state(page) == "sure"


def test_pictures_are_read(visit):
    page = visit()
    page.locator("#upload-button").click()
    expect(page.locator(".target")).to_be_visible()
    upload(page, EXAMPLES / "1-digit-5.jpg")
    expect_digit(page, "5")
    expect(page.locator(".preview")).to_be_visible()
    expect(page.locator(".examples button:visible")).to_have_count(6)
    page.locator(".examples button").nth(2).click()
    expect_digit(page, "4")
    keep(page, "upload-en")
    upload(page, EXAMPLES / "2-digit-2.jpg")
    expect_digit(page, "2")
    page.locator("#upload .clear").click()
    expect_digit(page, "")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_picture_that_cant_be_read(visit, tmp_path, language):
    page = visit(f"#{language}")
    page.locator("#upload-button").click()
    broken = tmp_path / "5.png"
    broken.write_bytes(pictures.encode(pictures.drawing(5))[:300])
    upload(page, broken)
    words = {"en": ENGLISH, "fa": PERSIAN}[language]
    expect_verdict(page, words["error"])
    remark, detail = page.locator("#upload .remark"), page.locator("#upload .detail")
    if language == "en":
        expect(remark).to_contain_text("this PNG is damaged")
        expect(detail).to_be_hidden()
    else:
        expect(remark).to_have_text(words["advice"])
        expect(detail).to_contain_text("this PNG is damaged")
        assert detail.evaluate("detail => getComputedStyle(detail).direction") == "ltr"
        keep(page, "error-fa")


def test_what_cant_be_sent_gets_a_sentence(visit, tmp_path):
    page = visit("#fa")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "component_server" in request.url else None)
    page.locator("#upload-button").click()
    scan = tmp_path / "scan.tiff"  # no browser of ours shows a TIFF
    scan.write_bytes(pictures.encode(pictures.drawing(5, 2400), "TIFF"))
    assert scan.stat().st_size > MOST
    upload(page, scan)
    expect_verdict(page, PERSIAN["too-large"])
    # What a dropped folder is to the page: a file that can't be read.
    page.evaluate("() => { FileReader.prototype.readAsDataURL = function () { setTimeout(this.onerror); }; }")
    upload(page, EXAMPLES / "1-digit-5.jpg")
    expect_verdict(page, PERSIAN["no-file"])
    assert asked == []


def crowd(page: Page, places: Iterator[bool], busy: str) -> None:
    """Let a picture be read where there is a place; whatever else is asked has one."""

    def go(route):
        is_read = route.request.post_data_json["fn_name"] == "read"
        route.fulfill(body=busy) if is_read and not next(places) else route.continue_()

    page.route("**/component_server/", go)


def test_a_busy_server_is_asked_again(visit):
    page = visit()
    page.locator("#upload-button").click()
    places = iter([False, True, True])
    busy = json.dumps({"error": BUSY, "busy": True})
    crowd(page, places, busy)
    upload(page, EXAMPLES / "1-digit-5.jpg")
    expect_digit(page, "5")
    assert next(places) is True


def test_a_newer_picture_is_not_replaced_by_a_large_older_one(visit, tmp_path):
    page = visit()
    page.evaluate("""() => {
        const make = createImageBitmap;
        const wait = new Promise((resolve) => (window.goOn = resolve));
        window.createImageBitmap = (file) => wait.then(() => make(file)).finally(() => (window.made = true));
    }""")
    page.locator("#upload-button").click()
    upload(page, large_photo(tmp_path))
    page.locator(".examples button").nth(2).click()
    expect_digit(page, "4")
    page.evaluate("goOn()")
    page.wait_for_function("window.made")
    page.wait_for_timeout(500)
    expect_digit(page, "4")


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
    answers = page.locator("#upload .answer").get_attribute("data-count")
    page.locator(".shoot").click()
    expect(page.locator("#upload .answer")).not_to_have_attribute("data-count", answers)
    expect(page.locator("video")).to_be_hidden()
    expect(page.locator(".preview")).to_be_visible()


def test_the_camera_takes_no_empty_picture_and_stops_when_left(visit):
    page = visit(permissions=["camera"])
    page.locator("#upload-button").click()
    page.evaluate("""() => {
        const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        const next = async (wish) => (window.stream ? get(wish) : new MediaStream());
        navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await next(wish));
    }""")
    page.locator(".camera").click()
    expect(page.locator(".shoot")).to_be_visible()
    expect(page.locator(".shoot")).to_be_disabled()  # a stream without a frame
    page.locator(".cancel").click()
    page.locator(".camera").click()
    expect(page.locator(".shoot")).to_be_enabled()
    assert page.evaluate("stream.active") is True
    page.locator("#draw-button").click()
    page.wait_for_function("!stream.active")
    page.locator("#upload-button").click()
    expect(page.locator("video")).to_be_hidden()


def large_photo(folder: Path) -> Path:
    """A ۷ of 7.7 MB, which a browser can show."""
    photo = folder / "photo.bmp"
    photo.write_bytes(pictures.encode(cv2.cvtColor(pictures.drawing(7, 1600), cv2.COLOR_GRAY2RGB), "BMP"))
    assert photo.stat().st_size > MOST
    return photo


def photo_of_a_phone(folder: Path) -> Path:
    """A ۷ of 25 megapixels in a small file."""
    photo = folder / "photo.jpg"
    photo.write_bytes(pictures.encode(pictures.drawing(7, 5000), "JPEG"))
    assert photo.stat().st_size < MOST
    return photo


@pytest.mark.parametrize("photo", [large_photo, photo_of_a_phone], ids=["bytes", "pixels"])
def test_a_photo_over_the_limit_is_made_smaller_first(visit, tmp_path, photo):
    page = visit()
    page.locator("#upload-button").click()
    upload(page, photo(tmp_path))
    expect_digit(page, "7")


def test_a_phone_on_its_side_has_room_to_write(visit):
    page = visit(viewport={"width": 844, "height": 390})
    pad = page.locator(".pad").bounding_box()
    assert pad["height"] > 200
    assert pad["y"] + pad["height"] < 390
    assert pad["width"] > 0.85 * page.locator(".card:visible").first.bounding_box()["width"]
    draw(page, SEVEN)
    expect_digit(page, "7")
    keep(page, "landscape-en")


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


def test_a_lost_server_is_said_and_asked_again(browser, address):
    visitor = Visit(browser, address)
    page = visitor.open()
    page.route("**/component_server/", lambda route: route.abort())
    draw(page, FIVE)
    expect(page.locator('.answer[data-state="error"]:visible .verdict')).to_contain_text("server does not answer")
    expect(page.locator(".bars .best")).to_have_count(0)
    page.unroute("**/component_server/")
    expect_digit(page, "5")  # without another stroke
    visitor.context.close()
