"""Groups are known by id; what was known of one goes with it."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.delivery import ChatGone, ChatMoved, Outcome
from scheduler.response import Member, Response
from scheduler.rule import Lead
from storage import Chat, Stores
from tests.conftest import FakeClock
from tests.scheduler.kit import LEADER, FakeSender, Scene, meeting

OLD, NEW = -5, -1005


async def test_a_group_that_moves_keeps_its_zone_and_title(stores: Stores, clock: FakeClock) -> None:
    await stores.chats.put(Chat(OLD, "第一党小组", "Asia/Urumqi"), now=clock())
    await stores.chats.put(Chat(NEW, "", "Asia/Shanghai"), now=clock())
    for _ in range(2):
        await stores.chats.move(OLD, NEW, now=clock())
    assert await stores.chats.get(NEW) == Chat(NEW, "第一党小组", "Asia/Urumqi")
    assert await stores.chats.get(OLD) is None


async def test_a_description_without_a_title_erases_none_and_revives_nobody(stores: Stores, clock: FakeClock) -> None:
    await stores.chats.put(Chat(OLD, "第一党小组", "Asia/Shanghai"), now=clock())
    await stores.chats.gone(OLD, "kicked", zone="Asia/Shanghai", now=clock())
    await stores.chats.describe(Chat(OLD, "", "Asia/Urumqi"))
    assert await stores.chats.get(OLD) == Chat(OLD, "第一党小组", "Asia/Urumqi", "gone", "kicked")


@pytest.mark.parametrize("is_seen_first", [True, False])
async def test_a_group_that_was_gone_and_comes_back_as_a_supergroup_is_reminded(
    stores: Stores, clock: FakeClock, is_seen_first: bool
) -> None:
    scene = Scene(stores, clock, FakeSender())
    await scene.add(chat_id=OLD)
    await scene.runner.settled()
    await stores.chats.gone(OLD, "no_rights", zone="Asia/Shanghai", now=clock())
    clock.move(timedelta(days=7))  # nothing of the Friday in between is sent
    if not is_seen_first:
        await stores.chats.move(OLD, NEW, now=clock())
    await stores.chats.put(Chat(NEW, "第一党小组", "Asia/Shanghai"), now=clock())
    for _ in range(2):
        await stores.chats.move(OLD, NEW, now=clock())
    await scene.until(clock() + timedelta(days=14))
    assert [(p.chat_id, p.nominal.day) for p in scene.sender.of("remind") if p.nominal] == [(NEW, 13)] * 2 + [
        (NEW, 20)
    ] * 2
    assert (await stores.chats.get(NEW)) == Chat(NEW, "第一党小组", "Asia/Shanghai")


async def test_a_move_leaves_alone_what_is_overdue_in_a_group_that_was_never_gone(
    stores: Stores, clock: FakeClock
) -> None:
    scene = Scene(stores, clock, FakeSender())
    await stores.chats.put(Chat(OLD, "第一党小组", "Asia/Shanghai"), now=clock())
    rule = await scene.add(chat_id=OLD)
    clock.move(timedelta(days=2, hours=17))  # down since; Thursday, an hour after 9:00 in Shanghai
    await stores.chats.put(Chat(NEW, "", "Asia/Shanghai"), now=clock())
    await stores.chats.move(OLD, NEW, now=clock())
    scene.runner.wake()
    await scene.runner.settled()
    assert [(p.chat_id, p.rule_id) for p in scene.sender.of("remind")] == [(NEW, rule.id)]


async def test_the_leader_is_told_when_a_group_has_moved_to_where_the_bot_was_put_out(
    stores: Stores, clock: FakeClock
) -> None:
    """It was put out of the supergroup before it knew that this is the old group."""
    scene = Scene(stores, clock, FakeSender())
    await scene.add(chat_id=OLD)
    await scene.runner.settled()
    await stores.chats.gone(NEW, "kicked", zone="Asia/Shanghai", now=clock())
    outcomes: dict[int, Outcome] = {OLD: ChatMoved(NEW), NEW: ChatGone("kicked")}
    scene.sender.outcome = lambda p: outcomes.get(p.first.planned.chat_id)
    await scene.until(clock() + timedelta(days=14))
    told = [(p.chat_id, p.payload["about"], p.payload["chat_id"]) for p in scene.sender.of("notice")]
    assert told == [(LEADER, "gone", NEW)]
    assert len([p for p in scene.sender.tried if p.first.planned.chat_id < 0]) == 2  # there, and there no more


async def test_who_was_entered_by_name_stays_another_one_when_the_groups_become_one(
    stores: Stores, clock: FakeClock
) -> None:
    people, nominal = stores.people, datetime(2026, 3, 6, 19, 30)
    entered = {OLD: ("张三", "王五", "赵六"), NEW: ("李四", "孙七")}
    for chat_id, names in entered.items():
        await stores.chats.put(Chat(chat_id, "", "Asia/Shanghai"), now=clock())
        rule = await stores.rules.add(meeting(), chat_id=chat_id, leader_id=0, now=clock())
        for name in names:
            clock.move(timedelta(seconds=1))
            member = await people.enter(chat_id, name, now=clock())
            await people.answer(Response(rule.id, nominal, member, "join", clock()), chat_id)
        await people.join(chat_id, Member(7, "周八"), now=clock())
    for _ in range(2):
        await stores.chats.move(OLD, NEW, now=clock())
    roster = await people.roster(NEW)
    name_of = {m.user_id: m.name for m in roster}
    assert [m.name for m in roster] == ["张三", "王五", "赵六", "李四", "孙七", "周八"]
    for rule, expected in zip(await stores.rules.of_chat(NEW), entered.values(), strict=True):
        answered = await people.answers(rule.id, nominal)
        assert {name_of[number] for number in answered} == set(expected)


@pytest.mark.parametrize(("by_name", "by_account"), [(OLD, NEW), (NEW, OLD)])
async def test_who_is_there_by_account_is_not_listed_by_name_too_when_the_groups_become_one(
    stores: Stores, clock: FakeClock, by_name: int, by_account: int
) -> None:
    people, wang, elsewhere = stores.people, Member(7, "王小明"), -6
    for chat_id in (by_name, elsewhere):
        await people.enter(chat_id, wang.name, now=clock())
    other = await people.enter(by_name, "李四", now=clock())
    await people.join(by_account, wang, now=clock())
    for _ in range(2):
        await stores.chats.move(OLD, NEW, now=clock())
    assert [(m.user_id, m.name) for m in await people.roster(NEW)] == [(other.user_id, other.name), (7, wang.name)]
    assert [m.name for m in await people.roster(elsewhere)] == [wang.name]


async def test_of_what_is_declared_under_both_ids_the_new_one_stays(stores: Stores, clock: FakeClock) -> None:
    for chat_id, name in ((OLD, "会#1"), (OLD, "党费#1"), (NEW, "会#1"), (NEW, "学习#1")):
        await stores.chats.put(Chat(chat_id, "", "Asia/Shanghai"), now=clock())
        await stores.rules.declare(meeting(), name, chat_id=chat_id, leader_id=0, now=clock())
    await stores.rules.declare(meeting(), "总结#1", chat_id=OLD, leader_id=0, now=clock())
    await stores.rules.declare(meeting(), "总结#2", chat_id=NEW, leader_id=0, now=clock())
    before = {(r.chat_id, r.declared): r.id for r in await stores.rules.declared()}
    scene = Scene(stores, clock, FakeSender())
    await scene.runner.settled()
    for _ in range(2):
        await stores.chats.move(OLD, NEW, now=clock())
    kept = [before[key] for key in ((OLD, "党费#1"), (NEW, "会#1"), (NEW, "学习#1"), (NEW, "总结#2"))]
    assert [(r.id, r.chat_id) for r in await stores.rules.declared()] == [(rule_id, NEW) for rule_id in kept]
    await scene.until(clock() + timedelta(days=6))
    assert {p.rule_id for p in scene.sender.of("remind")} == set(kept)


async def test_messages_of_before_the_move_are_none_of_the_new_group(stores: Stores, clock: FakeClock) -> None:
    """A supergroup numbers its messages from 1 again: another message may bear the number of an old reminder."""
    scene = Scene(stores, clock, FakeSender())
    rule = await scene.add(meeting(leads=(Lead(),)), chat_id=OLD)
    nominal = rule.rule.schedule.start
    await scene.until(datetime(2026, 3, 6, 12, tzinfo=UTC))
    assert await stores.deliveries.newest_reminder(rule.id, nominal) is not None
    await stores.chats.move(OLD, NEW, now=clock())
    assert await stores.deliveries.newest_reminder(rule.id, nominal) is None
