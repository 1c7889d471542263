"""A message, perhaps with several questions, perhaps leaning on the turn before -> a decision."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.decide import Answer, AskBack, Decision, Ranking, Refuse, SmallTalk, Thresholds, decide
from knowledge.followup import Reading, Topic, follow_up
from knowledge.index import Index
from knowledge.text import ASKING, MAX_QUESTION, clauses, normalise, sentences

_NUMBERED = re.compile("[①-⑳⑴-⒇]")
_SURE = 0.65  # each answer to several questions must be this sure; a wrong second answer costs more than a question
_SURE_LEANING = 0.7  # the same for a part that names nobody and may only be more words about the other
_KNOWN_OUTSIDE = 0.5  # probability of a neighbour at which the bot says that the other half is not in what it knows
_CLEARLY_ONE = 0.97  # certainty of the whole message at which a part that names nobody is only more words
_OWN_WORTH = 0.8  # certainty of a second answer that nothing else in the message speaks for
_ANNOUNCED = re.compile(r"^(我?[还再也]?想?)?(请?问|打听|请教)[下问]?")  # 问下组长的职责
_LONGEST = 80  # characters of a message that is looked at for several questions


@dataclass(frozen=True)
class Understanding:
    """decision for the message; topic for the next turn; rankings of the readings it rests on, best first.

    asked: the whole message, normalised, when it was taken for one question; else empty.
    """

    decision: Decision
    rankings: tuple[Ranking, ...]
    topic: Topic | None
    asked: str = ""


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
        reading = follow_up(self.index, normalise(text), self.index.rank_message(text), topic)
        asked = normalise(text[:MAX_QUESTION])
        decision = self._decide(reading.ranking)
        left = topic if isinstance(decision, SmallTalk) else reading.topic  # 谢谢 does not change what is talked about
        return Understanding(decision, (reading.ranking,), left, asked)

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
            asking = [p for i, p in enumerate(parts) if _is_asking(p, later=i > 0)]
            if len(asking) < 2 or len(parts) > len(asking) + 1:
                continue
            readings: list[Reading] = []
            for part in asking:
                readings.append(self._read(part, readings[-1].topic if readings else topic))
            found = self._joined(asking, readings, self.index.rank_reading(question))
            if found is not None:
                return found
        return None

    def _joined(self, parts: Sequence[str], readings: Sequence[Reading], whole: Ranking) -> Understanding | None:
        rankings = [r.ranking for r in readings]
        names = [bool(self.index.model.lexicon.tags(p).telling) for p in parts]
        sure = [r for r, telling in zip(rankings, names, strict=True) if self._surely(r, leaning=not telling)]
        ids = tuple(dict.fromkeys(r.candidates[0].id for r in sure))
        if len(ids) == 2 and _asks_one(sure, whole, leaning=not names[-1]):
            return None
        if len(ids) >= 2 and len(sure) == len(parts):
            decision = Answer(ids[:2], min(r.certainty for r in sure))
            return Understanding(decision, tuple(sure), readings[-1].topic)
        doubtful = [p for p, r in zip(parts, rankings, strict=True) if r.doubtful and r.certainty >= _SURE_LEANING]
        if ids and doubtful and len(sure) + len(doubtful) == len(parts):
            decision = Answer(ids[:2], min(r.certainty for r in sure), unanswered=doubtful[0])
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
        is_known = isinstance(self._decide(ranking), Answer | AskBack) and not ranking.doubtful
        return is_known and ranking.certainty >= least


def _is_asking(part: str, *, later: bool) -> bool:
    return bool(ASKING.search(part)) or part.endswith("呢") or (later and bool(_ANNOUNCED.search(part)))


def _asks_one(parts: Sequence[Ranking], whole: Ranking, *, leaning: bool) -> bool:
    """The second answer comes from a part that only says more about the one question. leaning: it names nobody."""
    first, second = parts[0].candidates[0].id, parts[-1]
    if leaning and whole.certainty >= _CLEARLY_ONE and whole.candidates[0].id == first:
        return True
    supported = {c.id for c in whole.candidates}
    return any(r.candidates[0].id not in supported and r.certainty < _OWN_WORTH for r in (parts[0], second))
