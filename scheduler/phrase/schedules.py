"""From what was said about days and hours to a schedule, or why it contradicts itself."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from scheduler.phrase.dates import (
    Day,
    Fixed,
    Moment,
    Pattern,
    days_apart,
    days_from,
    first_moment,
    moments,
    rrule_of,
    search_from,
)
from scheduler.phrase.hours import DEFAULT_HOUR, PART_NAMES, Hours, hour_of_part
from scheduler.phrase.month_days import days_remarks
from scheduler.phrase.often import check_turns, settled
from scheduler.phrase.outcome import NoDay, Refused
from scheduler.phrase.said import Run, Said
from scheduler.phrase.scan import LUNAR_REASON
from scheduler.phrase.single import refuse_ordinal
from scheduler.phrase.titles import cleaned, joined
from scheduler.phrase.tokens import Token
from scheduler.recurrence import moment, next_occurrences, rolled
from scheduler.rule import Roll, Schedule
from scheduler.words import WEEKDAYS, day_in_words
from scheduler.workdays import Workdays

_BREAK = timedelta(days=12)
_A_YEAR = timedelta(days=366)
_FIFTH = 5
_SATURDAY = 5
_LIKE_A_DAY = re.compile(r"(?:[天日节前后年周月次时季期末初尾]|季度|生日)$")
_COUNTED = re.compile(r"第|倒数|最后|最末|首|头|末")
_QUOTE = "；要做的事里提到的日子，请加上引号"
_USUAL = {"afternoon": "3点", "dusk": "6点", "evening": "7点", "late": "7点"}
_ROLLS: dict[str, Roll] = {"none": "none", "next": "next", "previous": "previous", "skip": "skip"}
_TIME_KINDS = {
    "rel", "unit", "month", "year", "relyear", "quarter", "half", "hazy", "vague", "lunar", "part", "number",
    "festival",
}  # fmt: skip


@dataclass(frozen=True)
class Present:
    """Where and when the phrase was said. now: naive local time in `zone`."""

    now: datetime
    zone: str
    workdays: Workdays

    def rolled(self, event: datetime, roll: Roll) -> datetime | None:
        day = rolled(event.date(), roll, self.workdays, ZoneInfo(self.zone))
        return None if day is None else datetime.combine(day, event.time())


@dataclass(frozen=True)
class Timed:
    """every: days from one to the next, 0 when it comes once."""

    schedule: Schedule
    remarks: tuple[str, ...]
    every: int = 0


def timed(said: Said, present: Present) -> Timed:
    """Refuses what lacks a day and an hour, contradicts itself, is past or never comes."""
    day, remarks = _day(said, present.now)
    found = _moment(day, said, present.zone) if isinstance(day, Moment) else _timed(day, remarks, said, present)
    _check_it_comes(found.schedule, said, present)
    return found


def _timed(day: Fixed | Pattern, remarks: tuple[str, ...], said: Said, present: Present) -> Timed:
    hour, more = _hour(said)
    roll, about_roll = _roll(day.roll, said.rolls)
    about_roll += _about_weekend(day, roll, said)
    start, rrule, rest = _started(replace(day, roll=roll), hour, said, present)
    every = days_apart(day) if isinstance(day, Pattern) else int(bool(rrule))
    remarks = (*said.remarks, *remarks, *more, *rest, *about_roll)
    return Timed(Schedule(start, rrule, roll, present.zone), remarks, every)


def _about_weekend(day: Fixed | Pattern, roll: Roll, said: Said) -> tuple[str, ...]:
    """每周六，遇节假日顺延: a Saturday is no working day to begin with."""
    if isinstance(day, Fixed) or day.once or roll == "none" or not day.weekdays:
        return ()
    if any(weekday < _SATURDAY for weekday, _ in day.weekdays):
        return ()
    words = tuple(token.text for token in said.rolls)
    if roll == "skip":
        raise Refused("周六、周日本来就是休息日，这样除了调休上班的周末都会跳过；请去掉这句", *words)
    where = "下一个" if roll == "next" else "上一个"
    return (f"周六、周日本来就是休息日，每次都会挪到{where}工作日（调休上班的除外）；不想挪请去掉“{words[0]}”。",)


def _check_it_comes(schedule: Schedule, said: Said, present: Present) -> None:
    """Holidays may leave nothing of a day, or carry it to one that is past."""
    after = moment(present.now, ZoneInfo(schedule.zone))
    if next_occurrences(schedule, present.workdays, after=after, count=1):
        return
    words = [text for _, text in said.days]
    if schedule.rrule:
        raise Refused("这些天都是休息日，遇节假日又跳过，一次也不会有", *words)
    named = day_in_words(schedule.start)
    found = present.rolled(schedule.start, schedule.roll)
    if found is None:
        raise Refused(f"{named}是休息日，遇节假日又跳过，就一次也没有了", *words)
    moved = f"{named}是休息日，挪到{day_in_words(found)}，" if found != schedule.start else named
    raise Refused(f"{moved}已经过去了", *words)


def _day(said: Said, now: datetime) -> tuple[Day, tuple[str, ...]]:
    said.days = settled(said.days)
    _check_month_is_said(said.days)
    days = list(dict.fromkeys(day for day, _ in said.days))
    if not days and said.runs and said.since:
        return Fixed(said.since), ()
    if not days:
        return _no_day(said)
    if len(days) == 1:
        return days[0], ()
    if (running := _running(days)) is not None:
        return running, ()
    words = [text for _, text in said.days]
    singles = [day for day in days if isinstance(day, Fixed) or (isinstance(day, Pattern) and day.once)]
    if len(singles) < len(days):
        until = "；到哪天为止请写“直到12月31日”" if len(days) == 2 and len(singles) == 1 else ""
        raise Refused(f"有不止一个日期；要设几个时间请分成几条{until}{_QUOTE}", *words)
    return _same_day(singles, words, now), ()


def _check_month_is_said(days: list[tuple[Day, str]]) -> None:
    for day, words in days:
        if isinstance(day, Pattern) and day.once and _COUNTED.match(words):
            refuse_ordinal(words)


def _running(days: list[Day]) -> Fixed | None:
    """3月20日到22日每天."""
    spans = [day for day in days if isinstance(day, Fixed) and day.days > 1]
    return spans[0] if len(days) == len(spans) + 1 == 2 and Pattern("DAILY") in days else None


def _no_day(said: Said) -> tuple[Day, tuple[str, ...]]:
    words = joined([t for piece in said.pieces for t in piece if t.kind in _TIME_KINDS])
    lunar = [t.text for piece in said.pieces for t in piece if t.kind == "lunar"]
    if lunar:
        raise NoDay(LUNAR_REASON, *lunar)
    if said.since is not None:
        raise NoDay("只说了从哪天起，没说多久一次", *words)
    if not any(hour.times for hour in said.hours):
        raise NoDay("没说是哪一天、几点", *words, *(hour.words for hour in said.hours))
    _check_nothing_dates_it(said)
    return Pattern("DAILY", once=True), ("没写哪天，按最近的一次算。",)


def _check_nothing_dates_it(said: Said) -> None:
    """开学那天上午9点开会, 有空晚上8点学习: not simply the next 9:00."""
    hazy = [t.text for piece in said.pieces for t in piece if t.kind == "hazy"]
    if hazy:
        raise NoDay("说的是哪一天", *hazy)
    if pointed := next((hour.words for hour in said.hours if hour.words[:1] in ("那", "这")), ""):
        raise NoDay("说的是哪一天", pointed)
    before = "".join(token.text for token in said.before_hour if token.kind not in {"remind", "notify"})
    goes_on = any(t.kind in {"char", "word", "quote"} for t in said.pieces[-1] if t not in said.before_hour)
    if re.search(r"\w", cleaned(before)) and (goes_on or _LIKE_A_DAY.search(before)):
        raise NoDay("没看懂是哪一天；就是今天的请写“今天”", before)


def _same_day(days: list[Fixed | Pattern], words: list[str], now: datetime) -> Day:
    """周五12月1日: right only when it is a Friday. 后天（11月28日，周六）."""
    plain = [day for day in days if isinstance(day, Pattern) and day.frequency == "WEEKLY"]
    dated = [day for day in days if day not in plain]
    if len({_date(day, now) for day in dated}) != 1 or len(plain) > 1:
        raise Refused(f"有不止一个日期；要设几个时间请分成几条{_QUOTE}", *words)
    found = _date(dated[0], now)
    if plain and found.weekday() != plain[0].weekdays[0][0]:
        raise Refused(
            f"{found.month}月{found.day}日是{WEEKDAYS[found.weekday()]}，对不上；两天都要的请分成两条{_QUOTE}", *words
        )
    return dated[0]


def _date(day: Fixed | Pattern, now: datetime) -> date:
    return day.first if isinstance(day, Fixed) else next(days_from(day, now.date()), now.date())


def _moment(day: Moment, said: Said, zone: str) -> Timed:
    if said.hours or said.count or said.until:
        raise Refused("已经说了多久以后，又说了钟点，对不上", *(h.words for h in said.hours))
    roll, remarks = _roll("none", said.rolls)
    return Timed(Schedule(day.at, "", roll, zone), (*said.remarks, *remarks))


def _hour(said: Said) -> tuple[tuple[time, ...], tuple[str, ...]]:
    if not said.hours:
        return (DEFAULT_HOUR,), ("没写几点，按上午9:00算。",)
    if len(said.hours) > 1:
        raise Refused("有不止一个时间，对不上", *(hour.words for hour in said.hours))
    (hour,) = said.hours
    if hour.times:
        return hour.times, hour.remarks
    return _of_part(hour)


def _of_part(hour: Hours) -> tuple[tuple[time, ...], tuple[str, ...]]:
    usual = hour_of_part(hour.part)
    name = PART_NAMES[hour.part]
    if usual is None:
        words = hour.words or name
        swaps = ((words, words + _USUAL[hour.part]),) if hour.part in _USUAL else ()
        raise Refused(f"{name}几点？请写上钟点", words, swaps=swaps)
    return (usual,), (*hour.remarks, f"没写几点，{name}按{usual.hour}:00算。")


def _started(
    day: Fixed | Pattern, hours: tuple[time, ...], said: Said, present: Present
) -> tuple[datetime, str, tuple[str, ...]]:
    if len({hour.minute for hour in hours}) > 1:
        raise Refused("一天两次要同一个分钟，例如“9点和14点”；不一样的请分成两条", *(h.words for h in said.hours))
    match day:
        case Fixed():
            return _fixed(day, hours, said, present.now)
        case Pattern(once=True):
            return _once(day, hours, said, present)
        case Pattern():
            return _repeated(day, hours, said, present)
        case _:
            assert_never(day)


def _fixed(day: Fixed, hours: tuple[time, ...], said: Said, now: datetime) -> tuple[datetime, str, tuple[str, ...]]:
    days = _days_running(said.runs) if said.runs else day.days
    if said.runs and day.days > 1 and days != day.days:
        raise Refused("天数对不上", *(text for _, text in said.days))
    _check_single(hours, said, is_running=days > 1)
    start = datetime.combine(day.first, hours[0])
    if start < now - (_BREAK if day.roll == "next" else timedelta()):
        unsaid = "" if said.hours else "（没写几点，按9:00算；请写上钟点）"
        raise Refused(f"{day_in_words(start)}已经过去了{unsaid}", *(text for _, text in said.days))
    if days > 1:
        return start, f"FREQ=DAILY;COUNT={days}", (f"连着{days}天，每天提醒一次。",)
    return start, "", ()


def _days_running(run: Run) -> int:
    if run.unit != "day_unit":
        raise Refused("只有一天的事，要连着几天请写天数，例如“连续3天”", run.words)
    return run.count


def _check_single(hours: tuple[time, ...], said: Said, *, is_running: bool = False) -> None:
    if len(hours) > 1:
        raise Refused("只一天的事只写一个钟点，要两次请分成两条", *(h.words for h in said.hours))
    if said.since and not is_running:
        raise Refused("只有一天，不用说从哪天起", *(text for _, text in said.days))
    if said.until or said.count:
        raise Refused("只有一天，不用说到什么时候、共几次", *(text for _, text in said.days))


def _once(day: Pattern, hours: tuple[time, ...], said: Said, present: Present) -> tuple[datetime, str, tuple[str, ...]]:
    now = present.now
    if said.runs:
        return _fixed(Fixed(_date(day, now)), hours, said, now)
    _check_single(hours, said)
    words = [text for _, text in said.days]
    events = moments(day, hours, since=search_from(day, now))
    start = next((event for event in events if _is_to_come(event, day.roll, present)), None)
    if start is None:
        raise Refused("没有这一天", *words)
    if start - now > _A_YEAR:
        raise Refused(f"往后一年里没有这一天，下一次是{start.year}年；真要那天请写上年份", *words)
    return start, "", ()


def _is_to_come(event: datetime, roll: Roll, present: Present) -> bool:
    """One before now only when holidays carry it on to a day that is not."""
    if event >= present.now:
        return True
    found = present.rolled(event, roll)
    return found is not None and found >= present.now


def _repeated(
    day: Pattern, hours: tuple[time, ...], said: Said, present: Present
) -> tuple[datetime, str, tuple[str, ...]]:
    check_turns(said.turns, day, len(hours))
    start = first_moment(day, hours, since=_since(day, said, present.now))
    if start is None:
        raise Refused("没有这一天", *(text for _, text in said.days))
    rrule, end, remarks = rrule_of(day, hours), _end(day, hours, start, said), _pattern_remarks(day, start)
    if said.count and day.roll == "skip":
        last = _last_of(Schedule(start, rrule, day.roll, present.zone), said.count, hours, present)
        end = f";UNTIL={last:%Y%m%d}T235959"
        remarks += (f"跳过的不算在次数里，第{said.count}次是{day_in_words(last.date())}。",)
    return start, rrule + end, remarks


def _last_of(schedule: Schedule, count: int, hours: tuple[time, ...], present: Present) -> datetime:
    """Of so many that do take place, by the working days as they are known now."""
    after = moment(schedule.start, ZoneInfo(schedule.zone))
    found = next_occurrences(schedule, present.workdays, after=after, count=count)
    if len(found) < count or found[-1].local.time() != hours[-1]:
        raise Refused("遇节假日跳过，一共几次说不准，请写“直到几月几号”")
    return found[-1].local


def _since(day: Pattern, said: Said, now: datetime) -> datetime:
    """Where to look for the first. What counts from a day that was named goes on counting from it, past or not."""
    counts = bool(said.count or said.runs)
    earliest = now if counts else search_from(day, now)
    if said.since is None:
        return earliest
    named = datetime.combine(said.since, time())
    return named if named.date() < now.date() and (counts or day.interval > 1) else max(earliest, named)


def _end(day: Pattern, hours: tuple[time, ...], start: datetime, said: Said) -> str:
    if said.bare_count and day.frequency == "DAILY":
        raise Refused("是一共几次还是一天几次，一共的请写“共几次”", said.bare_count)
    if said.count and said.runs:
        raise Refused("说了共几次，又说了多久，请只写一个", said.runs.words)
    count = said.count or (_times(said.runs, day, hours) if said.runs else 0)
    if said.until is not None and count:
        raise Refused("说了到什么时候，又说了共几次，请只写一个")
    if said.until is not None and said.until < start.date():
        raise Refused(f"第一次是{day_in_words(start)}，已经在截止之后")
    if said.until is not None:
        return f";UNTIL={said.until:%Y%m%d}T235959"
    return f";COUNT={count}" if count else ""


def _times(run: Run, day: Pattern, hours: tuple[time, ...]) -> int:
    """How often it comes in so many days, weeks, months; refused where that is not plain."""
    a_time = {
        ("DAILY", "day_unit"): 1,
        ("DAILY", "week"): 7,
        ("WEEKLY", "week"): len(day.weekdays),
        ("MONTHLY", "month_unit"): len(day.month_days or day.weekdays),
    }.get((day.frequency, run.unit), 0)
    if not a_time or day.interval > 1 or day.months or day.roll == "skip" or len(hours) > 1:
        raise Refused("这样一共几次说不准，请写“共几次”或“直到几月几号”", run.words)
    return run.count * a_time


def _pattern_remarks(day: Pattern, start: datetime) -> tuple[str, ...]:
    remarks = [] if day.frequency == "YEARLY" else list(days_remarks(day.month_days))
    if day.frequency == "YEARLY" and day.months == (2,) and 29 in day.month_days:
        remarks.append("只有闰年有2月29日，别的年份会跳过。")
    if any(abs(which) == _FIFTH for _, which in day.weekdays):
        remarks.append("没有第五个的月份会跳过。")
    if day.interval > 1:
        remarks.append(f"从{day_in_words(start)}这一次数起。")
    return tuple(remarks)


def _roll(of_day: Roll, tokens: list[Token]) -> tuple[Roll, tuple[str, ...]]:
    said = {_ROLLS[token.tag] for token in tokens} | ({of_day} if of_day != "none" else set())
    if len(said) > 1:
        raise Refused("遇到节假日怎么办，前后说的不一样", *(token.text for token in tokens))
    only_weekend = any("周末" in t.text or "双休" in t.text for t in tokens if t.tag != "none")
    return next(iter(said), "none"), ("周末和法定节假日都这样算，调休上班的周末算工作日。",) if only_weekend else ()
