"""The IDX format, in which MNIST is published: bytes -> an array.

Big-endian: two zeros, uint8 kind (8: bytes), uint8 number of dimensions, a uint32 for the length of
each, then the array, the last dimension running fastest.
"""

import math
import struct

import numpy as np

BYTES = 8


class IdxError(ValueError):
    """An IDX file that can't be read; the sentence says why."""


def read(data: bytes, dimensions: int) -> np.ndarray:
    """The bytes of an IDX file -> a view of them of so many dimensions, uint8, not to be written to.

    What the header promises is checked against the bytes that came. Raises IdxError.
    """
    starts_at = 4 + 4 * dimensions
    if len(data) < starts_at:
        raise IdxError(f"the file has {len(data)} bytes, the header of this IDX file alone has {starts_at}")
    magic, *lengths = struct.unpack_from(f">{1 + dimensions}I", data)
    if magic != BYTES << 8 | dimensions:
        raise IdxError(
            f"the file begins with {data[:4].hex(' ')}; an IDX file of bytes in {dimensions} "
            f"dimension{'s' * (dimensions > 1)} begins with 00 00 08 {dimensions:02x}"
        )
    size = math.prod(lengths)
    if size != len(data) - starts_at:
        raise IdxError(
            f"the header promises {' × '.join(f'{length:,}' for length in lengths)} = {size:,} bytes, "
            f"the file holds {len(data) - starts_at:,}; it is damaged, download it again"
        )
    return np.frombuffer(data, np.uint8, offset=starts_at).reshape(lengths)
