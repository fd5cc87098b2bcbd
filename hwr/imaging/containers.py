"""What a picture file holds besides its pixels, taken away before a codec sees it.

Whoever writes a file can make its comments, profiles and EXIF cost a codec any time and memory: a
TIFF of half a megabyte whose entries all name the same bytes takes Pillow 6 GB. So only what the
pixels need goes on, with the one thing worth knowing besides: which way up the camera was held.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

MOST_PARTS = 100_000  # chunks, segments, blocks: a picture of 64 MB has 8,000
MOST_SCANS = 100  # of a progressive JPEG, each a pass over all its pixels; ordinary ones have 10

SIGNATURES = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WebP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
    "BMP": re.compile(rb"BM"),
    "TIFF": re.compile(rb"II\*\0|MM\0\*"),
}

SAVE = "save it as PNG, JPEG or WebP"
EXPORT = "save the page with the digit as PNG, JPEG or WebP"
CHOOSE = "choose a PNG, JPEG or WebP picture"
FOREIGN = {  # first bytes -> what it is, what to do
    rb"(?s)....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)": ("a HEIC photo", SAVE),
    rb"(?s)....ftypavi[fs]": ("an AVIF picture", SAVE),
    rb"(?s)....ftyp": ("a video", "save one picture of it as PNG, JPEG or WebP"),
    rb"II\+\0|MM\0\+": ("a BigTIFF", SAVE),
    rb"%PDF": ("a PDF", EXPORT),
    rb"%!|\xc5\xd0\xd3\xc6": ("an EPS or PostScript file", EXPORT),
    rb"PK\x03\x04|PK\x05\x06|\x1f\x8b|Rar!|7z\xbc\xaf": ("an archive", f"unpack it and {CHOOSE}"),
    rb"\x7fELF|MZ|#!|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe": ("a program", CHOOSE),
    rb"(?is)\W*<(.*<)?(!doctype )?html": ("a web page", "save the picture on it, not the page"),
    rb"(?is)\W*<(.*<)?svg": ("an SVG drawing", SAVE),
    rb"[^\0-\x08\x0e-\x1f]+\Z": ("a text file", CHOOSE),
}

PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}

JPEG_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")  # within pixels, 00 and D0 to D7 mark nothing
JPEG_END, JPEG_SCAN, JPEG_EXIF = 0xD9, 0xDA, 0xE1
JPEG_BARE = {0x01, 0xD8}  # markers without a length
JPEG_DROPPED = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # APP0 and APP14 tell how colors are coded

GIF_EXTENSION, GIF_FRAME, GIF_END, GIF_CONTROL = 0x21, 0x2C, 0x3B, 0xF9
GIF_TRANSPARENT = 1  # the rest of the control's flags tell what becomes of the picture after its time

TIFF_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # a value's, by type
TIFF_KEPT = range(254, 533)  # the standard's own tags; EXIF, profiles and programs' own lie above
TIFF_SHORT = 3
TIFF_ORIENTATION, TIFF_TILE_SIDES = 274, (322, 323)
MOST_TILE = 4096  # px: decoders hold a tile whole, however small the picture


class DamagedError(ValueError):
    """A file that breaks its format's rules; the clause says how, to stand in a sentence."""


class Bare(NamedTuple):
    """A picture file with its pixels alone, and its EXIF orientation: 1 to 8, 1 is upright."""

    data: bytes
    orientation: int = 1


def format_of(data: bytes) -> str | None:
    """Which of the readable formats a file has, by its first bytes: "PNG", …, or None."""
    return next((name for name, signature in SIGNATURES.items() if signature.match(data)), None)


def foreign(data: bytes) -> str:
    """What a file of no readable format is, by its first bytes, and what to do: "a PDF; save …"."""
    for pattern, (what, advice) in FOREIGN.items():
        if re.match(pattern, data[:1024]):
            return f"{what}; {advice}"
    return f"no picture of a known format; {CHOOSE}"


def strip(data: bytes, name: str) -> Bare:
    """Keep of a file what its first picture needs. Raises DamagedError."""
    strippers = {"PNG": _png, "JPEG": _jpeg, "WebP": _webp, "GIF": _gif, "TIFF": _tiff}
    if name not in strippers:
        return Bare(data)
    try:
        return strippers[name](data)
    except (struct.error, IndexError) as error:
        raise DamagedError("it is cut short") from error


def _png(data: bytes) -> Bare:
    kept, exif, at, parts = [data[:8]], b"", 8, 0
    view = memoryview(data)
    name = b""
    while name != b"IEND":  # what comes after it is no part of the picture
        length, name = struct.unpack_from(">I4s", data, at)
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(view[at + 4 : at + 8 + length]) != checksum:
            raise DamagedError("a checksum in it is wrong")
        if name in PNG_KEPT:
            kept.append(view[at : at + 12 + length])
        elif name == b"eXIf":
            exif = data[at + 8 : at + 8 + length]
        at += 12 + length
        parts = _count(parts)
    return Bare(b"".join(kept), orientation(exif))


def _jpeg(data: bytes) -> Bare:
    kept, exif, at, parts, scans = [data[:2]], b"", 2, 0, 0
    view = memoryview(data)
    while marker := JPEG_MARKER.search(data, at):
        kept.append(view[at : marker.start()])  # the pixels of a scan, nothing elsewhere
        code = marker[1][0]
        if code == JPEG_END:
            kept.append(b"\xff\xd9")
            break
        at = marker.end()
        if code in JPEG_BARE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if code == JPEG_EXIF and data[at + 2 : at + 8] == b"Exif\0\0":
            exif = exif or data[at + 8 : at + length]
        if code not in JPEG_DROPPED:
            kept.append(view[marker.start() : at + length])
        at += max(length, 2)
        parts = _count(parts)
        scans += code == JPEG_SCAN
        if scans > MOST_SCANS:
            raise DamagedError(f"it has more than {MOST_SCANS} scans")
    else:
        raise DamagedError("it is cut short")
    return Bare(b"".join(kept), orientation(exif))


def _webp(data: bytes) -> Bare:
    # libwebp skips what it does not need; only EXIF is looked for.
    exif, at, parts = b"", 12, 0
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"EXIF":
            exif = data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
        parts = _count(parts)
    return Bare(data, orientation(exif))


def _gif(data: bytes) -> Bare:
    at = 13 + _gif_palette(data[10])
    kept, parts = [data[:at]], 0
    while data[at] != GIF_FRAME:
        if data[at] != GIF_EXTENSION:
            raise DamagedError("no picture is in it")
        if data[at + 1] == GIF_CONTROL:
            kept.append(data[at : at + 3] + bytes([data[at + 3] & GIF_TRANSPARENT]) + data[at + 4 : at + 8])
        at = _gif_blocks(data, at + 2)
        parts = _count(parts)
    end = _gif_blocks(data, at + 10 + _gif_palette(data[at + 9]) + 1)
    return Bare(b"".join([*kept, data[at:end], bytes([GIF_END])]))


def _gif_palette(flags: int) -> int:
    """How many bytes of palette follow a GIF's header."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    """Where a chain of GIF blocks ends, which its empty last block tells."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _tiff(data: bytes) -> Bare:
    order = _order(data)
    # Pillow would turn the picture in all its colors, at twice the memory: it is not told the orientation.
    entries = [entry for entry in _directory(data) if entry[0] in TIFF_KEPT and entry[0] != TIFF_ORIENTATION]
    most = len(data)
    for tag, form, count, value in entries:
        (number,) = struct.unpack(order + ("H2x" if form == TIFF_SHORT and count == 1 else "I"), value)
        length = TIFF_BYTES.get(form, 1) * count
        most -= length  # values that share their bytes are the forgery that costs gigabytes
        if most < 0 or (length > 4 and number + length > len(data)):
            raise DamagedError("its directory promises more than the file holds")
        if tag in TIFF_TILE_SIDES and number > MOST_TILE:
            raise DamagedError(f"its tiles have sides of {number:,} pixels")
    # The new directory lies in the old one's place: positions in a TIFF are absolute, so nothing may move.
    packed = b"".join(struct.pack(order + "HHI4s", *entry) for entry in entries)
    directory = struct.pack(order + "H", len(entries)) + packed + bytes(4)
    (start,) = struct.unpack_from(order + "I", data, 4)
    view = memoryview(data)
    return Bare(b"".join([view[:start], directory, view[start + len(directory) :]]), orientation(data))


def _order(tiff: bytes) -> str:
    """The byte order of a TIFF, as struct writes it."""
    return ">" if tiff[:1] == b"M" else "<"


def _directory(tiff: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """The entries of a TIFF's first directory: (tag, type, count, value or where it lies)."""
    order = _order(tiff)
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, start)
    entries = tiff[start + 2 : start + 2 + 12 * count]
    if len(entries) < 12 * count:
        raise DamagedError("it is cut short")
    return struct.iter_unpack(order + "HHI4s", entries)


def orientation(exif: bytes) -> int:
    """The orientation that EXIF tells, 1 to 8; 1 where it tells none, or is damaged."""
    if not SIGNATURES["TIFF"].match(exif):
        return 1
    try:
        turns = [value for tag, _, _, value in _directory(exif) if tag == TIFF_ORIENTATION]
    except (struct.error, DamagedError):
        return 1
    (turn,) = struct.unpack(_order(exif) + "H2x", turns[0]) if turns else (1,)
    return turn if 1 <= turn <= 8 else 1


def _count(parts: int) -> int:
    if parts == MOST_PARTS:
        raise DamagedError(f"it is in more than {MOST_PARTS:,} parts")
    return parts + 1
