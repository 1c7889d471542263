"""How sure a candidate is: a small logistic model over signals whose direction is known beforehand.

Each signal may only speak in its own direction (weights >= 0), so that no combination can refuse
an entry's own phrasing.
The weights are fitted on questions in a voice, and beside boundaries, that the model has not seen (calibrate.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knowledge.features import Floats, Integers
from knowledge.model import Model, Scores

CANDIDATES = 4

SIGNALS = (
    "characters",  # log probability by characters
    "joint",  # both
    "before_second",  # joint, over the best other entry
    "before_outside",  # joint, over the best boundary
    "tags_before_outside",
    "agreement",  # both classifiers put it first
    "coverage_before_outside",  # share of the question that the entry has been asked with, over the best boundary
    "coverage_before_second",
    "nothing_missing",  # minus the weight of short n-grams that the entry lacks
    "subjects_fit",  # lowest log odds of a subject, up to 0
    "pairs_seen",  # minus the share of subject x aspect pairs that the entry never had
)


@dataclass(frozen=True)
class Certainty:
    """means, spreads and weights follow SIGNALS."""

    means: Floats
    spreads: Floats
    weights: Floats
    bias: float

    def parts(self, signals: Floats) -> Floats:
        result: Floats = (np.clip(signals, -12, 12) - self.means) / self.spreads * self.weights
        return result

    def of(self, signals: Floats) -> Floats:
        """Probability that the candidate is right; the last axis of signals follows SIGNALS."""
        total = np.clip(self.parts(signals).sum(axis=-1) + self.bias, -30, 30)
        result: Floats = 1 / (1 + np.exp(-total))
        return result

    @classmethod
    def load(cls, figures: Mapping[str, Mapping[str, float]], bias: float) -> "Certainty":
        columns = ([figures[s][k] for s in SIGNALS] for k in ("mean", "spread", "weight"))
        means, spreads, weights = (np.array(c, np.float32) for c in columns)
        return cls(means, spreads, weights, bias)


def candidates(model: Model, scores: Scores) -> Integers:
    """The best entries by joint score, best first."""
    masked = np.where(model.is_entry, scores.joint, -np.inf)
    top = np.argpartition(-masked, CANDIDATES)[:CANDIDATES]
    ordered: Integers = top[np.argsort(-masked[top])]
    return ordered


def signals(model: Model, scores: Scores, chosen: Integers) -> Floats:
    """One row a candidate."""
    outside = np.flatnonzero(~model.is_entry)
    entries = np.flatnonzero(model.is_entry)
    rival = int(outside[scores.joint[outside].argmax()])
    ordered = entries[np.argsort(-scores.joint[entries])[:2]]
    covered = entries[np.argsort(-scores.coverage[entries])[:2]]
    firsts = {int(scores.characters.argmax()), int(scores.by_tags.argmax())}
    rows = []
    for label in map(int, chosen):
        second = int(ordered[0] if ordered[0] != label else ordered[1])
        other = int(covered[0] if covered[0] != label else covered[1])
        rows.append(
            [
                scores.characters[label],
                scores.joint[label],
                scores.joint[label] - scores.joint[second],
                scores.joint[label] - scores.joint[rival],
                scores.by_tags[label] - scores.by_tags[outside].max(),
                float(firsts == {label}),
                scores.coverage[label] - scores.coverage[outside].max(),
                scores.coverage[label] - scores.coverage[other],
                -scores.missing[label],
                *_fit(model, scores, label),
            ]
        )
    return np.array(rows, np.float32)


def is_foreign(model: Model, scores: Scores, label: int) -> bool:
    """The question names somebody or something, and the class has never been asked about any of it.

    Of questions rightly answered from phrasings in another voice .2 % are foreign, of wrongly answered neighbours 4 %.
    """
    named = [model.tags.get(f"s:{s}") for s in scores.tags.telling]
    return bool(named) and all(model.profile.never(tag, label) for tag in named)


def _fit(model: Model, scores: Scores, label: int) -> tuple[float, float]:
    subjects = [model.tags.get(f"s:{s}") for s in scores.tags.subjects]
    pairs = [model.tags.get(p) for p in scores.tags.pairs]
    fits = min([0.0, *(model.profile.log_odds(s, label) for s in subjects)])
    return fits, -sum(model.profile.never(p, label) for p in pairs) / max(1, len(pairs))
