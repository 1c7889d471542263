"""Files that may be edited while the bot runs: taken when they are other files than those last taken."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from commands.workdays import load_workdays
from knowledge import Problem
from scheduler.workdays import Workdays

_LOOK_MS = 3000  # how often to look at the files although nothing was reported
_log = logging.getLogger("bot")
Stamp = frozenset[tuple[str, int, int, int]]


async def watch(folder: Path, pattern: str, take: Callable[[], Awaitable[None]]) -> None:
    """Call `take` after every edit of a file in the folder, for ever. pattern: "**/*.yaml", or one file's name.

    The watcher says at once when something changed, and what counts is whether the files are other files than those
    last taken: so nothing is missed while one edit is being taken, or when the whole folder is replaced.
    """
    taken = _stamp(folder, pattern)
    while True:
        try:
            async for _ in awatch(
                folder, step=200, rust_timeout=_LOOK_MS, yield_on_timeout=True, recursive="**" in pattern
            ):
                if (now := _stamp(folder, pattern)) != taken:
                    taken = now
                    await take()
                    break  # watch anew: the folder may be another one
        except (OSError, RuntimeError) as error:
            _log.error("files.not_watched %s", type(error).__name__)
            await asyncio.sleep(_LOOK_MS / 1000)


def _stamp(folder: Path, pattern: str) -> Stamp:
    """Changes with every edit of a file, and when a file is replaced by another."""
    found = set()
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.add((str(path), status.st_ino, status.st_mtime_ns, status.st_size))
    return frozenset(found)


@dataclass
class Calendar:
    """The working days in force; a broken edit keeps the old ones."""

    path: Path
    current: Workdays

    def reload(self) -> list[Problem]:
        """What is wrong with the file; [] when its days are in force now."""
        found, problems = load_workdays(self.path)
        if found is None:
            return problems
        self.current = found
        return []
