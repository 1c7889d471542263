"""The bot is put into something, or taken out of it."""

from datetime import UTC, datetime

import pytest
from conftest import LI, Chatting
from telegram import Update

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
