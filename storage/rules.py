"""The groups' rules. Whatever changes one raises its revision, so that no plan made before is written after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.by_hand import MOVED
from scheduler.changed import Changed
from scheduler.delivery import Planned
from scheduler.notices import UNREACHABLE
from scheduler.rule import GroupRule, Rule
from scheduler.workdays import Workdays
from storage.carrying import LEADERLESS, OVERDUE, PLANNED, carried_over, tell, withdraw
from storage.database import reading, reported
from storage.rows import group_rules_of, rule_values
from storage.statements import inserting, is_written
from storage.tables import ChatRow, DeliveryRow, RuleRow, SkipRow, table_of

rules = table_of(RuleRow)
skips = table_of(SkipRow)
deliveries = table_of(DeliveryRow)
UNDO = timedelta(minutes=10)
_LIBRARY = Workdays()


@dataclass(frozen=True)
class RuleStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def add(
        self, rule: Rule, *, chat_id: int, leader_id: int, now: datetime, thread_id: int | None = None
    ) -> GroupRule:
        """A new active rule; nothing that was due before now is sent."""
        values = new_values(rule, chat_id=chat_id, leader_id=leader_id, thread_id=thread_id, now=now)
        with reported():
            async with self.engine.begin() as connection:
                statement = inserting(self.engine, rules).values(values).returning(rules.c.id)
                number = (await connection.execute(statement)).scalar_one()
        return GroupRule(number, chat_id, thread_id, leader_id, rule, "active", now)

    async def declare(  # noqa: PLR0913
        self, rule: Rule, name: str, *, chat_id: int, leader_id: int, now: datetime, thread_id: int | None = None
    ) -> None:
        """As add, under its name in config.yaml; one that is there already stays as it is, whatever its text.

        The chat is one that is known: replicas that start together wait for one another there.
        """
        values = new_values(rule, chat_id=chat_id, leader_id=leader_id, thread_id=thread_id, now=now)
        values["declared"] = name
        chats = table_of(ChatRow)
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(select(chats).where(chats.c.chat_id == chat_id).with_for_update())
                known = await declared_in(connection, chat_id)
                if bare_name(name) not in {bare_name(other) for other in known.values()}:
                    await connection.execute(inserting(self.engine, rules).values(values).on_conflict_do_nothing())

    async def get(self, rule_id: int) -> GroupRule | None:
        found = await self._found(select(rules).where(rules.c.id == rule_id))
        return found[0] if found else None

    async def of_chat(self, chat_id: int) -> Sequence[GroupRule]:
        """Oldest first, without the deleted ones."""
        return await self._found(select(rules).where(rules.c.chat_id == chat_id, rules.c.state != "deleted"))

    async def undoable(self, chat_id: int, *, now: datetime) -> Sequence[GroupRule]:
        """Deleted so short a time ago that they can be restored."""
        deleted = (rules.c.state == "deleted", rules.c.deleted_at >= now - UNDO, rules.c.declared == "")
        return await self._found(select(rules).where(rules.c.chat_id == chat_id, *deleted))

    async def all(self) -> Sequence[GroupRule]:
        """Of every group, without the deleted ones."""
        return await self._found(select(rules).where(rules.c.state != "deleted"))

    async def declared(self) -> Sequence[GroupRule]:
        """Those that came from config.yaml."""
        return await self._found(select(rules).where(rules.c.state != "deleted", rules.c.declared != ""))

    async def change(  # noqa: PLR0913
        self,
        rule_id: int,
        rule: Rule,
        *,
        now: datetime,
        workdays: Workdays = _LIBRARY,
        revision: int | None = None,
        beside: Sequence[Planned] | None = None,
        **columns: int | str | None,
    ) -> bool:
        """Another rule under the same id. columns: thread_id, leader_id, declared. workdays: in force.

        What is due later is planned anew. What is overdue and not sent yet goes out all the same, as the new rule
        says it, unless there is nothing on that day now; what is over is summed up whatever comes next. revision: the
        one that the change was made from. beside: all that the group is to be told at once, promised with the change
        or not at all, in place of what waits to be told so; None when nobody has worked it out.
        False when the rule was deleted, or is of another revision by now.
        """
        changed = rule_values(rule) | columns
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or row["state"] == "deleted" or revision not in (None, row["revision"]):
                    return False
                await _readdress(connection, row, changed, now)
                leader = changed.get("leader_id", row["leader_id"])
                planned = await self._dated_anew(connection, row, rule, leader, workdays, now)
                await _write(connection, row, changed | planned)
                await tell(self.engine, connection, rule_id, beside, now)
        return True

    async def _dated_anew(  # noqa: PLR0913
        self, connection: AsyncConnection, row: Any, rule: Rule, leader_id: int, workdays: Workdays, now: datetime
    ) -> dict[str, Any]:
        """What is promised of it, held against the rule that it becomes; what is to be written of its planning."""
        known = group_rules_of([row])
        if not known:  # it could not be read, so nothing of it was planned
            return _from(now)
        stored = known[0]
        if stored.leader_id == leader_id and _is_planned_alike(stored.rule, rule):
            return {}
        if stored.rule.schedule == rule.schedule:
            await withdraw(connection, row["id"], PLANNED, deliveries.c.due_at > now)
            return _replanned(row, now)
        change = Changed(stored, replace(stored, rule=rule, leader_id=leader_id), workdays, now)
        return _replanned(row, now) | await carried_over(self.engine, connection, change)

    async def hand_over(self, rule_id: int, leader_id: int, *, now: datetime) -> bool:
        """To another leader, 0 for nobody; also while it is deleted: it may come back."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None:
                    return False
                await _readdress(connection, row, {"leader_id": leader_id}, now)
                await withdraw(connection, rule_id, PLANNED, deliveries.c.due_at > now)
                await _write(connection, row, {"leader_id": leader_id} | _replanned(row, now))
        return True

    async def pause(self, rule_id: int) -> bool:
        """False when it was not active. What is due meanwhile is never sent."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or row["state"] != "active":
                    return False
                await withdraw(connection, rule_id, or_(PLANNED, deliveries.c.lead == MOVED))
                await _write(connection, row, {"state": "paused"})
        return True

    async def resume(self, rule_id: int, *, now: datetime, beside: Sequence[Planned] | None = None) -> bool:
        """False when it was not paused. beside: as in change."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or row["state"] != "paused":
                    return False
                await _write(connection, row, _from(now) | {"state": "active"})
                await tell(self.engine, connection, rule_id, beside, now)
        return True

    async def delete(self, rule_id: int, *, now: datetime) -> bool:
        """False when it was deleted already."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or row["state"] == "deleted":
                    return False
                await withdraw(connection, rule_id, problem="deleted")
                values = {"state": "deleted", "deleted_at": now, "state_before": row["state"]}
                await _write(connection, row, values)
        return True

    async def restore(self, rule_id: int, *, now: datetime) -> bool:
        """As if never deleted; False when that was more than UNDO ago. One that is not deleted stays as it is."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or (row["state"] == "deleted" and now - row["deleted_at"] > UNDO):
                    return False
                if row["state"] == "deleted":
                    values = {"state": row["state_before"], "deleted_at": None}
                    await _write(connection, row, values | _replanned(row, now))
                    await _bring_back(connection, rule_id, "deleted")
        return True

    async def skip(
        self, rule_id: int, nominal: datetime, *, now: datetime, beside: Sequence[Planned] | None = None
    ) -> bool:
        """False when it was skipped already. nominal: naive local. beside: as in change."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                values = {"rule_id": rule_id, "nominal": nominal}
                new = inserting(self.engine, skips).values(values).on_conflict_do_nothing()
                if row is None or not await is_written(connection, new, skips):
                    return False
                await _write(connection, row, {})
                mine = (deliveries.c.rule_id == rule_id, deliveries.c.nominal == nominal, _PENDING)
                overdue = update(deliveries).where(*mine, deliveries.c.due_at <= now)
                await connection.execute(overdue.values(state="withdrawn", problem=OVERDUE))
                await connection.execute(update(deliveries).where(*mine).values(state="withdrawn"))
                await tell(self.engine, connection, rule_id, beside, now)
        return True

    async def unskip(
        self, rule_id: int, nominal: datetime, *, now: datetime, beside: Sequence[Planned] | None = None
    ) -> None:
        """What was due while it was skipped stays unsent; what was overdue when it was skipped goes out.

        beside: as in change.
        """
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None:
                    return
                await connection.execute(delete(skips).where(skips.c.rule_id == rule_id, skips.c.nominal == nominal))
                await _bring_back(connection, rule_id, OVERDUE, deliveries.c.nominal == nominal)
                await _write(connection, row, _replanned(row, now))
                await tell(self.engine, connection, rule_id, beside, now)

    async def _found(self, statement: Select[Any]) -> Sequence[GroupRule]:
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement.order_by(rules.c.id))).mappings().all()
                skipped = await skipped_of(connection, [row["id"] for row in rows])
        return group_rules_of(rows, skipped)


def bare_name(declared: str) -> str:
    """Of "name#fingerprint"."""
    return declared.rpartition("#")[0]


async def declared_in(connection: AsyncConnection, chat_id: int) -> dict[int, str]:
    """What is declared of a chat: id -> name and fingerprint."""
    there = (rules.c.chat_id == chat_id, rules.c.state != "deleted", rules.c.declared != "")
    rows = await connection.execute(select(rules.c.id, rules.c.declared).where(*there))
    return {rule_id: declared for rule_id, declared in rows}


_PENDING = deliveries.c.state == "pending"


def new_values(rule: Rule, *, chat_id: int, leader_id: int, thread_id: int | None, now: datetime) -> dict[str, Any]:
    values = {"chat_id": chat_id, "thread_id": thread_id, "leader_id": leader_id, "state": "active", "declared": ""}
    return rule_values(rule) | values | _from(now)


def _from(now: datetime) -> dict[str, Any]:
    """Planned from now on: nothing that was due before is sent."""
    return {"since": now, "planned_until": now, "planned_with": ""}


def _is_planned_alike(one: Rule, other: Rule) -> bool:
    """What is read only when a message is written makes no difference."""
    return replace(one, title="", place="", note="") == replace(other, title="", place="", note="")


def _replanned(row: Any, now: datetime) -> dict[str, Any]:
    """Planned anew from now on, beside what is promised already: nothing is added that was due before."""
    anew = min(row["planned_until"], now)
    return {"planned_until": anew, "planned_with": "", "since": max(row["since"], anew)}


async def _locked(connection: AsyncConnection, rule_id: int) -> Any:
    statement = select(rules).where(rules.c.id == rule_id).with_for_update()
    return (await connection.execute(statement)).mappings().first()


async def _write(connection: AsyncConnection, row: Any, values: dict[str, Any]) -> None:
    changed = values | {"revision": row["revision"] + 1}
    await connection.execute(update(rules).where(rules.c.id == row["id"]).values(changed))


async def _bring_back(connection: AsyncConnection, rule_id: int, problem: str, *more: Any) -> None:
    withdrawn = (deliveries.c.rule_id == rule_id, deliveries.c.state == "withdrawn", deliveries.c.problem == problem)
    await connection.execute(update(deliveries).where(*withdrawn, *more).values(state="pending", problem=""))


async def _readdress(connection: AsyncConnection, row: Any, changed: dict[str, Any], now: datetime) -> None:
    """What waits, or may come back, goes to the topic, and to the leader, of now; to nobody when there is none."""
    returning = and_(deliveries.c.state == "withdrawn", deliveries.c.problem.in_(("deleted", LEADERLESS, OVERDUE)))
    mine = (deliveries.c.rule_id == row["id"], or_(_PENDING, returning))
    if "thread_id" in changed:
        in_group = (*mine, deliveries.c.chat_id == row["chat_id"])
        await connection.execute(update(deliveries).where(*in_group).values(thread_id=changed["thread_id"]))
    leader = changed.get("leader_id", row["leader_id"])
    if leader == row["leader_id"]:
        return
    in_private = deliveries.c.purpose.in_(("summary", "checklist"))
    if not leader:
        await withdraw(connection, row["id"], in_private, problem=LEADERLESS)
        return
    await connection.execute(update(deliveries).where(*mine, in_private).values(chat_id=leader))
    if row["state"] == "active":
        await _say_to_another(connection, row["id"], leader, now)
    no_plan = or_(deliveries.c.due_at <= now, ~PLANNED)  # brings it back
    still_of_use = and_(deliveries.c.expires_at > now, no_plan)
    await _bring_back(connection, row["id"], LEADERLESS, still_of_use)


async def _say_to_another(connection: AsyncConnection, rule_id: int, leader: int, now: datetime) -> None:
    """What the one before could not be told, while it is of use."""
    c = deliveries.c
    unread = (c.state == "failed", c.problem.in_(UNREACHABLE), c.expires_at > now)
    private = (c.rule_id == rule_id, c.purpose.in_(("summary", "checklist")))
    again = {"state": "pending", "problem": "", "ended_at": None, "not_before": now, "chat_id": leader}
    await connection.execute(update(deliveries).where(*private, *unread).values(again))


async def skipped_of(connection: AsyncConnection, rule_ids: Iterable[int]) -> dict[int, set[datetime]]:
    found: dict[int, set[datetime]] = {}
    numbers = list(rule_ids)
    if not numbers:
        return found
    rows = await connection.execute(select(skips).where(skips.c.rule_id.in_(numbers)))
    for row in rows.mappings():
        found.setdefault(row["rule_id"], set()).add(row["nominal"])
    return found
