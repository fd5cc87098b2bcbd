"""In which numbers a network computes while it trains."""

import torch

# What PyTorch calls bfloat16 arithmetic of a processor: the first two Intel's and AMD's, the last Arm's.
NATIVE = ("avx512_bf16", "amx_bf16", "bf16")


def native(precision: str, device: torch.device) -> str:
    """A recipe's precision where the device has it, else "fp32": a processor that emulates bfloat16 takes more than ten
    times as long as in 32 bits. Of Apple's GPUs PyTorch can't tell which have it."""
    return precision if precision == "fp32" or _has_bf16(device) else "fp32"


def mixed(precision: str, device: torch.device) -> torch.autocast:
    """A context in which networks compute in bfloat16 for "bf16", in 32 bits for "fp32"."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "xpu":
        return torch.xpu.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(capabilities.get(name) for name in NATIVE)
