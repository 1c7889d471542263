"""The dates of a rule are changed while something is overdue, or to be summed up: it is not lost by that."""

from datetime import UTC, date, datetime

import pytest

from scheduler.again import Summarized, one_more
from scheduler.delivery import TryLater
from scheduler.response import Member, Response
from scheduler.rule import Lead, Occurrence, Schedule
from scheduler.workdays import SpecialDay, Workdays
from tests.scheduler.changing import AT_20, FRI, FRIDAY, FRIDAY_9, FRIDAY_21, HOUR, MINUTE, THAT_MORNING, overdue, to
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting


@pytest.mark.parametrize(
    ("schedule", "nominal"),
    [
        (AT_20, FRIDAY.replace(hour=20, minute=0)),
        (Schedule(FRIDAY, FRI, "next"), FRIDAY),
        (Schedule(FRIDAY, f"{FRI};UNTIL=20260701T000000"), FRIDAY),
        (Schedule(FRIDAY, f"{FRI};COUNT=5"), FRIDAY),
    ],
    ids=["hour", "roll", "until", "count"],
)
async def test_what_is_overdue_goes_out_by_the_new_dates(scene: Scene, schedule: Schedule, nominal: datetime) -> None:
    rule = await overdue(scene)
    await to(scene, rule, schedule)
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    (sent,) = scene.sender.of("remind")
    assert (sent.nominal, sent.event_at) == (nominal, nominal.replace(tzinfo=UTC) - 8 * HOUR)


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(datetime(2026, 3, 12, 19, 30), "FREQ=WEEKLY;BYDAY=TH"),
        Schedule(FRIDAY, f"{FRI};UNTIL=20260306T120000"),
    ],
    ids=["other days", "ended before"],
)
async def test_what_there_is_not_any_more_is_not_reminded_of(scene: Scene, schedule: Schedule) -> None:
    rule = await overdue(scene)
    await to(scene, rule, schedule)
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    assert scene.sender.of("remind") == []


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(datetime(2026, 3, 12, 19, 30), "FREQ=WEEKLY;BYDAY=TH"),
        AT_20,
        Schedule(FRIDAY.replace(hour=15, minute=0), FRI),
        Schedule(FRIDAY, FRI, "skip"),
    ],
    ids=["other days", "later", "earlier", "roll"],
)
async def test_a_meeting_that_was_held_is_summed_up_once_whatever_comes_next(scene: Scene, schedule: Schedule) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR)
    who = Response(rule.id, FRIDAY, Member(7, "王小明"), "join", scene.clock())
    await scene.stores.people.answer(who, GROUP)
    await scene.until(FRIDAY_21, step=HOUR)
    before = len(scene.sender.of("summary"))
    await to(scene, rule, schedule)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    (summary,) = scene.sender.of("summary")[before:]
    assert summary.nominal is not None and summary.nominal.date() == FRIDAY.date()
    assert await scene.stores.people.answers(rule.id, summary.nominal) == {7: "join"}


async def test_a_summary_asked_for_again_survives_another_hour(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21 + HOUR, step=HOUR)
    (done,) = [d for d in await scene.stores.deliveries.of_rule(rule.id, FRIDAY) if d.planned.lead == "after"]
    again = Summarized(done, rule, Occurrence(FRIDAY, FRIDAY, FRIDAY_21 - 1.5 * HOUR))
    await scene.stores.plans.add([one_more("morning", again, now=scene.clock())])
    await to(scene, rule, AT_20)
    await scene.until(FRIDAY_21 + 24 * HOUR, step=HOUR)
    assert "+later" in [p.lead for p in scene.sender.of("summary")]


async def test_a_new_leader_gets_what_waits_for_the_old_one(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_21 + HOUR, step=HOUR)
    assert await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
    await scene.until(FRIDAY_21 + 6 * HOUR, step=HOUR)
    assert {p.chat_id for p in scene.sender.of("summary")} == {6}


async def test_a_deletion_taken_back_goes_by_the_calendar_that_came_meanwhile(scene: Scene) -> None:
    rolling = meeting(schedule=Schedule(FRIDAY, FRI, "next"), leads=(Lead(),))
    rule = await scene.add(rolling)
    await scene.runner.settled()
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    scene.clock.move(MINUTE)
    scene.calendar = Workdays({date(2026, 3, 6): SpecialDay("holiday")})
    scene.runner.wake()
    await scene.runner.settled()
    scene.clock.move(MINUTE)
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    monday = datetime(2026, 3, 9, 11, 30, tzinfo=UTC)
    await scene.until(monday + HOUR, step=HOUR)
    assert [p.due_at for p in scene.sender.of("remind")] == [monday]
