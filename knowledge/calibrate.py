"""Fit the certainty on what the model has not seen: one voice and half of the boundaries left out at a time.

The thresholds come from the same questions: they let the same share of unseen outsiders through whatever the knowledge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge.base import CERTAINTY_FILE, vocabulary, write_certainty
from knowledge.certainty import SIGNALS, Certainty, candidates, signals
from knowledge.check import Knowledge, load
from knowledge.decide import Thresholds
from knowledge.features import Floats
from knowledge.index import Phrasing
from knowledge.lexicon import Lexicon
from knowledge.model import Model
from knowledge.neighbours import neighbouring
from knowledge.text import Fillers
from knowledge.training import Example, examples, fit_model

STRENGTH = 0.02  # of the ridge penalty
LET_THROUGH = 0.115  # share of unseen outsiders that may be answered; of neighbours that people asked about it is 2 %
TAKEN_UP = 0.35  # share of them that may be answered or asked back


@dataclass(frozen=True)
class Judged:
    """Candidates of questions that their model had not seen. One row a question, one column a candidate."""

    signals: Floats  # questions x candidates x SIGNALS
    right: NDArray[np.bool_]
    weight: Floats  # of each question
    inside: NDArray[np.bool_]  # of each question: some entry answers it


@dataclass(frozen=True)
class Material:
    """Phrasings of entries, and the same about somebody else, by voice; phrasings of boundaries and small talk."""

    voices: dict[str, list[Example]]
    neighbours: dict[str, list[Example]]
    outside: list[Example]


def judge(material: Material, entries: frozenset[str], lexicon: Lexicon) -> list[tuple[str, Judged]]:
    """(voice left out, its judged questions), for every voice and half of the boundary topics."""
    topics = sorted({e.label for e in material.outside})
    folds = []
    for voice, half in product(material.voices, (0, 1)):
        hidden = {t for i, t in enumerate(topics) if i % 2 == half}
        known = [e for v, examples in material.voices.items() if v != voice for e in examples]
        known += [e for i, e in enumerate(material.outside) if e.label not in hidden and i % 4]
        model = fit_model(known, entries, lexicon)
        inside = material.voices[voice]
        unseen = [e for e in material.outside if e.label in hidden]
        seen = [e for i, e in enumerate(material.outside) if e.label not in hidden and not i % 4]
        groups = [(inside, 1.0), (unseen, 0.5), (seen, 0.5), (material.neighbours[voice], 0.5)]
        folds.append((voice, _judge(model, [(g, w * len(inside)) for g, w in groups if g])))
    return folds


def _judge(model: Model, groups: Sequence[tuple[list[Example], float]]) -> Judged:
    found, right, weight, inside = [], [], [], []
    known = set(model.labels)
    for group, share in groups:
        for example in group:
            scores = model.scores(example.core, example.text)
            chosen = candidates(model, scores)
            found.append(signals(model, scores, chosen))
            right.append([model.labels[i] == example.label for i in chosen])
            weight.append(share / len(group))
            inside.append(example.label in known and model.labels.index(example.label) < model.entries)
    return Judged(np.stack(found), np.array(right), np.array(weight, np.float32), np.array(inside))


def fit_certainty(folds: Sequence[Judged]) -> Certainty:
    """Logistic regression with weights >= 0 over all candidates of all folds."""
    x = np.concatenate([f.signals.reshape(-1, len(SIGNALS)) for f in folds]).clip(-12, 12).astype(np.float64)
    y = np.concatenate([f.right.ravel() for f in folds]).astype(np.float64)
    w = np.concatenate([np.repeat(f.weight, f.right.shape[1]) for f in folds]).astype(np.float64)
    w = w / w.sum()
    means, spreads = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - means) / spreads

    def loss(p: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        t = z @ p[:-1] + p[-1]
        wrong = 1 / (1 + np.exp(-t)) - y
        value = float((w * (np.logaddexp(0, t) - y * t)).sum()) + STRENGTH * 0.01 * float(p[:-1] @ p[:-1])
        return value, np.append(z.T @ (w * wrong) + STRENGTH * 0.02 * p[:-1], (w * wrong).sum())

    bounds = [(0, None)] * len(SIGNALS) + [(None, None)]
    best = minimize(loss, np.zeros(len(SIGNALS) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Certainty(
        means.astype(np.float32),
        spreads.astype(np.float32),
        best.x[:-1].astype(np.float32),
        float(best.x[-1]),
    )


def choose_thresholds(folds: Sequence[Judged], certainty: Certainty) -> Thresholds:
    sure = np.concatenate([certainty.of(f.signals).max(axis=1)[~f.inside] for f in folds])
    weight = np.concatenate([f.weight[~f.inside] for f in folds])
    order = np.argsort(-sure)
    share = np.cumsum(weight[order]) / weight.sum()
    answer, ask = (float(sure[order][np.searchsorted(share, allowed)]) for allowed in (LET_THROUGH, TAKEN_UP))
    return Thresholds(round(answer, 2), round(ask, 2))


VOICES = ("口语", "机关", "书面", "补充")
NEAR_ANSWERED = 0.04  # share of unseen near neighbours that may be answered when the threshold is chosen


@dataclass(frozen=True)
class Figures:
    """On the voice left out, with the certainty fitted on the other voices. Shares, 0..1."""

    top1: float
    right: float
    precision: float
    near_answered: float
    threshold: float


def calibrate(folder: Path) -> dict[str, Figures]:
    """Refit the certainty and choose the thresholds for the knowledge in the folder. Voice left out -> figures."""
    knowledge = load(folder)
    fillers, lexicon = vocabulary(knowledge)
    folds = judge(_material(knowledge, fillers, lexicon), frozenset(knowledge.entries), lexicon)
    certainty = fit_certainty([f for _, f in folds])
    thresholds = choose_thresholds([f for _, f in folds], certainty)
    write_certainty(CERTAINTY_FILE, certainty, thresholds, len(knowledge.phrasings))
    report = {}
    for voice in VOICES:
        certainty = fit_certainty([f for v, f in folds if v != voice])
        report[voice] = _figures([f for v, f in folds if v == voice], certainty)
    return report


def _material(knowledge: Knowledge, fillers: Fillers, lexicon: Lexicon) -> Material:
    by_voice: dict[str, list[Phrasing]] = {v: [] for v in VOICES}
    outside = []
    for voiced in knowledge.phrasings:
        if voiced.phrasing.label not in knowledge.entries:
            outside.append(voiced.phrasing)
        else:
            by_voice.get(voiced.voice, by_voice["口语"]).append(voiced.phrasing)
    voices = {v: examples(p, fillers) for v, p in by_voice.items()}
    asked = [e for examples in voices.values() for e in examples]
    others = knowledge.words.neighbours
    neighbours = {v: list(neighbouring(e, asked, others, lexicon)) for v, e in voices.items()}
    return Material(voices, neighbours, examples(outside, fillers))


def _figures(folds: Sequence[Judged], certainty: Certainty) -> Figures:
    sure = [certainty.of(f.signals) for f in folds]
    best = [s.argmax(axis=1) for s in sure]
    top = np.concatenate([s.max(axis=1) for s in sure])
    right = np.concatenate([f.right[np.arange(len(b)), b] for f, b in zip(folds, best, strict=True)])
    inside = np.concatenate([f.inside for f in folds])
    threshold = float(np.quantile(top[~inside], 1 - NEAR_ANSWERED))
    direct = inside & (top >= threshold)
    return Figures(
        top1=float(right[inside].mean()),
        right=float((right & direct).sum() / inside.sum()),
        precision=float(right[direct].mean()),
        near_answered=float((top[~inside] >= threshold).mean()),
        threshold=threshold,
    )
