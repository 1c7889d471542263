"""The stand-in and the workers as processes: started, asked, struck, and never left behind."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from sandbox.journal import Accepted

ROOT = Path(__file__).parent.parent
TOKEN = "7000000009:AAsandboxTokenForTheFaultSuite"  # noqa: S105  of the stand-in alone
_START_SECONDS = 60
_STOP_SECONDS = 40
_LATENCY = 0.05  # seconds from acceptance to answer, as over the Internet: always something in flight


class StandIn:
    """groups: the ids of the groups that the bot is in."""

    def __init__(self, process: Process, address: str, groups: list[int], client: httpx.AsyncClient) -> None:
        self.process = process
        self.address = address
        self.groups = groups
        self._client = client
        self._entries: list[Accepted] = []

    async def journal(self) -> list[Accepted]:
        """All that it has accepted so far, in order."""
        answer = await self._client.get("/ui/journal", params={"skip": len(self._entries)})
        found = answer.raise_for_status().json()
        if found["forgotten"]:
            raise RuntimeError("the journal has forgotten entries: too many messages for one stand-in")
        self._entries += [Accepted(**entry) for entry in found["entries"]]
        return self._entries

    async def fault(self, kind: str, **how: object) -> None:
        """Of sending messages only."""
        asked = {"kind": kind, "method": "sendMessage", **how}
        (await self._client.post("/ui/fault", json=asked)).raise_for_status()


@asynccontextmanager
async def standin(groups: int) -> AsyncIterator[StandIn]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--token", TOKEN, "--groups", str(groups)]
    command += ["--latency", str(_LATENCY)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, limit=2**20)
    try:
        address = (await _line(process)).strip()
        ids = json.loads(await _line(process))
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
            yield StandIn(process, address, ids, client)
    finally:
        await _end(process)


class Worker:
    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """kill -9."""
        await _end(self._process)

    async def stop(self) -> None:
        """SIGTERM, as a supervisor does it. Raises when it does not end well or in time."""
        self._process.terminate()
        code = await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        if code:
            raise RuntimeError(f"a worker ended with {code}, its log says why")


async def start_worker(arguments: list[str], log: Path) -> Worker:
    """At work when this returns."""
    command = [sys.executable, "-m", "faults.worker", *arguments]
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=errors, cwd=ROOT)
    try:
        await _line(process)
    except BaseException:
        await _end(process)
        raise
    return Worker(process)


async def _line(process: Process) -> str:
    if process.stdout is None:
        raise RuntimeError("started without a pipe")
    line = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
    if not line:
        raise RuntimeError("a process ended before it was at work, its log says why")
    return line.decode()


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
