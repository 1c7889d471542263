"""bot.py run: in Telegram when there is a token, else in the sandbox. bot.py sandbox: always the sandbox."""

import argparse
import asyncio
import gc
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commands.clock import SharedClock
from commands.declared import Unsaid, keep_in_step, load_declared
from commands.example import set_up_example
from commands.polling import PollingError, poll
from commands.travel import Goal, Traveller
from commands.watching import Calendar
from commands.workdays import WORKDAYS, load_workdays
from handlers import Services, build_application, open_sender, set_up_logging
from knowledge import KnowledgeBase, KnowledgeInvalid, Problem, explain
from sandbox import MovableClock, Options, Sandbox, SandboxError
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from settings import CONFIG, TELEGRAM, Settings, SettingsInvalidError, is_token, load_settings, read_text
from storage import StoreError, Stores, open_stores

_HOW_TO_CONNECT = "要接入 Telegram：把 token 写进 config.yaml 的 bot_token。"


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, help="沙盒的端口，默认取设置里的 sandbox_port")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        settings = load_settings(arguments.config or CONFIG, is_needed=arguments.config is not None)
        base = KnowledgeBase(arguments.knowledge, arguments.cache, on_learning=_say_learning)
        _ = base.current
        _spare_from_collection()
        token = settings.token
        in_sandbox = arguments.command == "sandbox" or (not token and settings.bot_api_url == TELEGRAM)
        if not token and not in_sandbox:
            raise SettingsInvalidError("设了 bot_api_url，却没有 bot_token。补上，或去掉 bot_api_url 用沙盒。")
        if not in_sandbox and not is_token(token):
            raise SettingsInvalidError("bot_token 不像一个 token：应该是 数字:一长串字母，从 @BotFather 那里整行复制")
        set_up_logging(token, settings.log_level)
        calendar = _calendar(settings)
        if in_sandbox:
            _say_groups_are_not_used(arguments.config or CONFIG)
            asyncio.run(_serve_sandbox(settings, base, calendar, _port(arguments, settings)))
        else:
            asyncio.run(_serve(settings, base, arguments.config or CONFIG, calendar))
    except (SettingsInvalidError, KnowledgeInvalid, SandboxError, StoreError, PollingError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"启动不了：{error.filename or ''} {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _say_learning() -> None:
    print("先学一遍问法，约十来秒；学好会存下来，下次启动只要一秒。", file=sys.stderr, flush=True)


def _say_groups_are_not_used(config: Path) -> None:
    declared, problems = load_declared(config, now=datetime.now(UTC))
    if problems or not isinstance(declared, Unsaid):
        said = "沙盒用的是示例群；config.yaml 里的群（groups）接上 Telegram 才用，写得对不对用 bot.py check 看。"
        print(said, file=sys.stderr, flush=True)


def _port(arguments: argparse.Namespace, settings: Settings) -> int:
    return settings.sandbox_port if arguments.port is None else int(arguments.port)


async def _serve(settings: Settings, base: KnowledgeBase, config: Path, calendar: Calendar) -> None:
    folder = settings.data_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = SharedClock()
    async with open_stores(settings.store_url, folder / "pseudonyms.key") as stores:
        await clock.sync(stores)
        in_step = asyncio.create_task(clock.keep_in_step(stores))
        services = _services(settings, base, stores, clock, calendar)
        problems = await _declare(services, config)
        try:
            await _run_bot(settings, (settings.token, settings.bot_api_url), services, calendar, problems=problems)
        finally:
            in_step.cancel()


async def _serve_sandbox(settings: Settings, base: KnowledgeBase, calendar: Calendar, port: int) -> None:
    """A world of its own, new at every start: what is tried out never mixes with what members asked."""
    folder = settings.data_folder / "sandbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("bot.db*"):
        old.unlink()
    clock = MovableClock()
    token = f"10000001:{secrets.token_urlsafe(24)}"
    travellers: list[Traveller] = []

    async def travel(goal: Goal) -> dict[str, str]:
        if not travellers:
            raise SandboxError("机器人还没准备好，等一两秒再试")
        return await travellers[0].travel(goal)

    box = Sandbox(
        token,
        explain=lambda text: _why(base, text),
        reload=lambda: _reload(base),
        travel=travel,
        options=Options(clock=clock),
    )
    address = await box.start(port=port)
    try:
        print(f"沙盒已启动，浏览器打开 {address} 就能聊。{_HOW_TO_CONNECT}", flush=True)
        async with open_stores(f"sqlite+aiosqlite:///{folder / 'bot.db'}", folder / "pseudonyms.key") as stores:
            services = _services(settings, base, stores, clock.now, calendar)
            await set_up_example(stores, box.world, now=clock.now())

            def on_runner(runner: Runner) -> None:
                travellers.append(
                    Traveller(clock.now, lambda to: clock.move_to(to, back=True), stores.deliveries, runner)
                )

            await _run_bot(settings, (token, address), services, calendar, on_runner=on_runner)
    finally:
        await box.stop()


def _services(
    settings: Settings, base: KnowledgeBase, stores: Stores, clock: Callable[[], datetime], calendar: Calendar
) -> Services:
    return Services(
        base=base,
        stores=stores,
        clock=clock,
        workdays=lambda: calendar.current,
        source_lines=_source_lines(settings.source_file),
        admins=frozenset(settings.admins),
        retention=timedelta(days=settings.keep_days),
    )


async def _run_bot(  # noqa: PLR0913
    settings: Settings,
    where: tuple[str, str],
    services: Services,
    calendar: Calendar,
    *,
    problems: Sequence[Problem] = (),
    on_runner: Callable[[Runner], None] = lambda _: None,
) -> None:
    """where: the token and the Bot API's address. problems: of the declared groups, told to the admins."""
    token, api_url = where
    stores = services.stores
    application = build_application(token, services, api_url=api_url, concurrency=settings.concurrency)
    async with open_sender(token, services, api_url=api_url) as sender:
        runner = Runner(
            RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas),
            sender,
            services.clock,
            services.workdays,
            is_alone=stores.is_alone,
            woken=services.woken,
        )
        on_runner(runner)
        await poll(application, services, runner, calendar, problems)


def _spare_from_collection() -> None:
    """The knowledge base stays: a full garbage collection that walks it would hold up the event loop for 80 ms."""
    gc.collect()
    gc.freeze()


async def _declare(services: Services, config: Path) -> list[Problem]:
    """The groups of config.yaml into the data base; what is wrong with some of them."""
    now = services.clock()
    declared, problems = load_declared(config, now=now)
    workdays = services.workdays()
    moved = await keep_in_step(services.stores, declared, problems, now=now, workdays=workdays, file=config.name)
    return [*problems, *moved]


def _calendar(settings: Settings) -> Calendar:
    path = settings.workdays_file or WORKDAYS
    found, problems = load_workdays(path)
    if found is None:
        raise SettingsInvalidError("\n".join(map(str, problems)))
    return Calendar(path, found)


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
