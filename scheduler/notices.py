"""What leaders are told when a promise could not be kept, and what a group is asked. Pure.

A notice is a delivery like any other: promised in the same transaction as the trouble it speaks of.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from scheduler.delivery import Change, ChatGone, Delivery, Outcome, Planned, Purpose, Sent
from scheduler.rule import GroupRule

_LIFETIME = timedelta(days=7)
_LISTED = 10
TO_GROUP: frozenset[Purpose] = frozenset({"remind", "nag"})
UNREACHABLE = ("not_started", "blocked")


def expired_notices(overdue: Sequence[tuple[Delivery, GroupRule | None]], *, now: datetime) -> list[Planned]:
    """One for each leader and group about all that expired together; to the group itself where nobody leads."""
    by_reader: dict[tuple[int, int], list[tuple[Delivery, GroupRule]]] = defaultdict(list)
    for delivery, group_rule in overdue:
        if group_rule is not None and delivery.planned.purpose in TO_GROUP:
            reader = group_rule.leader_id or group_rule.chat_id
            by_reader[reader, group_rule.chat_id].append((delivery, group_rule))
    return [_expired(reader, chat_id, missed, now) for (reader, chat_id), missed in by_reader.items()]


def _expired(reader: int, chat_id: int, missed: Sequence[tuple[Delivery, GroupRule]], now: datetime) -> Planned:
    items = [_item(delivery, group_rule) for delivery, group_rule in missed[:_LISTED]]
    payload = {"about": "expired", "chat_id": chat_id, "items": items, "count": len(missed)}
    return _notice(f"expired/{missed[0][0].id}", reader, missed[0][1], payload, now)


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
            return (_write_first(group_rule, now),) if reason in UNREACHABLE else ()
        case ChatGone(reason):
            return gone_notice(group_rule, reason, f"{delivery.id}/{delivery.attempts}", now=now)
        case _ if change.state == "failed" and delivery.planned.purpose in TO_GROUP:
            return _failed(delivery, group_rule, change.problem, now)
        case _:
            return ()


def _failed(delivery: Delivery, group_rule: GroupRule, reason: str, now: datetime) -> tuple[Planned, ...]:
    """For the leader: a message to the group that will not be tried again."""
    if not group_rule.leader_id:
        return ()
    items = [_item(delivery, group_rule)]
    payload = {"about": "failed", "chat_id": group_rule.chat_id, "reason": reason, "items": items, "count": 1}
    return (_notice(f"failed/{delivery.id}/{delivery.attempts}", group_rule.leader_id, group_rule, payload, now),)


def gone_notice(group_rule: GroupRule, reason: str, event: str, *, now: datetime) -> tuple[Planned, ...]:
    """For the leader: no message reaches the group any more. event: names what happened, so that it is told once."""
    if not group_rule.leader_id:
        return ()
    payload = {"about": "gone", "chat_id": group_rule.chat_id, "reason": reason}
    return (_notice(f"gone/{group_rule.chat_id}/{event}", group_rule.leader_id, group_rule, payload, now),)


def _topic(group_rule: GroupRule, now: datetime) -> tuple[Planned, ...]:
    """For the leader, once for each topic: it is closed or gone."""
    if not group_rule.leader_id:
        return ()
    payload = {"about": "topic", "chat_id": group_rule.chat_id}
    key = f"topic/{group_rule.id}/{group_rule.thread_id}"
    return (_notice(key, group_rule.leader_id, group_rule, payload, now),)


def _write_first(group_rule: GroupRule, now: datetime) -> Planned:
    """For the group, once: its leader has to write to the bot first."""
    payload = {"about": "write_first", "chat_id": group_rule.chat_id, "leader_id": group_rule.leader_id}
    key = f"write-first/{group_rule.chat_id}/{group_rule.leader_id}"
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
