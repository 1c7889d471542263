"""New data bases to measure on: SQLite always, PostgreSQL where it is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from faults.suite import own_server
from tests.postgres import PostgresServer


@dataclass(frozen=True)
class Database:
    """An empty one, with a folder for what belongs beside it. url: SQLAlchemy's."""

    name: str
    url: str
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "key"


@dataclass(frozen=True)
class Databases:
    folder: Path
    server: PostgresServer | None

    @property
    def names(self) -> list[str]:
        return ["SQLite", "PostgreSQL"] if self.server is not None else ["SQLite"]

    def new(self, name: str) -> Database:
        folder = Path(mkdtemp(dir=self.folder))
        if name == "PostgreSQL" and self.server is not None:
            return Database(name, self.server.database(), folder)
        return Database(name, f"sqlite+aiosqlite:///{folder / 'bot.db'}", folder)

    def missing(self) -> Iterator[str]:
        """A line about what can't be measured here."""
        if self.server is None:
            yield "  没有安装 PostgreSQL：它的没有量"


@contextmanager
def databases() -> Iterator[Databases]:
    """Gone at the end, with all that was written."""
    with TemporaryDirectory(prefix="bench-") as folder, own_server() as server:
        yield Databases(Path(folder), server)
