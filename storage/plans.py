"""What is still to be planned, and what planning found, written so that planning twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.coming import event_of
from scheduler.delivery import OBSOLETE, Planned
from scheduler.ports import Plan, Unplanned
from storage.carrying import BY_HAND
from storage.database import reading, reported
from storage.rows import group_rules_of, planned_values
from storage.rules import skipped_of
from storage.statements import inserting, is_written
from storage.tables import ChatRow, DeliveryRow, RuleRow, table_of

rules = table_of(RuleRow)
deliveries = table_of(DeliveryRow)
chats = table_of(ChatRow)


@dataclass(frozen=True)
class PlanStore:
    """Every method raises StoreError when the data base fails."""

    engine: AsyncEngine

    async def unplanned(self, *, until: datetime, calendar: str | None, count: int) -> Sequence[Unplanned]:
        """Active rules in active groups that are not planned up to `until`, or not with this calendar (None: any).

        At least `count`, if there are so many: those that can't be read are not among them, and hold up no other.
        """
        gone = exists().where(chats.c.chat_id == rules.c.chat_id, chats.c.state == "gone")
        is_due = rules.c.planned_until < until
        is_due = is_due if calendar is None else or_(is_due, rules.c.planned_with != calendar)
        due = select(rules).where(text("rules.state = 'active'"), ~gone, is_due)
        ordered = due.order_by(rules.c.planned_until, rules.c.id).limit(count)
        found: list[Unplanned] = []
        seen = 0
        with reported():
            async with reading(self.engine) as connection:
                while len(found) < count:
                    rows = (await connection.execute(ordered.offset(seen))).mappings().all()
                    found += _readable(rows, await skipped_of(connection, [row["id"] for row in rows]), calendar)
                    seen += len(rows)
                    if len(rows) < count:
                        break
        return found

    async def write(self, plans: Sequence[Plan], *, until: datetime, calendar: str) -> None:
        """Insert what is new, move what has another time, withdraw what no longer happens.

        What was due before the rule became as it is now is neither new nor comes back: it may have been sent already,
        at the hour that it had then.

        A rule that was changed since its plan was made is left alone: it is planned again.
        """
        with reported():
            async with self.engine.begin() as connection:
                current = await _unchanged(connection, plans)
                wanted = {p.key: p for plan in current for p in plan.deliveries}
                known = await _known(connection, current)
                since = {plan.group_rule.id: plan.group_rule.since for plan in current}
                late = {key for key, p in wanted.items() if p.due_at < since[p.rule_id or 0]}
                await self._insert(connection, [p for key, p in wanted.items() if key not in known and key not in late])
                gone = {key for key, row in known.items() if row["state"] == "withdrawn" and key in late}
                await _adjust(connection, current, wanted, {k: row for k, row in known.items() if k not in gone})
                numbers = [plan.group_rule.id for plan in current]
                done = update(rules).where(rules.c.id.in_(numbers)).values(planned_until=until, planned_with=calendar)
                await connection.execute(done)

    async def add(self, extra: Sequence[Planned]) -> int:
        """Deliveries beside the plan; how many of them were new."""
        with reported():
            async with self.engine.begin() as connection:
                new = 0
                for planned in extra:
                    statement = inserting(self.engine, deliveries).values(planned_values(planned))
                    keyed = statement.on_conflict_do_nothing(index_elements=["key"])
                    new += await is_written(connection, keyed, deliveries)
                return new

    async def _insert(self, connection: AsyncConnection, planned: Sequence[Planned]) -> None:
        if planned:
            statement = inserting(self.engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
            await connection.execute(statement, [planned_values(p) for p in planned])


def _readable(
    rows: Sequence[RowMapping], skipped: Mapping[int, Iterable[datetime]], calendar: str | None
) -> list[Unplanned]:
    planned = {row["id"]: (row["planned_until"], row["planned_with"]) for row in rows}
    return [
        Unplanned(r, planned[r.id][0], calendar is not None and planned[r.id][1] not in ("", calendar))
        for r in group_rules_of(rows, skipped)
    ]


async def _unchanged(connection: AsyncConnection, plans: Sequence[Plan]) -> list[Plan]:
    numbers = [plan.group_rule.id for plan in plans]
    statement = select(rules.c.id, rules.c.revision, rules.c.state, rules.c.chat_id).where(rules.c.id.in_(numbers))
    rows = (await connection.execute(statement.order_by(rules.c.id).with_for_update())).mappings()
    now = {row["id"]: (row["revision"], row["state"], row["chat_id"]) for row in rows}
    return [p for p in plans if now.get(p.group_rule.id) == (p.group_rule.revision, "active", p.group_rule.chat_id)]


async def _known(connection: AsyncConnection, plans: Sequence[Plan]) -> dict[str, dict[str, Any]]:
    """What is planned of these rules and may still change, by key."""
    names = ("id", "key", "rule_id", "state", "problem", "due_at", "nominal", "event_at", "chat_id", "thread_id")
    statement = select(*(deliveries.c[name] for name in names)).where(
        deliveries.c.rule_id.in_([plan.group_rule.id for plan in plans]),
        text("deliveries.state IN ('pending', 'withdrawn')"),
        deliveries.c.purpose != "notice",
        ~deliveries.c.lead.startswith(BY_HAND),
    )
    return {row["key"]: dict(row) for row in (await connection.execute(statement)).mappings()}


async def _adjust(
    connection: AsyncConnection, plans: Sequence[Plan], wanted: dict[str, Planned], known: dict[str, dict[str, Any]]
) -> None:
    made = {plan.group_rule.id: plan for plan in plans}
    moved = [_moved(row, wanted[key]) for key, row in known.items() if key in wanted and _differs(row, wanted[key])]
    dropped = [
        {"row": row["id"]}
        for key, row in known.items()
        if key not in wanted and row["state"] == "pending" and _falls_away(row, made[row["rule_id"]])
    ]
    may_change = text("deliveries.state IN ('pending', 'withdrawn')")
    names = ("due_at", "not_before", "expires_at", "event_at", "chat_id", "thread_id", "state", "problem")
    if moved:
        values = {name: bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in names}
        await connection.execute(
            update(deliveries).where(deliveries.c.id == bindparam("row"), may_change).values(values), moved
        )
    if dropped:
        still = update(deliveries).where(deliveries.c.id == bindparam("row"), text("deliveries.state = 'pending'"))
        await connection.execute(still.values(state="withdrawn"), dropped)


def _falls_away(row: dict[str, Any], plan: Plan) -> bool:
    """What is planned no more. What was promised before a change stays while its event does: only its lead is gone."""
    if row["due_at"] < plan.after:
        return False
    return row["due_at"] > plan.group_rule.since or not _takes_place(row, plan)


def _takes_place(row: dict[str, Any], plan: Plan) -> bool:
    event = event_of(plan.group_rule, row["nominal"], plan.workdays)
    return event is not None and event.at == row["event_at"] and event.nominal not in plan.group_rule.skipped


def _differs(row: dict[str, Any], planned: Planned) -> bool:
    place = (row["due_at"], row["event_at"], row["chat_id"], row["thread_id"])
    wanted = (planned.due_at, planned.event_at, planned.chat_id, planned.thread_id)
    is_to_come_back = row["state"] == "withdrawn" and row["problem"] != OBSOLETE
    return is_to_come_back or place != wanted


def _moved(row: dict[str, Any], planned: Planned) -> dict[str, Any]:
    return {
        "row": row["id"],
        "new_due_at": planned.due_at,
        "new_not_before": planned.due_at,
        "new_expires_at": planned.expires_at,
        "new_event_at": planned.event_at,
        "new_chat_id": planned.chat_id,
        "new_thread_id": planned.thread_id,
        "new_state": "pending",
        "new_problem": "",
    }
