import json

import numpy as np
import pytest
import torch
from safetensors.torch import save

from hwr import weights
from hwr.hub import HubError, tensors

GOOD = {"a": torch.rand(3, 4), "b": torch.tensor(7), "c": torch.rand(2).half(), "d": torch.zeros(0, 3)}
FLOATS = (torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.float8_e5m2)
EVERY = (*FLOATS, torch.float8_e4m3fn, torch.bool, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64)


@pytest.mark.parametrize("data", [save(GOOD), weights.read("hoda-compact", "model.safetensors")])
def test_what_safetensors_writes_passes(data):
    tensors.check(data, "it")


def test_every_type_of_number_passes():
    """The largest, too: a float8 has no room between it and what is no number."""
    tensors.check(save({str(dtype): torch.ones(3).to(dtype) for dtype in EVERY}), "it")
    limits = {str(dtype): (torch.finfo(dtype).max, torch.finfo(dtype).min) for dtype in EVERY[:6]}
    largest = [torch.tensor(pair, dtype=torch.float64) for pair in limits.values()]
    tensors.check(save({name: each.to(dtype) for name, each, dtype in zip(limits, largest, EVERY, strict=False)}), "it")


def header(**tensor) -> bytes:
    told = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | tensor}).encode()
    return len(told).to_bytes(8, "little") + told + np.ones(2, np.float32).tobytes()


def pair(first: tuple[int, int], second: tuple[int, int]) -> bytes:
    """Two tensors of bytes in eight bytes, from and to somewhere."""
    told = {
        name: {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]}
        for name, (begin, end) in {"a": first, "b": second}.items()
    }
    data = json.dumps(told).encode()
    return len(data).to_bytes(8, "little") + data + bytes(8)


def test_a_header_by_hand_passes():
    tensors.check(header(), "it")
    tensors.check(pair((4, 8), (0, 4)), "it")


DEEP = b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x80\x04cposix\nsystem\n", b"PK\x03\x04" * 9, save(GOOD)[:-1], save(GOOD) + b"x", b"\xff" * 64,
        (2).to_bytes(8, "little") + b"[]", (2).to_bytes(8, "little") + b"{}", (4).to_bytes(8, "little") + b'"ab"',
        header(dtype="F33"), header(shape=[3]), header(shape="2"), header(data_offsets=[8, 0]),
        header(data_offsets=[-8, 0]), header(data_offsets=[0]), header(more=1), header(shape=[2, None]),
        header(data_offsets=["0", "8"]), header(data_offsets=[0.0, 8.0]), header(shape=[2.0]), header(shape=[True, 2]),
        header(shape=[-1, -2]), header(shape=[10**4000] * 9), header(dtype=["F32"]), header(shape=[1] * 65 + [2]),
        len(DEEP).to_bytes(8, "little") + DEEP,
        pair((0, 4), (2, 8)), pair((0, 3), (4, 8)), pair((1, 4), (4, 8)), pair((0, 8), (0, 8)),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data):
    with pytest.raises(HubError, match="it is no safetensors file; nothing else is read as weights"):
        tensors.check(data, "it")


@pytest.mark.parametrize("number", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("dtype", FLOATS)
def test_numbers_that_are_not_finite_are_refused(number, dtype):
    spoilt = torch.ones(5, dtype=dtype)
    spoilt[3] = number
    with pytest.raises(HubError, match="it holds weights that are no finite numbers"):
        tensors.check(save(GOOD | {"z": spoilt}), "it")


def test_a_float8_that_is_no_number_is_refused():
    with pytest.raises(HubError, match="it holds weights that are no finite numbers"):
        tensors.check(save({"z": torch.tensor([1, torch.nan]).to(torch.float8_e4m3fn)}), "it")
