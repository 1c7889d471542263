"""The sandbox's own time: moved by hand, and from the page on a journey."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram_kit import GROUP, TOKEN, WANG, FakeClock
from tornado.websocket import websocket_connect

from sandbox import MovableClock, Options, Sandbox, SandboxError, To

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SPANS = {"next": timedelta(hours=1), "day": timedelta(1), "week": timedelta(7), "month": timedelta(30)}


def test_a_moved_clock_goes_on_ticking() -> None:
    real = FakeClock(NOON.timestamp())
    clock = MovableClock(real)
    clock.move_to(NOON + timedelta(days=3))
    real.now += 60
    assert clock.now() == NOON + timedelta(days=3, minutes=1)
    assert clock() == clock.now().timestamp()
    clock.move(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(days=3, hours=1, minutes=1)


def test_the_clock_goes_back_only_when_allowed() -> None:
    clock = MovableClock(FakeClock(NOON.timestamp()))
    with pytest.raises(ValueError, match="only goes forward"):
        clock.move(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="only goes forward"):
        clock.move_to(NOON - timedelta(hours=1))
    with pytest.raises(ValueError, match="no time zone"):
        clock.move_to(NOON.replace(tzinfo=None))
    assert clock.now() == NOON
    clock.move_to(NOON - timedelta(hours=1), back=True)
    assert clock.now() == NOON - timedelta(hours=1)


@dataclass
class Traveller:
    """Moves the clock and says so in the group; `gate` closed: it waits under way."""

    clock: MovableClock = field(default_factory=lambda: MovableClock(FakeClock(NOON.timestamp())))
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    box: Sandbox | None = None

    async def travel(self, to: To) -> Mapping[str, str]:
        await self.gate.wait()
        if to == "next":
            raise SandboxError("接下来没有提醒")
        self.clock.move(SPANS[to])
        assert self.box
        self.box.world.say("张组长", GROUP, "到了")
        return {"now": self.clock.now().isoformat(), "told": "发出 1 条"}


@pytest.fixture
async def traveller() -> AsyncIterator[Traveller]:
    made = Traveller()
    made.gate.set()
    made.box = Sandbox(TOKEN, travel=made.travel, options=Options(clock=made.clock))
    await made.box.start(port=0)
    yield made
    await made.box.stop()


@pytest.fixture
async def page(traveller: Traveller) -> AsyncIterator[httpx.AsyncClient]:
    assert traveller.box
    async with httpx.AsyncClient(base_url=traveller.box.address) as client:
        yield client


@pytest.mark.parametrize("to", ["day", "week", "month"])
async def test_a_journey_moves_the_time_of_messages(traveller: Traveller, page: httpx.AsyncClient, to: str) -> None:
    assert traveller.box
    arrived = NOON + SPANS[to]
    answer = await page.post("/ui/travel", json={"to": to})
    assert answer.json() == {"now": arrived.isoformat(), "told": "发出 1 条"}
    assert traveller.box.world.messages(GROUP)[-1].date == arrived.timestamp()
    state = (await page.get("/ui/state")).json()
    assert (state["now"], state["can_travel"], state["travelling"]) == (arrived.timestamp(), True, False)


async def test_every_open_page_is_told_when_the_clock_moves(traveller: Traveller, page: httpx.AsyncClient) -> None:
    assert traveller.box
    sockets = [await websocket_connect(traveller.box.address.replace("http", "ws") + "/ui/events") for _ in range(2)]
    await page.post("/ui/travel", json={"to": "day"})
    arrived = (NOON + SPANS["day"]).timestamp()
    for socket in sockets:
        frames = [json.loads(str(await asyncio.wait_for(socket.read_message(), 2))) for _ in range(3)]
        assert frames[0] == {"type": "clock", "now": NOON.timestamp(), "under_way": True}
        assert frames[1]["type"] == "message"
        assert frames[2] == {"type": "clock", "now": arrived, "under_way": False}
        socket.close()


async def test_only_one_journey_at_a_time(traveller: Traveller, page: httpx.AsyncClient) -> None:
    traveller.gate.clear()
    first = asyncio.create_task(page.post("/ui/travel", json={"to": "week"}))
    while not (await page.get("/ui/state")).json()["travelling"]:
        assert not first.done()
    second = await page.post("/ui/travel", json={"to": "day"})
    assert second.status_code == 409 and "等它停下" in second.json()["error"]
    traveller.gate.set()
    assert (await first).status_code == 200
    assert traveller.clock.now() == NOON + SPANS["week"]
    assert (await page.post("/ui/travel", json={"to": "day"})).status_code == 200


async def test_a_journey_that_fails_says_why_and_leaves_the_way_free(page: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await page.post("/ui/travel", json={"to": "next"})
        assert (answer.status_code, answer.json()["error"]) == (400, "接下来没有提醒")


@pytest.mark.parametrize("body", [{"to": "year"}, {}, {"to": 1}])
async def test_an_unknown_journey_is_refused(page: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await page.post("/ui/travel", json=body)
    assert answer.status_code == 400 and answer.json()["error"]


async def test_without_a_way_to_travel_the_page_offers_none(web: httpx.AsyncClient) -> None:
    assert (await web.get("/ui/state")).json()["can_travel"] is False
    assert (await web.post("/ui/travel", json={"to": "day"})).status_code == 404


async def test_a_pressed_button_ages_by_the_sandboxes_clock(traveller: Traveller) -> None:
    assert traveller.box
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("参加", callback_data="join")]])
    async with Bot(TOKEN, base_url=f"{traveller.box.address}/bot") as bot:
        sent = await bot.send_message(WANG, "开会", reply_markup=keys)
        traveller.clock.move(timedelta(days=30))
        fresh = traveller.box.world.press("王小明", "王小明", sent.message_id, "join")
        assert await bot.answer_callback_query(fresh)
        old = traveller.box.world.press("王小明", "王小明", sent.message_id, "join")
        traveller.clock.move(timedelta(minutes=2))
        with pytest.raises(BadRequest, match="too old"):
            await bot.answer_callback_query(old)
