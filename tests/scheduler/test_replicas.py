"""Several workers on one data base: what one of them did, the others respect."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.delivery import Rejected, TryLater, after_send
from scheduler.gates import LIFTED
from scheduler.notices import notices_after
from scheduler.ports import Parcel, Result
from scheduler.rule import Lead, Schedule
from scheduler.runner import LEASE, Runner
from scheduler.workdays import SpecialDay, Workdays
from storage import StoreError, open_stores
from tests.conftest import FakeClock
from tests.scheduler.kit import GROUP, FakeSender, Scene, meeting

FRIDAY = datetime(2026, 3, 6, 19, 30)
THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAY_BEFORE = (Lead(1, at=time(9)),)
ROLLING = meeting(schedule=Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR", "next"), leads=(Lead(),))
MONDAY = datetime(2026, 3, 9, 11, 30, tzinfo=UTC)
FRIDAY_OFF = Workdays({date(2026, 3, 6): SpecialDay("holiday")})
OTHER = Workdays({date(2027, 1, 1): SpecialDay("holiday")}, frozenset({2027}))


def replica(scene: Scene, calendar: Workdays) -> Runner:
    runner = scene.new_runner()
    runner.workdays, runner.is_alone = lambda: calendar, False
    return runner


async def by_turns(scene: Scene, *runners: Runner) -> None:
    """Each keeps house twice."""
    for runner in runners * 2:
        runner.wake()
        await runner.settled()
        scene.clock.move(timedelta(seconds=11))


async def next_due(scene: Scene) -> datetime:
    (first, *_) = await scene.stores.deliveries.coming(until=scene.clock() + 9 * DAY)
    return first.planned.due_at


async def held_by(scene: Scene, worker: str) -> Parcel:
    claim = await scene.stores.deliveries.claim(worker, now=scene.clock(), lease=LEASE, count=1, limits=LIFTED)
    (parcel,) = claim.parcels
    return parcel


async def test_what_a_replica_with_an_old_calendar_planned_is_put_right(scene: Scene) -> None:
    scene.runner = replica(scene, FRIDAY_OFF)
    await scene.runner.settled()
    old = replica(scene, Workdays())
    await scene.add(ROLLING)
    await old.settled()  # it plans by its own and is gone
    await scene.until(MONDAY + DAY, step=HOUR)
    assert [p.due_at for p in scene.sender.of("remind")] == [MONDAY]


async def test_replicas_with_different_calendars_do_not_plan_against_each_other(scene: Scene) -> None:
    """The one that took its calendar up last decides, as long as it is there."""
    old = replica(scene, Workdays())
    await old.settled()
    scene.clock.move(MINUTE)
    new = replica(scene, FRIDAY_OFF)
    await scene.add(ROLLING)
    await by_turns(scene, new, old)
    assert await next_due(scene) == MONDAY


async def test_after_a_clock_that_was_ahead_a_newer_calendar_still_counts(scene: Scene) -> None:
    start = scene.clock()
    scene.clock.now = start + 300 * DAY
    old = replica(scene, Workdays())
    await old.settled()
    scene.clock.now = start
    await scene.add(ROLLING)
    await old.settled()
    scene.clock.move(MINUTE)
    new = replica(scene, FRIDAY_OFF)
    await by_turns(scene, new, old)
    assert await next_due(scene) == MONDAY


async def test_a_clock_set_back_does_not_turn_the_replicas_around(scene: Scene) -> None:
    start = scene.clock()
    old = replica(scene, Workdays())
    await old.settled()
    scene.clock.move(MINUTE)
    new = replica(scene, FRIDAY_OFF)
    await scene.add(ROLLING)
    for moment in (scene.clock(), start - HOUR):
        scene.clock.now = moment
        await by_turns(scene, new, old)
    assert await next_due(scene) == MONDAY


@pytest.mark.parametrize("hour", [8, 10])
async def test_another_hour_and_then_another_calendar_send_no_second_one(scene: Scene, hour: int) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.until(THURSDAY_9 + 3 * HOUR)
    await scene.stores.rules.change(rule.id, meeting(leads=(Lead(1, at=time(hour)),)), now=scene.clock())
    await scene.until(THURSDAY_9 + 4 * HOUR, step=HOUR)
    scene.calendar = OTHER
    await scene.until(THURSDAY_9 + 5 * HOUR, step=HOUR)
    assert len(scene.sender.of("remind")) == 1


async def test_a_lead_that_was_past_when_it_was_added_is_not_reported_as_missed(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(Lead(),)))
    friday_10 = datetime(2026, 3, 6, 2, tzinfo=UTC)
    await scene.until(friday_10)
    await scene.stores.rules.change(rule.id, meeting(leads=(*DAY_BEFORE, Lead())), now=scene.clock())
    await scene.until(friday_10 + HOUR, step=HOUR)
    scene.calendar = OTHER
    await scene.until(friday_10 + 2 * HOUR, step=HOUR)
    assert scene.sender.promises == []


async def test_what_was_due_while_it_was_skipped_stays_unsent_under_another_calendar(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(*DAY_BEFORE, Lead())))
    await scene.until(THURSDAY_9 - HOUR)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.until(THURSDAY_9 + 13 * HOUR, step=HOUR)
    await scene.stores.rules.unskip(rule.id, FRIDAY, now=scene.clock())
    await scene.until(THURSDAY_9 + 14 * HOUR, step=HOUR)
    scene.calendar = OTHER
    await scene.until(THURSDAY_9 + 15 * HOUR, step=HOUR)
    assert scene.sender.promises == []


async def test_what_expires_while_another_replica_reports_is_reported_too(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.add(meeting(title="学习会", leads=(Lead(1, at=time(10)),)))
    await scene.runner.settled()
    store, first = scene.stores.deliveries, THURSDAY_9 + 12 * HOUR
    later = first + HOUR
    seen = [await store.overdue(now=now, count=500) for now in (first, later)]
    for overdue, now in zip(seen, (first, later), strict=True):
        await store.expire(overdue, now=now)
    told = [d.planned.payload for d in await store.coming(until=later + DAY) if d.planned.purpose == "notice"]
    assert [[item["title"] for item in payload["items"]] for payload in told] == [["党小组会"], ["学习会"]]


async def test_who_comes_too_late_with_a_failure_tells_nobody_of_it(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9
    parcel = await held_by(scene, "slow")
    scene.clock.move(LEASE + MINUTE)
    await scene.stores.deliveries.rescue(now=scene.clock(), spared=[])
    scene.runner.wake()
    await scene.runner.settled()
    refused = Rejected("refused")
    change = after_send(parcel.first, refused, now=scene.clock())
    notices = notices_after(parcel.first, rule, refused, change, now=scene.clock())
    assert notices
    await scene.stores.deliveries.record([Result(parcel.first, change, rule.revision, notices)], now=scene.clock())
    await scene.runner.settled()
    assert len(scene.sender.of("remind")) == 1 and scene.sender.of("notice") == []


async def test_a_skip_taken_back_loses_nothing_that_was_on_its_way(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9
    parcel = await held_by(scene, scene.runner.worker)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    change = after_send(parcel.first, TryLater("unreachable"), now=scene.clock())
    await scene.stores.deliveries.record([Result(parcel.first, change, rule.revision)], now=scene.clock())
    scene.clock.move(timedelta(seconds=20))
    scene.runner.wake()
    await scene.runner.settled()
    await scene.stores.rules.unskip(rule.id, FRIDAY, now=scene.clock())
    await scene.until(THURSDAY_9 + HOUR, step=MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


@pytest.mark.parametrize("broken", [{"zone": "Asia/Nowhere"}, {"rrule": "FREQ=MOONLY"}])
async def test_a_rule_that_can_not_be_planned_silences_no_other(scene: Scene, broken: dict[str, str]) -> None:
    await scene.add(meeting(schedule=replace(meeting().schedule, **broken)), chat_id=-7)
    await scene.add(meeting(leads=(Lead(),)))
    await scene.until(THURSDAY_9 + 2 * DAY)
    assert [p.chat_id for p in scene.sender.of("remind")] == [GROUP]


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize("broken", ["leads = '[[1]]'", "leads = '5'", "start = 'x'", f"since = {9 * 10**18}"])
async def test_a_rule_that_can_not_be_read_silences_no_other_and_is_in_the_log(
    scene: Scene, caplog: pytest.LogCaptureFixture, broken: str, is_planned: bool
) -> None:
    bad = await scene.add(meeting(leads=DAY_BEFORE), chat_id=-7, leader_id=0)
    await scene.add(meeting(leads=(Lead(),)))
    if is_planned:
        await scene.runner.settled()
    async with scene.stores.rules.engine.begin() as connection:
        await connection.execute(text(f"UPDATE rules SET {broken} WHERE id = {bad.id}"))
    await scene.until(THURSDAY_9 + 2 * DAY)
    assert [p.chat_id for p in scene.sender.of("remind") if p.chat_id != bad.chat_id] == [GROUP]
    assert f"rule.unreadable id={bad.id}" in caplog.text


async def test_rules_that_can_not_be_read_silence_no_other_however_many_they_are(scene: Scene) -> None:
    for _ in range(60):
        await scene.add(meeting(leads=(Lead(),)), chat_id=-7)
    async with scene.stores.rules.engine.begin() as connection:
        await connection.execute(text("UPDATE rules SET start = 'x'"))
    scene.clock.move(MINUTE)
    await scene.add(meeting(leads=(Lead(),)))
    await scene.until(THURSDAY_9 + 2 * DAY)
    assert [p.chat_id for p in scene.sender.of("remind")] == [GROUP]


@pytest.mark.parametrize(
    "broken", ["leads = '[[0, 0'", "leads = ''", "nag = '[[1'", "since = 'x'", "planned_until = 'x'"]
)
async def test_what_only_an_embedded_data_base_lets_stand_silences_no_other(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        scene = Scene(stores, clock, FakeSender())
        bad = await scene.add(meeting(leads=(Lead(),)), chat_id=-7)
        await scene.add(meeting(leads=(Lead(),)))
        async with stores.rules.engine.begin() as connection:
            await connection.execute(text(f"UPDATE rules SET {broken} WHERE id = {bad.id}"))
        await scene.until(THURSDAY_9 + 2 * DAY)
    assert [p.chat_id for p in scene.sender.of("remind")] == [GROUP]
    assert f"rule.unreadable id={bad.id}" in caplog.text


async def test_rescue_record_and_change_at_once_wait_for_one_another(scene: Scene) -> None:
    rules = [await scene.add(meeting(leads=DAY_BEFORE), chat_id=-(i + 1)) for i in range(20)]
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9
    store = scene.stores.deliveries
    troubles: list[str] = []

    async def done(what: Awaitable[object]) -> None:
        try:
            await what
        except StoreError as error:
            troubles.append(str(error))

    for _ in range(15):
        claim = await store.claim("slow", now=scene.clock(), lease=LEASE, count=20, limits=LIFTED)
        await asyncio.gather(*(scene.stores.rules.change(r.id, r.rule, now=scene.clock()) for r in rules))
        scene.clock.move(LEASE + timedelta(seconds=1))
        held = [d for parcel in reversed(claim.parcels) for d in parcel.deliveries]
        results = [Result(d, after_send(d, TryLater("x"), now=scene.clock()), -1) for d in held]
        await asyncio.gather(
            done(store.record(results, now=scene.clock())),
            done(store.rescue(now=scene.clock(), spared=[])),
            *(done(scene.stores.rules.change(r.id, r.rule, now=scene.clock())) for r in rules[:5]),
        )
        scene.clock.move(timedelta(minutes=11))
    assert troubles == []


async def test_who_takes_over_from_another_calendar_looks_at_all_rules(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long ago the other was there, and however many rounds the planning takes."""
    scene.runner = replica(scene, FRIDAY_OFF)
    await scene.runner.settled()
    for place in range(60):
        await scene.add(ROLLING, chat_id=GROUP - place, leader_id=0)
    scene.clock.move(MINUTE)
    newer = replica(scene, Workdays())
    for runner in (newer, scene.runner):
        runner.wake()
        await runner.settled()
    scene.clock.move(HOUR)
    monkeypatch.setattr("scheduler.runner._PLANNING", timedelta(seconds=-1))  # 25 rules a round
    for _ in range(4):
        scene.runner.wake()
        await scene.runner.settled()
    planned = await scene.stores.deliveries.coming(until=MONDAY + HOUR)
    assert {d.planned.due_at for d in planned} == {MONDAY} and len(planned) == 60
