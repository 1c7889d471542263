"""The values of the small world: people, chats, messages, and what happens to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

ChatType = Literal["private", "group", "supergroup"]
GroupType = Literal["group", "supergroup"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
MediaKind = Literal["photo", "voice", "sticker"]

PRESENT: frozenset[Status] = frozenset({"creator", "administrator", "member", "restricted"})
RULING: frozenset[Status] = frozenset({"creator", "administrator"})


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    username: str = ""
    is_bot: bool = False


GROUP_ANONYMOUS_BOT = User(1_087_968_824, "Group", "GroupAnonymousBot", is_bot=True)


@dataclass(frozen=True, slots=True)
class Member:
    """`rights` are the administrator's rights that are on, `muted` a restricted one's silence.

    An anonymous administrator speaks in the name of the group.
    """

    user: User
    status: Status
    rights: frozenset[str] = frozenset()
    muted: bool = False
    is_anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """In a private chat the bot's status says all: left = never started, kicked = blocked."""

    id: int
    type: ChatType
    title: str
    is_forum: bool = False
    members: Mapping[int, Member] = field(default_factory=dict)
    topics: Mapping[int, Topic] = field(default_factory=dict)
    migrated_to: int | None = None
    pinned_id: int | None = None

    def status(self, user_id: int) -> Status:
        member = self.members.get(user_id)
        return member.status if member else "left"

    def has(self, user_id: int) -> bool:
        return self.status(user_id) in PRESENT

    def present(self) -> list[Member]:
        return [member for member in self.members.values() if member.status in PRESENT]

    def with_member(self, member: Member) -> "Chat":
        return replace(self, members={**self.members, member.user.id: member})

    def with_topic(self, topic: Topic) -> "Chat":
        return replace(self, topics={**self.topics, topic.id: topic})

    def without_topic(self, topic_id: int) -> "Chat":
        return replace(self, topics={number: topic for number, topic in self.topics.items() if number != topic_id})


@dataclass(frozen=True, slots=True)
class Entity:
    """Offsets and lengths count UTF-16 units, as Telegram does."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    kind: MediaKind
    caption: Text = Text("")


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    mime: str
    file_id: str
    size: int
    caption: Text = Text("")


@dataclass(frozen=True, slots=True)
class Service:
    """`note` is for the page, `fields` what the Bot API shows of it."""

    note: str
    fields: Mapping[str, object]


Content = Text | Media | Document | Service


@dataclass(frozen=True, slots=True)
class Button:
    """`action` is callback_data, url, switch_inline_query …; `value` what comes with it."""

    text: str
    action: str
    value: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """`thread_id` is a forum topic; `root_id` the first message of a thread of replies.

    `author` wrote it, `sender` is whom the others see; they differ when an administrator is anonymous. `asks_reply`:
    it opens the field of who reads it (ForceReply).
    """

    chat_id: int
    id: int
    author: User
    sender: User
    date: int
    content: Content
    reply_to: int | None = None
    thread_id: int | None = None
    root_id: int | None = None
    keyboard: Keyboard = ()
    edit_date: int | None = None
    via_bot: User | None = None
    inline_id: str = ""
    protected: bool = False
    asks_reply: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.sender == GROUP_ANONYMOUS_BOT

    @property
    def text(self) -> str:
        """The words of the message: its text, caption or service note."""
        return words(self.content).text


def words(content: Content) -> Text:
    match content:
        case Text():
            return content
        case Media(caption=caption) | Document(caption=caption):
            return caption
        case Service(note=note):
            return Text(note)


@dataclass(frozen=True, slots=True)
class InlineResult:
    id: str
    title: str
    description: str
    content: Text
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has a place and a number."""

    content: Content
    reply_to: int | None = None
    thread_id: int | None = None
    keyboard: Keyboard = ()
    via_bot: User | None = None
    inline_id: str = ""
    protected: bool = False
    asks_reply: bool = False


@dataclass(frozen=True, slots=True)
class MessageSent:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Typing:
    chat_id: int


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    query_id: str
    user: User
    message: Message
    data: str


@dataclass(frozen=True, slots=True)
class InlineAsked:
    query_id: str
    user: User
    query: str


@dataclass(frozen=True, slots=True)
class InlineAnswered:
    query_id: str
    results: tuple[InlineResult, ...]


@dataclass(frozen=True, slots=True)
class PressAnswered:
    user_id: int
    text: str
    show_alert: bool
    press_id: str


@dataclass(frozen=True, slots=True)
class MemberChanged:
    chat: Chat
    by: User
    old: Member
    new: Member
    date: int


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    pass


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    pass


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """`under_way`: it goes on moving."""

    under_way: bool


Event = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | Typing
    | ButtonPressed
    | InlineAsked
    | InlineAnswered
    | PressAnswered
    | MemberChanged
    | ChatsChanged
    | CommandsChanged
    | ClockMoved
)
