import torch

from engine.augmentation import augment
from engine.recipe import ImageSettings


def batch() -> torch.Tensor:
    return torch.randint(
        0, 256, (6, 3, 24, 24), dtype=torch.uint8, generator=torch.Generator().manual_seed(1)
    )


def test_without_settings_nothing_changes() -> None:
    assert torch.equal(augment(batch(), ImageSettings(24), torch.Generator()), batch().float())


def test_the_same_generator_gives_the_same_variations() -> None:
    settings = ImageSettings(24, flip=True, shift=0.1, rotate=10, zoom=0.1, brightness=0.2, contrast=0.2)
    one, two = (augment(batch(), settings, torch.Generator().manual_seed(3)) for _ in range(2))
    other = augment(batch(), settings, torch.Generator().manual_seed(4))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 255


def test_flipping_mirrors_some_images_and_leaves_the_others() -> None:
    images = batch().float()
    flipped = augment(batch(), ImageSettings(24, flip=True), torch.Generator().manual_seed(0))
    kinds = set()
    for before, after in zip(images, flipped, strict=True):
        same = torch.allclose(before, after, atol=0.01)
        assert same or torch.allclose(before.flip(2), after, atol=0.01)
        kinds.add(same)
    assert kinds == {True, False}
