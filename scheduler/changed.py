"""What a change of a rule makes of its events: what each becomes, what stays skipped, what never took place. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scheduler.coming import event_of, near
from scheduler.planning import BEGINNING, LATEST_AFTER
from scheduler.recurrence import occurrences
from scheduler.rule import GroupRule, Occurrence
from scheduler.workdays import Workdays


@dataclass(frozen=True)
class Changed:
    """Of one rule, at a moment (aware, UTC), by the calendar in force. Nominal times are naive, local."""

    before: GroupRule
    after: GroupRule
    workdays: Workdays
    now: datetime
    _known: dict[tuple[int, date], dict[datetime, Occurrence]] = field(default_factory=dict, compare=False, repr=False)

    def becomes(self, nominal: datetime) -> Occurrence | None:
        """What the event of that nominal time is now; None when there is none any more.

        At another hour of its day it is the same event; of several, each becomes one, in their order. What begins does
        not become what would have begun already, nor once it has been held what comes on another day.
        """
        event = self._on_its_day(nominal)
        if event is None or not self._begins:
            return event
        was = self._on(self.before, nominal.date()).get(nominal)
        if was is not None and was.at == event.at:
            return event
        is_put_off = was is None or was.at > self.now or was.local.date() == event.local.date()
        return event if event.at > self.now and is_put_off else None

    def stays_skipped(self, nominal: datetime) -> Occurrence | None:
        """What is skipped now, since the event of that nominal time was and is still to come."""
        was = self._on(self.before, nominal.date()).get(nominal)
        return self.becomes(nominal) if was is None or was.at > self.now else None

    def never_took_place(self) -> list[Occurrence]:
        """What would have begun by now if the rule had been so before."""
        since, until = self.now - LATEST_AFTER, self.now + timedelta(microseconds=1)
        if not self._begins:
            return []
        recent = occurrences(self.after.rule.schedule, self.workdays, after=since, until=until)
        known = ((event, event_of(self.before, event.nominal, self.workdays)) for event in recent)
        return [event for event, was in known if was is None or was.at != event.at]

    @property
    def _begins(self) -> bool:
        return self.after.rule.kind in BEGINNING

    def _on_its_day(self, nominal: datetime) -> Occurrence | None:
        before, after = self._on(self.before, nominal.date()), self._on(self.after, nominal.date())
        if nominal in after:
            return after[nominal]
        if not before:  # gone since an earlier change
            return next(iter(after.values())) if len(after) == 1 else None
        place = list(before).index(nominal) if nominal in before else len(after)
        other = list(after)[place] if len(before) == len(after) and place < len(after) else None
        return after[other] if other is not None and other not in before else None

    def _on(self, group_rule: GroupRule, day: date) -> dict[datetime, Occurrence]:
        """By nominal time, in order."""
        key = (id(group_rule), day)
        if key not in self._known:
            events = near(group_rule, datetime(day.year, day.month, day.day, 12), self.workdays)
            self._known[key] = {event.nominal: event for event in events if event.nominal.date() == day}
        return self._known[key]
