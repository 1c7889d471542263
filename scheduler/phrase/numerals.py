"""Numbers as people write them, through cn2an, which is at home here."""

import re
from fractions import Fraction
from functools import lru_cache

import cn2an

_DIGITS = "一二两三四五六七八九"
NUMERAL = rf"(?:\d+|[零{_DIGITS}十廿百]+)"
DECIMAL = rf"(?:\d+\.\d+|[零{_DIGITS}十]+点[零{_DIGITS}]+)"
_COUNTING = re.compile(rf"([零{_DIGITS}十廿百千]+)\s?[个点时天日号周月年星礼季小分刻次半]")
_NEIGHBOURS = re.compile(rf"[{_DIGITS}]{{2}}")
_DIGIT_STRING = re.compile(rf"[零{_DIGITS}]{{3,}}")


@lru_cache(maxsize=1024)
def number(written: str) -> int | None:
    """None when it is no number. The library is asked for nothing but Chinese digits: it takes 15 for 15.0."""
    digits = written.removeprefix("零")  # 零5
    if digits.isascii() and digits.isdecimal():
        return int(digits)
    try:
        return int(cn2an.cn2an(written, "normal"))
    except (ValueError, KeyError):  # the library's own slip on 三五十二
        return None


def fraction(written: str) -> Fraction | None:
    """Of a DECIMAL: 1.5, 一点五."""
    if written.isascii():
        return Fraction(written)
    whole, _, rest = written.partition("点")
    units, tenths = number(whole), [number(digit) for digit in rest]
    if units is None or None in tenths:
        return None
    return Fraction(f"{units}.{''.join(map(str, tenths))}")


def rough_numeral(text: str) -> str:
    """The 两三 of 两三点, 十五六 of 十五六天: no number that could be counted with. "" when there is none.

    七一 and the 一三 of 周一三 are none: no unit comes after them.
    """
    for found in _COUNTING.findall(text):
        if _NEIGHBOURS.search(found) and not _DIGIT_STRING.fullmatch(found):
            return str(found)
    return ""
