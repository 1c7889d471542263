"""Deliveries on their way: claimed for a while by one worker, recorded, rescued when the worker is gone.

The states in the predicates are literals, or the data bases would not use the partial indexes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, delete, func, literal, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.delivery import LATE, Delivery, Planned
from scheduler.gates import Gate, Limits, new_gate
from scheduler.notices import UNREACHABLE
from scheduler.ports import Claim, Parcel, Result
from scheduler.rule import GroupRule
from storage.database import reading, reported
from storage.rows import delivery_of, group_rule_of, planned_values
from storage.rules import BY_HAND, skipped_of
from storage.statements import inserting
from storage.tables import DeliveryRow, GateRow, RuleRow, table_of

deliveries = table_of(DeliveryRow)
gates = table_of(GateRow)
rules = table_of(RuleRow)
PENDING = text("deliveries.state = 'pending'")
SENDING = text("deliveries.state = 'sending'")
_WINDOW = 8  # candidates looked at for each one wanted: several may go to one chat
TOGETHER = 10  # late ones in one message


@dataclass(frozen=True)
class DeliveryStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def claim(self, worker: str, *, now: datetime, lease: timedelta, count: int, limits: Limits) -> Claim:
        """At most `count` parcels that may leave within limits.lookahead, one a chat, in order of due time."""
        with reported():
            async with self.engine.begin() as connection:
                bot = (await self._gates(connection, ["bot"], now))["bot"]
                slots = _slots(bot, limits, now=now, count=count)
                if not slots:
                    return Claim(opens_at=bot.opens_at(limits.bot, now=now))
                taken = await _take(connection, worker, now=now, until=now + lease, count=len(slots))
                if not taken:
                    return Claim()
                passing = await self._through_gates(connection, taken, slots, bot, limits, now)
                siblings = await _late_siblings(connection, passing, worker, now=now, until=now + lease)
                everything = [d for d, _ in passing] + siblings
                known = await _rules_of(connection, everything)
        return Claim(tuple(_parcel(d, slot, siblings, known) for d, slot in passing))

    async def record(self, results: Sequence[Result], *, now: datetime) -> bool:
        """Write what became of deliveries. One that another worker has taken over meanwhile is left alone.

        Whether the rule of one that is to be tried again was changed while it was on its way: it is planned again
        then, and what the rule no longer says falls away.
        """
        values = [_recorded(r, now) for r in results]
        mine = (
            deliveries.c.id == bindparam("row"),
            deliveries.c.worker == bindparam("by"),
            deliveries.c.attempts == bindparam("attempt"),
            SENDING,
        )
        names = ("state", "not_before", "timeouts", "is_doubtful", "problem", "message_id", "ended_at")
        changed = {name: bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in names}
        notices = [planned_values(n) for r in results for n in r.notices]
        with reported():
            async with self.engine.begin() as connection:
                overtaken = await _overtaken(connection, results)
                for value in values:
                    value.update(overtaken.get(value["row"], {}))
                await connection.execute(
                    update(deliveries).where(*mine).values(changed | {"lease_until": None}), values
                )
                if notices:
                    statement = inserting(self.engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
                    await connection.execute(statement, notices)
        return bool(overtaken)

    async def shut(self, name: str, *, until: datetime, now: datetime) -> None:
        """No message through this gate ("bot", or a chat's id) before `until`; never earlier than it was."""
        with reported():
            async with self.engine.begin() as connection:
                gate = (await self._gates(connection, [name], now))[name]
                await _put_gates(connection, {name: gate.shut(until)})

    async def rescue(self, *, now: datetime, spared: Sequence[int], everything: bool = False) -> int:
        """Take back what a worker that is gone had in hand: it may have been sent, or not.

        spared: ids that this process holds itself. everything: leases don't count, nobody else can be alive.
        """
        is_lost = true() if everything else deliveries.c.lease_until <= now
        lost = (SENDING, deliveries.c.id.not_in(list(spared)), is_lost)
        values = {"state": "pending", "is_doubtful": True, "not_before": now, "worker": "", "lease_until": None}
        with reported():
            async with self.engine.begin() as connection:
                taken = update(deliveries).where(*lost).values(values)
                rows = (await connection.execute(taken.returning(deliveries.c.rule_id, deliveries.c.due_at))).all()
                for rule_id, due_at in rows:
                    await _plan_again(connection, rule_id, due_at)
        return len(rows)

    async def release(self, held: Sequence[Delivery]) -> None:
        """Give back untried what was claimed."""
        for delivery in held:
            mine = (deliveries.c.id == delivery.id, deliveries.c.worker == delivery.worker, SENDING)
            values = {"state": "pending", "worker": "", "lease_until": None, "attempts": delivery.attempts - 1}
            with reported():
                async with self.engine.begin() as connection:
                    await connection.execute(update(deliveries).where(*mine).values(values))

    async def overdue(self, *, now: datetime, count: int) -> Sequence[tuple[Delivery, GroupRule | None]]:
        """Pending deliveries past their grace."""
        statement = select(deliveries).where(PENDING, deliveries.c.expires_at <= now)
        with reported():
            async with reading(self.engine) as connection:
                ordered = statement.order_by(deliveries.c.expires_at).limit(count)
                found = [delivery_of(row) for row in (await connection.execute(ordered)).mappings()]
                known = await _rules_of(connection, found)
        return [(d, known.get(d.planned.rule_id or 0)) for d in found]

    async def expire(self, expired: Sequence[Delivery], notices: Sequence[Planned], *, now: datetime) -> None:
        """Past their grace: ended, and somebody is told, both or neither."""
        numbers = [d.id for d in expired]
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id.in_(numbers), PENDING)
                    .values(state="expired", ended_at=now, problem="expired")
                )
                if notices:
                    statement = inserting(self.engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
                    await connection.execute(statement, [planned_values(n) for n in notices])

    async def next_at(self) -> datetime | None:
        """When the next pending delivery may be tried."""
        statement = select(deliveries.c.not_before).where(PENDING).order_by(deliveries.c.not_before).limit(1)
        with reported():
            async with reading(self.engine) as connection:
                return (await connection.execute(statement)).scalar()

    async def clock_set_back(self, *, now: datetime) -> None:
        """The clock shows an earlier time than before: what was counted from the old time is counted from the new."""
        with reported():
            async with self.engine.begin() as connection:
                for name in ("free_at", "shut_until"):
                    ahead = gates.c[name] > now
                    await connection.execute(update(gates).where(ahead).values({name: now}))
                retried = and_(PENDING, deliveries.c.attempts > 0, deliveries.c.not_before > now)
                await connection.execute(update(deliveries).where(retried).values(not_before=now))

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
        """Delete what ended before that moment; how many."""
        with reported():
            async with self.engine.begin() as connection:
                old = delete(deliveries).where(deliveries.c.ended_at < before)
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

    async def _through_gates(  # noqa: PLR0913
        self,
        connection: AsyncConnection,
        taken: Sequence[Delivery],
        slots: Sequence[datetime],
        bot: Gate,
        limits: Limits,
        now: datetime,
    ) -> list[tuple[Delivery, datetime]]:
        """Those whose chat lets them pass, each with its slot; the others wait until their chat opens."""
        known = await self._gates(connection, [str(d.planned.chat_id) for d in taken], now)
        passing: list[tuple[Delivery, datetime]] = []
        passed: dict[str, Gate] = {}
        for delivery in taken:
            chat, limit = str(delivery.planned.chat_id), limits.of_chat(delivery.planned.chat_id)
            slot = slots[len(passing)]
            opens_at = known[chat].opens_at(limit, now=slot)
            if opens_at > slot + limits.lookahead:
                await _defer(connection, delivery, opens_at)
                continue
            passing.append((delivery, slot))
            bot = bot.passed(limits.bot, at=slot)
            passed[chat] = known[chat].passed(limit, at=slot)
        await _put_gates(connection, passed | {"bot": bot})
        return passing

    async def _gates(self, connection: AsyncConnection, names: Sequence[str], now: datetime) -> dict[str, Gate]:
        """Locked, made where they are missing."""
        wanted = sorted(set(names))
        statement = select(gates).where(gates.c.name.in_(wanted)).order_by(gates.c.name).with_for_update()
        found = {row["name"]: row for row in (await connection.execute(statement)).mappings()}
        missing = [name for name in wanted if name not in found]
        if missing:
            new = [{"name": name, "free_at": now, "shut_until": now} for name in missing]
            await connection.execute(inserting(self.engine, gates).on_conflict_do_nothing(), new)
        known = {name: Gate(row["free_at"], row["shut_until"]) for name, row in found.items()}
        return known | {name: new_gate(now) for name in missing}


def _slots(bot: Gate, limits: Limits, *, now: datetime, count: int) -> list[datetime]:
    """When the next messages may leave, as far as that is soon."""
    slots: list[datetime] = []
    while len(slots) < count and (at := bot.opens_at(limits.bot, now=now)) <= now + limits.lookahead:
        slots.append(at)
        bot = bot.passed(limits.bot, at=at)
    return slots


def claim_statement(worker: str, *, now: datetime, until: datetime, count: int) -> Any:
    """Take the next deliveries in hand, at most one a chat; what another replica has just locked is passed over."""
    due = (
        select(deliveries.c.id, deliveries.c.chat_id, deliveries.c.not_before)
        .where(PENDING, deliveries.c.not_before <= now)
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(count * _WINDOW)
        .subquery("due")
    )
    place = func.row_number().over(partition_by=due.c.chat_id, order_by=(due.c.not_before, due.c.id))
    first = select(due.c.id, place.label("place")).subquery("first")
    chosen = (
        select(deliveries.c.id)
        .where(deliveries.c.id.in_(select(first.c.id).where(first.c.place == 1)), PENDING)
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(count)
        .with_for_update(skip_locked=True)
        .cte("chosen")  # evaluated once: as a subquery PostgreSQL may run it again and take more than `count`
    )
    return _in_hand(deliveries.c.id.in_(select(chosen.c.id)), worker, until)


def _in_hand(which: Any, worker: str, until: datetime) -> Any:
    values = {"state": "sending", "worker": worker, "lease_until": until, "attempts": deliveries.c.attempts + 1}
    return update(deliveries).where(which, PENDING).values(values).returning(*deliveries.c)


async def _take(
    connection: AsyncConnection, worker: str, *, now: datetime, until: datetime, count: int
) -> list[Delivery]:
    statement = claim_statement(worker, now=now, until=until, count=count)
    rows = (await connection.execute(statement)).mappings()
    return sorted((delivery_of(row) for row in rows), key=lambda d: (d.not_before, d.id))


async def _late_siblings(
    connection: AsyncConnection,
    passing: Sequence[tuple[Delivery, datetime]],
    worker: str,
    *,
    now: datetime,
    until: datetime,
) -> list[Delivery]:
    """After a downtime: the other late reminders of the same chats, to go out in the same message."""
    late = [d for d, _ in passing if d.is_late(now) and d.planned.purpose == "remind"]
    if not late:
        return []
    places = {(d.planned.chat_id, d.planned.thread_id) for d in late}
    same = and_(
        or_(
            *(and_(deliveries.c.chat_id == chat, deliveries.c.thread_id.is_not_distinct_from(t)) for chat, t in places)
        ),
        deliveries.c.purpose == "remind",
        deliveries.c.due_at < now - LATE,
        deliveries.c.not_before <= now,
    )
    place = func.row_number().over(
        partition_by=(deliveries.c.chat_id, deliveries.c.thread_id), order_by=(deliveries.c.due_at, deliveries.c.id)
    )
    listed = select(deliveries.c.id, place.label("place")).where(same, PENDING).subquery("late")
    chosen = deliveries.c.id.in_(select(listed.c.id).where(listed.c.place < TOGETHER))
    rows = (await connection.execute(_in_hand(chosen, worker, until))).mappings()
    return [delivery_of(row) for row in rows]


def _parcel(delivery: Delivery, slot: datetime, siblings: Sequence[Delivery], known: dict[int, GroupRule]) -> Parcel:
    place = (delivery.planned.chat_id, delivery.planned.purpose)
    mates = [s for s in siblings if (s.planned.chat_id, s.planned.purpose) == place]
    together = tuple(sorted((delivery, *mates), key=lambda d: (d.planned.due_at, d.id)))
    numbers = {d.planned.rule_id for d in together}
    return Parcel(together, {n: r for n, r in known.items() if n in numbers}, slot)


async def _defer(connection: AsyncConnection, delivery: Delivery, opens_at: datetime) -> None:
    """This one and all others of its chat wait until the chat opens."""
    mine = {"state": "pending", "worker": "", "lease_until": None, "attempts": delivery.attempts - 1}
    await connection.execute(
        update(deliveries).where(deliveries.c.id == delivery.id).values(mine | {"not_before": opens_at})
    )
    others = (deliveries.c.chat_id == delivery.planned.chat_id, PENDING, deliveries.c.not_before < opens_at)
    await connection.execute(update(deliveries).where(*others).values(not_before=opens_at))


async def _put_gates(connection: AsyncConnection, changed: Mapping[str, Gate]) -> None:
    free_at, shut_until = (bindparam(f"new_{name}", type_=gates.c[name].type) for name in ("free_at", "shut_until"))
    statement = update(gates).where(gates.c.name == bindparam("of")).values(free_at=free_at, shut_until=shut_until)
    values = [{"of": n, "new_free_at": g.free_at, "new_shut_until": g.shut_until} for n, g in sorted(changed.items())]
    await connection.execute(statement, values)


async def _rules_of(connection: AsyncConnection, found: Sequence[Delivery]) -> dict[int, GroupRule]:
    numbers = {d.planned.rule_id for d in found if d.planned.rule_id is not None}
    if not numbers:
        return {}
    rows = await connection.execute(select(rules).where(rules.c.id.in_(numbers)))
    skipped = await skipped_of(connection, sorted(numbers))
    return {row["id"]: group_rule_of(row, skipped.get(row["id"], ())) for row in rows.mappings()}


async def _overtaken(connection: AsyncConnection, results: Sequence[Result]) -> dict[int, dict[str, Any]]:
    """Of those to be tried again whose rule was changed meanwhile: what else is to be written, by id."""
    again = {r.delivery.id: r for r in results if r.change.state == "pending" and _is_planned(r.delivery.planned)}
    if not again:
        return {}
    numbers = {r.delivery.planned.rule_id for r in again.values()}
    columns = (rules.c.id, rules.c.revision, rules.c.state)
    rows = await connection.execute(
        select(*columns).where(rules.c.id.in_(numbers)).order_by(rules.c.id).with_for_update()
    )
    current = {row.id: (row.revision, row.state) for row in rows}
    found: dict[int, dict[str, Any]] = {}
    for number, result in again.items():
        planned = result.delivery.planned
        revision, state = current.get(planned.rule_id or 0, (result.revision, "active"))
        if revision == result.revision:
            continue
        await _plan_again(connection, planned.rule_id, planned.due_at)
        found[number] = {"new_state": "withdrawn", "new_problem": "deleted"} if state == "deleted" else {}
    return found


def _is_planned(planned: Planned) -> bool:
    return planned.purpose != "notice" and not planned.lead.startswith(BY_HAND)


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
