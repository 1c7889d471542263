"""Groups and reminders declared in config.yaml: read with the line of everything that is wrong, and kept in step.

A declared reminder is known by its group and name; while its text stays the same it is never touched, so that
"every other Friday" keeps its Fridays over restarts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from knowledge import Problem
from knowledge.located import Document, NotText, read
from scheduler.phrase import NotUnderstood, Understood, parse
from scheduler.rule import DEFAULT_ZONE, GroupRule, Rule
from storage import Chat, RuleStore

_GROUP_KEYS = {"chat", "title", "leader", "zone", "topic", "reminders"}
_REMINDER_KEYS = {"name", "when", "place", "note"}
_LONGEST_NAME = 40
_EXAMPLE = "例如 when: 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒"
Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Declared:
    """One reminder of one group. name: its name and the fingerprint of its text, at most 64 characters."""

    chat: Chat
    leader_id: int
    thread_id: int | None
    name: str
    rule: Rule


def load_declared(path: Path, *, now: datetime) -> tuple[list[Declared], list[Problem]]:
    """Those that are in order, and every problem of the others. now: aware, UTC."""
    if not path.exists():
        return [], []
    document, _ = read(path, path.name)  # what is wrong with the file as a whole is said by the settings
    groups = document.value.get("groups") if isinstance(document.value, dict) else None
    if groups is None:
        return [], []
    reader = _Reader(document, now)
    return list(reader.groups(groups)), reader.problems


async def keep_in_step(
    store: RuleStore, wanted: Sequence[Declared], problems: Sequence[Problem], *, now: datetime
) -> None:
    """Add what is new, change what reads otherwise, delete what is no longer declared.

    While anything is wrong with the file nothing is deleted: what is missing may be what could not be read.
    """
    known = {(r.chat_id, _bare(r.declared)): r for r in await store.declared()}
    for declared in wanted:
        await store.put_chat(declared.chat, now=now)
        stored = known.pop((declared.chat.chat_id, _bare(declared.name)), None)
        await _keep(store, declared, stored, now)
    for left in known.values() if not problems else ():
        await store.set_state(left.id, "deleted", now=now)


async def _keep(store: RuleStore, declared: Declared, stored: GroupRule | None, now: datetime) -> None:
    rule, thread_id, leader_id, name = declared.rule, declared.thread_id, declared.leader_id, declared.name
    if stored is None:
        chat_id = declared.chat.chat_id
        await store.add(rule, chat_id=chat_id, leader_id=leader_id, now=now, thread_id=thread_id, declared=name)
    elif (stored.declared, stored.thread_id, stored.leader_id) != (name, thread_id, leader_id):
        await store.change(stored.id, rule, now=now, declared=name, thread_id=thread_id, leader_id=leader_id)


def _bare(name: str) -> str:
    return name.rpartition("#")[0]


@dataclass
class _Reader:
    """Reads on after a problem, to find them all."""

    document: Document
    now: datetime
    problems: list[Problem] = field(default_factory=list)

    def groups(self, groups: Any) -> Iterator[Declared]:
        if not isinstance(groups, list):
            self._problem(("groups",), "groups 要写成一列群", "每个群以“- chat: 群的编号”开头")
            return
        for place, group in enumerate(groups):
            yield from self._group(("groups", place), group)

    def _group(self, path: Keys, group: Any) -> Iterator[Declared]:
        if not isinstance(group, dict):
            self._problem(path, "这里要写一个群", "以“- chat: 群的编号”开头")
            return
        self._unknown(path, group, _GROUP_KEYS)
        chat_id = self._integer(path, group, "chat")
        if chat_id is None or chat_id >= 0:
            self._problem((*path, "chat"), "缺少 chat，或不是群的编号", "群的编号是负数，例如 chat: -1001234567890")
            return
        zone = self._zone(path, group)
        chat = Chat(chat_id, str(group.get("title") or ""), zone)
        leader = self._integer(path, group, "leader") or 0
        reminders = group.get("reminders")
        if not isinstance(reminders, list) or not reminders:
            self._problem((*path, "reminders"), "这个群没有写提醒", f"在 reminders 下面一条一条写，{_EXAMPLE}")
            return
        seen: set[str] = set()
        for place, reminder in enumerate(reminders):
            found = self._reminder((*path, "reminders", place), reminder, zone, seen)
            if found is not None:
                yield Declared(chat, leader, self._integer(path, group, "topic"), *found)

    def _reminder(self, path: Keys, reminder: Any, zone: str, seen: set[str]) -> tuple[str, Rule] | None:
        if not isinstance(reminder, dict) or not isinstance(reminder.get("when"), str):
            self._problem(path, "缺少 when（什么时候提醒什么）", _EXAMPLE)
            return None
        self._unknown(path, reminder, _REMINDER_KEYS)
        rule = self._rule((*path, "when"), reminder["when"], zone)
        if rule is None:
            return None
        rule = replace(
            rule, place=str(reminder.get("place") or rule.place), note=str(reminder.get("note") or rule.note)
        )
        name = str(reminder.get("name") or rule.title)[:_LONGEST_NAME].replace("#", "＃")
        if name in seen:
            self._problem(path, f"这个群里有两条提醒都叫“{name}”", "给每一条加上不同的 name")
            return None
        seen.add(name)
        text = "\n".join(str(reminder.get(key)) for key in sorted(_REMINDER_KEYS)) + zone
        return f"{name}#{hashlib.sha256(text.encode()).hexdigest()[:12]}", rule

    def _rule(self, path: Keys, phrase: str, zone: str) -> Rule | None:
        local = self.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        match parse(phrase, now=local, zone=zone):
            case Understood(rule) if rule.schedule.rrule:
                return rule
            case Understood():
                self._problem(path, "这是一次性的提醒", "文件里只写重复的；一次性的在群里用 /remind")
            case NotUnderstood(problem):
                self._problem(path, problem.splitlines()[0], _EXAMPLE)
        return None

    def _zone(self, path: Keys, group: dict[str, Any]) -> str:
        zone = group.get("zone") or DEFAULT_ZONE
        if zone in available_timezones():
            return str(zone)
        self._problem((*path, "zone"), f"没有“{zone}”这个时区", f"例如 {DEFAULT_ZONE}")
        return DEFAULT_ZONE

    def _integer(self, path: Keys, group: dict[str, Any], key: str) -> int | None:
        value = group.get(key)
        value = value.written if isinstance(value, NotText) else value
        if value is None:
            return None
        try:
            return int(str(value))
        except ValueError:
            self._problem((*path, key), f"{key} 应该是整数", "从 Telegram 那里抄编号")
            return None

    def _unknown(self, path: Keys, found: dict[str, Any], known: set[str]) -> None:
        for key in found.keys() - known:
            self._problem((*path, key), f"不认识的键 {key}", f"可用的键：{'、'.join(sorted(known))}")

    def _problem(self, path: Keys, message: str, hint: str) -> None:
        self.problems.append(self.document.problem(path, message, hint))
