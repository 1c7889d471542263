"""What a worker takes in hand: what is due, as far as the gates let it through, at most one message a chat.

The states in the predicates are literals, or the data bases would not use the partial indexes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.by_hand import MOVED
from scheduler.delivery import LATE, Delivery
from scheduler.gates import Gate, Limits
from scheduler.ports import Claim, Parcel
from scheduler.rule import GroupRule
from storage.gates import gates_of, put_gates
from storage.rows import delivery_of, group_rules_of
from storage.rules import skipped_of
from storage.tables import DeliveryRow, RuleRow, table_of

deliveries = table_of(DeliveryRow)
rules = table_of(RuleRow)
PENDING = text("deliveries.state = 'pending'")
_WINDOW = 8  # candidates looked at for each one wanted: several may go to one chat
TOGETHER = 10  # late ones in one message


@dataclass(frozen=True)
class Claimant:
    """Who takes, when, and until when it is theirs (aware, UTC)."""

    worker: str
    now: datetime
    until: datetime


async def claimed(
    engine: AsyncEngine, connection: AsyncConnection, claimant: Claimant, *, count: int, limits: Limits
) -> Claim:
    """At most `count` parcels that may leave within limits.lookahead, one a chat, in order of due time."""
    now = claimant.now
    bot = (await gates_of(engine, connection, ["bot"], now))["bot"]
    slots = _slots(bot, limits, now=now, count=count)
    if not slots:
        return Claim(opens_at=bot.opens_at(limits.bot, now=now))
    taken = await _take(connection, claimant, len(slots))
    if not taken:
        return Claim()
    known = await gates_of(engine, connection, [str(d.planned.chat_id) for d in taken], now)
    passing = await _through_gates(connection, taken, slots, known | {"bot": bot}, limits)
    siblings = await _late_siblings(connection, passing, claimant)
    everything = [d for d, _ in passing] + siblings
    planned_from = await rules_of(connection, everything)
    return Claim(tuple(_parcel(d, slot, siblings, planned_from) for d, slot in passing))


def _slots(bot: Gate, limits: Limits, *, now: datetime, count: int) -> list[datetime]:
    """When the next messages may leave, as far as that is soon."""
    slots: list[datetime] = []
    while len(slots) < count and (at := bot.opens_at(limits.bot, now=now)) <= now + limits.lookahead:
        slots.append(at)
        bot = bot.passed(limits.bot, at=at)
    return slots


def claim_statement(claimant: Claimant, count: int) -> Any:
    """Take the next deliveries in hand, at most one a chat; what another replica has just locked is passed over."""
    due = (
        select(deliveries.c.id, deliveries.c.chat_id, deliveries.c.not_before)
        .where(PENDING, deliveries.c.not_before <= claimant.now)
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
    return _in_hand(deliveries.c.id.in_(select(chosen.c.id)), claimant)


def _in_hand(which: Any, by: Claimant) -> Any:
    taken = {"state": "sending", "worker": by.worker, "lease_until": by.until, "attempts": deliveries.c.attempts + 1}
    return update(deliveries).where(which, PENDING).values(taken).returning(*deliveries.c)


async def _take(connection: AsyncConnection, claimant: Claimant, count: int) -> list[Delivery]:
    rows = (await connection.execute(claim_statement(claimant, count))).mappings()
    return sorted((delivery_of(row) for row in rows), key=lambda d: (d.not_before, d.id))


async def _through_gates(
    connection: AsyncConnection,
    taken: Sequence[Delivery],
    slots: Sequence[datetime],
    known: dict[str, Gate],
    limits: Limits,
) -> list[tuple[Delivery, datetime]]:
    """Those whose chat lets them pass, each with its slot; the others wait until their chat opens."""
    passing: list[tuple[Delivery, datetime]] = []
    passed = {"bot": known["bot"]}
    for delivery in taken:
        chat, limit = str(delivery.planned.chat_id), limits.of_chat(delivery.planned.chat_id)
        slot = slots[len(passing)]
        opens_at = known[chat].opens_at(limit, now=slot)
        if opens_at > slot + limits.lookahead:
            await _defer(connection, delivery, opens_at)
            continue
        passing.append((delivery, slot))
        passed |= {"bot": passed["bot"].passed(limits.bot, at=slot), chat: known[chat].passed(limit, at=slot)}
    await put_gates(connection, passed)
    return passing


async def _late_siblings(
    connection: AsyncConnection,
    passing: Sequence[tuple[Delivery, datetime]],
    claimant: Claimant,
) -> list[Delivery]:
    """After a downtime: the other late reminders of the same chats, to go out in the same message."""
    late = [d for d, _ in passing if d.is_late(claimant.now) and _goes_with_others(d)]
    if not late:
        return []
    places = {(d.planned.chat_id, d.planned.thread_id) for d in late}
    same = and_(
        or_(
            *(and_(deliveries.c.chat_id == chat, deliveries.c.thread_id.is_not_distinct_from(t)) for chat, t in places)
        ),
        deliveries.c.purpose == "remind",
        deliveries.c.lead != MOVED,
        deliveries.c.due_at < claimant.now - LATE,
        deliveries.c.not_before <= claimant.now,
    )
    place = func.row_number().over(
        partition_by=(deliveries.c.chat_id, deliveries.c.thread_id), order_by=(deliveries.c.due_at, deliveries.c.id)
    )
    listed = select(deliveries.c.id, place.label("place")).where(same, PENDING).subquery("late")
    chosen = deliveries.c.id.in_(select(listed.c.id).where(listed.c.place < TOGETHER))
    rows = (await connection.execute(_in_hand(chosen, claimant))).mappings()
    return [delivery_of(row) for row in rows]


def _goes_with_others(delivery: Delivery) -> bool:
    """News of what was moved say more than a line."""
    return delivery.planned.purpose == "remind" and delivery.planned.lead != MOVED


def _parcel(delivery: Delivery, slot: datetime, siblings: Sequence[Delivery], known: dict[int, GroupRule]) -> Parcel:
    place = (delivery.planned.chat_id, delivery.planned.purpose)
    mates = [s for s in siblings if (s.planned.chat_id, s.planned.purpose) == place and _goes_with_others(delivery)]
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


async def rules_of(connection: AsyncConnection, found: Sequence[Delivery]) -> dict[int, GroupRule]:
    """The rules that deliveries were planned from, by id, without those that can't be read."""
    numbers = {d.planned.rule_id for d in found if d.planned.rule_id is not None}
    if not numbers:
        return {}
    rows = (await connection.execute(select(rules).where(rules.c.id.in_(numbers)))).mappings().all()
    return {r.id: r for r in group_rules_of(rows, await skipped_of(connection, numbers))}
