"""Questions about somebody else, made from the phrasings: 党小组长要什么学历 -> 监事要什么学历.

No entry answers them, and nothing looks more like an entry: the certainty is fitted on them too (calibrate.py).
"""

from collections.abc import Iterator, Mapping, Sequence

from knowledge.lexicon import Lexicon
from knowledge.training import Example

ABOUT_OTHERS = "~"  # label of such a question; no entry and no boundary has it


def neighbouring(
    own: Sequence[Example], asked: Sequence[Example], others: Mapping[str, Sequence[str]], lexicon: Lexicon
) -> Iterator[Example]:
    """One question for each of `own` that names just one swappable subject.

    asked: what entries answer. others: subject -> words to put in its place.
    """
    answered = {pair for e in asked for pair in _pairs(e.text, lexicon)}
    for place, example in enumerate(own):
        named = [w for w, group in lexicon.subjects.found(example.text) if group in others]
        if len(named) != 1 or len(lexicon.tags(example.text).telling) > 2:
            continue
        group = next(g for w, g in lexicon.subjects.found(example.text) if w == named[0])
        word = others[group][place % len(others[group])]
        text = example.text.replace(named[0], word)
        if not answered & set(_pairs(text, lexicon)):
            yield Example(ABOUT_OTHERS, example.core.replace(named[0], word), text)


def _pairs(text: str, lexicon: Lexicon) -> list[str]:
    """Subject x aspect, such as 书记 x 任期: when an entry was asked with it, that entry may well answer."""
    tags = lexicon.tags(text)
    return [f"{s}*{a}" for s in tags.telling for a in tags.aspects]
