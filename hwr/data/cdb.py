"""The .cdb format, in which Hoda is published: bytes <-> pictures and their labels.

Little-endian. A header of 1,024 bytes: uint16 year, uint8 month, uint8 day, uint8 height, uint8 width
(both 0: sizes vary), uint32 total, 128 × uint32 count of each class, uint8 kind (0 binary, 1 gray),
256 bytes of comment, zeros. Then `total` records: 0xFF, uint8 label, uint8 width and uint8 height
where sizes vary, uint16 number of bytes, and those bytes. A gray picture is width × height bytes. A
binary one is runs of one byte each, row by row: the first of each row is paper, then ink and paper
take turns until the row is full.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

HEADER = struct.Struct("<HBBBBI128IB256s")
RECORDS_AT = 1024  # the header's 779 bytes, then zeros
CLASSES = 128
MARKER = 0xFF
BINARY, GRAY = 0, 1
LONGEST_SIDE = 255  # px: a side is one byte

# A run of one byte stands for up to 255 pixels, so a small file can ask for a lot of memory. All of
# Hoda's training pictures together are 36 million pixels.
MOST_PIXELS = 1 << 28  # 256 MB of pictures


class CdbError(ValueError):
    """A .cdb file that can't be read, or pictures that can't be written as one; the sentence says why."""


class _Header(NamedTuple):
    height: int
    width: int
    total: int
    counts: np.ndarray
    kind: int


class _Records(NamedTuple):
    """Where each picture lies, one entry a picture, all int64: its label, its size, the bytes that hold it."""

    labels: np.ndarray
    widths: np.ndarray
    heights: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


def read(data: bytes) -> tuple[list[np.ndarray], np.ndarray]:
    """The bytes of a .cdb file -> pictures, each (H, W) uint8, and their labels, (N,) int64.

    Binary pictures are 0 where there is ink and 255 where there is paper; gray ones are as stored.
    Whatever the header promises is checked against the bytes that came before anything is
    allocated. Raises CdbError.
    """
    header = _header(data)
    records = _records(data, header)
    found = np.bincount(records.labels, minlength=CLASSES)
    if (found != header.counts).any():
        label = int((found != header.counts).argmax())
        raise CdbError(
            f"the header promises {header.counts[label]} pictures of class {label}, the file holds {found[label]}; "
            "it is damaged, download it again"
        )
    areas = records.widths * records.heights
    if areas.sum() > MOST_PIXELS:
        raise CdbError(f"the file holds {areas.sum():,} pixels of pictures; at most {MOST_PIXELS:,} are read")
    pixels = _gray_pixels(data, records) if header.kind == GRAY else _binary_pixels(data, records)
    ends = np.cumsum(areas)
    shapes = zip((ends - areas).tolist(), ends.tolist(), records.heights.tolist(), records.widths.tolist(), strict=True)
    return [pixels[start:end].reshape(height, width) for start, end, height, width in shapes], records.labels


def _header(data: bytes) -> _Header:
    if len(data) < RECORDS_AT:
        raise CdbError(f"the file has {len(data)} bytes, the header of a .cdb file alone has {RECORDS_AT}")
    _, _, _, height, width, total, *counts, kind, _ = HEADER.unpack_from(data)
    if kind not in (BINARY, GRAY):
        raise CdbError(f"the header says kind {kind}; a .cdb file is of kind 0 (binary) or 1 (gray)")
    if (height == 0) != (width == 0):
        raise CdbError(f"the header says {width} × {height} pixels; both are 0 where sizes vary, or neither")
    smallest = 5 if height else 7  # bytes: a record that holds one byte of picture
    if total * smallest > len(data) - RECORDS_AT:
        raise CdbError(
            f"the header promises {total:,} pictures, {len(data):,} bytes can't hold them; "
            "the file is cut or no .cdb file, download it again"
        )
    return _Header(height, width, total, np.array(counts, np.int64), kind)


def _records(data: bytes, header: _Header) -> _Records:
    """Walk from record to record; raises CdbError where one does not fit."""
    sized = header.height == 0
    front = struct.Struct("<BBBBH" if sized else "<BBH")
    table = np.empty((5, header.total), np.int64)
    at = RECORDS_AT
    width, height = header.width, header.height
    for i in range(header.total):
        if at + front.size > len(data):
            raise CdbError(f"the file ends within picture {i + 1:,} of {header.total:,}; download it again")
        if sized:
            marker, label, width, height, length = front.unpack_from(data, at)
        else:
            marker, label, length = front.unpack_from(data, at)
        at += front.size
        # A row is one run at least, so the size of a picture is bounded by its bytes.
        fits = length >= height if header.kind == BINARY else length == width * height
        if marker != MARKER or label >= CLASSES or not width or not height or not fits:
            raise CdbError(
                f"picture {i + 1:,} of {header.total:,} is damaged (marker {marker}, label {label}, "
                f"{width} × {height} pixels in {length} bytes); download the file again"
            )
        table[:, i] = label, width, height, at, length
        at += length
    if at != len(data):
        raise CdbError(
            f"the file has {len(data):,} bytes, its {header.total:,} pictures end at {at:,}; download it again"
        )
    return _Records(*table)


def _stored(data: bytes, records: _Records) -> np.ndarray:
    """What all records hold, without what frames it: (sum of lengths,) uint8."""
    return np.frombuffer(
        b"".join(
            data[start : start + length]
            for start, length in zip(records.starts.tolist(), records.lengths.tolist(), strict=True)
        ),
        np.uint8,
    )


def _gray_pixels(data: bytes, records: _Records) -> np.ndarray:
    """All pictures one after another: (sum of areas,) uint8."""
    return _stored(data, records).copy()


def _binary_pixels(data: bytes, records: _Records) -> np.ndarray:
    """All pictures one after another: (sum of areas,) uint8, 0 ink, 255 paper. Raises CdbError.

    All runs of the file are unrolled at once: run by run, 60,000 pictures would take many times longer.
    """
    runs = _stored(data, records)
    if not runs.size:
        return np.empty(0, np.uint8)
    first_run = np.cumsum(records.lengths) - records.lengths
    areas = records.widths * records.heights
    _refuse(np.add.reduceat(runs, first_run, dtype=np.int64) != areas, records)
    reached = np.cumsum(runs, dtype=np.int64)  # pixels written after each run
    # A row is full with the first run that reaches its last pixel, and that run may not reach farther.
    rows = np.cumsum(np.repeat(records.widths, records.heights))
    last_run = np.searchsorted(reached, rows)
    full = reached[last_run] == rows
    # A picture's last row is full with its last run, or there are runs of nothing after it.
    last_row = np.cumsum(records.heights) - 1
    full[last_row] &= last_run[last_row] == first_run + records.lengths - 1
    _refuse(~np.logical_and.reduceat(full, last_row - records.heights + 1), records)
    runs_in_row = np.diff(last_run, prepend=-1)
    turn = np.arange(runs.size) - np.repeat(last_run - runs_in_row + 1, runs_in_row)
    return np.repeat(np.where(turn % 2, 0, 255).astype(np.uint8), runs)


def _refuse(bad: np.ndarray, records: _Records) -> None:
    if bad.any():
        i = int(bad.argmax())
        raise CdbError(
            f"picture {i + 1:,} of {bad.size:,} is damaged (its runs do not fill {records.heights[i]} rows of "
            f"{records.widths[i]} pixels); download the file again"
        )


def write(images: Sequence[np.ndarray], labels: Sequence[int]) -> bytes:
    """Pictures, each (H, W) uint8, 0 ink and 255 paper, and their labels, 0 to 127 -> a binary .cdb file.

    Raises CdbError for what the format can't hold.
    """
    if len(images) != len(labels):
        raise CdbError(f"{len(images)} pictures came with {len(labels)} labels")
    counts = [0] * CLASSES
    records = []
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        if not 0 <= label < CLASSES:
            raise CdbError(f"picture {i + 1}: label {label}; a label is 0 to {CLASSES - 1}")
        counts[label] += 1
        try:
            records.append(_record(image, label))
        except CdbError as error:
            raise CdbError(f"picture {i + 1}: {error}") from None
    header = HEADER.pack(0, 0, 0, 0, 0, len(images), *counts, BINARY, b"")
    return header.ljust(RECORDS_AT, b"\0") + b"".join(records)


def _record(image: np.ndarray, label: int) -> bytes:
    """One binary picture, (H, W) uint8, 0 ink and 255 paper -> its record."""
    if image.ndim != 2 or not all(1 <= side <= LONGEST_SIDE for side in image.shape):
        raise CdbError(f"its shape is {image.shape}; two sides of 1 to {LONGEST_SIDE} pixels are expected")
    if not np.isin(image, (0, 255)).all():
        raise CdbError("it has tones between ink and paper; only 0 and 255 are expected")
    height, width = image.shape
    # Paper in front and its opposite behind each row: every change of tone is then the end of a run,
    # the first of them, at 0 where a row begins with ink, and the last, at the row's width.
    ink = np.pad(image == 0, ((0, 0), (1, 1)))
    ink[:, -1] = ~ink[:, -2]
    runs = bytearray()
    for row in ink:
        ends = np.flatnonzero(row[1:] != row[:-1])
        runs += np.diff(ends, prepend=0).astype(np.uint8).tobytes()
    return struct.pack("<BBBBH", MARKER, label, width, height, len(runs)) + bytes(runs)
