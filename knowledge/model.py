"""What is learnt from the phrasings: two classifiers and, of each entry, what it has ever been asked with.

Immutable once built. An entry, a boundary and a piece of small talk are all "classes" here; only entries are candidates
for an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knowledge.features import COMMON, Floats, Integers, Row, Vectoriser
from knowledge.learner import Classifier, fit_classifier
from knowledge.lexicon import Lexicon, Tags

TAG_SHARE = 0.35  # weight of the tag classifier beside the character classifier
SMOOTHING = 4.0


@dataclass(frozen=True)
class Example:
    """One phrasing: the class that it belongs to, its core (text.Fillers.core), its normalised text."""

    label: str
    core: str
    text: str


@dataclass(frozen=True)
class Profile:
    """What each class has been asked with. counts: tag -> phrasings of each class with it."""

    has: NDArray[np.uint8]  # n-gram x class: some phrasing of the class has the n-gram
    rarity: Floats  # of each n-gram: high when few classes have it
    length: Integers  # of each n-gram, in characters without the end marks
    sizes: Floats  # phrasings of each class
    counts: dict[str, Floats]

    def log_odds(self, tag: str, label: int) -> float:
        """How much more often the class is asked with the tag than the average class; -2 for an unknown tag."""
        counts = self.counts.get(tag)
        if counts is None:
            return -2.0
        usual = float(counts.sum() / self.sizes.sum())
        share = (float(counts[label]) + SMOOTHING * usual) / (float(self.sizes[label]) + SMOOTHING)
        return float(np.log(share / usual))

    def never(self, tag: str, label: int) -> bool:
        counts = self.counts.get(tag)
        return counts is None or counts[label] == 0


@dataclass(frozen=True)
class Model:
    labels: tuple[str, ...]
    is_entry: NDArray[np.bool_]
    lexicon: Lexicon
    characters: Vectoriser
    by_characters: Classifier
    tags: dict[str, int]
    by_tags: Classifier
    profile: Profile

    def scores(self, core: str, text: str) -> "Scores":
        row, tags = self.characters.row(core), self.lexicon.tags(text)
        tag_row = _tag_row(self.tags, tags)
        by_characters: Floats = self.by_characters.log_probabilities(row)
        by_tags: Floats = self.by_tags.log_probabilities(tag_row)
        has = self.profile.has[row.columns].astype(np.float32)
        rarity = self.profile.rarity[row.columns]
        short = self.profile.length[row.columns] <= 2
        missing = (rarity * short) @ (1 - has)
        return Scores(
            row=row,
            tags=tags,
            characters=by_characters,
            by_tags=by_tags,
            joint=_joint(by_characters, by_tags),
            coverage=(row.weights**2) @ has,
            missing=(missing / np.float32(max(1, len(core)))).astype(np.float32),
            worst=((rarity * short)[:, None] * (1 - has)).max(axis=0, initial=0.0),
        )


@dataclass(frozen=True)
class Scores:
    """One question against every class; each array has one number a class."""

    row: Row
    tags: Tags
    characters: Floats
    by_tags: Floats
    joint: Floats
    coverage: Floats
    missing: Floats
    worst: Floats


def fit_model(examples: Sequence[Example], entries: frozenset[str], lexicon: Lexicon) -> Model:
    labels = tuple(dict.fromkeys(e.label for e in examples))
    index = {label: i for i, label in enumerate(labels)}
    own = np.array([index[e.label] for e in examples])
    vectoriser = Vectoriser.fit([e.core for e in examples])
    rows = vectoriser.matrix([e.core for e in examples])
    tagged = [lexicon.tags(e.text) for e in examples]
    tags = {t: i for i, t in enumerate(dict.fromkeys(t for tag in tagged for t in tag.all))}
    return Model(
        labels=labels,
        is_entry=np.array([label in entries for label in labels]),
        lexicon=lexicon,
        characters=vectoriser,
        by_characters=_fit_on_common(rows, own, len(labels)),
        tags=tags,
        by_tags=fit_classifier(_stack([_tag_row(tags, t) for t in tagged], len(tags)), own, len(labels)),
        profile=_profile(vectoriser, rows, own, len(labels), tagged),
    )


def _joint(by_characters: Floats, by_tags: Floats) -> Floats:
    """Both log probabilities, each bounded so that one learner's blindness does not rule a class out."""
    mixed = (1 - TAG_SHARE) * np.maximum(by_characters, -9) + TAG_SHARE * np.maximum(by_tags, -9)
    result: Floats = mixed.astype(np.float32)
    return result


def _fit_on_common(rows: sp.csr_matrix, own: Integers, classes: int) -> Classifier:
    """Learn on the common n-grams, which stand first: as good, at a third of the time and memory."""
    common = int((np.bincount(rows.indices, minlength=rows.shape[1]) >= COMMON).sum())
    return fit_classifier(rows[:, :common].tocsr(), own, classes)


def _tag_row(known: dict[str, int], tags: Tags) -> Row:
    columns = [known[t] for t in tags.all if t in known]
    size = max(1, len(tags.all))
    return Row(
        np.array(columns, np.int64),
        np.full(len(columns), size**-0.5, np.float32),
        1 - len(columns) / size,
    )


def _stack(rows: Sequence[Row], width: int) -> sp.csr_matrix:
    pointers = np.cumsum([0, *(len(r.columns) for r in rows)])
    columns, weights = (np.concatenate([getattr(r, n) for r in rows]) for n in ("columns", "weights"))
    return sp.csr_matrix((weights, columns, pointers), shape=(len(rows), width))


def _profile(
    vectoriser: Vectoriser, rows: sp.csr_matrix, own: Integers, classes: int, tagged: Sequence[Tags]
) -> Profile:
    has = np.zeros((rows.shape[1], classes), np.uint8)
    has[rows.indices, np.repeat(own, np.diff(rows.indptr))] = 1
    counts: dict[str, Floats] = {}
    for tags, label in zip(tagged, own, strict=True):
        for tag in tags.all:
            counts.setdefault(tag, np.zeros(classes, np.float32))[label] += 1
    return Profile(
        has=has,
        rarity=np.log((classes + 1) / (has.sum(axis=1, dtype=np.float32) + 0.5)).astype(np.float32),
        length=np.array([len(g) for g in vectoriser.vocabulary]),
        sizes=np.bincount(own, minlength=classes).astype(np.float32),
        counts=counts,
    )
