"""A rule that two people changed at once: what each of them changed, part by part as on its page. Pure."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, datetime, time
from operator import attrgetter

from handlers.proposals import HOUR_PARTS, TYPED, with_leads
from scheduler.rule import Lead, Roll, Rule, Schedule
from scheduler.words import names_workdays

ROLL = "节假日"
_NAMES = {"kind": "种类", **TYPED, "nag": "催一次"}


def merged(base: Rule, own: Rule, theirs: Rule) -> Rule:
    """Theirs, with what was changed from base to own. What both changed is as own says; leads are those of both."""
    changed = {name: getattr(own, name) for name in _NAMES if getattr(own, name) != getattr(base, name)}
    rule = replace(theirs, schedule=_schedule(base.schedule, own.schedule, theirs.schedule), **changed)
    return rule if own.leads == base.leads else with_leads(rule, _leads(base, own, theirs))


def clashes(base: Rule, own: Rule, theirs: Rule) -> tuple[str, ...]:
    """The names, Chinese, of what both changed, each to something else. Leads never do: they are put together."""
    names = [name for name, part in _parts().items() if len({part(base), part(own), part(theirs)}) == 3]
    chosen, roll = _chosen_rolls(base.schedule, own.schedule, theirs.schedule), merged(base, own, theirs).schedule.roll
    return (*names, ROLL) if set(chosen) - {roll} else tuple(names)


def _parts() -> dict[str, Callable[[Rule], Hashable]]:
    of_schedule: dict[str, Callable[[Rule], Hashable]] = {
        "日子": lambda rule: _days(rule.schedule),
        "钟点": lambda rule: _hours(rule.schedule),
    }
    return of_schedule | {name: attrgetter(field) for field, name in _NAMES.items()}


def _schedule(base: Schedule, own: Schedule, theirs: Schedule) -> Schedule:
    days = own if _days(own) != _days(base) else theirs
    hours = own if _hours(own) != _hours(base) else theirs
    roll = _roll(base, own, theirs, days)
    if days is hours:
        return replace(days, roll=roll)
    (day, on), (hour, at) = _days(days), _hours(hours)
    rrule = ";".join((*on, *at)) if on else ""  # a single day has one hour
    return replace(days, start=datetime.combine(day, hour), rrule=rrule, roll=roll)


def _roll(base: Schedule, own: Schedule, theirs: Schedule, days: Schedule) -> Roll:
    """days: the one of them whose days are taken. The last working day is one only with its own."""
    if _brings_roll(days, base):
        return days.roll
    return next(iter(_chosen_rolls(base, own, theirs)), days.roll)


def _chosen_rolls(base: Schedule, own: Schedule, theirs: Schedule) -> list[Roll]:
    return [side.roll for side in (own, theirs) if side.roll != base.roll and not _brings_roll(side, base)]


def _brings_roll(side: Schedule, base: Schedule) -> bool:
    """Whether it came with the days that were chosen (最后一个工作日), and nobody chose it by itself."""
    return names_workdays(side) and _days(side) != _days(base)


def _days(schedule: Schedule) -> tuple[date, tuple[str, ...]]:
    """The first one, and the parts of the RRULE that tell the others."""
    return schedule.start.date(), tuple(part for part in _split(schedule) if not part.startswith(HOUR_PARTS))


def _hours(schedule: Schedule) -> tuple[time, tuple[str, ...]]:
    return schedule.start.time(), tuple(part for part in _split(schedule) if part.startswith(HOUR_PARTS))


def _split(schedule: Schedule) -> list[str]:
    return schedule.rrule.split(";") if schedule.rrule else []


def _leads(base: Rule, own: Rule, theirs: Rule) -> tuple[Lead, ...]:
    kept = tuple(lead for lead in theirs.leads if lead in own.leads or lead not in base.leads)
    return (*kept, *(lead for lead in own.leads if lead not in base.leads and lead not in kept))
