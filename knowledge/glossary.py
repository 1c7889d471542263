"""English words in a Chinese message (words.yaml: english) -> what they stand for."""

import re
from collections.abc import Mapping


class Glossary:
    """The longest word or phrase wins: party group leader is not a party, a group and a leader."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = {word.lower(): chinese for word, chinese in words.items()}
        ordered = sorted(self._words, key=len, reverse=True)
        one_of = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
        self._pattern = re.compile(rf"\s*(?<![a-z])({one_of})(?![a-z])\s*") if ordered else None

    def in_chinese(self, text: str) -> str:
        """text: normalised. Words that are not listed stay."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda m: self._words[re.sub(r"\s+", " ", m.group(1))], text)
