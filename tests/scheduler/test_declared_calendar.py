"""Groups of config.yaml, edited where days are noted in workdays.yaml: the calendar in force decides."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.delivery import TryLater
from scheduler.workdays import SpecialDay, Workdays
from tests.declaring import one, started
from tests.scheduler.kit import Scene

HOUR = timedelta(hours=1)
SATURDAY = datetime(2026, 3, 7, 19, 30)
SATURDAY_9 = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)
MAKE_UP = Workdays({date(2026, 3, 7): SpecialDay("workday")})  # as noted in workdays.yaml
SAID = "每个工作日{}点半开党小组会，当天早上9点提醒"


async def begun(scene: Scene, folder: Path) -> int:
    scene.calendar = MAKE_UP
    assert not await started(scene.stores, folder, one(SAID.format(19)), scene.clock(), MAKE_UP)
    (rule,) = await scene.stores.rules.declared()
    return rule.id


async def test_a_skip_on_a_made_up_workday_outlives_another_hour_in_the_file(scene: Scene, tmp_path: Path) -> None:
    number = await begun(scene, tmp_path)
    await scene.until(datetime(2026, 3, 6, 2, tzinfo=UTC), step=8 * HOUR)
    await scene.stores.rules.skip(number, SATURDAY, now=scene.clock())
    await started(scene.stores, tmp_path, one(SAID.format(20)), scene.clock(), MAKE_UP)
    await scene.until(datetime(2026, 3, 7, 14, tzinfo=UTC), step=8 * HOUR)
    assert [p.nominal for p in scene.sender.of("remind") if p.nominal and p.nominal.date() == SATURDAY.date()] == []


@pytest.mark.parametrize("hour", [19, 20])
async def test_what_is_overdue_on_a_made_up_workday_goes_out(scene: Scene, tmp_path: Path, hour: int) -> None:
    await begun(scene, tmp_path)
    await scene.until(SATURDAY_9 - HOUR, step=8 * HOUR)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(SATURDAY_9 + HOUR, step=HOUR)
    await started(scene.stores, tmp_path, one(SAID.format(hour), place="五楼"), scene.clock(), MAKE_UP)
    scene.sender.outcome = lambda _: None
    await scene.until(SATURDAY_9 + 3 * HOUR, step=HOUR)
    assert [p for p in scene.sender.of("remind") if p.nominal and p.nominal.date() == SATURDAY.date()] != []
