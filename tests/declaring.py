"""A config.yaml with groups, read as the bot does when it starts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from commands.declared import keep_in_step, load_declared
from knowledge import Problem
from scheduler.workdays import Workdays
from storage import Stores

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday
LIBRARY = Workdays()
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def one(when: str = "隔周五19点半开党小组会", *, chat: int = -12, leader: int = 5, place: str = "三楼") -> str:
    """One group with one reminder."""
    return (
        f"groups:\n  - chat: {chat}\n    leader: {leader}\n"
        f"    reminders:\n      - name: 会\n        when: {when}\n        place: {place}\n"
    )


async def started(
    stores: Stores, folder: Path, text: str, now: datetime = NOW, workdays: Workdays = LIBRARY
) -> list[Problem]:
    """As the bot starts with that file; what is told of it."""
    declared, problems = load_declared(written(folder, text), now=now)
    return await keep_in_step(stores, declared, problems, workdays=workdays, now=now)
