"""What a file of safetensors holds, looked at with numpy alone: an answer by ONNX needs no more."""

import json
import math

import numpy as np

from hwr.hub import HubError

SIZES = {"F64": 8, "F32": 4, "F16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}  # bytes
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
LENGTH = 8  # bytes that tell the header's length


def check(data: bytes, name: str) -> None:
    """Raise HubError where bytes are no safetensors file, or one that holds numbers that are not finite.

    https://huggingface.co/docs/safetensors, "Format".
    """
    try:
        start = LENGTH + int.from_bytes(data[:LENGTH], "little")
        tensors = json.loads(data[LENGTH:start])
        tensors.pop("__metadata__", None)
        places = [_place(**tensor) for tensor in tensors.values()]
        if not places or max(end for _, _, end in places) != len(data) - start:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HubError(
            f"{name} is no safetensors file; nothing else is read as weights, a pickle least of all: "
            "use another model, or another revision of this one"
        ) from None
    for dtype, begin, end in places:
        if dtype in FLOATS and not np.isfinite(np.frombuffer(data[start + begin : start + end], FLOATS[dtype])).all():
            raise HubError(f"{name} holds weights that are no finite numbers; use another revision of the model")


def _place(dtype: str, shape: list[int], data_offsets: list[int]) -> tuple[str, int, int]:
    """Where a tensor lies; raises ValueError, TypeError or KeyError for one that can't be."""
    begin, end = data_offsets
    if not 0 <= begin <= end or math.prod(shape) * SIZES[dtype] != end - begin:
        raise ValueError
    return dtype, begin, end
