"""Where networks run, and in which number format."""

import contextlib
import os

import torch
from torch import nn

from engine.errors import EngineError
from engine.recipe import Precision

# On a CPU with bfloat16 instructions (Zen 4, 64 px images, batch 64, one thread) autocast trains a plain
# residual network 1.4 times as fast, and one of grouped convolutions (MobileNet, EfficientNet) 0.4 to 0.8
# times as fast; without gradients none is slower. So networks of grouped convolutions are trained in fp32.


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name, or with auto a CUDA GPU, an Apple GPU or the CPU, whichever is there first.

    Raises EngineError for an unknown or absent device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as problem:
        raise EngineError(f"unknown device {name!r}; give auto, cpu, cuda, cuda:N or mps") from problem
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if device.type not in count:
        raise EngineError(f"device {name!r} is of no use here; give auto, cpu, cuda, cuda:N or mps")
    if (device.index or 0) >= count[device.type]:
        raise EngineError(
            f"device {name!r} is not there: torch {torch.__version__} sees {torch.cuda.device_count()} CUDA "
            f"GPUs; give --device cpu, or install a torch built for the GPU"
        )
    return device


def device_name(device: torch.device) -> str:
    """What a log calls the device: its name, and a GPU's model too."""
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        with torch.cuda.device(device):  # of several, this one's hardware
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capable = "avx512_bf16", "amx_bf16", "bf16"
    return device.type == "cpu" and any(torch.cpu.get_capabilities().get(name, False) for name in capable)


def network_dtype(
    network: nn.Module, device: torch.device, precision: Precision, *, training: bool
) -> torch.dtype:
    """The number format of a network's convolutions; auto is bfloat16 where the device is faster with it."""
    if precision != "auto":
        return torch.bfloat16 if precision == "bf16" else torch.float32
    if not has_fast_bfloat16(device) or (training and device.type == "cpu" and _has_grouped(network)):
        return torch.float32
    return torch.bfloat16


def autocast(device: torch.device, dtype: torch.dtype) -> contextlib.AbstractContextManager[object]:
    """Autocast to bfloat16, or nothing where the format is fp32."""
    if dtype is torch.float32:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype)


def available_cores() -> int:
    """Number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_grouped(network: nn.Module) -> bool:
    return any(isinstance(module, nn.Conv2d) and module.groups > 1 for module in network.modules())
