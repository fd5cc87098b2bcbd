"""What a file of safetensors holds, looked at with numpy alone: an answer by ONNX needs no more."""

import json
import math

import numpy as np

from hwr.hub import HubError

SIZES = {
    **dict.fromkeys(("F64", "I64", "U64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("F8_E5M2", "F8_E4M3", "I8", "U8", "BOOL"), 1),
}  # bytes
# The bits of a float that are all set where it is infinite or no number, and nowhere else.
NOT_FINITE = {
    "F64": ("<u8", 0x7FF0_0000_0000_0000),
    "F32": ("<u4", 0x7F80_0000),
    "F16": ("<u2", 0x7C00),
    "BF16": ("<u2", 0x7F80),
    "F8_E5M2": ("<u1", 0x7C),
    "F8_E4M3": ("<u1", 0x7F),
}
MOST_DIMENSIONS, MOST = 64, 2**63  # of a tensor in torch; of each
LENGTH = 8  # bytes that tell the header's length


def check(data: bytes, name: str) -> None:
    """Raise HubError where bytes are no safetensors file, or one that holds numbers that are not finite.

    https://huggingface.co/docs/safetensors, "Format".
    """
    try:
        start = LENGTH + int.from_bytes(data[:LENGTH], "little")
        tensors = json.loads(data[LENGTH:start])
        tensors.pop("__metadata__", None)
        places = sorted((_place(**tensor) for tensor in tensors.values()), key=lambda place: place[1:])
        ends = [end for _, _, end in places]
        # One behind the other, as the format wants it: no hole to hide in, no byte that is two tensors'.
        if not places or ends[-1] != len(data) - start or [begin for _, begin, _ in places] != [0, *ends[:-1]]:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise HubError(
            f"{name} is no safetensors file; nothing else is read as weights, a pickle least of all: "
            "use another model, or another revision of this one"
        ) from None
    for dtype, begin, end in places:
        if dtype in NOT_FINITE and _overflows(data[start + begin : start + end], *NOT_FINITE[dtype]):
            raise HubError(f"{name} holds weights that are no finite numbers; use another revision of the model")


def _place(dtype: str, shape: list[int], data_offsets: list[int]) -> tuple[str, int, int]:
    """Where a tensor lies; raises ValueError, TypeError or KeyError for one that can't be."""
    begin, end = data_offsets
    if len(shape) > MOST_DIMENSIONS or not all(type(n) is int and 0 <= n < MOST for n in (*shape, begin, end)):
        raise ValueError
    if math.prod(shape) * SIZES[dtype] != end - begin:
        raise ValueError
    return dtype, begin, end


def _overflows(data: bytes, kind: str, bits: int) -> bool:
    """Whether a number has all of these bits."""
    return bool((np.frombuffer(data, kind) & bits == bits).any())
