"""The immutable index: ranks one question, with slips repaired and rambling cut down to the asking clause."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from knowledge.bearing import Bearing, bearings
from knowledge.certainty import Certainty, candidates, foreign, signals
from knowledge.decide import Candidate, Ranking
from knowledge.glossary import Glossary
from knowledge.lexicon import GENERIC
from knowledge.model import Model
from knowledge.repair import Repairer
from knowledge.text import ASKING, MAX_QUESTION, Fillers, clauses, key, normalise, sentences

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

REPAIR_DISCOUNT = 0.95
FOREIGN_DISCOUNT = 0.5
CLAUSE_DISCOUNT = 0.85
UNNAMED_DISCOUNT = 0.9
UNNAMED_STRANGE = 1  # characters, at most, that have nothing to do with what the entry is asked
_NO_NAME = re.compile("那|要是|如果|万一|[我你他她它咱俺]")  # begins a turn that says whom it is about elsewhere
HEAD = 3  # characters in which a question says whom it is about
SHORT = 12  # characters of a question that may leave out whom it is about
MOSTLY = 0.6
NAMED_COVERAGE = 0.3  # share of the question that a boundary must have been asked with to be named
REMEMBERED = 32
RAMBLING = 18  # characters; shorter messages are taken as one question
SURE = 0.9  # no second reading is tried above this


@dataclass(frozen=True)
class Index:
    model: Model
    repairer: Repairer
    certainty: Certainty
    fillers: Fillers
    glossary: Glossary
    exact: Mapping[str, str]  # text.key of a phrasing -> its label

    def rank(self, text: str) -> Ranking:
        """The best reading of the text. Takes bounded time: only the first MAX_QUESTION characters are read."""
        question = normalise(text[: MAX_QUESTION * 2])[:MAX_QUESTION]
        ranking = self.rank_reading(question)
        if ranking.exact or ranking.certainty >= SURE:
            return ranking
        ranking = self._named(self._repaired(question, ranking))
        if len(question) >= RAMBLING and ranking.certainty < SURE:
            ranking = self._clauses(ranking)
        return ranking

    def rank_message(self, text: str) -> Ranking:
        """Like `rank`, for a message that asks one thing: 厨师长咋产生 may name somebody that no list of words has."""
        ranking = self.rank(text)
        is_named = bool(self.model.lexicon.tags(ranking.question).telling) or len(ranking.question) > SHORT
        if ranking.exact or is_named or not self._has_unknown(ranking, ranking.question[:HEAD]):
            return ranking
        return _discounted(ranking, FOREIGN_DISCOUNT)

    def rank_reading(self, question: str) -> Ranking:
        """Rank normalised text as it stands. The last few are remembered: parts of a message are read several times."""
        return self._readings(question)

    @cached_property
    def bearings(self) -> Mapping[str, Bearing]:
        return bearings(self.model)

    def forget(self) -> None:
        self._readings.cache_clear()

    @cached_property
    def _readings(self) -> "_lru_cache_wrapper[Ranking]":
        return lru_cache(REMEMBERED)(self._rank_reading)

    def _rank_reading(self, question: str) -> Ranking:
        core = self.fillers.core(question)
        if not any(c.isalnum() for c in core):
            return Ranking(question, (), None)
        label = self.exact.get(key(question)) or self.exact.get(core)
        scores = self.model.scores(core, question)
        chosen = candidates(self.model, scores)
        found = signals(self.model, scores, chosen)
        sure = self.certainty.of(found) * np.where(foreign(self.model, scores.tags, chosen), FOREIGN_DISCOUNT, 1)
        ranked = [
            Candidate(self.model.labels[chosen[i]], float(sure[i]), found[i]) for i in np.argsort(-sure, kind="stable")
        ]
        place = int(scores.joint.argmax())
        is_outside = place >= self.model.entries and scores.coverage[place] >= NAMED_COVERAGE
        outside = self.model.labels[place] if is_outside else None
        if label is not None:
            return self._exact(question, label, ranked)
        return Ranking(question, tuple(ranked), outside, outside_share=float(np.exp(scores.characters[place])))

    def _exact(self, question: str, label: str, ranked: Sequence[Candidate]) -> Ranking:
        others = [c for c in ranked if c.id != label]
        if self.model.labels.index(label) < self.model.entries:
            own = next((c for c in ranked if c.id == label), Candidate(label, 1.0))
            return Ranking(question, (replace(own, certainty=1.0), *others), None, exact=True)
        return Ranking(question, tuple(replace(c, certainty=0.0) for c in ranked), label, exact=True)

    def _repaired(self, question: str, plain: Ranking) -> Ranking:
        meant = self.glossary.in_chinese(question)
        fixed = self.repairer.repaired(meant) or meant
        if fixed == question:
            return plain
        other = _discounted(self.rank_reading(fixed), REPAIR_DISCOUNT)
        latin = sum(c.isascii() and c.isalpha() for c in question) * 2 > len(question)
        return other if latin or other.certainty > plain.certainty else plain

    def _named(self, plain: Ranking) -> Ranking:
        """A short question that names nobody (任期多久) is read about whom all of this is about."""
        lexicon = self.model.lexicon
        tags = lexicon.tags(plain.question)
        named = set(tags.telling) - lexicon.beside
        is_open = (
            bool(tags.aspects) and bool(plain.candidates) and plain.certainty < SURE and len(plain.question) <= SHORT
        )
        if not lexicon.unnamed or named or not is_open or self.strange(plain.question):
            return plain
        if plain.outside is not None and not self._is_about_others(plain.outside):
            return plain
        other = _discounted(self.rank_reading(lexicon.unnamed + plain.question), UNNAMED_DISCOUNT)
        if self._has_unknown(other, plain.question):
            return plain
        return other if other.certainty > plain.certainty else plain

    def _has_unknown(self, ranking: Ranking, question: str) -> bool:
        if not ranking.candidates or _NO_NAME.match(question):
            return False
        return self.strange_to(ranking.candidates[0].id, question) > UNNAMED_STRANGE

    def strange(self, question: str) -> int:
        """How many characters stand beside none that they stand beside in some phrasing."""
        core, known = self.fillers.core(question), self.model.characters.vocabulary
        familiar = {i + d for i in range(len(core) - 1) if core[i : i + 2] in known for d in (0, 1)}
        return len(core) - len(familiar)

    def strange_to(self, label: str, text: str) -> int:
        """How many characters are no deciding word, and stand beside none that they stand beside where it is asked."""
        model, own = self.model, self.fillers.core(text)
        known = set()
        for start in range(len(own)):
            column = model.characters.vocabulary.get(own[start : start + 2])
            if column is not None and model.profile.covers(np.array([column]))[0, model.labels.index(label)]:
                known |= {start, start + 1}
        for groups in (model.lexicon.subjects, model.lexicon.aspects):
            for word, _ in groups.found(own):
                known |= {i for found in re.finditer(re.escape(word), own) for i in range(*found.span())}
        known |= {i for found in ASKING.finditer(own) for i in range(*found.span())}
        return len(set(range(len(own))) - known)

    def _is_about_others(self, label: str) -> bool:
        """Most phrasings of the boundary name somebody: a question that names nobody is hardly about it."""
        tags = [i for tag, i in self.model.tags.items() if tag.startswith("s:") and self._is_somebody(tag[2:])]
        place = self.model.labels.index(label)
        counts = self.model.profile.counts[tags, place]
        return int(counts.sum()) >= MOSTLY * float(self.model.profile.sizes[place])

    def _is_somebody(self, subject: str) -> bool:
        return subject not in GENERIC and subject not in self.model.lexicon.beside

    def _clauses(self, whole: Ranking) -> Ranking:
        """The surest clause, when it is surer than the whole message (always doing so costs points)."""
        parts = [p for split in (sentences, clauses) for p in self._leant(split(whole.question)) if len(p) >= 4]
        parts = [p for p in parts if ASKING.search(p)] or parts  # what only tells the story is never the question
        rankings = [
            self._within(whole, _discounted(self.rank_reading(p), CLAUSE_DISCOUNT))
            for p in dict.fromkeys(parts)
            if p != whole.question
        ]
        best = max(rankings, key=lambda r: r.certainty, default=whole)
        return best if best.certainty > whole.certainty + 0.05 else whole

    def _leant(self, parts: Sequence[str]) -> list[str]:
        """行不行, 应该可以吧 and their like ask about what stands before them."""
        joined: list[str] = []
        for part in parts:
            leans = joined and ASKING.search(part) and not self.model.lexicon.tags(part).all
            joined.append(f"{joined[-1]},{part}" if leans else part)
        return joined

    def _within(self, whole: Ranking, part: Ranking) -> Ranking:
        """A clause that names nobody is about whom the rest of the message names."""
        lexicon = self.model.lexicon
        if not part.candidates or set(lexicon.tags(part.question).telling) - lexicon.beside:
            return part
        chosen = np.array([self.model.labels.index(c.id) for c in part.candidates])
        is_foreign = foreign(self.model, lexicon.tags(whole.question), chosen)
        cut = (
            replace(c, certainty=c.certainty * FOREIGN_DISCOUNT) if other else c
            for c, other in zip(part.candidates, is_foreign, strict=True)
        )
        return replace(part, candidates=tuple(sorted(cut, key=lambda c: -c.certainty)))


def _discounted(ranking: Ranking, factor: float) -> Ranking:
    cut = tuple(replace(c, certainty=c.certainty * factor) for c in ranking.candidates)
    return replace(ranking, candidates=cut, exact=False)


@dataclass(frozen=True)
class Phrasing:
    """One way to ask for a label (the id of an entry, boundary or piece of small talk), as it stands in the YAML."""

    label: str
    text: str


@dataclass(frozen=True)
class Learnt:
    """The part of an index that takes seconds to build and can be kept on disk."""

    model: Model
    repairer: Repairer


def build_index(
    learnt: Learnt, certainty: Certainty, fillers: Fillers, phrasings: Iterable[Phrasing], glossary: Glossary
) -> Index:
    exact: dict[str, str] = {}
    for p in phrasings:
        exact[key(p.text)] = p.label
    for p in phrasings:
        exact.setdefault(fillers.core(normalise(p.text)), p.label)
    return Index(learnt.model, learnt.repairer, certainty, fillers, glossary, exact)
