"""All findings of a study at once: what the screen, the command line and the export show alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.findings.agreement import InterAgreement, inter_agreement
from study.findings.bias import SideBias, side_bias
from study.findings.ceiling import noise_ceiling
from study.findings.consistency import SelfAgreement, self_agreement
from study.findings.discrimination import Discrimination, discrimination
from study.findings.engine_people import EnginePeople, engine_people
from study.findings.estimate import Estimate
from study.findings.preference import Preference, preference
from study.findings.psychometric import Psychometric, psychometric
from study.findings.quality import Quality, quality
from study.findings.retest import Retest, retest
from study.findings.trials import compact, everyone, ordinary


@dataclass(frozen=True)
class Findings:
    """Every finding of a study's trials.

    answers counts all kinds, attention checks too, which quality alone looks at. ceiling: noise_ceiling's
    rows. without_flagged: the headline numbers again without the participants whom quality flags; None
    where it flags nobody, or everybody.
    """

    answers: int
    participants: list[str]
    preference: Preference
    discrimination: Discrimination
    psychometric: Psychometric
    self_agreement: SelfAgreement
    inter_agreement: InterAgreement
    retest: Retest
    ceiling: pd.DataFrame
    side_bias: dict[int, SideBias]
    quality: Quality
    engine: EnginePeople
    without_flagged: dict[str, Estimate] | None = None

    def headline(self) -> dict[str, Estimate]:
        """The numbers of Fig. 6 by name."""
        return _headline(self.preference, self.discrimination, self.self_agreement, self.inter_agreement)

    def estimates(self) -> dict[str, Estimate]:
        """Every single number with its interval, by a dotted name such as `preference.soft`."""
        found = {f"preference.{name}": one for name, one in self.preference.overall.items()}
        found["preference.soft_less_hard"] = self.preference.soft_vs_hard.difference
        found["preference.participants_preferring_soft"] = self.preference.participants_preferring_soft
        found["discrimination.accuracy"] = self.discrimination.overall
        found["discrimination.d_prime"] = self.discrimination.d_prime
        for name in ("threshold", "scale", "slope", "lapse"):
            found[f"psychometric.{name}"] = getattr(self.psychometric, name)
        for prefix, part in (
            ("self_agreement", self.self_agreement),
            ("inter_agreement", self.inter_agreement),
        ):
            found |= {
                f"{prefix}.percent": part.overall,
                f"{prefix}.kappa": part.kappa,
                f"{prefix}.ac1": part.ac1,
            }
        for experiment, coefficients in self.inter_agreement.of_all.items():
            found |= {
                f"inter_agreement.experiment_{experiment}.{name}": one for name, one in coefficients.items()
            }
        for name in ("lag_effect", "same", "swapped", "side_effect"):
            found[f"retest.{name}"] = getattr(self.retest, name)
        for experiment, bias in self.side_bias.items():
            found[f"side_bias.experiment_{experiment}.left"] = bias.left
            found[f"side_bias.experiment_{experiment}.order_effect"] = bias.order_effect
        found |= {"quality.fatigue": self.quality.fatigue, "quality.slowing": self.quality.slowing}
        found |= {
            "engine.soft_slope": self.engine.soft_slope,
            "engine.accuracy_slope": self.engine.accuracy_slope,
        }
        return found


def findings(
    trials: pd.DataFrame,
    participants: Sequence[str] | None = None,
    resamples: int = 0,
    rng: np.random.Generator | None = None,
) -> Findings:
    """All findings of the trials, with bootstrap intervals where resamples and rng are given.

    participants: those of the design, so that pairs that share nothing yet are listed; by default those who
    answered. StudyError where a column is missing or a choice is unknown.
    """
    whole = compact(trials)
    table = ordinary(whole)
    names = everyone(whole) if participants is None else list(participants)
    own = self_agreement(table, resamples, rng)
    between = inter_agreement(table, names, resamples, rng)
    # Flags go by intervals in closed form, so that resampling changes none of them.
    seen = quality(whole, own if resamples == 0 else None)
    chosen, told = preference(table), discrimination(table)
    return Findings(
        len(whole),
        names,
        chosen,
        told,
        psychometric(table),
        own,
        between,
        retest(table),
        noise_ceiling(own, between),
        {experiment: side_bias(table, experiment) for experiment in (1, 2)},
        seen,
        engine_people(table),
        _without(table, seen.flagged),
    )


def _without(table: pd.DataFrame, flagged: list[str]) -> dict[str, Estimate] | None:
    kept = table[~table["participant"].isin(flagged)]
    if not flagged or kept.empty:
        return None
    return _headline(preference(kept), discrimination(kept), self_agreement(kept), inter_agreement(kept))


def _headline(
    chosen: Preference, told: Discrimination, own: SelfAgreement, between: InterAgreement
) -> dict[str, Estimate]:
    return {
        **chosen.overall,
        "accuracy": told.overall,
        "self_agreement": own.overall,
        "inter_agreement": between.overall,
    }
