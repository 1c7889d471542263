"""What a leader can ask for under a summary: to remind the group once more, to be told again later. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from scheduler.delivery import Delivery, Planned
from scheduler.planning import BEGINNING, PRIVATE_GRACE
from scheduler.rule import GroupRule, Occurrence, Rule

Act: TypeAlias = Literal["again", "hour", "morning"]
_ACTS: tuple[Act, ...] = ("again", "hour", "morning")
_AGAIN_GRACE = timedelta(hours=12)
_MORNING = time(9)
_BEFORE_SLEEP = time(5)


@dataclass(frozen=True)
class Summarized:
    """The summary that was pressed, and its event as it is now: the hour may have been moved."""

    delivery: Delivery
    group_rule: GroupRule
    event: Occurrence


def worthwhile(rule: Rule, event_at: datetime, *, now: datetime) -> tuple[Act, ...]:
    """Not to look again at a meeting that has begun by then."""
    zone = ZoneInfo(rule.schedule.zone)
    return tuple(act for act in _ACTS if rule.kind not in BEGINNING or _due_at(act, zone, now) < event_at)


def one_more(action: Act, summarized: Summarized, *, now: datetime) -> Planned:
    """Of the same event, at most once for each summary."""
    delivery, group_rule, event = summarized.delivery, summarized.group_rule, summarized.event
    planned = delivery.planned
    to_group = action == "again"
    purpose: Literal["remind", "summary"] = "remind" if to_group else "summary"
    due_at = _due_at(action, ZoneInfo(group_rule.rule.schedule.zone), now)
    return Planned(
        key=f"{group_rule.id}/{event.nominal:%Y%m%dT%H%M}/{purpose}/+{action}{delivery.id}",
        chat_id=group_rule.chat_id if to_group else planned.chat_id,
        thread_id=group_rule.thread_id if to_group else None,
        purpose=purpose,
        due_at=due_at,
        expires_at=due_at + (_AGAIN_GRACE if to_group else PRIVATE_GRACE),
        rule_id=group_rule.id,
        nominal=event.nominal,
        event_at=event.at,
        lead="+again" if to_group else "+later",
    )


def _due_at(action: Act, zone: ZoneInfo, now: datetime) -> datetime:
    """morning: the next one where the group is; at half past midnight it is not the one after."""
    match action:
        case "again":
            return now
        case "hour":
            return now + timedelta(hours=1)
        case "morning":
            local = now.astimezone(zone)
            day = local.date() + timedelta(days=0 if local.time() < _BEFORE_SLEEP else 1)
            return datetime.combine(day, _MORNING, zone).astimezone(UTC)
