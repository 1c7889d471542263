"""A bot that is up: polls until told to stop, takes edits of the knowledge, throws away what is old."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from watchfiles import awatch

from handlers import ALLOWED_UPDATES, BotApplication, Services, publish_commands
from knowledge import KnowledgeInvalid

_PURGE_EVERY = timedelta(hours=12)
_LONGEST_PAUSE = 30.0  # seconds between two attempts to reach the Bot API
_log = logging.getLogger("bot")


class PollingError(Exception):
    """机器人不能再收消息；文字说明原因和办法。"""


async def poll(application: BotApplication, services: Services) -> None:
    """Poll until told to stop; what was fetched is answered before the end (SIGTERM drains).

    Waits for a server that is not there. Raises PollingError when the token is refused or used by another program.
    """
    stop = asyncio.Event()
    taken = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if not await _reached(application, stop):
        return
    try:
        await _until_stopped(application, services, stop, taken)
    finally:
        await application.shutdown()
    _log.info("bot.stopped")
    if taken.is_set():
        raise PollingError("另有一个程序在用同一个 token 收消息，本程序停止了。先停掉另一个再启动。")


async def _until_stopped(
    application: BotApplication, services: Services, stop: asyncio.Event, taken: asyncio.Event
) -> None:
    if application.updater is None:
        raise RuntimeError("the application was built without an updater")
    await application.start()
    await application.updater.start_polling(
        allowed_updates=list(ALLOWED_UPDATES), bootstrap_retries=-1, error_callback=_on_polling_error(stop, taken)
    )
    tasks = [asyncio.create_task(_watch(application, services)), asyncio.create_task(_purge(services))]
    _log.info("bot.started username=%s", application.bot.username)
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await application.updater.stop()
    await application.stop()


async def _reached(application: BotApplication, stop: asyncio.Event) -> bool:
    """Introduce the bot to the server, however long that takes; False when told to stop meanwhile."""
    pause = 1.0
    while not stop.is_set():
        try:
            await application.initialize()
            await publish_commands(application)
            await _tell_privacy(application)
        except InvalidToken:
            raise PollingError(
                "Telegram 不认这个 token。到 @BotFather 那里核对，再改 config.yaml 的 bot_token。"
            ) from None
        except TelegramError as error:
            wait = error.retry_after if isinstance(error, RetryAfter) else pause
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            _log.warning("bot.waiting %s，%.0f 秒后再连", type(error).__name__, seconds)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return True
    return False


def _on_polling_error(stop: asyncio.Event, taken: asyncio.Event) -> Callable[[TelegramError], None]:
    def handle(error: TelegramError) -> None:
        if isinstance(error, Conflict):
            _log.critical("poller.conflict 另有一个程序在用同一个 token 收消息，本程序停止")
            taken.set()
            stop.set()
        else:
            _log.warning("poller.error %s", type(error).__name__)

    return handle


async def _tell_privacy(application: BotApplication) -> None:
    me = await application.bot.get_me()
    if not me.can_read_all_group_messages:
        _log.info("bot.privacy_mode 群里只收得到命令、@我 和回复我的消息，这样就够用")


async def _purge(services: Services) -> None:
    while True:
        await services.misses.purge(now=services.clock(), keep=services.retention)
        await asyncio.sleep(_PURGE_EVERY.total_seconds())


async def _watch(application: BotApplication, services: Services) -> None:
    """Take edits while running: built beside in a thread, swapped in one step; a broken edit is told to the admins."""
    base = services.base
    async for changes in awatch(base.folder, step=200, recursive=True):
        if not any(Path(p).suffix == ".yaml" for _, p in changes):
            continue
        try:
            await asyncio.to_thread(base.reload)
            _log.info("knowledge.reloaded entries=%d", len(base.knowledge.entries))
        except KnowledgeInvalid as invalid:
            _log.warning("knowledge.invalid problems=%d", len(invalid.problems))
            await _tell_admins(application, services, invalid)


async def _tell_admins(application: BotApplication, services: Services, invalid: KnowledgeInvalid) -> None:
    shown = "\n".join(str(p) for p in invalid.problems[:15])
    more = f"\n……还有 {len(invalid.problems) - 15} 处" if len(invalid.problems) > 15 else ""
    text = f"知识库有 {len(invalid.problems)} 处要改，先用着原来的答案：\n{shown}{more}"[:4000]
    for admin in services.admins:
        with contextlib.suppress(TelegramError):
            await application.bot.send_message(admin, text)
