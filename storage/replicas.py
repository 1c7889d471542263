"""The processes that keep the promise together: which calendar counts, and what to do when time went backwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, and_, bindparam, case, delete, literal, or_, select, text, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.delivery import OBSOLETE
from scheduler.planning import HORIZON
from scheduler.ports import Fleet
from storage.database import reading, reported
from storage.statements import inserting
from storage.tables import DeliveryRow, GateRow, ReplicaRow, RuleRow, table_of

deliveries = table_of(DeliveryRow)
gates = table_of(GateRow)
replicas = table_of(ReplicaRow)
rules = table_of(RuleRow)
_ALIVE = timedelta(seconds=60)
_REMEMBERED = timedelta(minutes=10)
_LONGEST_LEASE = timedelta(minutes=2)
_PENDING = text("deliveries.state = 'pending'")


@dataclass(frozen=True)
class ReplicaStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def last_seen(self) -> datetime | None:
        """When any process was at work last."""
        with reported():
            async with reading(self.engine) as connection:
                newest = select(replicas.c.seen_at).order_by(replicas.c.seen_at.desc()).limit(1)
                return (await connection.execute(newest)).scalar()

    async def report(self, worker: str, calendar: str, *, since: datetime, now: datetime) -> Fleet:
        """This one is at work, by this calendar since then."""
        values = {"calendar": calendar, "since": since, "seen_at": now}
        with reported():
            async with self.engine.begin() as connection:
                mine = inserting(self.engine, replicas).values(values | {"worker": worker})
                await connection.execute(mine.on_conflict_do_update(index_elements=["worker"], set_=values))
                columns = (replicas.c.calendar, replicas.c.seen_at)
                rows = (await connection.execute(select(*columns).order_by(replicas.c.since.desc()))).all()
                await connection.execute(delete(replicas).where(replicas.c.seen_at < now - _REMEMBERED))
        counts = next(row.calendar for row in rows if row.seen_at > now - _ALIVE)
        return Fleet(counts, is_mixed=any(row.calendar != calendar for row in rows))

    async def clock_set_back(self, *, seen_at: datetime, now: datetime) -> None:
        """The clock showed a later time before: what was done by it is as if it had been done now."""
        with reported():
            async with self.engine.begin() as connection:
                await _open_gates(connection, seen_at, now)
                await _try_now(connection, now)
                await _plan_from(connection, now)
                await connection.execute(delete(replicas).where(replicas.c.seen_at > now))


async def _open_gates(connection: AsyncConnection, seen_at: datetime, now: datetime) -> None:
    """What Telegram told to wait for still, it waits for as long from now on.

    Only where a message has passed by the later time: elsewhere another replica has seen to it already.
    """
    shut_until, free_at = gates.c.shut_until, gates.c.free_at
    earlier = type_coerce(shut_until, BigInteger) - (seen_at - now) // timedelta(microseconds=1)
    opens_at = case((shut_until > seen_at, type_coerce(earlier, shut_until.type)), else_=literal(now, shut_until.type))
    put_right = {"shut_until": opens_at, "free_at": now - _ALIVE}  # past by the clock of any replica
    await connection.execute(update(gates).where(free_at > now).values(put_right))


async def _try_now(connection: AsyncConnection, now: datetime) -> None:
    """What expired too early is there again; so is what failed, what somebody is to be told, what a process held."""
    await _revive(connection, await _taken_back(connection, now), now)
    row = deliveries.c
    is_notice = row.purpose == "notice"
    waiting = and_(_PENDING, row.not_before > now, or_(row.attempts > 0, is_notice, row.not_before > row.due_at))
    in_time = case((or_(is_notice, row.due_at < now), literal(now, row.not_before.type)), else_=row.due_at)
    await connection.execute(update(deliveries).where(waiting).values(not_before=in_time))
    held = and_(text("deliveries.state = 'sending'"), row.lease_until > now + _LONGEST_LEASE)
    await connection.execute(update(deliveries).where(held).values(lease_until=now))


async def _taken_back(connection: AsyncConnection, now: datetime) -> list[int]:
    """No leader was told yet that these have expired, and none will be: they expire again, together with all else."""
    row = deliveries.c
    untold = (_PENDING, row.purpose == "notice", row.key.startswith("expired/"), row.due_at > now)
    notices = (await connection.execute(select(row.id, row.payload).where(*untold).with_for_update())).all()
    missed = {n.id: n.payload["ids"] for n in notices if n.payload and "ids" in n.payload}  # else it stays, and is told
    await connection.execute(delete(deliveries).where(row.id.in_(missed)))
    return sorted({number for numbers in missed.values() for number in numbers})


async def _revive(connection: AsyncConnection, missed: Sequence[int], now: datetime) -> None:
    """These, and what expired although it is not past its grace now."""
    expired = (deliveries.c.state == "expired", deliveries.c.ended_at > now)
    again = update(deliveries).where(*expired).values(state="pending", problem="", ended_at=None)
    await connection.execute(again.where(deliveries.c.expires_at > now))
    if missed:
        one = again.where(deliveries.c.id == bindparam("missed"))
        await connection.execute(one, [{"missed": number} for number in missed])


async def _plan_from(connection: AsyncConnection, now: datetime) -> None:
    unsaid = (deliveries.c.state == "withdrawn", deliveries.c.problem == OBSOLETE, deliveries.c.event_at > now)
    await connection.execute(delete(deliveries).where(*unsaid))  # of what was over already, by the clock then
    anew = {"since": now, "planned_until": now, "planned_with": ""}
    await connection.execute(update(rules).where(rules.c.since > now).values(anew))
    too_far = rules.c.planned_until > now + HORIZON
    await connection.execute(update(rules).where(too_far).values(planned_until=now, planned_with=""))
