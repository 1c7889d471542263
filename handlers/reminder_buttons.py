"""Callback data of everything about reminders: written and read here alone, at most 64 bytes, never trusted.

Under a reminder in the group: "r:<answer>:<rule>:<nominal>", "r:how". To a leader in private: "l:<what>:<delivery>".
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from scheduler.again import Act
from scheduler.response import ANSWERS, Answer, Tally
from scheduler.rule import GroupRule, Kind

LeaderAction = Literal["again", "hour", "morning", "ok"]
LABELS: dict[Answer, str] = {
    "join": "✅ 参加",
    "absent": "🙋 请假",
    "paid": "💰 已交",
    "done": "✅ 已完成",
    "seen": "👌 知道了",
}
_LEADER_ROWS: tuple[dict[LeaderAction, str], ...] = (
    {"again": "再提醒一次", "ok": "知道了"},
    {"hour": "1小时后再看", "morning": "明早9点再看"},
)
HOW = "r:how"
_NOMINAL = "%Y%m%d%H%M"
_ANSWER = re.compile(r"r:([a-z]{4,6}):(\d{1,9}):(\d{12})")
_LEADER = re.compile(r"l:([a-z]{2,7}):(\d{1,9})")


@dataclass(frozen=True)
class AnswerPress:
    """nominal: naive local."""

    answer: Answer
    rule_id: int
    nominal: datetime


@dataclass(frozen=True)
class LeaderPress:
    action: LeaderAction
    delivery_id: int


def answer_press(data: str) -> AnswerPress | None:
    """None for anything that this bot has not written."""
    found = _ANSWER.fullmatch(data)
    if found is None or found.group(1) not in get_args(Answer):
        return None
    try:
        nominal = datetime.strptime(found.group(3), _NOMINAL)
    except ValueError:
        return None
    return AnswerPress(found.group(1), int(found.group(2)), nominal)  # type: ignore[arg-type]


def leader_press(data: str) -> LeaderPress | None:
    found = _LEADER.fullmatch(data)
    if found is None or found.group(1) not in get_args(LeaderAction):
        return None
    return LeaderPress(found.group(1), int(found.group(2)))  # type: ignore[arg-type]


def answer_row(group_rule: GroupRule, nominal: datetime, tally: Tally, tail: str = "") -> list[InlineKeyboardButton]:
    """The buttons of one event, with how many have pressed each. tail: says which event, where there are several."""
    event = f"{group_rule.id}:{nominal.strftime(_NOMINAL)}"
    return [
        InlineKeyboardButton(_label(answer, tally) + tail, callback_data=f"r:{answer}:{event}")
        for answer in ANSWERS[group_rule.rule.kind]
    ]


def _label(answer: Answer, tally: Tally) -> str:
    count = tally.count(answer)
    return f"{LABELS[answer]} {count}" if count else LABELS[answer]


def extra_row(kind: Kind) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton("怎么算", callback_data=HOW)] if kind == "dues" else []


def leader_keyboard(delivery_id: int, offered: Collection[Act]) -> InlineKeyboardMarkup:
    """offered: beside 知道了."""
    rows = [
        [InlineKeyboardButton(text, callback_data=f"l:{action}:{delivery_id}") for action, text in row.items()]
        for row in ({a: text for a, text in row.items() if a == "ok" or a in offered} for row in _LEADER_ROWS)
        if row
    ]
    return InlineKeyboardMarkup(rows)
