"""Callback data of everything about reminders: written and read here alone, at most 64 bytes, never trusted.

Under a reminder in the group: "r:<answer>:<rule>:<nominal>", "r:how". To a leader in private: "l:<what>:<delivery>".
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

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


def leader_keyboard(delivery_id: int, *, is_over: bool = False) -> InlineKeyboardMarkup:
    """is_over: there is nothing left to remind anybody of."""

    def button(text: str, action: LeaderAction) -> InlineKeyboardButton:
        return InlineKeyboardButton(text, callback_data=f"l:{action}:{delivery_id}")

    if is_over:
        return InlineKeyboardMarkup([[button("知道了", "ok")]])
    return InlineKeyboardMarkup(
        [
            [button("再提醒一次", "again"), button("知道了", "ok")],
            [button("1小时后再看", "hour"), button("明早9点再看", "morning")],
        ]
    )
