"""Groups, privacy mode, topics, members, migration: what the bot sees and may do."""

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeChat
from telegram import ReplyParameters as Reply
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram_kit import FORUM, GROUP, LEADER, LI, WANG, ZHAO, Inbox

from sandbox import SandboxError, World

NOTICES, TALKS = 2, 3


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/help", True),
        ("/help 党费", True),
        ("/help@party_group_bot", True),
        ("/help@Party_Group_Bot", True),
        ("/help@other_bot", False),
        ("请问 @party_group_bot 怎么交党费", True),
        ("请问@party_group_bot怎么交党费", False),
        ("@someone 你好", False),
        ("大家好", False),
        ("看 /help", False),
    ],
)
async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(
    world: World, inbox: Inbox, text: str, seen: bool
) -> None:
    world.say("王小明", "第一党小组", text)
    assert await inbox.texts() == ([text] if seen else [])


async def test_replies_to_the_bot_get_through_and_replies_to_others_do_not(
    bot: Bot, world: World, inbox: Inbox
) -> None:
    own = await bot.send_message(GROUP, "本周三开会")
    other = world.say("李雷", "第一党小组", "大家好")
    world.say("王小明", "第一党小组", "收到", reply_to=own.message_id)
    world.say("王小明", "第一党小组", "你好", reply_to=other.id)
    (message,) = await inbox.messages()
    assert message.text == "收到"
    assert message.reply_to_message and message.reply_to_message.text == "本周三开会"


async def test_edits_obey_privacy_too(world: World, inbox: Inbox) -> None:
    hidden = world.say("王小明", "第一党小组", "大家好")
    shown = world.say("王小明", "第一党小组", "/help")
    await inbox.look()
    world.edit("王小明", "第一党小组", hidden.id, "大家早")
    world.edit("王小明", "第一党小组", shown.id, "/help 党费")
    update = await inbox.one()
    assert update.edited_message and update.edited_message.text == "/help 党费"
    assert update.edited_message.edit_date


async def test_an_administrator_or_a_bot_without_privacy_sees_everything(world: World, inbox: Inbox, bot: Bot) -> None:
    assert not (await bot.get_me()).can_read_all_group_messages
    world.can_read_all = True
    assert (await bot.get_me()).can_read_all_group_messages
    world.say("王小明", "第一党小组", "一")
    world.can_read_all = False
    world.promote_bot("支部大群")
    await inbox.look()
    world.say("王小明", "支部大群", "二")
    world.say("王小明", "第一党小组", "三")
    assert await inbox.texts() == ["二"]


async def test_photos_voices_and_stickers_arrive_in_private(world: World, inbox: Inbox) -> None:
    world.show("王小明", "王小明", "photo", "会议 #照片")
    world.show("王小明", "王小明", "voice")
    world.show("王小明", "王小明", "sticker")
    photo, voice, sticker = await inbox.messages()
    assert photo.photo and photo.caption == "会议 #照片" and photo.caption_entities
    assert voice.voice and sticker.sticker


async def test_a_kicked_bot_is_told_once_and_refused_afterwards(bot: Bot, world: World, inbox: Inbox) -> None:
    world.kick_bot("第一党小组")
    update = await inbox.one()
    assert update.my_chat_member
    assert update.my_chat_member.old_chat_member.status == "member"
    assert update.my_chat_member.new_chat_member.status == "kicked"
    world.say("王小明", "第一党小组", "/help")
    assert await inbox.look() == []
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was kicked from the supergroup chat$"):
        await bot.send_message(GROUP, "开会")
    world.add_bot("第一党小组")
    added, service = await inbox.look()
    assert added.my_chat_member and service.message and service.message.new_chat_members
    assert await bot.send_message(GROUP, "开会")


async def test_leaving_is_possible_once(bot: Bot, inbox: Inbox) -> None:
    assert await bot.leave_chat(GROUP)
    update = await inbox.one()
    assert update.my_chat_member and update.my_chat_member.new_chat_member.status == "left"
    with pytest.raises(Forbidden, match=r"^Forbidden: bot is not a member of the supergroup chat$"):
        await bot.send_message(GROUP, "开会")
    with pytest.raises(BadRequest, match="private chats"):
        await bot.leave_chat(WANG)


async def test_only_an_administrator_is_told_of_other_members(bot: Bot, world: World, inbox: Inbox) -> None:
    inbox.kinds = ["chat_member", "message"]
    await inbox.look()
    world.leave("李雷", "第一党小组")
    (service,) = await inbox.messages()
    assert service.left_chat_member and service.left_chat_member.id == LI
    world.promote_bot("第一党小组")
    world.join("李雷", "第一党小组")
    change, service_update = await inbox.look()
    assert change.chat_member and change.chat_member.new_chat_member.user.id == LI
    assert service_update.message and service_update.message.new_chat_members[0].id == LI


async def test_members_can_be_asked_for(bot: Bot, world: World) -> None:
    assert await bot.get_chat_member_count(GROUP) == 5
    (leader,) = await bot.get_chat_administrators(GROUP)
    assert leader.user.id == LEADER and leader.status == "creator"
    assert (await bot.get_chat_member(GROUP, WANG)).status == "member"
    world.leave("王小明", "第一党小组")
    assert (await bot.get_chat_member(GROUP, WANG)).status == "left"
    assert await bot.get_chat_member_count(GROUP) == 4
    world.set_status("第一党小组", "赵阿姨", "administrator", by="张组长")
    assert {m.user.id for m in await bot.get_chat_administrators(GROUP)} == {LEADER, ZHAO}
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await bot.get_chat_administrators(WANG)
    with pytest.raises(BadRequest, match="Participant_id_invalid"):
        await bot.get_chat_member(GROUP, 99)


async def test_chats_can_be_looked_at(bot: Bot, world: World) -> None:
    group = await bot.get_chat(GROUP)
    assert group.title == "第一党小组" and group.type == "supergroup" and not group.is_forum
    assert (await bot.get_chat(FORUM)).is_forum
    world.block("王小明")
    person = await bot.get_chat(WANG)
    assert person.first_name == "王小明" and person.username == "wang_xiaoming"
    assert (await bot.get_chat(ZHAO)).first_name == "赵阿姨"
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.get_chat(-1)


async def test_a_migrated_group_names_its_new_id(bot: Bot, world: World, inbox: Inbox) -> None:
    new_id = world.migrate("第一党小组")
    old, new = await inbox.messages()
    assert old.chat.id == GROUP and old.migrate_to_chat_id == new_id
    assert new.chat.id == new_id and new.migrate_from_chat_id == GROUP
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(GROUP, "开会")
    assert caught.value.new_chat_id == new_id
    assert (await bot.send_message(new_id, "开会")).chat.title == "第一党小组"
    with pytest.raises(SandboxError, match="王小明 不在"):
        world.say("王小明", GROUP, "在吗")
    assert world.say("王小明", "第一党小组", "在吗").chat_id == new_id


async def test_a_basic_group_becomes_a_supergroup(bot: Bot, world: World, inbox: Inbox) -> None:
    small = world.add_group("临时小组", "张组长", "王小明")
    (founded,) = await inbox.messages()
    assert founded.chat.type == "group" and founded.group_chat_created
    world.kick_bot(small)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was kicked from the group chat$"):
        await bot.send_message(small, "开会")
    world.add_bot(small)
    large = world.migrate("临时小组")
    assert (await bot.get_chat(large)).type == "supergroup"
    with pytest.raises(ChatMigrated):
        await bot.get_chat(small)


async def test_a_blocked_bot_may_not_write_until_the_person_writes_again(bot: Bot, world: World, inbox: Inbox) -> None:
    world.block("王小明")
    update = await inbox.one()
    assert update.my_chat_member and update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was blocked by the user$"):
        await bot.send_message(WANG, "在吗")
    world.say("王小明", "王小明", "/start")
    back, message = await inbox.look()
    assert back.my_chat_member and back.my_chat_member.new_chat_member.status == "member"
    assert message.message and await message.message.reply_text("在")


async def test_a_bot_cannot_write_first(bot: Bot, world: World, inbox: Inbox) -> None:
    text = "^Forbidden: bot can't initiate conversation with a user$"
    with pytest.raises(Forbidden, match=text):
        await bot.send_message(ZHAO, "您好")
    world.say("赵阿姨", "赵阿姨", "/start join_42")
    (message,) = await inbox.messages()
    assert message.text == "/start join_42" and message.parse_entities().popitem()[1] == "/start"
    assert await bot.send_message(ZHAO, "您好")


async def test_a_muted_bot_has_no_rights(bot: Bot, world: World) -> None:
    world.mute_bot("第一党小组")
    text = "^Not enough rights to send text messages to the chat$"
    with pytest.raises(BadRequest, match=text):
        await bot.send_message(GROUP, "开会")
    with pytest.raises(BadRequest, match=r"^Not enough rights to send documents to the chat$"):
        await bot.send_document(GROUP, b"x", filename="x")
    assert (await bot.get_chat_member(GROUP, bot.id)).status == "restricted"


async def test_topics_have_messages_of_their_own(bot: Bot, world: World, inbox: Inbox) -> None:
    assert list(world.chat("支部大群").topics) == [NOTICES, TALKS]
    asked = world.say("王小明", "支部大群", "/help", thread_id=TALKS)
    (message,) = await inbox.messages()
    assert message.message_thread_id == TALKS and message.is_topic_message
    assert message.reply_to_message and message.reply_to_message.forum_topic_created
    answer = await message.reply_text("在", do_quote=True)
    assert answer.message_thread_id == TALKS
    assert answer.reply_to_message and answer.reply_to_message.message_id == asked.id
    in_general = await bot.send_message(FORUM, "全体")
    assert in_general.message_thread_id is None


async def test_a_topic_must_exist_and_be_open(bot: Bot, world: World) -> None:
    for thread in (1, 99):
        with pytest.raises(BadRequest, match=r"^Message thread not found$"):
            await bot.send_message(FORUM, "开会", message_thread_id=thread)
    world.close_topic("支部大群", NOTICES)
    with pytest.raises(BadRequest, match=r"(?i)^topic_closed$"):
        await bot.send_message(FORUM, "开会", message_thread_id=NOTICES)
    with pytest.raises(SandboxError, match="已关闭"):
        world.say("王小明", "支部大群", "/help", thread_id=NOTICES)
    world.promote_bot("支部大群")
    assert await bot.send_message(FORUM, "开会", message_thread_id=NOTICES)
    world.close_topic("支部大群", NOTICES, closed=False)
    assert world.say("王小明", "支部大群", "/help", thread_id=NOTICES)


async def test_a_thread_of_replies_is_no_topic(bot: Bot, world: World, inbox: Inbox) -> None:
    own = await bot.send_message(GROUP, "本周三开会")
    world.say("王小明", "第一党小组", "收到", reply_to=own.message_id)
    (message,) = await inbox.messages()
    assert message.message_thread_id == own.message_id and not message.is_topic_message
    with pytest.raises(BadRequest, match=r"^Message thread not found$"):
        await bot.send_message(GROUP, "好", message_thread_id=own.message_id)
    assert await bot.send_message(GROUP, "好", reply_parameters=Reply(message.message_id))


async def test_commands_are_kept_by_scope_and_language(bot: Bot, world: World) -> None:
    await bot.set_my_commands([BotCommand("help", "帮助")])
    await bot.set_my_commands([BotCommand("meet", "开会")], scope=BotCommandScopeAllGroupChats())
    await bot.set_my_commands([BotCommand("admin", "管理")], scope=BotCommandScopeChat(WANG))
    await bot.set_my_commands([BotCommand("help", "Help")], language_code="en")
    assert await bot.get_my_commands() == (BotCommand("help", "帮助"),)
    assert (await bot.get_my_commands(language_code="en"))[0].description == "Help"
    shown = {chat: world.profile.shown_in(world.chat(chat))[0].name for chat in (WANG, LI, GROUP)}
    assert shown == {WANG: "admin", LI: "help", GROUP: "meet"}
    await bot.set_my_commands([BotCommand("help", "中文帮助")], language_code="zh")
    assert world.profile.shown_in(world.chat(LI))[0].description == "中文帮助"
    await bot.delete_my_commands(scope=BotCommandScopeChat(WANG))
    assert world.profile.shown_in(world.chat(WANG))[0].name == "help"


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (BotCommand("帮助", "x"), "(?i)^bot_command_invalid$"),
        (BotCommand("Help", "x"), "(?i)^bot_command_invalid$"),
        (BotCommand("help", " "), "(?i)^bot_command_description_invalid$"),
    ],
)
async def test_bad_commands_are_refused(bot: Bot, command: BotCommand, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot.set_my_commands([command])


async def test_the_bot_tells_about_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.first_name) == (7000000001, "party_group_bot", "党小组助手")
    assert me.can_join_groups and me.supports_inline_queries
    assert (await bot.get_my_name()).name == "党小组助手"
    assert await bot.set_my_name("助手") and (await bot.get_my_name()).name == "助手"
    assert await bot.set_my_description("说明") and await bot.set_my_short_description("短")
    assert (await bot.get_my_description()).description == "说明"
    assert (await bot.get_my_short_description("en")).short_description == "短"
    with pytest.raises(BadRequest, match=r"(?i)^description_too_long$"):
        await bot.set_my_description("长" * 513)
