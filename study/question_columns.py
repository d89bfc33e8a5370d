"""The columns of a table of planned questions (the `questions` contract)."""

QUESTION_COLUMNS = (
    "question",
    "participant",
    "position",
    "experiment",
    "image",
    "foil",
    "foil_distance",
    "side",
    "option_order",
    "kind",
    "repeats",
)
# What stands left and right, by experiment and side.
OPTION_ORDERS = {
    (1, "left"): "soft,hard",
    (1, "right"): "hard,soft",
    (2, "left"): "own,foil",
    (2, "right"): "foil,own",
}
