"""The engine at 1k, 10k and 100k phrasings, beside what one would use instead: rapidfuzz, BM25, SQLite's FTS5.

Larger bases are made from the shipped one: halves of two phrasings of the same label joined. Each size is learnt in one
process and asked in another, so that the memory is that of a bot that only answers.
"""

import pickle
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import bm25s
from rapidfuzz import fuzz, process

from bench.engine import timed
from knowledge import KnowledgeBase
from knowledge.base import CERTAINTY_FILE, read_certainty, vocabulary
from knowledge.glossary import Glossary
from knowledge.index import Index, Phrasing, build_index
from knowledge.sounds import syllables
from knowledge.text import ngrams
from knowledge.training import learn

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 10_000, 100_000)
ASKED = 200


def measured() -> Iterator[str]:
    for size in SIZES:
        yield f"{size} 种问法"
        with tempfile.TemporaryDirectory() as folder:
            for part in ("build", "ask"):
                command = [sys.executable, "-m", "bench.sizes", part, str(size), f"{folder}/index"]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                yield from done.stdout.splitlines()


def build(size: int, path: Path) -> None:
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    phrasings = _phrasings(base, size)
    fillers, lexicon = vocabulary(base.knowledge)
    begun = time.perf_counter()
    learnt = learn(phrasings, frozenset(base.knowledge.entries), lexicon, fillers, syllables())
    index = build_index(learnt, read_certainty(CERTAINTY_FILE)[0], fillers, phrasings, Glossary({}))
    print(f"  学习 {time.perf_counter() - begun:.1f} s")
    path.write_bytes(pickle.dumps((index, [p.text for p in phrasings])))


def ask(path: Path) -> None:
    index, texts = cast("tuple[Index, list[str]]", pickle.loads(path.read_bytes()))
    dice = random.Random(2)
    questions = [_changed(text, dice) for text in dice.sample(texts, ASKED)]
    print(timed("本引擎", questions, index.rank) + f"，内存 {_memory():.0f} MB（含问法原文）")
    print(timed("rapidfuzz extractOne(ratio)", questions, lambda q: process.extractOne(q, texts, scorer=fuzz.ratio)))
    wide = questions[: max(10, ASKED * 1_000 // len(texts))]
    print(timed("rapidfuzz extractOne(WRatio)", wide, lambda q: process.extractOne(q, texts, scorer=fuzz.WRatio)))
    retriever = bm25s.BM25()
    retriever.index([list(ngrams(t)) for t in texts], show_progress=False)
    print(timed("bm25s", questions, lambda q: retriever.retrieve([list(ngrams(q))], k=3, show_progress=False)))
    table = sqlite3.connect(":memory:")
    table.execute("create virtual table phrasing using fts5(text)")
    table.executemany("insert into phrasing values (?)", [(" ".join(ngrams(t)),) for t in texts])
    print(timed("SQLite FTS5", questions, lambda q: _fts5(table, q)))


def _phrasings(base: KnowledgeBase, size: int) -> list[Phrasing]:
    shipped = [v.phrasing for v in base.knowledge.phrasings if v.phrasing.label not in base.knowledge.small_talk]
    dice = random.Random(1)
    if size <= len(shipped):
        return dice.sample(shipped, size)
    by_label: dict[str, list[str]] = defaultdict(list)
    for p in shipped:
        by_label[p.label].append(p.text)
    found = {p.text: p for p in shipped}
    while len(found) < size:
        label = dice.choice(shipped).label
        first, second = dice.sample(by_label[label], 2) if len(by_label[label]) > 1 else (by_label[label] * 2)[:2]
        text = first[: len(first) // 2] + second[len(second) // 2 :] + dice.choice(["", "呢", "啊", "来着", "的话"])
        found.setdefault(text, Phrasing(label, text))
    return list(found.values())


def _changed(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return f"{text[:at]}的{text[at:]}"


def _fts5(table: sqlite3.Connection, question: str) -> object:
    words = " OR ".join(
        '"' + gram.replace('"', "") + '"' for gram in dict.fromkeys(ngrams(question)) if gram.strip('"')
    )
    return table.execute("select rowid from phrasing where text match ? order by rank limit 3", (words,)).fetchall()


def _memory() -> float:
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmRSS"))) / 1024


if __name__ == "__main__":
    part, size, file = sys.argv[1:]
    build(int(size), Path(file)) if part == "build" else ask(Path(file))
