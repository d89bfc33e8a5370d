import pytest

from engine.providers.provider import ProviderError, checked_values
from engine.providers.registry import PROVIDERS, find_provider


def test_values_come_out_as_the_manifest_holds_them() -> None:
    said = {"age": 31, "gender": "Female", "landmarks_28": (1, 2), "yaw": None}
    known = {"age": 31.0, "gender": "Female", "landmarks_28": [1.0, 2.0]}
    assert checked_values(said, ("age", "gender", "landmarks_28", "yaw")) == known


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("age", -3, "age -3 is impossible"),
        ("yaw", float("nan"), "yaw nan is impossible"),
        ("pitch", "up", "pitch 'up' is no number"),
        ("gender", "man", "unknown gender 'man'; known are Female, Male"),
        ("ethnicity", 3, "unknown ethnicity 3"),
        ("landmarks_68", [1.0, 2.0], "not 136 finite ones"),
        ("landmarks_28", [1.0, 2.0, 3.0], "not 4 finite ones"),
        ("landmarks_28", 5, "flat x, y pairs"),
        ("smile", 1.0, "not among its columns"),
    ],
)
def test_a_value_that_breaks_the_protocol_is_refused(column: str, value: object, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        checked_values({column: value}, (column,))


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_found_by_its_name(name: str) -> None:
    assert name == find_provider(name).NAME


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("deepface", "unknown provider 'deepface'; known are table, mediapipe"),
        ("mylab.absent", "cannot be imported"),
        ("engine.metadata", "is no provider: it has no NAME and no open_provider"),
    ],
)
def test_what_is_no_provider_is_refused(name: str, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        find_provider(name)
