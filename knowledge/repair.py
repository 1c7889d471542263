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

Option = tuple[str, float]  # a character and what it costs
Path = tuple[float, str, str]  # log probability, text, last character


def folded(syllable: str) -> str:
    """A toneless syllable with zh/z, ch/c, sh/s, -ng/-n and l/n taken as one."""
    for two in ("zh", "ch", "sh"):
        if syllable.startswith(two):
            syllable = two[0] + syllable[2:]
    syllable = re.sub("ng$", "n", syllable)
    return re.sub("^l(?=.)", "n", syllable)


@dataclass(frozen=True)
class Repairer:
    """Log probabilities of characters in the knowledge base's own phrasings; ^ and $ are the ends of a run."""

    after: Mapping[str, Mapping[str, float]]  # character -> characters that followed it
    unseen: Mapping[str, float]  # character -> when it never followed the one before
    strangest: float  # of a character that no phrasing has
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
        return result if changed <= max(1, len(result) // 4) else (latin if latin != text else None)

    def _sounded(self, run: str) -> str:
        marked = f"^{run}$"
        strange = [marked[i + 1] not in self.after.get(marked[i], {}) for i in range(len(marked) - 1)]
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
        kept: list[Path] = [(0.0, "", "^")]
        for choice in options:
            kept = self._extended(kept, choice)[:_BEAM]
        return max((v + 0.3 * self.after.get(last, {}).get("$", self.unseen["$"]), p) for v, p, last in kept)[1]

    def _extended(self, kept: Sequence[Path], choice: Iterable[Option]) -> list[Path]:
        """The likeliest path to each character, the likeliest character first. kept: best first."""
        followers = [(value, path, self.after.get(last, {})) for value, path, last in kept]
        best_value, best_path, _ = followers[0]
        found = []
        for char, cost in choice:
            value, path = best_value + self.unseen.get(char, self.strangest), best_path
            for before, before_path, after in followers:
                step = after.get(char)
                if step is not None and before + step > value:
                    value, path = before + step, before_path
            found.append((value - cost, path + char, char))
        found.sort(reverse=True)
        return found

    def _decoded(self, letters: str) -> str:
        """Latin letters -> characters; unchanged when they are not pinyin."""
        word = re.sub("[^a-z]", "", letters)
        if len(word) < 2 or len(word) > _MAX_LATIN:
            return letters
        ends: list[list[Path]] = [[(0.0, "", "^")], *([] for _ in word)]
        for start in range(len(word)):
            kept = sorted(ends[start], reverse=True)[:_BEAM]
            for size in range(1, min(_LONGEST_SYLLABLE, len(word) - start) + 1) if kept else ():
                chars = self.spelt.get(word[start : start + size], ())
                cost = _INITIAL_COST if size == 1 else 0.0
                ends[start + size] += self._extended(kept, ((c, cost) for c in chars))[:_BEAM]
        value, path, _ = max(ends[-1], default=(-math.inf, "", ""))
        return path if value > -6.0 * len(path) else letters


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
    after: dict[str, dict[str, float]] = defaultdict(dict)
    for pair, count in pairs.items():
        after[pair[0]][pair[1]] = math.log(count / (singles[pair[0]] + 1))
    unseen = {c: math.log(1e-4 * (count + 0.5) / (len(singles) + 1)) for c, count in singles.items()}
    strangest = math.log(1e-4 * 0.5 / (len(singles) + 1))
    return Repairer(dict(after), unseen, strangest, first, dict(alike), dict(spelt))
