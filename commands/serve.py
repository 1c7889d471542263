"""bot.py run: in Telegram when there is a token, else in the sandbox. bot.py sandbox: always the sandbox."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telegram.error import TelegramError
from watchfiles import awatch

from handlers import ALLOWED_UPDATES, BotApplication, Services, build_application, publish_commands, set_up_logging
from knowledge import KnowledgeBase, KnowledgeInvalid, explain
from sandbox import Sandbox, SandboxError
from settings import TELEGRAM, Settings, SettingsInvalidError, load_settings
from storage import open_store

SANDBOX_TOKEN = "10000001:sandbox-token-sandbox-token-sandbox"  # noqa: S105  opens nothing but the local sandbox
_PURGE_EVERY = timedelta(hours=12)
_log = logging.getLogger("bot")


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, help="沙盒的端口，默认取设置里的 sandbox_port")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        settings = load_settings(arguments.config)
        base = KnowledgeBase(arguments.knowledge, arguments.cache)
        _ = base.current
        token = settings.token
        in_sandbox = arguments.command == "sandbox" or (not token and settings.bot_api_url == TELEGRAM)
        set_up_logging(token or SANDBOX_TOKEN, settings.log_level)
        asyncio.run(_serve(settings, base, port=_port(arguments, settings) if in_sandbox else None))
    except (SettingsInvalidError, KnowledgeInvalid, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"启动不了：{error.filename or ''} {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _port(arguments: argparse.Namespace, settings: Settings) -> int:
    return settings.sandbox_port if arguments.port is None else int(arguments.port)


async def _serve(settings: Settings, base: KnowledgeBase, *, port: int | None) -> None:
    """port: of the sandbox; None for the Bot API of the settings."""
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = settings.data_folder / "pseudonyms.key"
    async with _api(settings, base, port) as (token, api_url), open_store(settings.store_url, key) as store:
        services = Services(
            base=base,
            misses=store,
            clock=lambda: datetime.now(UTC),
            source_lines=_source_lines(settings.source_file),
            admins=frozenset(settings.admins),
            retention=timedelta(days=settings.keep_days),
        )
        application = build_application(token, services, api_url=api_url, concurrency=settings.concurrency)
        await _polled(application, services)


@asynccontextmanager
async def _api(settings: Settings, base: KnowledgeBase, port: int | None) -> AsyncIterator[tuple[str, str]]:
    if port is None:
        yield settings.token, settings.bot_api_url
        return
    box = Sandbox(SANDBOX_TOKEN, explain=lambda text: _why(base, text), reload=lambda: _reload(base))
    address = await box.start(port=port)
    try:
        print(
            f"沙盒已启动，浏览器打开 {address} 就能聊。要接入 Telegram：把 token 写进 config.yaml 的 bot_token。",
            flush=True,
        )
        yield SANDBOX_TOKEN, address
    finally:
        await box.stop()


def _why(base: KnowledgeBase, text: str) -> dict[str, object]:
    found = asdict(explain(base, base.ask(text)))
    for candidate in found["candidates"]:
        candidate["score"] = candidate.pop("certainty")
        candidate["nearest"] = [phrasing for phrasing, _ in candidate["nearest"]]
    notes = [f"对象：{'、'.join(found['subjects']) or '没有'}", f"方面：{'、'.join(found['aspects']) or '没有'}"]
    notes += [f"最像范围之外的：{found['outside']}"] if found["outside"] else []
    return {**found, "confidence": found["certainty"], "notes": notes}


def _reload(base: KnowledgeBase) -> list[str]:
    try:
        base.reload()
    except KnowledgeInvalid as invalid:
        return [str(p) for p in invalid.problems]
    return []


def _source_lines(path: Path | None) -> tuple[str, ...] | None:
    return tuple(path.read_text("utf-8").splitlines()) if path is not None else None


async def _polled(application: BotApplication, services: Services) -> None:
    """Poll until told to stop; what was fetched is answered before the end (SIGTERM drains)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with application:
        await publish_commands(application)
        await _tell_privacy(application)
        await application.start()
        if application.updater is None:
            raise RuntimeError("the application was built without an updater")
        await application.updater.start_polling(
            allowed_updates=list(ALLOWED_UPDATES), bootstrap_retries=-1, error_callback=_on_polling_error(stop)
        )
        tasks = [asyncio.create_task(_watch(application, services)), asyncio.create_task(_purge(services))]
        _log.info("bot.started username=%s", application.bot.username)
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await application.updater.stop()
        await application.stop()
    _log.info("bot.stopped")


def _on_polling_error(stop: asyncio.Event) -> Callable[[TelegramError], None]:
    def handle(error: TelegramError) -> None:
        if type(error).__name__ == "Conflict":
            _log.critical("poller.conflict 另有一个程序在用同一个 token 收消息，本程序停止。先停掉另一个再启动。")
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
