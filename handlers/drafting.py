"""What is being set up: a rule with all that must be known until it is confirmed, and the page that shows it. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers import proposals
from scheduler.rule import GroupRule, Rule
from scheduler.rule_json import rule_from_json, rule_json
from scheduler.workdays import Workdays

_STOPPED = "这条正暂停着，改好了也先不提醒。要恢复，发 /reminders 点开它，点“恢复”"
_DONE = "✅ <b>记下了</b>，到时候我来提醒。/reminders 随时看、改、停。"
_DONE_PAUSED = "✅ <b>记下了</b>。"


@dataclass(frozen=True)
class SetUp:
    """thread_id: the topic to remind in. rule_id, revision: of the stored rule that it changes, as it was seen.

    is_moving: that rule reminds in another topic so far. prompts: what is asked for, by the message that asks;
    page: the message with the buttons, once something was asked for.
    """

    rule: Rule
    thread_id: int | None = None
    rule_id: int | None = None
    revision: int | None = None
    is_paused: bool = False
    is_moving: bool = False
    prompts: dict[int, str] = field(default_factory=dict)
    page: int | None = None


def changing(stored: GroupRule, thread_id: int | None) -> SetUp:
    """Begins as the rule stands, pressed in this topic."""
    return SetUp(
        stored.rule,
        thread_id,
        stored.id,
        stored.revision,
        is_paused=stored.state == "paused",
        is_moving=stored.thread_id != thread_id,
    )


def to_json(set_up: SetUp) -> dict[str, Any]:
    prompts = {str(number): what for number, what in set_up.prompts.items()}
    return vars(set_up) | {"rule": rule_json(set_up.rule), "prompts": prompts}


def from_json(values: dict[str, Any]) -> SetUp:
    """Of what to_json wrote, or an earlier version of the bot."""
    known = {name: value for name, value in values.items() if name in SetUp.__dataclass_fields__}
    prompts = {int(number): what for number, what in values.get("prompts", {}).items()}
    return SetUp(**(known | {"rule": rule_from_json(values["rule"]), "prompts": prompts}))


def asking(set_up: SetUp, what: str, *, prompt: int, page: int) -> SetUp:
    return replace(set_up, prompts=set_up.prompts | {prompt: what}, page=page)


def page(set_up: SetUp, workdays: Workdays, remarks: tuple[str, ...] = (), *, now: datetime) -> str:
    """As HTML."""
    is_new = set_up.rule_id is None
    too_late = proposals.too_late(set_up.rule, workdays, now=now) if is_new else ()
    return proposals.page(set_up.rule, workdays, (*standing(set_up), *remarks, *too_late), now=now, is_new=is_new)


def done(set_up: SetUp, workdays: Workdays, *, now: datetime) -> str:
    """The page once it is saved, as HTML."""
    shown = proposals.page(set_up.rule, workdays, standing(set_up), now=now, is_new=True).partition("\n")[2]
    return f"{_DONE_PAUSED if set_up.is_paused else _DONE}\n{shown}"


def standing(set_up: SetUp) -> tuple[str, ...]:
    """Remarks that stay, whatever is chosen."""
    where = "这个话题" if set_up.thread_id is not None else "主话题"
    moving = (f"原来发在别的话题，以后发在{where}；不想挪，到原来的话题里点“修改”",) if set_up.is_moving else ()
    return (*moving, *([_STOPPED] if set_up.is_paused else []))
