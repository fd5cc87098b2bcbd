"""Any file, bytes, PIL picture or array -> gray. The only decoder; the limits of size live here."""

import io
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from hwr.imaging import containers
from hwr.imaging.gray import PAPER, SAMPLE, best_view, stride, to_gray

MOST_BYTES = 64 * 2**20  # of a file: 20 megapixels of raw color are 60 million
MOST_PIXELS = 20_000_000
MOST_SIDE = 8_000  # px

# Pillow's own classes, not Image.open, which warns of large pictures on stderr.
READERS = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "WebP": WebPImageFile,
    "GIF": GifImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
}
# What Pillow raises for a file that breaks its format's rules.
PILLOW_ERRORS = (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, MemoryError)
PILLOW_ERRORS += (struct.error, zlib.error, Image.DecompressionBombError, Warning)  # where warnings are raised

DEEP = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}  # Pillow's modes of more than 8 bits
WHITES = (1, 255, 1023, 4095, 16383, 65535)  # in 1, 8, 10, 12, 14 and 16 bits

DAMAGED = "is damaged, cut short or of a rare kind; save it again, as PNG, JPEG or WebP"
ACCEPTED = "a path, the bytes of a file, a PIL image, a numpy array or a sketchpad's value"


class PictureError(ValueError):
    """A picture that can't be read; its sentence says what came and what to do."""


def decode(image, least: int | None = None) -> np.ndarray:
    """A picture -> (H, W) uint8 gray, 0 black, 255 white, of either polarity.

    `image` is a path, the bytes of a PNG, JPEG, WebP, GIF, BMP or TIFF (its first picture), a PIL image,
    a numpy array or a sketchpad's value. An array is (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA,
    of bool, uint8, uint16, or floats from 0 to 1. EXIF turns it upright, white paper lies behind what is
    transparent, and more than 8 bits are scaled to 8. A sketchpad that was cleared is one white pixel.

    Raises PictureError. A file has 64 MB at most, a picture 20 megapixels and sides of 8,000 pixels.
    least: a large JPEG may come at a half, a quarter or an eighth of its size, in less than half the
    time, as long as its longer side keeps so many pixels. None for its full size, which a scan needs
    whose resolution is known.
    """
    if isinstance(image, dict):
        if "composite" not in image:
            raise PictureError(f"this dict has no 'composite', as a sketchpad's value has; pass {ACCEPTED}")
        image = image["composite"]
        if image is None:  # after its trash button
            return np.full((1, 1), 255, np.uint8)
    if isinstance(image, (str, os.PathLike)):
        return _decode_file(_read(os.fspath(image)), least)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return _decode_file(bytes(image), least)
    if isinstance(image, Image.Image):
        return _decode_opened(image)
    if isinstance(image, np.ndarray):
        return _decode_array(image)
    came = "nothing came" if image is None else f"this is of type {type(image).__name__}"
    raise PictureError(f"{came}, where a picture was expected; pass {ACCEPTED}")


def _read(path: str | bytes) -> bytes:
    """The bytes of a regular file; addresses are never fetched."""
    path = os.fsdecode(path)
    shown = repr(path if len(path) <= 80 else path[:79] + "…")
    if re.match(r"data:|[a-z][a-z0-9+.-]+://", path, re.IGNORECASE):
        raise PictureError(f"{shown} is an address, and none is fetched; pass a file's path or its bytes")
    try:
        status = os.stat(path)
        regular = stat.S_ISREG(status.st_mode)
        data = b""
        if regular and status.st_size <= MOST_BYTES:
            with open(path, "rb") as file:
                data = file.read(MOST_BYTES + 1)  # it may have grown meanwhile
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        told = getattr(error, "strerror", None) or "no file can have this name"
        raise PictureError(f"{shown} can't be opened ({told}); check the path") from error
    if not regular:
        raise PictureError(f"{shown} is no file; pass the path of a picture")
    _check_length(max(len(data), status.st_size))
    return data


def _decode_file(data: bytes, least: int | None) -> np.ndarray:
    _check_length(len(data))
    name = containers.format_of(data)
    if name is None:
        raise PictureError(f"this is {containers.foreign(data)}")
    with _told(name):
        data, orientation = containers.strip(data, name)
        image = READERS[name](io.BytesIO(data))
    _check_size(image.height, image.width)
    if name == "WebP":
        gray = _decode_webp(data)
    else:
        if name == "JPEG":
            _draft(image, data, least)
        gray = _gray(image, name)
    return _turn(gray, orientation)


def _draft(image: JpegImageFile, data: bytes, least: int | None) -> None:
    """Have a JPEG decoded at less cost: at a reduced scale, or to its luma alone unless its ink is in the colors."""
    if least is not None and max(image.size) >= 2 * least:
        share = least / max(image.size)
        image.draft("RGB", (max(1, int(image.width * share)), max(1, int(image.height * share))))
        return
    with _told("JPEG"):
        preview = JpegImageFile(io.BytesIO(data))
        preview.draft("RGB", (SAMPLE, SAMPLE))  # decoded to an eighth of each side, where that is enough
        if best_view(np.asarray(preview.convert("RGB"))) == PAPER:
            image.draft("L", image.size)


def _decode_webp(data: bytes) -> np.ndarray:
    # Pillow holds four copies of a WebP, 16 bytes a pixel; OpenCV holds one.
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise PictureError(f"this WebP {DAMAGED}")
    pixels[..., [0, 2]] = pixels[..., [2, 0]]  # BGR to RGB
    return _decode_array(pixels)


def _decode_opened(image: Image.Image) -> np.ndarray:
    _check_size(image.height, image.width)
    if image.format == "EPS":  # to load it, Pillow would start Ghostscript
        raise PictureError(f"this is {containers.foreign(b'%!')}")
    exif = image.info.get("exif", b"").removeprefix(b"Exif\0\0")
    return _turn(_gray(image, image.format or "picture"), containers.orientation(exif))


def _gray(image: Image.Image, name: str) -> np.ndarray:
    """A PIL image of any mode -> (H, W) uint8."""
    width, height = image.size
    step = stride((height, width))
    with _told(name):
        image.load()
        mode = _mode(image)
        sample = image.resize((-(-width // step), -(-height // step)), Image.Resampling.NEAREST).convert(mode)

    def rows(band: slice) -> np.ndarray:
        return np.asarray(image.crop((0, band.start, width, band.stop)).convert(mode))

    white = 255
    if mode in DEEP:
        lines = [rows(slice(top, top + 1)) for top in range(height)]
        white = _white(np.min([line.min() for line in lines]), np.max([line.max() for line in lines]))
    return to_gray((height, width), rows, np.asarray(sample), white)


def _mode(image: Image.Image) -> str:
    """The mode to convert a PIL image to: its own depth, L, RGB or RGBA."""
    if image.mode in DEEP:
        return image.mode
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in ("1", "L") else "RGB"


def _decode_array(array: np.ndarray) -> np.ndarray:
    came = f"this array is {array.dtype} of shape {array.shape}"
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise PictureError(f"{came}; pass (H, W) gray, (H, W, 3) RGB or (H, W, 4) RGBA")
    _check_size(*array.shape[:2])
    if channels == 1:
        array = array.reshape(array.shape[:2])
    if array.dtype == np.uint8:
        white = 255
    elif array.dtype == bool:
        white = 1
    elif array.dtype in ("<u2", ">u2"):
        white = _white(array.min(), array.max())
    elif array.dtype.kind == "f":
        white = 1
        if not (array.min() >= 0 and array.max() <= 1):  # false for NaN, too
            raise PictureError(
                f"{came} with values from {array.min():.4g} to {array.max():.4g}; "
                "pass finite floats from 0 to 1, or uint8 from 0 to 255"
            )
    else:
        raise PictureError(f"{came}; pass uint8 from 0 to 255, uint16, bool or floats from 0 to 1")
    step = stride(array.shape[:2])
    return to_gray(array.shape[:2], lambda band: array[band], array[::step, ::step], white)


def _white(low: float, high: float) -> float:
    """What stands for white where a picture has more than 8 bits, by its darkest and brightest value.

    Files seldom use the range that they promise: a scanner's 12 bits come in 16. The smallest
    common scale that holds the brightest value is taken, or that value itself.
    """
    if not (low >= 0 and high < np.inf):  # true for NaN, too
        raise PictureError(f"this picture has values from {low:.4g} to {high:.4g}; save it with 8 bits a channel")
    return next((white for white in WHITES if high <= white), float(high))


def _turn(gray: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a picture upright that lies as EXIF's orientation, 1 to 8, says."""
    if orientation >= 5:
        gray = gray.T
    if orientation in (3, 4, 7, 8):
        gray = gray[::-1]
    if orientation in (2, 3, 6, 7):
        gray = gray[:, ::-1]
    return np.ascontiguousarray(gray)


def _check_length(length: int) -> None:
    if length == 0:
        raise PictureError("this file is empty (0 bytes); save or send it again")
    if length > MOST_BYTES:
        raise PictureError(f"this file has {length >> 20:,} MB, and {MOST_BYTES >> 20} are the most; save it smaller")


def _check_size(height: int, width: int) -> None:
    if height == 0 or width == 0:
        raise PictureError(f"this picture is empty ({width} × {height} pixels); pass one with pixels")
    if max(height, width) > MOST_SIDE or height * width > MOST_PIXELS:
        raise PictureError(
            f"this picture has {width:,} × {height:,} pixels; "
            f"the most are sides of {MOST_SIDE:,} and {MOST_PIXELS // 10**6} megapixels, so shrink or crop it"
        )


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turns what a codec raises into a sentence."""
    try:
        yield
    except containers.DamagedError as error:
        raise PictureError(f"this {name} is damaged: {error}; save or send it again") from error
    except PILLOW_ERRORS as error:
        raise PictureError(f"this {name} {DAMAGED}") from error
