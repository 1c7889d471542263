"""A disk that fills up: a small one of its own where it may be mounted, else a limit on the worker's files."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_BYTES = 16 * 2**20
_CHUNK = 4096


class Disk(Protocol):
    """folder: on it."""

    name: str
    folder: Path

    def fill(self, pid: int) -> None: ...

    def free(self, pid: int) -> None: ...


@dataclass
class SmallDisk:
    folder: Path
    name: str = "16 MB 的 tmpfs 写满"

    def fill(self, pid: int) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(_CHUNK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self, pid: int) -> None:
        (self.folder / "filler").unlink()


@dataclass
class LimitedFiles:
    """RLIMIT_FSIZE of the running worker: no write beyond the first page of any file."""

    folder: Path
    name: str = "RLIMIT_FSIZE 压到 4 KB"

    def fill(self, pid: int) -> None:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_CHUNK, hard))

    def free(self, pid: int) -> None:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def disk_of(folder: Path) -> Iterator[Disk]:
    """Unmounted at the end."""
    folder.mkdir(parents=True)
    if not _mounted(folder):
        yield LimitedFiles(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def _mounted(folder: Path) -> bool:
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0  # noqa: S603
