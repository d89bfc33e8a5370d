from datetime import UTC, datetime

import pytest

from study.errors import InvalidPostError
from study.trial.posts import AnswerPost, UndoPost

GOOD = {
    "key": "0b0e7c52-6f1e-4d3b-9a3a-1f6f7a3b9c11",
    "question": "abcDEF_-123",
    "choice": "left",
    "rt_ms": 812.5,
    "hidden_ms": 0,
    "shown_at": 1_772_443_800_000,
    "input": "key",
    "have": 8,
}


def test_a_good_post_is_read():
    post = AnswerPost.read(GOOD)
    assert (post.choice, post.rt_ms, post.have) == ("left", 812.5, 8)
    assert post.shown_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("field", sorted(set(GOOD) - {"shown_at"}))
def test_each_missing_field_is_named(field):
    with pytest.raises(InvalidPostError, match=field):
        AnswerPost.read({name: value for name, value in GOOD.items() if name != field})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", "short"),
        ("key", "x" * 65),
        ("key", 12345678),
        ("key", "'; DROP TABLE answer"),
        ("question", ""),
        ("question", "a b"),
        ("question", None),
        ("choice", "soft"),
        ("choice", ["left"]),
        ("rt_ms", -1),
        ("rt_ms", "812"),
        ("rt_ms", True),
        ("rt_ms", float("nan")),
        ("rt_ms", float("inf")),
        ("rt_ms", 1e12),
        ("rt_ms", 10**400),
        ("hidden_ms", None),
        ("shown_at", 0),
        ("shown_at", "yesterday"),
        ("shown_at", 1e300),
        ("input", "voice"),
        ("have", -1),
        ("have", "8"),
        ("have", float("nan")),
    ],
)
def test_each_value_out_of_its_kind_or_range_is_named(field, value):
    with pytest.raises(InvalidPostError, match=field):
        AnswerPost.read({**GOOD, field: value})


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_a_body_that_is_no_object_is_refused(body):
    for read in (AnswerPost.read, UndoPost.read):
        with pytest.raises(InvalidPostError, match="JSON object"):
            read(body)


def test_an_undo_needs_its_key_and_question():
    assert UndoPost.read({"key": GOOD["key"], "question": "q"}).question == "q"
    with pytest.raises(InvalidPostError, match="key"):
        UndoPost.read({"question": "q"})
