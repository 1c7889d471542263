"""HTTP calls: tokens, unknown methods, bodies of every kind, trouble on demand."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram_kit import GROUP, TOKEN, WANG, FakeClock, Inbox, NewBot

from sandbox import ApiError, Options, Sandbox, SandboxError, World

CALL = f"/bot{TOKEN}"
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("看过", callback_data="seen")]])


async def test_a_wrong_token_is_refused(new_bot: NewBot, web: httpx.AsyncClient) -> None:
    with pytest.raises(InvalidToken):
        await new_bot("1:wrong").initialize()
    answer = await web.get("/bot1:wrong/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_method_is_not_found(bot: Bot, web: httpx.AsyncClient) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendCoffee")
    answer = await web.get(f"{CALL}/sendCoffee")
    assert (answer.status_code, answer.json()["description"]) == (404, "Not Found")


async def test_method_names_may_be_written_in_any_case(web: httpx.AsyncClient) -> None:
    assert (await web.get(f"{CALL}/GETME")).json()["result"]["is_bot"]


async def test_parameters_come_as_query_form_multipart_or_json(web: httpx.AsyncClient) -> None:
    given = {"chat_id": str(WANG), "text": "党费 & <会>", "protect_content": "true"}
    answers = [
        await web.get(f"{CALL}/sendMessage", params=given),
        await web.post(f"{CALL}/sendMessage", data=given),
        await web.post(f"{CALL}/sendMessage", data=given, files={"unused": b""}),
        await web.post(f"{CALL}/sendMessage", json=given | {"chat_id": WANG}),
    ]
    results = [answer.json()["result"] for answer in answers]
    assert [result["text"] for result in results] == [given["text"]] * 4
    assert all(result["has_protected_content"] for result in results)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
async def test_a_broken_json_body_is_a_bad_request(web: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await web.post(f"{CALL}/sendMessage", content=body, headers=headers)
    assert answer.status_code == 400 and not answer.json()["ok"]


@pytest.mark.parametrize(
    ("method", "given", "complaint"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ("sendMessage", {"text": "x", "chat_id": 424242}, "chat not found"),
        ("sendMessage", {"chat_id": WANG}, "message text is empty"),
        (
            "sendMessage",
            {"text": "x", "chat_id": WANG, "parse_mode": "RTF"},
            "unsupported parse_mode",
        ),
        (
            "sendMessage",
            {"text": "<x>", "chat_id": WANG, "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        (
            "sendMessage",
            {"text": "x", "chat_id": WANG, "reply_markup": "{"},
            "can't parse reply keyboard markup JSON object",
        ),
        (
            "sendMessage",
            {"text": "x", "chat_id": WANG, "reply_markup": "[]"},
            "object expected as reply markup",
        ),
        (
            "sendMessage",
            {"text": "x", "chat_id": WANG, "reply_parameters": "[1]"},
            "object expected as reply parameters",
        ),
        (
            "sendMessage",
            {"text": "x", "chat_id": WANG, "reply_to_message_id": 77},
            "message to be replied not found",
        ),
        ("editMessageText", {"text": "x", "chat_id": WANG}, "message identifier is not specified"),
        ("editMessageText", {"text": "x", "inline_message_id": "?"}, "message to edit not found"),
        ("deleteMessages", {"chat_id": WANG}, "message identifiers are not specified"),
        ("sendDocument", {"chat_id": WANG}, "there is no document in the request"),
        (
            "sendDocument",
            {"chat_id": WANG, "document": "lost"},
            "wrong file identifier/HTTP URL specified",
        ),
        ("getFile", {"file_id": "lost"}, "invalid file_id"),
        ("getChatMember", {"chat_id": GROUP}, "invalid user_id specified"),
        (
            "setMyCommands",
            {"commands": "{}"},
            "can't parse commands: Expected an Array of BotCommand",
        ),
        (
            "setMyCommands",
            {"commands": "[]", "scope": '{"type": "x"}'},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        (
            "setMyCommands",
            {"commands": "[]", "scope": '{"type": "chat", "chat_id": 4}'},
            "chat not found",
        ),
        (
            "answerInlineQuery",
            {"results": "1"},
            "can't parse results: Expected an Array of InlineQueryResult",
        ),
    ],
)
async def test_bad_parameters_are_refused_in_telegrams_words(
    web: httpx.AsyncClient, method: str, given: dict[str, object], complaint: str
) -> None:
    answer = await web.post(f"{CALL}/{method}", json=given)
    assert answer.status_code == 400
    assert answer.json() == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: {complaint}",
    }


async def test_the_next_call_fails_on_demand(bot: Bot, world: World) -> None:
    world.fail_next(ApiError(403, "Forbidden: user is deactivated"), method="sendMessage")
    assert await bot.send_chat_action(WANG, "typing")
    with pytest.raises(Forbidden, match="deactivated"):
        await bot.send_message(WANG, "在吗")
    assert await bot.send_message(WANG, "在吗")
    world.fail_next(ApiError(502, "Bad Gateway"), times=2)
    await bot.get_me()
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(WANG, "在吗")
    assert len(world.messages("王小明")) == 1


async def test_flood_control_tells_how_long_to_wait(bot: Bot, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    world.flood(retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(WANG, "在吗")
    assert caught.value.retry_after == timedelta(seconds=7)
    assert await bot.send_message(WANG, "在吗")


async def test_planned_trouble_can_be_called_off(bot: Bot, world: World) -> None:
    world.flood(retry_after=7, times=99)
    world.faults.clear()
    assert await bot.send_message(WANG, "在吗")


async def test_a_lost_answer_leaves_the_message_sent(bot: Bot, world: World) -> None:
    world.lose_answer(method="sendMessage")
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(WANG, "在吗")
    assert not isinstance(caught.value, BadRequest)
    assert [m.text for m in world.messages("王小明")] == ["在吗"]


async def test_a_pressed_button_is_answered_once_and_in_time(
    bot: Bot, world: World, inbox: Inbox, clock: FakeClock
) -> None:
    sent = await bot.send_message(GROUP, "看过请点", reply_markup=BUTTONS)
    world.press("赵阿姨", "第一党小组", sent.message_id, "seen")
    query = (await inbox.one()).callback_query
    assert query and query.data == "seen" and query.from_user.first_name == "赵阿姨"
    assert query.message and query.message.message_id == sent.message_id
    assert await query.answer("好的", show_alert=True)
    stale = "^Query is too old and response timeout expired or query id is invalid$"
    with pytest.raises(BadRequest, match=stale):
        await query.answer()
    late = world.press("赵阿姨", "第一党小组", sent.message_id, "seen")
    clock.now += 61
    with pytest.raises(BadRequest, match=stale):
        await bot.answer_callback_query(late)
    forgotten = world.press("赵阿姨", "第一党小组", sent.message_id, "seen")
    world.expire_queries()
    with pytest.raises(BadRequest, match=stale):
        await bot.answer_callback_query(forgotten)


async def test_an_answer_has_at_most_200_units(bot: Bot, world: World) -> None:
    sent = await bot.send_message(GROUP, "看过请点", reply_markup=BUTTONS)
    query = world.press("王小明", "第一党小组", sent.message_id, "seen")
    with pytest.raises(BadRequest, match=r"(?i)^message_too_long$"):
        await bot.answer_callback_query(query, "长" * 201)
    assert await bot.answer_callback_query(query, "长" * 200)


def test_only_a_button_that_is_there_can_be_pressed(world: World) -> None:
    message = world.say("王小明", "第一党小组", "在吗")
    with pytest.raises(SandboxError, match="没有这个按钮"):
        world.press("王小明", "第一党小组", message.id, "seen")
    with pytest.raises(SandboxError, match="没有这条消息"):
        world.press("王小明", "第一党小组", 999, "seen")


async def test_a_taken_port_is_told_in_chinese(box: Sandbox) -> None:
    port = int(box.address.rpartition(":")[2])
    with pytest.raises(SandboxError, match=f"端口 {port} 已被占用"):
        await Sandbox(token=TOKEN).start(port=port)


async def test_it_listens_at_one_address_only(box: Sandbox) -> None:
    """All of 127.* is this machine: another of them stands for every other address."""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.2", int(box.address.rpartition(":")[2]))


async def test_after_an_outage_the_world_is_as_it_was(box: Sandbox, bot: Bot) -> None:
    port = int(box.address.rpartition(":")[2])
    sent = await bot.send_message(WANG, "在吗")
    await box.stop()
    with pytest.raises(NetworkError):
        await bot.send_message(WANG, "在吗")
    await box.start(port=port)
    assert await sent.edit_text("在的")


async def test_latency_delays_every_reply() -> None:
    slow = Sandbox(token=TOKEN, latency=0.05, options=Options())
    await slow.start(port=0)
    async with httpx.AsyncClient(base_url=slow.address) as client:
        answer = await client.get(f"{CALL}/getMe")
    await slow.stop()
    assert answer.elapsed.total_seconds() >= 0.05


async def test_a_body_that_is_too_large_is_refused(bot: Bot) -> None:
    with pytest.raises(TelegramError):
        await bot.send_document(WANG, b"x" * 10_000_001, filename="x")
    assert await bot.get_me()


async def test_a_bug_of_the_stand_in_looks_like_telegrams_own_trouble(
    bot: Bot, world: World, web: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    world.listen(lambda event: 1 / 0)  # type: ignore[arg-type]
    answer = await web.post(f"{CALL}/sendMessage", json={"chat_id": WANG, "text": "x"})
    assert answer.status_code == 500
    assert json.loads(answer.text)["description"] == "Internal Server Error"
    told = [record for record in caplog.records if record.name.startswith(("sandbox", "tornado"))]
    assert "ZeroDivisionError" in told[0].getMessage()
    assert not any(TOKEN in record.getMessage() for record in told)


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_a_page_of_another_site_cannot_use_the_stand_in(box: Sandbox, header: dict[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        reply = await client.post(f"{box.address}/bot{TOKEN}/getMe", headers=header)
    assert reply.status_code == 403
