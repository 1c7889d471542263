"""What stays of a rule's events when its dates are changed: answers, skips, what is overdue or to be summed up."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, false, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduler.by_hand import MOVED
from scheduler.planning import BEGINNING
from storage.tables import DeliveryRow, ResponseRow, SkipRow, table_of

deliveries = table_of(DeliveryRow)
BY_HAND = "+"  # leads that begin so were asked for by hand, or are kept from earlier dates: no plan touches them
CARRIED_WITHIN = timedelta(days=2)  # after an event its answers may still have to be summed up
_KEPT = f"{BY_HAND}kept"
_END = re.compile(r";(?:UNTIL|COUNT)=\w+")
_NAMED_DAYS = re.compile(r"BYDAY|BYMONTHDAY")
_OWN_HOURS = re.compile(r"BYHOUR|BYMINUTE")
_PENDING = and_(deliveries.c.state == "pending", deliveries.c.purpose != "notice")
_PLANNED = ~deliveries.c.lead.startswith(BY_HAND)


async def carried_over(
    connection: AsyncConnection, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Withdraw what is untrue by the new dates, keep the rest of what waits; what more is to be written in the rule.

    before, after: the rule's row.
    """
    mine = (deliveries.c.rule_id == before["id"], _PENDING)
    if not _has_same_days(before, after):
        over = and_(deliveries.c.purpose == "summary", deliveries.c.event_at <= now)
        await _withdraw(connection, *mine, not_(over))
        await connection.execute(update(deliveries).where(*mine, _PLANNED).values(lead=_KEPT))
        return {}
    if before["start"].time() == after["start"].time():  # another end, another roll: the same events by the same names
        await _withdraw(connection, *mine, _PLANNED, deliveries.c.due_at > now)
        oldest = (await connection.execute(select(func.min(deliveries.c.due_at)).where(*mine, _PLANNED))).scalar()
        return {"planned_until": oldest} if oldest is not None else {}
    await _withdraw(connection, *mine, _PLANNED, deliveries.c.due_at > now, not_(_unplannable(before, after, now)))
    await _withdraw(connection, *mine, deliveries.c.lead == MOVED)  # said of an hour that is none any more
    await _to_another_hour(connection, before, after, now)
    return {}


def _has_same_days(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """The hour, the end, or what happens on holidays may be another one."""
    rrule, old, new = before["rrule"], before["start"], after["start"]
    if _END.sub("", rrule) != _END.sub("", after["rrule"]) or before["zone"] != after["zone"]:
        return False
    names_its_days = _NAMED_DAYS.search(rrule) is not None and "INTERVAL" not in rrule  # wherever it counts from
    names_its_hours = _OWN_HOURS.search(rrule) is not None
    return (old.date() == new.date() or names_its_days) and (old.time() == new.time() or not names_its_hours)


def _unplannable(before: Mapping[str, Any], after: Mapping[str, Any], now: datetime) -> Any:
    """The summary of a meeting that was held, which by the new hour would have been due before now."""
    earlier = before["start"] - after["start"]
    if after["kind"] not in BEGINNING:  # the next morning, whatever the hour
        return false()
    is_after = and_(deliveries.c.purpose == "summary", deliveries.c.lead == "after", deliveries.c.event_at <= now)
    return and_(is_after, deliveries.c.due_at <= now + earlier)


async def _to_another_hour(
    connection: AsyncConnection, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:
    """What was answered, skipped or is still to be sent holds for the same days at their new hour."""
    old, new, zone = before["start"].time(), after["start"].time(), ZoneInfo(before["zone"])
    since = datetime.combine(now.astimezone(zone).date(), time()) - CARRIED_WITHIN
    for table in (table_of(ResponseRow), table_of(SkipRow)):
        mine = table.c.rule_id == before["id"]
        recent = select(table.c.nominal).where(mine, table.c.nominal >= since).distinct()
        for nominal in (await connection.execute(recent)).scalars().all():
            if nominal.time() == old:
                moved = datetime.combine(nominal.date(), new)
                await connection.execute(delete(table).where(mine, table.c.nominal == moved))  # of an earlier time
                await connection.execute(update(table).where(mine, table.c.nominal == nominal).values(nominal=moved))
    waiting = select(deliveries).where(deliveries.c.rule_id == before["id"], _PENDING)
    for row in (await connection.execute(waiting)).mappings().all():
        event_at = row["event_at"]
        values = {
            "nominal": datetime.combine(row["nominal"].date(), new),
            "event_at": event_at if event_at <= now else _at(event_at.astimezone(zone).date(), new, zone),
            "lead": row["lead"] if row["lead"].startswith(BY_HAND) else _KEPT,
        }
        await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(values))


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone).astimezone(UTC)


async def _withdraw(connection: AsyncConnection, *which: Any) -> None:
    await connection.execute(update(deliveries).where(*which).values(state="withdrawn"))
