"""What /dues says: from the words typed, or a button pressed, to a text with buttons. Pure; Telegram's types aside."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from knowledge import (
    AmountMissing,
    BadAmount,
    ByRate,
    Dues,
    DuesTable,
    Fixed,
    Knowledge,
    amount_in,
    dues_for,
    groups_in,
    percent,
    plain,
)

# "$<how>:<group>:<amount or nothing>", at most 64 bytes; how: nothing for the sum, "h" for how its standard is set
_DATA = re.compile(r"\$(h?):([a-z0-9][a-z0-9-]{0,39}):([1-9][0-9]{0,6}(?:\.[0-9]{1,2})?)?")
_USAGE = "算党费：在 /dues 后面写每月的数额，比如\n/dues 6500\n/dues 退休 4200\n\n也可以先点一类："
_SEVERAL_GROUPS = "写了不止一类，是哪一类？点一下。"
_PRIVATE = "工资是私事，私聊我算更合适。"
_HINTS = {
    BadAmount.UNREADABLE: "这个数我没看懂。写一个数就行，比如 /dues 6500，6500元、1.2万、六千五也可以。",
    BadAmount.SEVERAL: "一次算一个数，中间别空格，比如 /dues 6500。",
    BadAmount.TOO_LITTLE: "要写大于 0 的数，至少 1 元。没有固定收入的，点下面那一类看看。",
    BadAmount.TOO_MUCH: "这个数太大了，是不是多打了几位？要写的是每月的数额，单位是元。",
    BadAmount.TOO_FINE: "小数最多写两位，到分就够了，比如 /dues 6500.50。",
}


@dataclass(frozen=True)
class Card:
    """group: whose rule it shows, None when that is open. amount: goes along when the group is switched."""

    text: str
    group: str | None = None
    amount: Decimal | None = None


def card_for(typed: str, table: DuesTable) -> Card:
    """typed: what stands after the command."""
    groups, rest = groups_in(typed, table)
    amount = amount_in(rest, typed=typed) if rest else None
    if amount is BadAmount.UNREADABLE:
        return Card(_HINTS[amount], groups[0] if len(groups) == 1 else None)
    usable = amount if isinstance(amount, Decimal) else None
    if len(groups) > 1:
        return Card(_SEVERAL_GROUPS, None, usable)
    group = groups[0] if groups else table.usual
    if isinstance(amount, BadAmount) and table.groups[group].fixed is None:
        return Card(_HINTS[amount], group if groups else None)
    if amount is None and not groups:
        return Card(_USAGE)
    return switched(group, usable, table)


def switched(group: str, amount: Decimal | None, table: DuesTable) -> Card:
    dues = dues_for(table, group, amount)
    closing = "" if isinstance(dues, AmountMissing) else f"\n{table.closing}"
    return Card(_said(dues) + closing, group, amount)


def _said(dues: Dues) -> str:
    name, note = dues.group.name, f"\n{dues.group.note}" if dues.group.note else ""
    match dues:
        case AmountMissing(group):
            return f"算{name}的，要写一个数：{group.base}。写在后面再发一次，比如 /dues {name} 4200{note}"
        case Fixed(_, least, most):
            much = plain(least) if least == most else f"{plain(least)} 元至 {plain(most)}"
            return f"{name}：每月交 {much} 元，不按收入算。{note}"
        case ByRate():
            return f"{name}：每月交 {plain(dues.due)} 元。\n\n{_worked_out(dues)}{note}"
        case _:
            assert_never(dues)


def _worked_out(dues: ByRate) -> str:
    rate, amount = percent(dues.rate), plain(dues.amount)
    rounded = dues.exact.quantize(Decimal("0.01"), "ROUND_HALF_UP")
    sign = "=" if rounded == dues.exact else "≈"
    lines = [
        f"{amount} 元属于“{_bracket(dues)}”这一档，整个数额按 {rate}，不分段：",
        f"{amount} × {rate} {sign} {plain(rounded)} 元",
    ]
    if dues.amount == dues.up_to:
        lines.append("刚好在分界上，按较低一档。")
    if dues.is_capped:
        lines.append(f"每人每月一般不超过 {plain(dues.due)} 元，自愿可以多交。")
    return "\n".join([*lines, f"基数：{dues.group.base}。"])


def _bracket(dues: ByRate) -> str:
    above = f"{plain(dues.above)}元以上" if dues.above is not None else ""
    if dues.up_to is None:
        return above or "不分档"
    return f"{above}至{plain(dues.up_to)}元" if above else f"{plain(dues.up_to)}元及以下"


def in_group(card: Card) -> str:
    """The text as it stands in a group, where everybody reads along."""
    return f"{card.text}\n\n{_PRIVATE}"


def pressed(data: str | None, table: DuesTable) -> Card | None:
    """None for anything that this bot has not written, or wrote by an older table."""
    found = _DATA.fullmatch(data or "")
    if found is None or found.group(2) not in table.groups:
        return None
    return switched(found.group(2), Decimal(found.group(3)) if found.group(3) else None, table)


def asks_how(data: str | None) -> bool:
    """Whether the press wants the answer that says how the standard is set."""
    found = _DATA.fullmatch(data or "")
    return found is not None and bool(found.group(1))


def keyboard(card: Card, knowledge: Knowledge) -> InlineKeyboardMarkup:
    """The groups, two in a row, and the answer that says how the standard is set."""
    table = knowledge.dues
    choices = [
        _button(f"✓ {group.name}" if i == card.group else group.name, "", i, card.amount)
        for i, group in table.groups.items()
    ]
    rows = [choices[i : i + 2] for i in range(0, len(choices), 2)]
    shown = card.group or table.usual
    if table.groups[shown].entry is not None:
        rows.append([_button("标准怎么定的", "h", shown, card.amount)])
    return InlineKeyboardMarkup(rows)


def back_keyboard(card: Card, table: DuesTable) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button("‹ 返回", "", card.group or table.usual, card.amount)]])


def _button(text: str, how: str, group: str, amount: Decimal | None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"${how}:{group}:{plain(amount) if amount is not None else ''}")
