"""The year 2026 as an oracle sees it that knows nothing of the code under test, and random groups to ask it about.

It goes day by day and asks of each whether it matches; its holidays are copied from the State Council's notice.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.rule import Roll

ONE = timedelta(days=1)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ZONES = ["Asia/Shanghai"] * 6 + ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# fmt: off
OFF = {
    1: [1, 2, 3], 2: list(range(15, 24)), 4: [4, 5, 6], 5: [1, 2, 3, 4, 5], 6: [19, 20, 21], 9: [25, 26, 27],
    10: [1, 2, 3, 4, 5, 6, 7],
}
MADE_UP = {1: [4], 2: [14, 28], 5: [9], 9: [20], 10: [10]}
# fmt: on


@dataclass(frozen=True)
class Group:
    """rrule: what the code is given. matches: the same, as a question about one day (and the start)."""

    rrule: str
    start: datetime
    roll: Roll
    zone: str
    matches: Callable[[date], bool]
    nth_of_month: int = 0
    count: int | None = None
    until: datetime | None = None


# The oracle


def works(day: date) -> bool:
    if day.year == 2026 and day.day in MADE_UP.get(day.month, []):
        return True
    if day.year == 2026 and day.day in OFF.get(day.month, []):
        return False
    return day.isoweekday() <= 5


def nominal_days(group: Group) -> list[date]:
    found = []
    day = group.start.date().replace(day=1)
    while day < date(2027, 2, 1):
        if group.matches(day) and (not group.nth_of_month or is_nth(day, group)) and day >= group.start.date():
            found.append(day)
        day += ONE
    if group.until:
        found = [d for d in found if datetime.combine(d, group.start.time()) <= group.until]
    return found if group.count is None else found[: group.count]


def is_nth(day: date, group: Group) -> bool:
    month = [d for d in (day.replace(day=1) + ONE * i for i in range(31)) if d.month == day.month and group.matches(d)]
    n = group.nth_of_month
    return abs(n) <= len(month) and day == month[n - 1 if n > 0 else n]


def after_roll(day: date, roll: Roll) -> date | None:
    while roll != "none" and not works(day):
        if roll == "skip":
            return None
        day = day + ONE if roll == "next" else day - ONE
    return day


def utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the clocks there show this; in a gap, what they would have shown."""
    near = [local.replace(tzinfo=UTC) + ONE * i for i in (-1, 1)]
    offsets = sorted((moment.astimezone(zone).utcoffset() or timedelta() for moment in near), reverse=True)
    for offset in offsets:
        guess = local.replace(tzinfo=UTC) - offset
        if guess.astimezone(zone).replace(tzinfo=None) == local:
            return guess
    return local.replace(tzinfo=UTC) - offsets[-1]


def local_events(group: Group) -> list[datetime]:
    """Naive local, after the roll, from the start on and before February 2027."""
    rolled = {after_roll(day, group.roll) for day in nominal_days(group)}
    return sorted(datetime.combine(day, group.start.time()) for day in rolled if day)


def expected(group: Group) -> list[datetime]:
    moments = [utc(local, ZoneInfo(group.zone)) for local in local_events(group)]
    return [moment for moment in moments if BEGIN <= moment < END]


# Random groups


def monthly(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    every = r.choice([1, 1, 1, 2, 3])
    wanted = r.sample([*range(1, 32), -1, -2, -3], r.randint(1, 3))

    def matches(day: date) -> bool:
        months = (day.year - start.year) * 12 + day.month - start.month
        from_end = day.day - ((day.replace(day=28) + ONE * 4).replace(day=1) - ONE).day - 1
        return months % every == 0 and (day.day in wanted or from_end in wanted)

    return f"FREQ=MONTHLY;INTERVAL={every};BYMONTHDAY={','.join(map(str, wanted))}", matches, 0


def nth_weekday(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    n, weekday = r.choice([1, 2, 3, 4, 5]), r.randrange(7)
    return f"FREQ=MONTHLY;BYDAY={n}{NAMES[weekday]}", lambda d: d.weekday() == weekday and (d.day + 6) // 7 == n, 0


def position(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    wanted = sorted(r.sample(range(7), r.randint(1, 5)))
    n = r.choice([1, 2, 3, -1, -2])
    days = ",".join(NAMES[i] for i in wanted)
    return f"FREQ=MONTHLY;BYDAY={days};BYSETPOS={n}", lambda d: d.weekday() in wanted, n


def weekly(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    every, wanted = r.choice([1, 1, 2, 3]), r.sample(range(7), r.randint(1, 4))
    monday = start.date() - ONE * start.weekday()
    rrule = f"FREQ=WEEKLY;INTERVAL={every};BYDAY={','.join(NAMES[i] for i in wanted)}"
    return rrule, lambda d: d.weekday() in wanted and (d - monday).days // 7 % every == 0, 0


def daily(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    every = r.randint(1, 11)
    return f"FREQ=DAILY;INTERVAL={every}", lambda d: (d - start.date()).days % every == 0, 0


def quarterly(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    day = r.randint(20, 31)
    return f"FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY={day}", lambda d: d.month % 3 == 0 and d.day == day, 0


def yearly(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    return "FREQ=YEARLY", lambda d: (d.month, d.day) == (start.month, start.day), 0


def single(r: random.Random, start: datetime) -> tuple[str, Callable[[date], bool], int]:
    return "", lambda d: d == start.date(), 0


def random_group(r: random.Random) -> Group:
    clock = time(r.randrange(24), r.choice([0, 0, 15, 30, 45]))
    start = datetime.combine(date(2024, 2, 1) + ONE * r.randrange(1000), clock)
    kinds = [monthly, nth_weekday, position, weekly, daily, quarterly, yearly, single]
    rrule, matches, nth = r.choice(kinds)(r, start)
    count, until = None, None
    if rrule and r.random() < 0.2:
        count = r.randint(1, 60)
        rrule += f";COUNT={count}"
    elif rrule and r.random() < 0.2:
        until = datetime(2026, 1, 1) + timedelta(minutes=r.randrange(365 * 24 * 60))
        rrule += f";UNTIL={until:%Y%m%dT%H%M%S}"
    rolls: list[Roll] = ["none", "next", "previous", "skip"]
    return Group(rrule, start, r.choice(rolls), r.choice(ZONES), matches, nth, count, until)
