"""What is over for long is deleted, whatever became of it; what may still be needed stays."""

from datetime import UTC, datetime, timedelta

from storage import Stores
from tests.conftest import FakeClock
from tests.scheduler.kit import FakeSender, Scene

FRIDAY = datetime(2026, 3, 6, 19, 30)
SATURDAY = datetime(2026, 3, 7, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def test_what_was_withdrawn_goes_when_its_time_is_long_over(stores: Stores, clock: FakeClock) -> None:
    scene = Scene(stores, clock, FakeSender())
    rule = await scene.add()
    await scene.until(SATURDAY)
    await stores.rules.delete(rule.id, now=clock())
    await stores.deliveries.purge(before=SATURDAY)
    left = await stores.deliveries.of_rule(rule.id)
    assert {d.state for d in left} == {"withdrawn"} and min(d.planned.due_at for d in left) > SATURDAY
    await stores.deliveries.purge(before=SATURDAY + WEEK)
    assert 0 < len(await stores.deliveries.of_rule(rule.id)) < len(left)
    await stores.deliveries.purge(before=SATURDAY + 10 * WEEK)
    assert await stores.deliveries.of_rule(rule.id) == []


async def test_what_waits_is_never_purged(stores: Stores, clock: FakeClock) -> None:
    scene = Scene(stores, clock, FakeSender())
    await scene.add()
    await scene.runner.settled()
    waiting = await stores.deliveries.counts()
    assert await stores.deliveries.purge(before=SATURDAY + 10 * WEEK) == 0
    assert await stores.deliveries.counts() == waiting


async def test_a_skip_is_forgotten_when_its_day_is_long_over(stores: Stores, clock: FakeClock) -> None:
    scene = Scene(stores, clock, FakeSender())
    rule = await scene.add()
    for nominal in (FRIDAY, FRIDAY + WEEK):
        await stores.rules.skip(rule.id, nominal, now=clock())
    await stores.deliveries.purge(before=SATURDAY + DAY)
    found = await stores.rules.get(rule.id)
    assert found is not None and found.skipped == {FRIDAY + WEEK}
