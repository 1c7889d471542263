"""A rule as JSON and back: for drafts and for whoever measures from outside."""

from datetime import datetime, time
from typing import Any

from scheduler.rule import Lead, Rule, Schedule


def rule_json(rule: Rule) -> dict[str, Any]:
    schedule = rule.schedule
    return {
        "kind": rule.kind,
        "title": rule.title,
        "start": local_iso(schedule.start),
        "rrule": schedule.rrule,
        "roll": schedule.roll,
        "zone": schedule.zone,
        "leads": [_lead_json(lead) for lead in rule.leads],
        "place": rule.place,
        "note": rule.note,
        "nag": rule.nag and _lead_json(rule.nag),
    }


def rule_from_json(values: dict[str, Any]) -> Rule:
    """Of what rule_json wrote."""
    start = datetime.fromisoformat(values["start"])
    return Rule(
        kind=values["kind"],
        title=values["title"],
        schedule=Schedule(start, values["rrule"], values["roll"], values["zone"]),
        leads=tuple(_lead(lead) for lead in values["leads"]),
        place=values["place"],
        note=values["note"],
        nag=_lead(values["nag"]) if values["nag"] else None,
    )


def local_iso(local: datetime) -> str:
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _lead_json(lead: Lead) -> dict[str, Any]:
    return {"days": lead.days, "minutes": lead.minutes, "at": lead.at and lead.at.isoformat("minutes")}


def _lead(values: dict[str, Any]) -> Lead:
    at = values["at"]
    return Lead(values["days"], values["minutes"], time.fromisoformat(at) if at else None)
