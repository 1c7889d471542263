"""Who is in the group, as far as a bot can know: /join, /leave, /roster, and those who leave the group."""

import logging
import re
from collections.abc import Sequence
from datetime import timedelta

from telegram import LinkPreviewOptions, Message, ReplyParameters, Update, User
from telegram.constants import ChatType, ParseMode

from handlers.counts import show_anew
from handlers.leader import stepped_down
from handlers.names import plain_name
from handlers.questions import edit
from handlers.reminder_texts import listing, safe
from handlers.rights import is_present, refusal
from handlers.roster_page import Card, RosterPress, asked, asks_about, listed, roster_press
from handlers.services import Context
from scheduler.response import Member
from storage import StoreError

_CONFIRMED = 1500  # room for names, in Telegram's units
MOST = 200  # on one roster by being entered; who presses a button is never turned away
_IN_GROUP = "名单是跟着群走的，到群里发这个命令。"
_NAMELESS = "你现在是匿名发言，我认不出是谁。关掉匿名再发一次，或者直接点提醒下面的按钮（点按钮认得出）。"
_NOT_NOW = "这会儿记不下来，过一会儿再发一次。"
_PRESS_LATER = "这会儿记不下来，过一会儿再点一次"
_ONLY_MANAGERS = "名单由群主和管理员来管。自己要加入发 /join，要退出发 /leave。"
_GONE = "这个按钮不管用了，重新发一次 /roster 吧。"
_TOO_MANY = f"名单最多录入到 {MOST} 人，这次没有录。先移出一些，或分成几个党小组。"
_SEPARATORS = re.compile(r"[\s,，、;；。]+")
_log = logging.getLogger(__name__)


async def on_join(update: Update, context: Context) -> None:
    message = update.effective_message
    user = await _member_in(message)
    if message is None or user is None:
        return
    stores = context.services.stores
    member = Member(user.id, plain_name(user.full_name))
    try:
        is_new = await stores.people.join(message.chat_id, member, now=context.services.clock())
        count = len(await stores.people.roster(message.chat_id))
    except StoreError as error:
        await _not_now(message, error)
        return
    await _say(message, f"记下了，你在名单里，现在共 {count} 人。" if is_new else "你已经在名单里了。")


async def on_leave(update: Update, context: Context) -> None:
    message = update.effective_message
    user = await _member_in(message)
    if message is None or user is None:
        return
    try:
        was_on = await _taken_off(message.chat_id, user.id, context)
    except StoreError as error:
        await _not_now(message, error)
        return
    left = "把你移出名单了，在本群的回复也删了。以后再点提醒下面的按钮，又会回到名单里。"
    await _say(message, left if was_on else "你本来就不在名单里。")


async def on_roster(update: Update, context: Context) -> None:
    """Without words: the list. With names: they are entered."""
    message = update.effective_message
    if message is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await _say(message, _IN_GROUP)
        return
    if (words := await _refusal(message, context)) is not None:
        await _say(message, words)
        return
    names = names_in(" ".join(context.args or []))
    try:
        if names:
            await _say(message, await _entered(names, message.chat_id, context))
        else:
            await _show(message, listed(await context.services.stores.people.roster(message.chat_id), 0))
    except StoreError as error:
        await _not_now(message, error)


def names_in(typed: str) -> list[str]:
    """Each once, in the order in which they were typed."""
    return list(dict.fromkeys(plain_name(word) for word in _SEPARATORS.split(typed) if word))


async def _entered(names: Sequence[str], chat_id: int, context: Context) -> str:
    people, now = context.services.stores.people, context.services.clock()
    roster = await people.roster(chat_id)
    known = {member.name for member in roster}
    new = [name for name in names if name not in known]
    if len(roster) + len(new) > MOST:
        return _TOO_MANY
    for place, name in enumerate(new):  # a roster is in the order of coming
        await people.enter(chat_id, name, now=now + timedelta(microseconds=place))
    lines = [f"录入了：{listing(new, _CONFIRMED)}"] if new else []
    old = [name for name in names if name in known]
    lines += [f"已经在名单里：{listing(old, _CONFIRMED)}（同名的写个区别，比如 {old[0][:20]}2）"] if old else []
    lines += [f"名单现在共 {len(roster) + len(new)} 人。"]
    return "\n".join(lines)


async def on_roster_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = roster_press(query.data or ""), query.message
    if press is None or not isinstance(message, Message):
        await query.answer(_GONE)
        return
    said: str | None = None
    is_refused = False
    try:
        said = await refusal(context, message.chat_id, query.from_user.id, only=_ONLY_MANAGERS)
        is_refused = said is not None
        if not is_refused:
            said = await _turned(press, message, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = _PRESS_LATER
    finally:
        await query.answer(said, show_alert=is_refused)


async def _turned(press: RosterPress, message: Message, context: Context) -> str | None:
    """Do what the button says; the words to show to who pressed it."""
    people = context.services.stores.people
    roster = await people.roster(message.chat_id)
    member = next((m for m in roster if m.user_id == press.user_id), None)
    said = None
    match press.action:
        case "list" | "pick":
            card = listed(roster, press.page, picking=press.action == "pick")
        case "ask" if member is not None:
            card = asked(member, press.page)
        # numbers of the entered come again
        case "drop" if member is not None and asks_about(member, message.text or ""):
            await _taken_off(message.chat_id, member.user_id, context)
            card, said = listed([m for m in roster if m != member], press.page), f"移出了：{member.name}"
        case _:
            card, said = listed(roster, press.page), "已经不在名单里了"
    await edit(context, message.chat_id, message.message_id, card.html, card.markup)
    return said


async def on_left(update: Update, context: Context) -> None:
    """Telegram's note in the group: somebody has left or was removed."""
    message = update.effective_message
    if message is not None and message.left_chat_member is not None:
        await _off(message.chat_id, message.left_chat_member, context)


async def on_member(update: Update, context: Context) -> None:
    """The same for a bot that is an administrator, also where the group hides such notes."""
    changed = update.chat_member
    if changed is not None and not is_present(changed.new_chat_member):
        await _off(changed.chat.id, changed.new_chat_member.user, context)


async def _taken_off(chat_id: int, user_id: int, context: Context) -> bool:
    """With the answers, and the counts that showed them. False for who was not on the list."""
    people = context.services.stores.people
    events = await people.answered(user_id, chat_id=chat_id)
    was_on = await people.leave(chat_id, user_id)
    await show_anew(events, context)
    return was_on


async def _off(chat_id: int, user: User, context: Context) -> None:
    try:
        await _taken_off(chat_id, user.id, context)
        await stepped_down(chat_id, user.id, context.services)
    except StoreError as error:
        _log.error("store.failed %s，退群的人还在名单里，管理员可以用 /roster 移出", error)


async def _member_in(message: Message | None) -> User | None:
    """Who speaks in the group; None after a hint when nobody can tell."""
    if message is None:
        return None
    if message.chat.type == ChatType.PRIVATE:
        await _say(message, _IN_GROUP)
        return None
    if message.sender_chat is not None:
        await _say(message, _NAMELESS)
        return None
    return message.from_user


async def _refusal(message: Message, context: Context) -> str | None:
    """An anonymous administrator speaks as the group itself; nobody else can."""
    speaker = message.sender_chat or message.from_user
    if speaker is None:
        return _ONLY_MANAGERS
    return await refusal(context, message.chat_id, speaker.id, only=_ONLY_MANAGERS)


async def _not_now(message: Message, error: StoreError) -> None:
    _log.error("store.failed %s", error)
    await _say(message, _NOT_NOW)


async def _say(message: Message, text: str) -> None:
    await _post(message, safe(text), None)


async def _show(message: Message, card: Card) -> None:
    await _post(message, card.html, card)


async def _post(message: Message, html: str, card: Card | None) -> None:
    await message.reply_text(
        html,
        parse_mode=ParseMode.HTML,
        reply_markup=card.markup if card is not None else None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
    )
