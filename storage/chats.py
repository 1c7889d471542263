"""Groups: known, gone, back, moved."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.by_hand import MOVED
from scheduler.delivery import Planned
from scheduler.notices import gone_notices
from scheduler.rule import GroupRule
from storage.database import reading, reported
from storage.rows import group_rules_of, planned_values
from storage.rules import bare_name, declared_in
from storage.statements import inserting, is_written
from storage.tables import ChatRow, DeliveryRow, DraftRow, GateRow, MemberRow, ResponseRow, RuleRow, table_of

chats = table_of(ChatRow)
deliveries = table_of(DeliveryRow)
drafts = table_of(DraftRow)
gates = table_of(GateRow)
members = table_of(MemberRow)
responses = table_of(ResponseRow)
rules = table_of(RuleRow)
_MOVED = "moved"


@dataclass(frozen=True)
class Chat:
    """A group, by the id that it has now. state: "gone" with the reason when no message can reach it."""

    chat_id: int
    title: str
    zone: str
    state: Literal["active", "gone"] = "active"
    reason: str = ""


@dataclass(frozen=True)
class ChatStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC."""

    engine: AsyncEngine

    async def get(self, chat_id: int) -> Chat | None:
        with reported():
            async with reading(self.engine) as connection:
                known = select(chats).where(chats.c.chat_id == chat_id, chats.c.state != _MOVED)
                row = (await connection.execute(known)).mappings().first()
        return Chat(**{f.name: row[f.name] for f in fields(Chat)}) if row is not None else None

    async def moved(self) -> dict[int, int]:
        """Old ids of groups that are supergroups now, and their new ones."""
        with reported():
            async with reading(self.engine) as connection:
                statement = select(chats.c.chat_id, chats.c.reason).where(chats.c.state == _MOVED)
                rows = (await connection.execute(statement)).all()
        return {old: int(new) for old, new in rows}

    async def describe(self, chat: Chat) -> None:
        """Its zone, and its title unless that is empty. One that is gone stays so."""
        with reported():
            async with self.engine.begin() as connection:
                await self._described(connection, chat)

    async def put(self, chat: Chat, *, now: datetime) -> None:
        """Known and active again; the rules of a group that was gone go on from now."""
        with reported():
            async with self.engine.begin() as connection:
                was = await self._described(connection, chat)
                if was != "gone":
                    return
                active = {"state": "active", "reason": "", "gone_at": None}
                await connection.execute(update(rules).where(rules.c.chat_id == chat.chat_id).values(_renewed(now)))
                await _news_again(connection, chat.chat_id, now)
                await connection.execute(update(chats).where(chats.c.chat_id == chat.chat_id).values(active))

    async def gone(self, chat_id: int, reason: str, *, zone: str, now: datetime) -> bool:
        """Nothing is sent there any more, nor about it to its leaders, who are told, each once. False: known."""
        values = {"chat_id": chat_id, "title": "", "zone": zone, "state": "gone", "reason": reason, "gone_at": now}
        with reported():
            async with self.engine.begin() as connection:
                statement = inserting(self.engine, chats).values(values)
                changed = statement.on_conflict_do_update(
                    index_elements=["chat_id"],
                    set_={"state": "gone", "reason": reason, "gone_at": now},
                    where=chats.c.state.not_in(("gone", _MOVED)),
                )
                is_new = await is_written(connection, changed, chats)
                await _silenced(connection, chat_id, reason)
                if is_new:
                    await self._tell(connection, gone_notices(await _rules_in(connection, chat_id), reason, now=now))
        return is_new

    async def move(self, old: int, new: int, *, now: datetime) -> None:
        """The group is a supergroup now, under another id. Doing it twice changes nothing.

        One that was gone, and is known to be there under the new id, goes on from now; the other way round, its
        leaders are told. Of what config.yaml declares under both ids, what stands under the new one stays.
        """
        with reported():
            async with self.engine.begin() as connection:
                states = await _states(connection, old, new)
                await _without_twins(connection, old, new, now)
                found = await _rules_in(connection, old)
                await _people_moved(connection, old, new)
                is_back = states == {old: "gone", new: "active"}
                await _rules_moved(connection, old, new, since=now if is_back else None)
                await _messages_moved(connection, old, new)
                await _chat_moved(connection, old, new)
                if states.get(old, "active") == "active" and states.get(new) == "gone":
                    await self._lost(connection, [replace(rule, chat_id=new) for rule in found], new, now)

    async def _lost(
        self, connection: AsyncConnection, group_rules: Sequence[GroupRule], chat_id: int, now: datetime
    ) -> None:
        """They have come to a group that is gone."""
        reason = await connection.scalar(select(chats.c.reason).where(chats.c.chat_id == chat_id)) or ""
        await _silenced(connection, chat_id, reason)
        await self._tell(connection, gone_notices(group_rules, reason, now=now))

    async def _tell(self, connection: AsyncConnection, notices: Sequence[Planned]) -> None:
        if notices:
            statement = inserting(self.engine, deliveries).on_conflict_do_nothing(index_elements=["key"])
            await connection.execute(statement, [planned_values(n) for n in notices])

    async def _described(self, connection: AsyncConnection, chat: Chat) -> str:
        """The state that it was in, "active" for a new one."""
        values: dict[str, Any] = {"title": chat.title, "zone": chat.zone}
        new = values | {"chat_id": chat.chat_id, "state": "active", "reason": ""}
        if await is_written(connection, inserting(self.engine, chats).values(new).on_conflict_do_nothing(), chats):
            return "active"
        known = {name: value for name, value in values.items() if value}
        statement = update(chats).where(chats.c.chat_id == chat.chat_id).values(known).returning(chats.c.state)
        return str((await connection.execute(statement)).scalar_one())


def _renewed(now: datetime) -> dict[str, Any]:
    """Of rules whose group was gone: planned from now on."""
    return {"since": now, "planned_until": now, "planned_with": "", "revision": rules.c.revision + 1}


async def _news_again(connection: AsyncConnection, chat_id: int, now: datetime) -> None:
    """What was moved just before the group was gone, and nobody there has heard: no reminder may say it in time."""
    c = deliveries.c
    reason = select(chats.c.reason).where(chats.c.chat_id == chat_id).scalar_subquery()
    unsaid = (c.chat_id == chat_id, c.lead == MOVED, c.state.in_(("failed", "withdrawn")), c.problem == reason)
    of_active = c.rule_id.in_(select(rules.c.id).where(rules.c.chat_id == chat_id, rules.c.state == "active"))
    to_come = (c.expires_at > now, c.event_at > now)
    again = {"state": "pending", "problem": "", "ended_at": None, "not_before": now}
    await connection.execute(update(deliveries).where(*unsaid, of_active, *to_come).values(again))


async def _states(connection: AsyncConnection, *chat_ids: int) -> dict[int, str]:
    """Locked, before their rules are: nothing is declared there meanwhile."""
    known = select(chats.c.chat_id, chats.c.state).where(chats.c.chat_id.in_(chat_ids)).order_by(chats.c.chat_id)
    return {chat_id: state for chat_id, state in await connection.execute(known.with_for_update())}


async def _without_twins(connection: AsyncConnection, old: int, new: int, now: datetime) -> None:
    there = {bare_name(name) for name in (await declared_in(connection, new)).values()}
    known = await declared_in(connection, old)
    twins = [rule_id for rule_id, name in known.items() if bare_name(name) in there]
    if not twins:
        return
    ended = {"state": "deleted", "deleted_at": now, "state_before": rules.c.state, "revision": rules.c.revision + 1}
    await connection.execute(update(rules).where(rules.c.id.in_(twins)).values(ended))
    waiting = (deliveries.c.rule_id.in_(twins), deliveries.c.state == "pending", deliveries.c.purpose != "notice")
    await connection.execute(update(deliveries).where(*waiting).values(state="withdrawn"))


async def _rules_in(connection: AsyncConnection, chat_id: int) -> list[GroupRule]:
    rows = (await connection.execute(select(rules).where(rules.c.chat_id == chat_id))).mappings().all()
    return group_rules_of(rows)


async def _silenced(connection: AsyncConnection, chat_id: int, reason: str) -> None:
    of_its_rules = deliveries.c.rule_id.in_(select(rules.c.id).where(rules.c.chat_id == chat_id))
    of_it = or_(deliveries.c.chat_id == chat_id, of_its_rules & (deliveries.c.purpose != "notice"))
    waiting = update(deliveries).where(of_it, deliveries.c.state == "pending")
    await connection.execute(waiting.values(state="withdrawn", problem=reason))


async def _people_moved(connection: AsyncConnection, old: int, new: int) -> None:
    """Those entered by name get numbers that nobody has there, and keep their answers. Before the rules move.

    Who is there by that very name with an account is the same person.
    """
    here, is_entered = members.c.chat_id == old, members.c.user_id < 0
    there = select(members.c.user_id).where(members.c.chat_id == new)
    await connection.execute(delete(members).where(here, ~is_entered, members.c.user_id.in_(there)))
    shift = await connection.scalar(there.where(is_entered).order_by(members.c.user_id).limit(1)) or 0
    mine = responses.c.rule_id.in_(select(rules.c.id).where(rules.c.chat_id == old))
    numbers = select(responses.c.user_id).where(mine, responses.c.user_id < 0).distinct()
    for number in sorted((await connection.execute(numbers)).scalars()):  # the lowest first: each finds its place free
        answered = update(responses).where(mine, responses.c.user_id == number)
        await connection.execute(answered.values(user_id=number + shift))
    renumbered = {"chat_id": new, "user_id": members.c.user_id + shift}
    await connection.execute(update(members).where(here, is_entered).values(renumbered))
    await connection.execute(update(members).where(here).values(chat_id=new))
    by_account = select(members.c.name).where(members.c.chat_id == new, ~is_entered)
    twins = (members.c.chat_id == new, is_entered, members.c.name.in_(by_account))
    await connection.execute(delete(members).where(*twins))


async def _rules_moved(connection: AsyncConnection, old: int, new: int, *, since: datetime | None) -> None:
    """since: from when they go on, if the group was gone."""
    moved = {"chat_id": new} | (_renewed(since) if since is not None else {})
    await connection.execute(update(rules).where(rules.c.chat_id == old).values(moved))


async def _messages_moved(connection: AsyncConnection, old: int, new: int) -> None:
    """What is promised, what is being set up; the gate is another one there."""
    sent = update(deliveries).where(deliveries.c.chat_id == old)
    await connection.execute(sent.values(chat_id=new, message_id=None))  # other messages have them there
    await connection.execute(update(drafts).where(drafts.c.chat_id == old).values(chat_id=new))
    await connection.execute(delete(gates).where(gates.c.name == str(old)))


async def _chat_moved(connection: AsyncConnection, old: int, new: int) -> None:
    """Its zone and title go with it, whatever was known of the new id; the old id stays, as one that has moved."""
    row = (await connection.execute(select(chats).where(chats.c.chat_id == old))).mappings().first()
    if row is None or row["state"] == _MOVED:
        return
    kept = {name: row[name] for name in ("title", "zone") if row[name]}
    here = update(chats).where(chats.c.chat_id == new).values(kept).returning(chats.c.chat_id)
    if (await connection.execute(here)).first() is None:
        await connection.execute(insert(chats).values(dict(row) | {"chat_id": new}))
    gone = {"state": _MOVED, "reason": str(new), "gone_at": None}
    await connection.execute(update(chats).where(chats.c.chat_id == old).values(gone))
