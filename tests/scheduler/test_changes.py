"""A leader changes something while a reminder is on its way: nothing is lost by it, nothing stale is sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from scheduler.delivery import Outcome, Planned, TryLater
from scheduler.planning import HORIZON, plan
from scheduler.ports import Parcel, Plan
from scheduler.response import Answer, Member, Response
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.workdays import Workdays
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

FRIDAY = datetime(2026, 3, 6, 19, 30)
THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY_BEFORE = (Lead(1, at=time(9)),)
Act = Callable[[Scene, GroupRule], Awaitable[object]]


async def unskip_the_next(scene: Scene, rule: GroupRule) -> None:
    await scene.stores.rules.unskip(rule.id, FRIDAY + timedelta(days=7), now=scene.clock())


async def skip_and_unskip(scene: Scene, rule: GroupRule) -> None:
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.stores.rules.unskip(rule.id, FRIDAY, now=scene.clock())


async def change_the_place(scene: Scene, rule: GroupRule) -> None:
    await scene.stores.rules.change(rule.id, meeting(leads=DAY_BEFORE, place="二楼"), now=scene.clock())


async def delete_and_restore(scene: Scene, rule: GroupRule) -> None:
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    await scene.stores.rules.restore(rule.id, now=scene.clock() + timedelta(seconds=5))


async def resume_what_runs(scene: Scene, rule: GroupRule) -> None:
    assert not await scene.stores.rules.resume(rule.id, now=scene.clock())


@pytest.mark.parametrize(
    "act", [unskip_the_next, skip_and_unskip, change_the_place, delete_and_restore, resume_what_runs]
)
async def test_what_is_being_tried_again_is_not_lost(scene: Scene, act: Act) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id < 0 else None
    await scene.until(THURSDAY_9 - MINUTE)
    await scene.until(THURSDAY_9 + MINUTE, step=MINUTE)
    await act(scene, rule)
    scene.sender.outcome = lambda _: None
    await scene.until(THURSDAY_9 + HOUR, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_undoing_a_deletion_twice_is_undoing_it_once(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.until(THURSDAY_9 - MINUTE)
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    scene.clock.now = THURSDAY_9 + 2 * MINUTE
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    assert await scene.stores.rules.restore(rule.id, now=scene.clock() + timedelta(seconds=1))
    await scene.until(THURSDAY_9 + HOUR, step=HOUR)
    assert len(scene.sender.of("remind")) == 1


async def test_a_paused_reminder_that_was_deleted_comes_back_paused(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.stores.rules.pause(rule.id)
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    await scene.stores.rules.restore(rule.id, now=scene.clock())
    found = await scene.stores.rules.get(rule.id)
    assert found is not None and found.state == "paused"
    await scene.until(THURSDAY_9 + HOUR)
    assert scene.sender.sent == []


async def test_a_deleted_reminder_is_not_changed(scene: Scene) -> None:
    rule = await scene.add()
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    assert not await scene.stores.rules.change(rule.id, meeting(place="二楼"), now=scene.clock())


@asynccontextmanager
async def in_flight(scene: Scene) -> AsyncIterator[None]:
    """While the first reminder is on its way; it does not arrive."""
    gate, is_held = asyncio.Event(), asyncio.Event()
    send = scene.sender.send

    async def held(parcel: Parcel) -> Outcome:
        if parcel.first.planned.purpose != "remind" or is_held.is_set():
            return await send(parcel)
        is_held.set()
        await gate.wait()
        return TryLater("unreachable")

    scene.sender.send = held  # type: ignore[method-assign]
    scene.clock.now = THURSDAY_9
    settled = asyncio.create_task(scene.runner.settled())
    await is_held.wait()
    scene.clock.move(timedelta(seconds=5))
    yield
    gate.set()
    await settled


async def test_what_was_skipped_while_on_its_way_is_not_tried_again(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    async with in_flight(scene):
        await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.until(THURSDAY_9 + HOUR, step=MINUTE)
    assert scene.sender.of("remind") == []


async def test_what_was_moved_while_on_its_way_is_not_tried_again(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    saturday = meeting(schedule=Schedule(datetime(2026, 3, 7, 20, 0), "FREQ=WEEKLY;BYDAY=SA"), leads=DAY_BEFORE)
    async with in_flight(scene):
        await scene.stores.rules.change(rule.id, saturday, now=scene.clock())
    await scene.until(THURSDAY_9 + HOUR, step=MINUTE)
    assert scene.sender.of("remind") == []
    await scene.until(THURSDAY_9 + timedelta(days=1))
    assert [p.nominal for p in scene.sender.of("remind")] == [datetime(2026, 3, 7, 20, 0)]


async def test_a_reminder_changed_while_on_its_way_is_tried_again(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    async with in_flight(scene):
        await change_the_place(scene, rule)
    await scene.until(THURSDAY_9 + HOUR, step=MINUTE)
    (parcel,) = [p for p in scene.sender.sent if p.first.planned.purpose == "remind"]
    assert parcel.group_rules[rule.id].rule.place == "二楼"


async def test_a_plan_made_before_a_skip_is_not_written_after_it(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    until = scene.clock() + HORIZON
    (unplanned,) = await scene.stores.plans.unplanned(until=until, calendar=None, count=9)
    rule = unplanned.group_rule
    made = Plan(rule, scene.clock(), tuple(plan(rule, Workdays(), after=scene.clock(), until=until)), Workdays())
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.stores.plans.write([made], until=until, calendar=Workdays().version)
    await scene.until(THURSDAY_9 + HOUR)
    assert scene.sender.of("remind") == []


async def test_a_summary_asked_for_later_survives_other_changes(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=()))
    at = scene.clock() + HOUR
    later = Planned(
        f"{rule.id}/x/summary/+hour1",
        LEADER,
        None,
        "summary",
        due_at=at,
        expires_at=at + 8 * HOUR,
        rule_id=rule.id,
        nominal=FRIDAY,
        event_at=at,
        lead="+hour",
    )
    await scene.stores.plans.add([later])
    await unskip_the_next(scene, rule)
    await scene.stores.rules.change(rule.id, meeting(leads=(), place="二楼"), now=scene.clock())
    await scene.until(at + HOUR)
    assert [p.lead for p in scene.sender.of("summary")] == ["+hour"]


async def test_leads_that_fall_on_one_moment_make_one_message(scene: Scene) -> None:
    nine = Schedule(datetime(2026, 3, 6, 9, 0), "FREQ=WEEKLY;BYDAY=FR")
    await scene.add(meeting(schedule=nine, leads=(Lead(at=time(8)), Lead(minutes=60))))
    await scene.until(datetime(2026, 3, 6, 0, 30, tzinfo=UTC))
    assert len(scene.sender.of("remind")) == 1


async def test_a_change_of_what_has_changed_meanwhile_is_refused(scene: Scene) -> None:
    seen = await scene.add(meeting(leads=DAY_BEFORE))
    rules = scene.stores.rules
    assert await rules.change(seen.id, meeting(place="二楼"), now=scene.clock(), revision=seen.revision)
    assert not await rules.change(seen.id, meeting(place="三楼"), now=scene.clock(), revision=seen.revision)
    stored = await rules.get(seen.id)
    assert stored is not None
    assert stored.rule.place == "二楼"


async def test_a_leader_who_steps_down_takes_nothing_back(scene: Scene) -> None:
    seen = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.stores.rules.change(seen.id, meeting(leads=DAY_BEFORE, place="二楼"), now=scene.clock())
    assert await scene.stores.rules.hand_over(seen.id, 0, now=scene.clock())
    stored = await scene.stores.rules.get(seen.id)
    assert stored is not None
    assert (stored.leader_id, stored.rule.place) == (0, "二楼")


@pytest.mark.parametrize("hour", [18, 21])
async def test_what_was_skipped_stays_skipped_at_another_hour(scene: Scene, hour: int) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    later = Schedule(FRIDAY.replace(hour=hour), "FREQ=WEEKLY;BYDAY=FR")
    await scene.stores.rules.change(rule.id, meeting(schedule=later, leads=DAY_BEFORE), now=scene.clock())
    await scene.until(THURSDAY_9 + timedelta(days=8))
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY.replace(hour=hour) + timedelta(days=7)]


DUES = Rule("dues", "收党费", Schedule(datetime(2026, 3, 25, 9), "FREQ=MONTHLY;BYMONTHDAY=25"), (Lead(),))
MEMBER = Member(7, "王小明")


async def test_who_paid_is_in_the_summary_though_the_hour_was_changed_before_it(scene: Scene) -> None:
    rule = await scene.add(DUES)
    await scene.until(datetime(2026, 3, 25, 2, tzinfo=UTC))
    paid = Response(rule.id, DUES.schedule.start, MEMBER, "paid", scene.clock())
    await scene.stores.people.answer(paid, chat_id=GROUP)
    await scene.until(datetime(2026, 3, 25, 23, tzinfo=UTC), step=HOUR)
    at_ten = replace(DUES, schedule=replace(DUES.schedule, start=datetime(2026, 3, 25, 10)))
    await scene.stores.rules.change(rule.id, at_ten, now=scene.clock())
    await scene.until(datetime(2026, 3, 26, 2, tzinfo=UTC), step=HOUR)
    (summary,) = scene.sender.of("summary")
    assert summary.nominal is not None
    assert await scene.stores.people.answers(rule.id, summary.nominal) == {MEMBER.user_id: "paid"}


async def test_answers_and_skips_at_two_hours_of_a_day_are_in_no_ones_way(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=DAY_BEFORE))
    rules, people = scene.stores.rules, scene.stores.people

    async def answer_and_skip(nominal: datetime, answer: Answer) -> None:
        await people.answer(Response(rule.id, nominal, MEMBER, answer, scene.clock()), chat_id=GROUP)
        await rules.skip(rule.id, nominal, now=scene.clock())

    def daily(hour: int) -> Rule:
        return meeting(schedule=Schedule(FRIDAY.replace(hour=hour, minute=0), "FREQ=DAILY"), leads=DAY_BEFORE)

    await answer_and_skip(FRIDAY, "yes")
    await rules.change(rule.id, daily(9), now=scene.clock())
    await answer_and_skip(FRIDAY.replace(hour=9, minute=0), "no")
    assert await rules.change(rule.id, daily(8), now=scene.clock())
    at_eight = FRIDAY.replace(hour=8, minute=0)
    assert await people.answers(rule.id, at_eight) == {MEMBER.user_id: "no"}
    stored = await rules.get(rule.id)
    assert stored is not None and at_eight in stored.skipped
