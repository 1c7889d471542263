"""The promise, on SQLite and on PostgreSQL: on time, once, late rather than never, and somebody is always told."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.delivery import ChatGone, ChatMoved, Rejected, SlowDown, TimedOut, TryLater
from scheduler.ports import Parcel
from scheduler.rule import Lead, Rule, Schedule
from scheduler.workdays import SpecialDay, Workdays
from storage import Chat, StoreError
from tests.conftest import FakeClock
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
FRIDAY_1830 = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_reminders_go_out_at_their_hour(scene: Scene) -> None:
    await scene.add()
    await scene.until(THURSDAY_9 - timedelta(minutes=1))
    assert scene.sender.sent == []
    await scene.until(THURSDAY_9)
    assert [p.due_at for p in scene.sender.of("remind")] == [THURSDAY_9]
    await scene.until(FRIDAY_1830)
    assert [p.due_at for p in scene.sender.of("remind")] == [THURSDAY_9, FRIDAY_1830]


async def test_a_month_goes_by_without_a_double(scene: Scene) -> None:
    await scene.add()
    await scene.until(datetime(2026, 4, 3, 16, 0, tzinfo=UTC))
    reminded = [p.key for p in scene.sender.of("remind")]
    assert len(reminded) == len(set(reminded)) == 10


async def test_the_leader_gets_a_checklist_and_two_summaries(scene: Scene) -> None:
    await scene.add()
    await scene.until(datetime(2026, 3, 6, 16, 0, tzinfo=UTC))
    assert {p.chat_id for p in scene.sender.of("checklist") + scene.sender.of("summary")} == {LEADER}
    assert len(scene.sender.of("checklist")) == 1
    assert [p.lead for p in scene.sender.of("summary")] == ["before", "after"]


async def test_a_nag_goes_out_when_the_rule_has_one(scene: Scene) -> None:
    await scene.add(meeting(nag=Lead(1, at=time(20))))
    await scene.until(FRIDAY_1830)
    assert [p.due_at for p in scene.sender.of("nag")] == [datetime(2026, 3, 5, 12, 0, tzinfo=UTC)]


async def test_nothing_from_before_the_set_up_is_sent(scene: Scene, clock: FakeClock) -> None:
    clock.now = THURSDAY_9 + HOUR
    await scene.add()
    await scene.until(FRIDAY_1830)
    assert [p.due_at for p in scene.sender.of("remind")] == [FRIDAY_1830]


async def test_a_short_sleep_sends_late_and_a_long_one_tells_the_leader(scene: Scene, clock: FakeClock) -> None:
    await scene.add()
    await scene.runner.settled()
    clock.now = THURSDAY_9 + 3 * HOUR
    await scene.runner.settled()
    (parcel,) = [p for p in scene.sender.sent if p.first.planned.purpose == "remind"]
    assert parcel.first.is_late(clock())
    clock.now = FRIDAY_1830 + 13 * HOUR
    scene.runner.wake()
    await scene.runner.settled()
    assert len(scene.sender.of("remind")) == 1
    (told,) = scene.sender.of("notice")
    assert (told.chat_id, told.payload["about"], told.payload["count"]) == (LEADER, "expired", 1)


async def test_what_was_missed_in_months_without_the_machine_is_reported_in_one_line(
    scene: Scene, clock: FakeClock
) -> None:
    await scene.add()
    await scene.runner.settled()
    clock.move(timedelta(days=50))
    scene.runner.wake()
    await scene.runner.settled()
    (told,) = scene.sender.of("notice")
    assert told.payload["count"] == 14  # seven Fridays of two reminders each
    assert scene.sender.of("remind") == []


async def test_late_ones_of_a_group_go_in_one_message(scene: Scene, clock: FakeClock) -> None:
    for hour in (9, 10, 11):
        await scene.add(meeting(title=f"{hour}点的会", leads=(Lead(1, at=time(hour)),)))
    await scene.runner.settled()
    clock.now = THURSDAY_9 + 4 * HOUR
    await scene.runner.settled()
    (parcel,) = [p for p in scene.sender.sent if p.first.planned.purpose == "remind"]
    assert len(parcel.deliveries) == 3
    counts = await scene.stores.deliveries.counts()
    assert counts["sent"] >= 3 and "sending" not in counts


async def test_trouble_that_passes_is_tried_again(scene: Scene, clock: FakeClock) -> None:
    await scene.add(leader_id=0)
    await scene.runner.settled()
    scene.sender.outcome = lambda parcel: TryLater("network") if parcel.first.attempts < 4 else None
    await scene.until(THURSDAY_9 + timedelta(minutes=1))
    assert len(scene.sender.of("remind")) == 1
    assert len(scene.sender.tried) == 4
    assert not scene.sender.sent[0].first.is_doubtful


async def test_a_message_without_an_answer_is_sent_again_and_marked(scene: Scene) -> None:
    await scene.add(leader_id=0)
    await scene.runner.settled()
    scene.sender.outcome = lambda parcel: TimedOut() if parcel.first.attempts == 1 else None
    await scene.until(THURSDAY_9 + timedelta(minutes=2))
    (parcel,) = scene.sender.sent
    assert parcel.first.is_doubtful


async def test_too_many_without_an_answer_is_told_to_the_leader(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: TimedOut() if p.first.planned.purpose == "remind" else None
    await scene.until(THURSDAY_9 + timedelta(minutes=30))
    (told,) = scene.sender.of("notice")
    assert (told.payload["about"], told.payload["reason"]) == ("failed", "timed_out")
    assert len([p for p in scene.sender.tried if p.first.planned.purpose == "remind"]) == 6


async def test_slow_down_holds_up_that_chat_alone(scene: Scene, clock: FakeClock) -> None:
    await scene.add(leader_id=0)
    await scene.add(chat_id=GROUP - 1, leader_id=0)
    await scene.runner.settled()
    slowed: set[int] = set()

    def once(parcel: Parcel) -> SlowDown | None:
        if parcel.first.planned.chat_id == GROUP and not slowed:
            slowed.add(GROUP)
            return SlowDown(timedelta(seconds=30))
        return None

    scene.sender.outcome = once
    await scene.until(THURSDAY_9)
    assert [p.chat_id for p in scene.sender.promises] == [GROUP - 1]
    await scene.until(THURSDAY_9 + timedelta(seconds=29))
    assert len(scene.sender.promises) == 1
    await scene.until(THURSDAY_9 + timedelta(seconds=31))
    assert [p.chat_id for p in scene.sender.promises] == [GROUP - 1, GROUP]


async def test_a_storm_of_slow_downs_stops_the_whole_bot(scene: Scene) -> None:
    for place in range(20):
        await scene.add(chat_id=GROUP - place, leader_id=0)
    await scene.runner.settled()
    scene.sender.outcome = lambda _: SlowDown(timedelta(seconds=30))
    await scene.until(THURSDAY_9)
    stormed = len(scene.sender.tried)
    assert stormed < 20
    scene.sender.outcome = lambda _: None
    await scene.until(THURSDAY_9 + timedelta(seconds=90))
    assert len(scene.sender.promises) == 20


async def test_a_group_that_moved_gets_it_under_its_new_id(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: ChatMoved(-1009) if p.first.planned.chat_id == GROUP else None
    await scene.until(THURSDAY_9 + timedelta(minutes=1))
    assert [p.chat_id for p in scene.sender.of("remind")] == [-1009]
    assert [r.chat_id for r in await scene.stores.rules.all()] == [-1009]


async def test_a_group_that_is_gone_is_silent_and_its_leader_told_until_it_is_back(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: ChatGone("kicked") if p.first.planned.chat_id == GROUP else None
    await scene.until(FRIDAY_1830 + HOUR)
    assert len([p for p in scene.sender.tried if p.first.planned.chat_id == GROUP]) == 1
    assert [p.payload["reason"] for p in scene.sender.of("notice")] == ["kicked"]
    scene.sender.outcome = lambda _: None
    await scene.stores.chats.put(Chat(GROUP, "第一党小组", "Asia/Shanghai"), now=scene.clock())
    await scene.until(FRIDAY_1830 + timedelta(days=7))
    assert [p.due_at for p in scene.sender.of("remind")] == [
        THURSDAY_9 + timedelta(days=7),
        FRIDAY_1830 + timedelta(days=7),
    ]


async def test_a_leader_who_never_wrote_is_asked_for_in_the_group_once_and_gets_it_later(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: ChatGone("not_started") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_1830 + 4 * HOUR)
    asked = scene.sender.of("notice")
    assert [(p.chat_id, p.payload["about"]) for p in asked] == [(GROUP, "write_first")]
    scene.sender.outcome = lambda _: None
    assert await scene.stores.deliveries.revive(LEADER, now=scene.clock()) > 0
    await scene.until(scene.clock() + HOUR)
    assert "after" in [p.lead for p in scene.sender.of("summary")]


async def test_a_message_that_is_refused_is_told_to_the_leader(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: Rejected("refused") if p.first.planned.purpose == "remind" else None
    await scene.until(THURSDAY_9)
    await scene.until(THURSDAY_9 + HOUR)
    assert [p.payload["about"] for p in scene.sender.of("notice")] == ["failed"]


async def test_a_bug_in_one_does_not_stop_the_others(scene: Scene) -> None:
    await scene.add(leader_id=0)
    await scene.add(chat_id=GROUP - 1, leader_id=0)
    await scene.runner.settled()

    def broken(parcel: Parcel) -> None:
        if parcel.first.planned.chat_id == GROUP:
            raise RuntimeError("a bug")

    scene.sender.outcome = broken
    await scene.until(THURSDAY_9)
    assert [p.chat_id for p in scene.sender.promises] == [GROUP - 1]


async def test_what_the_data_base_did_not_let_out_is_not_doubtful(scene: Scene) -> None:
    """It did not answer while the text was made: nothing was sent."""
    await scene.add(leader_id=0)
    await scene.runner.settled()

    def broken(_: Parcel) -> None:
        raise StoreError("OperationalError")

    scene.sender.outcome = broken
    await scene.until(THURSDAY_9)
    scene.sender.outcome = lambda _: None
    await scene.until(THURSDAY_9 + timedelta(minutes=1))
    (parcel,) = scene.sender.sent
    assert parcel.first.attempts == 2 and not parcel.first.is_doubtful


async def test_what_a_dead_worker_had_in_hand_is_sent_again_and_marked(scene: Scene, clock: FakeClock) -> None:
    await scene.add(leader_id=0)
    await scene.runner.settled()
    clock.now = THURSDAY_9
    claim = await scene.stores.deliveries.claim(
        "dead", now=clock(), lease=timedelta(seconds=60), count=9, limits=scene.limits
    )
    assert len(claim.parcels) == 1
    scene.runner = scene.new_runner()
    clock.move(timedelta(seconds=61))
    await scene.runner.settled()
    (parcel,) = scene.sender.sent
    assert parcel.first.is_doubtful


async def test_a_zombie_overwrites_nothing(scene: Scene, clock: FakeClock) -> None:
    await scene.add(leader_id=0)
    await scene.runner.settled()
    clock.now = THURSDAY_9
    lease = timedelta(seconds=60)
    zombie = await scene.stores.deliveries.claim("zombie", now=clock(), lease=lease, count=9, limits=scene.limits)
    clock.move(timedelta(seconds=61))
    scene.runner = scene.new_runner()
    await scene.runner.settled()
    late = scene.runner._result(zombie.parcels[0].first, zombie.parcels[0], TryLater("late"), clock())
    await scene.stores.deliveries.record([late], now=clock())
    assert (await scene.stores.deliveries.counts()).get("sent") == 1


async def test_two_runners_send_each_once(scene: Scene) -> None:
    for place in range(40):
        await scene.add(chat_id=GROUP - place, leader_id=0)
    other = scene.new_runner()
    scene.runner.is_alone = other.is_alone = False
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9
    await asyncio.gather(scene.runner.settled(), other.settled())
    keys = [p.key for p in scene.sender.promises]
    assert len(keys) == len(set(keys)) == 40


async def test_a_clock_set_back_neither_doubles_nor_stops(scene: Scene, clock: FakeClock) -> None:
    await scene.add(leader_id=0)
    await scene.until(THURSDAY_9)
    clock.move(-HOUR)
    await scene.runner.settled()
    await scene.until(FRIDAY_1830)
    assert [p.due_at for p in scene.sender.of("remind")] == [THURSDAY_9, FRIDAY_1830]


async def test_a_calendar_that_becomes_known_moves_what_is_planned(scene: Scene) -> None:
    rule = meeting(schedule=Schedule(datetime(2026, 3, 6, 19, 30), "FREQ=WEEKLY;BYDAY=FR", "next"))
    await scene.add(rule, leader_id=0)
    await scene.runner.settled()
    off = {date(2026, 3, 6): SpecialDay("holiday"), date(2026, 3, 7): SpecialDay("workday")}
    scene.calendar = Workdays(days=off)
    await scene.until(THURSDAY_9 + timedelta(days=3))
    assert [p.due_at for p in scene.sender.of("remind")] == [
        THURSDAY_9 + timedelta(days=1),
        FRIDAY_1830 + timedelta(days=1),
    ]


async def test_a_calendar_that_comes_after_the_reminder_sends_no_second_one(scene: Scene) -> None:
    rule = meeting(schedule=Schedule(datetime(2026, 3, 6, 19, 30), "FREQ=WEEKLY;BYDAY=FR", "next"))
    await scene.add(rule, leader_id=0)
    await scene.until(THURSDAY_9)
    scene.calendar = Workdays(days={date(2026, 3, 6): SpecialDay("holiday"), date(2026, 3, 7): SpecialDay("workday")})
    await scene.until(FRIDAY_1830 + timedelta(days=1))
    assert [p.lead for p in scene.sender.of("remind")] == ["1d@09:00", "0d-60m"]


async def test_what_a_holiday_noted_after_it_began_moves_into_the_past_is_told(scene: Scene) -> None:
    """Due on the 12th; on the 8th it becomes known that there was no working day since the 4th."""
    schedule = Schedule(datetime(2026, 3, 12, 9), "FREQ=MONTHLY;BYMONTHDAY=12", "previous")
    await scene.add(Rule("dues", "收党费", schedule, (Lead(3, at=time(9)), Lead())))
    await scene.until(datetime(2026, 3, 8, tzinfo=UTC))
    scene.calendar = Workdays({date(2026, 3, day): SpecialDay("holiday") for day in range(5, 13)})
    await scene.until(datetime(2026, 3, 14, tzinfo=UTC))
    (told,) = scene.sender.of("notice")
    assert (told.payload["about"], told.payload["count"]) == ("expired", 2)
    assert scene.sender.of("remind") == []


async def test_a_calendar_that_changes_nothing_sends_and_tells_nothing_again(scene: Scene) -> None:
    await scene.add()
    await scene.until(datetime(2026, 4, 1, tzinfo=UTC))
    before = len(scene.sender.sent)
    scene.calendar = Workdays({date(2026, 12, 1): SpecialDay("holiday")})
    scene.runner.wake()
    await scene.runner.settled()
    assert len(scene.sender.sent) == before


async def test_skipping_pausing_changing_and_deleting(scene: Scene) -> None:
    rules = scene.stores.rules
    rule = await scene.add(leader_id=0)
    await scene.runner.settled()
    assert await rules.skip(rule.id, datetime(2026, 3, 6, 19, 30), now=scene.clock())
    await scene.until(THURSDAY_9 + timedelta(days=7))
    assert [p.due_at for p in scene.sender.promises] == [THURSDAY_9 + timedelta(days=7)]
    await rules.pause(rule.id)
    await scene.until(THURSDAY_9 + timedelta(days=10))
    assert len(scene.sender.promises) == 1
    await rules.resume(rule.id, now=scene.clock())
    await rules.change(rule.id, meeting(leads=(Lead(),)), now=scene.clock())
    await scene.until(FRIDAY_1830 + timedelta(days=14) + HOUR)
    assert [p.lead for p in scene.sender.promises] == ["1d@09:00", "0d"]
    await rules.delete(rule.id, now=scene.clock())
    await scene.until(scene.clock() + timedelta(days=8))
    assert len(scene.sender.promises) == 2
    assert not await rules.restore(rule.id, now=scene.clock())


async def test_a_deletion_taken_back_loses_nothing(scene: Scene) -> None:
    rule = await scene.add(leader_id=0)
    await scene.until(THURSDAY_9 - timedelta(minutes=5))
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    await scene.until(THURSDAY_9 + timedelta(minutes=4), step=timedelta(minutes=1))
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    await scene.until(THURSDAY_9 + timedelta(minutes=5))
    assert [p.due_at for p in scene.sender.promises] == [THURSDAY_9]


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(minutes=7)])
async def test_it_is_sent_within_a_minute_however_the_ticks_fall(scene: Scene, step: timedelta) -> None:
    await scene.add(leader_id=0)
    await scene.until(THURSDAY_9 - timedelta(minutes=3))
    await scene.until(THURSDAY_9 + step, step=step)
    assert len(scene.sender.promises) == 1
