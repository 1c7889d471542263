"""The roster as a message: a page of names, and buttons to take somebody off. Pure; Telegram's types aside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.reminder_texts import safe
from scheduler.response import Member

PAGE = 20
_NOBODY = "名单还是空的。"
_HONEST = "机器人看不到群成员，也看不到谁读了消息：名单里是点过按钮、发过 /join 或用 /roster 录入的人。"
_HOW_TO_ENTER = "录入：/roster 张三 李四（只有名字，点不了按钮，催的时候不点名，汇总里单列）"
_SHOWN_IN_BUTTON = 12  # characters of a name

RosterAction = Literal["list", "pick", "ask", "drop"]
# "y:<action>:<page>" with ":<user id>" for one person
_SHAPE = re.compile(r"y:([a-z]{3,4}):(\d{1,4})(?::(-?\d{1,15}))?")


@dataclass(frozen=True)
class RosterPress:
    """page: from 0. user_id: 0 when nobody is meant."""

    action: RosterAction
    page: int
    user_id: int = 0

    @property
    def data(self) -> str:
        return f"y:{self.action}:{self.page}" + (f":{self.user_id}" if self.user_id else "")


@dataclass(frozen=True)
class Card:
    """html: escaped."""

    html: str
    markup: InlineKeyboardMarkup


def roster_press(data: str) -> RosterPress | None:
    """None for anything that this bot has not written."""
    found = _SHAPE.fullmatch(data)
    if found is None or found.group(1) not in get_args(RosterAction):
        return None
    return RosterPress(found.group(1), int(found.group(2)), int(found.group(3) or 0))  # type: ignore[arg-type]


def listed(roster: Sequence[Member], page: int, *, picking: bool = False) -> Card:
    """One page. picking: with a button for each name, to take somebody off."""
    page = min(page, max(0, len(roster) - 1) // PAGE)
    shown = list(enumerate(roster, 1))[page * PAGE : (page + 1) * PAGE]
    head = f"名单，共 {len(roster)} 人：" if roster else _NOBODY
    names = [f"{number}. {_named(member)}" for number, member in shown]
    tail = "要把谁移出名单？" if picking else f"{_HONEST}\n{_HOW_TO_ENTER}"
    people = _pairs([_choice(number, member, page) for number, member in shown]) if picking else []
    rows = [*people, *_turns(page, len(roster), picking=picking)]
    return Card(safe("\n".join([head, *names, "", tail])), InlineKeyboardMarkup(rows))


def asked(member: Member, page: int) -> Card:
    text = f"{_question(member)}在本群的回复也一起删掉。\n以后再点提醒下面的按钮，又会回到名单里。"
    yes = _button("移出", RosterPress("drop", page, member.user_id))
    return Card(safe(text), InlineKeyboardMarkup([[yes, _button("不了", RosterPress("list", page))]]))


def asks_about(member: Member, text: str) -> bool:
    """Whether this text of a message is the question about this very person."""
    return text.startswith(_question(member))


def _question(member: Member) -> str:
    return f"把 {_named(member)} 移出名单？"


def _turns(page: int, count: int, *, picking: bool) -> list[list[InlineKeyboardButton]]:
    here: RosterAction = "pick" if picking else "list"
    turns = [_button("‹ 上一页", RosterPress(here, page - 1))] if page else []
    turns += [_button("下一页 ›", RosterPress(here, page + 1))] if count > (page + 1) * PAGE else []
    switch = [_button("‹ 返回", RosterPress("list", page)) if picking else _button("移出…", RosterPress("pick", page))]
    return [row for row in (turns, switch if count or picking else []) if row]


def _named(member: Member) -> str:
    return member.name if member.user_id > 0 else f"{member.name}（录入）"


def _choice(number: int, member: Member, page: int) -> InlineKeyboardButton:
    return _button(f"{number}. {member.name[:_SHOWN_IN_BUTTON]}", RosterPress("ask", page, member.user_id))


def _button(text: str, press: RosterPress) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=press.data)


def _pairs(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
