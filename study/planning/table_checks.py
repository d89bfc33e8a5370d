"""What a plan promises of its questions: numbered, asked once, evenly loaded and on even sides."""

from study.planning.plan_table import Check, PlanTable, spread
from study.question_columns import OPTION_ORDERS

KINDS = ("first", "self_repeat", "overlap", "attention")


def table_is_whole(table: PlanTable) -> Check:
    """Positions go from 1 to the end, and every repeat has its source."""
    questions = table.questions
    ids = questions["question"].is_unique
    order = all(
        sorted(part) == list(range(1, len(part) + 1))
        for _, part in questions.groupby("participant")["position"]
    )
    kinds = questions["kind"].isin(KINDS).all()
    once = questions["kind"].isin(("first", "attention"))
    sources = (questions["repeats"].isna() == once).all()
    found = not table.again["question_source"].isna().any()
    people = questions["participant"].nunique()
    passed = bool(ids and order and kinds and sources and found and people == table.design.participants)
    return Check(
        "questions are numbered without gaps",
        passed,
        f"{len(questions):,} questions of {people} participants",
    )


def each_image_once(table: PlanTable) -> Check:
    """Each image is a first-time question once in each experiment."""
    times = table.first.groupby(["image", "experiment"]).size()
    images = table.images
    complete = len(times) == images * len(table.design.experiments)
    figure = f"{images:,} images, {len(table.first):,} first-time questions"
    return Check(
        "every image is asked first once in each experiment", bool(complete and (times == 1).all()), figure
    )


def loads(table: PlanTable) -> Check:
    """Participants have equally many first-time questions, in all and in each experiment."""
    totals = table.counts("first")
    by_experiment = table.first.groupby(["experiment", "participant"]).size().unstack(fill_value=0)
    apart = int((by_experiment.max(axis=1) - by_experiment.min(axis=1)).max())
    passed = int(totals.max() - totals.min()) <= 1 and apart <= 1
    everything = table.questions.groupby("participant").size()
    return Check("loads are within one", passed, f"{spread(totals)} first-time, {spread(everything)} in all")


def balance(table: PlanTable) -> Check:
    """So have they of each emotion, in all and in each experiment."""
    name = "emotions and experiments are within one"
    if table.labels is None:
        return Check(name, None, "not judged without a label set")
    emotion = table.first["image"].map(table.labels.set_index("image")["hard_label"])
    first = table.first.assign(emotion=emotion)
    worst = 0
    for keys in (["emotion"], ["emotion", "experiment"]):
        cells = first.groupby([*keys, "participant"]).size().unstack(fill_value=0)
        cells = cells.reindex(columns=sorted(table.questions["participant"].unique()), fill_value=0)
        worst = max(worst, int((cells.max(axis=1) - cells.min(axis=1)).max()))
    return Check(name, worst <= 1 and not emotion.isna().any(), f"at most {worst} apart in any cell")


def sides(table: PlanTable) -> Check:
    """The soft-label or the own one stands left as often as right, for every participant."""
    left = (table.questions["side"] == "left").groupby(table.questions["participant"])
    worst = int((2 * left.sum() - left.size()).abs().max())
    cells = (table.questions["side"] == "left").groupby(
        [table.questions["participant"], table.questions["experiment"]]
    )
    in_experiment = int((2 * cells.sum() - cells.size()).abs().max())
    orders = zip(table.questions["experiment"], table.questions["side"], strict=True)
    agree = [OPTION_ORDERS.get(key) for key in orders] == table.questions["option_order"].tolist()
    figure = f"left and right differ by at most {worst}, {in_experiment} in an experiment"
    return Check("sides are half and half for every participant", worst <= 1 and agree, figure)
