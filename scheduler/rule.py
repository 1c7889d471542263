"""What a group wants to be reminded of, and when: values without any behaviour but their own arithmetic."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

Kind = Literal["meeting", "dues", "report", "study", "custom"]
Roll = Literal["none", "next", "previous", "skip"]
RuleState = Literal["active", "paused", "deleted"]
DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Schedule:
    """When the events are.

    start: RRULE's DTSTART, naive local time in `zone`. rrule: RFC 5545 without DTSTART; "" for a single event at
    `start`. roll: what happens to a date that is no Chinese working day ("skip": no event).
    """

    start: datetime
    rrule: str = ""
    roll: Roll = "none"
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, order=True)
class Lead:
    """When to remind: `days` whole days before the event's local date, at the local time `at`.

    Without `at`: at the event's own hour, less `minutes`. Lead() is the moment of the event itself.
    """

    days: int = 0
    minutes: int = 0
    at: time | None = None

    @property
    def key(self) -> str:
        """Names the lead among those of its rule: "3d@09:00", "0d-30m", "1d"."""
        hour = f"@{self.at:%H:%M}" if self.at is not None else f"-{self.minutes}m" if self.minutes else ""
        return f"{self.days}d{hour}"

    def local(self, event: datetime) -> datetime:
        """The naive local moment for an event at the naive local moment."""
        day = event - timedelta(days=self.days)
        if self.at is None:
            return day - timedelta(minutes=self.minutes)
        return datetime.combine(day.date(), self.at)


@dataclass(frozen=True)
class Rule:
    """One reminder as its leader set it up. title: at most 60 characters. note: the agenda, or anything to bring.

    nag: when to mention those who have not answered; None switches it off.
    """

    kind: Kind
    title: str
    schedule: Schedule
    leads: tuple[Lead, ...]
    place: str = ""
    note: str = ""
    nag: Lead | None = None


@dataclass(frozen=True)
class GroupRule:
    """A rule of a group, as stored.

    since: aware, UTC; as the rule is now, nothing that was due before is planned.
    skipped: nominal local times that the leader skipped.
    declared: its name in config.yaml; "" for one that was set up in the chat. leader_id: who is told in private.
    revision: grows with every change. state_before: of a deleted one, the state to go back to.
    """

    id: int
    chat_id: int
    thread_id: int | None
    leader_id: int
    rule: Rule
    state: RuleState
    since: datetime
    skipped: frozenset[datetime] = field(default_factory=frozenset)
    declared: str = ""
    revision: int = 0
    state_before: RuleState | None = None


@dataclass(frozen=True)
class Occurrence:
    """One event. nominal: naive local, as the RRULE gives it: its identity, whatever the holidays are.

    local: naive local, after the roll. at: the same moment, aware, UTC. is_provisional: the date depends on a year
    whose working days are not announced yet.
    """

    nominal: datetime
    local: datetime
    at: datetime
    is_provisional: bool = False

    @property
    def is_rolled(self) -> bool:
        return self.local != self.nominal


_MORNING = time(9)
DEFAULT_LEADS: dict[Kind, tuple[Lead, ...]] = {
    "meeting": (Lead(3, at=_MORNING), Lead(1, at=_MORNING), Lead(minutes=60)),
    "dues": (Lead(3, at=_MORNING), Lead()),
    "report": (Lead(3, at=_MORNING), Lead()),
    "study": (Lead(1, at=_MORNING), Lead(minutes=60)),
    "custom": (Lead(),),
}
DEFAULT_TITLES: dict[Kind, str] = {
    "meeting": "党小组会",
    "dues": "收党费",
    "report": "工作总结",
    "study": "学习",
    "custom": "提醒",
}
