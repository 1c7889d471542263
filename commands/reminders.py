"""bot.py reminders: when rules and phrases fall due, for measuring from outside."""

import argparse
import importlib
import io
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, assert_never, get_args
from zoneinfo import ZoneInfo

from commands.workdays import WORKDAYS, load_workdays
from scheduler.phrase import NotUnderstood, Understood, parse
from scheduler.ports import Trouble
from scheduler.recurrence import check_rrule, moment, next_occurrences
from scheduler.rule import DEFAULT_ZONE, Occurrence, Roll, Rule, Schedule
from scheduler.rule_json import local_iso, rule_json
from scheduler.workdays import Workdays
from settings import CONFIG, SettingsInvalidError, load_settings

SHOWN = 5
_LIMIT_DAYS = 400 * 366  # the calendar repeats itself after 400 years
_MOST = 10_000
_MOST_DAYS = 3660
_YEARS = range(1900, 3000)
_ROLLS: dict[str, Roll] = {roll: roll for roll in get_args(Roll)}


class _BadArgument(Exception):
    """An argument that can't be used; its text says which and how to write it."""


def declare(command: argparse.ArgumentParser) -> None:
    """Options come as text and without choices: what is wrong with them is said in Chinese, in one line."""
    what = command.add_mutually_exclusive_group()
    what.add_argument("--parse", action="store_true", help="从标准输入每行读一句话，每行写一个 JSON")
    _option(what, "--rrule", "RULE", "列出一条规则（RFC 5545）接下来的日期，当地时间，每行一个")
    _option(command, "--start", "时间", "规则的开始（DTSTART），当地时间，例如 2026-01-01T09:00")
    _option(command, "--roll", "roll", "遇到休息日：none 照常，next 顺延，previous 提前，skip 跳过", "none")
    _option(command, "--zone", "时区", f"默认 {DEFAULT_ZONE}", DEFAULT_ZONE)
    _option(command, "--count", "N", f"列几个，默认 {SHOWN}", str(SHOWN))
    _option(command, "--now", "时间", "把这个当地时间当作现在，例如 2026-09-01T08:00")
    _option(command, "--days", "天", "列出往后多少天的提醒，默认 30", "30")
    _option(command, "--chat", "编号", "只看这个群")
    _option(what, "--explain", "ID", "说明这条提醒为什么是那一天（ID 是列表的第一列）")
    command.add_argument("--json", action="store_true", help="列表每行一个 JSON")
    command.set_defaults(run=run)
    command.error = _refuse  # type: ignore[method-assign]


def _option(
    where: argparse._ActionsContainer, name: str, shown: str, help_text: str, default: str | None = None
) -> None:
    where.add_argument(name, nargs="?", const="", default=default, metavar=shown, help=help_text)


def _refuse(message: str) -> NoReturn:
    print(f"命令写得不对（{message}），用 bot.py reminders --help 看写法", file=sys.stderr)
    sys.exit(2)


def run(arguments: argparse.Namespace) -> int:
    try:
        zone = _zone(arguments.zone)
        now = _now(arguments.now, zone)
        if arguments.parse:
            return _parse_lines(_lines(), now, zone, _workdays(arguments))
        if arguments.rrule is not None:
            return _list(arguments, now, zone, _workdays(arguments))
        return _show(arguments)
    except _BadArgument as bad:
        print(bad, file=sys.stderr)
        return 2
    except (SettingsInvalidError, Trouble) as error:
        print(error, file=sys.stderr)
        return 1


def _show(arguments: argparse.Namespace) -> int:
    """What is stored."""
    days, chat, rule_id = (_integer(arguments, name) for name in ("days", "chat", "explain"))
    if days is None or not 1 <= days <= _MOST_DAYS:
        raise _BadArgument(f"--days：写 1 到 {_MOST_DAYS} 的整数")
    stored = importlib.import_module("commands.reminder_list")  # with the data base, which the rest does not need
    workdays = _workdays(arguments)
    if rule_id is not None:
        lines = stored.explained(arguments, workdays, rule_id=rule_id)
        if lines is None:
            raise _BadArgument(f"--explain：没有编号 {rule_id} 的提醒，用 bot.py reminders 看编号")
    else:
        lines = stored.listed(arguments, workdays, days=days, chat=chat)
    for line in lines:
        print(line)
    return 0


def _integer(arguments: argparse.Namespace, name: str) -> int | None:
    written = getattr(arguments, name)
    if written is None:
        return None
    try:
        return int(written)
    except ValueError:
        raise _BadArgument(f"--{name}：“{written}”不是整数") from None


def _list(arguments: argparse.Namespace, now: datetime, zone: ZoneInfo, workdays: Workdays) -> int:
    schedule = Schedule(_start(arguments.start), arguments.rrule, _roll(arguments.roll), zone.key)
    count = _count(arguments.count)
    if problem := check_rrule(schedule.rrule, schedule.start, zone.key):
        raise _BadArgument(f"--rrule：{problem}")
    after = moment(now, zone)
    for event in next_occurrences(schedule, workdays, after=after, count=count, limit_days=_LIMIT_DAYS):
        print(local_iso(event.local))
    return 0


def _parse_lines(lines: Iterable[str], now: datetime, zone: ZoneInfo, workdays: Workdays) -> int:
    for line in lines:
        found = _parsed(line.rstrip("\r\n"), now, zone, workdays)
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return 0


def _parsed(phrase: str, now: datetime, zone: ZoneInfo, workdays: Workdays) -> dict[str, Any]:
    match parse(phrase, now=now, zone=zone.key, workdays=workdays):
        case Understood(rule):
            coming = next_occurrences(rule.schedule, workdays, after=moment(now, zone), count=SHOWN)
            return _answer(phrase, rule, coming, None)
        case NotUnderstood(problem):
            return _answer(phrase, None, [], problem)
        case other:
            assert_never(other)


def _answer(phrase: str, rule: Rule | None, coming: list[Occurrence], problem: str | None) -> dict[str, Any]:
    return {
        "phrase": phrase,
        "ok": rule is not None,
        "rule": rule and rule_json(rule),
        "next": [local_iso(event.local) for event in coming],
        "problem": problem,
    }


def _lines() -> Iterable[str]:
    """Standard input as UTF-8, whatever the locale; what is not becomes a replacement character."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def _workdays(arguments: argparse.Namespace) -> Workdays:
    """The calendar that the bot goes by."""
    config: Path | None = arguments.config
    settings = load_settings(config or CONFIG, is_needed=config is not None)
    workdays, problems = load_workdays(settings.workdays_file or WORKDAYS)
    if workdays is None:
        raise _BadArgument("\n".join(map(str, problems)))
    return workdays


def _zone(written: str) -> ZoneInfo:
    try:
        return ZoneInfo(written)
    except (LookupError, ValueError, OSError):
        raise _BadArgument(f"--zone：没有“{written}”这个时区，例如 {DEFAULT_ZONE}") from None


def _now(written: str | None, zone: ZoneInfo) -> datetime:
    if written is None:
        return datetime.now(UTC).astimezone(zone).replace(tzinfo=None)
    return _local(written, "--now")


def _start(written: str | None) -> datetime:
    if written is None:
        raise _BadArgument("缺少 --start，规则从哪一天几点开始，例如 --start 2026-01-01T09:00")
    return _local(written, "--start")


def _local(written: str, name: str) -> datetime:
    try:
        local = datetime.fromisoformat(written)
    except ValueError:
        raise _BadArgument(f"{name}：“{written}”读不懂，写成 2026-01-01T09:00") from None
    if local.tzinfo is not None:
        raise _BadArgument(f"{name}：“{written}”带了时区，这里写当地时间，时区写在 --zone")
    if local.year not in _YEARS:
        raise _BadArgument(f"{name}：{local.year} 年太远了，只管 {_YEARS[0]} 到 {_YEARS[-1]} 年")
    return local


def _roll(written: str) -> Roll:
    if written not in _ROLLS:
        raise _BadArgument(f"--roll：“{written}”不认识，写 none、next、previous 或 skip")
    return _ROLLS[written]


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= _MOST):
        raise _BadArgument(f"--count：“{written}”不对，写 1 到 {_MOST} 的整数")
    return int(written)
