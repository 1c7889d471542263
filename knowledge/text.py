"""Text as people type it -> text that can be compared. One pipeline for phrasings and questions."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from opencc import OpenCC

MAX_QUESTION = 200
MAX_CLAUSES = 6

_NOT_WORD = re.compile(r"[^\w%.]+")
_SENTENCE_END = re.compile(r"[?？。!！;；\n]+|还有[,，]?|另外[,，]?|顺便|再问|[①②③⑴⑵]")
ASKING = re.compile(
    r"什么|啥|谁|几|多少|多久|多大|多长|怎|咋|哪|吗|嘛|么$|不$|没$|何|可否|是否|还是|吧$|[?？]$|(.{1,2})[不没]\1|有没有"
)
_COMMA = re.compile(r"(?:[,，、]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]))+(?!\s*还是)")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def normalise(text: str) -> str:
    """NFKC, lower case, simplified script, no emoji, single spaces."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(c for c in folded if unicodedata.category(c) not in {"So", "Sk", "Cf", "Mn", "Cc"} or c in "\n\t")
    simplified = _to_simplified().convert(kept)
    return re.sub(r"[ \t]+", " ", simplified).strip()


def is_traditional(text: str) -> bool:
    """True when the text holds characters that only traditional script has."""
    return bool(text) and _to_simplified().convert(text) != text


def traditional(text: str) -> str:
    """Simplified -> traditional, digits and Latin untouched."""
    return str(_to_traditional().convert(text))


class Fillers:
    """Polite and hesitating words that say nothing about the question (words.yaml: fillers)."""

    def __init__(self, words: Iterable[str]) -> None:
        ordered = sorted({normalise(w) for w in words if w.strip()}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def core(self, text: str) -> str:
        """Without punctuation, spaces and fillers; fillers stay when under two characters would."""
        plain = _NOT_WORD.sub(" ", text).strip()
        bare = re.sub(r"\s+", "", plain)
        if self._pattern is None:
            return bare
        stripped = re.sub(r"\s+", "", self._pattern.sub("", plain))
        return stripped if len(stripped) >= 2 else bare


def key(text: str) -> str:
    """What phrasings share that differ in script, width, case, spaces or punctuation alone."""
    return re.sub(r"[\W_]+", "", normalise(text))


def ngrams(core: str) -> Iterator[str]:
    """Characters, pairs of them with the ends marked ^ and $, and the first and the last two with their mark."""
    yield from core
    marked = f"^{core}$"
    for start in range(len(marked) - 1):
        yield marked[start : start + 2]
    yield marked[:3]
    yield marked[-3:]


def sentences(text: str) -> list[str]:
    """The sentences of a message, at most MAX_CLAUSES."""
    return [part.strip(" ,，") for part in _SENTENCE_END.split(text) if part.strip(" ,，")][:MAX_CLAUSES]


def clauses(text: str) -> list[str]:
    """Like `sentences`, split at commas and spaces too; the last MAX_CLAUSES of them."""
    parts = [c for s in sentences(text) for c in _COMMA.split(s) if c]
    return parts[-MAX_CLAUSES:]
