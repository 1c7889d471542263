"""Why the bot said what it said: candidates, the parts of their certainty, the nearest phrasings."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
from rapidfuzz import fuzz

from knowledge.base import KnowledgeBase
from knowledge.certainty import SIGNALS
from knowledge.conversation import Understanding
from knowledge.decide import Answer, AskBack, Candidate, Ranking, Refuse, SmallTalk, Thresholds

_SIGNAL_NAMES = {
    "characters": "字面",
    "joint": "合计",
    "before_second": "领先第二名",
    "before_outside": "领先范围之外",
    "tags_before_outside": "关键词领先范围之外",
    "agreement": "两种判断一致",
    "coverage_before_outside": "覆盖多过范围之外",
    "coverage_before_second": "覆盖多过别的条目",
    "nothing_missing": "没有陌生词",
    "subjects_fit": "说的对象相符",
    "pairs_seen": "对象和方面见过",
}
NEAREST = 3


@dataclass(frozen=True)
class CandidateWhy:
    """parts: what each signal adds to the log odds; nearest: phrasings with rapidfuzz's ratio, 0..100."""

    id: str
    title: str
    certainty: float
    parts: dict[str, float]
    nearest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Explanation:
    """subjects, aspects: the first word of each group of words.yaml that was heard. outside: a title.

    without: signals without which the outcome would be another -> what it would be.
    """

    question: str
    decision: str
    certainty: float
    subjects: tuple[str, ...]
    aspects: tuple[str, ...]
    outside: str | None
    candidates: tuple[CandidateWhy, ...]
    without: dict[str, str]

    def as_text(self) -> str:
        lines = [f"  读作：{self.question}", f"  决定：{self.decision}，把握 {self.certainty:.2f}"]
        lines.append(f"  对象：{'、'.join(self.subjects) or '没有'}；方面：{'、'.join(self.aspects) or '没有'}")
        if self.outside:
            lines.append(f"  最像范围之外的：{self.outside}")
        for c in self.candidates:
            lines.append(f"  {c.certainty:.3f}  {c.id}（{c.title}）")
            strongest = sorted(c.parts.items(), key=lambda p: -abs(p[1]))[:6]
            lines.append("         " + "  ".join(f"{n} {v:+.2f}" for n, v in strongest))
            lines += [f"         {ratio:3.0f}  {text}" for text, ratio in c.nearest]
        lines += [f"  要是不看“{name}”：{outcome}" for name, outcome in self.without.items()]
        return "\n".join(lines)


def explain(base: KnowledgeBase, understood: Understanding) -> Explanation:
    ranking = understood.rankings[0]
    index = base.current.interpreter.index
    tags, words = index.model.lexicon.tags(ranking.question), base.knowledge.words
    return Explanation(
        question=ranking.question,
        decision=_decided(understood),
        certainty=ranking.certainty,
        subjects=tuple(words.subjects[s][0] for s in tags.subjects),
        aspects=tuple(words.aspects[a][0] for a in tags.aspects),
        outside=_title(base, ranking.outside),
        candidates=tuple(_why(base, ranking.question, c) for c in ranking.candidates),
        without=_without(base, ranking),
    )


def _without(base: KnowledgeBase, ranking: Ranking) -> dict[str, str]:
    """Each signal taken out of the certainty in turn; discounts stay as they are."""
    judged = [c for c in ranking.candidates if c.signals is not None]
    if not judged or ranking.exact:
        return {}
    interpreter = base.current.interpreter
    signals = np.stack([c.signals for c in judged if c.signals is not None])
    parts = interpreter.index.certainty.parts(signals)
    whole = interpreter.index.certainty.of(signals)
    factors = np.array([c.certainty for c in judged]) / np.maximum(whole, 1e-9)
    actual = _outcome(judged[0].id, judged[0].certainty, interpreter.thresholds)
    found = {}
    for place, signal in enumerate(SIGNALS):
        odds = np.log(np.maximum(whole, 1e-9) / np.maximum(1 - whole, 1e-9)) - parts[:, place]
        certainty = factors / (1 + np.exp(-odds))
        best = int(certainty.argmax())
        outcome = _outcome(judged[best].id, float(certainty[best]), interpreter.thresholds)
        if outcome != actual:
            found[_SIGNAL_NAMES[signal]] = f"{outcome}（{certainty[best]:.2f}）"
    return found


def _outcome(label: str, certainty: float, thresholds: Thresholds) -> str:
    if certainty >= thresholds.answer:
        return f"直接回答 {label}"
    return f"反问，先给 {label}" if certainty >= thresholds.ask else "说明没有收录"


def _title(base: KnowledgeBase, label: str | None) -> str | None:
    boundary = base.knowledge.boundaries.get(label or "")
    return boundary.title if boundary is not None else label


def _decided(understood: Understanding) -> str:
    match understood.decision:
        case Answer():
            return "直接回答"
        case AskBack():
            return "反问"
        case Refuse():
            return "说明没有收录"
        case SmallTalk():
            return "闲聊"


def _why(base: KnowledgeBase, question: str, candidate: Candidate) -> CandidateWhy:
    entry = base.knowledge.entries[candidate.id]
    index = base.current.interpreter.index
    parts = {}
    if candidate.signals is not None:
        values = index.certainty.parts(candidate.signals)
        parts = {_SIGNAL_NAMES[s]: round(float(v), 3) for s, v in zip(SIGNALS, values, strict=True) if abs(v) > 0.005}
    own = [v.phrasing.text for v in base.knowledge.phrasings if v.phrasing.label == candidate.id]
    return CandidateWhy(candidate.id, entry.title, candidate.certainty, parts, nearest(question, own))


def nearest(question: str, phrasings: Sequence[str]) -> tuple[tuple[str, float], ...]:
    return tuple(nlargest(NEAREST, ((p, fuzz.ratio(question, p)) for p in phrasings), key=lambda n: n[1]))
