"""When to remind: 提前3天和当天早上提醒, 提前一天晚上8点, 到点提醒, 提前2小时催一次."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import takewhile

from scheduler.phrase.durations import MINUTES, Span, duration
from scheduler.phrase.hours import Hours, hours
from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor
from scheduler.rule import Lead

HOUR = time(9)
HOURS_OF_PARTS = {
    "dawn": time(6), "morning": time(8), "early": time(8), "forenoon": time(9), "noon": time(12), "afternoon": time(14),
    "dusk": time(18), "evening": time(20), "late": time(20), "night": time(22),
}  # fmt: skip
_MOST_DAYS = 31
_OF_HOURS = {"clock", "part", "sametime"}
_VERBS = ("remind", "nag", "notify")


@dataclass(frozen=True)
class Leads:
    """nag: when to mention those who have not answered; then there are no leads."""

    leads: tuple[Lead, ...] = ()
    nag: Lead | None = None
    words: str = ""


@dataclass(frozen=True)
class _Item:
    """is_sure: says by itself that it is a reminder (提前…); others need 提醒 after them.

    is_led: has a 提前 or 前 of its own. is_timed: has an hour of its own.
    """

    lead: Lead
    is_sure: bool
    is_led: bool = True
    is_timed: bool = True


def leads(cursor: Cursor) -> Leads | None:
    """None when no reminders are spoken of here."""
    place = cursor.at
    if cursor.take("noahead"):
        cursor.skip(*_VERBS)
        return Leads((Lead(),), words="不提前")
    items = _items(cursor)
    verb = cursor.take(*_VERBS) if items else None
    is_meant = verb is not None or (any(item.is_sure for item in items) and _clause_ends(cursor))
    if not items or not is_meant:
        cursor.at = place
        return None
    cursor.skip(*_VERBS, "once")
    words = _texts(cursor, place)
    found = tuple(dict.fromkeys(item.lead for item in _with_shared_hours(items)))
    if verb and verb.kind == "nag":
        if len(found) > 1:
            raise Refused("催只能催一次", words)
        return Leads(nag=found[0], words=words)
    return Leads(found, words=words)


def _with_shared_hours(items: list[_Item]) -> list[_Item]:
    """提前1天和3天9点半: the hour of the last is that of all whom one 提前 leads."""
    found: list[_Item] = []
    shared: time | None = None
    for item in reversed(items):
        takes_it = shared is not None and item.lead.days and not item.is_timed
        found.insert(0, replace(item, lead=replace(item.lead, at=shared)) if takes_it else item)
        shared = item.lead.at if item.is_timed else shared
        shared = None if item.is_led else shared
    return found


def _clause_ends(cursor: Cursor) -> bool:
    """提前10分钟到场 is advice, no reminder."""
    following = next(cursor.rest(), None)
    return following is None or following.kind not in {"char", "word", "range"}


def _items(cursor: Cursor) -> list[_Item]:
    found: list[_Item] = []
    while True:
        place = cursor.at
        if found:
            cursor.skip("join", "comma")
        is_apart = cursor.at != place or _begins_anew(cursor)
        item = _item(cursor, may_be_bare=bool(found) and found[-1].is_sure)
        if item is None:
            cursor.at = place
            return found
        if found and not is_apart and not (found[-1].lead.days and item[0].lead.days):
            raise Refused("提前多久没看懂，几个提醒之间请用顿号隔开", _texts(cursor, place))
        found += item


def _begins_anew(cursor: Cursor) -> bool:
    """提前3天 当天早上: a blank is enough between two that are whole."""
    following = next(cursor.rest(), None)
    return following is not None and following.kind == "blank" and cursor.sees("ahead", "sameday", "eve", "ontime")


def _item(cursor: Cursor, *, may_be_bare: bool) -> list[_Item] | None:
    """One, or those of a list with one unit."""
    place = cursor.at
    if several := _listed(cursor):
        return several
    cursor.at = place
    found = _ahead(cursor, may_be_bare=may_be_bare) or _on_a_day(cursor)
    if found is None:
        cursor.at = place
        return None
    return [found]


def _listed(cursor: Cursor) -> list[_Item]:
    """提前1、3、7天, 10、30分钟: the unit and the hour of the last are those of all. Empty when it is no such list."""
    cursor.take("ahead")
    numbers: list[int] = []
    while (number := cursor.take("number")) and number.n > 0:
        numbers.append(number.n)
        if not cursor.has("join", "comma"):
            break
    cursor.skip("ge")
    unit = cursor.take("unit") if len(numbers) > 1 else None
    if unit is None or unit.tag not in (*MINUTES, "day_unit"):
        return []
    minutes = MINUTES.get(unit.tag, 0)
    spans = [Span(unit.text, 0 if minutes else count, count * minutes) for count in numbers]
    hours_at = cursor.at
    leads_of_all = [_span_lead(cursor, span) for span in reversed(sorted(spans, key=lambda span: span.days))]
    at = leads_of_all[0].at
    is_timed = any(token.kind in _OF_HOURS for token in cursor.since(hours_at))
    found = [replace(lead, at=at) if lead.days else lead for lead in leads_of_all]
    return [_Item(lead, is_sure=True, is_led=not place, is_timed=is_timed) for place, lead in enumerate(found)]


def _ahead(cursor: Cursor, *, may_be_bare: bool) -> _Item | None:
    """提前3天, 3天前, 会前半小时, and the 1天 of "提前3天、1天"."""
    place = cursor.at
    said = cursor.take("ahead", "beforeevent")
    span = duration(cursor)
    if span is None:
        if said:
            raise Refused("提前多久没看懂", said.text + _until_a_break(cursor))
        return None
    after = cursor.take("beyond")
    if not (said or after or may_be_bare) or (after and "内" in after.text):
        return None
    if not said and not after and not _ends_here(cursor):
        return None
    lead, is_led = _span_lead(cursor, span), said is not None or after is not None
    is_timed = any(token.kind in _OF_HOURS for token in cursor.since(place))
    return _Item(lead, said is not None or may_be_bare, is_led, is_timed)


def _until_a_break(cursor: Cursor) -> str:
    return "".join(token.text for token in takewhile(lambda token: token.kind not in {"blank", "comma"}, cursor.rest()))


def _ends_here(cursor: Cursor) -> bool:
    """A bare 1天 belongs to the list when the list goes on or ends after it."""
    return cursor.peek() is None or cursor.sees("comma", "join", "part", "clock", "sametime", "number", *_VERBS)


def _texts(cursor: Cursor, place: int) -> str:
    return "".join(token.text for token in cursor.since(place)).strip()


def _span_lead(cursor: Cursor, span: Span) -> Lead:
    if span.months:
        raise Refused(f"提前几个月不好算，请写天数，最多{_MOST_DAYS}天", span.text)
    if span.days > _MOST_DAYS or span.minutes > _MOST_DAYS * 1440:
        raise Refused(f"最多提前{_MOST_DAYS}天", span.text)
    if span.minutes:
        return Lead(minutes=span.minutes)
    cursor.skip("de")
    if cursor.take("sametime"):
        return Lead(span.days, minutes=_minutes_too(cursor))
    return Lead(span.days, at=_hour(cursor))


def _minutes_too(cursor: Cursor) -> int:
    """提前1天同一时间再提前30分钟: less these minutes."""
    place = cursor.at
    again = cursor.take("join")
    if again and again.text == "再" and cursor.take("ahead") and (span := duration(cursor)) and span.minutes:
        return span.minutes
    cursor.at = place
    return 0


def _hour(cursor: Cursor) -> time:
    found = hours(cursor)
    return HOUR if found is None else _only(found)


def _only(found: Hours) -> time:
    if len(found.times) > 1:
        raise Refused("每次提醒只写一个钟点", found.words)
    if found.times:
        return found.times[0]
    return HOURS_OF_PARTS[found.part]


def _on_a_day(cursor: Cursor) -> _Item | None:
    if cursor.take("ontime"):
        return _Item(Lead(), is_sure=False)
    day = cursor.take("eve", "sameday")
    if day is None:
        return None
    cursor.skip("de")
    found = hours(cursor, day.tag)
    days = 1 if day.kind == "eve" else 0
    return _Item(Lead(days, at=HOUR if found is None else _only(found)), is_sure=False)


def fitted(found: tuple[Lead, ...], event: datetime) -> tuple[tuple[Lead, ...], tuple[str, ...]]:
    """In order of time, each once, none after the event; and what has to be said about it.

    A reminder on the day itself without an hour of its own goes out with the event rather than after it.
    """
    fitting: list[Lead] = []
    remarks: list[str] = []
    for lead in found:
        if lead.local(event) <= event:
            fitting.append(lead)
        elif lead.at in (HOUR, *HOURS_OF_PARTS.values()):
            fitting.append(Lead())
            remarks.append(f"当天{lead.at:%H:%M}已经在{event:%H:%M}之后，改成到点提醒。")
        else:
            raise Refused(f"当天{lead.at:%H:%M}提醒，比事情本身的{event:%H:%M}还晚", "当天")
    return tuple(sorted(dict.fromkeys(fitting), key=lambda lead: lead.local(event))), tuple(remarks)
