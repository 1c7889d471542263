"""A rule with two meetings on its day: of which one is moved, or dropped, and what belongs to the other stays there."""

from datetime import UTC, datetime, time

import pytest

from scheduler.response import Answer, Member, Response
from scheduler.rule import Lead, Schedule
from tests.scheduler.changing import FRI, FRIDAY_20, HOUR, saved
from tests.scheduler.kit import GROUP, Scene, meeting

MORNING, AFTERNOON = datetime(2026, 3, 6, 9, 0), datetime(2026, 3, 6, 15, 0)
TWICE = Schedule(MORNING, f"{FRI};BYHOUR=9,15")
ONCE = Schedule(AFTERNOON, FRI)
THURSDAY_10 = datetime(2026, 3, 5, 2, tzinfo=UTC)
AN_HOUR_BEFORE, A_DAY_BEFORE = (Lead(minutes=60),), (Lead(1, at=time(9)),)


async def test_who_answered_for_the_one_that_is_dropped_has_not_answered_for_the_other(scene: Scene) -> None:
    rule = await scene.add(meeting(schedule=TWICE, leads=A_DAY_BEFORE))
    await scene.until(THURSDAY_10)
    people = scene.stores.people

    async def answer(nominal: datetime, user: int, said: Answer) -> None:
        await people.answer(Response(rule.id, nominal, Member(user, "王小明"), said, scene.clock()), GROUP)

    await answer(MORNING, 7, "absent")
    await answer(MORNING, 9, "join")
    await answer(AFTERNOON, 7, "join")
    await answer(AFTERNOON, 8, "join")
    await saved(scene, rule, ONCE)
    assert await people.answers(rule.id, AFTERNOON) == {7: "join", 8: "join"}


@pytest.mark.parametrize(
    "schedule",
    [ONCE, Schedule(MORNING.replace(hour=10), f"{FRI};BYHOUR=10,15")],
    ids=["dropped", "moved"],
)
async def test_the_one_that_was_skipped_leaves_the_other_alone(scene: Scene, schedule: Schedule) -> None:
    rule = await scene.add(meeting(schedule=TWICE, leads=AN_HOUR_BEFORE))
    await scene.until(THURSDAY_10)
    await scene.stores.rules.skip(rule.id, MORNING, now=scene.clock())
    await saved(scene, rule, schedule)
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [AFTERNOON]


async def test_the_one_that_is_moved_is_told_and_the_other_is_not_told_again(scene: Scene) -> None:
    rule = await scene.add(meeting(schedule=TWICE, leads=A_DAY_BEFORE))
    await scene.until(THURSDAY_10, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [MORNING, AFTERNOON]
    await saved(scene, rule, Schedule(MORNING, f"{FRI};BYHOUR=9,16"))
    await scene.until(FRIDAY_20, step=HOUR)
    (said,) = scene.sender.of("remind")[2:]
    assert (said.nominal, said.payload) == (AFTERNOON.replace(hour=16), {})
