"""Files that only tests would make: forged, cut, oversized. All are bytes."""

import struct
import zlib

import numpy as np


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of the given chunks, (name, content), each with its right checksum."""
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def png_bomb(width: int, height: int) -> bytes:
    """A valid all-white PNG of one bit a pixel, small however large the picture."""
    packer = zlib.compressobj(1)
    rows = [packer.compress(bytes([0]) + b"\xff" * -(-width // 8)) for _ in range(height)]
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return png([(b"IHDR", header), (b"IDAT", b"".join(rows) + packer.flush()), (b"IEND", b"")])


def with_chunks(data: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG with more chunks after its header."""
    header_end = 8 + 12 + 13
    return data[:header_end] + png(chunks)[8:] + data[header_end:]


def with_segments(data: bytes, segments: list[tuple[int, bytes]]) -> bytes:
    """A JPEG with more segments, (marker, content), at its start."""
    packed = [struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content for marker, content in segments]
    return data[:2] + b"".join(packed) + data[2:]


def directory(entries: list[tuple[int, int, int, int]], order: str = "<", size: int = 0) -> bytes:
    """A TIFF of one directory, (tag, type, count, value), and `size` empty bytes after it."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    # A short lies at the front of the four bytes of its value.
    forms = {3: "HHIHxx", 4: "HHII"}
    packed = b"".join(struct.pack(order + forms.get(entry[1], "HHII"), *entry) for entry in entries)
    return magic + struct.pack(order + "IH", 8, len(entries)) + packed + bytes(4 + size)


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF that tells an orientation, as it lies in a PNG; a JPEG has b"Exif" and two zeros before it."""
    return directory([(274, 3, 1, orientation)], order)


def shared_values(entries: int, size: int) -> bytes:
    """EXIF whose entries all name the same bytes: small, and gigabytes when each is copied out."""
    start = 10 + 12 * entries + 4
    return directory([(tag, 7, size, start) for tag in range(40_000, 40_000 + entries)], size=size)


# What undoes each EXIF orientation's turn: upright -> as the camera stored it.
STORED = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
