"""Who is in a group, as far as is known, and who answered which event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from scheduler.response import Answer, Member, Response
from storage.database import reading, reported
from storage.rolls import TAKEN_BACK, EventOf
from storage.statements import inserting, is_written
from storage.tables import ChatRow, MemberRow, ResponseRow, RuleRow, table_of

chats = table_of(ChatRow)
members = table_of(MemberRow)
responses = table_of(ResponseRow)
rules = table_of(RuleRow)
LONGEST_NAME = 64
ONE_TAP = timedelta(seconds=2)  # the same tap again within that time is the same tap
_LAST_FEW = 5


@dataclass(frozen=True)
class PeopleStore:
    """Every method raises StoreError when the data base fails."""

    engine: AsyncEngine

    async def join(self, chat_id: int, member: Member, *, now: datetime) -> bool:
        """On the roster, with the name as it is now; False when the member was on it already.

        Somebody entered by that very name is the same person from now on.
        """
        name = member.name[:LONGEST_NAME]
        values = {"chat_id": chat_id, "user_id": member.user_id, "name": name, "joined_at": now}
        entered = (members.c.chat_id == chat_id, members.c.user_id < 0, members.c.name == name)
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(delete(members).where(*entered))
                new = inserting(self.engine, members).values(values).on_conflict_do_nothing()
                if await is_written(connection, new, members):
                    return True
                known = inserting(self.engine, members).values(values)
                await connection.execute(
                    known.on_conflict_do_update(index_elements=["chat_id", "user_id"], set_={"name": name})
                )
        return False

    async def enter(self, chat_id: int, name: str, *, now: datetime) -> Member:
        """Somebody whom the leader names; numbered from -1 down, for nobody knows the account."""
        with reported():
            async with self.engine.begin() as connection:
                lowest = select(func.min(members.c.user_id)).where(members.c.chat_id == chat_id, members.c.user_id < 0)
                number = ((await connection.execute(lowest)).scalar() or 0) - 1
                values = {"chat_id": chat_id, "user_id": number, "name": name[:LONGEST_NAME], "joined_at": now}
                await connection.execute(inserting(self.engine, members).values(values))
        return Member(number, name[:LONGEST_NAME])

    async def leave(self, chat_id: int, user_id: int) -> bool:
        """Off the roster, and the answers given in this group go too; False when the member was not on it."""
        in_chat = select(rules.c.id).where(rules.c.chat_id == chat_id)
        given = (responses.c.user_id == user_id, responses.c.rule_id.in_(in_chat))
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(delete(responses).where(*given))
                mine = delete(members).where(members.c.chat_id == chat_id, members.c.user_id == user_id)
                return (await connection.execute(mine)).rowcount > 0

    async def roster(self, chat_id: int) -> Sequence[Member]:
        """In the order in which they came."""
        statement = select(members).where(members.c.chat_id == chat_id).order_by(members.c.joined_at, members.c.user_id)
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement)).mappings()
                return [Member(row["user_id"], row["name"]) for row in rows]

    async def answer(self, response: Response, chat_id: int) -> bool:
        """The member's answer to the event, the last one counts.

        False when it was that already, or was taken back a moment ago.
        """
        values = {
            "rule_id": response.rule_id,
            "nominal": response.nominal,
            "user_id": response.member.user_id,
            "answer": response.answer,
            "answered_at": response.answered_at,
        }
        with reported():
            async with self.engine.begin() as connection:
                just_now = and_(responses.c.answer == TAKEN_BACK, _within_a_tap(response.answered_at))
                new = inserting(self.engine, responses).values(values)
                changed = new.on_conflict_do_update(
                    index_elements=["rule_id", "nominal", "user_id"],
                    set_={"answer": response.answer, "answered_at": response.answered_at},
                    where=and_(responses.c.answer != response.answer, ~just_now),
                )
                is_new = await is_written(connection, changed, responses)
        await self.join(chat_id, response.member, now=response.answered_at)
        return is_new

    async def take_back(self, response: Response) -> bool:
        """The member has answered this and does so no more; False when the answer was given a moment ago."""
        mine = (
            responses.c.rule_id == response.rule_id,
            responses.c.nominal == response.nominal,
            responses.c.user_id == response.member.user_id,
            responses.c.answer == response.answer,
        )
        values = {"answer": TAKEN_BACK, "answered_at": response.answered_at}
        with reported():
            async with self.engine.begin() as connection:
                changed = update(responses).where(*mine, ~_within_a_tap(response.answered_at)).values(values)
                return (await connection.execute(changed)).rowcount > 0

    async def answers(self, rule_id: int, nominal: datetime) -> dict[int, Answer]:
        """user_id -> answer, in the order in which they came."""
        of_event = (responses.c.rule_id == rule_id, responses.c.nominal == nominal, responses.c.answer != TAKEN_BACK)
        statement = select(responses).where(*of_event).order_by(responses.c.answered_at)
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement)).mappings()
                return {row["user_id"]: row["answer"] for row in rows}

    async def answered(self, user_id: int, *, chat_id: int | None = None) -> Sequence[EventOf]:
        """What the member has answered, in one group or in all: the last few events."""
        columns = (rules.c.chat_id, responses.c.rule_id, responses.c.nominal)
        in_chat = [] if chat_id is None else [rules.c.chat_id == chat_id]
        mine = select(*columns).join(rules, rules.c.id == responses.c.rule_id).where(responses.c.user_id == user_id)
        statement = mine.where(*in_chat).order_by(responses.c.nominal.desc(), responses.c.rule_id).limit(_LAST_FEW)
        with reported():
            async with reading(self.engine) as connection:
                return [EventOf(*row) for row in await connection.execute(statement)]

    async def forget(self, user_id: int) -> int:
        """Off every roster, without any answer; in how many groups the member was known."""
        with reported():
            async with self.engine.begin() as connection:
                await connection.execute(delete(responses).where(responses.c.user_id == user_id))
                return (await connection.execute(delete(members).where(members.c.user_id == user_id))).rowcount

    async def purge(self, *, before: datetime) -> int:
        """Delete answers given before that moment, and rosters of groups gone since then; how many rows."""
        gone = select(chats.c.chat_id).where(chats.c.state == "gone", chats.c.gone_at < before)
        with reported():
            async with self.engine.begin() as connection:
                old = await connection.execute(delete(responses).where(responses.c.answered_at < before))
                forgotten = await connection.execute(delete(members).where(members.c.chat_id.in_(gone)))
                return old.rowcount + forgotten.rowcount


def _within_a_tap(moment: datetime) -> ColumnElement[bool]:
    """The stored answer was given at about that moment; one given long after it is of a clock that was ahead."""
    return and_(responses.c.answered_at > moment - ONE_TAP, responses.c.answered_at < moment + ONE_TAP)
