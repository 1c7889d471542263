"""A bot that is up: polls until told to stop, takes edits of the knowledge, throws away what is old."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from commands.watching import Calendar, watch
from handlers import ALLOWED_UPDATES, BotApplication, Services, publish_commands
from knowledge import KnowledgeInvalid, Problem
from scheduler.runner import Runner
from storage import StoreError

_PURGE_EVERY = timedelta(hours=12)
_TIDY_SECONDS = 60.0
_SHOWN = 15  # problems in one message
_ANSWERS_KEPT = timedelta(days=400)
_DRAFTS_KEPT = timedelta(days=2)
_LONGEST_PAUSE = 30.0  # seconds between two attempts to reach the Bot API
_DRAIN_SECONDS = 28.0  # a supervisor kills after 30
_REFUSED = "Telegram 不认这个 token。到 @BotFather 那里核对，再改 config.yaml 的 bot_token。"
_log = logging.getLogger("bot")


class PollingError(Exception):
    """机器人不能再收消息；文字说明原因和办法。"""


async def poll(
    application: BotApplication,
    services: Services,
    runner: Runner,
    calendar: Calendar,
    problems: Sequence[Problem] = (),
) -> None:
    """Poll and remind until told to stop; what was fetched is answered, what is on its way sent (SIGTERM drains).

    problems: of the groups that are declared in config.yaml. Waits for a server that is not there. Raises PollingError
    when the token is refused or used by another program.
    """
    stop = asyncio.Event()
    taken = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if not await _reached(application, stop):
        return
    try:
        edits = _Edits(application, services, calendar)
        if problems:
            await edits.broken("config.yaml 里的群", "其余的提醒", problems)
        await _until_stopped(edits, runner, stop, taken)
    finally:
        with contextlib.suppress(RuntimeError):  # "still running" when the drain was cut short
            await application.shutdown()
    _log.info("bot.stopped")
    if services.refused.is_set():
        raise PollingError(_REFUSED)
    if taken.is_set():
        raise PollingError("另有一个程序在用同一个 token 收消息，本程序停止了。先停掉另一个再启动。")


async def _until_stopped(edits: "_Edits", runner: Runner, stop: asyncio.Event, taken: asyncio.Event) -> None:
    application, services = edits.application, edits.services
    if application.updater is None:
        raise RuntimeError("the application was built without an updater")
    await application.start()
    await application.updater.start_polling(
        allowed_updates=list(ALLOWED_UPDATES), bootstrap_retries=-1, error_callback=_on_polling_error(stop, taken)
    )
    tasks = [
        asyncio.create_task(watch(services.base.folder, "**/*.yaml", edits.take_knowledge)),
        asyncio.create_task(watch(edits.calendar.path.parent, edits.calendar.path.name, edits.take_calendar)),
        asyncio.create_task(_tidy(services)),
    ]
    ended = asyncio.Event()
    reminding = asyncio.create_task(runner.run(ended))
    _log.info("bot.started username=%s", application.bot.username)
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(services.refused.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, *waits):
        task.cancel()
    await asyncio.gather(*tasks, *waits, return_exceptions=True)
    ended.set()
    runner.wake()
    await _drain(application, reminding)


async def _drain(application: BotApplication, reminding: asyncio.Task[None]) -> None:
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            with contextlib.suppress(TelegramError):  # what polling had already ended with
                if application.updater is not None:
                    await application.updater.stop()
            await application.stop()
            await application.bot_data.refresher.stop()
            await reminding
    except TimeoutError:
        _log.error("bot.stopped_early 还有消息没来得及发")


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
                await _purge(services, now)
                purged = now
            except StoreError as error:
                _log.error("store.failed %s，过期的还没有删，一会儿再试", error)
        await asyncio.sleep(_TIDY_SECONDS)


async def _purge(services: Services, now: datetime) -> None:
    await services.misses.purge(now=now, keep=services.retention)
    await services.stores.people.purge(before=now - _ANSWERS_KEPT)
    await services.stores.deliveries.purge(before=now - _ANSWERS_KEPT)
    await services.stores.drafts.purge(before=now - _DRAFTS_KEPT)


@dataclass
class _Edits:
    """Takes edits while running: built beside in a thread, swapped in one step; a broken edit is told to the admins."""

    application: BotApplication
    services: Services
    calendar: Calendar
    is_broken: bool = False
    is_calendar_broken: bool = False

    async def take_knowledge(self) -> None:
        _log.info("knowledge.loading 知识库改了，正在换上")
        try:
            await asyncio.to_thread(self.services.base.reload)
        except KnowledgeInvalid as invalid:
            self.is_broken = True
            await self.broken("知识库", "原来的答案", invalid.problems)
        except Exception as error:  # whatever it was, the old answers stay and the next edit is taken
            self.is_broken = True
            _log.error("knowledge.not_loaded %s", type(error).__name__)
            await self._tell(f"知识库这次没换上（{type(error).__name__}），先用着原来的答案。")
        else:
            _log.info("knowledge.reloaded entries=%d", len(self.services.base.knowledge.entries))
            if self.is_broken:
                await self._tell("知识库改好了，新的答案已经换上。")
            self.is_broken = False

    async def take_calendar(self) -> None:
        if problems := self.calendar.reload():
            self.is_calendar_broken = True
            await self.broken("放假安排", "原来的安排", problems)
            return
        _log.info("workdays.reloaded version=%s", self.calendar.current.version)
        self.services.wake()
        if self.is_calendar_broken:
            await self._tell("放假安排改好了，提醒已经按新的重新排过。")
        self.is_calendar_broken = False

    async def broken(self, what: str, old: str, problems: Sequence[Problem]) -> None:
        shown = "\n".join(str(p) for p in problems[:_SHOWN])
        _log.warning("edit.invalid %s，先用着%s，要改的地方：\n%s", what, old, shown)
        more = f"\n……还有 {len(problems) - _SHOWN} 处" if len(problems) > _SHOWN else ""
        await self._tell(f"{what}有 {len(problems)} 处要改，先用着{old}：\n{shown}{more}")

    async def _tell(self, text: str) -> None:
        for admin in self.services.admins:
            with contextlib.suppress(TelegramError):
                await self.application.bot.send_message(admin, text[:4000])


async def _tell_privacy(application: BotApplication) -> None:
    me = await application.bot.get_me()
    if not me.can_read_all_group_messages:
        _log.info("bot.privacy_mode 群里只收得到命令、@我 和回复我的消息，这样就够用")
