"""A turn that leans on the turn before (那副组长呢, 谁定的) -> readings with what it left out filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.decide import Ranking
from knowledge.index import Index
from knowledge.lexicon import GENERIC, Tags
from knowledge.text import ASKING

_OPENING = re.compile(r"^(那么?|还有|然后|换成|轮到)[,，]?")
_CLOSING = re.compile(r"呢?[?？。!！]*$")
_LEANING = re.compile(
    r"^(那么?|那要是|要是|如果|万一|还有|然后)|呢[?？]?$|^(为什么|为啥|凭什么|谁|多久|怎么|几|哪|多少|有)"
)
_POINTING = re.compile(r"[他她它]|[里中]头|里面|其中|一样|^.{1,7}呢[?？]?$")
_FOREIGN = 1  # character, at most, that has nothing to do with what the entry is asked
_SHORT = 12  # characters; a longer turn stands for itself
_BEFORE_ALONE = 0.7  # a filled-in reading is taken when it weighs at least this share of the turn by itself
_LIKELY, _SURE = 0.5, 0.85
_STALE = 0.5  # a turn that names somebody new seldom asks for the entry just given
_KNOWN_OUTSIDE = 0.8  # probability at which a turn by itself is a neighbour that no entry answers
_OUTSIDE = 0.6  # what the probability of a known neighbour weighs beside the certainty of an entry


@dataclass(frozen=True)
class Topic:
    """What the last turn was about.

    question: with what it left out filled in. entry: that it led to. moved: the words in it that the turn brought.
    """

    question: str
    entry: str | None = None
    moved: str = ""


@dataclass(frozen=True)
class Reading:
    """A ranking and the topic that it leaves behind."""

    ranking: Ranking
    topic: Topic | None


def follow_up(index: Index, question: str, alone: Ranking, topic: Topic | None) -> Reading:
    """The turn read after the topic when it leaves something out; a full question is never bent. question: normalised.

    alone: the ranking of the turn by itself.
    """
    by_itself = Reading(alone, _topic(alone, "") or topic)
    if topic is None or alone.exact or len(index.fillers.core(question)) > _SHORT:
        return by_itself
    turn = _CLOSING.sub("", _OPENING.sub("", question))
    tags = index.model.lexicon.tags(turn)
    if turn in topic.question and not ASKING.search(turn):
        return by_itself  # a word of the last question again: nothing is asked
    if tags.telling and _is_whole(question, tags, alone):
        return by_itself
    if alone.outside and alone.outside_share >= _KNOWN_OUTSIDE and tags.subjects and tags.aspects:
        return by_itself
    is_new = bool(set(tags.telling) - set(index.model.lexicon.tags(topic.question).subjects))
    best, weight = by_itself, _weight(alone, topic, is_new=False) * _BEFORE_ALONE
    for text in _filled(index, turn, topic, is_new=is_new):
        ranking = index.rank_reading(text)
        if ranking.candidates and index.strange_to(ranking.candidates[0].id, turn) > _FOREIGN:
            continue
        if (found := _weight(ranking, topic, is_new=is_new)) > weight:
            best, weight = Reading(ranking, _topic(ranking, turn if tags.telling else "")), found
    return best


def _is_whole(question: str, tags: Tags, alone: Ranking) -> bool:
    if _POINTING.search(question):
        return bool(tags.aspects) and alone.certainty >= _SURE
    if ASKING.search(question) and not _LEANING.search(question):
        return True
    return bool(tags.aspects) or (alone.certainty >= _LIKELY and not _LEANING.search(question))


def _filled(index: Index, turn: str, topic: Topic, *, is_new: bool) -> Iterator[str]:
    """Before a turn that asks stands whom the topic was about; a bare 支部书记 takes the place of whom it was about."""
    subjects = [w for w, g in index.model.lexicon.subjects.found(topic.question) if g not in GENERIC]
    if ASKING.search(turn) or not is_new:
        yield from (word + turn for word in dict.fromkeys(["".join(subjects), *subjects]) if word)
    if not is_new:
        return
    if topic.moved and topic.moved in topic.question:
        yield topic.question.replace(topic.moved, turn)
        return
    yield turn + topic.question
    for word in subjects:
        yield topic.question.replace(word, turn)


def _topic(ranking: Ranking, moved: str) -> Topic | None:
    return Topic(ranking.question, ranking.candidates[0].id, moved) if ranking.candidates else None


def _weight(ranking: Ranking, topic: Topic, *, is_new: bool) -> float:
    """How much speaks for a reading: that an entry answers it, or that it is a known neighbour that none answers."""
    stale = is_new and bool(ranking.candidates) and ranking.candidates[0].id == topic.entry
    inside = ranking.certainty * (_STALE if stale else 1.0)
    outside = ranking.outside_share if ranking.outside else 0.0
    return max(inside, outside * _OUTSIDE)
