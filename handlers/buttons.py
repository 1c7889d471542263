"""Callback data: written and read here alone, at most 64 bytes, never trusted."""

import re
from dataclasses import dataclass
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from knowledge import Knowledge

Action = Literal["show", "pick", "back", "none", "source", "up", "down", "topics"]
_ACTIONS: dict[str, Action] = {
    "s": "show", "p": "pick", "b": "back", "n": "none", "o": "source", "u": "up", "d": "down", "t": "topics",
}  # fmt: skip
_CODES = {action: code for code, action in _ACTIONS.items()}
_SHAPE = re.compile(r"([a-z]):([a-z0-9-]{0,40})(?::(\d{1,3}))?")
PAGE = 8


@dataclass(frozen=True)
class Press:
    """argument: an entry id or "". page: of /topics."""

    action: Action
    argument: str = ""
    page: int = 0

    @property
    def data(self) -> str:
        return f"{_CODES[self.action]}:{self.argument}" + (f":{self.page}" if self.page else "")


def parse(data: str | None) -> Press | None:
    """None for anything that this bot has not written."""
    found = _SHAPE.fullmatch(data or "")
    if found is None or found.group(1) not in _ACTIONS:
        return None
    return Press(_ACTIONS[found.group(1)], found.group(2), int(found.group(3) or 0))


def button(text: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=press.data)


def entry_buttons(ids: tuple[str, ...], knowledge: Knowledge, action: Action) -> list[list[InlineKeyboardButton]]:
    return [[button(knowledge.entries[i].title, Press(action, i))] for i in ids if i in knowledge.entries]


def answer_keyboard(  # noqa: PLR0913
    answered: tuple[str, ...],
    offers: tuple[str, ...],
    knowledge: Knowledge,
    *,
    with_source: bool,
    back: bool = False,
    judged: bool = True,
) -> InlineKeyboardMarkup:
    """judged: with 👍 and 👎, which need a question that they judge."""
    rows = entry_buttons(offers, knowledge, "show")
    entry = knowledge.entries.get(answered[0]) if answered else None
    last = [button("‹ 返回", Press("back", entry.id if entry else ""))] if back else []
    if with_source and entry is not None and any(e.lines for e in entry.evidence):
        last.append(button("原文", Press("source", entry.id)))
    if entry is not None and judged:
        last += [button("👍", Press("up", entry.id)), button("👎", Press("down", entry.id))]
    return InlineKeyboardMarkup([*rows, last] if last else rows)


def choice_keyboard(ids: tuple[str, ...], knowledge: Knowledge) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([*entry_buttons(ids, knowledge, "pick"), [button("都不是", Press("none"))]])


def topic_keyboard(topic: str | None, page: int, knowledge: Knowledge) -> InlineKeyboardMarkup:
    """All topics, or the entries of one, a page at a time. Topics are named by their number: their names are long."""
    topics = topics_of(knowledge)
    if topic is None:
        buttons = [button(t, Press("topics", str(i))) for i, t in enumerate(topics)]
        return InlineKeyboardMarkup([buttons[i : i + 2] for i in range(0, len(buttons), 2)])
    ids = [e.id for e in knowledge.entries.values() if e.topic == topic]
    shown = tuple(ids[page * PAGE : (page + 1) * PAGE])
    number = str(topics.index(topic))
    turns = [button("‹ 上一页", Press("topics", number, page - 1))] if page else []
    turns += [button("下一页 ›", Press("topics", number, page + 1))] if len(ids) > (page + 1) * PAGE else []
    turns.append(button("‹ 全部话题", Press("topics")))
    return InlineKeyboardMarkup([*entry_buttons(shown, knowledge, "show"), turns])


def topics_of(knowledge: Knowledge) -> list[str]:
    return list(dict.fromkeys(e.topic for e in knowledge.entries.values()))
