"""A ranking -> what to do about it. Pure; no text, no Telegram."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from knowledge.features import Floats

MAX_CHOICES = 3
CLOSE = 0.7  # a second candidate this near the first is asked about: of such answers half were wrong
_CHATTY = 0.5  # below it a strange message is not taken for a greeting


@dataclass(frozen=True)
class Candidate:
    """An entry that may answer the question; certainty is the probability that it does, 0..1."""

    id: str
    certainty: float
    signals: Floats | None = None


@dataclass(frozen=True)
class Ranking:
    """candidates: entries, best first. outside: the best boundary or small talk when it beats every entry, else None.

    doubtful: the answer would be about something that neither the question nor the one before it names.
    exact: the question is, but for punctuation and script, a phrasing of the knowledge base.
    """

    question: str
    candidates: tuple[Candidate, ...]
    outside: str | None
    exact: bool = False
    outside_share: float = 0.0  # probability of `outside` by characters alone
    doubtful: bool = False

    @property
    def certainty(self) -> float:
        return self.candidates[0].certainty if self.candidates else 0.0


@dataclass(frozen=True)
class Thresholds:
    """answer: at least this sure to answer at once. ask: at least this sure to offer choices."""

    answer: float
    ask: float


@dataclass(frozen=True)
class Answer:
    """One entry, or two when the message asked two things. unanswered: the part nobody answers, if any."""

    entries: tuple[str, ...]
    certainty: float
    unanswered: str | None = None


@dataclass(frozen=True)
class AskBack:
    choices: tuple[str, ...]
    certainty: float


@dataclass(frozen=True)
class Refuse:
    """boundary: the neighbouring topic that was asked, when known. nearest: entries to offer instead."""

    boundary: str | None
    nearest: tuple[str, ...]
    certainty: float


@dataclass(frozen=True)
class SmallTalk:
    id: str


Decision: TypeAlias = Answer | AskBack | Refuse | SmallTalk


def _is_close(ranking: Ranking) -> bool:
    return len(ranking.candidates) > 1 and ranking.candidates[1].certainty > CLOSE * ranking.certainty


def decide(ranking: Ranking, thresholds: Thresholds, small_talk: frozenset[str]) -> Decision:
    """small_talk: the labels that get a human reply instead of a refusal."""
    ids = tuple(c.id for c in ranking.candidates[:MAX_CHOICES])
    if ranking.outside in small_talk:
        if ranking.exact or (ranking.certainty < thresholds.ask and ranking.outside_share >= _CHATTY):
            return SmallTalk(str(ranking.outside))
        ranking = replace(ranking, outside=None)
    if ranking.outside is not None and ranking.exact:
        return Refuse(ranking.outside, ids, 0.0)
    if ranking.certainty >= thresholds.answer and not ranking.doubtful and (ranking.exact or not _is_close(ranking)):
        return Answer(ids[:1], ranking.certainty)
    if ranking.certainty >= thresholds.ask:
        return AskBack(ids, ranking.certainty)
    return Refuse(ranking.outside, ids, ranking.certainty)
