"""The journal of what was accepted, planned trouble, and the sandbox as a program of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram_kit import GROUP, TOKEN, WANG, FakeClock

from sandbox import Accepted, Faults, Journal, Sandbox, Target, World, most_in_any, most_in_any_by_chat, sends
from sandbox.faults import AnswerLate, ConnectionReset, Refused

ROOT = Path(__file__).parents[2]
SEND = f"/bot{TOKEN}/sendMessage"


def entries(*times: float, chat_id: int = 1) -> list[Accepted]:
    return [Accepted(at, "message", chat_id, 1, "") for at in times]


@pytest.mark.parametrize(
    ("times", "most"),
    [((), 0), ((5,), 1), ((0, 1), 1), ((0, 0.999), 2), ((0, 0.5, 0.9, 1.2, 1.45), 4), ((0, 0, 0, 3, 3), 3)],
)
def test_the_fullest_window_is_found(times: tuple[float, ...], most: int) -> None:
    assert most_in_any(entries(*times), 1) == most


@given(st.lists(st.integers(0, 30)), st.integers(1, 10))
def test_the_fullest_window_equals_counting_by_hand(times: list[int], seconds: int) -> None:
    by_hand = max((sum(start <= at < start + seconds for at in times) for start in times), default=0)
    assert most_in_any(entries(*sorted(times)), seconds) == by_hand


def test_chats_are_counted_apart() -> None:
    mixed = sorted(entries(0, 1, 2) + entries(0, 0.5, chat_id=2), key=lambda entry: entry.at)
    assert most_in_any_by_chat(mixed, 1) == {1: 1, 2: 2}


def test_the_journal_never_goes_back_and_says_what_it_forgot() -> None:
    clock = FakeClock(100.0)
    journal = Journal(clock, room=2)
    for number, now in enumerate((100.0, 90.0, 101.0)):
        clock.now = now
        journal.write("message", 1, number, "x")
    assert [(entry.at, entry.message_id) for entry in journal] == [(100.0, 1), (101.0, 2)]
    assert journal.forgotten == 1
    journal.clear()
    assert len(journal) == journal.forgotten == 0


async def test_the_journal_holds_what_was_accepted_and_nothing_else(box: Sandbox, bot: Bot, world: World) -> None:
    sent = await bot.send_message(GROUP, "<b>开会</b>", parse_mode="HTML")
    await bot.send_document(WANG, b"x", filename="x.ics", caption="日历")
    await sent.edit_text("改期")
    world.say("王小明", "王小明", "在吗")
    world.flood(retry_after=1)
    with pytest.raises(RetryAfter):
        await bot.send_message(GROUP, "不收")
    world.lose_answer(method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(WANG, "收了")
    told = [(entry.kind, entry.chat_id, entry.text) for entry in box.journal]
    assert told == [
        ("message", GROUP, "开会"),
        ("document", WANG, "日历"),
        ("edit", GROUP, "改期"),
        ("message", WANG, "收了"),
    ]
    assert [entry.kind for entry in sends(box.journal)] == ["message", "document", "message"]


async def test_a_slow_answer_comes_after_the_message_was_accepted(box: Sandbox, bot: Bot, world: World) -> None:
    world.faults.slow(30, times=2)
    for _ in range(2):
        with pytest.raises(TimedOut):
            await bot.send_message(WANG, "在吗", read_timeout=0.1)
    assert len(box.journal) == 2
    assert await bot.send_message(WANG, "在吗")


async def test_a_slow_answer_is_an_answer_in_the_end(bot: Bot, world: World) -> None:
    world.faults.slow(0.05)
    started = monotonic()
    assert await bot.send_message(WANG, "在吗")
    assert monotonic() - started >= 0.05


async def test_a_reset_connection_leaves_nothing_behind(box: Sandbox, bot: Bot, world: World) -> None:
    world.faults.reset()
    with pytest.raises(NetworkError):
        await bot.send_message(WANG, "在吗")
    assert len(box.journal) == 0
    assert await bot.send_message(WANG, "在吗")


async def test_a_reset_is_a_reset_on_the_wire(box: Sandbox, world: World) -> None:
    world.faults.reset()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(box.address.rpartition(":")[2]))
    writer.write(f"GET {SEND}?chat_id={WANG}&text=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_storm_refuses_every_call_and_spares_the_polling(box: Sandbox, bot: Bot, world: World) -> None:
    world.faults.storm(3600, retry_after=4)
    for _ in range(3):
        with pytest.raises(RetryAfter):
            await bot.send_message(GROUP, "在吗")
    assert await bot.get_me() and await bot.get_updates(timeout=0) == ()
    assert len(box.journal) == 0
    world.faults.clear()
    assert await bot.send_message(GROUP, "在吗")


def test_a_storm_is_over_when_its_time_has_come() -> None:
    clock = FakeClock(0.0)
    faults = Faults(clock)
    faults.storm(10, retry_after=4)
    clock.now = 9.9
    assert isinstance(faults.next_for("sendmessage"), Refused)
    clock.now = 10
    assert faults.next_for("sendmessage") is None


async def test_trouble_may_be_meant_for_one_chat(bot: Bot, world: World) -> None:
    world.flood(retry_after=3, chat_id=GROUP)
    assert await bot.send_message(WANG, "在吗")
    with pytest.raises(RetryAfter):
        await bot.send_message(GROUP, "在吗")
    assert await bot.send_message(GROUP, "在吗")


def test_the_first_trouble_that_fits_is_used() -> None:
    faults = Faults(FakeClock())
    faults.reset(target=Target("sendMessage"))
    faults.slow(1, times=2, target=Target(chat_id=5))
    assert faults.next_for("sendmessage", 5) == ConnectionReset()
    assert faults.next_for("sendmessage", 6) is None
    assert faults.next_for("sendmessage", 5) == faults.next_for("sendmessage", 5) == AnswerLate(1)
    assert faults.next_for("sendmessage", 5) is None


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        ({"kind": "flood", "retry_after": 7}, 429, 0),
        ({"kind": "error", "code": 502, "description": "Bad Gateway"}, 502, 0),
        ({"kind": "slow", "seconds": 0.01}, 200, 1),
        ({"kind": "storm", "seconds": 3600, "retry_after": 7}, 429, 0),
        ({"kind": "lose"}, None, 1),
        ({"kind": "reset"}, None, 0),
    ],
)
async def test_trouble_can_be_planned_from_outside(
    box: Sandbox, web: httpx.AsyncClient, fault: dict[str, object], status: int | None, accepted: int
) -> None:
    assert (await web.post("/ui/fault", json=fault | {"method": "sendMessage", "chat_id": WANG})).status_code == 200
    assert (await web.get(f"/bot{TOKEN}/getMe")).status_code == 200
    try:
        answer = await web.get(SEND, params={"chat_id": WANG, "text": "x"})
    except httpx.TransportError:
        assert status is None
    else:
        assert answer.status_code == status
    assert len(box.journal) == accepted
    await web.post("/ui/fault", json={"kind": "clear"})
    assert (await web.get(SEND, params={"chat_id": WANG, "text": "x"})).status_code == 200


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"kind": "fire"}, "fire"),
        ({}, "kind"),
        ({"kind": "flood"}, "retry_after"),
        ({"kind": "slow", "seconds": -1}, "seconds"),
        ({"kind": "storm", "retry_after": 1}, "seconds"),
    ],
)
async def test_a_wrong_plan_is_refused(web: httpx.AsyncClient, fault: dict[str, object], word: str) -> None:
    answer = await web.post("/ui/fault", json=fault)
    assert answer.status_code == 400 and word in answer.json()["error"]


async def test_the_journal_can_be_read_from_outside_by_this_machine_only(web: httpx.AsyncClient) -> None:
    for text in ("一", "二"):
        await web.get(SEND, params={"chat_id": WANG, "text": text})
    told = (await web.get("/ui/journal")).json()
    assert told["forgotten"] == 0 and [entry["text"] for entry in told["entries"]] == ["一", "二"]
    assert set(told["entries"][0]) == {"at", "kind", "chat_id", "message_id", "text"}
    rest = (await web.get("/ui/journal", params={"skip": 1})).json()["entries"]
    assert rest == told["entries"][1:]
    assert (await web.get("/ui/journal", params={"skip": "x"})).status_code == 400
    foreign = {"Host": "evil.example"}
    assert (await web.get("/ui/journal", headers=foreign)).status_code == 403
    assert (await web.post("/ui/fault", json={"kind": "clear"}, headers=foreign)).status_code == 403


def test_old_messages_make_room_over_all_chats(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.ground.ROOM", 6)
    for number in range(8):
        world.say("王小明", ("王小明", "第一党小组")[number % 2], str(number))
    kept = [m.text for chat in world.chats.values() for m in world.messages(chat.id)]
    assert sorted(kept) == ["2", "3", "4", "5", "6", "7"]


@dataclass
class Program:
    process: asyncio.subprocess.Process
    address: str
    groups: list[int]


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    command = (sys.executable, "-m", "sandbox", "--port", "0", "--token", TOKEN, "--groups", "3")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    address = (await process.stdout.readline()).decode().strip()
    yield Program(process, address, json.loads(await process.stdout.readline()))
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_the_program_says_where_it_is_and_which_groups_it_made(program: Program) -> None:
    assert len(set(program.groups)) == 3
    async with Bot(TOKEN, base_url=f"{program.address}/bot") as bot:
        assert await bot.get_updates(timeout=0) == ()
        for group in program.groups:
            assert (await bot.get_chat_member(group, bot.id)).status == "member"
            await bot.send_message(group, "开会")
    async with httpx.AsyncClient(base_url=program.address) as client:
        told = (await client.get("/ui/journal")).json()["entries"]
    assert [entry["chat_id"] for entry in told] == program.groups
    program.process.send_signal(signal.SIGTERM)
    assert await program.process.wait() == 0


async def test_the_program_tells_of_a_taken_port(program: Program) -> None:
    port = program.address.rpartition(":")[2]
    command = (sys.executable, "-m", "sandbox", "--port", port, "--token", TOKEN)
    second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, cwd=ROOT)
    _, told = await second.communicate()
    assert second.returncode == 1 and f"端口 {port} 已被占用" in told.decode()
