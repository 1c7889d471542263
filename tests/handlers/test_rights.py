"""Who may manage a group's reminders, and what is said to everybody else."""

import pytest
from conftest import GROUP, LEADER, LI, WANG, Chatting
from standing import Pressing

from sandbox.errors import ApiError


async def test_the_owner_is_not_called_a_stranger_because_telegram_did_not_answer(chatting: Chatting) -> None:
    chatting.world.fail_next(ApiError(500, "Internal Server Error"), method="getChatMember", times=3)
    said = (await chatting.ask(LEADER, GROUP, "/setup")).text
    assert "问不到 Telegram" in said and "群主和管理员" not in said
    assert "要设什么提醒" in (await chatting.ask(LEADER, GROUP, "/setup")).text  # and it was not remembered


@pytest.mark.parametrize("words", ["PARTICIPANT_ID_INVALID", "user not found", "member not found"])
async def test_whom_telegram_does_not_find_in_the_group_is_none_of_its_managers(chatting: Chatting, words: str) -> None:
    chatting.world.fail_next(ApiError(400, f"Bad Request: {words}"), method="getChatMember")
    assert "群主和管理员" in (await chatting.ask(WANG, GROUP, "/setup")).text


@pytest.mark.parametrize("who", [WANG, LI])
async def test_nobody_manages_a_private_chat(chatting: Chatting, who: str) -> None:
    """There the number of the chat is that of its member; a forged press must not set up anything."""
    object.__setattr__(chatting.application.bot_data, "admins", frozenset({chatting.world.user(LI).id}))
    said = await chatting.ask(who, who, "/help")
    assert "群主和管理员" in (await Pressing(chatting).forge(who, said, "g:setup")).text
    assert chatting.from_bot(who)[-1] == said
