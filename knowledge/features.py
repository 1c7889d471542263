"""Texts -> sparse tf-idf rows over characters and pairs of them, and the ends.

Unknown n-grams count in the length of a row (docs/understanding.md): a question that shares two characters with the
knowledge base must not look like a perfect match.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.text import ngrams

COMMON = 3  # phrasings that an n-gram must stand in to be worth learning a weight for

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    """One text: columns of its known n-grams and their weights. Unknown n-grams count in the length, which is 1."""

    columns: Integers
    weights: Floats


@dataclass(frozen=True)
class Vectoriser:
    vocabulary: dict[str, int]
    idf: Floats
    unknown_idf: float

    @classmethod
    def fit(cls, cores: Sequence[str]) -> "Vectoriser":
        seen: Counter[str] = Counter()
        for core in cores:
            seen.update(set(ngrams(core)))
        ordered = sorted(seen, key=lambda gram: seen[gram] < COMMON)  # common n-grams have the first columns
        idf = np.array([math.log((len(cores) + 1) / (n + 1)) + 1 for n in map(seen.__getitem__, ordered)], np.float32)
        return cls({g: i for i, g in enumerate(ordered)}, idf, math.log(len(cores) + 1) + 1)

    def row(self, core: str) -> Row:
        known: list[int] = []
        factors: list[float] = []
        unknown = 0.0
        for gram, count in Counter(ngrams(core)).items():
            factor = 1.0 if count == 1 else 1 + math.log(count)
            column = self.vocabulary.get(gram)
            if column is None:
                unknown += factor * factor
            else:
                known.append(column)
                factors.append(factor)
        columns = np.array(known, np.int64)
        weights = np.array(factors, np.float32) * self.idf[columns]
        total = float(weights @ weights) + unknown * self.unknown_idf**2 or 1.0
        return Row(columns, weights / np.float32(math.sqrt(total)))
