"""A leader who changes the mind again and again: what is done at random, and a witness who counts what the group heard.

The witness knows the rule as it stands at every moment, and plan(), which has an oracle of its own. It owes each
reminder that comes due to the group, and forgives it only for a reason that a leader would accept.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.by_hand import MOVED, next_event
from scheduler.changed import Changed
from scheduler.coming import event_of, event_on_the_day
from scheduler.delivery import Obsolete, Outcome, Planned, Sent, TryLater
from scheduler.news import news_of
from scheduler.planning import deliveries, plan
from scheduler.ports import Parcel
from scheduler.recurrence import occurrences
from scheduler.rule import GroupRule, Lead, Schedule
from tests.scheduler.kit import LEADER, Scene

DAYS = ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=WEEKLY;BYDAY=FR", "FREQ=DAILY")
HOURS = (time(8, 30), time(18), time(19, 30), time(20))
LEADS = ((Lead(at=time(9)),), (Lead(1, at=time(9)), Lead(minutes=60)), (Lead(minutes=60),), (Lead(at=time(9)), Lead()))
GRACE = timedelta(hours=12)
SECOND = timedelta(seconds=1)
_MENDED = 0.4  # of the outages, at each step
Slot = tuple[date, str]  # an event's nominal day, and a lead's key


@dataclass
class Witness:
    """Of the one rule of a scene: what the group was told, what it is owed, and what went wrong.

    owed: what came due and was not said yet; shelved: of what is skipped or deleted for now. told: for when the group
    was told last to come on a day. in_flight: what is done while the next message is on its way, which then fails.
    """

    scene: Scene
    rule_id: int
    is_out: bool = False
    wrong: list[str] = field(default_factory=list)
    sent: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    owed: dict[Slot, Planned] = field(default_factory=dict)
    shelved: dict[Slot, Planned] = field(default_factory=dict)
    told: dict[date, datetime] = field(default_factory=dict)
    held: set[datetime] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    mark: datetime = datetime.max
    in_flight: Callable[[], Awaitable[object]] | None = None

    async def rule(self) -> GroupRule:
        stored = await self.scene.stores.rules.get(self.rule_id)
        assert stored is not None
        return stored

    def note(self, text: str) -> None:
        local = self.scene.clock().astimezone(ZoneInfo("Asia/Shanghai"))
        self.log.append(f"{local:%a %d %H:%M} {text}")

    def blame(self, text: str) -> None:
        self.note(f"WRONG {text}")
        self.wrong.append(text)

    def shelve(self, which: Callable[[Slot], bool]) -> None:
        self.shelved |= {slot: self.owed.pop(slot) for slot in list(self.owed) if which(slot)}

    def unshelve(self, which: Callable[[Slot], bool]) -> None:
        self.owed |= {slot: self.shelved.pop(slot) for slot in list(self.shelved) if which(slot)}

    async def hear(self, parcel: Parcel) -> Outcome:
        stored = await self.rule()
        if parcel.first.planned.purpose == "checklist" and parcel.first.planned.nominal in stored.skipped:
            return Obsolete()  # as the real sender says
        for delivery in parcel.deliveries:
            self._listen(stored, delivery.planned)
        if self.in_flight is not None:
            act, self.in_flight = self.in_flight, None
            await self.come_due()
            await act()
            return TryLater("unreachable")
        if self.is_out:
            return TryLater("unreachable")
        for delivery in parcel.deliveries:
            self._believe(delivery.planned)
        return Sent(sum(self.sent.values()) + 1)

    def _listen(self, stored: GroupRule, planned: Planned) -> None:
        """Is it true, at the moment when it leaves?"""
        if planned.purpose in ("notice", "summary") or planned.nominal is None:
            return
        event = event_of(stored, planned.nominal, self.scene.calendar)
        if stored.state != "active" or planned.nominal in stored.skipped:
            self.blame(f"{planned.purpose} {planned.lead} {planned.nominal} of what is {stored.state} or skipped")
        elif event is None or event.at != planned.event_at:
            self.blame(f"{planned.purpose} {planned.lead} {planned.nominal} is not so: {event}")

    def _believe(self, planned: Planned) -> None:
        if planned.nominal is None or planned.purpose == "notice":
            self.note(f"notice {planned.payload.get('about')}")
            return
        day = planned.nominal.date()
        self.note(f"{planned.purpose} {planned.lead} of {planned.nominal:%a %d %H:%M} {planned.payload or ''}")
        name = "after" if planned.lead in ("after", "+kept") else planned.lead
        once = day if name == "after" or planned.purpose == "checklist" else planned.nominal
        self.sent[once, planned.purpose, name] += 1
        if not name.startswith("+") and self.sent[once, planned.purpose, name] > 1:
            self.blame(f"{planned.purpose} {name} of {once} twice")
        self.owed.pop((day, name), None)
        if planned.purpose != "remind":
            return
        if planned.lead.startswith(MOVED):
            for slot in [s for s in self.owed if s[0] == day]:
                del self.owed[slot]
        for was in planned.payload.get("was", ()):
            self.told.pop(datetime.fromisoformat(was).date(), None)
        assert planned.event_at is not None
        self.told[day] = planned.event_at

    async def come_due(self) -> None:
        """What came due since this was asked last, under the rule as it has stood since then."""
        now, since, stored = self.scene.clock(), self.mark, await self.rule()
        self.mark = now
        if stored.state == "active":
            lived = occurrences(stored.rule.schedule, self.scene.calendar, after=since, until=now + SECOND)
            self.held |= {event.nominal for event in lived if event.nominal not in stored.skipped}
        for planned in plan(stored, self.scene.calendar, after=since, until=now + SECOND):
            assert planned.nominal is not None
            day, lead = planned.nominal.date(), planned.lead
            once = {"remind": planned.nominal, "summary": day if self._is_summed_up(planned) else None}.get(
                planned.purpose
            )
            if once is not None and not self.sent[once, planned.purpose, lead]:
                self.owed[day, lead] = planned
        for day, at in self.told.items():
            if since < at <= now and stored.state == "active" and not self.is_out:
                self._was_there(stored, day, at)

    def _is_summed_up(self, planned: Planned) -> bool:
        return planned.lead == "after" and planned.nominal in self.held

    def check(self) -> None:
        """Nothing is owed, as long as the way to the group is open."""
        for slot, planned in [] if self.is_out else list(self.owed.items()):
            if self.scene.clock() <= planned.due_at + GRACE:  # else it expired, which is reported
                self.blame(f"owed {planned.lead} of {planned.nominal}")
            del self.owed[slot]

    def _was_there(self, stored: GroupRule, day: date, at: datetime) -> None:
        """People came at the time that they were told last."""
        local = at.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
        event = event_on_the_day(stored, local, self.scene.calendar)
        is_skipped = any(nominal.date() == day for nominal in stored.skipped)
        if not is_skipped and (event is None or event.at != at):
            self.blame(f"people came at {local}, but: {event}")


async def saved(witness: Witness, **changes: object) -> None:
    """As the page saves it: with the news that it has for the group."""
    scene, stored = witness.scene, await witness.rule()
    known = await scene.stores.deliveries.of_rule(stored.id)
    fresh = replace(stored, rule=replace(stored.rule, **changes))  # type: ignore[arg-type]
    news = news_of(stored, fresh, known, scene.calendar, now=scene.clock())
    assert (
        await scene.stores.rules.change(
            stored.id, fresh.rule, now=scene.clock(), workdays=scene.calendar, revision=stored.revision, beside=news
        )
        or stored.state == "deleted"
    )
    if stored.state == "deleted" or stored.rule.schedule == fresh.rule.schedule:
        return
    for (day, lead), planned in list(witness.owed.items()):
        assert planned.nominal is not None
        event = Changed(stored, fresh, scene.calendar, scene.clock()).becomes(planned.nominal)
        later = [p for p in deliveries(fresh, event) if p.lead == lead and p.due_at >= scene.clock()] if event else []
        if lead == "after" and not later:
            continue  # what was is summed up, whatever comes next
        if event is None or later or any(n.nominal is not None and n.nominal.date() == day for n in news):
            del witness.owed[day, lead]
    for slot in list(witness.sent):
        noon = datetime.combine(slot[0], time(12))  # also of a datetime: its day
        if slot[2] != "after" and event_on_the_day(fresh, noon, scene.calendar) is None:
            del witness.sent[slot]  # what was called off may be told anew


@dataclass
class Storm:
    """seed: of all that is done."""

    witness: Witness
    seed: int

    def __post_init__(self) -> None:
        self.r = random.Random(self.seed)
        self.scene = self.witness.scene
        self.rules = self.scene.stores.rules

    async def rage(self, count: int) -> None:
        for _ in range(count):
            await self.wait(timedelta(minutes=self.r.choice([1, 3, 7, 31, 95, 340, 760, 1500, 2900]), seconds=7))
            await self.act()
        if self.witness.is_out:
            await self.outage()
        await self.wait(timedelta(days=8))

    async def wait(self, span: timedelta) -> None:
        """As the buttons do, it begins with waking the runner; it ends when what failed once is tried again."""
        self.scene.runner.wake()
        await self.scene.runner.settled()
        await self.scene.until(self.scene.clock() + span, step=timedelta(hours=12))
        await self.witness.come_due()
        await self.scene.until(self.scene.clock() + timedelta(seconds=9), step=timedelta(seconds=3))
        self.witness.check()

    async def act(self) -> None:
        acts = {
            self.dates: 6, self.leads: 2, self.place: 1, self.skip: 3, self.unskip: 2, self.pause: 1, self.delete: 1,
            self.outage: 3, self.hand_over: 1, self.restart: 1, self.in_flight: 3,
        }  # fmt: skip
        is_mended = self.witness.is_out and self.r.random() < _MENDED
        await (self.outage if is_mended else self.r.choices(list(acts), list(acts.values()))[0])()

    async def dates(self) -> None:
        schedule = Schedule(datetime.combine(date(2026, 3, 2), self.r.choice(HOURS)), self.r.choice(DAYS))
        self.witness.note(f"dates {schedule.rrule} {schedule.start:%H:%M}")
        await saved(self.witness, schedule=schedule)

    async def leads(self) -> None:
        leads = self.r.choice(LEADS)
        self.witness.note(f"leads {[lead.key for lead in leads]}")
        await saved(self.witness, leads=leads)

    async def place(self) -> None:
        self.witness.note("place")
        await saved(self.witness, place=self.r.choice("甲乙丙"))

    async def skip(self) -> None:
        stored = await self.witness.rule()
        event = next_event(stored, self.scene.calendar, now=self.scene.clock())
        if stored.state == "active" and event is not None:
            self.witness.note(f"skip {event.nominal:%a %d %H:%M}")
            beside = await self.news(replace(stored, skipped=stored.skipped | {event.nominal}))
            await self.rules.skip(self.witness.rule_id, event.nominal, now=self.scene.clock(), beside=beside)
            self.witness.shelve(lambda slot: slot[0] == event.nominal.date())

    async def unskip(self) -> None:
        stored = await self.witness.rule()
        coming = [
            n
            for n in sorted(stored.skipped)
            if (e := event_of(stored, n, self.scene.calendar)) and e.at > self.scene.clock()
        ]
        if coming:
            nominal = self.r.choice(coming)
            self.witness.note(f"unskip {nominal:%a %d %H:%M}")
            beside = await self.news(replace(stored, skipped=stored.skipped - {nominal}))
            await self.rules.unskip(self.witness.rule_id, nominal, now=self.scene.clock(), beside=beside)
            self.witness.unshelve(lambda slot: slot[0] == nominal.date())

    async def pause(self) -> None:
        self.witness.note("pause")
        await self.rules.pause(self.witness.rule_id)
        self.witness.owed.clear()
        await self.meanwhile()
        self.witness.note("resume")
        beside = await self.news(replace(await self.witness.rule(), state="active"))
        await self.rules.resume(self.witness.rule_id, now=self.scene.clock(), beside=beside)

    async def news(self, fresh: GroupRule) -> Sequence[Planned]:
        known = await self.scene.stores.deliveries.of_rule(fresh.id)
        return news_of(await self.witness.rule(), fresh, known, self.scene.calendar, now=self.scene.clock())

    async def delete(self) -> None:
        self.witness.note("delete")
        await self.rules.delete(self.witness.rule_id, now=self.scene.clock())
        skipped = dict(self.witness.shelved)
        self.witness.shelve(lambda _: True)
        await self.wait(timedelta(minutes=self.r.choice([1, 5, 9])))
        self.witness.note("restore")
        await self.rules.restore(self.witness.rule_id, now=self.scene.clock())
        self.witness.unshelve(lambda slot: slot not in skipped)

    async def meanwhile(self) -> None:
        await self.wait(timedelta(minutes=self.r.choice([1, 200, 1500])))
        if self.r.random() < 0.5:
            await self.dates()
            await self.wait(timedelta(minutes=1))

    async def outage(self) -> None:
        self.witness.is_out = not self.witness.is_out
        self.witness.note("outage" if self.witness.is_out else "back again")
        if not self.witness.is_out:
            await self.scene.until(self.scene.clock() + timedelta(minutes=11), step=timedelta(minutes=5))

    async def hand_over(self) -> None:
        leader = self.r.choice([0, 6, LEADER])
        self.witness.note(f"leader {leader}")
        await self.rules.hand_over(self.witness.rule_id, leader, now=self.scene.clock())
        if not leader:
            self.witness.owed = {slot: p for slot, p in self.witness.owed.items() if slot[1] != "after"}

    async def restart(self) -> None:
        self.scene.runner = self.scene.new_runner()

    async def in_flight(self) -> None:
        self.witness.note("in flight…")
        self.witness.in_flight = self.r.choice([self.dates, self.leads, self.place, self.skip, self.hand_over])
