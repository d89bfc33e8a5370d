"""The plan of a study: every question of every participant, in order. Pure and seeded."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.emfacs import EMOTIONS
from study.design.design import Design
from study.errors import StudyError
from study.planning.attention import with_attention_checks
from study.planning.foils import Foils, Pool, draw_foils
from study.planning.images import SOFT_COLUMNS, eligible_images, select_images
from study.planning.loads import assign_owners, deal_loads
from study.planning.overlap import Sharing, cell_counts, pick, requests, share, spread
from study.planning.sequence import answer_second_experiment_first, longest_lag, shuffle
from study.planning.sides import counterbalance
from study.question_columns import OPTION_ORDERS, QUESTION_COLUMNS

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """A planned study.

    questions: the `questions` contract, by participant and position. images: the rows of the label set that
    the study uses, its attention checks included. notes: where the design could be met only in part.
    """

    questions: pd.DataFrame
    images: pd.DataFrame
    design: Design
    notes: tuple[str, ...]


def plan(labels: pd.DataFrame, design: Design, rng: np.random.Generator) -> Plan:
    """Plan a study of a `labels` table by a design; equal seeds give equal plans.

    Every image is asked for the first time once in each experiment. Loads are within one by emotion,
    experiment and both; a participant's first-time images of the two experiments are apart wherever there
    are two participants; overlap questions are their first answerer's own (image, experiment and foil);
    each repeat comes at least `min_lag` questions after its original. Attention checks come on top of these.
    Raises StudyError, with the reason, for a design that these labels cannot meet.
    """
    images = select_images(labels, design, rng)
    emotion = _present(images["hard_label"])
    loads = deal_loads(np.bincount(emotion), len(design.experiments), design.participants, rng)
    owners = assign_owners(emotion, loads, design.exposure != "any", rng)
    notes = _check_exposure(owners, design)
    sharing = share(requests(design, len(images)), owners, emotion, design, rng)
    rows = _rows(owners, emotion, sharing, design, rng)
    foils = _foils(rows, sharing, images, emotion, design, rng)
    lag = _lag(rows, design)
    rows = _ordered(rows, lag, design, rng)
    notes += _notes(rows, sharing, foils, lag, design)
    everything = _with_reserve(images, labels, design)
    rows = with_attention_checks(rows, everything, design, rng)
    notes += _attention_notes(rows)
    used = np.unique(np.concatenate([np.arange(len(images)), rows["image"], rows["foil"][rows["foil"] >= 0]]))
    return Plan(_table(rows, everything, design), _sorted(everything.iloc[used]), design, tuple(notes))


def _with_reserve(images: pd.DataFrame, labels: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The study's images, and after them those that it could have drawn: attention checks take of both."""
    if not design.attention_checks or design.images:
        return images
    eligible = eligible_images(labels, design)
    return pd.concat([images, eligible[~eligible["image"].isin(images["image"])]], ignore_index=True)


def _sorted(images: pd.DataFrame) -> pd.DataFrame:
    return images.sort_values("image", ignore_index=True)


def _present(hard_labels: pd.Series) -> Ints:
    """Index of each hard label among the emotions that occur."""
    number = hard_labels.map({one: index for index, one in enumerate(EMOTIONS)}).to_numpy(dtype=np.int64)
    return np.unique(number, return_inverse=True)[1].astype(np.int64)


def _check_exposure(owners: Ints, design: Design) -> list[str]:
    both = owners.shape[1] == 2 and int((owners[:, 0] == owners[:, 1]).sum())
    if not both or design.exposure == "any":
        return []
    if design.exposure == "apart":
        raise StudyError(
            f"design: exposure = 'apart' needs at least two participants, not {design.participants}:"
            " one participant meets every image in both experiments; add participants or plan one experiment"
        )
    return [
        f"{both} images are met by one participant in both experiments: a study of one cannot keep them apart"
    ]


def _rows(
    owners: Ints, emotion: Ints, sharing: Sharing, design: Design, rng: np.random.Generator
) -> pd.DataFrame:
    """All questions, unordered: image, experiment (index), participant, kind, source (row of the
    original)."""
    image, experiment = (axis.ravel() for axis in np.indices(owners.shape))
    # A first-time question's row is image * experiments + experiment.
    first = pd.DataFrame({"image": image, "experiment": experiment, "participant": owners.ravel()})
    first = first.assign(kind="first", source=-1)
    due = design.repeats_each(len(emotion))
    parts = [first]
    for person in range(design.participants):
        own = owners == person
        available = cell_counts(own, emotion, int(emotion.max()) + 1)
        quota = spread(available, due, np.zeros_like(available), rng)
        drawn = np.array(pick(own, emotion, quota, rng), dtype=np.int64).reshape(-1, 2)
        parts.append(_asked_again(drawn, np.full(len(drawn), person), "self_repeat", owners.shape[1]))
    shared = sharing.rows
    parts.append(_asked_again(shared[:, :2], shared[:, 3], "overlap", owners.shape[1]))
    return pd.concat(parts, ignore_index=True)


def _asked_again(items: Ints, participant: Ints, kind: str, experiments: int) -> pd.DataFrame:
    columns = {"image": items[:, 0], "experiment": items[:, 1], "participant": participant}
    return pd.DataFrame(columns).assign(kind=kind, source=items[:, 0] * experiments + items[:, 1])


def _foils(
    rows: pd.DataFrame,
    sharing: Sharing,
    images: pd.DataFrame,
    emotion: Ints,
    design: Design,
    rng: np.random.Generator,
) -> Foils | None:
    """Draw the foils of Experiment 2, and write `foil` (image index or -1) and `foil_distance` into rows."""
    rows["foil"], rows["foil_distance"] = -1, np.nan
    if 2 not in design.experiments:
        return None
    second = design.experiments.index(2)
    mine = rows["experiment"].to_numpy() == second
    firsts = rows.index[mine & (rows["kind"] == "first")].to_numpy()
    answerers = np.zeros((len(images), design.participants), dtype=bool)
    answerers[rows["image"].to_numpy()[mine], rows["participant"].to_numpy()[mine]] = True
    asked = rows["image"].to_numpy()[firsts]
    pool = Pool(images[list(SOFT_COLUMNS)].to_numpy(dtype=np.float64), emotion, images["image"].tolist())
    foils = draw_foils(asked, answerers[asked], sharing.met, pool, design, rng)
    # `rows` lists first-time questions by image, so `asked` is every image in its order.
    rows.loc[mine, "foil"] = foils.foil[rows["image"].to_numpy()[mine]]
    rows.loc[mine, "foil_distance"] = foils.distance[rows["image"].to_numpy()[mine]]
    return foils


def _lag(rows: pd.DataFrame, design: Design) -> int:
    """The lag that every participant's repeats can keep: the design's, or the longest of the shortest
    study."""
    lengths = rows.groupby("participant").size()
    repeats = (rows["kind"] == "self_repeat").groupby(rows["participant"]).sum()
    longest = min(longest_lag(int(lengths[one]), int(repeats[one])) for one in lengths.index)
    if not repeats.any() or longest >= design.min_lag:
        return design.min_lag
    if design.lag_rule == "strict":
        raise StudyError(
            f"design: min_lag = {design.min_lag} is longer than the study allows: the shortest share has"
            f" {lengths.min()} questions with {repeats.max()} repeats, so the longest lag is {longest}; lower"
            " min_lag or self_repeats, add images, or set lag_rule = 'shorten'"
        )
    return longest


def _ordered(rows: pd.DataFrame, lag: int, design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Give every question its position and its side, participant by participant."""
    rows["left"], rows["position"] = False, 0
    for _, part in rows.groupby("participant"):
        row_numbers = part.index.to_numpy()
        local = pd.Series(np.arange(len(part)), index=row_numbers)
        repeat = (part["kind"] == "self_repeat").to_numpy()
        original = np.full(len(part), -1, dtype=np.int64)
        original[repeat] = local[part["source"].to_numpy()[repeat]].to_numpy()
        kind = part["kind"].to_numpy(dtype=object)
        second = np.asarray(design.experiments)[part["experiment"]] == 2
        order = shuffle(original, lag, rng)
        order = answer_second_experiment_first(order, part["image"].to_numpy(), second, original, lag)
        rows.loc[row_numbers, "left"] = counterbalance(part["experiment"].to_numpy(), kind, original, rng)
        rows.loc[row_numbers[order], "position"] = np.arange(1, len(part) + 1)
    return rows


def _table(rows: pd.DataFrame, images: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Write rows as the `questions` contract."""
    width = max(2, len(str(design.participants)))
    names = images["image"].to_numpy(dtype=object)
    codes = [f"P{number:0{width}d}" for number in range(1, design.participants + 1)]
    person = [codes[one] for one in rows["participant"]]
    digits = max(4, len(str(rows["position"].max())))
    question = pd.Series(
        [f"{code}-{position:0{digits}d}" for code, position in zip(person, rows["position"], strict=True)]
    )
    experiment = np.asarray(design.experiments)[rows["experiment"]]
    side = np.where(rows["left"], "left", "right")
    source, foil = rows["source"].to_numpy(), rows["foil"].to_numpy()
    table = pd.DataFrame(
        {
            "question": question,
            "participant": person,
            "position": rows["position"],
            "experiment": experiment,
            "image": names[rows["image"]],
            "foil": pd.Series([names[one] if one >= 0 else None for one in foil], dtype=object),
            "foil_distance": rows["foil_distance"],
            "side": side,
            "option_order": [
                OPTION_ORDERS[int(one), str(at)] for one, at in zip(experiment, side, strict=True)
            ],
            "kind": rows["kind"],
            "repeats": pd.Series([question[one] if one >= 0 else None for one in source], dtype=object),
        }
    )
    return table.sort_values(["participant", "position"], ignore_index=True)[list(QUESTION_COLUMNS)]


def _notes(rows: pd.DataFrame, sharing: Sharing, foils: Foils | None, lag: int, design: Design) -> list[str]:
    notes = []
    if lag < design.min_lag:
        notes.append(
            f"the study is too short for a lag of {design.min_lag}: a repeat comes at least {lag} questions"
            " after its original"
        )
    if sharing.met_twice and design.exposure != "any":
        notes.append(
            f"{sharing.met_twice} overlap questions show an image that their receiver meets in the other"
            " experiment: there was no other to share"
        )
    if foils and foils.known:
        notes.append(
            f"{foils.known} foils are images that an answerer also meets: there was no other to take"
        )
    if foils and foils.off_bin:
        notes.append(
            f"{foils.off_bin} foils lie outside the distance bin they were due, in the nearest there was"
        )
    wanted = design.overlap_each(rows["image"].nunique()) * design.participants
    if len(sharing.rows) != wanted:
        notes.append(f"balanced blocks make {len(sharing.rows)} overlap questions of the {wanted} asked for")
    return notes


def _attention_notes(rows: pd.DataFrame) -> list[str]:
    checks = rows["kind"] == "attention"
    met = rows.loc[~checks, ["participant", "image"]].drop_duplicates()
    twice = len(rows.loc[checks, ["participant", "image"]].merge(met))
    return (
        [f"{twice} attention checks show an image that their participant meets: there was no other"]
        if twice
        else []
    )
