"""The page's API: state, events, what a person does, and who may use it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InputTextMessageContent,
)
from telegram import ReplyParameters as Reply
from telegram.error import BadRequest
from telegram_kit import FORUM, GROUP, LI, TOKEN, WANG, ZHAO, Inbox
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from sandbox import Sandbox, World

BUTTONS = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("看过", callback_data="seen"),
            InlineKeyboardButton("原文", url="https://www.12371.cn/"),
        ],
        [InlineKeyboardButton("问", switch_inline_query_current_chat="党费")],
    ]
)
Web = httpx.AsyncClient
Json = dict[str, object]


@dataclass
class Stream:
    socket: WebSocketClientConnection

    async def next(self) -> Json:
        frame = await asyncio.wait_for(self.socket.read_message(), 2)
        assert isinstance(frame, str)
        event: Json = json.loads(frame)
        return event


@pytest.fixture
async def stream(box: Sandbox) -> AsyncIterator[Stream]:
    socket = await websocket_connect(events_address(box))
    yield Stream(socket)
    socket.close()


def events_address(box: Sandbox) -> str:
    return box.address.replace("http://", "ws://") + "/ui/events"


async def test_the_state_shows_the_world(web: Web, bot: Bot, world: World) -> None:
    await bot.send_message(WANG, "<b>您好</b> &lt;x&gt;", parse_mode="HTML", reply_markup=BUTTONS)
    await bot.set_my_commands([BotCommand("help", "帮助")])
    state = (await web.get("/ui/state")).json()
    assert state["bot"] == {"id": bot.id, "name": "党小组助手", "username": "party_group_bot"}
    assert [user["name"] for user in state["users"]] == ["张组长", "王小明", "李雷", "赵阿姨"]
    chats = {chat["id"]: chat for chat in state["chats"]}
    assert [chats[i]["title"] for i in (WANG, LI, GROUP, FORUM)] == [
        "王小明",
        "李雷",
        "第一党小组",
        "支部大群",
    ]
    assert {"id": 10001, "name": "张组长", "status": "creator"} in chats[GROUP]["members"]
    assert {"id": bot.id, "name": "党小组助手", "status": "member"} in chats[GROUP]["members"]
    assert [topic["name"] for topic in chats[FORUM]["topics"]] == ["通知", "讨论"]
    assert state["commands"][str(WANG)] == [{"command": "help", "description": "帮助"}]
    (shown,) = [m for m in state["messages"] if m["chat_id"] == WANG]
    assert shown["html"] == "<b>您好</b> &lt;x&gt;"
    assert shown["from"] == {"id": bot.id, "name": "党小组助手", "is_bot": True}
    assert shown["kind"] == "text" and not shown["edited"] and shown["thread_id"] is None
    assert shown["keyboard"] == [
        [
            {"text": "看过", "callback_data": "seen"},
            {"text": "原文", "url": "https://www.12371.cn/"},
        ],
        [{"text": "问", "switch_inline_query_current_chat": "党费"}],
    ]


async def test_events_follow_what_happens(web: Web, bot: Bot, world: World, stream: Stream) -> None:
    sent = await bot.send_message(WANG, "一", reply_markup=BUTTONS)
    event = await stream.next()
    assert event["type"] == "message"
    await sent.edit_text("二")
    event = await stream.next()
    message = event["message"]
    assert event["type"] == "edit" and isinstance(message, dict)
    assert message["html"] == "二" and message["edited"] and message["keyboard"] is None
    await bot.send_chat_action(WANG, "typing")
    assert await stream.next() == {"type": "typing", "chat_id": WANG}
    await sent.delete()
    assert await stream.next() == {
        "type": "delete",
        "chat_id": WANG,
        "message_id": sent.message_id,
    }
    await bot.set_my_commands([BotCommand("help", "帮助")])
    assert (await stream.next())["type"] == "commands"
    world.leave("李雷", "第一党小组")
    chats = await stream.next()
    assert chats["type"] == "chats" and isinstance(chats["chats"], list)
    gone = await stream.next()
    assert isinstance(gone["message"], dict) and gone["message"]["kind"] == "service"


async def test_a_person_writes_replies_edits_and_presses(web: Web, bot: Bot, inbox: Inbox, stream: Stream) -> None:
    sent = await bot.send_message(GROUP, "看过请点", reply_markup=BUTTONS)
    await stream.next()
    answer = await web.post(
        "/ui/send",
        json={
            "chat_id": GROUP,
            "user_id": WANG,
            "text": "/help",
            "reply_to": sent.message_id,
        },
    )
    number = answer.json()["message_id"]
    shown = (await stream.next())["message"]
    assert isinstance(shown, dict)
    assert shown["reply_to"] == {
        "message_id": sent.message_id,
        "name": "党小组助手",
        "text": "看过请点",
    }
    edited = {"chat_id": GROUP, "message_id": number, "user_id": WANG, "text": "/help 党费"}
    assert (await web.post("/ui/edit", json=edited)).status_code == 200
    assert (await stream.next())["type"] == "edit"
    press = {"chat_id": GROUP, "message_id": sent.message_id, "user_id": ZHAO, "data": "seen"}
    assert (await web.post("/ui/press", json=press)).status_code == 200
    first, second, third = await inbox.look()
    assert first.message and second.edited_message and third.callback_query
    await third.callback_query.answer("好的", show_alert=True)
    assert await stream.next() == {
        "type": "callback_answer",
        "user_id": ZHAO,
        "text": "好的",
        "show_alert": True,
    }


async def test_a_person_sends_photos_and_to_a_topic(web: Web, inbox: Inbox) -> None:
    photo = {"chat_id": LI, "user_id": LI, "kind": "photo", "caption": "会议"}
    assert (await web.post("/ui/send", json=photo)).status_code == 200
    topic = {"chat_id": FORUM, "user_id": LI, "text": "/help", "thread_id": 3}
    assert (await web.post("/ui/send", json=topic)).status_code == 200
    first, second = await inbox.messages()
    assert first.photo and first.caption == "会议"
    assert second.message_thread_id == 3
    shown = [m for m in (await web.get("/ui/state")).json()["messages"] if m["chat_id"] == LI]
    assert (shown[0]["kind"], shown[0]["html"]) == ("photo", "会议")


async def test_a_first_message_opens_a_private_chat(web: Web, bot: Bot, stream: Stream) -> None:
    start = {"chat_id": ZHAO, "user_id": ZHAO, "text": "/start"}
    assert (await web.post("/ui/send", json=start)).status_code == 200
    assert (await stream.next())["type"] == "chats"
    assert await bot.send_message(ZHAO, "您好")


async def test_a_document_can_be_downloaded(web: Web, bot: Bot) -> None:
    await bot.send_document(WANG, b"a,b", filename="名单&1.csv", caption="<b>表</b>", parse_mode="HTML")
    (shown,) = [m for m in (await web.get("/ui/state")).json()["messages"] if m["chat_id"] == WANG]
    assert shown["kind"] == "text" and "名单&amp;1.csv" in shown["html"]
    assert shown["html"].endswith("\n<b>表</b>")
    link = shown["html"].split('href="')[1].split('"')[0]
    answer = await web.get(link)
    assert answer.content == b"a,b"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


ARTICLE = InlineQueryResultArticle(
    "1",
    "党费",
    InputTextMessageContent("<b>党费</b>", parse_mode="HTML"),
    description="怎么交",
    reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("更多", callback_data="more")]]),
)


async def answered(bot: Bot, inbox: Inbox, results: list[InlineQueryResult]) -> None:
    while not (updates := await inbox.look()):
        await asyncio.sleep(0.01)
    query = updates[0].inline_query
    assert query and query.query == "党费" and query.from_user.id == WANG
    await query.answer(results)


async def test_an_inline_query_is_answered_and_chosen(web: Web, bot: Bot, world: World, inbox: Inbox) -> None:
    answering = asyncio.create_task(answered(bot, inbox, [ARTICLE]))
    answer = await web.post("/ui/inline", json={"user_id": WANG, "query": "党费"})
    await answering
    assert answer.json() == {"results": [{"id": "1", "title": "党费", "description": "怎么交", "html": "<b>党费</b>"}]}
    chosen = {"user_id": WANG, "chat_id": GROUP, "result_id": "1"}
    number = (await web.post("/ui/inline/choose", json=chosen)).json()["message_id"]
    (message,) = await inbox.messages()
    assert message.via_bot and message.via_bot.id == bot.id and message.text == "党费"
    world.press("赵阿姨", "第一党小组", number, "more")
    pressed = (await inbox.one()).callback_query
    assert pressed and pressed.message is None and pressed.inline_message_id
    await pressed.edit_message_text("更多党费")
    assert world.messages("第一党小组")[-1].text == "更多党费"
    lost = {"user_id": WANG, "chat_id": GROUP, "result_id": "9"}
    assert (await web.post("/ui/inline/choose", json=lost)).status_code == 400


def article(number: int | str) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(str(number), "x", InputTextMessageContent("x"))


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ([article(n) for n in range(51)], "(?i)^results_too_much$"),
        ([article(1), article(1)], "(?i)^result_id_duplicate$"),
        ([article("x" * 65)], "(?i)^result_id_invalid$"),
    ],
)
async def test_bad_inline_answers_are_refused(
    bot: Bot, world: World, results: list[InlineQueryResultArticle], complaint: str
) -> None:
    query = world.ask_inline("王小明", "党费")
    with pytest.raises(BadRequest, match=complaint):
        await bot.answer_inline_query(query, results)
    assert await bot.answer_inline_query(query, [article(n) for n in range(50)])
    with pytest.raises(BadRequest, match=r"^Query is too old"):
        await bot.answer_inline_query(query, [article(1)])


async def test_why_and_reload(web: Web) -> None:
    why = await web.get("/ui/why", params={"text": "怎么交党费"})
    assert why.json() == {"question": "怎么交党费", "decision": "answer", "candidates": []}
    reload = await web.post("/ui/reload", json={})
    assert reload.json() == {"problems": ["duties.yaml:3: 缺少 answer"]}


async def slowly(*words: str) -> list[str]:
    await asyncio.sleep(0)
    return list(words)


async def test_why_and_reload_may_be_missing_or_take_their_time() -> None:
    for explain, reload, status in ((None, None, 404), (slowly, slowly, 200)):
        box = Sandbox(TOKEN, explain, reload)
        async with Web(base_url=await box.start(port=0)) as web:
            assert (await web.get("/ui/why", params={"text": "x"})).status_code == status
            assert (await web.post("/ui/reload", json={})).status_code == status
        await box.stop()


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/ui/send", {"chat_id": GROUP, "user_id": WANG, "text": " "}, 400, "不能是空的"),
        ("/ui/send", {"chat_id": GROUP, "user_id": WANG, "text": "x" * 4097}, 400, "4096"),
        ("/ui/send", {"chat_id": GROUP, "text": "x"}, 400, "缺少 user_id"),
        ("/ui/send", {"chat_id": "x", "user_id": WANG, "text": "x"}, 400, "缺少 chat_id"),
        ("/ui/send", {"chat_id": GROUP, "user_id": WANG, "text": 1}, 400, "缺少 text"),
        ("/ui/send", {"chat_id": GROUP, "user_id": WANG, "kind": "film"}, 400, "film"),
        ("/ui/send", {"chat_id": 5, "user_id": WANG, "text": "x"}, 404, "没有这个聊天"),
        ("/ui/send", {"chat_id": GROUP, "user_id": 5, "text": "x"}, 404, "没有这个人"),
        ("/ui/send", {"chat_id": GROUP, "user_id": 7000000001, "text": "x"}, 400, "不能替机器人"),
        ("/ui/send", {"chat_id": LI, "user_id": WANG, "text": "x"}, 400, "不在"),
        ("/ui/send", {"chat_id": FORUM, "user_id": WANG, "text": "x", "thread_id": 9}, 404, "话题"),
        ("/ui/send", {"chat_id": GROUP, "user_id": WANG, "text": "x", "reply_to": 9}, 400, "回复"),
        (
            "/ui/edit",
            {"chat_id": GROUP, "user_id": WANG, "message_id": 9, "text": "x"},
            404,
            "消息",
        ),
        (
            "/ui/edit",
            {"chat_id": GROUP, "user_id": WANG, "message_id": 1, "text": "x"},
            400,
            "自己",
        ),
        (
            "/ui/press",
            {"chat_id": GROUP, "user_id": WANG, "message_id": 1, "data": "x"},
            400,
            "按钮",
        ),
        ("/ui/send", [], 400, "对象"),
    ],
)
async def test_mistakes_are_told_in_chinese(web: Web, path: str, body: object, status: int, word: str) -> None:
    answer = await web.post(path, json=body)
    assert answer.status_code == status
    assert word in answer.json()["error"]


async def test_only_json_is_taken(web: Web) -> None:
    given = {"chat_id": str(WANG), "user_id": str(WANG), "text": "x"}
    for answer in (
        await web.post("/ui/send", data=given),
        await web.post("/ui/send", content=b'{"chat_id": 1}', headers={"Content-Type": "text/plain"}),
        await web.post("/ui/send", content=b"{", headers={"Content-Type": "application/json"}),
    ):
        assert answer.status_code == 400 and "JSON" in answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8081"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_foreign_hosts_and_origins_are_refused(box: Sandbox, web: Web, headers: dict[str, str]) -> None:
    for path in ("/", "/ui/state", "/ui/why?text=x", "/ui/file/x"):
        assert (await web.get(path, headers=headers)).status_code == 403
    body = {"chat_id": WANG, "user_id": WANG, "text": "x"}
    for path in ("/ui/send", "/ui/edit", "/ui/press", "/ui/inline", "/ui/reload"):
        assert (await web.post(path, json=body, headers=headers)).status_code == 403
    with pytest.raises(HTTPClientError, match="403"):
        await websocket_connect(HTTPRequest(events_address(box), headers=headers))
    assert box.world.messages("王小明") == []


async def test_the_own_page_is_let_in(box: Sandbox, web: Web) -> None:
    port = box.address.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost"):
        own = {"Host": f"{name}:{port}", "Origin": f"http://{name}:{port}"}
        assert (await web.get("/ui/state", headers=own)).status_code == 200
        socket = await websocket_connect(HTTPRequest(events_address(box), headers=own))
        socket.close()


@pytest.mark.parametrize("path", ["/page/x.css", "/page/%2e%2e", "/page/../ui.py", "/page/%2e%2e/ui.py"])
async def test_nothing_outside_the_page_is_served(web: Web, path: str) -> None:
    assert (await web.get(path)).status_code == 404


async def test_the_page_and_its_files_are_served_and_nothing_else(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.ui.PAGE", tmp_path)
    for name in ("index.html", "chat.css", "chat.js", "notes.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    page = await web.get("/")
    assert page.text == "index.html" and page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for name, kind in (("chat.css", "text/css"), ("chat.js", "text/javascript")):
        answer = await web.get(f"/page/{name}")
        assert answer.text == name and answer.headers["Content-Type"].startswith(kind)
    assert (await web.get("/page/notes.py")).status_code == 404


async def test_a_page_that_does_not_read_is_cut_off(
    box: Sandbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.feed.BACKLOG", 3)
    socket = await websocket_connect(events_address(box))
    for number in range(9):
        world.say("王小明", "王小明", str(number))
    frames = 0
    while await asyncio.wait_for(socket.read_message(), 2) is not None:
        frames += 1
    assert 3 <= frames < 9


async def test_a_reply_in_the_page_shows_whom_it_answers(bot: Bot, web: Web, world: World) -> None:
    asked = world.say("王小明", "王小明", "长" * 200)
    await bot.send_message(WANG, "在", reply_parameters=Reply(asked.id))
    shown = [m for m in (await web.get("/ui/state")).json()["messages"] if m["chat_id"] == WANG]
    assert shown[-1]["reply_to"]["name"] == "王小明"
    assert len(shown[-1]["reply_to"]["text"]) == 80
