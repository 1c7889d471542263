"""Deliveries on their way: claimed for a while by one worker, recorded, rescued when the worker is gone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, delete, exists, func, literal, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.by_hand import ASKED
from scheduler.delivery import Delivery, Planned
from scheduler.gates import Limits
from scheduler.notices import UNREACHABLE, expired_notices
from scheduler.ports import Claim, Result
from scheduler.rule import GroupRule
from storage.carrying import LEADERLESS, OUTDATED, OVERDUE, PLANNED
from storage.claims import PENDING, Claimant, claimed, rules_of
from storage.database import reading, reported
from storage.gates import gates_of, put_gates
from storage.rows import delivery_of, planned_values
from storage.statements import inserting
from storage.tables import DeliveryRow, RuleRow, SkipRow, table_of

deliveries = table_of(DeliveryRow)
rules = table_of(RuleRow)
skips = table_of(SkipRow)
SENDING = text("deliveries.state = 'sending'")


@dataclass(frozen=True)
class DeliveryStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def claim(self, worker: str, *, now: datetime, lease: timedelta, count: int, limits: Limits) -> Claim:
        """At most `count` parcels that may leave within limits.lookahead, one a chat, in order of due time."""
        with reported():
            async with self.engine.begin() as connection:
                claimant = Claimant(worker, now, now + lease)
                return await claimed(self.engine, connection, claimant, count=count, limits=limits)

    async def record(self, results: Sequence[Result], *, now: datetime) -> bool:
        """Write what became of deliveries. One that another worker has taken over meanwhile is left alone.

        Whether one that is to be tried again has to be planned again, since its rule was changed while it was on its
        way: what the rule no longer says falls away.
        """
        mine = (
            deliveries.c.id == bindparam("row"),
            deliveries.c.worker == bindparam("by"),
            deliveries.c.attempts == bindparam("attempt"),
            SENDING,
        )
        names = ("state", "not_before", "timeouts", "is_doubtful", "problem", "message_id", "ended_at")
        changed: dict[str, Any] = {name: bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in names}
        changed["problem"] = case((deliveries.c.problem == OUTDATED, OUTDATED), else_=changed["problem"])
        statement = update(deliveries).where(*mine).values(changed | {"lease_until": None})
        with reported():
            async with self.engine.begin() as connection:
                again = {r.delivery.id: r for r in results if r.change.state == "pending"}
                revisions = await _locked(connection, {r.delivery.planned.rule_id for r in again.values()})
                ordered = sorted(results, key=lambda r: r.delivery.id)  # workers that meet wait, and don't deadlock
                values = {r.delivery.id: _recorded(r, now) for r in ordered}
                if plain := [values[r.delivery.id] for r in ordered if not r.notices]:
                    await connection.execute(statement, plain)
                for result in (r for r in ordered if r.notices):
                    if (await connection.execute(statement, values[result.delivery.id])).rowcount:
                        await self._promise(connection, result.notices)
                overtaken = [i for i, r in again.items() if _is_overtaken(r, revisions)]
                await _held_against_rules(connection, overtaken, now)
        return bool(overtaken)

    async def shut(self, name: str, *, until: datetime, now: datetime) -> None:
        """No message through this gate ("bot", or a chat's id) before `until`; never earlier than it was."""
        with reported():
            async with self.engine.begin() as connection:
                gate = (await gates_of(self.engine, connection, [name], now))[name]
                await put_gates(connection, {name: gate.shut(until)})

    async def rescue(self, *, now: datetime, spared: Sequence[int], everything: bool = False) -> int:
        """Take back what a worker that is gone had in hand: it may have been sent, or not.

        spared: ids that this process holds itself. everything: leases don't count, nobody else can be alive.
        """
        is_lost = true() if everything else deliveries.c.lease_until <= now
        lost = (SENDING, deliveries.c.id.not_in(list(spared)), is_lost)
        values = {"state": "pending", "is_doubtful": True, "not_before": now, "worker": "", "lease_until": None}
        of_rules = deliveries.c.rule_id
        with reported():
            async with self.engine.begin() as connection:
                numbers = set((await connection.execute(select(of_rules).where(*lost))).scalars())
                if not numbers:
                    return 0
                await _locked(connection, numbers)  # in the order in which record() locks
                is_known = or_(of_rules.is_(None), of_rules.in_(numbers - {None}))
                held = select(deliveries.c.id).where(*lost, is_known).order_by(deliveries.c.id).with_for_update()
                rows = (await connection.execute(held)).scalars().all()
                await connection.execute(update(deliveries).where(deliveries.c.id.in_(rows)).values(values))
                await _held_against_rules(connection, rows, now)
        return len(rows)

    async def overdue(self, *, now: datetime, count: int) -> Sequence[tuple[Delivery, GroupRule | None]]:
        """Pending deliveries past their grace."""
        statement = select(deliveries).where(PENDING, deliveries.c.expires_at <= now)
        with reported():
            async with reading(self.engine) as connection:
                ordered = statement.order_by(deliveries.c.expires_at).limit(count)
                found = [delivery_of(row) for row in (await connection.execute(ordered)).mappings()]
                known = await rules_of(connection, found)
        return [(d, known.get(d.planned.rule_id or 0)) for d in found]

    async def expire(self, overdue: Sequence[tuple[Delivery, GroupRule | None]], *, now: datetime) -> None:
        """Past their grace: ended, and somebody is told, both or neither; not of what another worker has ended."""
        past = (deliveries.c.id.in_([d.id for d, _ in overdue]), PENDING)
        ended = update(deliveries).where(*past).values(state="expired", ended_at=now, problem="expired")
        with reported():
            async with self.engine.begin() as connection:
                numbers = set((await connection.execute(ended.returning(deliveries.c.id))).scalars())
                notices = expired_notices([pair for pair in overdue if pair[0].id in numbers], now=now)
                await self._promise(connection, notices)

    async def _promise(self, connection: AsyncConnection, notices: Sequence[Planned]) -> None:
        if notices:
            statement = inserting(self.engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
            await connection.execute(statement, [planned_values(n) for n in notices])

    async def next_at(self) -> datetime | None:
        """When the next pending delivery may be tried."""
        statement = select(deliveries.c.not_before).where(PENDING).order_by(deliveries.c.not_before).limit(1)
        with reported():
            async with reading(self.engine) as connection:
                return (await connection.execute(statement)).scalar()

    async def revive(self, chat_id: int, *, now: datetime) -> int:
        """Somebody who could not be written to can be now: what failed for that and is still of use goes out."""
        failed = (
            deliveries.c.chat_id == chat_id,
            deliveries.c.state == "failed",
            deliveries.c.problem.in_(UNREACHABLE),
            deliveries.c.expires_at > now,
        )
        with reported():
            async with self.engine.begin() as connection:
                values = {"state": "pending", "not_before": now, "ended_at": None, "problem": ""}
                return (await connection.execute(update(deliveries).where(*failed).values(values))).rowcount

    async def purge(self, *, before: datetime) -> int:
        """Delete what ended before that moment, or was withdrawn and due before, and the skips; how many deliveries."""
        is_over = and_(deliveries.c.state == "withdrawn", deliveries.c.due_at < before)
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(delete(skips).where(skips.c.nominal < before.replace(tzinfo=None)))
                old = delete(deliveries).where(or_(deliveries.c.ended_at < before, is_over))
                return (await connection.execute(old)).rowcount

    async def of_rule(self, rule_id: int, nominal: datetime | None = None) -> Sequence[Delivery]:
        """All deliveries of a rule, or of one of its events, in order of due time."""
        wanted = [deliveries.c.rule_id == rule_id]
        wanted += [] if nominal is None else [deliveries.c.nominal == nominal]
        return await self._listed(select(deliveries).where(*wanted))

    async def get(self, delivery_id: int) -> Delivery | None:
        found = await self._listed(select(deliveries).where(deliveries.c.id == delivery_id))
        return found[0] if found else None

    async def by_message(self, chat_id: int, message_id: int) -> Sequence[Delivery]:
        """What the message of the bot carried."""
        return await self._listed(
            select(deliveries).where(deliveries.c.chat_id == chat_id, deliveries.c.message_id == message_id)
        )

    async def newest_reminder(self, rule_id: int, nominal: datetime) -> tuple[int, int] | None:
        """Chat and message that reminded of this event last."""
        place = (deliveries.c.chat_id, deliveries.c.message_id)
        about = (deliveries.c.rule_id == rule_id, deliveries.c.nominal == nominal, deliveries.c.purpose == "remind")
        sent = select(*place).where(*about, deliveries.c.message_id.is_not(None))
        with reported():
            async with reading(self.engine) as connection:
                row = (await connection.execute(sent.order_by(deliveries.c.message_id.desc()).limit(1))).first()
        return (row.chat_id, row.message_id) if row is not None else None

    async def names_on(self, rule_id: int, day: date) -> Collection[datetime]:
        """The nominal times (naive local) of that day that something was promised of."""
        since, c = datetime.combine(day, time()), deliveries.c
        mine = (c.rule_id == rule_id, c.nominal >= since, c.nominal < since + timedelta(days=1))
        with reported():
            async with reading(self.engine) as connection:
                return set((await connection.execute(select(c.nominal).where(*mine).distinct())).scalars())

    async def coming(self, *, until: datetime) -> Sequence[Delivery]:
        """Pending deliveries that are due before `until`."""
        return await self._listed(select(deliveries).where(PENDING, deliveries.c.due_at < until))

    async def counts(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        statement = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with reported():
            async with reading(self.engine) as connection:
                return {state: number for state, number in await connection.execute(statement)}

    async def _listed(self, statement: Select[Any]) -> Sequence[Delivery]:
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement.order_by(deliveries.c.due_at, deliveries.c.id))).mappings()
                return [delivery_of(row) for row in rows]


async def _locked(connection: AsyncConnection, numbers: Collection[int | None]) -> dict[int, int]:
    """Revisions of rules, by id."""
    if not numbers:
        return {}
    wanted = select(rules.c.id, rules.c.revision).where(rules.c.id.in_(numbers)).order_by(rules.c.id).with_for_update()
    return {row.id: row.revision for row in await connection.execute(wanted)}


def _is_overtaken(result: Result, revisions: Mapping[int, int]) -> bool:
    """By a change of its rule."""
    number = result.delivery.planned.rule_id
    return revisions.get(number or 0, result.revision) != result.revision


async def _held_against_rules(connection: AsyncConnection, numbers: Sequence[int], now: datetime) -> None:
    """What was on its way and waits again, whatever became of its rule meanwhile. The rules are locked."""
    if not numbers:
        return
    c = deliveries.c
    mine = and_(c.id.in_(numbers), PENDING, c.purpose != "notice")
    waiting = select(c.rule_id, func.min(c.due_at)).where(mine, PLANNED).group_by(c.rule_id)
    for rule_id, since in (await connection.execute(waiting)).all():
        await _plan_again(connection, rule_id, since)
    of_rule = rules.c.id == c.rule_id
    is_deleted = exists().where(of_rule, rules.c.state == "deleted")
    is_skipped = exists().where(skips.c.rule_id == c.rule_id, skips.c.nominal == c.nominal)
    leader = select(rules.c.leader_id).where(of_rule).scalar_subquery()
    is_private = c.purpose.in_(("summary", "checklist"))
    for which, problem in (
        (c.problem == OUTDATED, OUTDATED),
        (is_deleted, "deleted"),
        (and_(is_skipped, c.due_at <= now, c.lead != ASKED), OVERDUE),
        (and_(is_private, leader == 0), LEADERLESS),
    ):
        await connection.execute(update(deliveries).where(mine, which).values(state="withdrawn", problem=problem))
    await connection.execute(update(deliveries).where(mine, is_private).values(chat_id=leader))


async def _plan_again(connection: AsyncConnection, rule_id: int | None, since: datetime) -> None:
    """What is due from then on is held against the rule as it is now."""
    until = rules.c.planned_until
    earlier = case((until < since, until), else_=literal(since, until.type))
    values = {"planned_until": earlier, "planned_with": ""}
    await connection.execute(update(rules).where(rules.c.id == rule_id).values(values))


def _recorded(result: Result, now: datetime) -> dict[str, Any]:
    change = result.change
    return {
        "row": result.delivery.id,
        "by": result.delivery.worker,
        "attempt": result.delivery.attempts,
        "new_state": change.state,
        "new_not_before": change.not_before,
        "new_timeouts": change.timeouts,
        "new_is_doubtful": change.is_doubtful,
        "new_problem": change.problem,
        "new_message_id": change.message_id,
        "new_ended_at": None if change.state == "pending" else now,
    }
