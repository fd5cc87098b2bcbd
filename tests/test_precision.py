"""In which numbers a network computes while it trains."""

import pytest
import torch

from hwr.training.precision import mixed, native

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("able", "told"),
    [({}, "fp32"), ({"avx512_bf16": False}, "fp32"), ({"avx512_bf16": True}, "bf16"), ({"bf16": True}, "bf16")],
)
def test_bfloat16_is_used_where_the_processor_has_it(monkeypatch, able, told):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert native("bf16", CPU) == told
    assert native("fp32", CPU) == "fp32"


def test_a_device_that_is_not_known_computes_in_32_bits():
    assert native("bf16", torch.device("mps")) == "fp32"


@pytest.mark.parametrize(("precision", "kind"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_networks_compute_in_it(precision, kind):
    with mixed(precision, CPU):
        assert torch.nn.Linear(4, 4)(torch.zeros(2, 4)).dtype == kind
