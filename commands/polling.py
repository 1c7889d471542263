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
from storage import StoreError

_PURGE_EVERY = timedelta(hours=12)
_TIDY_SECONDS = 60.0
_LOOK_MS = 3000  # how often to look at the files although nothing was reported
_LONGEST_PAUSE = 30.0  # seconds between two attempts to reach the Bot API
_DRAIN_SECONDS = 28.0  # a supervisor kills after 30
_REFUSED = "Telegram 不认这个 token。到 @BotFather 那里核对，再改 config.yaml 的 bot_token。"
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
        with contextlib.suppress(RuntimeError):  # "still running" when the drain was cut short
            await application.shutdown()
    _log.info("bot.stopped")
    if services.refused.is_set():
        raise PollingError(_REFUSED)
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
    tasks = [asyncio.create_task(_watch(application, services)), asyncio.create_task(_tidy(services))]
    _log.info("bot.started username=%s", application.bot.username)
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(services.refused.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, *waits):
        task.cancel()
    await asyncio.gather(*tasks, *waits, return_exceptions=True)
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            with contextlib.suppress(TelegramError):  # what polling had already ended with
                await application.updater.stop()
            await application.stop()
    except TimeoutError:
        _log.error("bot.stopped_early 还有消息没来得及回")


async def _reached(application: BotApplication, stop: asyncio.Event) -> bool:
    """Introduce the bot to the server, however long that takes; False when told to stop meanwhile."""
    pause = 1.0
    while not stop.is_set():
        try:
            await application.initialize()
            await publish_commands(application)
            await _tell_privacy(application)
        except InvalidToken:
            raise PollingError(_REFUSED) from None
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


async def _tidy(services: Services) -> None:
    """Throw away what is past its time: in memory every minute, in the data base twice a day."""
    purged = None
    while True:
        now = services.clock()
        services.topics.sweep(now=now)
        services.answered.sweep(now=now)
        if purged is None or now - purged >= _PURGE_EVERY:
            try:
                await services.misses.purge(now=now, keep=services.retention)
                purged = now
            except StoreError as error:
                _log.error("store.failed %s，过期的提问还没有删，一会儿再试", error)
        await asyncio.sleep(_TIDY_SECONDS)


async def _watch(application: BotApplication, services: Services) -> None:
    """Take edits while running: built beside in a thread, swapped in one step; a broken edit is told to the admins.

    The watcher says at once when something changed, and what counts is whether the files are other files than those
    last taken: so nothing is missed while one edit is being learnt, or when the whole folder is replaced.
    """
    folder = services.base.folder
    taken, is_broken = _stamp(folder), False
    while True:
        try:
            async for _ in awatch(folder, step=200, rust_timeout=_LOOK_MS, yield_on_timeout=True):
                if (now := _stamp(folder)) != taken:
                    taken = now
                    is_broken = await _take(application, services, was_broken=is_broken)
                    break  # watch anew: the folder may be another one
        except (OSError, RuntimeError) as error:
            _log.error("knowledge.not_watched %s", type(error).__name__)
            await asyncio.sleep(_LOOK_MS / 1000)


def _stamp(folder: Path) -> frozenset[tuple[str, int, int, int]]:
    """Changes with every edit of a YAML file, and when a file is replaced by another."""
    found = set()
    for path in folder.rglob("*.yaml"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.add((str(path), status.st_ino, status.st_mtime_ns, status.st_size))
    return frozenset(found)


async def _take(application: BotApplication, services: Services, *, was_broken: bool) -> bool:
    """Whether the files are broken now."""
    _log.info("knowledge.loading 知识库改了，正在换上")
    try:
        await asyncio.to_thread(services.base.reload)
    except KnowledgeInvalid as invalid:
        _log.warning("knowledge.invalid 先用着原来的答案，要改的地方：\n%s", "\n".join(map(str, invalid.problems[:15])))
        shown = "\n".join(str(p) for p in invalid.problems[:15])
        more = f"\n……还有 {len(invalid.problems) - 15} 处" if len(invalid.problems) > 15 else ""
        await _tell_admins(
            application, services, f"知识库有 {len(invalid.problems)} 处要改，先用着原来的答案：\n{shown}{more}"
        )
    except Exception as error:  # whatever it was, the old answers stay and the next edit is taken
        _log.error("knowledge.not_loaded %s", type(error).__name__)
        await _tell_admins(application, services, f"知识库这次没换上（{type(error).__name__}），先用着原来的答案。")
    else:
        _log.info("knowledge.reloaded entries=%d", len(services.base.knowledge.entries))
        if was_broken:
            await _tell_admins(application, services, "知识库改好了，新的答案已经换上。")
        return False
    return True


async def _tell_admins(application: BotApplication, services: Services, text: str) -> None:
    for admin in services.admins:
        with contextlib.suppress(TelegramError):
            await application.bot.send_message(admin, text[:4000])


async def _tell_privacy(application: BotApplication) -> None:
    me = await application.bot.get_me()
    if not me.can_read_all_group_messages:
        _log.info("bot.privacy_mode 群里只收得到命令、@我 和回复我的消息，这样就够用")
