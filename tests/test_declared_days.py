"""What an edit of config.yaml does to the days of a reminder: those that are meant, and no others."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scheduler.recurrence import next_occurrences
from storage import Stores
from tests.declaring import DAY, HOUR, LIBRARY, MINUTE, NOW, one, started

WEEK_ON = NOW + 7 * DAY  # the Friday after is not one of "every other Friday"


@pytest.mark.parametrize(
    "edited",
    [
        {"leader": 6},
        {"place": "五楼"},
        {"when": "隔周五19点半开党小组会，提前2天提醒"},
        {"when": "隔周五19点半一起开党小组会"},
        {"when": "从3月6日起隔周五19点半开党小组会"},
    ],
)
async def test_an_edit_that_leaves_the_days_alone_keeps_every_other_friday(
    stores: Stores, tmp_path: Path, edited: dict[str, str | int]
) -> None:
    await started(stores, tmp_path, one())
    (before,) = await stores.rules.declared()
    await started(stores, tmp_path, one(**edited), WEEK_ON)  # type: ignore[arg-type]
    (after,) = await stores.rules.declared()
    assert after.revision > before.revision
    assert after.rule.schedule == before.rule.schedule


async def test_another_place_leaves_alone_what_counts_from_the_next_week(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one("下周五起隔周五19点半开会"))
    (before,) = await stores.rules.declared()
    await started(stores, tmp_path, one("下周五起隔周五19点半开会", place="五楼"), WEEK_ON)
    (after,) = await stores.rules.declared()
    assert (after.rule.schedule, after.rule.place) == (before.rule.schedule, "五楼")


async def test_another_hour_keeps_the_days_and_what_was_skipped(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one())
    (before,) = await stores.rules.declared()
    await stores.rules.skip(before.id, datetime(2026, 3, 20, 19, 30), now=NOW)
    await started(stores, tmp_path, one("隔周五18点开党小组会，遇节假日顺延"), WEEK_ON)
    (after,) = await stores.rules.declared()
    assert (after.rule.schedule.start, after.rule.schedule.roll) == (datetime(2026, 3, 6, 18, 0), "next")
    assert after.skipped == {datetime(2026, 3, 20, 18, 0)}


async def test_an_end_leaves_the_beginning_alone(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one())
    await started(stores, tmp_path, one("隔周五19点半开党小组会，直到6月30日"), WEEK_ON)
    (after,) = await stores.rules.declared()
    assert "UNTIL=20260630" in after.rule.schedule.rrule
    assert after.rule.schedule.start == datetime(2026, 3, 6, 19, 30)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("隔周五19点半开党小组会，共5次", "隔周五19点半开党小组会，共6次"),
        ("隔周五19点半开党小组会，共5次", "隔周五19点半开党小组会"),
        ("隔周五19点半开党小组会", "隔周五19点半开党小组会，共5次"),
    ],
)
async def test_a_number_of_times_leaves_the_beginning_alone(
    stores: Stores, tmp_path: Path, before: str, after: str
) -> None:
    assert await started(stores, tmp_path, one(before)) == []
    assert await started(stores, tmp_path, one(after), WEEK_ON) == []
    (rule,) = await stores.rules.declared()
    assert rule.rule.schedule.start == datetime(2026, 3, 6, 19, 30)


@pytest.mark.parametrize(("after", "start"), [("共2次", 15), ("共6次", 6)])
async def test_a_number_of_times_that_is_over_already_is_counted_from_the_next_one(
    stores: Stores, tmp_path: Path, after: str, start: int
) -> None:
    """Five of every other Friday are over: on 6 and 20 March, 3 and 17 April, 1 May."""
    await started(stores, tmp_path, one())
    await started(stores, tmp_path, one(f"隔周五19点半开党小组会，{after}"), NOW + 68 * DAY)
    (rule,) = await stores.rules.declared()
    assert rule.rule.schedule.start.day == start
    await started(stores, tmp_path, one(f"隔周五19点半开党小组会，{after}"), NOW + 400 * DAY)
    assert await stores.rules.declared() == [rule]


async def test_the_minute_of_what_comes_twice_a_day_can_be_changed(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one("每3天9点和14点开会"), NOW + 2 * HOUR)  # 11:00 in Shanghai: 14:00 is first
    await started(stores, tmp_path, one("每3天9点半和14点半开会"), WEEK_ON)
    (after,) = await stores.rules.declared()
    assert after.rule.schedule.start == datetime(2026, 3, 2, 14, 30)


@pytest.mark.parametrize(
    ("when", "start"),
    [
        ("从3月13日起隔周五19点半开党小组会", datetime(2026, 3, 13, 19, 30)),
        ("隔周四19点半开党小组会", datetime(2026, 3, 12, 19, 30)),
    ],
)
async def test_other_days_are_other_days(stores: Stores, tmp_path: Path, when: str, start: datetime) -> None:
    await started(stores, tmp_path, one())
    await started(stores, tmp_path, one(when), WEEK_ON)
    (after,) = await stores.rules.declared()
    assert after.rule.schedule.start == start


@pytest.mark.parametrize(
    ("before", "after", "start"),
    [
        ("3月9日到13日每天晚上7点学习", "3月16日到20日每天晚上7点学习", datetime(2026, 3, 16, 19, 0)),
        ("下周一到周五每天上午9点培训", "3月23日到27日每天上午9点培训", datetime(2026, 3, 23, 9, 0)),
        ("3月23日到27日每天上午9点培训", "下周一到周五每天上午9点培训", datetime(2026, 3, 9, 9, 0)),
        ("3月9日到6月30日每周五9点学习", "4月9日到6月30日每周五9点学习", datetime(2026, 4, 10, 9, 0)),
        ("从3月9日起每天9点学习，共5次", "每天9点学习，共5次", datetime(2026, 3, 3, 9, 0)),  # today's 9:00 is over
        ("从3月13日起隔周五19点半开会", "隔周五19点半开会", datetime(2026, 3, 6, 19, 30)),
    ],
)
async def test_days_that_are_moved_in_the_file_move(
    stores: Stores, tmp_path: Path, before: str, after: str, start: datetime
) -> None:
    await started(stores, tmp_path, one(before))
    await started(stores, tmp_path, one(after), NOW + 5 * MINUTE)
    (moved,) = await stores.rules.declared()
    assert moved.rule.schedule.start == start


@pytest.mark.parametrize(
    ("before", "after", "later", "start"),
    [
        ("3月9日到13日每天晚上7点学习", "3月9日到13日每天晚上8点学习", DAY, datetime(2026, 3, 9, 20, 0)),
        ("每天9点学习，共5次", "每天10点学习，共5次", 2 * DAY, datetime(2026, 3, 2, 10, 0)),
        ("每周六9点值班，遇节假日顺延", "每周六10点值班，遇节假日顺延", 7 * DAY, datetime(2026, 2, 21, 10, 0)),
        ("隔周一8点开会", "隔周一20点开会", HOUR, datetime(2026, 3, 9, 20, 0)),  # today at 8:00 was over
    ],
)
async def test_another_hour_alone_keeps_the_first_day(
    stores: Stores, tmp_path: Path, before: str, after: str, later: timedelta, start: datetime
) -> None:
    await started(stores, tmp_path, one(before))
    await started(stores, tmp_path, one(after), NOW + later)
    (kept,) = await stores.rules.declared()
    assert kept.rule.schedule.start == start


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("隔周五9点和15点学习", "隔周五10点和15点学习"),
        ("隔周五9点和15点学习", "隔周五9点学习"),
        ("隔周五9点和15点学习", "隔周五15点学习"),
        ("隔周五9点学习", "隔周五8点和15点学习"),
        ("隔周五15点学习", "隔周五9点和14点学习"),
        ("隔周五9点和15点学习", "隔周五9点、14点和16点学习"),
    ],
)
async def test_hours_that_are_moved_added_or_dropped_keep_every_other_friday(
    stores: Stores, tmp_path: Path, before: str, after: str
) -> None:
    await started(stores, tmp_path, one(before))
    await started(stores, tmp_path, one(after), WEEK_ON)
    (kept,) = await stores.rules.declared()
    found = next_occurrences(kept.rule.schedule, LIBRARY, after=NOW, count=6)
    assert list(dict.fromkeys(f"{e.local:%m-%d}" for e in found))[:2] == ["03-06", "03-20"]


async def test_of_several_hours_all_are_there_on_the_first_day_too(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one("隔周五15点学习"))
    await started(stores, tmp_path, one("隔周五9点和14点学习"), NOW + DAY)
    (kept,) = await stores.rules.declared()
    found = next_occurrences(kept.rule.schedule, LIBRARY, after=NOW, count=3)
    assert [f"{e.local:%m-%d %H}" for e in found] == ["03-06 09", "03-06 14", "03-20 09"]


async def test_another_hour_of_what_comes_twice_a_day_counts_from_the_same_one(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one("每3天9点和14点开会，共5次"), NOW + 2 * HOUR)  # at 11:00: 14:00 is first
    await started(stores, tmp_path, one("每3天10点和15点开会，共5次"), NOW + 2 * DAY)
    (after,) = await stores.rules.declared()
    assert after.rule.schedule.start == datetime(2026, 3, 2, 15, 0)


@pytest.mark.parametrize(
    ("before", "edited", "count", "first"),
    [
        ("每天晚上8点开会，共5次", "每天早上8点和晚上8点开会，共6次", 6, "03-02 20"),
        ("隔周一晚上8点开会，共5次", "隔周一早上8点开会，共5次", 5, "03-16 08"),
        ("从3月4日起每天晚上8点开会，共5次", "从3月4日起每天早上8点和晚上8点开会，共6次", 6, "03-04 08"),
    ],
)
async def test_an_hour_that_is_past_is_not_one_of_the_number_before_the_first_has_been(
    stores: Stores, tmp_path: Path, before: str, edited: str, count: int, first: str
) -> None:
    morning = NOW.replace(day=2, hour=2)  # Monday, at ten
    await started(stores, tmp_path, one(before), morning)
    await started(stores, tmp_path, one(edited), morning + HOUR)
    (after,) = await stores.rules.declared()
    found = next_occurrences(after.rule.schedule, LIBRARY, after=morning + HOUR, count=9)
    assert (len(found), f"{found[0].local:%m-%d %H}") == (count, first)
