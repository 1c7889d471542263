"""A chat that is told to wait holds up nobody else."""

import asyncio
from typing import Any

import pytest
from telegram import Chat, Update
from telegram import Message as TelegramMessage
from telegram.error import NetworkError, RetryAfter, TelegramError

from handlers.order import OrderedByChat
from handlers.sending import Patient
from tests.conftest import FakeClock


def update_of(chat_id: int, clock: FakeClock) -> Update:
    message = TelegramMessage(message_id=chat_id, date=clock(), chat=Chat(chat_id, "private"))
    return Update(update_id=chat_id, message=message)


class Calls:
    """A Bot API that refuses the first call, and says when it has."""

    def __init__(self, error: TelegramError) -> None:
        self.error: TelegramError | None = error
        self.has_refused = asyncio.Event()

    async def call(self) -> str:
        if self.error is None:
            return "sent"
        error, self.error = self.error, None
        self.has_refused.set()
        raise error

    async def sent(self) -> str:
        limiter: Any = Patient()
        return str(await limiter.process_request(self.call, (), {}, "sendMessage", {}, None))


@pytest.mark.parametrize("error", [RetryAfter(50), NetworkError("Bad Gateway")])
async def test_who_waits_for_telegram_gives_its_place_to_others(clock: FakeClock, error: TelegramError) -> None:
    order, calls, done = OrderedByChat(1), Calls(error), asyncio.Event()

    async def quick() -> None:
        done.set()

    waiting = asyncio.create_task(order.process_update(update_of(1, clock), calls.sent()))
    await calls.has_refused.wait()
    async with asyncio.timeout(0.5):
        await order.process_update(update_of(2, clock), quick())
    assert done.is_set() and not waiting.done()
    waiting.cancel()


class Counted:
    """Work that takes a while, and how much of it ran at once."""

    running = most = 0

    async def work(self) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(20):
            await asyncio.sleep(0)
        self.running -= 1


async def test_a_place_given_back_is_taken_again(clock: FakeClock) -> None:
    order, counted = OrderedByChat(1), Counted()

    async def waits_and_works() -> None:
        await Calls(RetryAfter(0)).sent()
        await counted.work()

    await asyncio.gather(*(order.process_update(update_of(n, clock), waits_and_works()) for n in range(1, 9)))
    assert counted.most == 1


async def test_work_beside_an_update_gives_no_place_away_that_it_does_not_hold(clock: FakeClock) -> None:
    order, counted, beside = OrderedByChat(1), Counted(), []

    async def works_and_leaves_something() -> None:
        calls = Calls(RetryAfter(50))
        beside.append(asyncio.create_task(calls.sent()))
        await calls.has_refused.wait()
        await counted.work()

    await asyncio.gather(
        *(order.process_update(update_of(n, clock), works_and_leaves_something()) for n in range(1, 5))
    )
    assert counted.most == 1
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
