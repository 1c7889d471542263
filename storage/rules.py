"""Groups and their rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.rule import GroupRule, Rule, RuleState
from storage.database import reading, reported
from storage.rows import group_rule_of, rule_values
from storage.statements import inserting, is_written
from storage.tables import ChatRow, DeliveryRow, DraftRow, GateRow, MemberRow, RuleRow, SkipRow, table_of

rules = table_of(RuleRow)
chats = table_of(ChatRow)
skips = table_of(SkipRow)
deliveries = table_of(DeliveryRow)
UNDO = timedelta(minutes=10)


@dataclass(frozen=True)
class Chat:
    """A group. state: "gone" with the reason when no message can reach it."""

    chat_id: int
    title: str
    zone: str
    state: Literal["active", "gone"] = "active"
    reason: str = ""


@dataclass(frozen=True)
class RuleStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def add(  # noqa: PLR0913
        self,
        rule: Rule,
        *,
        chat_id: int,
        leader_id: int,
        now: datetime,
        thread_id: int | None = None,
        declared: str = "",
    ) -> GroupRule:
        """A new active rule; nothing that was due before now is sent."""
        values = rule_values(rule) | {
            "chat_id": chat_id,
            "thread_id": thread_id,
            "leader_id": leader_id,
            "state": "active",
            "since": now,
            "declared": declared,
            "planned_until": now,
            "planned_with": "",
        }
        with reported():
            async with self.engine.begin() as connection:
                number = (await connection.execute(insert(rules).values(values).returning(rules.c.id))).scalar_one()
        return GroupRule(number, chat_id, thread_id, leader_id, rule, "active", now, declared=declared)

    async def get(self, rule_id: int) -> GroupRule | None:
        found = await self._found(select(rules).where(rules.c.id == rule_id))
        return found[0] if found else None

    async def of_chat(self, chat_id: int) -> Sequence[GroupRule]:
        """Oldest first, without the deleted ones."""
        return await self._found(select(rules).where(rules.c.chat_id == chat_id, rules.c.state != "deleted"))

    async def all(self) -> Sequence[GroupRule]:
        """Of every group, without the deleted ones."""
        return await self._found(select(rules).where(rules.c.state != "deleted"))

    async def declared(self) -> Sequence[GroupRule]:
        """Those that came from config.yaml."""
        return await self._found(select(rules).where(rules.c.state != "deleted", rules.c.declared != ""))

    async def change(self, rule_id: int, rule: Rule, *, now: datetime, **columns: int | str | None) -> None:
        """Another rule under the same id; what was planned is planned anew. columns: thread_id, leader_id, declared."""
        await self._renew(rule_id, rule_values(rule) | columns, now=now)

    async def set_state(self, rule_id: int, state: RuleState, *, now: datetime) -> bool:
        """Pause, resume, delete, or take a deletion back within UNDO; False when it is too late for that."""
        with reported():
            async with self.engine.begin() as connection:
                row = await _locked(connection, rule_id)
                if row is None or (row["state"] == "deleted" and now - row["deleted_at"] > UNDO):
                    return False
                values = {"state": state, "deleted_at": now if state == "deleted" else None}
                since = row["deleted_at"] if row["state"] == "deleted" else now  # taken back: as if never deleted
                await _renewed(connection, rule_id, values, now=since)
        return True

    async def skip(self, rule_id: int, nominal: datetime) -> bool:
        """False when it was skipped already. nominal: naive local."""
        pending = (deliveries.c.rule_id == rule_id, deliveries.c.nominal == nominal, deliveries.c.state == "pending")
        with reported():
            async with self.engine.begin() as connection:
                values = {"rule_id": rule_id, "nominal": nominal}
                new = inserting(self.engine, skips).values(values).on_conflict_do_nothing()
                is_new = await is_written(connection, new, skips)
                await connection.execute(update(deliveries).where(*pending).values(state="withdrawn"))
        return is_new

    async def unskip(self, rule_id: int, nominal: datetime, *, now: datetime) -> None:
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(delete(skips).where(skips.c.rule_id == rule_id, skips.c.nominal == nominal))
                await _renewed(connection, rule_id, {}, now=now)

    async def chat(self, chat_id: int) -> Chat | None:
        with reported():
            async with reading(self.engine) as connection:
                row = (await connection.execute(select(chats).where(chats.c.chat_id == chat_id))).mappings().first()
        return Chat(**row) if row is not None else None

    async def put_chat(self, chat: Chat, *, now: datetime) -> None:
        """Known and active again; the rules of a group that was gone go on from now."""
        values: dict[str, Any] = {"title": chat.title, "zone": chat.zone, "state": "active", "reason": ""}
        with reported():
            async with self.engine.begin() as connection:
                new = values | {"chat_id": chat.chat_id}
                statement = inserting(self.engine, chats).values(new).on_conflict_do_nothing()
                if await is_written(connection, statement, chats):
                    return
                was = (await connection.execute(select(chats.c.state).where(chats.c.chat_id == chat.chat_id))).scalar()
                await connection.execute(update(chats).where(chats.c.chat_id == chat.chat_id).values(values))
                if was == "gone":
                    renewed = {"since": now, "planned_until": now, "planned_with": ""}
                    await connection.execute(update(rules).where(rules.c.chat_id == chat.chat_id).values(renewed))

    async def chat_gone(self, chat_id: int, reason: str, zone: str) -> bool:
        """Nothing is sent there any more; False when that was known."""
        values = {"chat_id": chat_id, "title": "", "zone": zone, "state": "gone", "reason": reason}
        with reported():
            async with self.engine.begin() as connection:
                statement = inserting(self.engine, chats).values(values)
                changed = statement.on_conflict_do_update(
                    index_elements=["chat_id"],
                    set_={"state": "gone", "reason": reason},
                    where=chats.c.state != "gone",
                )
                is_new = await is_written(connection, changed, chats)
                pending = (deliveries.c.chat_id == chat_id, deliveries.c.state == "pending")
                await connection.execute(update(deliveries).where(*pending).values(state="withdrawn", problem=reason))
        return is_new

    async def move_chat(self, old: int, new: int) -> None:
        """The group is a supergroup now, under another id. Doing it twice changes nothing."""
        with reported():
            async with self.engine.begin() as connection:
                for table in (rules, deliveries, table_of(DraftRow)):
                    await connection.execute(update(table).where(table.c.chat_id == old).values(chat_id=new))
                members = table_of(MemberRow)
                there = select(members.c.user_id).where(members.c.chat_id == new)
                twice = (members.c.chat_id == old, members.c.user_id.in_(there))
                await connection.execute(delete(members).where(*twice))
                await connection.execute(update(members).where(members.c.chat_id == old).values(chat_id=new))
                if (await connection.execute(select(chats.c.chat_id).where(chats.c.chat_id == new))).first() is None:
                    await connection.execute(update(chats).where(chats.c.chat_id == old).values(chat_id=new))
                gates = table_of(GateRow)
                await connection.execute(delete(gates).where(gates.c.name == str(old)))

    async def _found(self, statement: Select[Any]) -> Sequence[GroupRule]:
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement.order_by(rules.c.id))).mappings().all()
                skipped = await skipped_of(connection, [row["id"] for row in rows])
        return [group_rule_of(row, skipped.get(row["id"], ())) for row in rows]

    async def _renew(self, rule_id: int, values: dict[str, Any], *, now: datetime) -> None:
        with reported():
            async with self.engine.begin() as connection:
                await _renewed(connection, rule_id, values, now=now)


async def _locked(connection: AsyncConnection, rule_id: int) -> Any:
    statement = select(rules).where(rules.c.id == rule_id).with_for_update()
    return (await connection.execute(statement)).mappings().first()


async def _renewed(connection: AsyncConnection, rule_id: int, values: dict[str, Any], *, now: datetime) -> None:
    """What was planned falls away and is planned anew from now on."""
    fresh = {"since": now, "planned_until": now, "planned_with": ""}
    await connection.execute(update(rules).where(rules.c.id == rule_id).values(values | fresh))
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.rule_id == rule_id, deliveries.c.state == "pending", deliveries.c.purpose != "notice")
        .values(state="withdrawn")
    )


async def skipped_of(connection: AsyncConnection, rule_ids: Iterable[int]) -> dict[int, set[datetime]]:
    found: dict[int, set[datetime]] = {}
    numbers = list(rule_ids)
    if not numbers:
        return found
    rows = await connection.execute(select(skips).where(skips.c.rule_id.in_(numbers)))
    for row in rows.mappings():
        found.setdefault(row["rule_id"], set()).add(row["nominal"])
    return found
