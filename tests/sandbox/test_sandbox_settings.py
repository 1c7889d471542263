"""The bot's standing, anonymous administrators, what is deleted; and the page's menu for all that."""

import httpx
import pytest
from telegram import Bot, ChatMemberOwner, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram_kit import FORUM, GROUP, LEADER, LI, WANG, ZHAO, Inbox

from sandbox import SandboxError, World

NOTICES = 2
ANONYMOUS = 1_087_968_824
Web = httpx.AsyncClient


async def test_the_bot_is_told_that_it_is_in_a_new_group(world: World, inbox: Inbox) -> None:
    group = world.add_group("第二党小组", "张组长", "王小明")
    added, founded = await inbox.look()
    change = added.my_chat_member
    assert change and (change.chat.id, change.from_user.id) == (group, LEADER)
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "member")
    assert founded.message and founded.message.group_chat_created


@pytest.mark.parametrize(
    ("change", "status"),
    [("promote_bot", "administrator"), ("mute_bot", "restricted"), ("kick_bot", "kicked")],
)
async def test_the_bot_is_told_how_it_stands(world: World, inbox: Inbox, change: str, status: str) -> None:
    getattr(world, change)("第一党小组")
    told = (await inbox.look())[0].my_chat_member
    assert told and told.new_chat_member.status == status


async def test_an_anonymous_administrator_speaks_in_the_name_of_the_group(bot: Bot, world: World, inbox: Inbox) -> None:
    world.set_anonymous("第一党小组", "张组长")
    said = world.say("张组长", "第一党小组", "/setup")
    (message,) = await inbox.messages()
    assert message.from_user and message.from_user.id == ANONYMOUS and message.from_user.is_bot
    assert message.from_user.username == "GroupAnonymousBot"
    assert message.sender_chat and message.sender_chat.id == GROUP
    (owner,) = await bot.get_chat_administrators(GROUP)
    assert isinstance(owner, ChatMemberOwner) and owner.is_anonymous
    assert (await bot.get_chat_member(GROUP, ANONYMOUS)).status == "left"
    world.edit("张组长", "第一党小组", said.id, "/setup 改")
    edited = (await inbox.one()).edited_message
    assert edited and edited.sender_chat
    with pytest.raises(SandboxError, match="自己"):
        world.edit("王小明", "第一党小组", said.id, "x")


async def test_who_presses_a_button_is_never_anonymous(bot: Bot, world: World, inbox: Inbox) -> None:
    world.set_anonymous("第一党小组", "张组长")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("确认", callback_data="yes")]])
    sent = await bot.send_message(GROUP, "对吗", reply_markup=keys)
    world.press("张组长", "第一党小组", sent.message_id, "yes")
    query = (await inbox.one()).callback_query
    assert query and query.from_user.id == LEADER


async def test_being_anonymous_ends_with_the_office_or_on_demand(world: World, inbox: Inbox) -> None:
    world.set_anonymous("第一党小组", "张组长")
    world.set_anonymous("第一党小组", "张组长", anonymous=False)
    world.set_status("第一党小组", "王小明", "administrator", by="张组长")
    world.set_anonymous("第一党小组", "王小明")
    world.set_status("第一党小组", "王小明", "member", by="张组长")
    for name in ("张组长", "王小明"):
        world.say(name, "第一党小组", "/help")
    assert [m.from_user.id for m in await inbox.messages() if m.from_user] == [LEADER, WANG]
    for name, group in (("王小明", "第一党小组"), ("张组长", world.add_group("小群", "张组长"))):
        with pytest.raises(SandboxError, match="只有超级群的管理员"):
            world.set_anonymous(group, name)


async def test_a_deleted_supergroup_is_not_found(bot: Bot, world: World) -> None:
    world.delete_chat("第一党小组")
    for call in (bot.send_message(GROUP, "开会"), bot.get_chat(GROUP), bot.get_chat_member(GROUP, LEADER)):
        with pytest.raises(BadRequest, match=r"^Chat not found$"):
            await call
    with pytest.raises(SandboxError, match="没有这个聊天"):
        world.say("王小明", GROUP, "在吗")
    assert world.add_group("第一党小组", "张组长", kind="supergroup") not in (GROUP, FORUM)


async def test_a_deleted_basic_group_is_remembered(bot: Bot, world: World) -> None:
    small = world.add_group("小群", "张组长")
    world.delete_chat("小群")
    with pytest.raises(Forbidden, match=r"^Forbidden: the group chat was deleted$"):
        await bot.send_message(small, "开会")
    with pytest.raises(SandboxError, match="只有群"):
        world.delete_chat("王小明")


async def test_a_deleted_topic_is_not_found_and_its_messages_are_gone(bot: Bot, world: World) -> None:
    sent = await bot.send_message(FORUM, "开会", message_thread_id=NOTICES)
    kept = await bot.send_message(FORUM, "大家好")
    world.delete_topic("支部大群", NOTICES)
    with pytest.raises(BadRequest, match=r"^Message thread not found$"):
        await bot.send_message(FORUM, "开会", message_thread_id=NOTICES)
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await sent.edit_text("改期")
    assert await kept.edit_text("大家早")
    for change in (world.delete_topic, world.close_topic):
        with pytest.raises(SandboxError, match="没有这个话题"):
            change("支部大群", NOTICES)


@pytest.mark.parametrize("who", [WANG, ZHAO])
async def test_nobody_can_write_to_a_deleted_account(bot: Bot, world: World, who: int) -> None:
    world.deactivate(who)
    with pytest.raises(Forbidden, match=r"^Forbidden: user is deactivated$"):
        await bot.send_message(who, "在吗")
    with pytest.raises(SandboxError, match="已经注销"):
        world.say(who, who, "在")


async def test_a_mention_by_id_names_the_person(bot: Bot, web: Web) -> None:
    text = f'<a href="tg://user?id={ZHAO}">赵 & 阿姨</a> <a href="tg://user?id=5">无名</a>'.replace("&", "&amp;")
    sent = await bot.send_message(GROUP, text, parse_mode="HTML")
    (mention,) = sent.entities
    assert mention.type == "text_mention" and mention.user and mention.user.first_name == "赵阿姨"
    assert sent.text == "赵 & 阿姨 无名"
    assert '<span class="mention">赵 &amp; 阿姨</span>' in str((await last(web, GROUP))["html"])


async def last(web: Web, chat_id: int) -> dict[str, object]:
    """The newest message of the chat, as the page shows it."""
    messages = (await web.get("/ui/state")).json()["messages"]
    found: dict[str, object] = [m for m in messages if m["chat_id"] == chat_id][-1]
    return found


# the page's menu


async def changed(web: Web, path: str, **body: object) -> dict[str, object]:
    answer = await web.post(path, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def shown(web: Web, chat_id: object) -> dict[str, object]:
    chats = (await web.get("/ui/state")).json()["chats"]
    found: dict[str, object] = next((chat for chat in chats if chat["id"] == chat_id), {})
    return found


async def test_the_page_shows_private_chats_that_nobody_has_begun(web: Web) -> None:
    assert (await shown(web, ZHAO))["bot"] == "left"
    await changed(web, "/ui/send", user_id=ZHAO, chat_id=ZHAO, text="/start")
    assert (await shown(web, ZHAO))["bot"] == "member"


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("administrator", "administrator"), ("muted", "restricted"), ("kicked", "kicked")],
)
async def test_the_page_changes_how_the_bot_stands(web: Web, status: str, becomes: str) -> None:
    await changed(web, "/ui/group/bot", chat_id=GROUP, status=status)
    assert (await shown(web, GROUP))["bot"] == becomes
    await changed(web, "/ui/group/bot", chat_id=GROUP, status="member")
    assert (await shown(web, GROUP))["bot"] == "member"


async def test_the_page_promotes_hides_and_removes_members(web: Web, bot: Bot, world: World) -> None:
    await changed(web, "/ui/group/member", chat_id=GROUP, user_id=WANG, status="administrator", by=LEADER)
    await changed(web, "/ui/group/anonymous", chat_id=GROUP, user_id=WANG, anonymous=True)
    assert (await shown(web, GROUP))["anonymous"] == [WANG]
    said = await changed(web, "/ui/send", chat_id=GROUP, user_id=WANG, text="/help")
    message = await last(web, GROUP)
    assert message["message_id"] == said["message_id"] and message["author_id"] == WANG
    assert message["from"] == {"id": ANONYMOUS, "name": "第一党小组（匿名）", "is_bot": False}
    await changed(web, "/ui/group/member", chat_id=GROUP, user_id=LI, status="kicked", by=LEADER)
    assert (await bot.get_chat_member(GROUP, LI)).status == "kicked"
    assert world.messages(GROUP)[-1].text == "张组长 把 李雷 移出了群"


async def test_the_page_founds_upgrades_and_deletes_a_group(web: Web, bot: Bot) -> None:
    made = await changed(web, "/ui/group/add", title=" 第二党小组 ", user_id=LEADER, kind="group")
    group = await shown(web, made["chat_id"])
    assert (group["title"], group["type"], group["bot"]) == ("第二党小组", "group", "member")
    moved = await changed(web, "/ui/group/migrate", chat_id=made["chat_id"])
    with pytest.raises(ChatMigrated):
        await bot.send_message(str(made["chat_id"]), "开会")
    await changed(web, "/ui/group/delete", chat_id=moved["chat_id"])
    assert not await shown(web, moved["chat_id"])


async def test_the_page_adds_closes_and_deletes_topics(web: Web, world: World) -> None:
    made = await changed(web, "/ui/group/add", title="论坛", user_id=LEADER, kind="forum")
    topic = await changed(web, "/ui/topic/add", name="学习", **made)
    assert (await shown(web, made["chat_id"]))["topics"] == [{"id": topic["topic_id"], "name": "学习", "closed": False}]
    for closed in (True, False):
        await changed(web, "/ui/topic/close", closed=closed, **made, **topic)
        assert [t.closed for t in world.chat("论坛").topics.values()] == [closed]
    await changed(web, "/ui/topic/delete", **made, **topic)
    assert not world.chat("论坛").topics


async def test_the_page_blocks_and_unblocks_the_bot(web: Web, bot: Bot) -> None:
    await changed(web, "/ui/block", user_id=WANG, blocked=True)
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(WANG, "在吗")
    await changed(web, "/ui/block", user_id=WANG, blocked=False)
    assert await bot.send_message(WANG, "在吗")


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("/ui/group/bot", {"chat_id": GROUP, "status": "creator"}, "creator"),
        ("/ui/group/member", {"chat_id": GROUP, "user_id": WANG, "status": "creator", "by": LEADER}, "creator"),
        ("/ui/group/member", {"chat_id": GROUP, "user_id": LEADER, "status": "left", "by": LEADER}, "群主"),
        ("/ui/group/member", {"chat_id": WANG, "user_id": WANG, "status": "left", "by": WANG}, "私聊"),
        ("/ui/group/anonymous", {"chat_id": GROUP, "user_id": LEADER, "anonymous": 1}, "anonymous"),
        ("/ui/group/add", {"title": " ", "user_id": LEADER}, "名字"),
        ("/ui/group/add", {"title": "第一党小组", "user_id": LEADER}, "已经有"),
        ("/ui/group/add", {"title": "新", "user_id": LEADER, "kind": "channel"}, "channel"),
        ("/ui/group/migrate", {"chat_id": GROUP}, "普通群"),
        ("/ui/group/delete", {"chat_id": WANG}, "只有群"),
        ("/ui/group/delete", {"chat_id": 5}, "没有这个聊天"),
        ("/ui/topic/add", {"chat_id": GROUP, "name": "x"}, "没有话题"),
        ("/ui/topic/close", {"chat_id": FORUM, "topic_id": 99, "closed": True}, "没有这个话题"),
        ("/ui/block", {"user_id": 5, "blocked": True}, "没有这个人"),
    ],
)
async def test_wrong_settings_are_told_in_chinese(web: Web, path: str, body: dict[str, object], word: str) -> None:
    answer = await web.post(path, json=body)
    assert answer.status_code in (400, 404) and word in answer.json()["error"]
