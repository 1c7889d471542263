"""The small world as people live it: they write, press buttons, join, leave and block."""

from collections.abc import Callable
from dataclasses import replace

from sandbox.entities import units, with_found
from sandbox.errors import ApiError, SandboxError, too_many_requests
from sandbox.faults import AnswerLost, Faults, Refused, Target
from sandbox.files import Files
from sandbox.model import (
    Button,
    ButtonPressed,
    Chat,
    Document,
    Draft,
    InlineAsked,
    Media,
    MediaKind,
    Member,
    Message,
    Text,
    User,
)
from sandbox.profile import Profile
from sandbox.queries import Offers, Queries
from sandbox.society import Ref, Society

TEXT_LIMIT = 4096
PRESS_LIFETIME = 60.0
INLINE_LIFETIME = 30.0


class World(Society):
    """People and chats may be named by id or by name: `say("王小明", "第一党小组", "你好")`."""

    def __init__(self, bot: User, clock: Callable[[], float]) -> None:
        super().__init__(bot, clock)
        self.can_read_all = False
        self.faults = Faults()
        self.files = Files()
        self.profile = Profile()
        self.presses = Queries(clock, lifetime=PRESS_LIFETIME)
        self.inline = Queries(clock, lifetime=INLINE_LIFETIME)
        self.offers = Offers()

    # what a person does

    def say(
        self,
        user: Ref,
        chat: Ref,
        text: str,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        return self.send(user, chat, Draft(typed(text), reply_to, thread_id))

    def show(self, user: Ref, chat: Ref, kind: MediaKind, caption: str = "") -> Message:
        """Sends a photo, voice message or sticker (without any real picture or sound)."""
        return self.send(user, chat, Draft(Media(kind, with_found(Text(caption)))))

    def hand_over(self, user: Ref, chat: Ref, name: str, body: bytes) -> Message:
        """Sends a file, which the bot can fetch with getFile."""
        stored = self.files.add(name, "application/octet-stream", body)
        content = Document(name, stored.mime, stored.id, len(body))
        return self.send(user, chat, Draft(content))

    def send(self, user: Ref, chat: Ref, draft: Draft) -> Message:
        who, where = self._speaker(user, chat)
        self._check_place(where, draft)
        return self.post(where, who, draft)

    def edit(self, user: Ref, chat: Ref, message_id: int, text: str) -> Message:
        who, where = self._speaker(user, chat)
        message = self.known(where, message_id)
        if message.author != who or not isinstance(message.content, Text):
            raise SandboxError("只能修改自己发的文字消息")
        return self.change(replace(message, content=typed(text), edit_date=self.now()))

    def press(self, user: Ref, chat: Ref, message_id: int, data: str) -> str:
        """Returns the id of the callback query."""
        who, where = self._speaker(user, chat)
        message = self.known(where, message_id)
        if Button("", "callback_data", data) not in map(_nameless, _buttons(message)):
            raise SandboxError("这条消息上没有这个按钮（可能刚被改过）")
        query_id = self.presses.ask(who, data)
        self.emit(ButtonPressed(query_id, who, message, data))
        return query_id

    def ask_inline(self, user: Ref, query: str) -> str:
        """Returns the id of the inline query; the answer comes as `InlineAnswered`."""
        who = self.user(user)
        query_id = self.inline.ask(who, query)
        self.emit(InlineAsked(query_id, who, query))
        return query_id

    def choose(self, user: Ref, chat: Ref, result_id: str) -> Message:
        who, where = self._speaker(user, chat)
        result = self.offers.pick(who, result_id)
        if not result:
            raise SandboxError("没有这个内联结果，请重新查询")
        inline_id = f"inline-{who.id}-{self.last_number(where.id) + 1}" if result.keyboard else ""
        draft = Draft(result.content, keyboard=result.keyboard, via_bot=self.bot, inline_id=inline_id)
        return self.post(where, who, draft)

    def _speaker(self, user: Ref, chat: Ref) -> tuple[User, Chat]:
        who = self.user(user)
        if who.is_bot:
            raise SandboxError("不能替机器人说话")
        if who.id in self.deactivated:
            raise SandboxError(f"{who.name} 的账号已经注销")
        return who, self._entered(who, self.open_chat(who, chat))

    def _entered(self, who: User, chat: Chat) -> Chat:
        if not chat.has(who.id) or chat.migrated_to:
            raise SandboxError(f"{who.name} 不在「{chat.title}」里")
        if chat.type != "private" or chat.has(self.bot.id):
            return chat
        if chat.status(self.bot.id) == "kicked":
            return self.unblock(who.id)
        return self.put_chat(chat.with_member(Member(self.bot, "member")))

    def _check_place(self, chat: Chat, draft: Draft) -> None:
        if draft.reply_to and not self.message(chat.id, draft.reply_to):
            raise SandboxError("要回复的消息已经不在了")
        topic = chat.topics.get(draft.thread_id) if draft.thread_id else None
        if draft.thread_id and not topic:
            raise SandboxError("没有这个话题", status=404)
        if topic and topic.closed:
            raise SandboxError(f"话题「{topic.name}」已关闭")

    # trouble on demand; more kinds of it in `faults`

    def fail_next(self, error: ApiError, *, method: str = "", times: int = 1, chat_id: int | None = None) -> None:
        """The next calls (of `method`, or of any that does something) get this error."""
        self.faults.plan(Refused(error), times=times, target=Target(method, chat_id))

    def flood(self, *, retry_after: int, method: str = "", times: int = 1, chat_id: int | None = None) -> None:
        self.fail_next(too_many_requests(retry_after), method=method, times=times, chat_id=chat_id)

    def lose_answer(self, *, method: str = "", times: int = 1, chat_id: int | None = None) -> None:
        """The next calls are done, but the connection breaks before the answer."""
        self.faults.plan(AnswerLost(), times=times, target=Target(method, chat_id))

    def expire_queries(self) -> None:
        """Every pressed button and inline question is too old from now on."""
        self.presses.expire_all()
        self.inline.expire_all()


def typed(text: str) -> Text:
    body = text.strip()
    if not body:
        raise SandboxError("消息不能是空的")
    if units(body) > TEXT_LIMIT:
        raise SandboxError(f"一条消息最多 {TEXT_LIMIT} 个字符")
    return with_found(Text(body))


def _buttons(message: Message) -> list[Button]:
    return [button for row in message.keyboard for button in row]


def _nameless(button: Button) -> Button:
    return replace(button, text="")
