"""bot.py run: in Telegram when there is a token, else in the sandbox. bot.py sandbox: always the sandbox."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commands.polling import PollingError, poll
from handlers import Services, build_application, set_up_logging
from knowledge import KnowledgeBase, KnowledgeInvalid, explain
from sandbox import Sandbox, SandboxError
from settings import CONFIG, TELEGRAM, Settings, SettingsInvalidError, is_token, load_settings, read_text
from scheduler.workdays import Workdays
from storage import StoreError, open_stores


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, help="沙盒的端口，默认取设置里的 sandbox_port")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        settings = load_settings(arguments.config or CONFIG, is_needed=arguments.config is not None)
        base = KnowledgeBase(arguments.knowledge, arguments.cache, on_learning=_say_learning)
        _ = base.current
        token = settings.token
        in_sandbox = arguments.command == "sandbox" or (not token and settings.bot_api_url == TELEGRAM)
        if not token and not in_sandbox:
            raise SettingsInvalidError("设了 bot_api_url，却没有 bot_token。补上，或去掉 bot_api_url 用沙盒。")
        if not in_sandbox and not is_token(token):
            raise SettingsInvalidError("bot_token 不像一个 token：应该是 数字:一长串字母，从 @BotFather 那里整行复制")
        set_up_logging(token, settings.log_level)
        asyncio.run(_serve(settings, base, port=_port(arguments, settings) if in_sandbox else None))
    except (SettingsInvalidError, KnowledgeInvalid, SandboxError, StoreError, PollingError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"启动不了：{error.filename or ''} {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _say_learning() -> None:
    print("先学一遍问法，约十来秒；学好会存下来，下次启动只要一秒。", file=sys.stderr, flush=True)


def _port(arguments: argparse.Namespace, settings: Settings) -> int:
    return settings.sandbox_port if arguments.port is None else int(arguments.port)


async def _serve(settings: Settings, base: KnowledgeBase, *, port: int | None) -> None:
    """port: of the sandbox; None for the Bot API of the settings."""
    folder = settings.data_folder if port is None else settings.data_folder / "sandbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # what is tried out never mixes with what members asked
    url = settings.store_url if port is None else f"sqlite+aiosqlite:///{folder / 'bot.db'}"
    async with _api(settings, base, port) as (token, api_url), open_stores(url, folder / "pseudonyms.key") as stores:
        services = Services(
            base=base,
            stores=stores,
            clock=lambda: datetime.now(UTC),
            workdays=Workdays,
            source_lines=_source_lines(settings.source_file),
            admins=frozenset(settings.admins),
            retention=timedelta(days=settings.keep_days),
        )
        application = build_application(token, services, api_url=api_url, concurrency=settings.concurrency)
        await poll(application, services)


@asynccontextmanager
async def _api(settings: Settings, base: KnowledgeBase, port: int | None) -> AsyncIterator[tuple[str, str]]:
    if port is None:
        yield settings.token, settings.bot_api_url
        return
    token = f"10000001:{secrets.token_urlsafe(24)}"
    box = Sandbox(token, explain=lambda text: _why(base, text), reload=lambda: _reload(base))
    address = await box.start(port=port)
    try:
        print(
            f"沙盒已启动，浏览器打开 {address} 就能聊。要接入 Telegram：把 token 写进 config.yaml 的 bot_token。",
            flush=True,
        )
        yield token, address
    finally:
        await box.stop()


def _why(base: KnowledgeBase, text: str) -> dict[str, object]:
    found = asdict(explain(base, base.ask(text)))
    for candidate in found["candidates"]:
        candidate["score"] = candidate.pop("certainty")
        candidate["nearest"] = [phrasing for phrasing, _ in candidate["nearest"]]
    notes = [f"对象：{'、'.join(found['subjects']) or '没有'}", f"方面：{'、'.join(found['aspects']) or '没有'}"]
    notes += [f"最像范围之外的：{found['outside']}"] if found["outside"] else []
    notes += [f"要是不看“{name}”：{outcome}" for name, outcome in found["without"].items()]
    return {**found, "confidence": found["certainty"], "notes": notes}


def _reload(base: KnowledgeBase) -> list[str]:
    try:
        base.reload()
    except KnowledgeInvalid as invalid:
        return [str(p) for p in invalid.problems]
    return []


def _source_lines(path: Path | None) -> tuple[str, ...] | None:
    return tuple(read_text(path).splitlines()) if path is not None else None
