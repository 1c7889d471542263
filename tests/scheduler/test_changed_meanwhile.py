"""A rule is changed while what was said may have been heard, could not be said at all, or is being written down."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text

from scheduler.by_hand import MOVED
from scheduler.delivery import ChatGone, Delivery, Outcome, Sent, TimedOut, TryLater, after_send
from scheduler.ports import Parcel, Result
from scheduler.rule import Lead, Schedule
from storage import Chat
from tests.scheduler.changing import (
    AT_20,
    FRIDAY,
    FRIDAY_20,
    FRIDAYS,
    HOUR,
    MINUTE,
    SATURDAY,
    called_off,
    current,
    saved,
    to,
    unskipped,
)
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
DAY_BEFORE = meeting(leads=(Lead(1, at=time(9)),))


def is_for_the_group(parcel: Parcel) -> bool:
    return parcel.first.planned.chat_id == GROUP


@pytest.mark.parametrize("minutes", [1, 60], ids=["once", "as often as it is tried"])
async def test_what_timed_out_may_have_been_heard_and_is_called_off(scene: Scene, minutes: int) -> None:
    rule = await scene.add(DAY_BEFORE)
    scene.sender.outcome = lambda p: TimedOut() if is_for_the_group(p) else None
    await scene.until(THURSDAY_9)
    await scene.until(THURSDAY_9 + minutes * MINUTE, step=MINUTE)
    scene.sender.outcome = lambda _: None
    await saved(scene, rule, SATURDAY)
    await scene.until(FRIDAY_20, step=HOUR)
    assert called_off(scene) == ["2026-03-06T19:30"]


@pytest.mark.parametrize("outcome", [TimedOut(), TryLater("x", is_doubtful=True)])
async def test_news_that_may_have_been_heard_are_still_told_when_something_else_is_changed(
    scene: Scene, outcome: Outcome
) -> None:
    rule = await scene.add(DAY_BEFORE)
    await scene.until(THURSDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda p: outcome if is_for_the_group(p) else None
    await saved(scene, rule, AT_20)
    scene.runner.wake()
    await scene.runner.settled()
    scene.sender.outcome = lambda _: None
    await saved(scene, rule, AT_20, place="乙")
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.lead == MOVED] == [FRIDAY_20]


@pytest.mark.parametrize(
    ("schedule", "place", "told"),
    [
        (None, "", [(6, [])]),
        (AT_20, "乙", [(6, [])]),
        (SATURDAY, "", [(7, ["2026-03-06T19:30"])]),
        (FRIDAYS, "", []),
    ],
    ids=["nothing else", "another place", "another day", "back again"],
)
async def test_news_for_which_the_group_was_gone_come_when_it_is_back_as_they_are_then(
    scene: Scene, schedule: Schedule | None, place: str, told: list[object]
) -> None:
    rule = await scene.add(DAY_BEFORE)
    await scene.stores.chats.describe(Chat(GROUP, "x", "Asia/Shanghai"))
    await scene.until(THURSDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)
    scene.sender.outcome = lambda p: ChatGone("no_rights") if is_for_the_group(p) else None
    scene.runner.wake()
    await scene.runner.settled()
    scene.sender.outcome = lambda _: None
    scene.clock.move(10 * MINUTE)
    if schedule is not None:
        await saved(scene, rule, schedule, place=place)
    await scene.stores.chats.put(Chat(GROUP, "x", "Asia/Shanghai"), now=scene.clock())
    await scene.until(scene.clock() + 2 * HOUR, step=10 * MINUTE)
    news = [p for p in scene.sender.of("remind") if p.lead == MOVED]
    assert [(p.event_at.day, p.payload.get("was", [])) for p in news if p.event_at is not None] == told


@pytest.mark.parametrize(("again", "is_told"), [(AT_20, True), (SATURDAY, False)])
async def test_news_that_wait_stay_through_a_change_of_which_nothing_is_told_while_they_are_true(
    scene: Scene, again: object, is_told: bool
) -> None:
    """The file of the groups is changed: that is not told, but the news of an event that is on again wait."""
    rule = await scene.add(DAY_BEFORE)
    await scene.until(THURSDAY_9 + HOUR, step=HOUR)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await to(scene, rule, AT_20)
    (nominal,) = (await current(scene, rule)).skipped
    await unskipped(scene, rule, nominal)
    stored = await current(scene, rule)
    changed = replace(stored.rule, place="乙", schedule=again)
    assert await scene.stores.rules.change(rule.id, changed, now=scene.clock(), workdays=scene.calendar)
    await scene.until(scene.clock() + HOUR, step=MINUTE)
    assert bool([p for p in scene.sender.of("remind") if p.lead == MOVED]) is is_told


async def test_what_the_old_leader_could_not_be_told_goes_to_the_new_one(scene: Scene) -> None:
    rule = await scene.add()
    scene.sender.outcome = lambda p: ChatGone("not_started") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_20 + 2 * HOUR, step=HOUR)
    await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
    await scene.until(FRIDAY_20 + 12 * HOUR, step=HOUR)
    assert [(p.chat_id, p.lead) for p in scene.sender.of("summary") if p.lead == "after"] == [(6, "after")]


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_a_change_and_what_is_written_down_at_once_wait_for_one_another(scene: Scene) -> None:
    """Of two deliveries of a rule the first was tried again, so that it stands behind the other on the disk."""
    rule = await scene.add(DAY_BEFORE)
    await scene.until(THURSDAY_9 - MINUTE)
    scene.clock.now = THURSDAY_9
    store = scene.stores.deliveries
    first, second = sorted(await claimed(scene), key=lambda d: d.id)
    await store.record([Result(first, after_send(first, TryLater("x"), now=scene.clock()), 0)], now=scene.clock())
    scene.clock.move(timedelta(seconds=5))
    (first,) = await claimed(scene)
    results = [Result(d, after_send(d, Sent(d.id), now=scene.clock()), 0) for d in (first, second)]
    stored = await current(scene, rule)
    saturdays = replace(stored.rule, schedule=SATURDAY)
    async with store.engine.connect() as holder:
        await holder.execute(text(f"SELECT 1 FROM deliveries WHERE id = {first.id} FOR UPDATE"))
        recording = asyncio.create_task(store.record(results, now=scene.clock()))
        await asyncio.sleep(0.5)
        change = scene.stores.rules.change(rule.id, saturdays, now=scene.clock(), workdays=scene.calendar)
        changing = asyncio.create_task(change)
        await asyncio.sleep(0.5)
        await holder.rollback()
    await recording
    assert await changing


async def claimed(scene: Scene) -> list[Delivery]:
    lease = timedelta(seconds=60)
    claim = await scene.stores.deliveries.claim("w", now=scene.clock(), lease=lease, count=9, limits=scene.limits)
    return [d for parcel in claim.parcels for d in parcel.deliveries]
