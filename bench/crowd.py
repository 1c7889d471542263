"""The Bot API stand-in in a process of its own, with groups to be reminded and people who ask.

`python -m bench.crowd LATENCY GROUPS` prints its address and the groups' ids; then for each line of input, a JSON list
of questions, it lets people ask them at a steady pace and prints a JSON list of the seconds until each answer.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from faults.processes import StandIn
from sandbox import Sandbox
from sandbox.model import Event, MessageSent, User

ROOT = Path(__file__).parent.parent
TOKEN = "7000000001:AAsandboxTokenForTheBench"
A_SECOND = 12  # questions
_PEOPLE = range(20_001, 20_101)  # each asks less than the flood gate lets through
_PATIENCE = 60  # seconds
_LINE = 2**22


@dataclass(frozen=True)
class Crowd:
    """Seen from the process that measures."""

    standin: StandIn
    process: asyncio.subprocess.Process

    async def ask(self, questions: Sequence[str]) -> list[float]:
        """Seconds until the answer to each, as soon as a bot polls."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("started without pipes")
        self.process.stdin.write(f"{json.dumps(questions)}\n".encode())
        return [float(seconds) for seconds in json.loads(await self.process.stdout.readline())]


@asynccontextmanager
async def crowd(*, groups: int, latency: float = 0.0) -> AsyncIterator[Crowd]:
    command = [sys.executable, "-m", "bench.crowd", str(latency), str(groups)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT, limit=_LINE)
    try:
        if process.stdout is None:
            raise RuntimeError("started without a pipe")
        address = (await process.stdout.readline()).decode().strip()
        ids = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as client:
            yield Crowd(StandIn(process, address, ids, client), process)
    finally:
        process.kill()
        await process.wait()


@dataclass
class _People:
    """asked: when the questions were asked that wait for their answer, by who asked."""

    box: Sandbox
    asked: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        if isinstance(event, MessageSent) and event.message.sender.is_bot:
            asked_at = self.asked.pop(event.message.chat_id, None)
            if asked_at is not None:
                self.waits.append(time.perf_counter() - asked_at)

    async def ask(self, questions: Sequence[str]) -> list[float]:
        self.waits.clear()
        while not self.box.is_polled:  # noqa: ASYNC110  nothing to wait on
            await asyncio.sleep(0.05)
        begun = time.perf_counter()
        for number, question in enumerate(questions):
            await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
            who = _PEOPLE[number % len(_PEOPLE)]
            self.asked[who] = time.perf_counter()
            self.box.world.say(who, who, question)
        async with asyncio.timeout(_PATIENCE):
            while self.asked:  # noqa: ASYNC110  nothing to wait on
                await asyncio.sleep(0.02)
        return self.waits


async def _serve(latency: float, groups: int) -> None:
    box = Sandbox(TOKEN, latency=latency)
    ids = [box.world.add_group(f"党小组{n}", "张组长", kind="supergroup") for n in range(1, groups + 1)]
    people = _People(box)
    for person in _PEOPLE:
        box.world.add_user(User(person, f"成员{person}"))
    box.world.listen(people.hear)
    box.forget_updates()
    print(await box.start(port=0), json.dumps(ids), sep="\n", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await people.ask(json.loads(line))), flush=True)
    await box.stop()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2])))
