"""The knowledge base that a running bot holds: load, learn or take from the cache, ask, reload."""

import contextlib
import hashlib
import json
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.certainty import SIGNALS, Certainty
from knowledge.check import Knowledge, Voiced, load
from knowledge.conversation import Interpreter, Understanding
from knowledge.decide import Thresholds
from knowledge.followup import Topic
from knowledge.glossary import Glossary
from knowledge.index import Learnt, build_index
from knowledge.lexicon import Lexicon, WordGroups
from knowledge.text import MAX_QUESTION, Fillers

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from knowledge.search import Search

FOLDER = Path(__file__).parent
CERTAINTY_FILE = FOLDER / "certainty.json"


RECENT = 1000  # questions whose understanding is kept: members ask the same things


@dataclass(frozen=True)
class Loaded:
    """One state of the files, ready to answer. Replaced as a whole, never changed."""

    knowledge: Knowledge
    interpreter: Interpreter

    @cached_property
    def _recently(self) -> "_lru_cache_wrapper[Understanding]":
        return lru_cache(RECENT)(self.interpreter.understand)

    def ask(self, text: str, topic: Topic | None = None) -> Understanding:
        understand = self._recently if len(text) <= MAX_QUESTION else self.interpreter.understand
        return understand(text, topic)

    @property
    def remembered(self) -> int:
        """How many recent questions are in memory."""
        return self._recently.cache_info().currsize

    def forget(self) -> None:
        """Keep no question in memory."""
        self._recently.cache_clear()
        self.interpreter.index.forget()

    @cached_property
    def search(self) -> "Search":
        """Keyword search; jieba is loaded at the first use, since members seldom search."""
        from knowledge.search import build_search

        return build_search(self.knowledge)


@dataclass
class KnowledgeBase:
    """folder: with entries/, phrasings/, words.yaml …; cache: where learnt models are kept, private to the user.

    on_learning: called before the first learning, which takes a while; not called when the cache has it.
    """

    folder: Path = FOLDER
    cache: Path | None = None
    on_learning: Callable[[], None] | None = None
    _loaded: Loaded | None = field(default=None, init=False)

    @property
    def current(self) -> Loaded:
        """What answers now. Hold it for the length of one answer: a reload swaps it. Loads at the first use."""
        if self._loaded is None:
            self._loaded = build(self.folder, self.cache, on_learning=self.on_learning)
        return self._loaded

    @property
    def knowledge(self) -> Knowledge:
        return self.current.knowledge

    def ask(self, text: str, topic: Topic | None = None) -> Understanding:
        return self.current.ask(text, topic)

    def reload(self) -> None:
        """Build beside, then swap. Raises KnowledgeInvalid and keeps the old answers when a file is wrong.

        New phrasings are learnt twice: within seconds, going on from what is known, so that the edit is live; and then
        from the beginning, so that the same files always make the same bot.
        """
        self._loaded = build(self.folder, self.cache, earlier=self.current)
        self._loaded = build(self.folder, self.cache)


def build(
    folder: Path,
    cache: Path | None,
    *,
    earlier: Loaded | None = None,
    on_learning: Callable[[], None] | None = None,
) -> Loaded:
    """Raises KnowledgeInvalid. earlier: to go on from when there is something to learn; the result is not cached."""
    knowledge = load(folder)
    fillers, lexicon = vocabulary(knowledge)
    certainty, thresholds = read_certainty(CERTAINTY_FILE)
    kept = _cache_file(cache, fingerprint(knowledge)) if cache else None
    learnt = _unpickled(kept) if kept is not None and kept.exists() else None
    if learnt is None:
        if on_learning is not None:
            on_learning()
        learnt = _learnt(knowledge, fillers, lexicon, earlier)
        if kept is not None and earlier is None:
            _keep(kept, learnt)
    phrasings = [v.phrasing for v in knowledge.phrasings]
    index = build_index(learnt, certainty, fillers, phrasings, Glossary(knowledge.words.english))
    return Loaded(knowledge, Interpreter(index, thresholds, frozenset(knowledge.small_talk)))


def vocabulary(knowledge: Knowledge) -> tuple[Fillers, Lexicon]:
    words = knowledge.words
    subjects, aspects = WordGroups(words.subjects), WordGroups(words.aspects)
    others = {
        s: frozenset(g for w in names for _, g in subjects.found(w)) - {s} for s, names in words.neighbours.items()
    }
    beside, home = frozenset(words.beside), frozenset(words.home)
    return Fillers(words.fillers), Lexicon(subjects, aspects, words.unnamed, beside, others, home)


def read_certainty(path: Path) -> tuple[Certainty, Thresholds]:
    figures = json.loads(path.read_text("utf-8"))
    thresholds = Thresholds(figures["thresholds"]["answer"], figures["thresholds"]["ask"])
    return Certainty.load(figures["signals"], figures["bias"]), thresholds


def fitted_on(path: Path) -> int:
    """How many phrasings there were when the certainty and the thresholds were fitted."""
    return int(json.loads(path.read_text("utf-8"))["phrasings"])


def write_certainty(path: Path, certainty: Certainty, thresholds: Thresholds, phrasings: int) -> None:
    columns = zip(SIGNALS, certainty.means, certainty.spreads, certainty.weights, strict=True)
    figures = {
        "phrasings": phrasings,
        "thresholds": {"answer": thresholds.answer, "ask": thresholds.ask},
        "bias": round(certainty.bias, 5),
        "signals": {
            s: {
                "mean": round(float(m), 5),
                "spread": round(float(d), 5),
                "weight": round(float(w), 5),
            }
            for s, m, d, w in columns
        },
    }
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def _learnt(knowledge: Knowledge, fillers: Fillers, lexicon: Lexicon, earlier: Loaded | None) -> Learnt:
    from knowledge.sounds import syllables  # with scipy, a quarter of the start: only when there is something to learn
    from knowledge.training import Earlier, learn

    phrasings = [v.phrasing for v in knowledge.phrasings]
    before = Earlier(earlier.interpreter.index.model, _changed(earlier.knowledge, knowledge)) if earlier else None
    return learn(phrasings, frozenset(knowledge.entries), lexicon, fillers, syllables(), before)


def _changed(old: Knowledge, new: Knowledge) -> frozenset[str]:
    """Labels that have other phrasings now; all when the words changed, since each phrasing is read by them."""
    if old.words != new.words:
        return frozenset(v.phrasing.label for v in new.phrasings)
    before, after = ({v.phrasing for v in k.phrasings} for k in (old, new))
    return frozenset(p.label for p in before ^ after)


def fingerprint(knowledge: Knowledge) -> str:
    """Of everything that learning depends on: phrasings, words, this code, numpy."""
    digest = hashlib.sha256(version("numpy").encode())
    for source in ("features", "learner", "lexicon", "model", "repair", "text", "index", "training"):
        digest.update((FOLDER / f"{source}.py").read_bytes())
    digest.update(knowledge.words.model_dump_json().encode())
    digest.update(json.dumps(sorted(knowledge.entries)).encode())
    for label, text in sorted({(v.phrasing.label, v.phrasing.text) for v in _unique(knowledge.phrasings)}):
        digest.update(f"{label}\t{text}\n".encode())
    return digest.hexdigest()[:24]


def _unique(phrasings: Iterable[Voiced]) -> Iterable[Voiced]:
    return dict.fromkeys(phrasings)


def _cache_file(cache: Path, name: str) -> Path:
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    return cache / f"{name}.model"


def _unpickled(path: Path) -> Learnt | None:
    """The cached model; None when it cannot be read. Only files of a folder that nobody else may write are read."""
    if path.parent.stat().st_mode & 0o022:
        return None
    try:
        learnt = pickle.loads(path.read_bytes())  # noqa: S301  written by `_keep`, folder checked above
    except Exception:
        return None
    return learnt if isinstance(learnt, Learnt) else None


def _keep(path: Path, learnt: Learnt) -> None:
    """Write beside and rename, so that a crash leaves no half file; older models are removed."""
    beside = path.with_suffix(".part")
    try:
        beside.write_bytes(pickle.dumps(learnt, protocol=pickle.HIGHEST_PROTOCOL))
        beside.replace(path)
        for old in sorted(path.parent.glob("*.model"), key=lambda p: p.stat().st_mtime)[:-4]:
            old.unlink(missing_ok=True)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
