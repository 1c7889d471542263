"""Set-ups that somebody is in the middle of: they survive a restart."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from scheduler.rule import Rule
from storage.database import StoreError, reading, reported
from storage.rules import new_values, rules
from storage.statements import inserting
from storage.tables import DraftRow, table_of

drafts = table_of(DraftRow)
_NUMBERS = 10**9  # nine digits: what a button has room for
_DRAWS = 20


def _drawn() -> int:
    return 1 + secrets.randbelow(_NUMBERS - 1)


@dataclass(frozen=True)
class Draft:
    """content: JSON of the handler that wrote it."""

    id: int
    chat_id: int
    user_id: int
    content: dict[str, Any]


@dataclass(frozen=True)
class DraftStore:
    """Every method raises StoreError when the data base fails. `now` is aware, UTC.

    draw: a number from 1 to 999,999,999 that has hardly ever been drawn before: pages outlive their drafts, and the
    buttons of an old one must not act on another set-up.
    """

    engine: AsyncEngine
    draw: Callable[[], int] = _drawn

    async def add(self, chat_id: int, user_id: int, content: dict[str, Any], *, now: datetime) -> int:
        values = {"chat_id": chat_id, "user_id": user_id, "content": content, "changed_at": now}
        adding = inserting(self.engine, drafts).on_conflict_do_nothing(index_elements=["id"]).returning(drafts.c.id)
        with reported():
            async with self.engine.begin() as connection:
                for _ in range(_DRAWS):
                    added = await connection.execute(adding.values(id=self.draw(), **values))
                    if (number := added.scalar_one_or_none()) is not None:
                        return int(number)
        raise StoreError("NoFreeNumber")

    async def get(self, draft_id: int) -> Draft | None:
        found = await self._found(select(drafts).where(drafts.c.id == draft_id))
        return found[0] if found else None

    async def of_chat(self, chat_id: int) -> Sequence[Draft]:
        """What was changed last comes first."""
        newest = (drafts.c.changed_at.desc(), drafts.c.id)
        return await self._found(select(drafts).where(drafts.c.chat_id == chat_id).order_by(*newest))

    async def change(self, draft_id: int, content: dict[str, Any], *, now: datetime) -> None:
        with reported():
            async with self.engine.begin() as connection:
                mine = update(drafts).where(drafts.c.id == draft_id)
                await connection.execute(mine.values(content=content, changed_at=now))

    async def become(
        self, draft: Draft, rule: Rule, *, leader_id: int, now: datetime, thread_id: int | None = None
    ) -> bool:
        """The draft is gone and an active rule is there, or neither; False when the draft was gone already.

        Nothing that was due before now is sent.
        """
        values = new_values(rule, chat_id=draft.chat_id, leader_id=leader_id, thread_id=thread_id, now=now)
        with reported():
            async with self.engine.begin() as connection:
                taken = await connection.execute(delete(drafts).where(drafts.c.id == draft.id))
                if taken.rowcount:
                    await connection.execute(insert(rules).values(values))
        return taken.rowcount > 0

    async def take(self, draft_id: int) -> bool:
        """Remove it; True for the one who did."""
        with reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(delete(drafts).where(drafts.c.id == draft_id))).rowcount > 0

    async def purge(self, *, before: datetime) -> int:
        with reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(delete(drafts).where(drafts.c.changed_at < before))).rowcount

    async def _found(self, statement: Select[Any]) -> list[Draft]:
        with reported():
            async with reading(self.engine) as connection:
                rows = (await connection.execute(statement)).mappings().all()
        return [Draft(row["id"], row["chat_id"], row["user_id"], row["content"]) for row in rows]
