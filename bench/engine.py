"""Time of one question, against rapidfuzz's ratio over the same phrasings."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from knowledge import KnowledgeBase

ROOT = Path(__file__).parent.parent
EVERY = 20


def measured() -> Iterator[str]:
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    phrasings = [v.phrasing.text for v in base.knowledge.phrasings]
    questions = [_slightly_changed(text) for text in phrasings[::EVERY]]
    base.ask("党小组长")
    yield f"引擎，{len(phrasings)} 种问法，{len(questions)} 个改动过的问题"
    yield timed("本引擎", questions, base.ask)
    yield timed("rapidfuzz extractOne(ratio)", questions, lambda q: process.extractOne(q, phrasings, scorer=fuzz.ratio))
    yield timed("4096 字的问题", ["党小组长的职责有哪些，" * 373] * 20, base.ask)


def _slightly_changed(text: str) -> str:
    """Not word for word in the knowledge base, so that no look-up helps."""
    middle = len(text) // 2
    return f"{text[:middle]}的{text[middle:]}"


def timed(name: str, questions: Sequence[str], answer: Callable[[str], object]) -> str:
    """One line: median and 99th percentile of the time for a question."""
    answer(questions[0])
    times = []
    for question in questions:
        begun = time.perf_counter()
        answer(question)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return f"  {name}: p50 {times[len(times) // 2]:.2f} ms，p99 {times[len(times) * 99 // 100]:.2f} ms"
