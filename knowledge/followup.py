"""A turn that leans on the turn before (那副组长呢, 谁定的) -> readings with what it left out filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge.bearing import leans_on_an_act
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
_NAMES_ONLY = re.compile(r"呢[?？]?$")  # 党小组长呢: names somebody, and asks what was asked before
_FOREIGN = 1  # character, at most, that has nothing to do with what the entry is asked
_SHORT = 12  # characters; a longer turn stands for itself
_BARE = 6  # characters; a shorter turn that asks for nothing in particular (预备的行不) leans on the turn before
_BEFORE_ALONE = 0.7  # a filled-in reading is taken when it weighs at least this share of the turn by itself
_LIKELY, _SURE = 0.5, 0.85
_LED = 0.4  # certainty at which a turn counts as having led to its entry
_STALE = 0.5  # a turn that names somebody new seldom asks for the entry just given
_STRAY = 0.5  # a reading whose answer is about something that nobody has named
_KNOWN_OUTSIDE = 0.8  # probability at which a turn by itself is a neighbour that no entry answers
_OUTSIDE = 0.6  # what the probability of a known neighbour weighs beside the certainty of an entry


@dataclass(frozen=True)
class Topic:
    """What the last turn was about.

    question: with what it left out filled in. entry: that it led to, if any did. moved: the words that it brought.
    named: the subjects that are talked about.
    """

    question: str
    entry: str | None = None
    moved: str = ""
    named: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """A ranking and the topic that it leaves behind."""

    ranking: Ranking
    topic: Topic | None


def follow_up(index: Index, question: str, alone: Ranking, topic: Topic | None) -> Reading:
    """The turn read after the topic when it leaves something out; a full question is never bent. question: normalised.

    alone: the ranking of the turn by itself.
    """
    if topic is None or len(index.fillers.core(question)) > _SHORT:
        return Reading(alone, _topic(index, alone, "", topic))
    best = _best(index, question, alone, topic)
    if not _strays(index, best.ranking, question, topic):
        return best
    return Reading(replace(best.ranking, doubtful=True), topic)


def _best(index: Index, question: str, alone: Ranking, topic: Topic) -> Reading:
    by_itself = Reading(alone, _topic(index, alone, "", topic))
    turn = _CLOSING.sub("", _OPENING.sub("", question))
    tags = index.model.lexicon.tags(turn)
    if _stands_alone(index, question, turn, alone, topic):
        return by_itself
    is_new = bool(set(tags.telling) - set(index.model.lexicon.tags(topic.question).subjects))
    best, weight = by_itself, _weight(alone, topic, is_new=False) * _BEFORE_ALONE
    only_names = alone.exact and tags.telling and _NAMES_ONLY.search(question)
    weight *= _STRAY if only_names or _strays(index, alone, question, topic) else 1.0
    for text in _filled(index, turn, topic, is_new=is_new):
        ranking = index.rank_reading(text)
        if ranking.candidates and index.strange_to(ranking.candidates[0].id, turn) > _FOREIGN:
            continue
        found = _weight(ranking, topic, is_new=is_new)
        if not (is_new and _is_stale(ranking, topic)) and _strays(index, ranking, question, topic):
            found *= _STRAY
        if found > weight:
            best, weight = Reading(ranking, _topic(index, ranking, turn if tags.telling else "", topic)), found
    return best


def _stands_alone(index: Index, question: str, turn: str, alone: Ranking, topic: Topic) -> bool:
    tags = index.model.lexicon.tags(turn)
    if turn in topic.question and not ASKING.search(turn):
        return True  # a word of the last question again: nothing is asked
    is_full = _is_whole(index, question, tags, alone) or (alone.exact and not _NAMES_ONLY.search(question))
    if tags.telling and is_full and not _strays(index, alone, question, topic):
        return True
    return bool(alone.outside and alone.outside_share >= _KNOWN_OUTSIDE and tags.subjects and tags.aspects)


def _strays(index: Index, ranking: Ranking, question: str, topic: Topic) -> bool:
    """The answer would be about what neither the turn nor the topic names, or not about what the turn brings."""
    if ranking.certainty < _LED:
        return False
    lexicon, first = index.model.lexicon, ranking.candidates[0].id
    turn = lexicon.tags(question)
    if topic.entry is None and leans_on_an_act(turn):
        return True
    own = index.bearings[first]
    brought = set(turn.telling) | (set(turn.aspects) if first == topic.entry else set())
    if not brought <= topic.named | set(lexicon.tags(topic.question).aspects) | own.known:
        return True  # 群众呢, 年龄呢: the same answer once more, and it was to something else
    named = frozenset(turn.subjects)
    at_home = lexicon.home if lexicon.home & (named | topic.named) else frozenset()
    return own.is_stray(named, topic.named | at_home)


def _is_whole(index: Index, question: str, tags: Tags, alone: Ranking) -> bool:
    if _POINTING.search(question):
        return bool(tags.aspects) and alone.certainty >= _SURE
    if not tags.aspects and len(question) <= _BARE and not index.model.lexicon.home & set(tags.telling):
        return alone.certainty >= _SURE
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


def _topic(index: Index, ranking: Ranking, moved: str, before: Topic | None) -> Topic | None:
    """before: whose subjects are still talked about when the ranking's question names nobody and nothing new."""
    if not ranking.candidates:
        return before
    entry = ranking.candidates[0].id if ranking.certainty >= _LED else None
    tags = index.model.lexicon.tags(ranking.question)
    named = frozenset(tags.subjects) | (index.bearings[entry].subjects if entry else frozenset())
    leans = not tags.telling and (entry is not None or not index.strange(ranking.question))
    if before is not None and leans:
        named |= before.named
    return Topic(ranking.question, entry, moved, named)


def _weight(ranking: Ranking, topic: Topic, *, is_new: bool) -> float:
    """How much speaks for a reading: that an entry answers it, or that it is a known neighbour that none answers."""
    inside = ranking.certainty * (_STALE if is_new and _is_stale(ranking, topic) else 1.0)
    outside = ranking.outside_share if ranking.outside else 0.0
    return max(inside, outside * _OUTSIDE)


def _is_stale(ranking: Ranking, topic: Topic) -> bool:
    return bool(ranking.candidates) and ranking.candidates[0].id == topic.entry
