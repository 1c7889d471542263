"""What is odd about the phrasings: each is read by a model that has not seen it (three folds).

A phrasing that even then finds its own entry is well placed; one that surely finds another is a neighbour's, or its
words decide too little.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.base import CERTAINTY_FILE, fitted_on, vocabulary
from knowledge.check import Knowledge, Voiced
from knowledge.explain import nearest
from knowledge.problems import Problem
from knowledge.text import Fillers, normalise
from knowledge.training import Effort, Example, fit_model

FOLDS = 3
EFFORT = Effort(plain=8, cut=0)
SURE = 0.9  # probability at which a phrasing counts as another entry's
OFTEN = 3  # phrasings that must go astray to the same entry before the pair is told
DRIFT = 0.1  # change in the number of phrasings at which the certainty should be fitted again
FOUND = 0.6  # share of its phrasings by which an entry must be found
SHOWN = 3
MOST_SINGLE = 40


@dataclass(frozen=True)
class Astray:
    """A phrasing that an unprejudiced model takes for another label. nearest: that label's phrasing most like it."""

    own: Voiced
    other: str
    probability: float
    nearest: Voiced


@dataclass(frozen=True)
class Report:
    """found: share of all phrasings of entries that find their entry unseen, 0..1."""

    problems: tuple[Problem, ...]
    found: float


def lint(knowledge: Knowledge) -> Report:
    """Warnings, the gravest kind first. Takes seconds: it learns three times."""
    voiced = [v for v in dict.fromkeys(knowledge.phrasings) if v.phrasing.label not in knowledge.small_talk]
    astray = _astray(knowledge, voiced)
    sizes = Counter(v.phrasing.label for v in voiced)
    lost = Counter(a.own.phrasing.label for a in astray)
    inside = [label for label in sizes if label in knowledge.entries]
    problems = [
        *_stale(knowledge),
        *_not_found(sizes, lost, astray, inside),
        *_pairs(knowledge, astray),
        *_single(astray, knowledge.entries),
    ]
    total = sum(sizes[i] for i in inside)
    return Report(tuple(problems), 1 - sum(lost[i] for i in inside) / max(1, total))


def _stale(knowledge: Knowledge) -> Iterator[Problem]:
    then, now = fitted_on(CERTAINTY_FILE), len(knowledge.phrasings)
    if abs(now - then) > DRIFT * then:
        message = f"门槛是照 {then} 种问法定的，现在有 {now} 种"
        yield Problem(CERTAINTY_FILE.name, 1, 1, message, "跑一遍 bot.py calibrate（约半分钟）", "warning")


def _astray(knowledge: Knowledge, voiced: Sequence[Voiced]) -> list[Astray]:
    fillers, lexicon = vocabulary(knowledge)
    examples = [_example(v, fillers) for v in voiced]
    places: dict[str, int] = defaultdict(int)
    folds = []
    for v in voiced:
        folds.append(places[v.phrasing.label] % FOLDS)
        places[v.phrasing.label] += 1
    by_label: dict[str, list[Voiced]] = defaultdict(list)
    for v in voiced:
        by_label[v.phrasing.label].append(v)
    found = []
    for fold in range(FOLDS):
        known = [e for e, f in zip(examples, folds, strict=True) if f != fold and e.core]
        model = fit_model(known, frozenset(knowledge.entries), lexicon, effort=EFFORT)
        for v, example, f in zip(voiced, examples, folds, strict=True):
            if f != fold or not example.core:
                continue
            scores = model.scores(example.core, example.text)
            best = int(scores.joint.argmax())
            other = model.labels[best]
            if other != example.label:
                probability = float(np.exp(scores.characters[best]))
                found.append(Astray(v, other, probability, _nearest(v, by_label[other])))
    return found


def _example(voiced: Voiced, fillers: Fillers) -> Example:
    text = normalise(voiced.phrasing.text)
    return Example(voiced.phrasing.label, fillers.core(text), text)


def _nearest(voiced: Voiced, others: Sequence[Voiced]) -> Voiced:
    by_text = {o.phrasing.text: o for o in others}
    return by_text[nearest(voiced.phrasing.text, list(by_text))[0][0]]


def _not_found(
    sizes: Counter[str], lost: Counter[str], astray: Sequence[Astray], inside: Sequence[str]
) -> Iterator[Problem]:
    first = {a.own.phrasing.label: a.own for a in reversed(astray)}
    for label in inside:
        share = 1 - lost[label] / sizes[label]
        if share < FOUND:
            at = first[label]
            yield _warning(at, f"{label} 只有 {share:.0%} 的问法认得出来", "补些只属于它的说法，或和相近的条目并成一条")


def _pairs(knowledge: Knowledge, astray: Sequence[Astray]) -> Iterator[Problem]:
    pairs: dict[tuple[str, str], list[Astray]] = defaultdict(list)
    for a in astray:
        pairs[a.own.phrasing.label, a.other].append(a)
    for (own, other), group in sorted(pairs.items(), key=lambda p: (-len(p[1]), p[0])):
        if len(group) < OFTEN or own not in knowledge.entries:
            continue
        shown = sorted(group, key=lambda a: -a.probability)[:SHOWN]
        texts = "、".join(f"“{a.own.phrasing.text}”（第 {a.own.line} 行）" for a in shown)
        says = "被范围之外的" if other in knowledge.boundaries else "像是"
        tail = "抢走" if other in knowledge.boundaries else "的"
        near = shown[0].nearest
        yield _warning(
            shown[0].own,
            f"{own} 有 {len(group)} 种问法{says} {other} {tail}：{texts}",
            f"对照 {near.file}:{near.line}“{near.phrasing.text}”，两边各留最分明的说法",
        )


def _single(astray: Sequence[Astray], entries: Container[str]) -> Iterator[Problem]:
    sure = [a for a in astray if a.probability >= SURE and a.own.phrasing.label in entries]
    sure.sort(key=lambda a: -a.probability)
    for a in sure[:MOST_SINGLE]:
        near = a.nearest
        yield _warning(
            a.own,
            f"“{a.own.phrasing.text}”写在 {a.own.phrasing.label}，更像 {a.other} 的“{near.phrasing.text}”",
            f"挪到 {near.file}:{near.line} 那边，或改得更分明",
        )


def _warning(at: Voiced, message: str, hint: str) -> Problem:
    return Problem(at.file, at.line, 1, message, hint, "warning")
