"""Spans of time: 3天, 两个半小时, 一刻钟, 两周."""

from dataclasses import dataclass

from scheduler.phrase.numerals import fraction
from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token

MINUTES = {"hour": 60, "minute": 1, "quarterhour": 15}
_DAYS = {"day_unit": 1, "week": 7}
_MONTHS = {"month_unit": 1, "year_unit": 12}
_LARGEST = 10**6


@dataclass(frozen=True)
class Span:
    text: str
    days: int = 0
    minutes: int = 0
    months: int = 0


def duration(cursor: Cursor) -> Span | None:
    """None when there is none here, and nothing is taken."""
    place = cursor.at
    if decimal := cursor.take("decimal"):
        return _decimal_hours(cursor, decimal, place)
    number, half = cursor.take("number"), None
    cursor.skip("ge")
    half = cursor.take("halfnum")
    cursor.skip("ge")
    unit = cursor.take("unit")
    if unit is None and number is None and cursor.take("half"):
        return Span("半年", months=6)
    if unit is None or (number is None and half is None) or (half and cursor.sees("once")):
        cursor.at = place
        return None
    text = "".join(token.text for token in cursor.since(place)).strip()
    if number is not None and not 0 < number.n < _LARGEST:
        raise Refused("这段时间不对", text)
    span = _span(text, number.n if number else 0, is_half=half is not None, unit=unit.tag)
    return _with_minutes(cursor, span) if unit.tag == "hour" and half is None else span


def _decimal_hours(cursor: Cursor, decimal: Token, place: int) -> Span | None:
    """1.5小时: whole minutes. None of other units, whose parts nobody counts alike."""
    cursor.skip("ge")
    hours = fraction(decimal.text)
    if hours is None or not cursor.take("unit", tag="hour"):
        cursor.at = place
        return None
    text = "".join(token.text for token in cursor.since(place)).strip()
    if (hours * 60).denominator > 1 or not 0 < hours < _LARGEST:
        raise Refused("算不出整分钟，请写几小时几分钟", text)
    return Span(text, minutes=int(hours * 60))


def _with_minutes(cursor: Cursor, hours: Span) -> Span:
    """1小时30分钟."""
    place = cursor.at
    number, unit = cursor.take("number"), cursor.take("unit", tag="minute")
    if number is None or unit is None or number.n < 0:
        cursor.at = place
        return hours
    return Span(hours.text + number.text + unit.text, minutes=hours.minutes + number.n)


def _span(text: str, count: int, *, is_half: bool, unit: str) -> Span:
    if unit in MINUTES:
        return Span(text, minutes=count * MINUTES[unit] + (MINUTES[unit] // 2 if is_half else 0))
    if is_half:
        raise Refused("半天、半个月不好算，请写几小时或几天", text)
    if unit in _DAYS:
        return Span(text, days=count * _DAYS[unit])
    return Span(text, months=count * _MONTHS[unit])
