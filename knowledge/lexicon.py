"""Deciding words: who a question is about (subjects) and what it asks (aspects), from words.yaml."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

GENERIC = frozenset({"member", "branch", "bot"})


@dataclass(frozen=True)
class Tags:
    """Names of the groups in words.yaml, in order of appearance, each once."""

    subjects: tuple[str, ...]
    aspects: tuple[str, ...]

    @property
    def telling(self) -> tuple[str, ...]:
        """Subjects that tell questions apart; 党员 and 支部 stand in all of them."""
        return tuple(s for s in self.subjects if s not in GENERIC)

    @property
    def pairs(self) -> tuple[str, ...]:
        """Every subject with every aspect; generic subjects only when there is no other; - stands for none."""
        telling = self.telling or self.subjects or ("-",)
        asked = self.aspects or ("-",)
        joined = [f"{a}+{b}" for i, a in enumerate(telling) for b in telling[i + 1 :]]
        return tuple(f"{s}*{a}" for s in telling for a in asked) + tuple(joined)

    @property
    def all(self) -> tuple[str, ...]:
        marked = [f"s:{s}" for s in self.subjects] + [f"a:{a}" for a in self.aspects]
        return (*marked, *self.pairs)


class WordGroups:
    """Longest match over groups of words."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._group_of = {word: name for name, words in groups.items() for word in words}
        lengths: dict[str, set[int]] = {}
        for word in self._group_of:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}  # by first character

    def _at(self, text: str, start: int) -> str | None:
        for size in self._lengths.get(text[start], ()):
            if text[start : start + size] in self._group_of:
                return text[start : start + size]
        return None

    def found(self, text: str) -> Iterator[tuple[str, str]]:
        """(word, group) of words that don't overlap, so that 副书记 is not also a 书记."""
        start = 0
        while start < len(text):
            word = self._at(text, start)
            if word is not None:
                yield word, self._group_of[word]
            start += len(word) if word else 1

    def everywhere(self, text: str) -> Iterator[str]:
        """Groups of the longest word at each place; words may overlap."""
        for start in range(len(text)):
            word = self._at(text, start)
            if word is not None:
                yield self._group_of[word]


@dataclass(frozen=True)
class Lexicon:
    """unnamed: whom a short question is about that names nobody, or nobody but those of the groups `beside`.

    others: subject -> the groups of those who are easily taken for it and are somebody else.
    home: subjects of which who speaks of one may go on to another without naming it.
    """

    subjects: WordGroups
    aspects: WordGroups
    unnamed: str = ""
    beside: frozenset[str] = frozenset()
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    home: frozenset[str] = frozenset()

    def tags(self, text: str) -> Tags:
        return Tags(
            tuple(dict.fromkeys(group for _, group in self.subjects.found(text))),
            tuple(dict.fromkeys(self.aspects.everywhere(text))),
        )
