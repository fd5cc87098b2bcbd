"""What comes in, and the right answer: through the package and through the command.

E: one sentence says what came and what to do. N: no digit found. P: the same digit as the clean twin.
"""

import json
import math
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import cv2
import forged
import numpy as np
import pytest
from pictures import colored, drawing, encode, mask, on_transparent
from PIL import Image

import hwr

ROOT = Path(__file__).parent.parent
DIGIT = 2  # of the ten the one that no turn and no mirror leaves alike
SECONDS = 2.0
MEGABYTES = 200

TWIN = drawing(DIGIT)
RGB = colored(DIGIT, (20, 30, 90), (250, 250, 245))
PNG, JPEG, WEBP = encode(RGB), encode(RGB, "JPEG", quality=95), encode(RGB, "WEBP")


class Case(NamedTuple):
    """A file's name, what is expected of it (E, N, P, or U where "unsure" will do), and what makes it."""

    name: str
    expected: str
    make: Callable[[], bytes]
    says: str = ""

    @property
    def number(self) -> str:
        return self.name.split(".")[0]


def _zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inside.txt", "hidden" * 1000)
    return file.getvalue()


def _animated(form: str) -> bytes:
    second = Image.fromarray(np.full_like(TWIN, 255))
    return encode(Image.fromarray(TWIN), form, save_all=True, append_images=[second, second], duration=100)


def _palette_with_alpha() -> bytes:
    return encode(Image.fromarray(RGB).quantize(8), transparency=int(Image.fromarray(RGB).quantize(8).getpixel((0, 0))))


def _premultiplied() -> np.ndarray:
    alpha = mask(DIGIT)
    return np.dstack([(np.array((200, 60, 20)) * (alpha[..., None] / 255)).astype(np.uint8), alpha])


def _noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (280, 280, 3)).astype(np.uint8)


def _grain() -> np.ndarray:
    return np.clip(np.random.default_rng(1).normal(200, 8, (280, 280)), 0, 255).astype(np.uint8)


def _letter() -> np.ndarray:
    return cv2.putText(np.full((280, 280), 255, np.uint8), "R", (70, 220), cv2.FONT_HERSHEY_DUPLEX, 7, 0, 16)


def _face() -> np.ndarray:
    picture = np.full((280, 280), 255, np.uint8)
    cv2.circle(picture, (140, 140), 110, 0, 10, cv2.LINE_AA)
    for x in (100, 180):
        cv2.circle(picture, (x, 110), 12, 0, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (140, 160), (55, 40), 0, 20, 160, 0, 10, cv2.LINE_AA)
    return picture


def _turned(orientation: int) -> bytes:
    stored = Image.fromarray(np.ascontiguousarray(forged.STORED[orientation](RGB)))
    return encode(stored, "JPEG", quality=95, exif=b"Exif\0\0" + forged.exif(orientation))


def _flip(data: bytes, where: int) -> bytes:
    return data[:where] + bytes([data[where] ^ 0xFF]) + data[where + 1 :]


HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
HEIC, AVIF = (b"\0\0\0\x18ftyp" + brand + bytes(300) for brand in (b"heic", b"avif"))
PROGRAM = b"\x7fELF\2\1\1" + bytes(200)

CASES = [
    Case("01-empty.png", "E", lambda: b"", "empty"),
    Case("02-header-only.png", "E", lambda: HEAD, "PNG"),
    Case("03-cut.png", "E", lambda: PNG[: len(PNG) // 2], "PNG"),
    Case("04-cut.jpg", "E", lambda: JPEG[: len(JPEG) // 2], "JPEG"),
    Case("05-cut.webp", "E", lambda: WEBP[: len(WEBP) // 2], "WebP"),
    Case("06-checksum.png", "E", lambda: _flip(PNG, len(PNG) - 14), "checksum"),
    Case("07-text.png", "E", lambda: b"I am not a picture.\n" * 9, "text"),
    Case("08-html.png", "E", lambda: b"<!DOCTYPE html><html><body></body></html>", "web page"),
    Case("09-program.png", "E", lambda: PROGRAM, "program"),
    Case("10-drawing.svg", "E", lambda: b'<?xml version="1.0"?>\n<svg xmlns="x"><path d="M0 0"/></svg>', "SVG"),
    Case("11-page.pdf", "E", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
    Case("12-page.eps", "E", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "EPS"),
    Case("13-also-a-zip.png", "P", lambda: PNG + _zip()),
    Case("14-photo.heic", "E", lambda: HEIC, "PNG, JPEG or WebP"),
    Case("15-photo.avif", "E", lambda: AVIF, "PNG, JPEG or WebP"),
    Case("16-one-pixel.png", "N", lambda: encode(np.zeros((1, 1), np.uint8))),
    Case("17-thin.png", "E", lambda: forged.png_bomb(100_000, 1), "8,000"),
    Case("18-bomb.png", "E", lambda: forged.png_bomb(30_000, 30_000), "20 megapixels"),
    Case("19-large.png", "E", lambda: forged.png_bomb(13_000, 13_000), "20 megapixels"),
    Case("20-text.png", "P", lambda: forged.with_chunks(PNG, [(b"tEXt", b"a\0" + b"b" * 9_000_000)])),
    Case("20-profile.png", "P", lambda: forged.with_chunks(PNG, [(b"iCCP", b"a\0\0" + b"b" * 9_000_000)])),
    Case("20-exif.jpg", "P", lambda: forged.with_segments(JPEG, [(0xE1, b"Exif\0\0" + bytes(60_000))] * 150)),
    Case("21-16-bit.png", "P", lambda: encode(TWIN.astype(np.uint16) * 257)),
    Case("22-cmyk.jpg", "P", lambda: encode(Image.fromarray(RGB).convert("CMYK"), "JPEG")),
    Case("23-1-bit.png", "P", lambda: encode(Image.fromarray(RGB).convert("1"))),
    Case("24-mode-i.tif", "P", lambda: encode(Image.fromarray(TWIN).convert("I"), "TIFF")),
    Case("24-8-bits-in-16.png", "P", lambda: encode(TWIN.astype(np.uint16))),
    Case("25-mode-f.tif", "P", lambda: encode(Image.fromarray(TWIN.astype(np.float32)), "TIFF")),
    Case("25-mode-f-unit.tif", "P", lambda: encode(Image.fromarray(TWIN / np.float32(255)), "TIFF")),
    Case("26-palette-alpha.png", "P", _palette_with_alpha),
    Case("27-la.png", "P", lambda: encode(Image.fromarray(on_transparent(DIGIT)).convert("LA"))),
    Case("28-rgba.png", "P", lambda: encode(on_transparent(DIGIT))),
    Case("28-white-on-transparent.png", "P", lambda: encode(on_transparent(DIGIT, (255, 255, 255)))),
    Case("29-transparent.png", "N", lambda: encode(np.zeros((280, 280, 4), np.uint8))),
    Case("30-premultiplied.png", "P", lambda: encode(_premultiplied())),
    Case("31-animated.gif", "P", lambda: _animated("GIF")),
    Case("32-animated.png", "P", lambda: _animated("PNG")),
    Case("32-animated.webp", "P", lambda: _animated("WEBP")),
    *(Case(f"{32 + turn}-orientation-{turn}.jpg", "P", lambda turn=turn: _turned(turn)) for turn in range(1, 9)),
    Case("41-broken-exif.jpg", "P", lambda: forged.with_segments(JPEG, [(0xE1, b"Exif\0\0II*\0" + b"\xff" * 50)])),
    Case("42-white.png", "N", lambda: encode(np.full((280, 280), 255, np.uint8))),
    Case("43-black.png", "N", lambda: encode(np.zeros((280, 280), np.uint8))),
    Case("44-gray.png", "N", lambda: encode(np.full((280, 280), 128, np.uint8))),
    Case("45-noise.png", "N", lambda: encode(_noise())),
    Case("45-grain.png", "N", lambda: encode(_grain())),
    Case("46-letter.png", "U", lambda: encode(_letter())),
    Case("46-face.png", "U", lambda: encode(_face())),
    Case("47-inverted.png", "P", lambda: encode(255 - TWIN)),
    Case("48-quality-5.jpg", "P", lambda: encode(RGB, "JPEG", quality=5)),
    Case("49-blurred.png", "P", lambda: encode(cv2.GaussianBlur(RGB, (0, 0), 6))),
    Case("61-passwd.png", "E", lambda: b"root:x:0:0:root:/root:/bin/bash\n", "text"),
    Case("62-a/../62-dots.png", "P", lambda: PNG),
    Case("63-رقم ‏۲🖊️.png", "P", lambda: PNG),
    Case("64-" + "/".join(["x" * 100] * 3) + ".png", "P", lambda: PNG),
    Case("65-palette.gif", "P", lambda: encode(Image.fromarray(RGB).quantize(8))),
    Case("67-page.html", "E", lambda: b"<html><head></head><body>5</body></html>", "web page"),
    Case("68-archive.zip", "E", _zip, "archive"),
]

each_case = pytest.mark.parametrize("case", CASES, ids=[case.name[:40] for case in CASES])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """All the files, each under its name."""
    folder = tmp_path_factory.mktemp("inputs")
    for case in CASES:
        path = folder / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.make())
    return folder


@pytest.fixture(scope="module")
def answers(folder) -> dict[str, dict]:
    """What one run of the command says of every file, by name."""
    command = [sys.executable, "-m", "hwr", "read", "--json", *(str(folder / case.name) for case in CASES)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=100)
    assert (run.returncode, run.stderr) == (1, "")  # some can't be read, and that is all there is to say
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["path"] for line in lines] == command[5:]
    return {case.name: line for case, line in zip(CASES, lines, strict=True)}


def assert_sentence(text: str, says: str = "") -> None:
    """One sentence that says what came, and then what to do."""
    assert says in text
    assert text.isprintable()
    assert 20 < len(text) < 250
    assert text[-1].isalnum() or text[-1] in ")'"
    assert any(mark in text for mark in ("; ", ", so "))
    assert "Traceback" not in text
    assert "Error" not in text


@each_case
def test_package(case, folder, recognizer):
    twin = recognizer.read(TWIN)
    assert twin.digit == str(DIGIT)
    start = time.perf_counter()
    if case.expected == "E":
        with pytest.raises(hwr.PictureError) as raised:
            recognizer.read(folder / case.name)
        assert_sentence(str(raised.value), case.says)
    else:
        said = recognizer.read(folder / case.name)
        check(case.expected, said.digit, said.is_digit, said.confidence, said.reason)
    assert time.perf_counter() - start < SECONDS
    assert recognizer.read(TWIN).probabilities == twin.probabilities  # the next request works


@each_case
def test_command(case, answers):
    said = answers[case.name]
    if case.expected == "E":
        assert set(said) == {"path", "error"}
        assert_sentence(said["error"], case.says)
    else:
        check(case.expected, said["digit"], said["is_digit"], said["confidence"], said.get("reason"))
        assert math.isclose(sum(said["probabilities"].values()), 1)


def check(expected: str, digit: str | None, is_digit: bool, confidence: float, reason: str | None) -> None:
    assert 0 <= confidence <= 1
    assert is_digit == (digit is not None)
    if expected == "U":
        assert digit is None or confidence < 0.5
    else:
        assert digit == (str(DIGIT) if expected == "P" else None)
    assert bool(reason) == (digit is None)


FLOATS = TWIN / 255

OBJECTS = {
    "50-nan": np.where(FLOATS > 0.5, np.nan, FLOATS),
    "51-inf": np.where(FLOATS > 0.5, np.inf, FLOATS),
    "51-minus-inf": np.where(FLOATS > 0.5, -np.inf, FLOATS),
    "52-int64": TWIN.astype(np.int64),
    "52-int8": TWIN.astype(np.int8),
    "52-complex": TWIN.astype(complex),
    "52-object": TWIN.astype(object),
    "52-text": np.full((9, 9), "a"),
    "53-one-dimension": TWIN.ravel(),
    "53-no-dimension": np.uint8(5),
    "53-four-dimensions": TWIN[None, ..., None],
    "53-two-channels": np.dstack([TWIN, TWIN]),
    "53-channels-first": np.stack([TWIN] * 3),
    "54-empty": np.zeros((0, 0), np.uint8),
    "54-no-rows": np.zeros((0, 280, 3), np.uint8),
    "54-none": None,
    "54-list": TWIN.tolist(),
    "54-nothing-in-a-dict": {},
    "54-empty-path": "",
    "55-floats-to-255": TWIN.astype(np.float32),
    "55-floats-below-0": FLOATS - 0.5,
    "59-data-url": "data:image/png;base64," + "A" * 10_000_000,
    "60-http": "http://169.254.169.254/latest/meta-data/",
    "60-https": "HTTPS://example.com/5.png",
    "60-file": "file:///etc/passwd",
    "61-passwd": "/etc/passwd",
    "62-nul": "5.png\0.exe",
}


@pytest.mark.parametrize("came", OBJECTS.values(), ids=OBJECTS)
def test_what_is_no_picture(came, recognizer, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", None)  # whoever fetches anything fails
    with pytest.raises(hwr.PictureError) as raised:
        recognizer.read(came)
    assert_sentence(str(raised.value))


def test_floats_from_0_to_1_are_the_twin(recognizer):
    assert recognizer.read(FLOATS).probabilities == recognizer.read(TWIN).probabilities


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_its_16_bit_twin(digit, recognizer):
    said = recognizer.read(encode(drawing(digit).astype(np.uint16) * 257), script="persian")
    assert said.digit == str(digit)
    assert said.probabilities == recognizer.read(drawing(digit), script="persian").probabilities


LARGEST = {
    "color.png": lambda image: encode(image.convert("RGBA"), compress_level=1),
    "progressive.jpg": lambda image: encode(image, "JPEG", progressive=True, subsampling=0),
    "lossless.webp": lambda image: encode(image.convert("RGBA"), "WEBP", lossless=True, method=0, quality=0),
    "deep.tif": lambda image: encode(image.convert("L").convert("I"), "TIFF", compression="tiff_lzw"),
    "turned.tif": lambda image: encode(image.transpose(Image.Transpose.ROTATE_90), "TIFF", tiffinfo={274: 6}),
    "colors.bmp": lambda image: encode(image, "BMP"),
}

MEASURE = """
import sys, time, hwr
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
recognizer = hwr.load()
recognizer.read("small.png")
before, start = peak(), time.perf_counter()
said = recognizer.read(sys.argv[1])
print(said.digit, time.perf_counter() - start, peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read where Linux tells it")
@pytest.mark.parametrize("name", LARGEST)
def test_time_and_memory_of_the_largest(name, tmp_path):
    """20 megapixels, the most that is read."""
    (tmp_path / "small.png").write_bytes(PNG)
    large = cv2.resize(RGB, (5000, 4000), interpolation=cv2.INTER_LINEAR)
    (tmp_path / name).write_bytes(LARGEST[name](Image.fromarray(large)))
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    run = [sys.executable, "-c", MEASURE, name]
    said = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    digit, seconds, megabytes = said.stdout.split()
    assert digit == str(DIGIT)
    assert float(seconds) < SECONDS
    assert float(megabytes) < MEGABYTES
