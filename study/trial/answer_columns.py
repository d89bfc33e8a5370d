"""The columns of the answers table, whether people gave the answers or they are simulated."""

ANSWER_COLUMNS = (
    "question",
    "participant",
    "image",
    "experiment",
    "kind",
    "choice",
    "correct",
    "rt_ms",
    "answered_at",
)
