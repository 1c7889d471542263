"""What exists: people, chats and their messages, and who is told when something changes."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from itertools import count

from sandbox.errors import SandboxError
from sandbox.history import History
from sandbox.model import (
    GROUP_ANONYMOUS_BOT,
    Chat,
    ChatsChanged,
    Draft,
    Event,
    GroupType,
    Message,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    User,
)

INLINE_PLACES = 1_000
ROOM = 50_000
Listener = Callable[[Event], None]


class Ground:
    """Changes only through its methods; each change is told to every listener at once."""

    def __init__(self, bot: User, clock: Callable[[], float] = time.time) -> None:
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self._clock = clock
        self._histories: dict[int, History] = {}
        self._small_numbers = count(1)
        self._listeners: list[Listener] = []
        self._inline_places: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._places: deque[tuple[int, int]] = deque()
        self._group_ids: dict[GroupType, Iterator[int]] = {
            "group": count(-5_001, -1),
            "supergroup": count(-1_001_000_000_001, -1),
        }

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def emit(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    def time(self) -> float:
        """Epoch seconds."""
        return self._clock()

    def now(self) -> int:
        return int(self._clock())

    def user(self, ref: int | str) -> User:
        """A person by id or name."""
        found = self.users.get(ref) if isinstance(ref, int) else self._named(ref)
        if not found:
            raise SandboxError(f"没有这个人：{ref}", status=404)
        return found

    def _named(self, name: str) -> User | None:
        return next((user for user in self.users.values() if user.name == name), None)

    def chat(self, ref: int | str) -> Chat:
        """A chat by id or title; a person's name is the private chat with the bot."""
        found = self.chats.get(ref) if isinstance(ref, int) else self._titled(ref)
        if not found:
            raise SandboxError(f"没有这个聊天：{ref}", status=404)
        return found

    def _titled(self, title: str) -> Chat | None:
        named = [chat for chat in self.chats.values() if chat.title == title]
        return next((chat for chat in named if not chat.migrated_to), None)

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def put_chat(self, chat: Chat) -> Chat:
        """Adds or replaces a chat."""
        self.chats[chat.id] = chat
        if chat.id not in self._histories:
            shared = None if chat.type == "supergroup" else self._small_numbers
            self._histories[chat.id] = History(shared)
        self.emit(ChatsChanged())
        return chat

    def drop_chat(self, chat: Chat) -> None:
        """The chat and what was said in it are gone; its id is never used again."""
        del self.chats[chat.id]
        del self._histories[chat.id]
        self.emit(ChatsChanged())

    def new_group_id(self, kind: GroupType) -> int:
        """Supergroups have ids below -100…, basic groups small negative ones."""
        return next(self._group_ids[kind])

    def messages(self, ref: int | str) -> list[Message]:
        """What is still kept of a chat, oldest first."""
        return self._histories[self.chat(ref).id].all()

    def message(self, chat_id: int, message_id: int) -> Message | None:
        history = self._histories.get(chat_id)
        return history.get(message_id) if history else None

    def last_number(self, chat_id: int) -> int:
        return self._histories[chat_id].last_number

    def post(self, chat: Chat, sender: User, draft: Draft) -> Message:
        history = self._histories[chat.id]
        replied = history.get(draft.reply_to) if draft.reply_to else None
        message = Message(
            chat_id=chat.id,
            id=history.next_number(),
            author=sender,
            sender=_shown_sender(chat, sender),
            date=self.now(),
            content=draft.content,
            reply_to=replied.id if replied else None,
            thread_id=_topic(chat, draft, replied),
            root_id=_root(chat, replied),
            keyboard=draft.keyboard,
            via_bot=draft.via_bot,
            inline_id=draft.inline_id,
            protected=draft.protected,
            asks_reply=draft.asks_reply,
        )
        return self._added(history, message)

    def _added(self, history: History, message: Message) -> Message:
        history.add(message)
        self._make_room(message)
        if message.inline_id:
            self._inline_places[message.inline_id] = (message.chat_id, message.id)
            while len(self._inline_places) > INLINE_PLACES:
                self._inline_places.popitem(last=False)
        self.emit(MessageSent(message))
        return message

    def _make_room(self, newest: Message) -> None:
        """All chats together hold at most ROOM messages: the oldest go first."""
        self._places.append((newest.chat_id, newest.id))
        while len(self._places) > ROOM:
            chat_id, number = self._places.popleft()
            if history := self._histories.get(chat_id):
                history.remove(number)

    def inline_message(self, inline_id: str) -> Message | None:
        place = self._inline_places.get(inline_id)
        return self.message(*place) if place else None

    def change(self, message: Message) -> Message:
        """Puts the message in the place of the one with its number."""
        self._histories[message.chat_id].replace(message)
        self.emit(MessageEdited(message))
        return message

    def remove(self, message: Message) -> None:
        self._histories[message.chat_id].remove(message.id)
        self._inline_places.pop(message.inline_id, None)
        self.emit(MessageDeleted(message.chat_id, message.id))


def _shown_sender(chat: Chat, author: User) -> User:
    member = chat.members.get(author.id)
    return GROUP_ANONYMOUS_BOT if member and member.is_anonymous else author


def _topic(chat: Chat, draft: Draft, replied: Message | None) -> int | None:
    if not chat.is_forum:
        return None
    return draft.thread_id or (replied.thread_id if replied else None)


def _root(chat: Chat, replied: Message | None) -> int | None:
    if chat.is_forum or chat.type != "supergroup" or not replied:
        return None
    return replied.root_id or replied.id
