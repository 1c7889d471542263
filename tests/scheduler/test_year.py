"""The year 2026 of many groups with random rules: every date is the oracle's, and each is reminded of once, on time."""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.ports import Parcel
from scheduler.recurrence import occurrences
from scheduler.rule import Lead, Rule, Schedule
from scheduler.workdays import Workdays
from tests.conftest import FakeClock
from tests.scheduler.kit import Scene
from tests.scheduler.oracle import BEGIN, END, ONE, Group, expected, local_events, random_group, utc, works

IS_FULL = bool(os.environ.keys() & {"FAULTS", "FUZZ"})
GROUPS = 1000 if IS_FULL else 200
REMINDED = 1000 if "FAULTS" in os.environ else 6
HOUR = timedelta(hours=1)
LEADS = (Lead(1, at=time(9)), Lead(minutes=60), Lead())


def windows(r: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """The year as a clock that is moved by minutes up to weeks sees it."""
    now = BEGIN
    while now < END:
        later = min(END, now + timedelta(minutes=r.choice([1, 600, 1440, 30_000, 60_000])))
        yield now, later
        now = later


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(8))
def test_every_date_of_2026_is_the_oracles(seed: int) -> None:
    r = random.Random(seed)
    dates = 0
    for _ in range(GROUPS // 8):
        group = random_group(r)
        schedule = Schedule(group.start, group.rrule, group.roll, group.zone)
        found = list(occurrences(schedule, Workdays(), after=BEGIN, until=END))
        assert [event.at for event in found] == expected(group), group
        in_steps = [e for a, b in windows(r) for e in occurrences(schedule, Workdays(), after=a, until=b)]
        assert in_steps == found, group
        dates += len(found)
    assert dates > GROUPS // 8 * 4


def test_the_oracle_knows_the_make_up_days() -> None:
    """Against the two dates that everybody remembers, so that both sides can't be wrong alike."""
    assert works(date(2026, 10, 10)) and not works(date(2026, 10, 7)) and works(date(2026, 2, 14))
    assert sum(works(date(2026, 1, 1) + ONE * i) for i in range(365)) == 248


def moments_to_remind(group: Group) -> list[tuple[datetime, datetime]]:
    """In 2026, each with its event: the morning before, an hour before, and when it begins."""
    zone = ZoneInfo(group.zone)
    found = set()
    for local in local_events(group):
        event = utc(local, zone)
        before = utc(datetime.combine(local.date() - ONE, time(9)), zone)
        found |= {(before, event), (event - HOUR, event), (event, event)}
    return sorted(pair for pair in found if BEGIN <= pair[0] < END)


@pytest.mark.timeout(3600 if IS_FULL else 120)
async def test_through_all_of_2026_each_event_is_reminded_of_on_time_and_once(scene: Scene, clock: FakeClock) -> None:
    r = random.Random(2026)
    clock.now = BEGIN
    reminded: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)

    def note(parcel: Parcel) -> None:
        reminded[parcel.first.planned.chat_id] += [(clock(), d.planned.event_at) for d in parcel.deliveries]

    scene.sender.outcome = note
    groups = {-number: random_group(r) for number in range(1, REMINDED + 1)}
    for chat_id, group in groups.items():
        schedule = Schedule(group.start, group.rrule, group.roll, group.zone)
        await scene.add(Rule("custom", "提醒", schedule, LEADS), chat_id=chat_id)
    await scene.runner.settled()
    await scene.until(END - timedelta(seconds=1))
    for chat_id, group in groups.items():
        assert sorted(reminded[chat_id]) == moments_to_remind(group), group
    assert sum(map(len, reminded.values())) > REMINDED * 20
