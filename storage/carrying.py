"""What becomes of a rule's events when its dates are changed: they go by new names, or there are none any more.

An event of the same day at another hour is the same event: its answers, skips and deliveries are renamed, so that what
was sent is not sent again and what is overdue is not lost. What is planned of it is then seen anew, like all else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduler.by_hand import MOVED
from scheduler.coming import event_of, event_on_the_day
from scheduler.planning import HORIZON
from scheduler.rule import GroupRule, Occurrence
from scheduler.workdays import Workdays
from storage.tables import DeliveryRow, ResponseRow, SkipRow, table_of

deliveries = table_of(DeliveryRow)
BY_HAND = "+"  # leads that begin so were asked for by hand, or outlive their dates: no plan touches them
KEPT = f"{BY_HAND}kept"
OVERDUE = "overdue"  # withdrawn after its time, unsent, by a skip that may be taken back
LEADERLESS = "leaderless"  # withdrawn while there was nobody to tell
OUTDATED = "outdated"  # on its way while what it says became untrue
_FARTHEST = timedelta(days=45)  # a roll, and the time that answers are carried within
CARRIED_WITHIN = timedelta(days=2)  # after an event its answers may still have to be summed up
_OPEN = ("pending", "sending", "withdrawn")
PLANNED = ~deliveries.c.lead.startswith(BY_HAND)
WAITING = and_(deliveries.c.state == "pending", deliveries.c.purpose != "notice")


@dataclass(frozen=True)
class Change:
    """Of one rule, at a moment (aware, UTC), by the calendar in force."""

    before: GroupRule
    after: GroupRule
    workdays: Workdays
    now: datetime

    def becomes(self, nominal: datetime) -> Occurrence | None:
        """What the event of that nominal time (naive local) is now; None when there is none on that day any more."""
        return event_on_the_day(self.after, nominal, self.workdays)

    @property
    def oldest(self) -> datetime:
        """Naive local, roughly: no recent event was planned for a day before."""
        return self.now.replace(tzinfo=None) - _FARTHEST

    def is_recent(self, event_at: datetime) -> bool:
        """What was before is as it was."""
        return event_at > self.now - CARRIED_WITHIN


async def carried_over(connection: AsyncConnection, change: Change) -> dict[str, Any]:
    """Rename, keep or withdraw; what more is to be written in the rule, so that the rest is seen anew."""
    mine, c = deliveries.c.rule_id == change.before.id, deliveries.c
    on_its_way = and_(c.state.in_(("pending", "sending")), c.purpose != "notice")
    may_return = and_(c.state == "withdrawn", c.problem.in_((OVERDUE, LEADERLESS)))
    summed_up = and_(c.purpose == "summary", c.lead.in_(("after", KEPT)), c.state.in_(("sent", "expired", "failed")))
    recent = c.event_at > change.now - CARRIED_WITHIN
    concerned = or_(on_its_way, may_return, and_(summed_up, recent))
    for row in (await connection.execute(select(deliveries).where(mine, concerned))).mappings().all():
        await _carry(connection, row, change)
    await _carry_answers(connection, change)
    left = (await connection.execute(select(func.min(c.due_at)).where(mine, WAITING, PLANNED))).scalar()
    return {} if left is None else {"planned_until": min(left, change.now) - HORIZON}


async def withdraw(connection: AsyncConnection, rule_id: int, *which: Any, problem: str = "") -> None:
    """What waits to be sent."""
    waiting = (deliveries.c.rule_id == rule_id, WAITING)
    await connection.execute(update(deliveries).where(*waiting, *which).values(state="withdrawn", problem=problem))


async def _carry(connection: AsyncConnection, row: RowMapping, change: Change) -> None:
    event, is_held = change.becomes(row["nominal"]), row["purpose"] == "summary" and row["event_at"] <= change.now
    if row["lead"] == MOVED:
        if event is None or event.at != row["event_at"]:  # it tells of a time that is none any more
            await _undo(connection, row)
    elif event is None and not is_held:
        await _undo(connection, row)
    elif event is None or not (event.nominal == row["nominal"] or change.is_recent(row["event_at"])):
        await _keep(connection, row)  # held is held, whatever comes next
    elif event.nominal != row["nominal"] or row["lead"] == KEPT:
        await _rename(connection, row, event)


async def _undo(connection: AsyncConnection, row: RowMapping) -> None:
    """What waits is withdrawn; what was withdrawn does not come back; what is on its way is not tried again."""
    if row["state"] not in _OPEN:
        return
    values = {"problem": OUTDATED} if row["state"] == "sending" else {"state": "withdrawn", "problem": ""}
    await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(values))


async def _keep(connection: AsyncConnection, row: RowMapping) -> None:
    """Under the name that it has."""
    if row["state"] in _OPEN and not row["lead"].startswith(BY_HAND):
        await connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(lead=KEPT))


async def _rename(connection: AsyncConnection, row: RowMapping, event: Occurrence) -> None:
    """One that goes by that name already, from an earlier change, stays if it was sent or is about to be."""
    key = row["key"].replace(f"/{row['nominal']:%Y%m%dT%H%M}/", f"/{event.nominal:%Y%m%dT%H%M}/")
    this, that = deliveries.c.id == row["id"], and_(deliveries.c.key == key, deliveries.c.id != row["id"])
    await connection.execute(delete(deliveries).where(that, deliveries.c.state == "withdrawn"))
    if (await connection.execute(select(deliveries.c.id).where(that))).first() is not None:
        await _undo(connection, row)
        return
    lead = key.rpartition("/")[2] if row["lead"] == KEPT else row["lead"]
    values = {"key": key, "nominal": event.nominal, "event_at": event.at, "lead": lead}
    await connection.execute(update(deliveries).where(this).values(values))


async def _carry_answers(connection: AsyncConnection, change: Change) -> None:
    for table in (table_of(ResponseRow), table_of(SkipRow)):
        mine = table.c.rule_id == change.before.id
        recent = select(table.c.nominal).where(mine, table.c.nominal > change.oldest).distinct()
        for nominal in (await connection.execute(recent)).scalars().all():
            was, event = event_of(change.before, nominal, change.workdays), change.becomes(nominal)
            if was is None or event is None or event.nominal == nominal or not change.is_recent(was.at):
                continue
            await connection.execute(delete(table).where(mine, table.c.nominal == event.nominal))  # of an earlier time
            await connection.execute(
                update(table).where(mine, table.c.nominal == nominal).values(nominal=event.nominal)
            )
