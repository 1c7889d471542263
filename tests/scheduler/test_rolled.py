"""What happens on holidays is set after some of it was said: the day it rolls to is reminded of as any other."""

from datetime import UTC, datetime, time

import pytest

from scheduler.rule import Lead, Schedule
from tests.scheduler.changing import FRI, HOUR, saved
from tests.scheduler.kit import Scene, meeting

MAY_1 = datetime(2026, 5, 1, 19, 30)  # a holiday; the next working day is the sixth
DAY_BEFORE, HOUR_BEFORE = Lead(1, at=time(9)), Lead(minutes=60)


@pytest.mark.parametrize(
    ("when", "leads"),
    [
        (datetime(2026, 5, 2, 2, tzinfo=UTC), (DAY_BEFORE, HOUR_BEFORE)),  # it was held on the first
        (datetime(2026, 4, 30, 2, tzinfo=UTC), (DAY_BEFORE,)),  # it was only said
    ],
)
async def test_a_day_to_which_it_is_rolled_by_hand(scene: Scene, when: datetime, leads: tuple[Lead, ...]) -> None:
    rule = await scene.add(meeting(schedule=Schedule(MAY_1, FRI), leads=leads))
    await scene.until(when, step=6 * HOUR)
    before = len(scene.sender.of("remind"))
    await saved(scene, rule, Schedule(MAY_1, FRI, "next"))
    await scene.until(datetime(2026, 5, 7, 6, tzinfo=UTC), step=6 * HOUR)
    said = [p.lead for p in scene.sender.of("remind")[before:] if p.event_at is not None and p.event_at.day == 6]
    assert [lead for lead in said if not lead.startswith("+")] == [lead.key for lead in leads]
    assert [p.event_at.day for p in scene.sender.of("summary") if p.lead == "after" and p.event_at][-1] == 6
