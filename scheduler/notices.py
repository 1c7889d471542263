"""What leaders are told when a promise could not be kept, and what a group is asked. Pure.

A notice is a delivery like any other: promised in the same transaction as the trouble it speaks of.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from scheduler.delivery import Change, ChatGone, Delivery, Outcome, Planned, Purpose, Rejected, Sent
from scheduler.rule import GroupRule

_LIFETIME = timedelta(days=7)
_LISTED = 10
TO_GROUP: frozenset[Purpose] = frozenset({"remind", "nag"})
TO_LEADER: frozenset[Purpose] = frozenset({"summary", "checklist"})
UNREACHABLE = ("not_started", "blocked", "not_found", "deactivated")


def expired_notices(overdue: Sequence[tuple[Delivery, GroupRule | None]], *, now: datetime) -> list[Planned]:
    """One for each leader and group about all that expired together; to the group itself where nobody leads.

    Due at the moment at which that ended, and with its ids: should the clock be set back, both are taken back.
    """
    by_reader: dict[tuple[int, int], list[tuple[Delivery, GroupRule]]] = defaultdict(list)
    for delivery, group_rule in overdue:
        if group_rule is not None and delivery.planned.purpose in TO_GROUP:
            reader = group_rule.leader_id or group_rule.chat_id
            by_reader[reader, group_rule.chat_id].append((delivery, group_rule))
    return [_expired(reader, chat_id, missed, now) for (reader, chat_id), missed in by_reader.items()]


def _expired(reader: int, chat_id: int, missed: Sequence[tuple[Delivery, GroupRule]], now: datetime) -> Planned:
    items = [_item(delivery, group_rule) for delivery, group_rule in missed[:_LISTED]]
    numbers = [delivery.id for delivery, _ in missed]
    payload = {"about": "expired", "chat_id": chat_id, "items": items, "count": len(missed), "ids": numbers}
    return _notice(f"expired/{missed[0][0].id}/{now:%Y%m%dT%H%M%S}", reader, missed[0][1], payload, now)


def notices_after(
    delivery: Delivery, group_rule: GroupRule | None, outcome: Outcome, change: Change, *, now: datetime
) -> tuple[Planned, ...]:
    """What somebody has to be told after an attempt."""
    if group_rule is None:
        return ()
    match outcome:
        case Sent(detour=detour) if detour:
            return _topic(group_rule, now)
        case ChatGone(reason) if delivery.planned.chat_id > 0:
            return (*_in_the_group(delivery, group_rule), _write_first(group_rule, reason, now))
        case ChatGone():
            return ()  # told when the group is marked as gone
        case _ if change.state == "failed" and delivery.planned.purpose in TO_GROUP:
            return _failed(delivery, group_rule, change.problem, now)
        case Rejected(reason) if delivery.planned.purpose in TO_LEADER:
            return _unsent(delivery, group_rule, reason, now)
        case _:
            return ()


def _failed(delivery: Delivery, group_rule: GroupRule, reason: str, now: datetime) -> tuple[Planned, ...]:
    """For the leader, or the group itself: a message to the group that will not be tried again."""
    items = [_item(delivery, group_rule)]
    payload = {"about": "failed", "chat_id": group_rule.chat_id, "reason": reason, "items": items, "count": 1}
    reader = group_rule.leader_id or group_rule.chat_id
    return (_notice(f"failed/{delivery.id}/{delivery.attempts}", reader, group_rule, payload, now),)


def _unsent(delivery: Delivery, group_rule: GroupRule, reason: str, now: datetime) -> tuple[Planned, ...]:
    """For who was to get it alone: whose answers are summed up is not the group's business."""
    planned = delivery.planned
    items = [_item(delivery, group_rule)]
    payload = {
        "about": "unsent", "chat_id": group_rule.chat_id, "purpose": planned.purpose, "reason": reason, "items": items,
    }  # fmt: skip
    return (_notice(f"unsent/{delivery.id}/{delivery.attempts}", planned.chat_id, group_rule, payload, now),)


def leader_left_notice(group_rule: GroupRule, leader_id: int, *, now: datetime) -> Planned:
    """For the group: who was told of its answers has left it, and nobody is told any more."""
    payload = {"about": "leader_left", "chat_id": group_rule.chat_id}
    key = f"leader-left/{group_rule.chat_id}/{leader_id}/{now:%Y%m%dT%H%M%S}"
    return _notice(key, group_rule.chat_id, group_rule, payload, now)


def gone_notices(group_rules: Sequence[GroupRule], reason: str, *, now: datetime) -> list[Planned]:
    """For each leader of the group's active rules: no message reaches it any more, since now."""
    by_leader = {r.leader_id: r for r in group_rules if r.leader_id and r.state == "active"}
    return [
        _notice(
            f"gone/{rule.chat_id}/{leader}/{now:%Y%m%dT%H%M%S}",
            leader,
            rule,
            {"about": "gone", "chat_id": rule.chat_id, "reason": reason},
            now,
        )
        for leader, rule in by_leader.items()
    ]


def _in_the_group(delivery: Delivery, group_rule: GroupRule) -> tuple[Planned, ...]:
    """What its leader can't be told in private is told in the group, as of the same moment."""
    planned = delivery.planned
    if planned.purpose != "notice" or planned.payload["about"] not in ("expired", "failed"):
        return ()
    return (_notice(f"{planned.key}/group", group_rule.chat_id, group_rule, planned.payload, planned.due_at),)


def _topic(group_rule: GroupRule, now: datetime) -> tuple[Planned, ...]:
    """For the leader, once for each topic: it is closed or gone."""
    if not group_rule.leader_id:
        return ()
    payload = {"about": "topic", "chat_id": group_rule.chat_id}
    key = f"topic/{group_rule.id}/{group_rule.thread_id}"
    return (_notice(key, group_rule.leader_id, group_rule, payload, now),)


def _write_first(group_rule: GroupRule, reason: str, now: datetime) -> Planned:
    """For the group, once a month: its leader has to write to the bot first, or is no longer on Telegram."""
    about = "leader_lost" if reason == "deactivated" else "write_first"
    payload = {"about": about, "chat_id": group_rule.chat_id, "leader_id": group_rule.leader_id}
    key = f"write-first/{group_rule.chat_id}/{group_rule.leader_id}/{reason}/{now:%Y%m}"
    return _notice(key, group_rule.chat_id, group_rule, payload, now)


def _notice(key: str, reader: int, group_rule: GroupRule, payload: dict[str, Any], now: datetime) -> Planned:
    in_group = reader == group_rule.chat_id
    return Planned(
        key=key,
        chat_id=reader,
        thread_id=group_rule.thread_id if in_group else None,
        purpose="notice",
        due_at=now,
        expires_at=now + _LIFETIME,
        rule_id=group_rule.id,
        payload=payload,
    )


def _item(delivery: Delivery, group_rule: GroupRule) -> dict[str, str]:
    planned = delivery.planned
    return {
        "title": group_rule.rule.title,
        "due_at": planned.due_at.isoformat(),
        "event_at": "" if planned.event_at is None else planned.event_at.isoformat(),
    }
