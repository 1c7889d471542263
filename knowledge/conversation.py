"""A message, perhaps with several questions, perhaps leaning on the turn before -> a decision."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.decide import Answer, Decision, Ranking, Refuse, Thresholds, decide
from knowledge.followup import ASKING, Reading, Topic, follow_up
from knowledge.index import Index
from knowledge.text import clauses, normalise, sentences

_NUMBERED = re.compile("[①-⑳⑴-⒇]")
_SURE = 0.65  # each answer to several questions must be this sure; a wrong second answer costs more than a question
_SURE_LEANING = 0.7  # the same for a part that names nobody and may only be more words about the other
_KNOWN_OUTSIDE = 0.5  # probability of a neighbour at which the bot says that the other half is not in what it knows
_LONGEST = 80  # characters of a message that is looked at for several questions


@dataclass(frozen=True)
class Understanding:
    """decision for the message; topic for the next turn; rankings of the readings it rests on, best first."""

    decision: Decision
    rankings: tuple[Ranking, ...]
    topic: Topic | None


@dataclass(frozen=True)
class Interpreter:
    """Understands a message with an index. Holds no state: the topic is passed in and handed back."""

    index: Index
    thresholds: Thresholds
    small_talk: frozenset[str]

    def understand(self, text: str, topic: Topic | None = None) -> Understanding:
        several = self._several(text, topic)
        if several is not None:
            return several
        reading = self._read(text, topic)
        return Understanding(self._decide(reading.ranking), (reading.ranking,), reading.topic)

    def _read(self, text: str, topic: Topic | None) -> Reading:
        return follow_up(self.index, normalise(text), self.index.rank(text), topic)

    def _decide(self, ranking: Ranking) -> Decision:
        return decide(ranking, self.thresholds, self.small_talk)

    def _several(self, text: str, topic: Topic | None) -> Understanding | None:
        """The questions of one message are read like turns: the later may lean on the earlier. None: it asks one."""
        question = normalise(_NUMBERED.sub("。", text))
        if len(question) > _LONGEST:
            return None
        for split in (sentences, clauses):
            parts = [p for p in split(question) if len(p) >= 2]
            asking = [p for p in parts if ASKING.search(p) or p.endswith("呢")]
            if len(asking) < 2 or len(parts) > len(asking) + 1:
                continue
            readings: list[Reading] = []
            for part in asking:
                readings.append(self._read(part, readings[-1].topic if readings else topic))
            found = self._joined(asking, readings)
            if found is not None:
                return found
        return None

    def _joined(self, parts: Sequence[str], readings: Sequence[Reading]) -> Understanding | None:
        rankings = [r.ranking for r in readings]
        names = [bool(self.index.model.lexicon.tags(p).telling) for p in parts]
        sure = [r for r, telling in zip(rankings, names, strict=True) if self._surely(r, leaning=not telling)]
        ids = tuple(dict.fromkeys(r.candidates[0].id for r in sure))
        if len(ids) >= 2 and len(sure) == len(parts):
            decision = Answer(ids[:2], min(r.certainty for r in sure))
            return Understanding(decision, tuple(sure), readings[-1].topic)
        outside = [p for p, r in zip(parts, rankings, strict=True) if self._surely_outside(r)]
        if parts[0] in outside and not any(names[1:]):
            return Understanding(self._decide(rankings[0]), tuple(rankings), readings[0].topic)
        if ids and outside and all(names[1:]) and len(sure) + len(outside) == len(parts):
            decision = Answer(ids[:2], min(r.certainty for r in sure), unanswered=outside[0])
            return Understanding(decision, tuple(sure), readings[-1].topic)
        return None

    def _surely_outside(self, ranking: Ranking) -> bool:
        return (
            isinstance(self._decide(ranking), Refuse)
            and ranking.outside is not None
            and ranking.outside_share >= _KNOWN_OUTSIDE
        )

    def _surely(self, ranking: Ranking, *, leaning: bool) -> bool:
        least = _SURE_LEANING if leaning else _SURE
        return isinstance(self._decide(ranking), Answer) and ranking.certainty >= least
