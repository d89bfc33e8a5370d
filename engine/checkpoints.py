"""Where a training stands, kept on disk so that it goes on there with the very same weights."""

import io
import math
import pickle
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from engine.errors import EngineError


@dataclass
class Place:
    """`batch` of `epoch` comes next (both from 0); `total` is the sum of this epoch's losses so far.

    `loss` is the mean loss of the epoch before. `states`, within an epoch, are those of the sources of
    randomness: the augmentation's, torch's own (for dropout), and on a GPU the GPU's. `saved` is when the
    last checkpoint was written, by the monotonic clock.
    """

    epoch: int = 0
    batch: int = 0
    total: float = 0.0
    loss: float = math.nan
    states: list[torch.Tensor] = field(default_factory=list)
    saved: float = field(default_factory=time.monotonic)

    def keep_states(self, generator: torch.Generator, device: torch.device) -> None:
        """Remember the sources of randomness as they are."""
        self.states = [generator.get_state(), torch.get_rng_state()]
        if device.type == "cuda":
            self.states.append(torch.cuda.get_rng_state(device))

    def set_states(self, generator: torch.Generator, device: torch.device) -> None:
        """Put the sources of randomness back to what was remembered, if anything was; it is forgotten."""
        if self.states:
            generator.set_state(self.states[0])
            torch.set_rng_state(self.states[1])
            if device.type == "cuda" and len(self.states) > 2:
                torch.cuda.set_rng_state(self.states[2], device)
        self.states = []

    def next_epoch(self) -> None:
        """Go to the beginning of the next epoch; this one's loss is the mean over its batches."""
        self.loss = self.total / self.batch
        self.epoch, self.batch, self.total, self.states = self.epoch + 1, 0, 0.0, []


def save(network: nn.Module, optimiser: torch.optim.Optimizer, place: Place, file: Path) -> None:
    """Write a checkpoint in one step: whoever reads it never sees half of it."""
    state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
    told = {"epoch": place.epoch, "batch": place.batch, "total": place.total, "loss": place.loss}
    # Written by ourselves, so that a full disk is an OSError like any other.
    content = io.BytesIO()
    torch.save({**state, **told, "states": place.states}, content)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_bytes(content.getbuffer())
    unfinished.replace(file)
    place.saved = time.monotonic()


def resume(network: nn.Module, optimiser: torch.optim.Optimizer, file: Path | None) -> Place:
    """Put network and optimiser back to where the checkpoint has them; the beginning without one.

    Raises EngineError where the file is damaged.
    """
    if file is None or not file.is_file():
        return Place()
    try:
        # To the CPU: what belongs on the device is copied there below. Adam's counts of its steps must stay
        # here, or each step would wait for the device once for every weight.
        state = torch.load(file, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        return Place(
            int(state["epoch"]),
            int(state["batch"]),
            float(state["total"]),
            float(state["loss"]),
            state["states"],
        )
    except (RuntimeError, EOFError, KeyError, ValueError, TypeError, pickle.UnpicklingError) as problem:
        raise EngineError(
            f"{file} is damaged, or of an older engine: delete it, and give the same command again; this "
            f"network then begins anew, and the finished ones are kept"
        ) from problem
