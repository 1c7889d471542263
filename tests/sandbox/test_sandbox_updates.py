"""Delivery of updates: long polling, webhooks, whole applications."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from time import monotonic

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram_kit import GROUP, TOKEN, WANG, Inbox, NewBot
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application as WebApplication
from tornado.web import RequestHandler

from sandbox import Sandbox, World
from sandbox.updates import Updates

Context = ContextTypes.DEFAULT_TYPE


async def until(condition: Callable[[], object]) -> None:
    """Lets the loop run until it is so; the test's time-out ends a vain wait."""
    end = monotonic() + 5
    while not condition():
        assert monotonic() < end, "it never happened"
        await asyncio.sleep(0.002)


async def test_updates_are_repeated_until_they_are_confirmed(bot: Bot, world: World) -> None:
    for text in ("一", "二", "三"):
        world.say("王小明", "王小明", text)
    first = await bot.get_updates(timeout=0)
    again = await bot.get_updates(timeout=0)
    assert [u.update_id for u in first] == [u.update_id for u in again]
    rest = await bot.get_updates(offset=first[0].update_id + 1, timeout=0)
    assert [u.message.text for u in rest if u.message] == ["二", "三"]
    assert len(await bot.get_updates(timeout=0)) == 2


async def test_a_limit_and_a_negative_offset_choose_from_the_queue(bot: Bot, world: World) -> None:
    for text in ("一", "二", "三"):
        world.say("王小明", "王小明", text)
    assert len(await bot.get_updates(limit=2, timeout=0)) == 2
    (last,) = await bot.get_updates(offset=-1, timeout=0)
    assert last.message and last.message.text == "三"
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_only_allowed_kinds_are_queued(bot: Bot, world: World, inbox: Inbox) -> None:
    inbox.kinds = ["edited_message"]
    await inbox.look()
    message = world.say("王小明", "王小明", "一")
    world.edit("王小明", "王小明", message.id, "二")
    update = await inbox.one()
    assert update.edited_message
    inbox.kinds = []
    await inbox.look()
    world.say("王小明", "王小明", "三")
    assert await inbox.texts() == ["三"]


async def test_a_long_poll_ends_when_something_comes(box: Sandbox, bot: Bot, world: World) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: box.is_polled)
    assert not poll.done()
    world.say("王小明", "王小明", "在吗")
    (update,) = await asyncio.wait_for(poll, 1)
    assert update.message and update.message.text == "在吗"


async def test_a_long_poll_ends_with_nothing_after_its_time() -> None:
    started = monotonic()
    assert await Updates().poll(0, 100, 0.05) == []
    assert monotonic() - started >= 0.05


async def test_only_the_newest_updates_are_kept_when_nobody_fetches_them() -> None:
    updates = Updates(keep=3)
    for number in range(5):
        updates.put("message", {"text": number})
    assert updates.pending == 3
    assert "4" in (await updates.poll(-1, 100, 0))[0]


async def test_of_two_pollers_the_older_gets_409(box: Sandbox, bot: Bot, new_bot: NewBot, world: World) -> None:
    second = new_bot(TOKEN)
    await second.initialize()
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: box.is_polled)
    newer = asyncio.create_task(second.get_updates(timeout=20))
    text = "Conflict: terminated by other getUpdates request; make sure that only one bot"
    with pytest.raises(Conflict, match=f"^{text} instance is running$"):
        await asyncio.wait_for(older, 1)
    world.say("王小明", "王小明", "在吗")
    assert len(await asyncio.wait_for(newer, 1)) == 1
    await second.shutdown()


async def test_a_client_that_hangs_up_leaves_no_poll_behind(box: Sandbox, bot: Bot, world: World) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: box.is_polled)
    poll.cancel()
    await until(lambda: not box.is_polled)
    world.say("王小明", "王小明", "在吗")
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_stopping_ends_a_long_poll_at_once(box: Sandbox, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: box.is_polled)
    started = monotonic()
    await box.stop()
    await asyncio.gather(poll, return_exceptions=True)
    assert monotonic() - started < 1


# webhooks


@dataclass
class Hook:
    """The bot's own server: answers with the next of `answers`, then always 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    calls: list[tuple[str | None, int]] = field(default_factory=list)

    def take(self, secret: str | None, number: int) -> int:
        self.calls.append((secret, number))
        return self.answers.pop(0) if self.answers else 200


class HookHandler(RequestHandler):
    def initialize(self, hook: Hook) -> None:
        self.hook = hook

    def post(self) -> None:
        secret = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        update = Update.de_json(json.loads(self.request.body), None)
        self.set_status(self.hook.take(secret, update.update_id))
        self.set_header("Location", self.hook.url)

    def get(self) -> None:
        """Where a redirect would lead."""


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    ready = Hook()
    server = HTTPServer(WebApplication([("/hook", HookHandler, {"hook": ready})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    ready.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/hook"
    yield ready
    server.stop()
    await server.close_all_connections()


async def test_a_webhook_gets_every_update_in_order_with_the_secret(bot: Bot, world: World, hook: Hook) -> None:
    world.say("王小明", "王小明", "之前")
    assert await bot.set_webhook(hook.url, secret_token="s3cret_-", max_connections=7)
    world.say("王小明", "王小明", "之后")
    await until(lambda: len(hook.calls) == 2)
    assert [secret for secret, _ in hook.calls] == ["s3cret_-"] * 2
    assert hook.calls[1][1] == hook.calls[0][1] + 1
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (hook.url, 0, 7)
    assert info.last_error_message is None


async def test_a_webhook_that_fails_gets_the_update_again(bot: Bot, world: World, hook: Hook) -> None:
    hook.answers = [500, 302, 403]
    await bot.set_webhook(hook.url)
    world.say("王小明", "王小明", "在吗")
    await until(lambda: len(hook.calls) == 4)
    assert len(set(hook.calls)) == 1
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
    world.say("王小明", "王小明", "在吗")
    await until(lambda: len(hook.calls) == 5)


async def test_a_webhook_that_is_down_keeps_the_updates(bot: Bot, world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook")
    world.say("王小明", "王小明", "在吗")
    while not (info := await bot.get_webhook_info()).last_error_message:
        await asyncio.sleep(0.01)
    assert info.pending_update_count == 1 and info.last_error_date
    assert await bot.delete_webhook()
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_polling_and_a_webhook_exclude_each_other(box: Sandbox, bot: Bot, hook: Hook) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: box.is_polled)
    await bot.set_webhook(hook.url)
    with pytest.raises(Conflict, match=r"^Conflict: terminated by setWebhook request$"):
        await asyncio.wait_for(poll, 1)
    text = "can't use getUpdates method while webhook is active; use deleteWebhook to delete"
    with pytest.raises(Conflict, match=f"^Conflict: {text} the webhook first$"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=0) == ()


async def test_pending_updates_can_be_dropped(bot: Bot, world: World, hook: Hook) -> None:
    world.say("王小明", "王小明", "旧")
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    world.say("王小明", "王小明", "新")
    await until(lambda: hook.calls)
    await bot.delete_webhook()
    world.say("王小明", "王小明", "旧")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == ()
    assert len(hook.calls) == 1


@pytest.mark.parametrize(
    ("url", "secret", "complaint"),
    [
        ("ftp://127.0.0.1/x", "", "Bad webhook: an https url must be provided for webhook"),
        ("https://example.com/x", "", "Bad webhook: the sandbox delivers to 127.0.0.1 only"),
        ("http://127.0.0.1/x", "密", "Secret token contains unallowed characters"),
    ],
)
async def test_bad_webhooks_are_refused(bot: Bot, url: str, secret: str, complaint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await bot.set_webhook(url, secret_token=secret or None)
    assert caught.value.message == complaint
    assert (await bot.get_webhook_info()).url == ""


# whole applications

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("看过", callback_data="seen")]])


async def greet(update: Update, context: Context) -> None:
    assert update.effective_message
    payload = " ".join(context.args or [])
    await update.effective_message.reply_html(f"<b>您好</b> {payload}", reply_markup=BUTTONS)


async def echo(update: Update, context: Context) -> None:
    assert update.effective_message
    await update.effective_message.reply_text(f"收到：{update.effective_message.text}")


async def mark(update: Update, context: Context) -> None:
    assert update.callback_query
    await update.callback_query.answer("好的")
    await update.callback_query.edit_message_text("看过了")


def application(box: Sandbox) -> Application:  # type: ignore[type-arg]
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{box.address}/bot")
    built = builder.concurrent_updates(8).build()
    built.add_handler(CommandHandler("start", greet))
    built.add_handler(CallbackQueryHandler(mark))
    built.add_handler(MessageHandler(filters.TEXT, echo))
    return built


async def conversation(world: World) -> None:
    world.say("赵阿姨", "赵阿姨", "/start meeting_7")
    await until(lambda: len(world.messages("赵阿姨")) == 2)
    greeting = world.messages("赵阿姨")[-1]
    assert greeting.text == "您好 meeting_7"
    world.press("赵阿姨", "赵阿姨", greeting.id, "seen")
    await until(lambda: world.messages("赵阿姨")[-1].text == "看过了")
    asked = world.say("王小明", "第一党小组", "@party_group_bot 怎么交党费")
    await until(lambda: world.messages("第一党小组")[-1].sender == world.bot)
    assert world.messages("第一党小组")[-1].text == f"收到：{asked.text}"


async def test_an_application_that_polls_holds_a_conversation(box: Sandbox) -> None:
    app = application(box)
    problems: list[object] = []
    async with app:
        await app.start()
        assert app.updater
        await app.updater.start_polling(error_callback=problems.append)
        await conversation(box.world)
        await app.updater.stop()
        await app.stop()
    assert problems == []
    question, answer = box.world.messages(GROUP)[-2:]
    assert answer.reply_to == question.id


async def test_an_application_with_a_webhook_holds_a_conversation(box: Sandbox) -> None:
    app = application(box)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with app:
        await app.start()
        assert app.updater
        url = f"http://127.0.0.1:{port}/tg"
        await app.updater.start_webhook("127.0.0.1", port, url_path="tg", webhook_url=url, secret_token="s3cret")
        await conversation(box.world)
        await app.updater.stop()
        await app.stop()


async def test_many_questions_at_once_are_all_answered(box: Sandbox) -> None:
    app = application(box)
    async with app:
        await app.start()
        assert app.updater
        await app.updater.start_polling()
        for number in range(300):
            box.world.say("王小明", "王小明", str(number))
        await until(lambda: len(box.world.messages(WANG)) == 600)
        await app.updater.stop()
        await app.stop()
