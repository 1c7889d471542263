"""Several questions in one message, and turns that make sense only after the turn before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.decide import Answer, Decision, Ranking, Thresholds, decide
from knowledge.index import Index
from knowledge.lexicon import GENERIC, Tags
from knowledge.text import clauses, normalise, sentences

_ELLIPSIS = re.compile(
    r"^(那么?|那要是|要是|如果|万一|还有|然后)|呢[?？]?$|^(为什么|为啥|凭什么|谁|多久|怎么|几|哪|多少|有)"
)
_ASKING = re.compile(
    r"什么|啥|谁|几|多少|多久|多大|多长|怎|咋|哪|吗|嘛|么$|不$|没$|何|能不能|可不可以|可否|能否|是否|是不是|要不要"
    r"|行不行|还是|[?？]$|不呢?$"
)
_SURE_DOUBLE = (
    0.75  # each half of a double question must be this sure; a wrong second answer costs more than a question
)
_SHORT = 12
_BEFORE_ALONE = 0.7
_STALE = 0.9
_OUTSIDE = 0.6
_MAX_DOUBLE = 60


@dataclass(frozen=True)
class Topic:
    """What the last turn was about: its question, after the subject was filled in, and the entry that it led to."""

    question: str
    entry: str | None = None


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
        double = self._double(text)
        if double is not None:
            return double
        alone = self.index.rank(text)
        ranking = self._continued(text, alone, topic) if topic else alone
        decision = decide(ranking, self.thresholds, self.small_talk)
        following = _topic(ranking) if ranking.candidates else topic
        return Understanding(decision, (ranking,), following)

    def _decide(self, ranking: Ranking) -> Decision:
        return decide(ranking, self.thresholds, self.small_talk)

    def _double(self, text: str) -> Understanding | None:
        """Two surely answered questions in one message, or None."""
        question = normalise(text)
        if len(question) > _MAX_DOUBLE:
            return None
        for split in (sentences, clauses):
            parts = [p for p in split(question) if len(p) >= 3]
            if len(parts) < 2 or not all(_ASKING.search(p) for p in parts):
                continue
            rankings = [self._part(parts, i) for i in range(len(parts))]
            sure = [r for r in rankings if self._surely(r)]
            ids = tuple(dict.fromkeys(r.candidates[0].id for r in sure))
            if len(ids) >= 2 and len(sure) == len(parts):
                lowest = min(r.certainty for r in sure)
                return Understanding(Answer(ids[:2], lowest), tuple(sure), _topic(sure[-1]))
        return None

    def _surely(self, ranking: Ranking) -> bool:
        return isinstance(self._decide(ranking), Answer) and ranking.certainty >= _SURE_DOUBLE

    def _part(self, parts: list[str], place: int) -> Ranking:
        """A part by itself, or with the subject of the first part when it names none."""
        alone = self.index.rank(parts[place])
        if place == 0 or _telling(self._tags(parts[place])):
            return alone
        carried = "".join(self._subject_words(parts[0]))
        other = self.index.rank(carried + parts[place]) if carried else alone
        return other if other.certainty > alone.certainty else alone

    def _continued(self, text: str, alone: Ranking, topic: Topic) -> Ranking:
        """The turn read after the one before, when it leaves something out; a full question is never bent."""
        question = normalise(text)
        tags = self._tags(question)
        whole = bool(_telling(tags)) and bool(tags.aspects) and not _ELLIPSIS.search(question)
        if alone.exact or whole or len(self.index.fillers.core(question)) > _SHORT:
            return alone
        if alone.certainty >= self.thresholds.answer and _telling(tags) and not _ELLIPSIS.search(question):
            return alone
        readings = [self.index.rank_reading(r) for r in self._readings(question, tags, topic)]
        moved = bool(set(_telling(tags)) - set(self._tags(topic.question).subjects))
        best = max(readings, key=lambda r: _weight(r, topic, moved=moved), default=alone)
        return best if _weight(best, topic, moved=moved) > _weight(alone, topic, moved=False) * _BEFORE_ALONE else alone

    def _readings(self, question: str, tags: Tags, topic: Topic) -> Iterable[str]:
        turn = re.sub(r"^(那么?|那要是|还有|然后)|呢[?？]?$", "", question)
        subjects = self._subject_words(topic.question)
        if _telling(tags):
            yield turn + topic.question
            for word in subjects:
                yield topic.question.replace(word, turn)
        else:
            for word in dict.fromkeys(["".join(subjects), *subjects]):
                if word:
                    yield word + turn

    def _tags(self, text: str) -> Tags:
        return self.index.model.lexicon.tags(text)

    def _subject_words(self, text: str) -> list[str]:
        return [w for w, g in self.index.model.lexicon.subjects.found(text) if g not in GENERIC]


def _topic(ranking: Ranking) -> Topic:
    return Topic(ranking.question, ranking.candidates[0].id)


def _weight(ranking: Ranking, topic: Topic, *, moved: bool) -> float:
    """How much speaks for a reading: that an entry answers it, or that it is a known neighbour that none answers.

    moved: the turn names a new subject, so that the entry of the turn before is an unlikely answer.
    """
    stale = moved and bool(ranking.candidates) and ranking.candidates[0].id == topic.entry
    inside = ranking.certainty * (_STALE if stale else 1.0)
    outside = ranking.outside_share if ranking.outside else 0.0
    return max(inside, outside * _OUTSIDE)


def _telling(tags: Tags) -> list[str]:
    return [s for s in tags.subjects if s not in GENERIC]
