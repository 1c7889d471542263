"""What is learnt from the phrasings: two classifiers and, of each entry, what it has ever been asked with.

Immutable once built (training.py). An entry, a boundary and a piece of small talk are all "classes" here; only entries
are candidates for an answer. Weights are kept in half precision and the profile in bits: the members' machine is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Floats, Integers, Row, Vectoriser
from knowledge.lexicon import Lexicon, Tags

TAG_SHARE = 0.35  # weight of the tag classifier beside the character classifier
SMOOTHING = 4.0
UNKNOWN_TAG = -2.0  # log odds of a tag that no phrasing has


@dataclass(frozen=True)
class Classifier:
    """weights: features x classes, for the first columns of a row only; bias: classes."""

    weights: NDArray[np.float16]
    bias: Floats

    def log_probabilities(self, row: Row) -> Floats:
        learnt = row.columns < len(self.weights)
        scores = row.weights[learnt] @ self.weights[row.columns[learnt]].astype(np.float32) + self.bias
        shifted = scores - scores.max()
        result: Floats = shifted - np.log(np.exp(shifted).sum())
        return result


@dataclass(frozen=True)
class Profile:
    """What each class has been asked with."""

    has: NDArray[np.uint8]  # n-gram x class, eight classes a byte: some phrasing of the class has the n-gram
    rarity: Floats  # of each n-gram: high when few classes have it
    sizes: Floats  # phrasings of each class
    counts: NDArray[np.uint16]  # tag x class: phrasings of the class with the tag
    usual: Floats  # of each tag: share of all phrasings that have it

    def covers(self, columns: Integers) -> Floats:
        """n-gram x class, 0 or 1."""
        return np.unpackbits(self.has[columns], axis=1, count=len(self.sizes)).astype(np.float32)

    def log_odds(self, tags: Sequence[int], labels: Integers) -> Floats:
        """tag x class: how much more often the class is asked with the tag than the average class."""
        usual = self.usual[tags][:, None]
        share = (self.counts[tags][:, labels] + SMOOTHING * usual) / (self.sizes[labels] + SMOOTHING)
        result: Floats = np.log(share / usual)
        return result

    def asked(self, tags: Sequence[int], labels: Integers) -> NDArray[np.bool_]:
        """tag x class: some phrasing of the class has the tag."""
        return self.counts[tags][:, labels] > 0


@dataclass(frozen=True)
class Scores:
    """One question against every class; each array has one number a class."""

    tags: Tags
    characters: Floats
    by_tags: Floats
    joint: Floats
    coverage: Floats  # share of the question's squared length that the class has been asked with
    missing: Floats  # rarity of the short n-grams that the class lacks, for each character of the question


@dataclass(frozen=True)
class Model:
    labels: tuple[str, ...]
    entries: int  # the first labels are entries, the rest is outside
    lexicon: Lexicon
    characters: Vectoriser
    by_characters: Classifier
    tags: dict[str, int]
    by_tags: Classifier
    profile: Profile

    def scores(self, core: str, text: str) -> Scores:
        row, tags = self.characters.row(core), self.lexicon.tags(text)
        by_characters = self.by_characters.log_probabilities(row)
        by_tags = self.by_tags.log_probabilities(tag_row(self.tags, tags))
        covers = self.profile.covers(row.columns)
        missing = self.profile.rarity[row.columns] @ (1 - covers)
        return Scores(
            tags=tags,
            characters=by_characters,
            by_tags=by_tags,
            joint=_joint(by_characters, by_tags),
            coverage=(row.weights**2) @ covers,
            missing=missing / np.float32(max(1, len(core))),
        )


def tag_row(known: dict[str, int], tags: Tags) -> Row:
    columns = [known[t] for t in tags.all if t in known]
    size = max(1, len(tags.all))
    return Row(np.array(columns, np.int64), np.full(len(columns), size**-0.5, np.float32))


def _joint(by_characters: Floats, by_tags: Floats) -> Floats:
    """Both log probabilities, each bounded so that one learner's blindness does not rule a class out."""
    mixed = (1 - TAG_SHARE) * np.maximum(by_characters, -9) + TAG_SHARE * np.maximum(by_tags, -9)
    result: Floats = mixed.astype(np.float32)
    return result
