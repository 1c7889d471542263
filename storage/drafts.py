"""Set-ups that somebody is in the middle of: they survive a restart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import reading, reported
from storage.tables import DraftRow, table_of

drafts = table_of(DraftRow)


@dataclass(frozen=True)
class Draft:
    """content: JSON of the handler that wrote it."""

    id: int
    chat_id: int
    user_id: int
    content: dict[str, Any]


@dataclass(frozen=True)
class DraftStore:
    """Every method raises StoreError when the data base fails."""

    engine: AsyncEngine

    async def add(self, chat_id: int, user_id: int, content: dict[str, Any], *, now: datetime) -> int:
        values = {"chat_id": chat_id, "user_id": user_id, "content": content, "changed_at": now}
        with reported():
            async with self.engine.begin() as connection:
                statement = insert(drafts).values(values).returning(drafts.c.id)
                number: int = (await connection.execute(statement)).scalar_one()
        return number

    async def get(self, draft_id: int) -> Draft | None:
        with reported():
            async with reading(self.engine) as connection:
                row = (await connection.execute(select(drafts).where(drafts.c.id == draft_id))).mappings().first()
        return Draft(row["id"], row["chat_id"], row["user_id"], row["content"]) if row is not None else None

    async def by_prompt(self, chat_id: int, message_id: int) -> Draft | None:
        """The one that waits for a reply to this message."""
        asked = (drafts.c.chat_id == chat_id, drafts.c.message_id == message_id)
        with reported():
            async with reading(self.engine) as connection:
                row = (await connection.execute(select(drafts).where(*asked))).mappings().first()
        return Draft(row["id"], row["chat_id"], row["user_id"], row["content"]) if row is not None else None

    async def change(self, draft_id: int, content: dict[str, Any], *, now: datetime, prompt: int | None = None) -> None:
        """prompt: the message whose reply it waits for."""
        with reported():
            async with self.engine.begin() as connection:
                mine = update(drafts).where(drafts.c.id == draft_id)
                await connection.execute(mine.values(content=content, changed_at=now, message_id=prompt))

    async def take(self, draft_id: int) -> bool:
        """Remove it; True for the one who did: a double tap saves once."""
        with reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(delete(drafts).where(drafts.c.id == draft_id))).rowcount > 0

    async def purge(self, *, before: datetime) -> int:
        with reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(delete(drafts).where(drafts.c.changed_at < before))).rowcount
