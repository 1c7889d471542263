"""bot.py reminders: what comes in the groups, read from the data base."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.coming import coming
from scheduler.explain import explain
from scheduler.recurrence import next_occurrences
from scheduler.rule import GroupRule, Occurrence
from scheduler.rule_json import local_iso, rule_json
from scheduler.words import day_in_words
from scheduler.workdays import Workdays
from settings import CONFIG, Settings, load_settings
from storage import open_stores


def listed(arguments: argparse.Namespace, workdays: Workdays, *, days: int, chat: int | None) -> list[str]:
    """Lines to print: one an event, or one JSON object an event. Raises SettingsInvalidError and StoreError."""
    now = datetime.now(UTC)
    rules = [r for r in _stored(arguments.config) if chat is None or r.chat_id == chat]
    events = coming(rules, workdays, now=now, until=now + timedelta(days=days))
    if arguments.json:
        return [json.dumps(_as_json(rule, event, workdays), ensure_ascii=False) for rule, event in events]
    nothing = f"往后 {days} 天没有提醒。（沙盒里设的不在这里，它另有一份数据。）"
    return [_line(rule, event) for rule, event in events] or [nothing]


def explained(arguments: argparse.Namespace, workdays: Workdays, *, rule_id: int) -> list[str] | None:
    """Why the next event of the rule and each of its reminders fall when they do; None when there is no such rule."""
    rule = next((r for r in _stored(arguments.config) if r.id == rule_id), None)
    if rule is None:
        return None
    event = next(iter(next_occurrences(rule.rule.schedule, workdays, after=datetime.now(UTC), count=1)), None)
    if event is None:
        return ["这条提醒没有下一次了。"]
    return ["\n".join([explain(rule, event, lead, workdays), ""]) for lead in rule.rule.leads]


def _stored(config: Path | None) -> Sequence[GroupRule]:
    return asyncio.run(_read(load_settings(config or CONFIG, is_needed=config is not None)))


async def _read(settings: Settings) -> Sequence[GroupRule]:
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with open_stores(settings.store_url, settings.data_folder / "pseudonyms.key") as stores:
        return await stores.rules.all()


def _line(group_rule: GroupRule, event: Occurrence) -> str:
    when = f"{event.local.year}年{day_in_words(event.local)}"
    return f"{group_rule.id}\t{when}\t{group_rule.chat_id}\t{group_rule.rule.title}"


def _as_json(group_rule: GroupRule, event: Occurrence, workdays: Workdays) -> dict[str, object]:
    return {
        "id": group_rule.id,
        "chat": group_rule.chat_id,
        "thread": group_rule.thread_id,
        "local": local_iso(event.local),
        "nominal": local_iso(event.nominal),
        "at": event.at.isoformat(),
        "remark": workdays.remark(event.local.date()),
        "is_provisional": event.is_provisional,
        "rule": rule_json(group_rule.rule),
    }
