"""The Bot API stand-in in a process of its own, so that only the bot's work is measured.

Prints its address, waits for a line, lets the members ask, prints the seconds until every question has its reply.
"""

import asyncio
import sys
import time

from sandbox import Sandbox
from sandbox.model import User

TOKEN = "7000000001:AAsandboxTokenForTheBench"
PEOPLE = tuple(range(20_001, 20_041))  # one chat each: the bot keeps the order within a chat


async def main(latency: float, questions: list[str]) -> None:
    box = Sandbox(TOKEN, latency=latency)
    print(await box.start(port=0), flush=True)
    for person in PEOPLE:
        box.world.add_user(User(person, f"成员{person}"))
    await asyncio.to_thread(sys.stdin.readline)
    begun = time.perf_counter()
    for number, question in enumerate(questions):
        who = PEOPLE[number % len(PEOPLE)]
        box.world.say(who, who, question)
    while sum(m.sender.is_bot for who in PEOPLE for m in box.world.messages(who)) < len(questions):  # noqa: ASYNC110  nothing to wait on
        await asyncio.sleep(0.02)
    print(time.perf_counter() - begun, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await box.stop()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
