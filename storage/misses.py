"""Questions asked in vain: stored without names, deleted after a while or on the member's wish."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from sqlalchemy import Delete, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from storage.database import StoreError, reported
from storage.tables import MissRow

Decision = Literal["refused", "rejected", "thumbs_down"]
MAX_TEXT = 500
_KEY_BYTES = 32


@dataclass(frozen=True)
class Miss:
    """asked_at: aware, UTC. candidates: ids that the bot had in mind, best first."""

    asked_at: datetime
    text: str
    decision: Decision
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class MissStore:
    """Every method raises StoreError when the data base fails."""

    engine: AsyncEngine
    secret: bytes

    def pseudonym(self, user_id: int) -> str:
        """The same member has the same one; nobody without the secret file can tell whose it is."""
        return blake2b(str(user_id).encode(), key=self.secret, digest_size=12).hexdigest()

    async def add(self, miss: Miss, *, user_id: int) -> None:
        row = MissRow(
            asked_at=miss.asked_at,
            text=miss.text[:MAX_TEXT],
            decision=miss.decision,
            candidates=list(miss.candidates),
            member=self.pseudonym(user_id),
        )
        with reported():
            async with async_sessionmaker(self.engine)() as session, session.begin():
                session.add(row)

    async def all(self) -> Sequence[Miss]:
        """Oldest first."""
        with reported():
            async with async_sessionmaker(self.engine)() as session:
                rows = (await session.scalars(select(MissRow).order_by(MissRow.asked_at, MissRow.id))).all()
        return [Miss(r.asked_at, r.text, _decision(r.decision), tuple(r.candidates)) for r in rows]

    async def forget(self, user_id: int) -> int:
        """Delete what is stored of the member; how many questions that was."""
        return await self._delete(delete(MissRow).where(MissRow.member == self.pseudonym(user_id)))

    async def purge(self, *, now: datetime, keep: timedelta) -> int:
        """Delete what is older than `keep`; how many questions that was."""
        return await self._delete(delete(MissRow).where(MissRow.asked_at < now - keep))

    async def _delete(self, statement: Delete) -> int:
        with reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(statement)).rowcount


def _decision(text: str) -> Decision:
    return text if text in ("rejected", "thumbs_down") else "refused"  # type: ignore[return-value]


def pseudonym_key(path: Path) -> bytes:
    """The key of the pseudonyms, made at the first start, readable by the bot's user alone; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        beside = path.with_suffix(".part")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        beside.replace(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise StoreError(f"{path} 坏了。删掉它再启动：以前的记录就对不上人了，别的不受影响")
    return key
