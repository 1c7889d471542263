"""What members answer to a reminder, and what their leader is told of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.planning import BEGINNING
from scheduler.rule import Kind, Occurrence, Rule

Answer = Literal["join", "absent", "paid", "done", "seen"]
ANSWERS: dict[Kind, tuple[Answer, ...]] = {
    "meeting": ("join", "absent"),
    "study": ("join", "absent"),
    "dues": ("paid",),
    "report": ("done",),
    "custom": ("seen",),
}


@dataclass(frozen=True)
class Member:
    """user_id: the account's; below 0 for somebody entered by name."""

    user_id: int
    name: str


@dataclass(frozen=True)
class Response:
    rule_id: int
    nominal: datetime
    member: Member
    answer: Answer
    answered_at: datetime


@dataclass(frozen=True)
class Tally:
    """Who answered what to one event. missing: on the roster without an answer.

    entered: on the roster by name alone; without an account they can't answer and are asked in person.
    """

    by_answer: dict[Answer, tuple[Member, ...]]
    missing: tuple[Member, ...]
    entered: tuple[Member, ...] = ()

    def count(self, answer: Answer) -> int:
        return len(self.by_answer.get(answer, ()))


def still_answered(
    rule: Rule, nominal: datetime, event_at: datetime, *, now: datetime, is_held: bool
) -> Occurrence | None:
    """An event that the rule has no more, as it was promised: dues of a day that was are dues, whatever comes next.

    None for what was still to come, and for a meeting unless it was held: one that was put off was none.
    """
    if event_at >= now or (rule.kind in BEGINNING and not is_held):
        return None
    return Occurrence(nominal, event_at.astimezone(ZoneInfo(rule.schedule.zone)).replace(tzinfo=None), event_at)


def tally(kind: Kind, roster: Sequence[Member], answers: Mapping[int, Answer]) -> Tally:
    """An answer of somebody who has left the roster counts no more, nor does one that was taken back."""
    on_roster = {m.user_id: m for m in roster}
    by_answer: dict[Answer, list[Member]] = {answer: [] for answer in ANSWERS[kind]}
    for user_id, answer in answers.items():
        if user_id in on_roster and answer in by_answer:
            by_answer[answer].append(on_roster[user_id])
    answered = {m.user_id for found in by_answer.values() for m in found}
    silent = [m for m in roster if m.user_id not in answered]
    missing, entered = (tuple(m for m in silent if (m.user_id < 0) is by_name) for by_name in (False, True))
    return Tally({answer: tuple(found) for answer, found in by_answer.items()}, missing, entered)
