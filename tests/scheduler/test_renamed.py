"""The dates of a rule are changed: its events of the same days go by new names, with all that belongs to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.again import Summarized, one_more
from scheduler.by_hand import MOVED, at_once
from scheduler.delivery import Obsolete, Outcome, TryLater
from scheduler.news import news_of
from scheduler.ports import Parcel
from scheduler.response import Member, Response
from scheduler.rule import Lead, Occurrence, Schedule
from scheduler.workdays import SpecialDay, Workdays
from storage import Stores
from tests.scheduler.changing import AT_20, FRI, FRIDAY, FRIDAY_9, FRIDAY_21, HOUR, MINUTE, THAT_MORNING, overdue, to
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

DAY = timedelta(days=1)
AT_21 = Schedule(FRIDAY.replace(hour=21, minute=0), FRI)
OFF = Workdays({date(2026, 3, 6): SpecialDay("holiday")})


async def test_a_meeting_summed_up_already_is_not_summed_up_again(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21 + 35 * MINUTE, step=HOUR)  # 21:35, sent 21:30
    assert len([p for p in scene.sender.of("summary") if p.lead == "after"]) == 1
    await to(scene, rule, AT_20)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len([p for p in scene.sender.of("summary") if p.due_at > FRIDAY_21]) == 1


async def test_an_overdue_summary_and_another_hour_is_one_summary(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21, step=HOUR)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_21 + 35 * MINUTE, step=HOUR)
    await to(scene, rule, AT_20)
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len([p for p in scene.sender.of("summary") if p.due_at > FRIDAY_21]) == 1


async def test_earlier_then_back_later_is_one_summary(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21, step=HOUR)
    await to(scene, rule, Schedule(FRIDAY.replace(hour=15, minute=0), FRI))
    scene.clock.move(MINUTE)
    await to(scene, rule, AT_20)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len([p for p in scene.sender.of("summary") if p.due_at > FRIDAY_21]) == 1


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(AT_20.start, f"{FRI};UNTIL=20260305T120000"),
        Schedule(datetime(2026, 4, 3, 20, 0), FRI),
    ],
    ids=["ended", "begins in april"],
)
async def test_another_hour_and_no_such_event_is_not_reminded(scene: Scene, schedule: Schedule) -> None:
    rule = await overdue(scene)
    await to(scene, rule, schedule)
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    assert scene.sender.of("remind") == []


async def test_another_hour_and_skip_on_holiday(scene: Scene) -> None:
    scene.calendar = OFF
    rule = await overdue(scene)
    await to(scene, rule, replace(AT_20, roll="skip"))
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    assert scene.sender.of("remind") == []


async def test_another_hour_and_rolled_to_monday(scene: Scene) -> None:
    scene.calendar = OFF
    rule = await overdue(scene)
    await to(scene, rule, replace(AT_20, roll="next"))
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    monday = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    assert {p.event_at for p in scene.sender.of("remind")} <= {monday}


@pytest.mark.parametrize(
    "schedule",
    [replace(AT_20, rrule=f"{FRI};UNTIL=20260305T120000"), replace(AT_20, roll="next")],
    ids=["until", "roll"],
)
async def test_news_of_a_move_is_withdrawn_with_its_event(scene: Scene, schedule: Schedule) -> None:
    scene.calendar = OFF
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    scene.sender.outcome = lambda _: TryLater("unreachable")
    event = Occurrence(AT_20.start, AT_20.start, datetime(2026, 3, 6, 12, tzinfo=UTC))
    news = at_once(stored, event, MOVED, 0, now=scene.clock())
    await to(scene, rule, AT_20, beside=[news])
    await scene.until(scene.clock() + 2 * MINUTE, step=MINUTE)
    await to(scene, rule, schedule)
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_9 + 12 * HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.lead == MOVED] == []


async def test_an_overdue_reminder_put_off_after_its_old_hour_tells_the_new_hour(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(Lead(at=time(9)), Lead(minutes=60))))
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(FRIDAY_9 - MINUTE)
    await scene.until(datetime(2026, 3, 6, 11, 35, tzinfo=UTC), step=HOUR)  # 19:35
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    changed = replace(stored, rule=replace(stored.rule, schedule=AT_21))
    known = await scene.stores.deliveries.of_rule(rule.id)
    news = news_of(stored, changed, known, scene.calendar, now=scene.clock())
    await to(scene, rule, AT_21, beside=news)
    scene.sender.outcome = lambda _: None
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    assert {p.event_at for p in scene.sender.of("remind")} <= {datetime(2026, 3, 6, 13, tzinfo=UTC)}


@pytest.mark.parametrize("leads", [(Lead(at=time(9)), Lead(minutes=60))])
async def test_in_flight_and_another_hour_is_not_lost(scene: Scene, leads: tuple[Lead, ...]) -> None:
    rule = await scene.add(meeting(leads=leads))
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)
    real = scene.sender.send

    async def send(parcel: Parcel) -> Outcome:
        scene.sender.send = real  # type: ignore[method-assign]
        scene.clock.move(timedelta(seconds=3))
        await to(scene, rule, AT_20)
        return TryLater("unreachable")

    scene.sender.send = send  # type: ignore[method-assign]
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    assert len(scene.sender.of("remind")) == 1


async def test_news_in_flight_is_not_told_once_the_hour_is_another_one(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    event = Occurrence(AT_20.start, AT_20.start, datetime(2026, 3, 6, 12, tzinfo=UTC))
    real = scene.sender.send

    async def send(parcel: Parcel) -> Outcome:
        scene.sender.send = real  # type: ignore[method-assign]
        await to(scene, rule, AT_21)
        return TryLater("unreachable")

    scene.sender.send = send  # type: ignore[method-assign]
    await to(scene, rule, AT_20, beside=[at_once(stored, event, MOVED, 0, now=scene.clock())])
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    assert [p.event_at for p in scene.sender.of("remind") if p.lead == MOVED and p.event_at == event.at] == []


async def test_a_kept_one_in_flight_and_the_hour_changes_again(scene: Scene) -> None:
    rule = await overdue(scene)
    await to(scene, rule, AT_20)
    real = scene.sender.send

    async def send(parcel: Parcel) -> Outcome:
        scene.sender.send = real  # type: ignore[method-assign]
        await to(scene, rule, AT_21)
        return TryLater("unreachable")

    scene.sender.send = send  # type: ignore[method-assign]
    await scene.until(scene.clock() + 20 * MINUTE, step=MINUTE)
    assert {p.event_at for p in scene.sender.of("remind")} <= {datetime(2026, 3, 6, 13, tzinfo=UTC)}


async def test_a_skip_of_a_rolled_event_moves_with_the_hour(scene: Scene) -> None:
    days = {date(2026, 3, d): SpecialDay("holiday") for d in (6, 9, 10, 11)}
    scene.calendar = Workdays(days)
    rule = await scene.add(meeting(schedule=Schedule(FRIDAY, FRI, "next"), leads=(Lead(),)))
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.stores.people.answer(Response(rule.id, FRIDAY, Member(7, "王"), "join", scene.clock()), GROUP)
    thursday = datetime(2026, 3, 12, 1, 0, tzinfo=UTC)
    await scene.until(thursday)
    await to(scene, rule, replace(AT_20, roll="next"))
    assert await scene.stores.people.answers(rule.id, AT_20.start) == {7: "join"}
    await scene.until(thursday + 14 * HOUR, step=HOUR)
    assert scene.sender.of("remind") == []


async def test_what_is_kept_is_not_sent_after_a_pause(scene: Scene) -> None:
    rule = await overdue(scene)
    await to(scene, rule, AT_20)
    assert await scene.stores.rules.pause(rule.id)
    scene.clock.move(timedelta(seconds=1))
    assert await scene.stores.rules.resume(rule.id, now=scene.clock())
    await scene.until(scene.clock() + HOUR, step=MINUTE)
    assert scene.sender.of("remind") == []


@pytest.mark.parametrize("start", [datetime(2026, 3, 6, 20, 0)])
async def test_daily_at_another_hour_keeps_answers(stores: Stores, start: datetime) -> None:
    rule = await stores.rules.add(
        meeting(schedule=Schedule(datetime(2026, 3, 2, 19, 30), "FREQ=DAILY")), chat_id=GROUP, leader_id=1, now=FRIDAY_9
    )
    await stores.people.answer(Response(rule.id, FRIDAY, Member(7, "王"), "join", FRIDAY_9), GROUP)
    assert await stores.rules.change(rule.id, meeting(schedule=Schedule(start, "FREQ=DAILY")), now=FRIDAY_9)
    assert await stores.people.answers(rule.id, start) == {7: "join"}


async def test_a_later_summary_of_dues_three_days_ago_keeps_its_answers(scene: Scene) -> None:
    monday = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
    dues = meeting(kind="dues", leads=(Lead(),))
    rule = await scene.add(dues)
    await scene.stores.people.answer(Response(rule.id, FRIDAY, Member(7, "王"), "paid", scene.clock()), GROUP)
    await scene.until(monday)
    done = [d for d in await scene.stores.deliveries.of_rule(rule.id, FRIDAY) if d.planned.purpose == "summary"][-1]
    again = Summarized(done, rule, Occurrence(FRIDAY, FRIDAY, FRIDAY_21 - 1.5 * HOUR))
    await scene.stores.plans.add([one_more("morning", again, now=scene.clock())])
    await to(scene, rule, AT_20)
    await scene.until(monday + 2 * DAY, step=HOUR)
    (later,) = [p for p in scene.sender.of("summary") if p.lead.startswith("+")]
    assert later.nominal is not None
    assert await scene.stores.people.answers(rule.id, later.nominal) == {7: "paid"}


async def test_a_new_leader_of_a_deleted_one_gets_what_was_overdue(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_21 + HOUR, step=HOUR)
    await scene.stores.rules.delete(rule.id, now=scene.clock())
    assert await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_21 + 6 * HOUR, step=HOUR)
    assert {p.chat_id for p in scene.sender.of("summary")} == {6}


async def test_a_kept_summary_withdrawn_with_its_leader_goes_to_the_next_one(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21, step=HOUR)
    await to(scene, rule, Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR,SA"))
    assert await scene.stores.rules.hand_over(rule.id, 0, now=scene.clock())
    scene.clock.move(MINUTE)
    assert await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
    await scene.until(FRIDAY_21 + 3 * HOUR, step=HOUR)
    assert [p.chat_id for p in scene.sender.of("summary") if p.due_at > FRIDAY_21] == [6]


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(FRIDAY + 7 * DAY, f"{FRI};UNTIL=20260701T000000"),
        Schedule(FRIDAY + 7 * DAY, FRI, "next"),
        Schedule(datetime(2026, 3, 13, 20, 0), FRI),
        Schedule(datetime(2026, 3, 13, 15, 0), FRI),
    ],
    ids=["until", "roll", "later", "earlier"],
)
@pytest.mark.parametrize("is_overdue", [False, True])
async def test_a_meeting_that_was_held_is_summed_up_though_the_days_count_from_the_next(
    scene: Scene, schedule: Schedule, is_overdue: bool
) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21, step=HOUR)
    if is_overdue:
        scene.sender.outcome = lambda _: TryLater("unreachable")
        await scene.until(FRIDAY_21 + 35 * MINUTE, step=HOUR)
        scene.sender.outcome = lambda _: None
    await to(scene, rule, schedule)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len([p for p in scene.sender.of("summary") if p.due_at > FRIDAY_21]) == 1


async def test_a_nag_that_was_of_no_use_and_is_again_survives_another_end(scene: Scene) -> None:
    rolling = meeting(schedule=Schedule(FRIDAY, FRI, "next"), leads=(Lead(),), nag=Lead(minutes=60))
    rule = await scene.add(rolling)
    scene.sender.outcome = lambda p: Obsolete() if p.first.planned.purpose == "nag" else None
    await scene.until(FRIDAY_9 + 9.75 * HOUR, step=HOUR)
    scene.sender.outcome = lambda _: None
    scene.calendar = OFF
    await scene.until(FRIDAY_9 + 10 * HOUR, step=HOUR)
    await to(scene, rule, replace(rolling.schedule, rrule=f"{FRI};UNTIL=20260701T000000"))
    await scene.until(datetime(2026, 3, 9, 12, tzinfo=UTC), step=HOUR)
    assert len(scene.sender.of("nag")) == 1


async def test_what_goes_back_to_a_name_that_was_withdrawn_is_not_lost(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.runner.settled()
    for schedule in (Schedule(datetime(2026, 3, 5, 19, 30), "FREQ=WEEKLY;BYDAY=TH"), AT_20):
        await to(scene, rule, schedule)
        scene.clock.move(MINUTE)
        scene.runner.wake()
        await scene.runner.settled()
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await to(scene, rule, Schedule(FRIDAY, FRI))
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_9 + 8 * HOUR, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_news_of_a_move_is_not_told_after_a_pause(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    event = Occurrence(AT_20.start, AT_20.start, datetime(2026, 3, 6, 12, tzinfo=UTC))
    await to(scene, rule, AT_20, beside=[at_once(stored, event, MOVED, 0, now=scene.clock())])
    assert await scene.stores.rules.pause(rule.id)
    scene.clock.move(MINUTE)
    assert await scene.stores.rules.resume(rule.id, now=scene.clock())
    await scene.until(FRIDAY_9 + 5 * HOUR, step=HOUR)
    assert [p.lead for p in scene.sender.of("remind") if p.lead == MOVED] == []


async def test_a_summary_kept_from_other_days_goes_to_the_next_leader(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_21, step=HOUR)
    await to(scene, rule, Schedule(datetime(2026, 3, 12, 19, 30), "FREQ=WEEKLY;BYDAY=TH"))
    assert await scene.stores.rules.hand_over(rule.id, 0, now=scene.clock())
    scene.clock.move(MINUTE)
    assert await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
    await scene.until(FRIDAY_21 + 3 * HOUR, step=HOUR)
    assert [p.chat_id for p in scene.sender.of("summary") if p.due_at > FRIDAY_21] == [6]
