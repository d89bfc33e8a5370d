"""A training goes on within an epoch where it stood, and says what is wrong with a damaged checkpoint."""

from pathlib import Path

import pytest
import torch
from torch import nn

from engine import checkpoints
from engine.errors import EngineError
from engine.fitting import LossError, train
from engine.network_names import NetworkName
from engine.networks import Network, build
from tests.engine.test_training import examples, fit_for


class Dropped(Network):
    """A network whose training needs torch's own source of randomness too."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        classes, units = super().forward(nn.functional.dropout(images, 0.3, self.training))
        return classes, units


def network(seed: int) -> Network:
    made = build(NetworkName("ensemble", "test_byobnet", "Happy"), 32, generator_seed=seed)
    made.__class__ = Dropped
    return made


def test_training_resumed_within_an_epoch_ends_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.fitting._SECONDS_BETWEEN_CHECKPOINTS_WITHIN", 0.0)
    whole, losses = network(1), []
    train(whole, examples(), fit_for(3), lambda *news: losses.append(news[2]))

    def stop(epoch: int, batches: int, loss: float) -> None:
        if batches == 6:  # the last batch of epoch 2: the checkpoint before it holds batch 5
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(network(1), examples(), fit_for(3), stop, tmp_path / "a.checkpoint")
    resumed, seen, again = network(9), [], []

    def report(epoch: int, batches: int, loss: float) -> None:
        seen.append((epoch, batches))
        again.append(loss)

    train(resumed, examples(), fit_for(3), report, tmp_path / "a.checkpoint")
    assert seen == [(2, 6), (3, 7), (3, 8), (3, 9)]
    assert again == losses[5:]
    for key, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key]), key


@pytest.mark.filterwarnings("ignore:for .* copying from a non-meta parameter")
def test_a_resumed_optimiser_keeps_its_counts_of_steps_off_the_device(tmp_path: Path) -> None:
    trained = nn.Linear(3, 2)
    optimiser = torch.optim.Adam(trained.parameters())
    trained(torch.ones(1, 3)).sum().backward()
    optimiser.step()
    checkpoints.save(trained, optimiser, checkpoints.Place(epoch=1), tmp_path / "a.checkpoint")
    # meta is a device beside the CPU that every machine has.
    resumed = nn.Linear(3, 2, device="meta")
    optimiser = torch.optim.Adam(resumed.parameters())
    checkpoints.resume(resumed, optimiser, tmp_path / "a.checkpoint")
    places = [{name: value.device.type for name, value in own.items()} for own in optimiser.state.values()]
    assert places == [{"step": "cpu", "exp_avg": "meta", "exp_avg_sq": "meta"}] * 2


@pytest.mark.parametrize("content", [b"", b"half a checkpo", b"PK\x03\x04 no archive"])
def test_a_damaged_checkpoint_is_told_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.checkpoint").write_bytes(content)
    with pytest.raises(EngineError, match="is damaged, or of an older engine: delete it"):
        train(network(1), examples(), fit_for(1), lambda *_: None, tmp_path / "a.checkpoint")


def test_a_loss_that_is_no_number_ends_the_training_before_a_checkpoint_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.fitting._SECONDS_BETWEEN_CHECKPOINTS_WITHIN", 0.0)
    spoilt, data = network(1), examples()
    data.classes[:] = float("nan")
    with pytest.raises(
        LossError, match="no number any more in epoch 1, batch 1: train with a lower learning"
    ):
        train(spoilt, data, fit_for(3), lambda *_: None, tmp_path / "a.checkpoint")
    assert not (tmp_path / "a.checkpoint").exists()


@pytest.mark.parametrize(
    "problem",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you"),
    ],
)
def test_full_memory_is_told_with_a_smaller_batch(
    problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(Dropped, "forward", fail)
    with pytest.raises(EngineError, match=r"memory of this machine is full: .* --set ensemble.batch=4"):
        train(network(1), examples(), fit_for(1), lambda *_: None)


def test_a_gpu_that_fails_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise torch.AcceleratorError("CUDA error: CUDA-capable device(s) is/are busy or unavailable\nCUDA …")

    monkeypatch.setattr(Dropped, "forward", fail)
    with pytest.raises(
        EngineError, match=r"device cpu fails \(CUDA error: .* unavailable\): see that nothing"
    ):
        train(network(1), examples(), fit_for(1), lambda *_: None)


def test_any_other_error_of_torch_is_no_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Dropped, "forward", fail)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        train(network(1), examples(), fit_for(1), lambda *_: None)


def test_a_place_moves_to_the_next_epoch_with_the_mean_loss() -> None:
    place = checkpoints.Place(epoch=2, batch=4, total=2.0)
    place.next_epoch()
    assert (place.epoch, place.batch, place.total, place.loss) == (3, 0, 0.0, 0.5)
