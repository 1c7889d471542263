"""Writing, changing and removing messages, through python-telegram-bot."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import ReplyParameters as Reply
from telegram.error import BadRequest
from telegram_kit import GROUP, WANG, FakeClock, Inbox

from sandbox import World

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("看过", callback_data="seen")]])
OTHER = InlineKeyboardMarkup([[InlineKeyboardButton("再看", callback_data="again")]])


async def refused(call: object, text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await call  # type: ignore[misc]
    assert caught.value.message == text


async def test_a_message_arrives_as_it_was_sent(bot: Bot, world: World) -> None:
    sent = await bot.send_message(
        WANG,
        "<b>党费</b> 见 https://www.12371.cn/ 或 /help",
        parse_mode="HTML",
        reply_markup=BUTTONS,
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "党费 见 https://www.12371.cn/ 或 /help"
    assert sent.text_html == "<b>党费</b> 见 https://www.12371.cn/ 或 /help"
    assert [entity.type for entity in sent.entities] == ["bold", "url", "bot_command"]
    assert sent.parse_entities(["bot_command"]).popitem()[1] == "/help"
    assert sent.reply_markup == BUTTONS
    assert sent.from_user and sent.from_user.id == bot.id
    assert [m.text for m in world.messages("王小明")] == [sent.text]


async def test_offsets_count_utf16_units(bot: Bot) -> None:
    sent = await bot.send_message(WANG, "😀🎉 /help <b>重要</b>", parse_mode="HTML")
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bot_command", 5, 5),
        ("bold", 11, 2),
    ]
    assert list(sent.parse_entities().values()) == ["/help", "重要"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start@party_group_bot 1", ["/start@party_group_bot"]),
        ("请看 @party_group_bot 好吗", ["@party_group_bot"]),
        ("你好@party_group_bot", []),
        ("/help怎么用", []),
        ("mail@example.cn 与 a/b", ["mail@example.cn"]),
        ("见 12371.cn/a。", ["12371.cn/a。"]),
        ("#党费 和 #1", ["#党费"]),
    ],
)
async def test_entities_are_found_where_telegram_finds_them(bot: Bot, text: str, found: list[str]) -> None:
    sent = await bot.send_message(WANG, text)
    assert list(sent.parse_entities().values()) == found


@pytest.mark.parametrize("tag", ["code", "pre", "a"])
async def test_nothing_is_found_inside_code_and_links(bot: Bot, tag: str) -> None:
    opened = '<a href="https://12371.cn/">' if tag == "a" else f"<{tag}>"
    sent = await bot.send_message(WANG, f"{opened}/help @abcde</{tag}> /help", parse_mode="HTML")
    kinds = {"a": "text_link"}
    assert [entity.type for entity in sent.entities] == [kinds.get(tag, tag), "bot_command"]


async def test_blank_ends_are_dropped_and_entities_move_along(bot: Bot) -> None:
    sent = await bot.send_message(WANG, " \n <b> 党费 </b> 已交 \n", parse_mode="HTML")
    assert sent.text == "党费 </b> 已交".replace("</b> ", " ")
    assert sent.parse_entities() == {sent.entities[0]: "党费 "}


@pytest.mark.parametrize("sign", ["党", "😀"])
async def test_4096_utf16_units_are_the_limit_after_parsing(bot: Bot, sign: str) -> None:
    most = 4096 // (2 if sign == "😀" else 1)
    sent = await bot.send_message(WANG, f"<b>{sign * most}</b>", parse_mode="HTML")
    assert sent.text == sign * most
    await refused(bot.send_message(WANG, sign * most + "1"), "Message is too long")


async def test_a_message_needs_words(bot: Bot) -> None:
    await refused(bot.send_message(WANG, ""), "Message text is empty")
    await refused(bot.send_message(WANG, "<b> </b>", parse_mode="HTML"), "Text must be non-empty")


async def test_a_reply_shows_what_it_answers(bot: Bot, world: World) -> None:
    asked = world.say("王小明", "第一党小组", "/help")
    sent = await bot.send_message(GROUP, "在", reply_parameters=Reply(asked.id))
    assert sent.reply_to_message and sent.reply_to_message.text == "/help"
    await refused(bot.send_message(GROUP, "在", reply_parameters=Reply(99)), "Message to be replied not found")
    lenient = Reply(99, allow_sending_without_reply=True)
    assert not (await bot.send_message(GROUP, "在", reply_parameters=lenient)).reply_to_message


async def test_text_and_buttons_change_in_place(bot: Bot, world: World, clock: FakeClock) -> None:
    sent = await bot.send_message(WANG, "一", reply_markup=BUTTONS)
    clock.now += 60
    changed = await sent.edit_text("二", reply_markup=OTHER)
    assert changed.text == "二" and changed.reply_markup == OTHER  # type: ignore[union-attr]
    assert changed.edit_date and (changed.edit_date - sent.date).seconds == 60  # type: ignore[union-attr]
    await sent.edit_text("二")
    (kept,) = world.messages("王小明")
    assert kept.text == "二" and kept.keyboard == ()


async def test_changing_only_buttons_does_not_mark_a_message_as_edited(bot: Bot) -> None:
    sent = await bot.send_message(WANG, "一", reply_markup=BUTTONS)
    changed = await sent.edit_reply_markup(OTHER)
    assert changed.reply_markup == OTHER and changed.edit_date is None  # type: ignore[union-attr]
    assert (await sent.edit_reply_markup(None)).reply_markup is None  # type: ignore[union-attr]


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot) -> None:
    sent = await bot.send_message(WANG, "<b>一</b>", parse_mode="HTML", reply_markup=BUTTONS)
    same = "Message is not modified: specified new message content and reply markup are exactly"
    same += " the same as a current content and reply markup of the message"
    await refused(sent.edit_text("<b>一</b>", parse_mode="HTML", reply_markup=BUTTONS), same)
    await refused(sent.edit_reply_markup(BUTTONS), same)
    await sent.edit_text("一", reply_markup=BUTTONS)


async def test_only_own_messages_that_exist_can_be_edited(bot: Bot, world: World) -> None:
    foreign = world.say("王小明", "王小明", "你好")
    await refused(bot.edit_message_text("x", WANG, foreign.id), "Message can't be edited")
    await refused(bot.edit_message_text("x", WANG, 999), "Message to edit not found")
    await refused(bot.edit_message_reply_markup(WANG, 999, reply_markup=OTHER), "Message to edit not found")
    sent = await bot.send_message(WANG, "一")
    await refused(sent.edit_text("党" * 4097), "Message is too long")


async def test_deleting(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "一")
    assert await sent.delete()
    await refused(bot.delete_message(WANG, sent.message_id), "Message to delete not found")
    await refused(sent.edit_text("二"), "Message to edit not found")
    asked = world.say("王小明", "第一党小组", "/help")
    await refused(bot.delete_message(GROUP, asked.id), "Message can't be deleted")
    world.promote_bot("第一党小组")
    assert await bot.delete_messages(GROUP, [asked.id, 999])
    assert asked not in world.messages("第一党小组")


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        (InlineKeyboardButton("组", callback_data="x" * 65), "Button_data_invalid"),
        (InlineKeyboardButton("组", callback_data="党" * 22), "Button_data_invalid"),
        (InlineKeyboardButton(" ", callback_data="x"), "Button_text_invalid"),
        (
            InlineKeyboardButton("组"),
            "Can't parse inline keyboard button: text buttons are unallowed in the inline keyboard",
        ),
        (
            InlineKeyboardButton("组", url="nothing"),
            "Inline keyboard button url 'nothing' is invalid: wrong http url",
        ),
    ],
)
async def test_bad_buttons_are_refused(bot: Bot, button: InlineKeyboardButton, complaint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await bot.send_message(WANG, "一", reply_markup=InlineKeyboardMarkup([[button]]))
    assert caught.value.message.lower() == complaint.lower()


@pytest.mark.parametrize("data", ["x" * 64, "党" * 21 + "x", "1"])
async def test_callback_data_of_1_to_64_bytes_is_taken(bot: Bot, world: World, data: str) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("组", callback_data=data)]])
    sent = await bot.send_message(WANG, "一", reply_markup=markup)
    assert world.press("王小明", "王小明", sent.message_id, data)


async def test_a_document_is_kept_and_can_be_fetched_again(bot: Bot, inbox: Inbox) -> None:
    body = "序号,姓名\n1,王小明\n".encode()
    sent = await bot.send_document(WANG, body, filename="名单.csv", caption="<b>名单</b>", parse_mode="HTML")
    assert sent.document and sent.document.file_name == "名单.csv"
    assert sent.document.file_size == len(body)
    assert sent.caption_html == "<b>名单</b>"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == body
    again = await bot.send_document(WANG, sent.document.file_id)
    assert again.document == sent.document
    await refused(bot.send_document(WANG, body, caption="党" * 1025), "Message caption is too long")


async def test_a_person_can_hand_over_a_file(bot: Bot, world: World, inbox: Inbox) -> None:
    world.hand_over("王小明", "王小明", "规则.yaml", b"rules: []")
    (message,) = await inbox.messages()
    assert message.document and message.document.file_name == "规则.yaml"
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"rules: []"


async def test_reactions_pins_and_actions_are_checked(bot: Bot, world: World) -> None:
    sent = await bot.send_message(GROUP, "本周三开会")
    assert await bot.set_message_reaction(GROUP, sent.message_id, "👍")
    await refused(bot.set_message_reaction(GROUP, 999, "👍"), "Message to react not found")
    await refused(sent.pin(), "Not enough rights to manage pinned messages in the chat")
    world.promote_bot("第一党小组")
    assert await sent.pin()
    chat = await bot.get_chat(GROUP)
    assert chat.pinned_message and chat.pinned_message.message_id == sent.message_id
    assert await bot.unpin_chat_message(GROUP)
    assert (await bot.get_chat(GROUP)).pinned_message is None
    assert await bot.send_chat_action(GROUP, "typing")
    await refused(bot.send_chat_action(GROUP, "dancing"), "Wrong parameter action in request")


async def test_only_the_newest_messages_of_a_chat_are_kept(bot: Bot, world: World) -> None:
    first = await bot.send_message(WANG, "第一条")
    for number in range(2_000):
        world.say("王小明", "王小明", str(number))
    assert len(world.messages("王小明")) == 2_000
    await refused(first.edit_text("二"), "Message to edit not found")


async def test_private_chats_share_their_numbers_and_a_supergroup_has_its_own(
    world: World,
) -> None:
    numbers = [world.say(who, who, "在").id for who in ("王小明", "李雷", "王小明")]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert world.say("王小明", "第一党小组", "在").id == 2
