"""Questions asked in vain: stored without names, deleted after a while or on the member's wish."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Delete, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from storage.tables import MissRow

Decision = Literal["refused", "rejected", "thumbs_down"]
_MIGRATIONS = Path(__file__).parent / "migrations"
MAX_TEXT = 500
_KEY_BYTES = 32


@dataclass(frozen=True)
class Miss:
    """asked_at: aware, UTC. candidates: ids that the bot had in mind, best first."""

    asked_at: datetime
    text: str
    decision: Decision
    candidates: tuple[str, ...]


class StoreError(Exception):
    """The data base did not do it. The text names the kind of trouble and holds nobody's words."""


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(type(error).__name__) from None


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
        with _reported():
            async with async_sessionmaker(self.engine)() as session, session.begin():
                session.add(row)

    async def all(self) -> Sequence[Miss]:
        """Oldest first."""
        with _reported():
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
        with _reported():
            async with self.engine.begin() as connection:
                return (await connection.execute(statement)).rowcount


def _decision(text: str) -> Decision:
    return text if text in ("rejected", "thumbs_down") else "refused"  # type: ignore[return-value]


@asynccontextmanager
async def open_store(url: str, secret_file: Path) -> AsyncIterator[MissStore]:
    """Migrated and ready. url: SQLAlchemy's, with an async driver, e.g. sqlite+aiosqlite:///data/bot.db."""
    engine = _engine(url)
    try:
        with _reported():
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        yield MissStore(engine, _secret(secret_file))
    finally:
        await engine.dispose()


def _engine(url: str) -> AsyncEngine:
    try:
        return create_async_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"database_url 用不了（{type(error).__name__}），写法见 config.example.yaml") from None


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _secret(path: Path) -> bytes:
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
