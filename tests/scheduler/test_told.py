"""What could not be sent is told, once, to somebody who can be reached."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from scheduler.delivery import ChatGone, Obsolete, Rejected, TimedOut, TryLater
from scheduler.ports import Parcel
from scheduler.rule import Lead
from scheduler.workdays import SpecialDay, Workdays
from tests.scheduler.kit import GROUP, LEADER, Scene, meeting

THURSDAY_9 = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
FRIDAY_1830 = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY_BEFORE = (Lead(1, at=time(9)),)


@pytest.mark.parametrize(("leader", "reader"), [(LEADER, LEADER), (0, GROUP)])
async def test_when_nothing_is_answered_for_long_the_news_of_it_still_arrives(
    scene: Scene, leader: int, reader: int
) -> None:
    await scene.add(meeting(leads=DAY_BEFORE), leader_id=leader)
    scene.sender.outcome = lambda _: TimedOut()
    await scene.until(THURSDAY_9 - MINUTE)
    await scene.until(THURSDAY_9 + 5 * HOUR, step=HOUR)
    scene.sender.outcome = lambda _: None
    await scene.until(THURSDAY_9 + 16 * HOUR, step=HOUR)
    (told,) = scene.sender.of("notice")
    assert (told.chat_id, told.payload["about"]) == (reader, "failed")


@pytest.mark.parametrize(
    ("reason", "about"), [("not_found", "write_first"), ("not_started", "write_first"), ("deactivated", "leader_lost")]
)
async def test_a_leader_who_cannot_be_reached_is_asked_for_in_the_group(scene: Scene, reason: str, about: str) -> None:
    await scene.add()
    scene.sender.outcome = lambda p: ChatGone(reason) if p.first.planned.chat_id > 0 else None
    await scene.until(FRIDAY_1830 + 4 * HOUR)
    assert [(p.chat_id, p.payload["about"]) for p in scene.sender.of("notice")] == [(GROUP, about)]


def _of_a_leader(outcome: ChatGone | None, parcel: Parcel) -> ChatGone | None:
    return outcome if parcel.first.planned.chat_id > 0 else None


async def test_a_leader_who_is_lost_later_for_another_reason_is_asked_for_again(scene: Scene) -> None:
    await scene.add()
    outcomes = (ChatGone("not_started"), None, ChatGone("blocked"), ChatGone("deactivated"))
    for week, outcome in enumerate(outcomes):
        scene.sender.outcome = partial(_of_a_leader, outcome)
        await scene.until(FRIDAY_1830 + timedelta(days=7 * week + 1))
    assert [p.payload["about"] for p in scene.sender.of("notice")] == ["write_first", "write_first", "leader_lost"]


async def test_a_leader_who_stays_lost_is_asked_for_once_a_month(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    scene.sender.outcome = lambda p: ChatGone("blocked") if p.first.planned.chat_id > 0 else None
    await scene.until(datetime(2026, 4, 30, tzinfo=UTC), step=timedelta(days=7))
    asked = [(p.payload["about"], p.due_at.month) for p in scene.sender.of("notice")]
    assert asked == [("write_first", 3), ("write_first", 4)]


async def test_what_a_leader_cannot_be_told_is_told_in_the_group(scene: Scene) -> None:
    await scene.add()
    scene.sender.outcome = lambda p: ChatGone("not_started") if p.first.planned.chat_id > 0 else None
    await scene.until(FRIDAY_1830 + 3 * HOUR)
    scene.clock.now = datetime(2026, 3, 15, 0, 0, tzinfo=UTC)
    await scene.until(scene.clock() + HOUR)
    assert [(p.chat_id, p.payload["about"]) for p in scene.sender.of("notice")] == [
        (GROUP, "write_first"),
        (GROUP, "expired"),
    ]


async def test_what_expires_twice_takes_nothing_else_along(scene: Scene) -> None:
    """Told once while the clock was ahead, and again together with another one."""
    await scene.add(meeting(leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.sender.outcome = lambda p: TryLater("network") if p.first.planned.chat_id != LEADER else None
    for hours in (13, -1):
        scene.clock.now = THURSDAY_9 + hours * HOUR
        scene.runner.wake()
        await scene.runner.settled()
    assert len(scene.sender.of("notice")) == 1
    await scene.add(meeting(title="学习会", leads=DAY_BEFORE))
    await scene.runner.settled()
    scene.clock.now = THURSDAY_9 + 14 * HOUR
    scene.runner.wake()
    await scene.runner.settled()
    _, told = scene.sender.of("notice")
    assert [item["title"] for item in told.payload["items"]] == ["党小组会", "学习会"]


async def test_a_summary_that_telegram_does_not_take_is_told_to_its_leader_and_not_to_the_group(scene: Scene) -> None:
    await scene.add()
    private = ("summary", "checklist")
    scene.sender.outcome = lambda p: Rejected("refused") if p.first.planned.purpose in private else None
    await scene.until(FRIDAY_1830 + HOUR)
    told = scene.sender.of("notice")
    assert [(p.chat_id, p.payload["about"], p.payload["purpose"]) for p in told] == [
        (LEADER, "unsent", "checklist"),
        (LEADER, "unsent", "summary"),
    ]


async def test_of_a_group_that_is_gone_its_leader_hears_that_and_no_more(scene: Scene) -> None:
    await scene.add()
    await scene.runner.settled()
    await scene.stores.chats.gone(GROUP, "kicked", zone="Asia/Shanghai", now=scene.clock())
    await scene.until(datetime(2026, 3, 29, tzinfo=UTC))
    assert [(p.purpose, p.payload.get("about")) for p in scene.sender.promises] == [("notice", "gone")]


async def test_a_group_with_four_reminders_goes_once(scene: Scene) -> None:
    for number in range(4):
        await scene.add(meeting(title=f"第{number}个会"))
    await scene.runner.settled()
    scene.sender.outcome = lambda p: ChatGone("kicked") if p.first.planned.chat_id < 0 else None
    await scene.until(THURSDAY_9 + HOUR)
    assert [p.payload["about"] for p in scene.sender.of("notice")] == ["gone"]


async def test_a_nag_that_was_not_needed_is_not_reported_as_missed(scene: Scene) -> None:
    await scene.add(meeting(nag=Lead(1, at=time(20))))
    scene.sender.outcome = lambda p: Obsolete() if p.first.planned.purpose == "nag" else None
    await scene.until(FRIDAY_1830)
    scene.calendar = Workdays({date(2026, 5, 1): SpecialDay("holiday", "x")})
    scene.runner.wake()
    await scene.runner.settled()
    assert scene.sender.of("notice") == []


async def test_more_late_ones_than_a_message_holds_go_in_several(scene: Scene) -> None:
    for number in range(12):
        await scene.add(meeting(title=f"事项{number}"), leader_id=0)
    await scene.runner.settled()
    scene.clock.now = FRIDAY_1830 + 2 * HOUR
    scene.runner.wake()
    await scene.runner.settled()
    parcels = [p for p in scene.sender.sent if p.first.planned.purpose == "remind"]
    assert max(len(p.deliveries) for p in parcels) <= 10
    assert {d.planned.rule_id for p in parcels for d in p.deliveries} == set(range(1, 13))
