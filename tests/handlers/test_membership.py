"""The bot is put into something, or taken out of it."""

from datetime import UTC, datetime

import pytest
from conftest import GROUP, LEADER, LI, Chatting, labels
from standing import DAY, deliver, new_rule
from telegram import Update

from sandbox.model import Message
from scheduler.delivery import Planned
from scheduler.rule import GroupRule

CHANNEL = -1009999
_RIGHTS = (
    "can_be_edited can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories can_post_messages"
)


@pytest.mark.parametrize(("was", "is_now"), [("left", "administrator"), ("administrator", "kicked")])
async def test_a_channel_is_neither_greeted_nor_stored(chatting: Chatting, was: str, is_now: str) -> None:
    """Posts there would be read by strangers."""
    bot = chatting.application.bot
    me = {"id": bot.id, "is_bot": True, "first_name": "b", "username": bot.username}
    rights = dict.fromkeys(_RIGHTS.split(), True) | {"is_anonymous": False, "until_date": 0}
    shape = {
        "update_id": 900_002,
        "my_chat_member": {
            "chat": {"id": CHANNEL, "type": "channel", "title": "频道"},
            "from": {"id": chatting.world.user(LI).id, "is_bot": False, "first_name": "李"},
            "date": int(datetime.now(UTC).timestamp()),
            "old_chat_member": {"status": was, "user": me} | rights,
            "new_chat_member": {"status": is_now, "user": me} | rights,
        },
    }
    await chatting.application.process_update(Update.de_json(shape, bot))
    assert await chatting.stores.chats.get(CHANNEL) is None


async def test_a_group_is_greeted_and_stored(chatting: Chatting) -> None:
    number = chatting.world.add_group("新的党小组", LI)
    await chatting.until(lambda: bool(chatting.from_bot("新的党小组")))
    chat = await chatting.stores.chats.get(number)
    assert chat is not None and chat.title == "新的党小组"


async def back_again(chatting: Chatting) -> Message:
    """What is said in the group by a bot that was removed and added again."""
    chatting.world.kick_bot(GROUP)
    before = len(chatting.from_bot(GROUP))
    chatting.world.add_bot(GROUP)
    await chatting.until(lambda: len(chatting.from_bot(GROUP)) > before)
    return chatting.from_bot(GROUP)[-1]


async def test_who_comes_back_counts_what_still_comes(chatting: Chatting) -> None:
    await new_rule(chatting, starts_in=-3 * DAY)
    await new_rule(chatting, starts_in=3 * DAY)
    assert "原来的 1 个提醒接着走" in (await back_again(chatting)).text


async def test_who_comes_back_to_nothing_offers_to_set_up(chatting: Chatting) -> None:
    await new_rule(chatting, starts_in=-3 * DAY)
    hello = await back_again(chatting)
    assert "接着走" not in hello.text and labels(hello) == ["设置提醒"]


def summary_of(rule: GroupRule, *, now: datetime) -> Planned:
    start = rule.rule.schedule.start
    return Planned(
        key=f"{rule.id}/{start:%Y%m%dT%H%M}/summary/by-test",
        chat_id=rule.leader_id,
        thread_id=None,
        purpose="summary",
        due_at=now,
        expires_at=now + DAY,
        rule_id=rule.id,
        nominal=start,
        event_at=now + DAY,
        lead="+later",
    )


@pytest.mark.parametrize("words", ["开始", "党小组长任期多久", "/help", "谢谢"])
async def test_whatever_a_leader_writes_in_private_brings_the_summary(chatting: Chatting, words: str) -> None:
    """It could not be sent before: nobody is written to who has not begun."""
    rule = await new_rule(chatting)
    assert chatting.world.user(LEADER).id == rule.leader_id
    await chatting.stores.plans.add([summary_of(rule, now=chatting.application.bot_data.clock())])
    await deliver(chatting)
    assert "failed" in [d.state for d in await chatting.stores.deliveries.of_rule(rule.id)]
    chatting.world.say(LEADER, LEADER, words)
    await chatting.until(lambda: bool(chatting.from_bot(LEADER)))
    await chatting.ask(LEADER, LEADER, "/about")  # one chat is served in order
    await deliver(chatting)
    assert "目前的回复" in chatting.from_bot(LEADER)[-1].text
