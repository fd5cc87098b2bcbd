"""Files are stripped to their pixels: orientation is kept, and nothing else costs time or memory."""

import io
import time
import tracemalloc
import warnings
import zlib

import cv2
import forged
import numpy as np
import pytest
from pictures import colored, drawing, encode
from PIL import Image

from hwr.imaging import containers
from hwr.imaging.decode import PictureError, decode

TWO = drawing(2, 120)
RGB = colored(2, (20, 30, 90), (250, 250, 245), 120)
GRAY = cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY)
PNG, JPEG, GIF, TIFF, WEBP = (encode(RGB, form) for form in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"))
LOSS = 40  # gray levels: what JPEG may change at an edge


def off(first: np.ndarray, second: np.ndarray) -> float:
    """The largest difference of two gray pictures of the same size."""
    assert first.shape == second.shape
    return np.abs(first.astype(int) - second).max()


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("order", "<>")
def test_orientation(turn, form, order):
    upright = TWO[:, :80]
    stored = np.ascontiguousarray(forged.STORED[turn](upright))
    if form == "TIFF":
        data = encode(stored, form, tiffinfo={274: turn}, big_tiff=False)
    else:
        options = {"lossless": True} if form == "WEBP" else {}
        data = encode(stored, form, exif=b"Exif\0\0" + forged.exif(turn, order), **options)
    assert off(decode(data), upright) <= (LOSS if form == "JPEG" else 0)
    assert off(decode(Image.open(io.BytesIO(data))), upright) <= (LOSS if form == "JPEG" else 0)


def test_big_endian_tiff():
    header = [(256, 3, 1, 4), (257, 3, 1, 2), (258, 3, 1, 16), (262, 3, 1, 1), (273, 4, 1, 122), (277, 3, 1, 1)]
    header += [(278, 3, 1, 2), (279, 4, 1, 16), (274, 3, 1, 3)]
    head = forged.directory(sorted(header), ">")
    levels = (np.arange(8).reshape(2, 4) * 8000).astype(">u2")
    assert len(head) == 122
    assert np.array_equal(decode(head + levels.tobytes()), decode(levels)[::-1, ::-1])


BROKEN_EXIF = [
    b"",
    b"II",
    b"nonsense",
    b"II*\0",
    b"MM\0*\xff\xff\xff\xff",
    forged.exif(0),
    forged.exif(99),
    forged.exif(6)[:-9],
]


@pytest.mark.parametrize("exif", BROKEN_EXIF)
def test_broken_exif_is_left_alone(exif):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert off(decode(forged.with_segments(JPEG, [(0xE1, b"Exif\0\0" + exif)])), GRAY) <= LOSS
        assert off(decode(forged.with_chunks(PNG, [(b"eXIf", exif)])), GRAY) == 0


def xmp_turned() -> bytes:
    return b"http://ns.adobe.com/xap/1.0/\0" + b"<x:xmpmeta>" + b"a" * 60_000


GIF_START = 13 + 3 * 256  # after its palette
BLOCK = b"\xff" + b"c" * 255
FORGED = {
    "png, text": lambda: forged.with_chunks(PNG, [(b"tEXt", b"a\0" + b"b" * 1000)] * 5000),
    "png, text that swells": lambda: forged.with_chunks(
        PNG, [(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8), 1))] * 3
    ),
    "png, profile that swells": lambda: forged.with_chunks(PNG, [(b"iCCP", b"a\0\0" + zlib.compress(bytes(10**8), 1))]),
    "png, exif of shared values": lambda: forged.with_chunks(PNG, [(b"eXIf", forged.shared_values(9000, 10**6))]),
    "png, chunks": lambda: forged.with_chunks(PNG, [(b"aaAa", b"")] * 50_000),
    "jpeg, exif of shared values": lambda: forged.with_segments(
        JPEG, [(0xE1, b"Exif\0\0" + forged.shared_values(3000, 25_000))]
    ),
    "jpeg, exif in pieces": lambda: forged.with_segments(JPEG, [(0xE1, b"Exif\0\0" + bytes(50))] * 40_000),
    "jpeg, profile and xmp": lambda: forged.with_segments(
        JPEG, [(0xE2, b"ICC_PROFILE\0" + bytes(60_000)), (0xE1, xmp_turned())] * 40
    ),
    "gif, comments": lambda: GIF[:GIF_START] + b"\x21\xfe" + BLOCK * 20_000 + b"\0" + GIF[GIF_START:],
    "webp, exif of shared values": lambda: encode(RGB, "WEBP", exif=b"Exif\0\0" + forged.shared_values(9000, 10**6)),
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
def test_what_is_no_pixel_costs_nothing(make):
    data = make()
    start = time.perf_counter()
    gray = decode(data)
    assert time.perf_counter() - start < 2
    assert off(gray, GRAY) <= LOSS
    tracemalloc.start()
    decode(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * len(data) + 10**7


def test_tiff_whose_values_share_their_bytes():
    tags = [(tag, 7, 30_000, 4000) for tag in range(260, 500)]
    with pytest.raises(PictureError, match="promises more than the file holds"):
        decode(forged.directory(tags, size=40_000))


def test_tiff_of_giant_tiles():
    tiles = [(256, 3, 1, 9), (257, 3, 1, 9), (258, 3, 1, 8), (322, 4, 1, 60_000), (323, 4, 1, 60_000)]
    with pytest.raises(PictureError, match="tiles"):
        decode(forged.directory(tiles, size=99))


def test_jpeg_of_endless_scans():
    data = encode(Image.fromarray(RGB), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(PictureError, match="scans"):
        decode(data[:-2] + data[last:-2] * 100 + data[-2:])


@pytest.mark.parametrize(
    "data", [forged.with_chunks(PNG, [(b"aaAa", b"")] * 100_001), JPEG[:2] + b"\xff\xfe\0\2" * 100_001 + JPEG[2:]]
)
def test_endless_parts(data):
    with pytest.raises(PictureError, match="more than 100,000 parts"):
        decode(data)


def test_only_pixels_are_kept():
    dressed = encode(RGB, "PNG", exif=forged.exif(6), icc_profile=b"p" * 999, dpi=(300, 300))
    assert containers.strip(dressed, "PNG") == (PNG, 6)
    dressed = encode(RGB, "JPEG", exif=b"Exif\0\0" + forged.exif(8), icc_profile=b"p" * 999, comment=b"c")
    assert containers.strip(dressed + b"more", "JPEG") == (JPEG, 8)


def test_thumbnail_within_exif_is_not_the_picture():
    dressed = forged.with_segments(JPEG, [(0xE1, b"Exif\0\0" + forged.exif(1) + encode(TWO[:9, :9], "JPEG"))])
    assert np.array_equal(decode(dressed), decode(JPEG))


@pytest.mark.parametrize("where", range(8, len(PNG), 97))
def test_png_of_wrong_checksum(where):
    with pytest.raises(PictureError, match=r"checksum|cut short"):
        decode(PNG[:where] + bytes([PNG[where] ^ 1]) + PNG[where + 1 :])


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"\0\0\0\x18ftypheic", "a HEIC photo; save it as PNG, JPEG or WebP"),
        (b"\0\0\0\x18ftypmif1", "a HEIC photo"),
        (b"\0\0\0\x18ftypavif", "an AVIF picture; save"),
        (b"\0\0\0\x18ftypisom", "a video; save one picture"),
        (b"%PDF-1.4", "a PDF; save the page"),
        (b"%!PS-Adobe", "an EPS or PostScript file; save the page"),
        (b"\xc5\xd0\xd3\xc6", "an EPS"),
        (b"PK\x03\x04", "an archive; unpack it"),
        (b"MZ\x90\0", "a program; choose"),
        (b"#!/bin/sh\n", "a program"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "a web page"),
        (b"<!-- a --><HTML lang='fa'>", "a web page"),
        (b"<html><svg></svg></html>", "a web page"),
        (b"<svg xmlns=''>", "an SVG drawing; save"),
        (b"<?xml version='1.0'?><!-- b -->\n<svg>", "an SVG drawing"),
        (b"II+\0\x08\0\0\0", "a BigTIFF"),
        ("سلام".encode(), "a text file"),
        (b"\0\1\2\3", "no picture of a known format"),
    ],
)
def test_foreign_files_are_named(head, says):
    with pytest.raises(PictureError) as raised:
        decode(head + b" " * 20)
    assert str(raised.value).startswith(f"this is {says}")
