import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwr.data import cdb

TOTAL_AT, COUNTS_AT, KIND_AT = 6, 10, 522


@st.composite
def pictures(draw) -> tuple[list[np.ndarray], list[int]]:
    """A few binary pictures and their labels."""
    images, labels = [], []
    for _ in range(draw(st.integers(0, 5))):
        height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
        bits = draw(st.binary(min_size=height * width, max_size=height * width))
        images.append(np.where(np.frombuffer(bits, np.uint8).reshape(height, width) % 2, 255, 0).astype(np.uint8))
        labels.append(draw(st.integers(0, 127)))
    return images, labels


def file_of(kind: int, size: tuple[int, int], records: list[tuple[int, bytes]], total: int | None = None) -> bytes:
    """A .cdb file put together by hand: records are (label, what follows the label)."""
    counts = np.bincount([label for label, _ in records], minlength=128).tolist()
    total = len(records) if total is None else total
    header = struct.pack("<HBBBBI128IB", 2005, 8, 4, *size, total, *counts, kind).ljust(1024, b"\0")
    return header + b"".join(bytes([0xFF, label]) + rest for label, rest in records)


def sized(width: int, height: int, data: bytes) -> bytes:
    """A record without its first two bytes, in a file where sizes vary."""
    return struct.pack("<BBH", width, height, len(data)) + data


@given(pictures())
def test_what_is_written_is_read_again(written):
    images, labels = cdb.read(cdb.write(*written))
    assert labels.dtype == np.int64
    assert labels.tolist() == written[1]
    assert len(images) == len(written[0])
    for image, original in zip(images, written[0], strict=True):
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, original)


@given(pictures(), st.data())
def test_mutated_bytes_are_valid_or_one_error(written, data):
    mutant = bytearray(cdb.write(*written))
    for _ in range(data.draw(st.integers(1, 4))):
        # Most of the header is zeros that nobody reads: half of the blows fall behind it.
        first = data.draw(st.sampled_from([0, min(1020, len(mutant))]))
        at = data.draw(st.integers(first, len(mutant)))
        how = data.draw(st.sampled_from(["flip", "cut", "stretch"]))
        if how == "flip" and at < len(mutant):
            mutant[at] ^= 1 << data.draw(st.integers(0, 7))
        elif how == "cut":
            del mutant[at : at + data.draw(st.integers(1, 40))]
        else:
            mutant[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    tracemalloc.start()
    try:
        images, labels = cdb.read(bytes(mutant))
    except cdb.CdbError:
        pass
    else:
        assert len(images) == len(labels)
        assert all(image.dtype == np.uint8 and image.ndim == 2 and image.size for image in images)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1 << 20


@given(st.binary(max_size=3000))
def test_any_bytes_are_valid_or_one_error(data):
    with pytest.raises(cdb.CdbError):
        cdb.read(b"\x01" * 1024 + data)  # a header of ones promises 16 million pictures of kind gray


def test_format_to_the_byte():
    image = np.array([[255, 0, 0], [0, 255, 0], [255, 255, 255]], np.uint8)
    # Paper first: a row that begins with ink begins with a run of none.
    record = (7, sized(3, 3, bytes([1, 2, 0, 1, 1, 1, 3])))
    data = file_of(cdb.BINARY, (0, 0), [record])
    images, labels = cdb.read(data)
    np.testing.assert_array_equal(images[0], image)
    assert labels.tolist() == [7]
    assert cdb.write([image], [7])[1024:] == data[1024:]


def test_runs_of_nothing_within_a_row():
    images, _ = cdb.read(file_of(cdb.BINARY, (0, 0), [(1, sized(4, 1, bytes([1, 0, 1, 0, 0, 2])))]))
    assert images[0].tolist() == [[255, 255, 0, 0]]


def test_gray_pictures_and_one_size_for_all():
    gray = bytes(range(6))
    images, _ = cdb.read(file_of(cdb.GRAY, (2, 3), [(0, struct.pack("<H", 6) + gray)] * 2))
    assert [image.tolist() for image in images] == [[[0, 1, 2], [3, 4, 5]]] * 2
    images, _ = cdb.read(file_of(cdb.GRAY, (0, 0), [(0, sized(3, 2, gray)), (1, sized(2, 3, gray))]))
    assert [image.shape for image in images] == [(2, 3), (3, 2)]


@pytest.mark.parametrize("size", [(1, 1), (255, 255), (1, 255)])
@pytest.mark.parametrize("kind", ["ink", "paper", "checkers"])
def test_extreme_pictures(size, kind):
    row, column = np.indices(size)
    image = {"ink": row * 0, "paper": row * 0 + 255, "checkers": (row + column) % 2 * 255}[kind].astype(np.uint8)
    images, labels = cdb.read(cdb.write([image, image], [0, 127]))
    np.testing.assert_array_equal(images[1], image)
    assert labels.tolist() == [0, 127]


ROW = sized(3, 1, bytes([1, 2]))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file has 0 bytes, the header of a .cdb file alone has 1024"),
        (b"\0" * 1023, "alone has 1024"),
        (file_of(2, (0, 0), []), "kind 2"),
        (file_of(0, (0, 5), []), "both are 0 where sizes vary, or neither"),
        (file_of(0, (0, 0), [(1, ROW)], total=2**32 - 1), "promises 4,294,967,295 pictures"),
        (file_of(0, (0, 0), [(1, ROW)] * 9, total=10), "ends within picture 10 of 10"),
        (file_of(0, (0, 0), [(1, ROW)] * 2, total=1), "its 1 pictures end at 1,032"),
        (file_of(0, (0, 0), [(1, ROW)]) + b"\0", "end at"),
        (file_of(0, (0, 0), [(1, sized(0, 1, b"\x03"))]), "picture 1 of 1 is damaged (marker 255, label 1, 0 × 1"),
        (file_of(0, (0, 0), [(1, ROW), (1, sized(3, 1, b"\x04"))]), "picture 2 of 2 is damaged (its runs do not fill"),
        (file_of(0, (0, 0), [(1, sized(3, 2, b"\x02\x04"))]), "do not fill 2 rows of 3 pixels"),
        (file_of(0, (0, 0), [(1, sized(3, 1, b"\x03\x00"))]), "do not fill"),
        (file_of(1, (0, 0), [(1, sized(3, 1, b"\x03\x00"))]), "3 × 1 pixels in 2 bytes"),
    ],
)
def test_what_does_not_fit_is_told(data, sentence):
    with pytest.raises(cdb.CdbError) as raised:
        cdb.read(data)
    assert sentence in str(raised.value)


def test_counts_of_classes_are_checked():
    data = bytearray(file_of(0, (0, 0), [(3, ROW)]))
    data[COUNTS_AT + 4 * 3] = 2
    with pytest.raises(cdb.CdbError, match="promises 2 pictures of class 3, the file holds 1"):
        cdb.read(bytes(data))


def test_a_small_file_gets_no_gigabytes():
    record = (0, sized(255, 255, b"\xff" * 255))
    data = file_of(0, (0, 0), [record] * (cdb.MOST_PIXELS // 255**2 + 1))
    assert len(data) < 2 << 20
    tracemalloc.start()
    with pytest.raises(cdb.CdbError, match="pixels of pictures; at most"):
        cdb.read(data)
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        ([np.zeros((2, 2), np.uint8)], [], "1 pictures came with 0 labels"),
        ([np.zeros((2, 2), np.uint8)], [128], "picture 1: label 128"),
        ([np.zeros((2, 256), np.uint8)], [0], "picture 1: its shape is"),
        ([np.zeros((2, 0), np.uint8)], [0], "its shape is"),
        ([np.zeros(2, np.uint8)], [0], "its shape is"),
        ([np.full((2, 2), 7, np.uint8)], [0], "only 0 and 255"),
    ],
)
def test_what_can_not_be_written_is_told(images, labels, sentence):
    with pytest.raises(cdb.CdbError) as raised:
        cdb.write(images, labels)
    assert sentence in str(raised.value)
