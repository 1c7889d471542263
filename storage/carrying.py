"""What becomes of a rule's events when its dates are changed: they go by new names, or there are none any more.

An event of the same day at another hour is the same event: its answers, skips and deliveries are renamed, so that what
was sent is not sent again and what is overdue is not lost. What is planned of it is then seen anew, like all else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.by_hand import MOVED
from scheduler.changed import Changed
from scheduler.coming import event_of
from scheduler.delivery import OBSOLETE, Planned
from scheduler.notices import UNREACHABLE
from scheduler.planning import HORIZON
from scheduler.planning import deliveries as planned_of
from storage.rows import planned_values
from storage.statements import inserting
from storage.tables import DeliveryRow, ResponseRow, SkipRow, table_of

deliveries = table_of(DeliveryRow)
skips = table_of(SkipRow)
BY_HAND = "+"  # leads that begin so were asked for by hand, or outlive their dates: no plan touches them
KEPT = f"{BY_HAND}kept"
OVERDUE = "overdue"  # withdrawn after its time, unsent, by a skip that may be taken back
LEADERLESS = "leaderless"  # withdrawn while there was nobody to tell
OUTDATED = "outdated"  # on its way, or failed, while what it says became untrue: not to be tried again
_FARTHEST = timedelta(days=45)  # a roll, and the time that answers are carried within
CARRIED_WITHIN = timedelta(days=2)  # after an event its answers may still have to be summed up
_JUST_NOW = timedelta(minutes=1)
_OPEN = ("pending", "sending", "withdrawn")
PLANNED = ~deliveries.c.lead.startswith(BY_HAND)
WAITING = and_(deliveries.c.state == "pending", deliveries.c.purpose != "notice")


async def carried_over(engine: AsyncEngine, connection: AsyncConnection, change: Changed) -> dict[str, Any]:
    """Rename, keep or withdraw; what more is to be written in the rule, so that the rest is seen anew."""
    mine, c = deliveries.c.rule_id == change.before.id, deliveries.c
    recent = c.event_at > change.now - CARRIED_WITHIN
    on_its_way = and_(c.state.in_(("pending", "sending")), c.purpose != "notice")
    may_return = and_(c.state == "withdrawn", c.problem.in_((OVERDUE, LEADERLESS)))
    may_revive = and_(c.state == "failed", c.problem.in_(UNREACHABLE), c.purpose != "notice", recent)
    once = or_(c.purpose.in_(("checklist", "nag")), and_(c.purpose == "summary", c.lead.in_(("after", KEPT))))
    was_said = and_(once, c.state.in_(("sent", "expired", "failed")), recent)
    concerned = or_(on_its_way, may_return, may_revive, was_said)
    rows = select(deliveries).where(mine, concerned).order_by(c.id)  # as whatever else writes several
    for row in (await connection.execute(rows)).mappings().all():
        await _carry(connection, row, change)
    await _promise_rolled_anew(connection, change)
    await _overrule(connection, change.before.id)
    await _carry_answers(connection, change)
    await _carry_skips(connection, change)
    await _sum_up_nothing(engine, connection, change)
    left = (await connection.execute(select(func.min(c.due_at)).where(mine, WAITING, PLANNED))).scalar()
    return {} if left is None else {"planned_until": min(left, change.now) - HORIZON}


async def withdraw(connection: AsyncConnection, rule_id: int, *which: Any, problem: str = "") -> None:
    """What waits to be sent."""
    waiting = (deliveries.c.rule_id == rule_id, WAITING)
    await connection.execute(update(deliveries).where(*waiting, *which).values(state="withdrawn", problem=problem))


async def tell(
    engine: AsyncEngine, connection: AsyncConnection, rule_id: int, news: Sequence[Planned] | None, now: datetime
) -> None:
    """All that the group is to be told at once: instead of what waits to be told, beside what is being told."""
    if news is None:
        return
    c = deliveries.c
    await _overrule(connection, rule_id)
    known = select(deliveries).where(c.rule_id == rule_id, c.lead == MOVED, c.state.in_(("pending", "sending", "sent")))
    left = {_content(planned.event_at, planned.payload): planned for planned in news}
    for place, row in enumerate((await connection.execute(known.order_by(c.id.desc()))).mappings().all()):
        is_being_told = row["state"] == "sending" and row["problem"] != OUTDATED
        is_just_told = row["state"] == "sent" and place == 0 and row["ended_at"] > now - _JUST_NOW
        content = _content(row["event_at"], row["payload"])
        if row["state"] == "pending" and content not in left:
            await connection.execute(update(deliveries).where(c.id == row["id"]).values(state="withdrawn", problem=""))
        elif row["state"] == "pending" or is_being_told or is_just_told:
            left.pop(content, None)
    told = c.nominal.in_([planned.nominal for planned in news])
    overdue = (c.purpose == "remind", c.lead != MOVED, c.due_at <= now)
    await withdraw(connection, rule_id, told, *overdue)  # which is said as well
    if left:
        added = inserting(engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
        await connection.execute(added, [planned_values(planned) for planned in left.values()])


async def _overrule(connection: AsyncConnection, rule_id: int) -> None:
    """News that were not said, since the group was gone, are not said when it is back."""
    c = deliveries.c
    unsaid = (c.rule_id == rule_id, c.lead == MOVED, c.state.in_(("failed", "withdrawn")))
    await connection.execute(update(deliveries).where(*unsaid).values(problem=OUTDATED))


def _content(event_at: datetime | None, payload: dict[str, Any]) -> tuple[datetime | None, tuple[str, ...]]:
    return event_at, tuple(payload.get("was", ()))


async def _carry(connection: AsyncConnection, row: RowMapping, change: Changed) -> None:
    event, is_held = change.becomes(row["nominal"]), _sums_up(row) and row["event_at"] <= change.now
    if row["lead"] == MOVED:
        await (_mark(connection, row, is_true=True) if _is_true(row, change) else _undo(connection, row))
    elif event is None and not is_held:
        await _undo(connection, row)
    elif event is None or not (event.nominal == row["nominal"] or _is_recent(row["event_at"], change)):
        await _keep(connection, row)  # held is held, whatever comes next
    elif event.nominal != row["nominal"] or row["lead"] == KEPT:
        await _rename(connection, row, event.nominal, event.at)
    else:
        await _mark(connection, row, is_true=event.at == row["event_at"] or not row["lead"].startswith(BY_HAND))


def _is_recent(event_at: datetime, change: Changed) -> bool:
    """What was before is as it was."""
    return event_at > change.now - CARRIED_WITHIN


def _is_true(row: RowMapping, change: Changed) -> bool:
    """Whether what news say of times to come is so after the change too."""
    stands = event_of(change.after, row["nominal"], change.workdays)
    off = map(datetime.fromisoformat, row["payload"].get("was", ()))
    return stands is not None and stands.at == row["event_at"] and not any(change.becomes(time) for time in off)


async def _mark(connection: AsyncConnection, row: RowMapping, *, is_true: bool) -> None:
    """What is on its way; whether it may be tried again."""
    if row["state"] == "sending":
        problem = "" if is_true else OUTDATED
        await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(problem=problem))


def _sums_up(row: RowMapping) -> bool:
    """What came of an event, not what it looked like before."""
    return bool(row["purpose"] == "summary" and row["lead"] != "before")


async def _undo(connection: AsyncConnection, row: RowMapping) -> None:
    """What waits is withdrawn, what was withdrawn or failed does not come back, what is on its way is not repeated."""
    if row["state"] in _OPEN or row["problem"] in UNREACHABLE:
        is_over = row["state"] in ("sending", "failed")
        values = {"problem": OUTDATED} if is_over else {"state": "withdrawn", "problem": ""}
        await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(values))


async def _keep(connection: AsyncConnection, row: RowMapping) -> None:
    """Under the name that it has."""
    if row["state"] in _OPEN and not row["lead"].startswith(BY_HAND):
        await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(lead=KEPT))


async def _rename(connection: AsyncConnection, row: RowMapping, nominal: datetime, event_at: datetime) -> None:
    """One that goes by that name already, from an earlier change, stays if it was sent or is about to be."""
    key = row["key"].replace(f"/{row['nominal']:%Y%m%dT%H%M}/", f"/{nominal:%Y%m%dT%H%M}/")
    this, that = deliveries.c.id == row["id"], and_(deliveries.c.key == key, deliveries.c.id != row["id"])
    await connection.execute(delete(deliveries).where(that, deliveries.c.state == "withdrawn"))
    if (await connection.execute(select(deliveries.c.id).where(that))).first() is not None:
        await _undo(connection, row)
        return
    lead = key.rpartition("/")[2] if row["lead"] == KEPT else row["lead"]
    values = {"key": key, "nominal": nominal, "event_at": event_at, "lead": lead}
    values |= {"problem": ""} if row["state"] == "sending" else {}
    await connection.execute(update(deliveries).where(this).values(values))


async def _promise_rolled_anew(connection: AsyncConnection, change: Changed) -> None:
    """What was said for another day: the same event rolled to a day to come is reminded of like any other."""
    c, zone = deliveries.c, ZoneInfo(change.after.rule.schedule.zone)
    over = and_(
        c.state.in_(("sending", "sent", "expired", "failed")), c.event_at > change.now - CARRIED_WITHIN, PLANNED
    )
    rows = select(c.id, c.key, c.nominal, c.event_at).where(c.rule_id == change.before.id, over).order_by(c.id)
    for row in (await connection.execute(rows)).all():
        event = event_of(change.after, row.nominal, change.workdays)
        if event is None or event.at <= change.now or event.local.date() == row.event_at.astimezone(zone).date():
            continue
        key = f"{row.key.removesuffix(f'/{row.id}')}/{row.id}"
        await connection.execute(update(deliveries).where(c.id == row.id).values(key=key))


async def _carry_answers(connection: AsyncConnection, change: Changed) -> None:
    table = table_of(ResponseRow)
    for nominal in await _recent(connection, table, change):
        was, event = event_of(change.before, nominal, change.workdays), change.becomes(nominal)
        if was is not None and event is not None and _is_recent(was.at, change):
            await _renamed(connection, table, change, nominal, event.nominal)


async def _carry_skips(connection: AsyncConnection, change: Changed) -> None:
    for nominal in await _recent(connection, skips, change):
        event = change.stays_skipped(nominal)
        if event is not None:
            await _renamed(connection, skips, change, nominal, event.nominal)


async def _recent(connection: AsyncConnection, table: Any, change: Changed) -> Sequence[datetime]:
    """Nominal times; nothing recent was planned for a day before."""
    since = change.now.replace(tzinfo=None) - _FARTHEST
    mine = select(table.c.nominal).where(table.c.rule_id == change.before.id, table.c.nominal > since).distinct()
    return (await connection.execute(mine)).scalars().all()


async def _renamed(
    connection: AsyncConnection, table: Any, change: Changed, nominal: datetime, becomes: datetime
) -> None:
    if becomes == nominal:
        return
    mine = table.c.rule_id == change.before.id
    await connection.execute(delete(table).where(mine, table.c.nominal == becomes))  # of an earlier time
    await connection.execute(update(table).where(mine, table.c.nominal == nominal).values(nominal=becomes))


async def _sum_up_nothing(engine: AsyncEngine, connection: AsyncConnection, change: Changed) -> None:
    """Of what never took place; but of what was held at an hour that it has again now, as ever."""
    planned = [p for event in change.never_took_place() for p in planned_of(change.after, event)]
    never = [p for p in planned if p.purpose == "summary" and p.due_at >= change.now]
    if not never:
        return
    gone = {"state": "withdrawn", "problem": OBSOLETE}
    added = inserting(engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
    await connection.execute(added, [planned_values(p) | gone for p in never])
    known = and_(deliveries.c.key.in_([p.key for p in never]), deliveries.c.state == "withdrawn")
    await connection.execute(update(deliveries).where(known).values(gone))
