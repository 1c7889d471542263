"""Commands that are not questions."""

import logging
import re

from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardMarkup,
    Update,
)
from telegram.constants import ChatType, ParseMode

from handlers.buttons import answer_keyboard, entry_buttons, topic_keyboard
from handlers.counts import show_anew
from handlers.render import rendered
from handlers.services import BotApplication, Context
from knowledge import Entry, entry_text, related
from storage import StoreError

_HELLO = (
    "你好，我是党小组助手。\n\n"
    "党小组长的职责、谁能当、怎么产生、任期、怎么开会、党费怎么交，直接打字问我。"
    "每条答案都带出处；没有收录的我会直说，不瞎猜。\n\n"
    "点下面的试试，或发 /topics 看看全部内容。"
)
_HELP = (
    "怎么用：\n"
    "· 私聊里直接打字提问\n"
    "· 群里 @我 再提问，回复我的答案接着问，或用 /ask 加问题\n"
    "· 接着问“那副组长呢”我也听得懂（十分钟内）\n\n"
    "群里的提醒（群主和管理员设）：/setup 用按钮，/remind 一句话，/reminders 看、改、停\n"
    "/next 往后30天，/calendar 加进手机日历\n\n"
    "/topics 看全部话题\n/dues 6500 算党费\n/join 加入本群名单，/leave 退出\n"
    "/about 我是谁\n/privacy 保存了什么\n/forgetme 删掉我的记录\n"
    "/id 看编号，写配置文件时用"
)
BEGIN = re.compile(r"^\W*(开始|開始)\W*$")  # what leaders are asked to write in private
_NAMELESS = "匿名发言我认不出是谁，也就找不到是谁的记录。关掉匿名再发一次 /forgetme，或者等它到期自动删除。"
_LEFT = "你设过的提醒还在，要删到群里发 /reminders；组长按名字录入的，请组长用 /roster 移出。"
_NOT_NOW = "这会儿删不了，过一阵再发一次 /forgetme 吧。"
_log = logging.getLogger(__name__)
_FIRST = ("duties", "eligibility", "how-chosen", "term")


async def on_start(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    knowledge = context.services.base.knowledge
    entry = knowledge.entries.get(context.args[0]) if context.args else None
    if entry is not None:
        await _tell(update, context, entry)
        return
    rows = entry_buttons(_FIRST, knowledge, "show")
    await message.reply_text(rendered(_HELLO), parse_mode=ParseMode.HTML, reply_markup=InlineKeyboardMarkup(rows))


async def on_help(update: Update, context: Context) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(_HELP)


async def on_id(update: Update, context: Context) -> None:
    """The numbers that config.yaml asks for."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_text(f"你的编号：{user.id}，填进 config.yaml 的 admins 或 leader。")
        return
    lines = [f"本群的编号：{message.chat_id}，填进 config.yaml 的 chat。"]
    lines += [f"这个话题的编号：{message.message_thread_id}，填进 topic。"] if message.is_topic_message else []
    await message.reply_text("\n".join(lines))


async def on_topics(update: Update, context: Context) -> None:
    if update.effective_message is not None:
        markup = topic_keyboard(None, 0, context.services.base.knowledge)
        await update.effective_message.reply_text("想看哪一类？", reply_markup=markup)


async def on_about(update: Update, context: Context) -> None:
    await _tell_by_id(update, context, "about-bot")


async def on_privacy(update: Update, context: Context) -> None:
    await _tell_by_id(update, context, "about-privacy")


async def on_forget(update: Update, context: Context) -> None:
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    services = context.services
    if message.sender_chat is not None:
        await message.reply_text(_NAMELESS)
        return
    services.topics.forget_member(user.id)
    services.answered.forget_where(lambda kept: kept.user_id == user.id)
    services.base.current.forget()
    try:
        count = await services.misses.forget(user.id)
        events = await services.stores.people.answered(user.id)
        groups = await services.stores.people.forget(user.id)
    except StoreError as error:
        _log.error("store.failed %s", error)
        await message.reply_text(_NOT_NOW)
        return
    await message.reply_text(f"{_forgotten(count, groups)}刚才的对话也忘掉了。{_LEFT}")
    await show_anew(events, context)


def _forgotten(count: int, groups: int) -> str:
    """count: of questions. groups: in how many the member was known."""
    questions = f"删掉了 {count} 条没答上来的提问。" if count else ""
    names = f"从 {groups} 个群的名单里去掉了你的名字，对提醒的回复也删了。" if groups else ""
    return f"{questions}{names}" or "没有找到你的记录。"


async def _tell_by_id(update: Update, context: Context, entry_id: str) -> None:
    entry = context.services.base.knowledge.entries.get(entry_id)
    if entry is None:
        await on_help(update, context)
    else:
        await _tell(update, context, entry)


async def _tell(update: Update, context: Context, entry: Entry) -> None:
    message, services = update.effective_message, context.services
    if message is None:
        return
    knowledge = services.base.knowledge
    markup = answer_keyboard(
        (entry.id,),
        related((entry.id,), knowledge),
        knowledge,
        with_source=services.source_lines is not None,
        judged=False,
    )
    text = rendered(entry_text(entry, knowledge.sources))
    await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)


_ASK = BotCommand("ask", "提问，例如 /ask 预备党员能当吗")
_TOPICS = BotCommand("topics", "看全部话题")
_DUES = BotCommand("dues", "算党费，例如 /dues 6500")
_PERSONAL = [BotCommand("about", "我是谁"), BotCommand("privacy", "保存了什么"), BotCommand("forgetme", "删掉我的记录")]
_IN_GROUP = [BotCommand("join", "加入本群的名单"), BotCommand("leave", "退出本群的名单")]
_COMING = [BotCommand("next", "往后30天的安排"), BotCommand("calendar", "把安排加进手机日历")]
_MANAGING = [
    BotCommand("setup", "设一个提醒"),
    BotCommand("remind", "一句话设提醒"),
    BotCommand("reminders", "看、改、停提醒"),
]
_ROSTER = BotCommand("roster", "看名单，录入或移出")
_START = BotCommand("start", "开始")
_USAGE = BotCommand("help", "怎么用")


async def publish_commands(application: BotApplication) -> None:
    """The command lists that Telegram shows, by kind of chat."""
    bot = application.bot
    await bot.set_my_commands([_START, _TOPICS, _DUES, _USAGE, *_PERSONAL], scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(
        [_ASK, _TOPICS, *_COMING, _DUES, *_IN_GROUP, _USAGE], scope=BotCommandScopeAllGroupChats()
    )
    of_admins = [*_MANAGING, *_COMING, _ASK, _TOPICS, _DUES, _ROSTER, *_IN_GROUP, _USAGE, *_PERSONAL]
    await bot.set_my_commands(of_admins, scope=BotCommandScopeAllChatAdministrators())
