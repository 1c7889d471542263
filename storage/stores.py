"""All stores over one data base."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.chats import ChatStore
from storage.database import database_now, is_sqlite, open_database
from storage.deliveries import DeliveryStore
from storage.drafts import DraftStore
from storage.misses import MissStore, pseudonym_key
from storage.people import PeopleStore
from storage.plans import PlanStore
from storage.replicas import ReplicaStore
from storage.rolls import RollReader
from storage.rules import RuleStore


@dataclass(frozen=True)
class Stores:
    """is_alone: no other process can be using the data base (an embedded one)."""

    misses: MissStore
    chats: ChatStore
    rules: RuleStore
    plans: PlanStore
    deliveries: DeliveryStore
    people: PeopleStore
    drafts: DraftStore
    rolls: RollReader
    replicas: ReplicaStore
    is_alone: bool

    async def now(self) -> datetime:
        """By the clock that all replicas share (aware, UTC); not for an embedded one. Raises StoreError."""
        return await database_now(self.misses.engine)


@asynccontextmanager
async def open_stores(url: str, secret_file: Path) -> AsyncIterator[Stores]:
    """Migrated and ready. url: SQLAlchemy's, with an async driver, e.g. sqlite+aiosqlite:///data/bot.db."""
    async with open_database(url) as engine:
        yield stores_on(engine, pseudonym_key(secret_file))


def stores_on(engine: AsyncEngine, key: bytes) -> Stores:
    return Stores(
        MissStore(engine, key),
        ChatStore(engine),
        RuleStore(engine),
        PlanStore(engine),
        DeliveryStore(engine),
        PeopleStore(engine),
        DraftStore(engine),
        RollReader(engine),
        ReplicaStore(engine),
        is_alone=is_sqlite(engine),
    )
