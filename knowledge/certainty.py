"""How sure a candidate is: a small logistic model over signals whose direction is known beforehand.

Each signal may only speak in its own direction (weights >= 0), so that no combination can refuse
an entry's own phrasing.
The weights are fitted on questions in a voice, and beside boundaries, that the model has not seen (calibrate.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Floats, Integers
from knowledge.lexicon import Tags
from knowledge.model import UNKNOWN_TAG, Model, Scores

CANDIDATES = 4
USUAL = 0.5  # share of the phrasings of an entry that name whom it is about

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
    joint = scores.joint[: model.entries]
    top = np.argpartition(joint, -CANDIDATES)[-CANDIDATES:]
    ordered: Integers = top[np.argsort(-joint[top], kind="stable")]
    return ordered


def signals(model: Model, scores: Scores, chosen: Integers) -> Floats:
    """candidates x SIGNALS."""
    inside, outside = slice(model.entries), slice(model.entries, None)
    joint, coverage = scores.joint[chosen], scores.coverage[chosen]
    firsts = (scores.characters.argmax() == chosen) & (scores.by_tags.argmax() == chosen)
    columns = [
        scores.characters[chosen],
        joint,
        joint - _best_other(scores.joint[inside], joint),
        joint - scores.joint[outside].max(),
        scores.by_tags[chosen] - scores.by_tags[outside].max(),
        firsts,
        coverage - scores.coverage[outside].max(),
        coverage - _best_other(scores.coverage[inside], coverage),
        -scores.missing[chosen],
        _subjects_fit(model, scores, chosen),
        _pairs_seen(model, scores, chosen),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _best_other(values: Floats, own: Floats) -> Floats:
    """The greatest of the values, or for whom it is its own the second."""
    second, first = np.partition(values, -2)[-2:]
    best: Floats = np.where(own < first, first, second)
    return best


def _subjects_fit(model: Model, scores: Scores, chosen: Integers) -> Floats:
    known = [tag for s in scores.tags.subjects if (tag := model.tags.get(f"s:{s}")) is not None]
    worst = 0.0 if len(known) == len(scores.tags.subjects) else UNKNOWN_TAG
    lowest: Floats = np.minimum(worst, model.profile.log_odds(known, chosen).min(axis=0, initial=0.0))
    return lowest


def _pairs_seen(model: Model, scores: Scores, chosen: Integers) -> Floats:
    known = [tag for p in scores.tags.pairs if (tag := model.tags.get(p)) is not None]
    seen: Floats = model.profile.asked(known, chosen).sum(axis=0) / len(scores.tags.pairs) - 1
    return seen


def foreign(model: Model, tags: Tags, chosen: Integers) -> NDArray[np.bool_]:
    """Of each candidate: the question is about somebody or something else than the entry is."""
    return _never_asked(model, tags, chosen) | _about_others(model, tags, chosen)


def _about_others(model: Model, tags: Tags, chosen: Integers) -> NDArray[np.bool_]:
    """The entry is usually about one, and the question names only another that is easily taken for it (支委是选的吗).

    Of questions rightly answered .2 % are, of unseen neighbours that would be asked back or answered 17 %.
    """
    telling = set(tags.telling)
    own = _usual(model, telling, chosen).any(axis=0)
    others = [s for s, near in model.lexicon.others.items() if telling & near]
    return np.logical_and(_usual(model, others, chosen).any(axis=0), np.logical_not(own))


def _usual(model: Model, subjects: Iterable[str], chosen: Integers) -> NDArray[np.bool_]:
    """subject x candidate: at least half of the entry's phrasings name the subject."""
    known = [tag for s in subjects if (tag := model.tags.get(f"s:{s}")) is not None]
    result: NDArray[np.bool_] = model.profile.counts[known][:, chosen] >= USUAL * model.profile.sizes[chosen]
    return result


def _never_asked(model: Model, tags: Tags, chosen: Integers) -> NDArray[np.bool_]:
    """The question names somebody or something, and the entry was never asked about any of it.

    Of questions rightly answered from phrasings in another voice .2 % are foreign, of wrongly answered neighbours 4 %.
    """
    known = [tag for s in tags.telling if (tag := model.tags.get(f"s:{s}")) is not None]
    if not tags.telling:
        return np.zeros(len(chosen), np.bool_)
    return np.logical_not(model.profile.asked(known, chosen).any(axis=0))
