"""Clocks that were wrong: set right while the bot runs or while it is down, and a replica whose own one jumps."""

from datetime import UTC, datetime, time, timedelta

import pytest

import commands.clock
from commands.clock import SharedClock
from scheduler.delivery import ChatGone, SlowDown, TryLater
from scheduler.gates import Limits
from scheduler.rule import Lead, Schedule
from storage import Stores
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
DAY_BEFORE = (Lead(1, at=time(9)),)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("is_restarted", [True, False])
async def test_a_clock_that_was_hours_ahead_holds_up_nothing_once_it_is_right(scene: Scene, is_restarted: bool) -> None:
    """A hardware clock that holds local time is 8 hours ahead until the network is there."""
    scene.limits = Limits()
    scene.runner = scene.new_runner()
    await scene.add(meeting(leads=(Lead(1, at=time(9)), Lead(minutes=60))))
    right = THURSDAY_9 - 8 * HOUR
    scene.clock.now = right - MINUTE
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9 + MINUTE
    scene.runner.wake()
    await scene.runner.settled()
    assert len(scene.sender.of("remind")) == 1
    scene.clock.now = right
    if is_restarted:
        scene.runner = scene.new_runner()
    other = meeting(title="另一个", schedule=Schedule(datetime(2026, 3, 5, 2)), leads=(Lead(),))
    await scene.add(other)
    await scene.until(datetime(2026, 3, 4, 18, 1, tzinfo=UTC), step=MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")][1:] == [datetime(2026, 3, 5, 2)]


async def test_a_clock_that_was_a_year_ahead_for_a_minute_loses_nothing(scene: Scene) -> None:
    await scene.add(meeting(leads=(Lead(),)))
    await scene.runner.settled()
    start = scene.clock()
    scene.clock.now = start + 365 * DAY
    scene.runner.wake()
    await scene.runner.settled()
    scene.sender.sent.clear()
    scene.clock.now = start + MINUTE
    await scene.until(start + 70 * DAY)
    assert [p.due_at for p in scene.sender.of("remind")] == [
        datetime(2026, 3, 6, 11, 30, tzinfo=UTC) + n * timedelta(days=7) for n in range(10)
    ]
    assert scene.sender.of("notice") == []


async def test_a_rule_made_while_the_clock_was_ahead_is_in_force(scene: Scene) -> None:
    await scene.runner.settled()
    start = scene.clock()
    scene.clock.now = start + 100 * DAY
    await scene.runner.settled()
    await scene.add(meeting(leads=(Lead(),)))
    scene.clock.now = start + MINUTE
    await scene.until(start + 7 * DAY)
    assert [p.chat_id for p in scene.sender.of("remind")] == [GROUP]


async def test_a_step_back_of_seconds_leaves_nothing_untold(scene: Scene) -> None:
    """As the network sets the time right just after a laptop woke up."""
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda _: TryLater("unreachable")
    scene.clock.now = THURSDAY_9 + 12 * HOUR + timedelta(seconds=1)
    await housekept(scene)
    scene.clock.move(timedelta(seconds=-3))
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    await scene.until(scene.clock() + HOUR, step=MINUTE)
    assert scene.sender.of("remind") or scene.sender.of("notice")


async def test_what_failed_and_expired_by_a_clock_that_was_ahead_is_tried_as_soon_as_it_is_right(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda _: TryLater("unreachable")
    for moment in (THURSDAY_9 + 12 * HOUR - SECOND, THURSDAY_9 + 12 * HOUR):
        scene.clock.now = moment
        await housekept(scene)
    scene.sender.outcome = lambda _: None
    scene.clock.move(-8 * HOUR)
    await housekept(scene)
    assert len(scene.sender.of("remind")) == 1 and scene.sender.of("notice") == []


@pytest.mark.parametrize("ahead", [3 * SECOND, 8 * HOUR])
@pytest.mark.parametrize("is_restarted", [True, False])
async def test_what_was_past_its_grace_by_any_clock_is_told_though_the_clock_is_set_back(
    scene: Scene, ahead: timedelta, is_restarted: bool
) -> None:
    """Found expired without any network, so that its leader could not be told before the clock was right."""
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    right = THURSDAY_9 + DAY
    scene.sender.outcome = lambda _: TryLater("unreachable")
    scene.clock.now = right + ahead
    await housekept(scene)
    scene.clock.now = right
    scene.runner = scene.new_runner() if is_restarted else scene.runner
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    await scene.until(right + HOUR, step=MINUTE)
    assert [(p.chat_id, p.payload["count"]) for p in scene.sender.of("notice")] == [(LEADER, 1)]


async def test_what_was_told_already_is_not_told_again_when_the_clock_is_set_back(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9 + DAY
    await housekept(scene)
    scene.clock.move(-3 * SECOND)
    await housekept(scene)
    await scene.until(THURSDAY_9 + DAY + HOUR, step=MINUTE)
    assert len(scene.sender.of("notice")) == 1


async def test_a_leader_who_was_told_is_not_told_again_because_another_one_was_not(scene: Scene) -> None:
    """Both of what expired in the same round; the second one could not be reached before the clock was set back."""
    other = LEADER + 1
    await scene.add(meeting(leads=DAY_BEFORE))
    for number in range(12):  # more than a message lists
        await scene.add(meeting(title=f"第{number}个会", leads=DAY_BEFORE), chat_id=GROUP - 1, leader_id=other)
    await scene.runner.settled()
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == other else None
    scene.clock.now = THURSDAY_9 + DAY
    await housekept(scene)
    scene.clock.move(-3 * SECOND)
    scene.sender.outcome = lambda _: None
    await housekept(scene)
    await scene.until(THURSDAY_9 + DAY + HOUR, step=MINUTE)
    assert [(p.chat_id, p.payload["count"]) for p in scene.sender.of("notice")] == [(LEADER, 1), (other, 12)]


async def test_what_the_group_is_told_for_its_leader_outlives_a_step_back(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda _: TryLater("unreachable")
    scene.clock.now = THURSDAY_9 + DAY
    await housekept(scene)
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    scene.sender.outcome = lambda p: ChatGone("blocked") if p.first.planned.chat_id > 0 else TryLater("unreachable")
    scene.clock.now = await scene.stores.deliveries.next_at() or scene.clock()
    await housekept(scene)
    scene.clock.move(-3 * SECOND)
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    await scene.until(scene.clock() + HOUR, step=MINUTE)
    assert [p.payload["about"] for p in scene.sender.of("notice") if p.chat_id == GROUP].count("expired") == 1


@pytest.mark.parametrize("back", [3 * SECOND, 8 * HOUR])
async def test_telegram_is_waited_for_as_long_as_it_said_though_the_clock_is_set_back(
    scene: Scene, back: timedelta
) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda _: SlowDown(MINUTE)
    scene.clock.now = THURSDAY_9 + 9 * HOUR
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    scene.clock.move(-back)
    begun = scene.clock()
    await housekept(scene)
    await scene.until(begun + 59 * SECOND, step=10 * SECOND)
    assert scene.sender.of("remind") == []
    await scene.until(begun + MINUTE + SECOND, step=SECOND)
    assert len(scene.sender.of("remind")) == 1


@pytest.mark.parametrize("back", [3 * SECOND, HOUR])
async def test_telegram_is_waited_for_though_each_replica_sees_the_clock_set_back(
    scene: Scene, back: timedelta
) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    other = scene.new_runner()
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9 + 9 * HOUR
    scene.sender.outcome = lambda _: SlowDown(MINUTE)
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    await other.settled()
    scene.clock.move(-back)
    begun = scene.clock()
    for runner in (scene.runner, other):
        runner.wake()
        await runner.settled()
    await scene.until(begun + 59 * SECOND, step=10 * SECOND)
    assert scene.sender.of("remind") == []
    await scene.until(begun + MINUTE + SECOND, step=SECOND)
    assert len(scene.sender.of("remind")) == 1


async def test_what_is_tried_again_after_a_set_back_does_not_leave_before_it_is_due(scene: Scene) -> None:
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda _: TryLater("unreachable")
    scene.clock.now = THURSDAY_9
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    scene.clock.move(-HOUR)
    await housekept(scene)
    assert scene.sender.of("remind") == []
    await scene.until(THURSDAY_9 + MINUTE, step=MINUTE)
    assert [p.due_at for p in scene.sender.of("remind")] == [THURSDAY_9]


async def test_a_rule_changed_while_the_clock_was_ahead_is_planned_from_now(scene: Scene) -> None:
    start = scene.clock()
    rule = await scene.add(meeting(leads=(Lead(),)))
    await scene.runner.settled()
    scene.clock.now = start + 5 * DAY
    await housekept(scene)
    daily = meeting(leads=(Lead(),), schedule=Schedule(datetime(2026, 3, 2, 20), "FREQ=DAILY"))
    await scene.stores.rules.change(rule.id, daily, now=scene.clock())
    scene.clock.now = start
    await scene.until(start + 5 * DAY, step=HOUR)
    assert [p.due_at.day for p in scene.sender.of("remind")] == [2, 3, 4, 5, 6]


async def test_what_was_put_off_by_a_clock_that_was_ahead_is_on_time(scene: Scene) -> None:
    """Two topics of one group; Telegram said to slow down, so that the other one waited."""
    scene.limits = Limits()
    scene.runner = scene.new_runner()
    right = datetime(2026, 3, 4, 17, tzinfo=UTC)
    scene.clock.now = right - MINUTE
    for hour, thread_id in ((3, 5), (4, 6)):
        rule = meeting(title=f"{hour}点", schedule=Schedule(datetime(2026, 3, 5, hour)), leads=(Lead(),))
        await scene.stores.rules.add(rule, chat_id=GROUP, leader_id=0, now=scene.clock(), thread_id=thread_id)
    await scene.runner.settled()
    scene.clock.now = right + 3.5 * HOUR
    scene.sender.outcome = lambda _: SlowDown(timedelta(seconds=60))
    await housekept(scene)
    scene.sender.outcome = lambda _: None
    scene.clock.now = right
    await housekept(scene)
    coming = await scene.stores.deliveries.coming(until=right + DAY)
    assert len(coming) == 2 and all(d.not_before == d.planned.due_at for d in coming)


async def housekept(scene: Scene) -> None:
    scene.runner.wake()
    await scene.runner.settled()


async def test_a_replicas_own_clock_may_jump(monkeypatch: pytest.MonkeyPatch, stores: Stores) -> None:
    """An hour ahead on the machine; the data base has the right time. An embedded one goes with its machine."""

    class Jumped(datetime):
        ahead = timedelta(0)

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + cls.ahead

    monkeypatch.setattr(commands.clock, "datetime", Jumped)
    shared = SharedClock()
    await shared.sync(stores)
    Jumped.ahead = HOUR
    ahead = shared() - datetime.now(UTC)
    assert abs(ahead - (HOUR if stores.is_alone else timedelta(0))) < timedelta(seconds=2)
