"""The page without a browser: its words, its answers, what it refuses, and what it serves to programs."""

import base64
import html
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import examples
import httpx
import networks
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from pictures import drawing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import hwr
from hwr import reading, weights
from hwr.imaging.decode import PictureError
from hwr.interface import answer, catalog, door, endpoint, heat, number, page, shelf
from hwr.interface.asset import FOLDER, attribute
from hwr.interface.words import ENGLISH, PERSIAN, WORDS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio.queueing")  # Gradio's own use of pandas

ROOT = Path(__file__).parent.parent
SLOW = 300  # s: what importing Gradio may take on a busy machine
INSTEAD = {"advice", "away", "replaced"}  # Persian alone says these, where English has the server's sentence
BLANK = np.full((280, 280), 255, np.uint8)
SCRIBBLE = np.random.default_rng(0).integers(0, 256, (60, 60), np.uint8)


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


# ---- words


def test_both_languages_say_everything():
    assert ENGLISH.keys() == PERSIAN.keys() - INSTEAD
    for key in ENGLISH:
        assert ENGLISH[key].strip(), key
        assert re.findall(r"\{\w+\}", ENGLISH[key]) == re.findall(r"\{\w+\}", PERSIAN[key]), key


def test_persian_is_persian():
    arabic_letters = "".join(PERSIAN.values())
    assert not set("يكة٤٥٦") & set(arabic_letters), "Arabic letters or digits where Persian has its own"
    assert all(re.search(r"[\u0600-\u06ff]", word) for key, word in PERSIAN.items() if key != "chance")


def test_every_word_is_used_and_every_used_word_is_known():
    parts = [*FOLDER.glob("*.html"), *FOLDER.glob("*.js")]
    text = "\n".join(part.read_text(encoding="utf-8") for part in parts) + answer.desk("WISHES", [])
    shown = set(re.findall(r'data-word(?:-label)?="([\w-]+)"', text)) | {"example-digit", "example-number"}
    said = set(re.findall(r'"([\w-]+)"', text)) & set(PERSIAN)
    reasons = {key for key in ENGLISH if " " in key}
    assert shown <= set(ENGLISH)
    assert set(PERSIAN) == shown | said | reasons


@pytest.mark.parametrize("picture", [BLANK, SCRIBBLE], ids=["blank", "scribble"])
def test_every_reason_has_its_words(recognizer, picture):
    prediction = recognizer.read(picture)
    assert prediction.digit is None
    assert all(prediction.reason in words for words in WORDS.values())


def test_a_busy_server_has_its_words():
    assert all({door.BUSY, shelf.LOADING} <= words.keys() for words in WORDS.values())


def test_every_dataset_has_its_words(recognizer):
    """Those of the models that are offered; "MNIST" is the same in both languages."""
    script = (FOLDER / "picker.js").read_text(encoding="utf-8")
    for model in catalog.offered(recognizer).values():
        tested = {score.set for score in model.scores.values()}
        for table, name in (("LICENSES", model.data), *(("SETS", name) for name in sorted(tested))):
            (listed,) = re.findall(rf"{table} = {{(.*?)}}", script, re.DOTALL)
            assert re.search(rf'"?\b{re.escape(name)}"?: ', listed), (table, name)


def test_an_attribute_carries_anything_and_no_code():
    value = {"a": "${alert(1)} {{b}} `c` \"d\" 'e' <f> & ۵"}
    text = attribute(value)
    assert not set("$`{}<\"'") & set(text)
    assert json.loads(html.unescape(text)) == value


# ---- answers


def only(recognizer):
    """`ask` with one model, without a place to wait for."""
    return lambda question, model=None, patience=0: question(recognizer)


def carried(url: str, form: str = "png") -> np.ndarray:
    """The picture that a data: URL carries: (H, W) or (H, W, 4) uint8."""
    data = base64.b64decode(url.removeprefix(f"data:image/{form};base64,"))
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def test_an_answer_has_all_that_the_page_shows(recognizer):
    prediction = recognizer.read(drawing(5))
    said = json.loads(json.dumps(answer.answer(prediction)))
    assert said["digit"] == "5"
    assert said["reason"] is None
    assert said["model"] == recognizer.name
    assert (said["script"], said["sure"], said["other"]) == ("persian", prediction.sure, None)
    assert said["confidence"] == pytest.approx(prediction.confidence, abs=1e-4)
    assert sum(said["probabilities"]) == pytest.approx(1, abs=1e-3)
    assert np.argmax(said["probabilities"]) == 5
    for stage in answer.STAGES:
        shown = carried(said["stages"][stage])
        assert max(shown.shape) <= answer.THUMBNAIL
        if stage == "padded":
            assert np.array_equal(shown, prediction.stages.padded)


def test_a_blank_sheet_has_no_later_stages(recognizer):
    said = answer.answer(recognizer.read(BLANK))
    assert said["digit"] is None
    assert set(said["stages"]) == {"gray", "binary"}
    assert not said["several"]


@pytest.mark.parametrize(
    ("is_digit", "sure", "wide", "several"),
    [(False, False, 1, True), (True, False, 2, True), (True, False, 1, False), (True, True, 2, False)],
)
def test_what_is_hardly_one_digit_may_be_several(recognizer, is_digit, sure, wide, several):
    said = recognizer.read(drawing(5))
    stages = said.stages._replace(centered=np.zeros((40, 40 * wide), np.uint8))
    told = said._replace(is_digit=is_digit, sure=sure, stages=stages)
    assert answer.answer(told)["several"] is several


def test_the_examples_are_read_right(recognizer):
    files = sorted((FOLDER / "examples").iterdir())
    names = [f"{number}-{scene.name}" for number, scene in enumerate(examples.SCENES, 1)]
    assert [file.name for file in files] == names, "the folder holds pictures only"
    read, read_number = (door.reader(only(recognizer), say) for say in (answer.read, number.number))
    for file in files:
        picture = url(file.read_bytes(), "image/jpeg")
        if "number" in file.name:
            said = read_number(picture)
            assert f"number-{said['text']}." in file.name
            assert said["sure"]
            continue
        assert f"digit-{read(picture)['digit']}" in file.name
        said = read({"url": picture, "script": "persian"})
        assert f"digit-{said['digit']}" in file.name
        assert said["confidence"] > 0.9, file.name


def test_examples_are_drawn_as_photographs():
    picture = examples.photograph(examples.SCENES[0], np.random.default_rng(1))
    assert picture.shape == (examples.SIDE, examples.SIDE, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, examples.photograph(examples.SCENES[0], np.random.default_rng(1)))
    wide = examples.photograph(examples.SCENES[-1], np.random.default_rng(1))
    assert wide.shape == (examples.SIDE, 2 * examples.SIDE, 3)
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]].mean(axis=1)
    assert np.ptp(corners) > 15, "light falls from one side"


# ---- numbers


def row(digits: str) -> np.ndarray:
    """A number, 200 px high: (200, 150 a digit) uint8, 0 ink, 255 paper."""
    return np.hstack([drawing(int(digit), 200, 18)[:, 25:175] for digit in digits])


def test_a_number_has_all_that_the_page_shows(recognizer):
    said = json.loads(json.dumps(door.reader(only(recognizer), number.number)(url(png(row("1394"))))))
    read = recognizer.read_number(row("1394"))
    assert (said["text"], said["script"], said["reason"]) == ("1394", "persian", None)
    assert said["model"] == recognizer.name
    assert said["confidence"] == pytest.approx(read.confidence, abs=1e-4)
    assert said["sure"] == read.sure
    for told, digit, expected in zip(said["digits"], "1394", read.digits, strict=True):
        assert (told["digit"], told["sure"]) == (digit, expected.sure)
        assert told["confidence"] == pytest.approx(expected.confidence, abs=1e-4)
        assert np.multiply(told["box"], [600, 200, 600, 200]) == pytest.approx(expected.box, abs=0.1)
        assert np.array_equal(carried(told["padded"]), expected.stages.padded)
    assert carried(said["picture"], "jpeg").shape == (200, 600)


def test_what_is_no_number_has_a_reason_with_words(recognizer):
    said = door.reader(only(recognizer), number.number)(url(png(BLANK)))
    assert (said["text"], said["digits"], said["reason"]) == ("", [], reading.NOTHING)
    assert all({reading.NOTHING, reading.NO_NUMBER, reading.TOO_SMALL} <= words.keys() for words in WORDS.values())


# ---- what the answer rests on


def test_what_an_answer_rests_on_is_told_of_its_padded_picture(recognizer):
    stages = answer.answer(recognizer.read(drawing(4)))["stages"]
    why = door.reader(only(recognizer), heat.why)
    assert why.__name__ == "why"
    told = why({"url": stages["padded"], "model": None, "script": "auto"})
    assert list(told) == ["heat"]
    shown = carried(told["heat"])
    prediction = recognizer.read(drawing(4))
    expected = heat.veil(recognizer.why(prediction), prediction.stages.padded)
    assert np.array_equal(shown, expected)
    assert shown[..., 3].max() > 200
    assert not shown[..., :3].any()
    assert (shown[..., 3] <= prediction.stages.padded).all(), "ink alone is warm"


def test_what_no_answer_rests_on_is_told_in_a_sentence(recognizer):
    why = door.reader(only(recognizer), heat.why)
    side = recognizer.preparation.side
    grid = np.zeros((side, side), np.uint8)
    grid[4::8] = grid[:, 4::8] = 255
    assert why(url(png(grid))) == {}
    said = why(url(png(np.zeros((50, 60), np.uint8))))
    assert f"sees {side} × {side} pixels, this picture has 60 × 50" in said["error"]
    assert list(why({"url": 7})) == ["error"]


# ---- the door


def test_a_data_url_is_opened():
    assert door.picture(url(b"ink")) == b"ink"
    assert door.picture("data:image/svg+xml;charset=utf-8;base64,aW5r") == b"ink"
    assert door.picture("data:;base64,aW5r") == b"ink"


HOSTILE = {
    "nothing": None,
    "number": 7,
    "list": ["data:image/png;base64,aW5r"],
    "dict": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    "path": "/etc/passwd",
    "address": "http://169.254.169.254/latest/meta-data",
    "file address": "file:///etc/passwd",
    "not base64": "data:image/png;base64,%%%",
    "not ASCII": "data:image/png;base64,۵۵۵۵",
    "without base64": "data:image/png,ink",
    "too large": "data:image/png;base64," + "A" * door.BODY,
    "a long head": "data:" + "a" * 10_000_000,
    "empty": "data:image/png;base64,",
    "text": url(b"I am no picture", "text/plain"),
    "svg": url(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
}


@pytest.mark.parametrize("argument", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_argument_gets_a_sentence(recognizer, argument):
    read = door.reader(only(recognizer), answer.read)
    said = read(argument)
    assert list(said) == ["error"]
    assert list(read({"url": argument, "model": None})) == ["error"]
    assert 10 < len(said["error"]) < 300
    assert "Traceback" not in said["error"]


@pytest.mark.parametrize("script", ["arabic", 7, ["latin"], {"a": 1}, "latin", "a" * 1_000_000], ids=str)
@pytest.mark.parametrize("say", [answer.read, number.number, heat.why])
def test_a_script_that_is_not_read_gets_a_sentence(recognizer, say, script):
    padded = recognizer.read(drawing(4)).stages.padded
    said = door.reader(only(hwr.load("hoda-compact")), say)({"url": url(png(padded)), "script": script})
    assert said["error"].startswith("hoda-compact reads Persian digits only")
    assert len(said["error"]) < 200


def test_what_is_too_large_is_not_decoded():
    with pytest.raises(PictureError, match="more than 5 MB"):
        door.picture(HOSTILE["too large"])


def test_a_picture_has_5_mb_and_no_byte_more():
    assert len(door.picture(url(bytes(door.MOST)))) == 5_000_000
    with pytest.raises(PictureError, match="more than 5 MB"):
        door.picture(url(bytes(door.MOST + 1)))


class Slow:
    """A shelf with one recognizer, which reads until it is told to go on."""

    def __init__(self, recognizer):
        self.recognizer = recognizer
        self.started = threading.Semaphore(0)
        self.go_on = threading.Event()

    def find(self, name, patience):
        return self

    def read(self, image, script):
        self.started.release()
        assert self.go_on.wait(20)
        return self.recognizer.read(image, script=script)


def test_only_so_many_pictures_at_once(recognizer, monkeypatch, tmp_path):
    monkeypatch.setattr(door, "PATIENCE", 0.05)
    path = tmp_path / "1.png"
    path.write_bytes(png(drawing(1)))
    slow = Slow(recognizer)
    ask = door.bounded(slow)
    read = door.reader(ask, answer.read)
    answers = []
    readers = [threading.Thread(target=lambda: answers.append(read(url(png(drawing(1)))))) for _ in range(door.AT_ONCE)]
    for reader in readers:
        reader.start()
    for _ in readers:
        assert slow.started.acquire(timeout=20)
    assert read(url(png(drawing(1)))) == {"error": door.BUSY, "busy": True}
    with pytest.raises(door.BusyError):  # programs wait in the same line
        endpoint.record(ask, "read", path)
    slow.go_on.set()
    for reader in readers:
        reader.join()
    assert [said["digit"] for said in answers] == ["1"] * door.AT_ONCE
    assert read(url(png(drawing(7))))["digit"] == "7"
    assert endpoint.record(ask, "read", path)["digit"] == "1"


@pytest.fixture
def limited() -> TestClient:
    async def echo(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/", echo, methods=["POST"])])
    return TestClient(door.BodyLimit(app, most=1000))


def test_a_body_within_the_limit_passes(limited):
    assert limited.post("/", content=b"x" * 1000).text == "1000"


@pytest.mark.parametrize("declared", [True, False])
def test_a_larger_body_is_refused(limited, declared):
    content = b"x" * 1001 if declared else (b"x" * 100 for _ in range(11))
    refused = limited.post("/", content=content)
    assert refused.status_code == 413
    assert "1,000 bytes" in refused.text


def test_a_length_that_is_no_number_is_refused(limited):
    assert limited.post("/", content=b"x", headers={"content-length": "-1"}).status_code == 413


# ---- the served page


@pytest.fixture(scope="module")
def served(recognizer, tmp_path_factory):
    """The address of the page, served in this process.

    "three" sees a 3 everywhere, "both" a ۵ or a Latin 0; "broken" can't be loaded.
    """
    folder = networks.shipped(tmp_path_factory.mktemp("served"), {"three": 3, "both": 5, "broken": 4})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "FOLDER", folder)
        yield from serve(recognizer, folder)


def serve(recognizer, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    demo = page.build(recognizer)
    (folder / "broken" / "model.onnx").write_bytes(b"damaged")
    demo.launch(**page.launch_settings(), server_port=port, prevent_thread_lock=True, quiet=True)
    yield f"http://127.0.0.1:{port}"
    demo.close(verbose=False)


@pytest.fixture(scope="module")
def client(served):
    return Client(served, verbose=False)


def call(served: str, argument, function: str = "read") -> httpx.Response:
    """Call one of the page's own functions as its script does."""
    component = next(
        part for part in httpx.get(f"{served}/config").json()["components"] if part["props"].get("server_fns")
    )
    body = {"data": argument, "component_id": component["id"], "fn_name": function, "session_hash": "test"}
    return httpx.post(f"{served}/gradio_api/component_server/", json=body, timeout=20)


def test_the_page_names_no_other_server(served):
    config = httpx.get(f"{served}/config").json()
    assert config["analytics_enabled"] is False
    assert not config["stylesheets"]
    theme = httpx.get(f"{served}/theme.css").text
    assert not re.search(r"url\(['\"]?https?:|@import|@font-face", theme)


def test_drawings_are_not_kept(served):
    config = httpx.get(f"{served}/config").json()
    assert config["run_history"] is False
    assert httpx.get(f"{served}/monitoring/summary").status_code in (403, 404)


def test_the_pages_own_function_answers_over_http(served):
    assert call(served, url(png(drawing(2)))).json()["digit"] == "2"
    assert call(served, {"url": url(png(drawing(2)))}).json()["model"] == hwr.DEFAULT


def test_the_page_is_answered_by_the_model_it_names(served):
    asked = {"url": url(png(drawing(2))), "model": "three"}
    while "loading" in call(served, "three", "choose").json():
        pass
    assert call(served, "three", "choose").json() == {"side": networks.SIDE}
    said = call(served, asked).json()
    assert (said["digit"], said["model"]) == ("3", "three")
    assert call(served, asked | {"model": "hoda-compact"}).json()["digit"] == "2"
    for name in ("four", "/etc/passwd", 4, [], {"three": 3}):
        assert "no model is called" in call(served, asked | {"model": name}).json()["error"]
        assert "no model is called" in call(served, name, "choose").json()["error"]


def test_a_model_that_cant_be_loaded_says_why(served):
    while "loading" in (told := call(served, "broken", "choose").json()):
        pass
    assert "the file is damaged" in told["error"]


def test_hostile_arguments_over_http(served):
    for argument in (None, 7, "http://127.0.0.1:1/x.png", {"path": "/etc/passwd"}, "data:image/png;base64,%"):
        response = call(served, argument)
        assert response.status_code == 200
        assert list(response.json()) == ["error"]


def test_a_huge_body_is_refused_over_http(served):
    assert call(served, "x" * 20_000_000).status_code == 413


def test_programs_find_two_endpoints(client):
    described = client.view_api(return_format="dict")
    assert list(described["named_endpoints"]) == ["/read", "/read_number"]
    assert not described["unnamed_endpoints"]


def test_a_program_gets_the_contract(client, recognizer, tmp_path):
    path = tmp_path / "۵.png"
    path.write_bytes(png(drawing(5)))
    said = client.predict(handle_file(path), api_name="/read")
    assert said["digit"] == "5"
    assert said["is_digit"] is True
    assert said["model"] == recognizer.name
    assert sum(said["probabilities"].values()) == pytest.approx(1)
    assert list(said) == ["digit", "confidence", "is_digit", "probabilities", "script", "sure", "model"]


def test_a_program_may_name_a_script(served, client, tmp_path):
    path = tmp_path / "5.png"
    path.write_bytes(png(drawing(5)))
    while "loading" in call(served, "both", "choose").json():
        pass
    for script, digit in (("persian", "5"), ("latin", "0")):
        said = client.predict(handle_file(path), model="both", script=script, api_name="/read")
        assert (said["digit"], said["script"]) == (digit, script)
        assert "other" not in said
    said = client.predict(handle_file(path), model="both", api_name="/read")
    assert (said["digit"], said["script"]) == ("5", "persian")
    assert (said["other"]["digit"], said["other"]["script"]) == ("0", "latin")
    with pytest.raises(AppError, match="both reads Persian and Latin digits only, not 'arabic'"):
        client.predict(handle_file(path), "both", "arabic", api_name="/read")


def test_the_page_names_a_script_and_asks_why(served):
    asked = {"url": url(png(drawing(5))), "model": "both"}
    while "loading" in call(served, "both", "choose").json():
        pass
    said = call(served, asked | {"script": "latin"}).json()
    assert (said["digit"], said["script"], said["other"]) == ("0", "latin", None)
    said = call(served, asked).json()
    assert (said["digit"], said["script"], said["other"]["digit"]) == ("5", "persian", "0")
    padded = {"url": said["stages"]["padded"], "model": "both"}
    assert call(served, padded, "why").json()["heat"].startswith("data:image/png")
    for script in ("arabic", 7, [1], {"a": "b"}):
        assert "reads Persian and Latin digits only" in call(served, asked | {"script": script}).json()["error"]
        assert "reads Persian and Latin digits only" in call(served, padded | {"script": script}, "why").json()["error"]


def test_a_program_may_name_a_model(served, client, tmp_path):
    path = tmp_path / "2.png"
    path.write_bytes(png(drawing(2)))
    for name, digit in (("three", "3"), (hwr.DEFAULT, "2"), (None, "2")):
        said = client.predict(handle_file(path), model=name, api_name="/read")
        assert (said["digit"], said["model"]) == (digit, name or hwr.DEFAULT)
    with pytest.raises(AppError, match=f"no model is called 'four' here; there are {hwr.DEFAULT}, "):
        client.predict(handle_file(path), "four", api_name="/read")
    with pytest.raises(AppError, match="the file is damaged"):
        client.predict(handle_file(path), "broken", api_name="/read")


def test_a_program_asks_for_a_number(client, tmp_path):
    path = tmp_path / "15.png"
    path.write_bytes(png(np.hstack([drawing(1), drawing(5)])))
    said = client.predict(handle_file(path), script="persian", api_name="/read_number")
    assert (said["text"], said["script"]) == ("15", "persian")
    assert [digit["digit"] for digit in said["digits"]] == ["1", "5"]
    path.write_bytes(png(BLANK))
    assert client.predict(handle_file(path), api_name="/read_number")["reason"] == reading.NOTHING


def test_a_program_is_told_that_nothing_is_written(client, tmp_path):
    path = tmp_path / "blank.png"
    path.write_bytes(png(BLANK))
    said = client.predict(handle_file(path), api_name="/read")
    assert said["digit"] is None
    assert said["is_digit"] is False
    assert said["reason"]


def test_a_program_is_told_what_is_wrong(client, tmp_path):
    path = tmp_path / "cut.png"
    path.write_bytes(png(drawing(5))[:300])
    with pytest.raises(AppError, match="PNG"):
        client.predict(handle_file(path), api_name="/read")
    with pytest.raises(AppError, match="no picture"):
        client.predict(None, api_name="/read")


def read_file(served: str, **file) -> str:
    """What the endpoint's stream says to a file that a program describes as it likes."""
    file["meta"] = {"_type": "gradio.FileData"}
    event = httpx.post(f"{served}/gradio_api/call/read", json={"data": [file]}).json()["event_id"]
    return httpx.get(f"{served}/gradio_api/call/read/{event}", timeout=20).text


def test_a_program_may_name_no_address(served):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/5.png"
        assert "addresses are not fetched" in read_file(served, path=address)
        assert "addresses are not fetched" in read_file(served, path=address, url=address)
        assert "event: error" in read_file(served, path="5.png", url=address)
        elsewhere.settimeout(0.1)
        with pytest.raises(TimeoutError):  # nobody called
            elsewhere.accept()


def test_a_program_may_name_no_path(served, tmp_path):
    path = tmp_path / "5.png"
    path.write_bytes(png(drawing(5)))
    for name in (str(path), f"file://{path}", "/etc/passwd", "README.md"):
        said = read_file(served, path=name)
        assert said.startswith("event: error"), said
        assert "digit" not in said


def test_an_upload_expires(served):
    files = {"files": ("5.png", png(drawing(5)))}
    (path,) = httpx.post(f"{served}/gradio_api/upload", files=files).json()
    assert "event: complete" in read_file(served, path=path)
    Path(path).unlink()
    assert "the upload has expired" in read_file(served, path=path)


def test_a_file_has_5_mb_at_most(recognizer, tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(png(drawing(5)).ljust(door.MOST + 1, b"\0"))
    with pytest.raises(PictureError, match="more than 5 MB"):
        endpoint.record(only(recognizer), "read", path)
    with pytest.raises(FileNotFoundError):
        endpoint.record(only(recognizer), "read", tmp_path / "gone.png")


def test_a_large_upload_is_refused(served):
    files = {"files": ("large.png", b"x" * (door.MOST + 1000))}
    assert httpx.post(f"{served}/gradio_api/upload", files=files).status_code == 413


FIRST_ANSWER = """
import sys, app
read = next(block.read for block in app.demo.blocks.values() if hasattr(block, "server_fns") and block.server_fns)
assert read(sys.argv[1])["digit"] == "5"
print(*sorted({"torch", "torchvision", "accelerate", "matplotlib"} & set(sys.modules)))
"""


@pytest.mark.timeout(SLOW + 20)
def test_the_first_answer_imports_no_torch():
    said = subprocess.run(
        [sys.executable, "-c", FIRST_ANSWER, url(png(drawing(5)))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SLOW,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == ""


STARTED = """
import runpy, gradio
gradio.Blocks.launch = lambda demo, **settings: None
runpy.run_path("app.py", run_name="__main__")
"""


def start(model: str, tmp_path) -> subprocess.CompletedProcess:
    """`python app.py` with HWR_MODEL, up to its launch, where nothing answers at the Hub's address."""
    away = {"HWR_MODEL": model, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, env=os.environ | away, capture_output=True, text=True, timeout=SLOW
    )


@pytest.mark.timeout(SLOW + 20)
def test_without_the_hub_the_page_starts_and_says_who_answers(tmp_path):
    started = start("user/digits", tmp_path)
    assert started.returncode == 0, started.stderr
    assert started.stdout.startswith(f"{hwr.DEFAULT}, which ships with hwr, answers in place of user/digits: ")
    assert started.stdout.count("\n") == 1


def test_the_page_says_why_other_weights_answer():
    notice = shelf.Notice(
        'hoda-compact answers in place of user/digits: ${it} is "away"', "hoda-compact", "user/digits", True
    )
    told = re.search('data-notice="([^"]*)"', page.header(notice))[1]
    assert "${" not in told
    assert json.loads(html.unescape(told)) == notice._asdict()
    assert 'data-notice="null"' in page.header(None)
