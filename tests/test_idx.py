import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from made import idx as packed

from hwr.data import idx


@given(nps.arrays(np.uint8, nps.array_shapes(max_dims=4, min_side=0)))
def test_what_is_packed_is_read(array):
    assert np.array_equal(idx.read(packed(array), array.ndim), array)


@given(st.binary(max_size=64) | st.binary(max_size=40).map(lambda data: b"\0\0\x08\x03" + data), st.integers(1, 4))
def test_any_bytes_are_an_array_or_an_error(data, dimensions):
    try:
        array = idx.read(data, dimensions)
    except idx.IdxError:
        return
    assert array.ndim == dimensions
    assert array.size < len(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has 0 bytes, the header of this IDX file alone has 16"),
        (
            packed(np.zeros((2, 3), np.uint8)) + bytes(9),
            "begins with 00 00 08 02; an IDX file of bytes in 3 dimensions",
        ),
        (b"\x1f\x8b" + bytes(50), "begins with 1f 8b 00 00"),
        (struct.pack(">4I", 0x0D03, 1, 1, 1) + bytes(4), "begins with 00 00 0d 03"),
        (packed(np.zeros((2, 3, 4), np.uint8))[:-1], "promises 2 × 3 × 4 = 24 bytes, the file holds 23"),
        (packed(np.zeros((2, 3, 4), np.uint8)) + b"\0", "promises 2 × 3 × 4 = 24 bytes, the file holds 25"),
        (struct.pack(">4I", 0x0803, *[2**32 - 1] * 3), "the file holds 0"),
    ],
)
def test_what_does_not_fit_is_told(data, sentence):
    with pytest.raises(idx.IdxError) as raised:
        idx.read(data, 3)
    assert sentence in str(raised.value)
