"""bot.py run: in Telegram when there is a token, else in the sandbox. bot.py sandbox: always the sandbox."""

import argparse
import asyncio
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
from settings import TELEGRAM, Settings, SettingsInvalidError, load_settings
from storage import open_store

SANDBOX_TOKEN = "10000001:sandbox-token-sandbox-token-sandbox"  # noqa: S105  opens nothing but the local sandbox


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
    except (SettingsInvalidError, KnowledgeInvalid, SandboxError, PollingError) as error:
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
        await poll(application, services)


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
