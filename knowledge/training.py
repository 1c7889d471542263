"""Phrasings -> what an index needs. Loads scipy, which a bot with a cached model does without."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knowledge.features import COMMON, Floats, Integers, Row, Vectoriser
from knowledge.index import Learnt, Phrasing
from knowledge.learner import STEPS, fit_classifier
from knowledge.lexicon import Lexicon
from knowledge.model import Classifier, Model, Profile, tag_row
from knowledge.repair import build_repairer
from knowledge.text import Fillers, normalise

STEPS_ON = 5  # of the learner when it goes on from an earlier model
SHORT = 2  # characters of the n-grams whose absence is counted


@dataclass(frozen=True)
class Example:
    """One phrasing: the class that it belongs to, its core (text.Fillers.core), its normalised text."""

    label: str
    core: str
    text: str


def examples(phrasings: Iterable[Phrasing], fillers: Fillers) -> list[Example]:
    texts = ((p.label, normalise(p.text)) for p in phrasings)
    return [Example(label, core, text) for label, text in texts if (core := fillers.core(text))]


def learn(  # noqa: PLR0913
    phrasings: Sequence[Phrasing],
    entries: frozenset[str],
    lexicon: Lexicon,
    fillers: Fillers,
    sounds: Mapping[str, Sequence[str]],
    earlier: Model | None = None,
) -> Learnt:
    """earlier: a model of nearly the same phrasings, to go on from; a third of the time and almost as good."""
    known = examples(phrasings, fillers)
    steps = STEPS if earlier is None else STEPS_ON
    model = fit_model(known, entries, lexicon, steps=steps, earlier=earlier)
    return Learnt(model, build_repairer([e.text for e in known], sounds))


def fit_model(
    known: Sequence[Example],
    entries: frozenset[str],
    lexicon: Lexicon,
    *,
    steps: int = STEPS,
    earlier: Model | None = None,
) -> Model:
    """steps: of the learner; half of them rank almost as well."""
    labels = tuple(sorted(dict.fromkeys(e.label for e in known), key=lambda label: label not in entries))
    index = {label: i for i, label in enumerate(labels)}
    own = np.array([index[e.label] for e in known])
    vectoriser = Vectoriser.fit([e.core for e in known])
    rows = stacked([vectoriser.row(e.core) for e in known], len(vectoriser.vocabulary))
    tagged = [lexicon.tags(e.text) for e in known]
    tags = {t: i for i, t in enumerate(dict.fromkeys(t for tag in tagged for t in tag.all))}
    tag_rows = stacked([tag_row(tags, t) for t in tagged], len(tags))
    common = int((np.bincount(rows.indices, minlength=rows.shape[1]) >= COMMON).sum())  # they stand first
    start = tag_start = None
    if earlier is not None:
        start = _carried(earlier.by_characters, earlier.characters.vocabulary, vectoriser.vocabulary, common)
        tag_start = _carried(earlier.by_tags, earlier.tags, tags, len(tags))
        start, tag_start = (_arranged(s, earlier.labels, index) for s in (start, tag_start))
    fitted = fit_classifier(rows[:, :common].tocsr(), own, len(labels), steps=steps, start=start)
    fitted_tags = fit_classifier(tag_rows, own, len(labels), steps=steps, start=tag_start)
    return Model(
        labels=labels,
        entries=sum(label in entries for label in labels),
        lexicon=lexicon,
        characters=vectoriser,
        by_characters=_halved(*fitted),
        tags=tags,
        by_tags=_halved(*fitted_tags),
        profile=_profile(vectoriser, rows, tag_rows, own, len(labels)),
    )


def stacked(rows: Sequence[Row], width: int) -> sp.csr_matrix:
    pointers = np.cumsum([0, *(len(r.columns) for r in rows)])
    columns, weights = (np.concatenate([getattr(r, n) for r in rows]) for n in ("columns", "weights"))
    return sp.csr_matrix((weights, columns, pointers), shape=(len(rows), width))


def _carried(earlier: Classifier, old: Mapping[str, int], new: Mapping[str, int], count: int) -> Floats:
    """The earlier weights in the order of the new features, NaN for a new one; below them the bias."""
    pairs = [(place, old[name]) for name, place in new.items() if place < count and name in old]
    kept = [(place, was) for place, was in pairs if was < len(earlier.weights)]
    start = np.full((count + 1, earlier.weights.shape[1]), np.nan, np.float32)
    start[[place for place, _ in kept]] = earlier.weights[[was for _, was in kept]]
    start[-1] = earlier.bias
    return start


def _arranged(start: Floats, old: Sequence[str], new: Mapping[str, int]) -> Floats:
    """The columns in the order of the new labels, NaN for a new one."""
    arranged = np.full((len(start), len(new)), np.nan, np.float32)
    kept = [(new[label], was) for was, label in enumerate(old) if label in new]
    arranged[:, [place for place, _ in kept]] = start[:, [was for _, was in kept]]
    return arranged


def _halved(weights: Floats, bias: Floats) -> Classifier:
    return Classifier(weights.astype(np.float16), bias)


def _profile(
    vectoriser: Vectoriser, rows: sp.csr_matrix, tag_rows: sp.csr_matrix, own: Integers, classes: int
) -> Profile:
    has = np.zeros((rows.shape[1], classes), np.uint8)
    has[rows.indices, np.repeat(own, np.diff(rows.indptr))] = 1
    counts = np.zeros((tag_rows.shape[1], classes), np.uint16)
    np.add.at(counts, (tag_rows.indices, np.repeat(own, np.diff(tag_rows.indptr))), 1)
    rarity = np.log((classes + 1) / (has.sum(axis=1, dtype=np.float32) + 0.5))
    is_short = np.array([len(gram) <= SHORT for gram in vectoriser.vocabulary])
    return Profile(
        has=np.packbits(has, axis=1),
        rarity=np.where(is_short, rarity, 0).astype(np.float32),
        sizes=np.bincount(own, minlength=classes).astype(np.float32),
        counts=counts,
        usual=(counts.sum(axis=1) / len(own)).astype(np.float32),
    )
