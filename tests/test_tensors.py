import json

import numpy as np
import pytest
import torch
from safetensors.torch import save

from hwr import weights
from hwr.hub import HubError, tensors

GOOD = {"a": torch.rand(3, 4), "b": torch.tensor(7), "c": torch.rand(2).half(), "d": torch.zeros(0, 3)}


@pytest.mark.parametrize("data", [save(GOOD), weights.read("hoda-compact", "model.safetensors")])
def test_what_safetensors_writes_passes(data):
    tensors.check(data, "it")


def header(**tensor) -> bytes:
    told = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | tensor}).encode()
    return len(told).to_bytes(8, "little") + told + np.ones(2, np.float32).tobytes()


def test_a_header_by_hand_passes():
    tensors.check(header(), "it")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x80\x04cposix\nsystem\n", b"PK\x03\x04" * 9, save(GOOD)[:-1], save(GOOD) + b"x", b"\xff" * 64,
        (2).to_bytes(8, "little") + b"[]", (2).to_bytes(8, "little") + b"{}", (4).to_bytes(8, "little") + b'"ab"',
        header(dtype="F33"), header(shape=[3]), header(shape="2"), header(data_offsets=[8, 0]),
        header(data_offsets=[-8, 0]), header(data_offsets=[0]), header(more=1), header(shape=[2, None]),
        header(data_offsets=["0", "8"]),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data):
    with pytest.raises(HubError, match="it is no safetensors file; nothing else is read as weights"):
        tensors.check(data, "it")


@pytest.mark.parametrize("number", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_numbers_that_are_not_finite_are_refused(number, dtype):
    spoilt = torch.ones(5, dtype=dtype)
    spoilt[3] = number
    with pytest.raises(HubError, match="it holds weights that are no finite numbers"):
        tensors.check(save(GOOD | {"z": spoilt}), "it")
