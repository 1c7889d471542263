"""Typing that went wrong -> the characters that were probably meant.

Homophones and voice-input slips, full pinyin (dangxiaozuzhang) and initials (dxzz): one search over the
knowledge base's own character pairs. Only characters that stand in a pair unknown to the knowledge base may change.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z][a-z' ]*")
_CHANGE_COST = 5.0
_INITIAL_COST = 2.5
_BEAM = 12
_MAX_LATIN = 48
_LONGEST_SYLLABLE = 6

Option = tuple[str, float]


def folded(syllable: str) -> str:
    """A toneless syllable with zh/z, ch/c, sh/s, -ng/-n and l/n taken as one."""
    for two in ("zh", "ch", "sh"):
        if syllable.startswith(two):
            syllable = two[0] + syllable[2:]
    syllable = re.sub("ng$", "n", syllable)
    return re.sub("^l(?=.)", "n", syllable)


@dataclass(frozen=True)
class Repairer:
    pairs: Mapping[str, int]
    singles: Mapping[str, int]
    sounds: Mapping[str, str]  # character -> toneless syllable, for the common characters
    alike: Mapping[str, Sequence[str]]  # folded syllable -> characters of the knowledge base
    spelt: Mapping[str, Sequence[str]]  # syllable, or a single initial, -> characters of the knowledge base

    def repaired(self, text: str) -> str | None:
        """The text with slips repaired, or None when nothing changed or too much would."""
        latin = _LATIN.sub(lambda m: self._decoded(m.group()), text)
        result = _CHINESE.sub(lambda m: self._sounded(m.group()), latin)
        if result == text:
            return None
        changed = sum(a != b for a, b in zip(latin, result, strict=True))
        return result if changed <= max(1, len(result) // 3) else (latin if latin != text else None)

    def _sounded(self, run: str) -> str:
        marked = f"^{run}$"
        strange = [marked[i : i + 2] not in self.pairs for i in range(len(marked) - 1)]
        if not any(strange[1:-1]):
            return run
        options: list[list[Option]] = []
        for i, char in enumerate(run):
            choice = [(char, 0.0)]
            if strange[i] or strange[i + 1]:
                same = self.alike.get(folded(self.sounds.get(char, "")), ())
                choice += [(c, _CHANGE_COST) for c in same if c != char]
            options.append(choice)
        return self._likeliest(options)

    def _likeliest(self, options: Sequence[Sequence[Option]]) -> str:
        best: dict[str, tuple[float, str]] = {"^": (0.0, "")}
        for choice in options:
            step: dict[str, tuple[float, str]] = {}
            for char, cost in choice:
                value, path = max((v + self._log(last + char), p) for last, (v, p) in best.items())
                step[char] = (value - cost, path + char)
            best = dict(sorted(step.items(), key=lambda kv: -kv[1][0])[:_BEAM])
        return max((v + 0.3 * self._log(last + "$"), p) for last, (v, p) in best.items())[1]

    def _log(self, pair: str) -> float:
        """Log probability of the second character after the first."""
        count = self.pairs.get(pair, 0)
        if count:
            return math.log(count / (self.singles.get(pair[0], 0) + 1))
        return math.log(1e-4 * (self.singles.get(pair[1], 0) + 0.5) / (len(self.singles) + 1))

    def _decoded(self, letters: str) -> str:
        """Latin letters -> characters; unchanged when they are not pinyin."""
        word = re.sub("[^a-z]", "", letters)
        if len(word) < 2 or len(word) > _MAX_LATIN:
            return letters
        ends: list[dict[str, tuple[float, str]]] = [{} for _ in range(len(word) + 1)]
        ends[0] = {"^": (0.0, "")}
        for start in range(len(word)):
            kept = sorted(ends[start].items(), key=lambda kv: -kv[1][0])[:_BEAM]
            for size in range(1, min(_LONGEST_SYLLABLE, len(word) - start) + 1):
                chars = self.spelt.get(word[start : start + size], ())
                self._extend(ends[start + size], kept, chars, _INITIAL_COST if size == 1 else 0.0)
        if not ends[-1]:
            return letters
        value, path = max(ends[-1].values())
        return path if value > -6.0 * len(path) else letters

    def _extend(
        self,
        reached: dict[str, tuple[float, str]],
        kept: Sequence[tuple[str, tuple[float, str]]],
        chars: Sequence[str],
        cost: float,
    ) -> None:
        for char in chars:
            for last, (value, path) in kept:
                total = value + self._log(last + char) - cost
                if char not in reached or total > reached[char][0]:
                    reached[char] = (total, path + char)


def build_repairer(texts: Iterable[str], sounds: Mapping[str, Sequence[str]]) -> Repairer:
    """texts: normalised phrasings. sounds: character -> its toneless syllables, the commonest first."""
    pairs: Counter[str] = Counter()
    singles: Counter[str] = Counter()
    for text in texts:
        for run in _CHINESE.findall(text):
            marked = f"^{run}$"
            pairs.update(marked[i : i + 2] for i in range(len(marked) - 1))
            singles.update(marked)
    alike: dict[str, list[str]] = defaultdict(list)
    spelt: dict[str, list[str]] = defaultdict(list)
    for char in singles:
        for syllable in sounds.get(char, ()):
            alike[folded(syllable)].append(char)
            spelt[syllable].append(char)
            if len(syllable) > 1 and singles[char] >= 20:
                spelt[syllable[0]].append(char)
    first = {char: syllables[0] for char, syllables in sounds.items() if syllables}
    return Repairer(dict(pairs), dict(singles), first, dict(alike), dict(spelt))
