"""Sums of money as members type them: 6500, 6,500元, ６５００, 6.5k, 1万2, 六千五."""

import re
import unicodedata
from decimal import Decimal
from enum import Enum, auto

from knowledge.text import normalise

LEAST, MOST = Decimal(1), Decimal("9999999.99")
_LONGEST = 40
_AROUND = re.compile(r"^(?:每个?月|月|大概|大约|约|[¥:,])+|(?:左右|人民币|元|块钱?|圆|整|rmb|[。.,!?])+$")
_PLAIN = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_MIXED = re.compile(r"([0-9]+(?:\.[0-9]+)?)([万w千k])(?:([0-9]+)([千k]?))?")
_CHARACTERS = re.compile(r"负?[零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟点]+")
_TWO_FIGURES = re.compile(r"[一二两三四五六七八九]{2}")  # 三五: 35, 3500, or three to five?
_TOO_FINE = re.compile(r"[.点][0-9零〇一二三四五六七八九]{3,}$")  # 6.500 may be meant as 6500
_UNITS = {"万": 10000, "w": 10000, "千": 1000, "k": 1000}


class BadAmount(Enum):
    UNREADABLE = auto()
    SEVERAL = auto()
    TOO_LITTLE = auto()
    TOO_MUCH = auto()
    TOO_FINE = auto()


def amount_in(text: str, *, typed: str = "") -> Decimal | BadAmount:
    """The sum in yuan, LEAST to MOST, whole fen. text: the sum and nothing else but words like 每月 and 元.

    typed: what it was before it was normalised: ², ⑥ and ½ become common figures by that, which nobody meant.
    """
    plain = normalise(text)
    if len(plain) > _LONGEST or any(unicodedata.category(c) == "No" for c in typed or text):
        return BadAmount.UNREADABLE
    if re.search(r"[0-9] +[0-9]", plain):
        return BadAmount.SEVERAL
    written = _AROUND.sub("", plain.replace(" ", ""))
    value = None if _TWO_FIGURES.fullmatch(written) else _value(written)
    if value is None:
        return BadAmount.UNREADABLE
    found = _judged(value)
    return BadAmount.TOO_FINE if isinstance(found, Decimal) and _TOO_FINE.search(written) else found


def _judged(value: Decimal) -> Decimal | BadAmount:
    if value < LEAST:
        return BadAmount.TOO_LITTLE
    if value > MOST:
        return BadAmount.TOO_MUCH
    return BadAmount.TOO_FINE if value * 100 % 1 else value


def _value(written: str) -> Decimal | None:
    if _PLAIN.fullmatch(written):
        return Decimal(written.replace(",", ""))
    if found := _MIXED.fullmatch(written):
        return _mixed(*found.groups(default=""))
    return _in_characters(written) if _CHARACTERS.fullmatch(written) else None


def _mixed(head: str, unit: str, tail: str, tail_unit: str) -> Decimal | None:
    """1.2万, 1万2, 1万2千, 1万2000: a single figure counts in tenths of the unit. None for 1.2万3 and 1千5千."""
    size = _UNITS[unit]
    if not tail:
        return Decimal(head) * size
    rest = Decimal(tail) * (1000 if tail_unit else size // 10 if len(tail) == 1 else 1)
    return None if "." in head or rest >= size else Decimal(head) * size + rest


def _in_characters(written: str) -> Decimal | None:
    import cn2an  # slow to load, and few write their pay in characters

    try:
        return Decimal(str(cn2an.cn2an(written, "normal")))
    except (ValueError, KeyError):  # the library's own slip on 三五十二
        return None


def plain(value: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    return format(value.normalize(), "f")


def percent(rate: Decimal) -> str:
    """1.5% for 0.015."""
    return f"{plain(rate * 100)}%"
