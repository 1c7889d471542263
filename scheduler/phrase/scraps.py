"""Words that can't be part of a title: changes, limits, pauses, glue. They are left where something was not read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.phrase.fold import fold
from scheduler.phrase.lexicon import LUNAR
from scheduler.phrase.numerals import NUMERAL as N
from scheduler.phrase.numerals import number
from scheduler.phrase.outcome import Refused
from scheduler.quotes import mask_quotes

_FROM = r"(?:^|(?<=[,;\s]))"
_TO = r"(?=$|[,;\s)])"
_WORDS = r"[^,;\s\0]*"
_QUOTE_IT = "；是要做的事，请加上引号"
_SOME = rf"(?:{N}|几|半)"
_TURNS = r"(?:次|回|遍|期|讲|轮)"
_PERIODS = r"(?:天|周|个?星期|个?礼拜|个半?月|月|个?季度|学期|年)"
_HELD = r"(?:开|办|上|学习?|打卡|进行)"
_LIMIT = r"(?:坚持|持续|连续|为期|历时|共计?|一共|总共|总计|最多|至多|限定?|仅限)"
_CHANGES = (
    rf"{_WORDS}(?:取消|暂停|顺延|改期|延期|推迟)[了吧]*{_TO}|{_FROM}(?:取消|暂停|顺延){_WORDS}"
    rf"|{_WORDS}(?:推迟|延期|延后|顺延)\s?{_SOME}{_PERIODS}|{_FROM}不(?:用|必|再)?(?:开会|收|交|办|上课|打卡){_WORDS}"
    rf"|{_WORDS}(?<!离)不(?:用|必|要|再)?(?:开会?|办|收|交|上课?|打卡?|提醒|发)[了吧]*{_TO}"
    rf"|{_FROM}{_WORDS}(?:改|挪|推迟|延期)[到至在成]{_WORDS}|{_WORDS}停(?:开|办|学|课|一?次|{_SOME}{_PERIODS}){_TO}"
)
_LIMITS = (
    rf"{_FROM}(?!{_HELD}*[一1]次)(?:只|仅|就|前|后|再|大约|约|{_HELD})*{_SOME}个?{_TURNS}{_TO}"
    rf"|{_LIMIT}(?:[开学办上讲]|打卡|学习)?{_SOME}个?(?:{_TURNS}|{_PERIODS}){_TO}|{_FROM}(?:前|后|大约|约)?{_SOME}{_PERIODS}{_TO}"
)
_TERMS = rf"{_WORDS}(?:寒暑?假|暑假|假期|放假|学期|学年|开学)(?!小结|总结|计划|工作|作业|考核|汇报|安排){_WORDS}"
_BOUNDS = (
    rf"{_WORDS}(?:有效|为止|截止|结束|再说){_TO}|{_FROM}{_WORDS}(?:[前后期再]|[周月年季天号日]再?)(?:开始|起){_TO}"
)
_GLUE = (
    r"(?:^|(?<=[,;]))(?:之前|以前|之后|以后|过后|后(?![勤备续台期院厨卫援盾])|只(?!争)|若为?|且(?!行)|及(?!时|格)|仅(?!限))(?!\0)"
    r"|(?:之前|以前|之后|以后|若为?|如为|只|仅|且|或|及|(?<![会节课饭班从])前)(?=[,;]|$)"
)
_AND_SO_ON = (
    rf"(?:周周|月月|年年|次次|回回){_WORDS}|{_WORDS}(?:如此|类推){_TO}|[一两三半每]{_PERIODS}(?:[一1]|{N})[次回]"
)
_BARE_NUMBER = r"^(?:\d{1,2}|二?十[一二三四五六七八九]?)(?=\s*(?:[开集学交收上到党参召讨培在打早晚中下]|$|[,;]))"
_HABITS = (
    r"^(?:睡(?:觉)?前|起床[前后]|午休|课[前后间]|会后|散会后?|[放下]学|下课|收工|就寝|天[黑亮])|(?:^|(?<=[,;\s]))下班"
)
_AHEAD_OF_NOW = (
    r"(?:接下来|接下去|未来|今后|往后|此后|日后|随后|[前后下]面|接着|接连|连续|连着|最近|起[先初]|[开起]头|还[有剩]"
    r"|剩下|剩余|余下)"
)
_FROM_NOW = (
    rf"{_WORDS}{_AHEAD_OF_NOW}的?{_SOME}个?(?:{_TURNS}|{_PERIODS})?(?:时间)?(?:里面?|之?内|期间)?{_TO}"
    rf"|{_FROM}(?:头|首|最后|末)的?{_SOME}个?{_PERIODS}?(?:里|内)?{_TO}"
)
_REMAINING = rf"{_WORDS}(?:剩下|剩余|余下)的?{_TO}|{_FROM}(?:今后|往后|接下来|未来|从今[往以]后)的?{_TO}"
_NO_ORDINAL = r"(?<![第\d零一二两三四五六七八九十百])"
_SPAN = (
    rf"{_NO_ORDINAL}(?![一1]天)(?:{N}(?:个?(?:天|周|星期|礼拜)|个月|年)半?|半个?[年月]"
    r"|好?几(?:天|周|年|个(?:月|星期|礼拜))|一阵子?|一段时间)"
)
_STOPS = r"(?:时间)?(?:(?:之|以)?后|就|为|即)?(?:停止?|结束|止|完)?[了吧]*"
_HOW_MANY = f"一共几次说不准，请写成“每周五……，共3次”这样的{_QUOTE_IT}"
_HOW_LONG = f"是一共这么久，还是要做的事？一共这么久的请写“共21天”“共4次”或“直到6月30日”{_QUOTE_IT}"
_NO_REVIEW = r"(?<![总小]结)(?<!回顾)(?<!盘点)"
_SPAN_AT_END = rf"(?P<what>[^,;\s\0]{{2,}}?){_NO_REVIEW}(?P<span>{_SPAN}){_STOPS}{_TO}"
_SPAN_ALONE = (
    rf"{_WORDS}{_NO_REVIEW}{_SPAN}{_STOPS}{_TO}"
    rf"|{_FROM}(?![一1](?![\d十百])){_SPAN}的?(?:打卡|学习|自学|培训|训练|读书|锻炼|值班|值日|背诵|跑步){_WORDS}"
    rf"|{_WORDS}{_SPAN}(?=每[次天周])"
)
_COUNTED_SPAN = re.compile(rf"(?P<count>{N})个?(?P<unit>天|周|星期|礼拜)$")
_SPAN_DAYS = {"天": 1, "周": 7, "星期": 7, "礼拜": 7}
_TURNS_AT_END = rf"{_WORDS}{_NO_ORDINAL}(?![一1][次回遍]){_SOME}[次回遍][课会]?{_STOPS}{_TO}"
_UNCERTAIN_DAYS = (
    rf"(?:{LUNAR}|毕业|结业|结课|退休|转正|换届|验收|考试|中考|高考|过年|开春|春运|[立入][春夏秋冬]"
    r"|[春夏秋冬][天季]|[学做开办]完|[^,;\s\0]{1,6}[停完止])"
)
_TO_UNCERTAIN = (
    rf"{_WORDS}[到至](?!底|位)(?:\d+年|[今明后]年)?{_UNCERTAIN_DAYS}(?:之?[前后]|当天|期间)?{_TO}"
    rf"|{_FROM}(?:过了?)?(?:{LUNAR})(?:之|以)?(?:[前后]{_TO}|(?:期间|[前后时])?(?:都|也|就|先)*[停不]{_WORDS})"
)
_AFTERWARDS = (
    r"(?:(?:会议?|课|学习|活动|散会|散场|下课|开完会?|结束|开始|[学做办]完|事)(?:之|以)?后"
    r"|散会时?|结束时|会[开散]完|完[了事]|[学做开办]完|会[中间]|途中|中途)"
    r"(?:再|还|也|都|要|会|又)*"
)
AFTERWARDS = re.compile(rf"{_AFTERWARDS}$")
AFTERWARDS_REASON = "过后再提醒还不会，请写明哪天几点，另设一条" + _QUOTE_IT


@dataclass(frozen=True)
class _Scrap:
    """where: only in what comes again, only where no hour is said, or anywhere.

    better: a template for what could stand there instead.
    """

    pattern: re.Pattern[str]
    reason: str
    where: Literal["again", "untimed", "anywhere"] = "anywhere"
    better: str = ""


_SCRAPS = (
    _Scrap(
        re.compile(_CHANGES),
        f"这里只设新的提醒；停一次、改时间、取消，请发 /reminders 点“跳过下一次”“修改”“删除”{_QUOTE_IT}",
    ),
    _Scrap(re.compile(_LIMITS), f"要提醒到什么时候没看懂，可以写“共8次”“共21天”或“直到6月30日”{_QUOTE_IT}"),
    _Scrap(re.compile(_FROM_NOW), _HOW_MANY, "again"),
    _Scrap(re.compile(_REMAINING), _HOW_MANY),
    _Scrap(
        re.compile(rf"{_FROM}(?:不(?:用|要|必|需要?)?|无需|[别別])再?催{_WORDS}"),
        f"单独不催谁还不会，谁都不催请写“不用催”{_QUOTE_IT}",
    ),
    _Scrap(re.compile(_SPAN_AT_END), _HOW_LONG, "again", r"\g<what>，共\g<span>"),
    _Scrap(re.compile(f"{_SPAN_ALONE}|{_TURNS_AT_END}"), _HOW_LONG, "again"),
    _Scrap(re.compile(_TO_UNCERTAIN), f"这天是几号还不会算，请写日期，例如“直到6月30日”{_QUOTE_IT}", "again"),
    _Scrap(
        re.compile(rf"{_FROM}{_AFTERWARDS}(?:发?通知|告知|提醒)?(?:大家|我们?|一下|一声|一次)*{_TO}"), AFTERWARDS_REASON
    ),
    _Scrap(re.compile(_TERMS), f"学期、假期的起止还不会算，请写从几月几号起、直到几月几号{_QUOTE_IT}", "again"),
    _Scrap(
        re.compile(_BOUNDS),
        f"从什么时候起、到什么时候为止没看懂，请写日期，例如“从3月6日起”“直到6月30日”{_QUOTE_IT}",
        "again",
    ),
    _Scrap(re.compile(rf"{_FROM}\d{{1,2}}[./-]\d{{1,2}}(?:[-~][\d./-]+)?{_TO}"), "是日期的请写成“12月1日”这样的"),
    _Scrap(re.compile(_BARE_NUMBER), "是几点？请写成“15点”这样的", "untimed"),
    _Scrap(re.compile(_HABITS), "请写明是几点", "untimed"),
    _Scrap(re.compile(_AND_SO_ON), f"多久一次没看懂，请写“每周五”“每月5号”这样的{_QUOTE_IT}"),
    _Scrap(re.compile(rf"{_WORDS}[吗么]{_TO}"), "这像是在问；要设提醒请直接写什么时候、做什么"),
    _Scrap(re.compile(_GLUE), f"这几个字没看懂{_QUOTE_IT}"),
)


def refuse_scraps(title: str, *, every: int, is_timed: bool) -> None:
    """What stands in quotes is left alone. title: as typed. every: days from one time to the next, 0 for once."""
    for scrap in _of(comes_again=every > 0, is_timed=is_timed):
        found = scrap.pattern.search(mask_quotes(fold(title)))
        if found and not (scrap.reason == _HOW_LONG and _is_shorter(found[0], every)):
            swaps = ((found[0], found.expand(scrap.better)),) if scrap.better else ()
            raise Refused(scrap.reason, title[found.start() : found.end()], swaps=swaps)


def _is_shorter(words: str, every: int) -> bool:
    """每月5号公示7天: what is to be done, for the next time comes after it."""
    span = _COUNTED_SPAN.search(words)
    days = (number(span["count"]) or every) * _SPAN_DAYS[span["unit"]] if span else every
    return days < every


def _of(*, comes_again: bool, is_timed: bool) -> Iterator[_Scrap]:
    absent = {"again"} if not comes_again else set()
    absent |= {"untimed"} if is_timed else set()
    return (scrap for scrap in _SCRAPS if scrap.where not in absent)
