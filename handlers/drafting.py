"""What is being set up: a rule with all that must be known until it is confirmed, and the page that shows it. Pure."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from telegram import InlineKeyboardMarkup

from handlers import proposals
from handlers.merging import merged
from handlers.typed import with_typed
from scheduler.changed import Changed
from scheduler.planning import SUMMED_UP
from scheduler.rule import GroupRule, Rule
from scheduler.rule_json import rule_from_json, rule_json
from scheduler.workdays import Workdays

_STOPPED = "这条正暂停着，改好了也先不提醒。要恢复，发 /reminders 点开它，点“恢复”"
_READER = "谁点“确认”，回复汇总就私下发给谁，先私聊我发一句“开始”才收得到"
_ADD_ONE = "点“提前提醒”加一个来得及的"
_NO_MORE = "这一次的提醒时间都过了，不会再发；要再说一声，到 /reminders 点“立即发送”"
_WILL_TELL = "下一次的时间改了，等不到提醒的时候：点“确认”后，马上在群里说一声"
_ALL_SKIPPED = "跳过了的不会发；要发，到 /reminders 点开它，点“不跳过”"
_SAVED = "✅ <b>记下了</b>"
_LATER = "，到时候我来提醒。/reminders 随时看、改、停。"
_NOW = "，新的时间马上在群里说一声。/reminders 随时看、改、停。"
_MARK = 12


@dataclass(frozen=True)
class Typed:
    """A reply as it was taken. leads: the keys of those that are there because of it, and perhaps of other replies."""

    words: str
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetUp:
    """thread_id: the topic to remind in. rule_id, base: of the stored rule that it changes, as it was seen.

    is_moving: that rule reminds in another topic so far. is_leaderless: nobody is told of its answers so far.
    skipped: what of it is skipped, nominal times.
    prompts: what is asked for, by the message that asks; typed: what was replied, by the message of the reply.
    page: the message with the buttons, once something was asked for. is_over: it was saved or cancelled, and is kept
    for what was typed alone.
    """

    rule: Rule
    thread_id: int | None = None
    rule_id: int | None = None
    base: Rule | None = None
    is_paused: bool = False
    is_moving: bool = False
    is_leaderless: bool = False
    skipped: frozenset[datetime] = frozenset()
    prompts: dict[int, str] = field(default_factory=dict)
    typed: dict[int, Typed] = field(default_factory=dict)
    page: int | None = None
    is_over: bool = False


def changing(stored: GroupRule, thread_id: int | None) -> SetUp:
    """Begins as the rule stands, pressed in this topic."""
    return replace(SetUp(stored.rule, thread_id, stored.id), **_seen(stored, thread_id))


def caught_up(set_up: SetUp, stored: GroupRule) -> SetUp | None:
    """As it stands now, whatever was skipped or paused meanwhile; None when the rule itself is another one by now."""
    is_same = stored.rule == set_up.base and (stored.thread_id != set_up.thread_id) == set_up.is_moving
    return replace(set_up, **_seen(stored, set_up.thread_id)) if is_same else None


def rebased(set_up: SetUp, stored: GroupRule) -> SetUp:
    """What was changed so far, on the rule as it is by now; of an earlier version, which kept no base, nothing is."""
    rule = stored.rule if set_up.base is None else merged(set_up.base, set_up.rule, stored.rule)
    thread_id = set_up.thread_id if set_up.is_moving else stored.thread_id
    return replace(set_up, rule=rule, thread_id=thread_id, **_seen(stored, thread_id))


def mark(set_up: SetUp) -> str:
    """Of what its page shows and 确认 would save: another one when that is something else. Letters and digits."""
    shown = json.dumps([rule_json(set_up.rule), set_up.thread_id], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:_MARK]


def keyboard(set_up: SetUp, draft_id: int) -> InlineKeyboardMarkup:
    return proposals.main_keyboard(draft_id, mark(set_up))


def _seen(stored: GroupRule, thread_id: int | None) -> dict[str, Any]:
    return {
        "base": stored.rule,
        "is_paused": stored.state == "paused",
        "is_moving": stored.thread_id != thread_id,
        "is_leaderless": stored.leader_id == 0,
        "skipped": stored.skipped,
    }


def to_json(set_up: SetUp) -> dict[str, Any]:
    numbered = {
        "prompts": {str(number): what for number, what in set_up.prompts.items()},
        "typed": {str(number): [typed.words, *typed.leads] for number, typed in set_up.typed.items()},
    }
    base = None if set_up.base is None else rule_json(set_up.base)
    skipped = [nominal.isoformat() for nominal in sorted(set_up.skipped)]
    return vars(set_up) | numbered | {"rule": rule_json(set_up.rule), "base": base, "skipped": skipped}


def from_json(values: dict[str, Any]) -> SetUp:
    """Of what to_json wrote, or an earlier version of the bot."""
    known = {name: value for name, value in values.items() if name in SetUp.__dataclass_fields__}
    numbered = {
        "prompts": {int(number): what for number, what in values.get("prompts", {}).items()},
        "typed": {int(n): Typed(words, tuple(leads)) for n, (words, *leads) in values.get("typed", {}).items()},
    }
    base = rule_from_json(values["base"]) if values.get("base") else None
    skipped = frozenset(map(datetime.fromisoformat, values.get("skipped", ())))
    return SetUp(**(known | numbered | {"rule": rule_from_json(values["rule"]), "base": base, "skipped": skipped}))


def asking(set_up: SetUp, what: str, *, prompt: int, page: int) -> SetUp:
    return replace(set_up, prompts=set_up.prompts | {prompt: what}, page=page)


def answered(set_up: SetUp, prompt: int, reply: int, words: str, *, now: datetime) -> SetUp | str:
    """With what a reply says, in place of what it said before; or what to say when that can't be done.

    The very same when it says what it said before, whatever was chosen since. now: naive local.
    """
    what, before = set_up.prompts[prompt], set_up.typed.get(reply)
    if before is not None and before.words == words:
        return set_up
    others = _leads_typed(set_up, other_than=reply)
    without = _without(set_up.rule, frozenset(before.leads) - others if before is not None else frozenset())
    rule = with_typed(without, what, words, now=now)
    if isinstance(rule, str):
        return rule
    bare = replace(without, leads=())
    alone = with_typed(bare, what, words, now=now)
    if before is not None and alone == with_typed(bare, what, before.words, now=now):
        return set_up
    said = alone.leads if isinstance(alone, Rule) else ()
    typed = Typed(words, tuple(lead.key for lead in said if lead not in without.leads or lead.key in others))
    return replace(set_up, rule=rule, typed=set_up.typed | {reply: typed})


def _leads_typed(set_up: SetUp, *, other_than: int) -> frozenset[str]:
    """The keys of what is there because of other replies."""
    return frozenset(key for reply, typed in set_up.typed.items() if reply != other_than for key in typed.leads)


def _without(rule: Rule, keys: frozenset[str]) -> Rule:
    return replace(rule, leads=tuple(lead for lead in rule.leads if lead.key not in keys))


def never_comes(set_up: SetUp, workdays: Workdays, *, now: datetime) -> bool:
    """Whether it is a new single one of which nobody would ever be reminded."""
    is_single = set_up.rule_id is None and not set_up.rule.schedule.rrule
    return is_single and proposals.is_too_late(set_up.rule, workdays, now=now)


def page(
    set_up: SetUp, workdays: Workdays, remarks: tuple[str, ...] = (), *, now: datetime, is_told: bool = False
) -> str:
    """As HTML. is_told: the group is told of a new time at once when it is confirmed."""
    is_new = set_up.rule_id is None
    said = [*_standing(set_up), *remarks, *_timing(set_up, workdays, now, is_told)]
    said += [_ADD_ONE] if is_new and proposals.is_too_late(set_up.rule, workdays, now=now) else []
    said += [_WILL_TELL] if is_told else []
    said += [_READER] if set_up.rule.kind in SUMMED_UP and (is_new or set_up.is_leaderless) else []
    skipped = _still_skipped(set_up, workdays, now)
    return proposals.page(set_up.rule, workdays, said, now=now, is_new=is_new, skipped=skipped)


def done(set_up: SetUp, workdays: Workdays, *, now: datetime, is_told: bool = False) -> str:
    """The page once it is saved, as HTML. is_told: the group is told of a new time at once."""
    said = (*_standing(set_up), *_timing(set_up, workdays, now, is_told))
    skipped = _still_skipped(set_up, workdays, now)
    shown = proposals.page(set_up.rule, workdays, said, now=now, is_new=True, skipped=skipped).partition("\n")[2]
    return f"{_SAVED}{_promise(set_up, workdays, now, is_told)}\n{shown}"


def _still_skipped(set_up: SetUp, workdays: Workdays, now: datetime) -> frozenset[datetime]:
    """The nominal times of what is skipped of the rule as it is changed: at another hour of its day it stays so."""
    if set_up.base is None:
        return frozenset()
    before, after = (GroupRule(0, 0, None, 0, rule, "active", now) for rule in (set_up.base, set_up.rule))
    changed = Changed(before, after, workdays, now)
    events = (changed.stays_skipped(nominal) for nominal in set_up.skipped)
    return frozenset(event.nominal for event in events if event is not None)


def _promise(set_up: SetUp, workdays: Workdays, now: datetime, is_told: bool) -> str:
    if is_told:
        return _NOW
    rule, skipped = set_up.rule, _still_skipped(set_up, workdays, now)
    is_last = not rule.schedule.rrule and proposals.is_too_late(rule, workdays, now=now, skipped=skipped)
    is_silent = is_last or proposals.is_all_skipped(rule, workdays, now=now, skipped=skipped)
    return "。" if set_up.is_paused or is_silent else _LATER


def _timing(set_up: SetUp, workdays: Workdays, now: datetime, is_told: bool) -> tuple[str, ...]:
    """What of the next event comes too late. Of one that is changed, what has passed may well have been sent."""
    if set_up.rule_id is None:
        return proposals.too_late(set_up.rule, workdays, now=now)
    rule, skipped = set_up.rule, _still_skipped(set_up, workdays, now)
    if proposals.is_all_skipped(rule, workdays, now=now, skipped=skipped):
        return (_ALL_SKIPPED,)
    is_late = proposals.is_too_late(rule, workdays, now=now, skipped=skipped)
    return (_NO_MORE,) if is_late and not set_up.is_paused and not is_told else ()


def _standing(set_up: SetUp) -> tuple[str, ...]:
    """Remarks that stay, whatever is chosen."""
    where = "这个话题" if set_up.thread_id is not None else "主话题"
    moving = (f"原来发在别的话题，以后发在{where}；不想挪，到原来的话题里点“修改”",) if set_up.is_moving else ()
    return (*moving, *([_STOPPED] if set_up.is_paused else []))
