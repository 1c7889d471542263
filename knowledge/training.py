"""Phrasings -> what an index needs. Loads scipy, which a bot with a cached model does without."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import scipy.sparse as sp

from knowledge.features import COMMON, Floats, Integers, Row, Vectoriser
from knowledge.index import Learnt, Phrasing
from knowledge.learner import class_means, fit_classifier
from knowledge.lexicon import Lexicon
from knowledge.model import Classifier, Model, Profile, tag_row
from knowledge.repair import build_repairer
from knowledge.text import Fillers, normalise

STEPS_ON = 8  # of the learner when it goes on from an earlier model
CUT_LENGTH = 12  # characters of a phrasing that is also learnt with a stretch cut out
CUT_SHARE = 4  # the stretch is a quarter of it


@dataclass(frozen=True)
class Example:
    """One phrasing: the class that it belongs to, its core (text.Fillers.core), its normalised text."""

    label: str
    core: str
    text: str


@dataclass(frozen=True)
class Earlier:
    """A model of nearly the same phrasings, to go on from. changed: labels that have other phrasings now."""

    model: Model
    changed: frozenset[str]


@dataclass(frozen=True)
class Effort:
    """Steps of the learner: on the phrasings as they are, then on these and their cut copies together."""

    plain: int = 8
    cut: int = 8


@dataclass(frozen=True)
class _Table:
    """Phrasings as numbers. own: the class of each. rows: all n-grams; common: how many of the first are learnt."""

    labels: tuple[str, ...]
    own: Integers
    vectoriser: Vectoriser
    rows: sp.csr_matrix
    common: int
    tags: dict[str, int]
    tag_rows: sp.csr_matrix

    @property
    def learnt_rows(self) -> sp.csr_matrix:
        return self.rows[:, : self.common].tocsr()

    @property
    def index(self) -> dict[str, int]:
        return {label: i for i, label in enumerate(self.labels)}


def examples(phrasings: Iterable[Phrasing], fillers: Fillers) -> list[Example]:
    texts = ((p.label, normalise(p.text)) for p in phrasings)
    return [Example(label, core, text) for label, text in texts if (core := fillers.core(text))]


def learn(  # noqa: PLR0913
    phrasings: Sequence[Phrasing],
    entries: frozenset[str],
    lexicon: Lexicon,
    fillers: Fillers,
    sounds: Mapping[str, Sequence[str]],
    earlier: Earlier | None = None,
) -> Learnt:
    """earlier: learn only what changed since; two seconds instead of ten, and almost as good."""
    known = examples(phrasings, fillers)
    model = fit_model(known, entries, lexicon, earlier=earlier)
    return Learnt(model, build_repairer([e.text for e in known], sounds))


def fit_model(
    known: Sequence[Example],
    entries: frozenset[str],
    lexicon: Lexicon,
    *,
    effort: Effort | None = None,
    earlier: Earlier | None = None,
) -> Model:
    table = _table(known, entries, lexicon)
    if earlier is None:
        fitted, fitted_tags = _from_nothing(table, known, effort or Effort())
    else:
        fitted, fitted_tags = _going_on(table, earlier)
    return Model(
        labels=table.labels,
        entries=sum(label in entries for label in table.labels),
        lexicon=lexicon,
        characters=table.vectoriser,
        by_characters=_halved(fitted),
        tags=table.tags,
        by_tags=_halved(fitted_tags),
        profile=_profile(table),
    )


def _table(known: Sequence[Example], entries: frozenset[str], lexicon: Lexicon) -> _Table:
    labels = tuple(sorted(dict.fromkeys(e.label for e in known), key=lambda label: label not in entries))
    index = {label: i for i, label in enumerate(labels)}
    vectoriser = Vectoriser.fit([e.core for e in known])
    rows = stacked([vectoriser.row(e.core) for e in known], len(vectoriser.vocabulary))
    tagged = [lexicon.tags(e.text) for e in known]
    tags = {t: i for i, t in enumerate(dict.fromkeys(t for tag in tagged for t in tag.all))}
    return _Table(
        labels=labels,
        own=np.array([index[e.label] for e in known]),
        vectoriser=vectoriser,
        rows=rows,
        common=int((np.bincount(rows.indices, minlength=rows.shape[1]) >= COMMON).sum()),  # they stand first
        tags=tags,
        tag_rows=stacked([tag_row(tags, t) for t in tagged], len(tags)),
    )


def stacked(rows: Sequence[Row], width: int) -> sp.csr_matrix:
    pointers = np.cumsum([0, *(len(r.columns) for r in rows)])
    columns, weights = (np.concatenate([getattr(r, n) for r in rows]) for n in ("columns", "weights"))
    return sp.csr_matrix((weights, columns, pointers), shape=(len(rows), width))


def _from_nothing(table: _Table, known: Sequence[Example], effort: Effort) -> tuple[Floats, Floats]:
    rows, own, classes = table.learnt_rows, table.own, len(table.labels)
    fitted = fit_classifier(rows, own, class_means(rows, own, classes), steps=effort.plain)
    cuts = list(_cuts(known)) if effort.cut else []
    if cuts:
        cut_rows = stacked([table.vectoriser.row(core) for _, core in cuts], table.rows.shape[1])[:, : table.common]
        both = sp.vstack([rows, cut_rows]).tocsr()
        fitted = fit_classifier(both, np.append(own, own[[i for i, _ in cuts]]), fitted, steps=effort.cut)
    start = class_means(table.tag_rows, own, classes)
    return fitted, fit_classifier(table.tag_rows, own, start, steps=effort.plain + effort.cut)


def _cuts(known: Sequence[Example]) -> Iterator[tuple[int, str]]:
    """(place, core without a stretch) of each long phrasing: real questions rarely have all the words of one."""
    for place, example in enumerate(known):
        length = len(example.core)
        if length >= CUT_LENGTH:
            size = length // CUT_SHARE
            at = crc32(example.core.encode()) % (length - size + 1)
            yield place, example.core[:at] + example.core[at + size :]


def _going_on(table: _Table, earlier: Earlier) -> tuple[Floats, Floats]:
    """Only the classes that changed are fitted by characters, all by tags."""
    before, rows, index = earlier.model, table.learnt_rows, table.index
    only = np.array([i for label, i in index.items() if label in earlier.changed], np.int64)
    start = _carried(before.by_characters, before.characters.vocabulary, table.vectoriser.vocabulary, table.common)
    start = _arranged(start, before.labels, class_means(rows, table.own, len(index)), index)
    tag_start = _carried(before.by_tags, before.tags, table.tags, len(table.tags))
    tag_start = _arranged(tag_start, before.labels, class_means(table.tag_rows, table.own, len(index)), index)
    return (
        fit_classifier(rows, table.own, start, steps=STEPS_ON, only=only),
        fit_classifier(table.tag_rows, table.own, tag_start, steps=STEPS_ON),
    )


def _carried(earlier: Classifier, old: Mapping[str, int], new: Mapping[str, int], count: int) -> Floats:
    """The earlier weights in the order of the new features, NaN for a new one; below them the bias."""
    pairs = [(place, old[name]) for name, place in new.items() if place < count and name in old]
    kept = [(place, was) for place, was in pairs if was < len(earlier.weights)]
    start = np.full((count + 1, earlier.weights.shape[1]), np.nan, np.float32)
    start[[place for place, _ in kept]] = earlier.weights[[was for _, was in kept]]
    start[-1] = earlier.bias
    return start


def _arranged(start: Floats, old: Sequence[str], typical: Floats, new: Mapping[str, int]) -> Floats:
    """The columns in the order of the new labels; what is not known yet as in `typical`."""
    arranged = typical.copy()
    kept = [(new[label], was) for was, label in enumerate(old) if label in new]
    known = start[:, [was for _, was in kept]]
    places = [place for place, _ in kept]
    arranged[:, places] = np.where(np.isnan(known), arranged[:, places], known)
    return arranged


def _halved(fitted: Floats) -> Classifier:
    return Classifier(fitted[:-1].astype(np.float16), fitted[-1].copy())


def _profile(table: _Table) -> Profile:
    rows, tag_rows, own, classes = table.rows, table.tag_rows, table.own, len(table.labels)
    has = np.zeros((rows.shape[1], classes), np.uint8)
    has[rows.indices, np.repeat(own, np.diff(rows.indptr))] = 1
    counts = np.zeros((tag_rows.shape[1], classes), np.uint16)
    np.add.at(counts, (tag_rows.indices, np.repeat(own, np.diff(tag_rows.indptr))), 1)
    return Profile(
        has=np.packbits(has, axis=1),
        rarity=np.log((classes + 1) / (has.sum(axis=1, dtype=np.float32) + 0.5)).astype(np.float32),
        sizes=np.bincount(own, minlength=classes).astype(np.float32),
        counts=counts,
        usual=(counts.sum(axis=1) / len(own)).astype(np.float32),
    )
