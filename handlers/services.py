"""What the handlers work with, given to them through PTB's typed context."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from telegram.ext import Application, CallbackContext, ExtBot

from handlers.flood import FloodGate
from handlers.memory import Answered, Memory
from handlers.refresh import Refresher
from knowledge import KnowledgeBase, Topic
from scheduler.workdays import Workdays
from storage import MissStore, Stores

TOPIC_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Services:
    """source_lines: the source text when the deployer configured it. clock: now, aware, UTC.

    workdays: the calendar in force. woken: see wake().
    refused: set when Telegram refuses the token while polling.
    """

    base: KnowledgeBase
    stores: Stores
    clock: Callable[[], datetime]
    workdays: Callable[[], Workdays]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    source_lines: tuple[str, ...] | None = None
    admins: frozenset[int] = frozenset()
    retention: timedelta = timedelta(days=90)
    topics: Memory[Topic] = field(default_factory=lambda: Memory(TOPIC_LIFETIME, 5000))
    answered: Memory[Answered] = field(default_factory=lambda: Memory(timedelta(hours=2), 5000))
    hinted: Memory[bool] = field(default_factory=lambda: Memory(timedelta(minutes=10), 5000))
    repeated: Memory[datetime] = field(default_factory=lambda: Memory(timedelta(minutes=1), 5000))
    managers: Memory[bool] = field(default_factory=lambda: Memory(timedelta(minutes=1), 5000))
    flood: FloodGate = field(default_factory=FloodGate)
    refresher: Refresher = field(default_factory=Refresher)
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Tell the runner that something new may be due."""
        self.woken.set()

    @property
    def misses(self) -> MissStore:
        return self.stores.misses


class Context(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], Services]):
    """The context of every handler; bot_data is the services."""

    @property
    def services(self) -> Services:
        return self.bot_data


BotApplication: TypeAlias = Application[ExtBot[Any], Context, dict[Any, Any], dict[Any, Any], Services, Any]
