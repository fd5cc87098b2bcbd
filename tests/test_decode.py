"""The decoder: what goes in comes out gray and upright, or as one sentence."""

import io
import os
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import forged
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import colored, drawing, encode
from PIL import Image, ImageFile

from hwr.imaging import decode as decoder
from hwr.imaging.decode import PictureError, decode

TWO = drawing(2, 120)
RGB = colored(2, (20, 30, 90), (250, 250, 245), 120)
GRAY = cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY)

LOSSLESS = {
    "png": encode(RGB),
    "interlaced-palette": encode(Image.fromarray(TWO).quantize(256)),
    "gif": encode(TWO, "GIF"),
    "bmp": encode(RGB, "BMP"),
    "webp": encode(RGB, "WEBP", lossless=True),
    "webp-alpha": encode(Image.fromarray(RGB).convert("RGBA"), "WEBP", lossless=True, exact=True),
    **{
        f"tiff-{how}": encode(RGB, "TIFF", compression=how)
        for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits")
    },
}
LOSSY = {
    "jpeg": encode(RGB, "JPEG", quality=95),
    "jpeg-gray": encode(TWO, "JPEG", quality=95),
    "jpeg-progressive": encode(RGB, "JPEG", quality=95, progressive=True),
    "jpeg-cmyk": encode(Image.fromarray(RGB).convert("CMYK"), "JPEG", quality=95),
    "webp-lossy": encode(RGB, "WEBP", quality=95),
    "tiff-jpeg": encode(RGB, "TIFF", compression="jpeg", quality=95),
}
FILES = LOSSLESS | LOSSY

each_file = pytest.mark.parametrize("data", FILES.values(), ids=FILES)


def off(first: np.ndarray, second: np.ndarray) -> float:
    """The largest difference of two gray pictures of the same size."""
    assert first.dtype == second.dtype == np.uint8
    assert first.shape == second.shape
    return np.abs(first.astype(int) - second).max()


@each_file
def test_formats(data):
    expected = TWO if Image.open(io.BytesIO(data)).mode in ("L", "P") else GRAY
    assert off(decode(data), expected) <= (0 if data in LOSSLESS.values() else 24)


@pytest.mark.parametrize("data", [FILES["png"], FILES["jpeg"], FILES["webp"], FILES["tiff-raw"]])
def test_however_it_comes(data, tmp_path):
    path = tmp_path / "two"
    path.write_bytes(data)
    expected = decode(data)
    for same in (path, str(path), os.fsencode(path).decode(), bytearray(data), memoryview(data)):
        assert np.array_equal(decode(same), expected)
    with Image.open(path) as opened:
        assert off(decode(opened), expected) <= 3  # a JPEG's own luma against that of its colors


ARRAYS = {
    "gray": TWO,
    "one channel": TWO[..., None],
    "rgb": np.dstack([TWO] * 3),
    "rgba": np.dstack([TWO, TWO, TWO, np.full_like(TWO, 255)]),
    "uint16": TWO.astype(np.uint16) * 257,
    "uint16, big-endian": (TWO.astype(np.uint16) * 257).astype(">u2"),
    "uint16 rgb": np.dstack([TWO.astype(np.uint16) * 257] * 3),
    "float16": (TWO / 255).astype(np.float16),
    "float32": (TWO / 255).astype(np.float32),
    "float64 rgba": np.dstack([TWO, TWO, TWO, np.full_like(TWO, 255)]) / 255,
    "not contiguous": np.repeat(np.repeat(TWO, 2, 0), 2, 1)[::2, ::2],
    "read-only": np.frombuffer(TWO.tobytes(), np.uint8).reshape(TWO.shape),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_arrays(array):
    before = array.copy()
    gray = decode(array)
    assert off(gray, TWO) == 0
    assert gray.flags.c_contiguous
    assert not np.shares_memory(gray, array)
    assert np.array_equal(array, before)


def test_bool_is_black_and_white():
    assert np.array_equal(decode(TWO > 128), np.where(TWO > 128, 255, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"])
def test_pil_modes(mode):
    picture = Image.fromarray(np.where(TWO > 128, 255, 0).astype(np.uint8))
    assert off(decode(picture.convert(mode)), np.asarray(picture)) <= 1


def test_sketchpad():
    value = {"background": None, "layers": [], "composite": np.dstack([TWO] * 3)}
    assert np.array_equal(decode(value), TWO)
    assert np.array_equal(decode({"composite": Image.fromarray(TWO)}), TWO)


def test_sketchpad_after_its_trash_button_is_blank():
    assert decode({"background": None, "layers": [], "composite": None}).min() == 255


@pytest.mark.parametrize("level", [np.nan, np.inf, -1])
def test_float_file_of_no_light(level):
    levels = TWO.astype(np.float32)
    levels[60, 60] = level
    with pytest.raises(PictureError, match="values from"):
        decode(encode(Image.fromarray(levels), "TIFF"))


@pytest.mark.parametrize("shape", [(8001, 1), (1, 8001), (4473, 4473)])
def test_too_large(shape):
    with pytest.raises(PictureError, match=r"sides of 8,000 and 20 megapixels"):
        decode(np.broadcast_to(np.uint8(0), shape))
    with pytest.raises(PictureError, match=r"sides of 8,000 and 20 megapixels"):
        decode(Image.new("1", shape))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_too_large_by_the_header(form):
    data = encode(Image.new("1" if form in ("PNG", "TIFF", "BMP") else "L", (8001, 2)), form)
    with pytest.raises(PictureError, match="8,001 × 2"):
        decode(data)


@pytest.mark.parametrize("shape", [(8000, 1), (1, 8000), (8000, 2500)])
def test_as_large_as_can_be(shape):
    assert decode(np.broadcast_to(np.uint8(7), shape)).shape == shape


def test_long_file(tmp_path):
    path = tmp_path / "long.png"
    with path.open("wb") as file:
        file.truncate(decoder.MOST_BYTES + 1)
    with pytest.raises(PictureError, match="64 MB"):
        decode(path)


@each_file
def test_cut_anywhere(data):
    step = max(1, len(data) // 60)
    for length in [*range(0, len(data) - 1, step)]:
        with pytest.raises(PictureError):
            decode(data[:length])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=4)), min_size=1, max_size=4),
)
def test_damage_is_a_picture_or_a_sentence(name, damage):
    data = bytearray(FILES[name])
    for where, replacement in damage:
        data[where : where + max(1, len(replacement))] = replacement
    try:
        gray = decode(bytes(data))
    except PictureError as error:
        said = str(error)
    else:
        said = f"{gray.dtype} in {gray.ndim} dimensions"
    assert said == "uint8 in 2 dimensions" or (said.startswith("this ") and said.isprintable())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"", *(data[:30] for data in FILES.values()), b"<", b"%!", b"II*\0"]), st.binary(max_size=200))
def test_nonsense_is_a_sentence(head, tail):
    with pytest.raises(PictureError):
        decode(head + tail)


def test_nothing_is_fetched(monkeypatch):
    monkeypatch.setattr("socket.socket.connect", None)
    for address in (
        "http://169.254.169.254/",
        "https://example.com/5.png",
        "ftp://a/5.png",
        "DATA:image/png;base64,AA",
    ):
        with pytest.raises(PictureError, match="none is fetched"):
            decode(address)


@pytest.mark.parametrize(
    "path", ["away.png", "", "a\0b", "\ud800.png", "x" * 5000, "x/" * 5000, "\u202egnp.png", "a\nb"]
)
def test_path_of_nothing(path):
    with pytest.raises(PictureError, match="can't be opened") as raised:
        decode(path)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 250


def test_path_of_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # to open it would wait for a writer
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(PictureError, match="is no file"):
            decode(path)


def test_path_that_can_not_be_read(tmp_path, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "5.png").touch()
    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(PictureError, match=r"5.png' can't be opened \(Permission denied\)"):
        decode(tmp_path / "5.png")


def test_opened_eps_starts_no_ghostscript():
    eps = Image.open(io.BytesIO(encode(RGB, "EPS")))
    eps.load = None
    with pytest.raises(PictureError, match="EPS"):
        decode(eps)


def test_opened_picture_that_is_cut():
    for name in ("png", "jpeg", "gif", "tiff-raw"):
        opened = Image.open(io.BytesIO(FILES[name][:-800]))
        with pytest.raises(PictureError, match="cut short"):
            decode(opened)


def test_many_threads_at_once():
    expected = {name: decode(data) for name, data in FILES.items()}
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for name, gray in zip(FILES, pool.map(decode, FILES.values()), strict=True):
                assert np.array_equal(gray, expected[name])


def test_settings_of_pillow_are_left_alone():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    decode(FILES["jpeg"])
    with pytest.raises(PictureError):
        decode(forged.png_bomb(13_000, 13_000))
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)) == before


def test_photo_of_12_megapixels_is_quick():
    photo = cv2.resize(RGB, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    data = encode(photo, "JPEG", quality=90)
    start = time.perf_counter()
    assert decode(data).shape == (3000, 4000)
    assert time.perf_counter() - start < 1  # 0.1 s on an idle core
