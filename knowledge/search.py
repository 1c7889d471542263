"""Keyword search over titles and answers, for inline mode: words by jieba, with the knowledge base's own dictionary."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jieba

from knowledge.check import Knowledge
from knowledge.text import normalise

_TITLE_WEIGHT = 3


@dataclass(frozen=True)
class Search:
    """words: entry id -> its words with their weight."""

    tokenizer: jieba.Tokenizer
    words: Mapping[str, Mapping[str, int]]

    def find(self, text: str, limit: int) -> list[str]:
        """Ids of entries that share words with the text, the best first."""
        asked = set(_words(self.tokenizer, text))
        scores = {i: sum(weight for word, weight in words.items() if word in asked) for i, words in self.words.items()}
        return [i for i, score in sorted(scores.items(), key=lambda s: -s[1]) if score][:limit]


def build_search(knowledge: Knowledge) -> Search:
    tokenizer = _tokenizer(w for group in _groups(knowledge) for w in group)
    return Search(tokenizer, {e.id: _weighted(tokenizer, e.title, e.answer) for e in knowledge.entries.values()})


def _groups(knowledge: Knowledge) -> Iterable[tuple[str, ...]]:
    return [*knowledge.words.subjects.values(), *knowledge.words.aspects.values()]


def _tokenizer(words: Iterable[str]) -> jieba.Tokenizer:
    """A small dictionary of our own, and no cache in a shared folder where anybody could plant one."""
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "words.txt"
        dictionary.write_text("".join(f"{word} 10\n" for word in dict.fromkeys(words) if " " not in word), "utf-8")
        tokenizer = jieba.Tokenizer(dictionary=str(dictionary))
        tokenizer.tmp_dir = folder
        jieba.setLogLevel("ERROR")
        tokenizer.initialize()
    return tokenizer


def _words(tokenizer: jieba.Tokenizer, text: str) -> list[str]:
    return [w for w in tokenizer.cut_for_search(normalise(text), HMM=False) if w.isalnum()]


def _weighted(tokenizer: jieba.Tokenizer, title: str, answer: str) -> dict[str, int]:
    weights = dict.fromkeys(_words(tokenizer, answer), 1)
    return weights | dict.fromkeys(_words(tokenizer, title), _TITLE_WEIGHT)
