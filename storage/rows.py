"""Rows of the tables as the scheduler's values, and back."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Any

from sqlalchemy import RowMapping

from scheduler.delivery import Delivery, Planned
from scheduler.rule import GroupRule, Lead, Rule, Schedule

_log = logging.getLogger("storage")


def rule_values(rule: Rule) -> dict[str, Any]:
    schedule = rule.schedule
    return {
        "kind": rule.kind,
        "title": rule.title,
        "start": schedule.start,
        "rrule": schedule.rrule,
        "roll": schedule.roll,
        "zone": schedule.zone,
        "leads": [lead_values(lead) for lead in rule.leads],
        "nag": None if rule.nag is None else lead_values(rule.nag),
        "place": rule.place,
        "note": rule.note,
    }


def rule_of(values: Mapping[str, Any]) -> Rule:
    """Of the values that rule_values writes; others are a ValueError or TypeError."""
    if values["start"] is None:
        raise ValueError("start")
    return Rule(
        kind=values["kind"],
        title=values["title"],
        schedule=Schedule(values["start"], values["rrule"], values["roll"], values["zone"]),
        leads=tuple(lead_of(lead) for lead in values["leads"]),
        place=values["place"],
        note=values["note"],
        nag=None if values["nag"] is None else lead_of(values["nag"]),
    )


def lead_values(lead: Lead) -> list[Any]:
    return [lead.days, lead.minutes, None if lead.at is None else lead.at.isoformat("minutes")]


def lead_of(values: list[Any]) -> Lead:
    days, minutes, at = values
    return Lead(days, minutes, None if at is None else time.fromisoformat(at))


def group_rule_of(row: RowMapping, skipped: Iterable[datetime] = ()) -> GroupRule:
    """Of what can't be read: ValueError or TypeError."""
    if row["since"] is None or row["planned_until"] is None:
        raise ValueError("since, planned_until")
    return GroupRule(
        id=row["id"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        leader_id=row["leader_id"],
        rule=rule_of(dict(row)),
        state=row["state"],
        since=row["since"],
        skipped=frozenset(skipped),
        declared=row["declared"],
        revision=row["revision"],
        state_before=row["state_before"] if row["state"] == "deleted" else None,
    )


def group_rules_of(
    rows: Iterable[RowMapping], skipped: Mapping[int, Iterable[datetime]] = MappingProxyType({})
) -> list[GroupRule]:
    """One that can't be read is logged and left out. skipped: by the rule's id."""
    return [r for row in rows if (r := _readable(row, skipped.get(row["id"], ()))) is not None]


def _readable(row: RowMapping, skipped: Iterable[datetime]) -> GroupRule | None:
    try:
        return group_rule_of(row, skipped)
    except (ValueError, TypeError) as error:
        _log.error("rule.unreadable id=%d %s，这一条先不管，别的照常", row["id"], type(error).__name__)
        return None


def planned_values(planned: Planned) -> dict[str, Any]:
    """Of a new row: pending, not tried yet."""
    return {
        "key": planned.key,
        "chat_id": planned.chat_id,
        "thread_id": planned.thread_id,
        "purpose": planned.purpose,
        "rule_id": planned.rule_id,
        "nominal": planned.nominal,
        "event_at": planned.event_at,
        "lead": planned.lead,
        "due_at": planned.due_at,
        "expires_at": planned.expires_at,
        "payload": planned.payload,
        "state": "pending",
        "not_before": planned.due_at,
        "attempts": 0,
        "timeouts": 0,
        "is_doubtful": False,
        "worker": "",
        "problem": "",
    }


def delivery_of(row: RowMapping) -> Delivery:
    planned = Planned(
        key=row["key"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        purpose=row["purpose"],
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        rule_id=row["rule_id"],
        nominal=row["nominal"],
        event_at=row["event_at"],
        lead=row["lead"],
        payload=row["payload"],
    )
    return Delivery(
        id=row["id"],
        planned=planned,
        state=row["state"],
        not_before=row["not_before"],
        attempts=row["attempts"],
        timeouts=row["timeouts"],
        is_doubtful=row["is_doubtful"],
        worker=row["worker"],
    )
