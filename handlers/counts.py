"""The buttons under a reminder with the counts of this moment."""

import re
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.reminder_buttons import AnswerPress, answer_press, answer_row
from scheduler.response import Tally, tally
from scheduler.rule import GroupRule
from storage import Stores

_TAIL = re.compile(r" \(\d+\)$")  # which of several events


async def recounted(markup: InlineKeyboardMarkup, stores: Stores) -> InlineKeyboardMarkup:
    """markup: as it stands under the reminder; the same buttons in the same places. Raises StoreError."""
    return InlineKeyboardMarkup([await _row(row, stores) for row in markup.inline_keyboard])


async def _row(row: Sequence[InlineKeyboardButton], stores: Stores) -> list[InlineKeyboardButton]:
    fresh: dict[object, InlineKeyboardButton] = {}
    for shown in row:
        press = _press(shown)
        group_rule = await stores.rules.get(press.rule_id) if press and shown.callback_data not in fresh else None
        if press is not None and group_rule is not None:
            counted = await _tally(group_rule, press, stores)
            tail = _TAIL.search(shown.text)
            buttons = answer_row(group_rule, press.nominal, counted, tail.group() if tail else "")
            fresh |= {b.callback_data: b for b in buttons}
    return [fresh.get(shown.callback_data, shown) for shown in row]


def _press(shown: InlineKeyboardButton) -> AnswerPress | None:
    return answer_press(shown.callback_data) if isinstance(shown.callback_data, str) else None


async def _tally(group_rule: GroupRule, press: AnswerPress, stores: Stores) -> Tally:
    answers = await stores.people.answers(group_rule.id, press.nominal)
    return tally(group_rule.rule.kind, await stores.people.roster(group_rule.chat_id), answers)
