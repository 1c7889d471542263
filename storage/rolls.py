"""Who is on a group's roster, and who answered one of its events.

A broadcast asks this for each of its messages: what is asked for at the same moment is read in one transaction.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.response import Answer, Member
from storage.database import reading, reported
from storage.tables import MemberRow, ResponseRow, table_of

members = table_of(MemberRow)
responses = table_of(ResponseRow)
TAKEN_BACK = ""  # stands for an answer that was taken back, and counts for none


@dataclass(frozen=True)
class EventOf:
    """nominal: naive local."""

    chat_id: int
    rule_id: int
    nominal: datetime


@dataclass(frozen=True)
class Roll:
    """roster: in the order in which they came. answers: user_id -> answer, in that order too."""

    roster: Sequence[Member]
    answers: Mapping[int, Answer]


class RollReader:
    """One read at a time: what is asked for meanwhile goes into the next one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._asked: dict[EventOf, asyncio.Future[Roll]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def roll(self, event: EventOf) -> Roll:
        """As it is when this is called, or later. Raises StoreError when the data base fails."""
        answer = self._asked.setdefault(event, asyncio.get_running_loop().create_future())
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(answer)

    async def _read(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                with reported():
                    async with reading(self._engine) as connection:
                        found = await _rolls(connection, asked)
            except Exception as error:  # told to everybody who asked
                for answer in asked.values():
                    answer.set_exception(error)
            else:
                for event, answer in asked.items():
                    answer.set_result(found[event])
        self._reading = None


async def _rolls(connection: AsyncConnection, events: Collection[EventOf]) -> Mapping[EventOf, Roll]:
    in_chats = members.c.chat_id.in_({event.chat_id for event in events})
    came = select(members).where(in_chats).order_by(members.c.joined_at, members.c.user_id)
    rosters: dict[int, list[Member]] = {}
    for row in (await connection.execute(came)).mappings():
        rosters.setdefault(row["chat_id"], []).append(Member(row["user_id"], row["name"]))
    of_rules = responses.c.rule_id.in_({event.rule_id for event in events})
    at_times = responses.c.nominal.in_({event.nominal for event in events})
    answered = (
        select(responses).where(of_rules, at_times, responses.c.answer != TAKEN_BACK).order_by(responses.c.answered_at)
    )
    answers: dict[tuple[int, datetime], dict[int, Answer]] = {}
    for row in (await connection.execute(answered)).mappings():
        answers.setdefault((row["rule_id"], row["nominal"]), {})[row["user_id"]] = row["answer"]
    return {e: Roll(rosters.get(e.chat_id, []), answers.get((e.rule_id, e.nominal), {})) for e in events}
