"""Question sets -> figures. Formats: tab-separated question, expect, tags; or dialogues, one JSON object a line."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from knowledge.conversation import Understanding
from knowledge.decide import Answer, AskBack
from knowledge.followup import Topic

Ask: TypeAlias = Callable[[str, Topic | None], Understanding]


@dataclass(frozen=True)
class Question:
    """expect: id, id/id2 (either), id+id2 (both) or - (nothing)."""

    text: str
    expect: str
    tags: tuple[str, ...]

    @property
    def is_double(self) -> bool:
        return "+" in self.expect

    @property
    def is_outside(self) -> bool:
        return self.expect == "-"

    @property
    def accepted(self) -> frozenset[str]:
        return frozenset(self.expect.split("/"))


@dataclass(frozen=True)
class Outcome:
    question: Question
    answered: tuple[str, ...]
    offered: tuple[str, ...]
    ranked: tuple[str, ...]
    seconds: float
    understood: Understanding

    @property
    def right(self) -> bool:
        if self.question.is_double:
            return set(self.question.expect.split("+")) <= set(self.answered)
        return bool(self.answered) and set(self.answered) <= self.question.accepted

    @property
    def certainty(self) -> float:
        return self.understood.rankings[0].certainty

    @property
    def served(self) -> bool:
        return self.right or bool(self.question.accepted & set(self.offered))


def read_questions(path: Path) -> list[list[Question]]:
    """Conversations of the file; a line of a tab-separated file is a conversation of one turn.

    Raises ValueError with file and line when a line has another shape.
    """
    lines = [(i, s) for i, s in enumerate(path.read_text("utf-8").splitlines(), 1) if s.strip() and s[0] != "#"]
    read = _dialogue if path.suffix == ".jsonl" else _line
    conversations = []
    for number, line in lines:
        try:
            conversations.append(read(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: 这一行的格式不对({error})") from error
    return conversations


def _line(line: str) -> list[Question]:
    text, expect, *tags = line.split("\t")
    return [Question(text, expect.strip(), tuple(tags[0].split(",")) if tags else ())]


def _dialogue(line: str) -> list[Question]:
    turns = json.loads(line)["turns"]
    return [Question(t["say"], t["expect"], ("follow-up",) if i else ("opening",)) for i, t in enumerate(turns)]


def run(conversations: Iterable[Sequence[Question]], ask: Ask) -> list[Outcome]:
    outcomes = []
    for turns in conversations:
        topic = None
        for question in turns:
            begun = time.perf_counter()
            understood = ask(question.text, topic)
            outcomes.append(_outcome(question, understood, time.perf_counter() - begun))
            topic = understood.topic
    return outcomes


def _outcome(question: Question, understood: Understanding, seconds: float) -> Outcome:
    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    match understood.decision:
        case Answer(entries=entries):
            answered = entries
        case AskBack(choices=choices):
            offered = choices
        case _:
            pass
    ranked = tuple(c.id for c in understood.rankings[0].candidates)
    return Outcome(question, answered, offered, ranked, seconds, understood)


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares, 0..1; times in milliseconds. A figure without questions is left out."""
    single = [o for o in outcomes if not o.question.is_outside and not o.question.is_double]
    double = [o for o in outcomes if o.question.is_double]
    result: dict[str, float] = {"questions": len(outcomes)}
    if single:
        direct = [o for o in single if o.answered]
        result |= {
            "top1": _share(o.ranked[:1] and o.ranked[0] in o.question.accepted for o in single),
            "top3": _share(bool(o.question.accepted & set(o.ranked[:3])) for o in single),
            "right": _share(o.right for o in single),
            "wrong": _share(bool(o.answered) and not o.right for o in single),
            "precision": _share(o.right for o in direct),
            "asked": _share(bool(o.offered) for o in single),
            "refused": _share(not o.offered and not o.answered for o in single),
            "served": _share(o.served for o in single),
        }
    if double:
        result |= {"both": _share(o.right for o in double)}
        result |= {
            "one_of_both": _share(bool(set(o.question.expect.split("+")) & {*o.answered, *o.offered}) for o in double)
        }
    for kind in ("near", "far"):
        outside = [o for o in outcomes if f"{kind}-oos" in o.question.tags]
        if outside:
            result[f"{kind}_answered"] = _share(bool(o.answered) for o in outside)
            result[f"{kind}_asked"] = _share(bool(o.offered) for o in outside)
    times = sorted(o.seconds * 1000 for o in outcomes)
    result["p50_ms"] = times[len(times) // 2]
    result["p99_ms"] = times[min(len(times) - 1, len(times) * 99 // 100)]
    return {name: round(value, 4) for name, value in result.items()}


def by_tag(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    tags = dict.fromkeys(t for o in outcomes for t in o.question.tags)
    return {tag: figures([o for o in outcomes if tag in o.question.tags]) for tag in tags}


def confusions(outcomes: Sequence[Outcome], limit: int = 20) -> list[tuple[str, str, str]]:
    """(expected, got, question) of wrong answers, the commonest pair first."""
    wrong = [(o.question.expect, "+".join(o.answered), o.question.text) for o in outcomes if o.answered and not o.right]
    common = Counter((expect, got) for expect, got, _ in wrong)
    return sorted(wrong, key=lambda w: -common[w[0], w[1]])[:limit]


def _share(flags: Iterable[object]) -> float:
    values = [bool(f) for f in flags]
    return sum(values) / len(values) if values else 0.0
