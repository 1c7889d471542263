"""What a change has to tell the group at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.by_hand import at_once
from scheduler.delivery import Delivery, Planned, State
from scheduler.news import news_of
from scheduler.rule import GroupRule, Kind, Lead, Occurrence, Rule, Schedule
from scheduler.workdays import SpecialDay, Workdays

NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)  # Thursday, 10:00 in Beijing
FRIDAY = datetime(2026, 3, 6, 19, 30)
BEIJING_FRIDAY = datetime(2026, 3, 6, 11, 30, tzinfo=UTC)
RULE = Rule("meeting", "党小组会", Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR"), (Lead(1, at=time(9)), Lead(minutes=60)))
STORED = GroupRule(7, -100, 3, 1, RULE, "active", NOW)
CALENDAR = Workdays()


def at(start: datetime, rrule: str = RULE.schedule.rrule) -> Rule:
    return replace(RULE, schedule=Schedule(start, rrule))


def changed_to(rule: Rule, known: Sequence[Delivery] = (), stored: GroupRule = STORED) -> list[Planned]:
    return list(news_of(stored, replace(stored, rule=rule), known, CALENDAR, now=NOW))


def told(event_at: datetime, nominal: datetime) -> Delivery:
    event = Occurrence(nominal, nominal, event_at)
    return Delivery(1, at_once(STORED, event, "1d@09:00", 1, now=NOW - timedelta(hours=1)), "sent", NOW)


NINE_AHEAD = (Lead(1, at=time(9)),)  # an hour ago
LAST_WEEK = told(BEIJING_FRIDAY - timedelta(days=7), FRIDAY - timedelta(days=7))  # so they come as usual
FRIDAY_20 = at(FRIDAY + timedelta(minutes=30))


def test_another_hour_of_the_day_and_another_day_are_told_when_no_reminder_is_left() -> None:
    (hour,) = changed_to(replace(FRIDAY_20, leads=NINE_AHEAD))
    assert (hour.nominal, hour.payload) == (FRIDAY.replace(hour=20, minute=0), {})
    tuesday = at(datetime(2026, 3, 10, 19, 30), "FREQ=WEEKLY;BYDAY=TU")
    (day,) = changed_to(replace(tuesday, leads=(Lead(),)), [LAST_WEEK])
    assert day.nominal == datetime(2026, 3, 10, 19, 30)
    assert changed_to(replace(tuesday, leads=(Lead(5, at=time(11)),))) == []  # today at 11


@pytest.mark.parametrize("changed", [RULE, replace(RULE, place="三楼"), replace(RULE, leads=NINE_AHEAD)])
def test_what_comes_at_its_time_is_not_told(changed: Rule) -> None:
    assert changed_to(changed) == changed_to(changed, [told(BEIJING_FRIDAY, FRIDAY)]) == []


def test_what_was_skipped_is_passed_over_at_another_hour_too() -> None:
    skipped = replace(STORED, skipped=frozenset({FRIDAY}))
    assert changed_to(FRIDAY_20, [told(BEIJING_FRIDAY, FRIDAY)], skipped) == []
    (next_one,) = changed_to(replace(FRIDAY_20, leads=(Lead(),)), [told(BEIJING_FRIDAY, FRIDAY)], skipped)
    assert next_one.nominal == datetime(2026, 3, 13, 20)


def test_a_single_event_that_was_over_is_told_anew_and_one_that_is_over_now_is_not() -> None:
    single = replace(STORED, rule=at(FRIDAY - timedelta(days=9), ""))
    (news,) = changed_to(replace(at(FRIDAY, ""), leads=NINE_AHEAD), stored=single)
    assert news.nominal == FRIDAY
    assert changed_to(at(FRIDAY - timedelta(days=9), "")) == []


@pytest.mark.parametrize(
    ("leads", "told_at", "is_told"),
    [
        ((Lead(minutes=60),), None, False),  # 19:00, half an hour before they come as usual
        ((Lead(minutes=59),), None, True),
        ((Lead(1, at=time(9)),), None, True),
        ((Lead(minutes=60),), BEIJING_FRIDAY, False),
        ((Lead(minutes=30),), BEIJING_FRIDAY, True),  # at that very minute
        ((Lead(1, at=time(9)),), BEIJING_FRIDAY + timedelta(minutes=30), False),  # they know
        ((Lead(1, at=time(10)),), None, False),  # due at this very moment
    ],
)
def test_it_is_told_at_once_when_no_reminder_comes_before_people_set_out(
    leads: tuple[Lead, ...], told_at: datetime | None, is_told: bool
) -> None:
    known = [LAST_WEEK, *([told(told_at, FRIDAY)] if told_at is not None else [])]
    assert bool(changed_to(replace(FRIDAY_20, leads=leads), known)) is is_told


@pytest.mark.parametrize("kind", ["custom", "dues", "meeting"])
def test_what_was_never_reminded_of_is_not_told_as_long_as_a_reminder_is_left(kind: Kind) -> None:
    """It was set up just now, and its hour put right."""
    new = replace(STORED, rule=replace(RULE, kind=kind, leads=(Lead(),)))
    later = replace(new.rule, schedule=FRIDAY_20.schedule)
    assert changed_to(later, stored=new) == []
    assert changed_to(later, [LAST_WEEK], new)
    assert changed_to(replace(later, leads=NINE_AHEAD), stored=new)


def test_what_timed_out_may_have_been_heard() -> None:
    saturday = replace(at(FRIDAY + timedelta(days=1), "FREQ=WEEKLY;BYDAY=SA"), leads=(Lead(),))
    for state in ("failed", "pending"):
        heard = replace(told(BEIJING_FRIDAY, FRIDAY), state=state, is_doubtful=True)
        (news,) = changed_to(saturday, [heard])
        assert news.payload == {"was": ["2026-03-06T19:30"]}
    assert changed_to(saturday, [replace(heard, is_doubtful=False)]) == []


TWICE = "FREQ=DAILY;BYHOUR=9,15;BYMINUTE=0"
NINE, FIFTEEN = datetime(2026, 3, 6, 9), datetime(2026, 3, 6, 15)
TOLD_BOTH = [told(datetime(2026, 3, 6, hour - 8, tzinfo=UTC), FRIDAY.replace(hour=hour, minute=0)) for hour in (9, 15)]


def test_of_two_events_a_day_that_become_one_both_are_called_off() -> None:
    twice = replace(STORED, rule=replace(at(NINE - timedelta(days=1), TWICE), leads=NINE_AHEAD))
    ten = replace(at(NINE.replace(hour=10), "FREQ=DAILY"), leads=NINE_AHEAD)
    (news,) = changed_to(ten, TOLD_BOTH, twice)
    assert (news.nominal, news.payload) == (NINE.replace(hour=10), {"was": ["2026-03-06T09:00", "2026-03-06T15:00"]})


def test_beside_a_skipped_one_another_of_the_day_is_told_its_new_hour() -> None:
    thrice = "FREQ=DAILY;BYHOUR=9,12,15;BYMINUTE=0"
    stored = replace(STORED, rule=replace(at(NINE - timedelta(days=1), thrice), leads=NINE_AHEAD))
    noon = told(datetime(2026, 3, 6, 4, tzinfo=UTC), FRIDAY.replace(hour=12, minute=0))
    skipped = replace(stored, skipped=frozenset({FRIDAY.replace(hour=12, minute=0)}))
    moved = replace(at(NINE, thrice.replace("15", "16")), leads=NINE_AHEAD)
    known = [LAST_WEEK, TOLD_BOTH[0], noon, TOLD_BOTH[1]]
    assert [news.nominal for news in changed_to(moved, known, skipped)] == [FIFTEEN.replace(hour=16)]


def test_the_group_goes_by_what_it_was_told_last_of_that_day() -> None:
    first, later = told(BEIJING_FRIDAY, FRIDAY), told(BEIJING_FRIDAY + timedelta(minutes=30), FRIDAY)
    unsent, nag = replace(later, state="withdrawn"), replace(later, planned=replace(later.planned, purpose="nag"))
    at_20 = replace(FRIDAY_20, leads=NINE_AHEAD)
    assert changed_to(at_20, [first, later]) == []
    assert changed_to(at_20, [first, unsent, nag])
    assert changed_to(replace(RULE, leads=NINE_AHEAD), [first, later])


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ("FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=-1FR", datetime(2026, 3, 27, 19, 30)),
        ("FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=WEEKLY;BYDAY=MO", datetime(2026, 3, 9, 19, 30)),
        ("FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", datetime(2026, 3, 13, 19, 30)),
    ],
)
def test_a_told_event_that_is_dropped_for_one_that_was_to_come_anyway_is_called_off(
    before: str, after: str, first: datetime
) -> None:
    stored = replace(STORED, rule=replace(at(FRIDAY, before), leads=(Lead(1, at=time(9)),)))
    fresh = replace(stored, rule=replace(stored.rule, schedule=Schedule(first, after)))
    (news,) = news_of(stored, fresh, [told(BEIJING_FRIDAY, FRIDAY)], CALENDAR, now=NOW)
    assert (news.nominal, news.payload) == (first, {"was": ["2026-03-06T19:30"]})
    assert news_of(stored, fresh, [], CALENDAR, now=NOW) == ()


def test_an_hour_that_is_moved_on_its_day_needs_no_word_of_the_old_day() -> None:
    stored = replace(STORED, rule=replace(RULE, leads=(Lead(1, at=time(9)),)))
    fresh = replace(stored, rule=replace(stored.rule, schedule=Schedule(FRIDAY.replace(hour=20), "FREQ=WEEKLY")))
    (news,) = news_of(stored, fresh, [told(BEIJING_FRIDAY, FRIDAY)], CALENDAR, now=NOW)
    assert (news.nominal, news.payload) == (FRIDAY.replace(hour=20), {})


def test_beyond_a_skipped_event_the_next_one_that_was_told_is_told_its_new_hour() -> None:
    today, twice = datetime(2026, 3, 5, 19, 30), "FREQ=WEEKLY;BYDAY=TH,FR"
    leads = (Lead(1, at=time(9)),)
    stored = replace(STORED, rule=replace(at(today, twice), leads=leads), skipped=frozenset({today}))
    fresh = replace(stored, rule=replace(at(today.replace(hour=18), twice), leads=leads))
    (news,) = news_of(stored, fresh, [told(BEIJING_FRIDAY, FRIDAY)], CALENDAR, now=NOW)
    assert news.nominal == FRIDAY.replace(hour=18)


BOTH, LONG = "FREQ=WEEKLY;BYDAY=MO,FR", (Lead(5, at=time(9)),)
MONDAY, BEIJING_MONDAY = datetime(2026, 3, 9, 19, 30), datetime(2026, 3, 9, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rrule", "start", "expected"),
    [
        (BOTH, FRIDAY, []),
        ("FREQ=WEEKLY;BYDAY=FR", FRIDAY, [("2026-03-13T19:30", ["2026-03-09T19:30"])]),
        ("FREQ=WEEKLY;BYDAY=WE", MONDAY, [("2026-03-11T19:30", ["2026-03-06T19:30", "2026-03-09T19:30"])]),
        (BOTH, FRIDAY.replace(hour=20, minute=0), [("2026-03-06T20:00", []), ("2026-03-09T20:00", [])]),
        ("FREQ=WEEKLY;BYDAY=FR,SA", FRIDAY, [("2026-03-07T19:30", ["2026-03-09T19:30"])]),
        ("FREQ=DAILY", datetime(2026, 3, 5, 19, 30), [("2026-03-05T19:30", [])]),
    ],
)
def test_every_event_that_the_group_was_told_of_is_called_off_and_no_other(
    rrule: str, start: datetime, expected: list[tuple[str, list[str]]]
) -> None:
    stored = replace(STORED, rule=replace(at(FRIDAY, BOTH), leads=LONG))
    fresh = replace(stored, rule=replace(stored.rule, schedule=Schedule(start, rrule)))
    known = [told(BEIJING_FRIDAY, FRIDAY), told(BEIJING_MONDAY, MONDAY)]
    news = news_of(stored, fresh, known, CALENDAR, now=NOW)
    found = [(p.nominal.isoformat(timespec="minutes"), p.payload.get("was", [])) for p in news if p.nominal is not None]
    assert found == expected


@pytest.mark.parametrize(("state", "was"), [("pending", ["2026-03-06T19:30"]), ("sent", [])])
def test_what_an_earlier_change_calls_off_is_not_lost_in_the_next_one(state: State, was: list[str]) -> None:
    """Before it was sent."""
    stored = replace(STORED, rule=replace(at(FRIDAY, BOTH), leads=LONG))
    fresh = replace(stored, rule=replace(at(MONDAY, "FREQ=WEEKLY;BYDAY=MO"), leads=LONG))
    (news,) = news_of(stored, fresh, [told(BEIJING_FRIDAY, FRIDAY)], CALENDAR, now=NOW)
    again = replace(fresh, rule=replace(at(MONDAY.replace(hour=20), "FREQ=WEEKLY;BYDAY=MO"), leads=LONG))
    known = [told(BEIJING_FRIDAY, FRIDAY), Delivery(2, news, state, NOW)]
    (once_more,) = news_of(fresh, again, known, CALENDAR, now=NOW)
    assert (once_more.nominal, once_more.payload.get("was", [])) == (MONDAY.replace(hour=20), was)
    back = news_of(fresh, stored, known, CALENDAR, now=NOW)
    assert all("was" not in planned.payload for planned in back)


def test_a_rolled_event_that_was_told_and_comes_on_another_day_is_called_off() -> None:
    off = Workdays({date(2026, 3, 6): SpecialDay("holiday")})
    rule = Rule("meeting", "党小组会", Schedule(FRIDAY, RULE.schedule.rrule, "next"), (Lead(4, at=time(9)),))
    stored = GroupRule(7, -100, 3, 1, rule, "active", NOW)
    monday = datetime(2026, 3, 9, 19, 30)
    event = Occurrence(FRIDAY, monday, datetime(2026, 3, 9, 11, 30, tzinfo=UTC))
    known = [Delivery(1, at_once(stored, event, "4d@09:00", 1, now=NOW - timedelta(minutes=60)), "sent", NOW)]
    fresh = replace(stored, rule=replace(rule, schedule=Schedule(FRIDAY, RULE.schedule.rrule, "none")))
    (news,) = news_of(stored, fresh, known, off, now=NOW)
    assert news.event_at == datetime(2026, 3, 6, 11, 30, tzinfo=UTC)
    assert news.payload == {"was": ["2026-03-09T19:30"]}


def test_back_to_the_told_day_at_another_hour_before_the_day_was_called_off() -> None:
    """Told Friday 19:30; to Monday (news not sent yet); back to Friday, 20:00: the only lead comes after 19:30."""
    now = datetime(2026, 3, 6, 2, tzinfo=UTC)
    monday = datetime(2026, 3, 9, 19, 30)
    rule = Rule("meeting", "党小组会", Schedule(FRIDAY, RULE.schedule.rrule), (Lead(at=time(9)), Lead(minutes=15)))
    friday = GroupRule(7, -100, 3, 1, rule, "active", now)
    told = Occurrence(FRIDAY, FRIDAY, datetime(2026, 3, 6, 11, 30, tzinfo=UTC))
    known = [Delivery(1, at_once(friday, told, "0d@09:00", 1, now=now - timedelta(minutes=60)), "sent", now)]
    on_monday = replace(friday, rule=replace(rule, schedule=Schedule(monday, "FREQ=WEEKLY;BYDAY=MO")), revision=2)
    (news,) = news_of(friday, on_monday, known, Workdays(), now=now)
    known.append(Delivery(2, news, "pending", now))
    at_20 = replace(
        on_monday, rule=replace(rule, schedule=Schedule(FRIDAY.replace(hour=20, minute=0), RULE.schedule.rrule))
    )
    assert news_of(friday, replace(friday, rule=at_20.rule), known[:1], Workdays(), now=now)  # straight: it is told
    assert news_of(on_monday, at_20, known, Workdays(), now=now)
