"""What a turn may be answered with that leaves something out: never with what nobody has spoken of."""

from pathlib import Path

import pytest

from knowledge import KnowledgeBase, reply_to
from knowledge.bearing import Bearing
from knowledge.conversation import Understanding
from knowledge.decide import Answer, AskBack, Candidate, Decision, Ranking, Refuse, Thresholds, decide
from knowledge.evaluate import read_questions, run

QUESTIONS = Path(__file__).parent.parent / "questions"


def said(base: KnowledgeBase, *turns: str) -> Understanding:
    """What the last turn is understood as."""
    understood = base.ask(turns[0])
    for turn in turns[1:]:
        understood = base.ask(turn, understood.topic)
    return understood


def answered(decision: Decision) -> tuple[str, ...]:
    return decision.entries if isinstance(decision, Answer) else ()


@pytest.mark.parametrize(
    "turns",
    [
        ("入党介绍人要几个", "谁可以当"),
        ("支部书记的职责有哪些", "谁可以当"),
        ("团小组长怎么产生", "任期呢"),
        ("团小组长怎么产生", "任期呢", "有啥条件"),
        ("副书记能设几个", "怎么产生的"),
        ("民主生活会多久一次", "谁主持"),
        ("班组长归谁管", "学历有要求吗"),
        ("业委会怎么选", "任期几年"),
        ("医保交多少", "不交会咋样"),
        ("物业费交多少", "退休的呢"),
        ("介绍人必须是正式党员吗", "预备的行吗"),
        ("党费交多少", "驾照怎么换", "要什么条件"),
        ("党费交多少", "菜价涨了没", "退休的呢"),
    ],
)
def test_after_another_subject_a_bare_turn_is_not_answered_with_the_leaders(
    base: KnowledgeBase, turns: tuple[str, ...]
) -> None:
    assert not answered(said(base, *turns).decision)


@pytest.mark.parametrize("message", ["入党介绍人要几个？谁可以当？", "团小组长怎么产生，任期呢"])
def test_nor_is_the_second_half_of_one_message(base: KnowledgeBase, message: str) -> None:
    assert not answered(base.ask(message).decision)


@pytest.mark.parametrize(
    ("message", "entry"),
    [("主题党日多久一次？谁可以当？", "theme-day"), ("支委会一届几年？学历有要求吗？", "committee-term")],
)
def test_the_half_that_leans_on_nothing_is_left_open(base: KnowledgeBase, message: str, entry: str) -> None:
    decision = base.ask(message).decision
    assert answered(decision) == (entry,)
    assert isinstance(decision, Answer) and decision.unanswered
    assert "另外那一问" in reply_to(base.ask(message), base.knowledge).text


def test_a_pronoun_is_nobody_unknown(base: KnowledgeBase) -> None:
    assert answered(base.ask("党小组长是不是党内职务？他又听谁领导？").decision) == ("not-a-party-post", "led-by")


def test_a_neighbour_that_the_turn_makes_plain_is_named(base: KnowledgeBase) -> None:
    decision = said(base, "党员大会要多少人到会", "谁召集").decision
    assert isinstance(decision, Refuse) and decision.boundary == "other-meetings-convene"


@pytest.mark.parametrize(
    ("turns", "entry"),
    [
        (("支部委员会几个人", "任期呢"), "committee-term"),
        (("团小组长怎么选", "党小组长呢"), "how-chosen"),
        (("支部书记有哪些职责", "组长呢"), "duties"),
        (("党小组会能线上开吗", "多久开一次"), "meeting-frequency"),
        (("党员大会要多少人到会", "谁召集", "多久开一次"), "three-meetings"),
        (("预备党员能当组长吗", "那他能参加小组会不"), "probationary-in-meeting"),
        (("当组长要啥条件", "预备的行不"), "probationary-member"),
        (("党小组最少几个人", "任期多久"), "term"),
        (("党小组会多久开一次", "怎么选出来的"), "how-chosen"),
        (("党费多久交一次", "要是手头实在紧呢", "能让家里人代交吗"), "dues-when"),
        (("党小组最少几个人", "要上级批吗"), "group-setup"),
        (("党小组最少几个人", "要上级批吗", "它算一级组织不"), "group-definition"),
    ],
)
def test_what_was_spoken_of_is_what_the_turn_is_about(base: KnowledgeBase, turns: tuple[str, ...], entry: str) -> None:
    assert answered(said(base, *turns).decision) == (entry,)


@pytest.mark.parametrize(
    "turns",
    [
        ("积极分子能旁听小组会吗", "群众呢"),
        ("留党察看能当组长吗", "警告处分的呢"),
        ("流动党员怎么过组织生活", "党费呢"),
        ("在职的党费按什么比例交", "团员呢"),
        ("留党察看能当组长吗", "年龄呢"),
    ],
)
def test_an_answer_is_not_given_again_for_what_it_does_not_cover(base: KnowledgeBase, turns: tuple[str, ...]) -> None:
    assert answered(said(base, *turns[:-1]).decision)
    assert not answered(said(base, *turns).decision)


@pytest.mark.parametrize("turns", [("小组长可以罢免吗", "谁说了算"), ("小组长辞职找谁", "谁来接")])
def test_who_decides_what_is_not_known_is_not_known_either(base: KnowledgeBase, turns: tuple[str, ...]) -> None:
    assert not answered(said(base, *turns).decision)


@pytest.mark.parametrize("aside", ["谢谢", "你好"])
def test_a_courtesy_does_not_change_what_is_talked_about(base: KnowledgeBase, aside: str) -> None:
    assert answered(said(base, "党小组长怎么选", aside, "任期呢").decision) == ("term",)
    assert not answered(said(base, "团小组长怎么选", aside, "任期呢").decision)
    assert answered(said(base, aside, "任期多久").decision) == ("term",)


def test_paying_a_little_late_leads_to_what_is_known_of_it(base: KnowledgeBase) -> None:
    decision = said(base, "党费什么时候交", "晚几天行吗").decision
    found = decision.choices if isinstance(decision, AskBack) else answered(decision)
    assert {"dues-unpaid", "dues-when"} & set(found)


@pytest.mark.parametrize("turns", [("党小组会多久开一次", "放假那个月呢"), ("民主评议多久一次", "请过假的呢")])
def test_an_exception_that_nothing_is_written_about_is_not_answered(
    base: KnowledgeBase, turns: tuple[str, ...]
) -> None:
    assert isinstance(said(base, *turns).decision, Refuse | AskBack)


@pytest.mark.parametrize("question", ["小组里就三个党员还要选组长吗", "人少的小组能不能不要组长"])
def test_whether_a_small_group_has_a_leader_is_answered_by_how_many_it_has(base: KnowledgeBase, question: str) -> None:
    assert answered(base.ask(question).decision) == ("deputy",)


def test_a_doubtful_ranking_is_asked_about_however_sure() -> None:
    found = (Candidate("term", 1.0),)
    thresholds = Thresholds(0.4, 0.1)
    assert decide(Ranking("任期呢", found, None, exact=True, doubtful=True), thresholds, frozenset()) == AskBack(
        ("term",), 1.0
    )
    assert answered(decide(Ranking("任期呢", found, None, exact=True), thresholds, frozenset())) == ("term",)


@pytest.mark.parametrize(
    ("bearing", "turn", "before", "strays"),
    [
        (Bearing(frozenset({"retired", "dues"})), {"retired"}, set(), True),
        (Bearing(frozenset({"retired", "dues"})), {"retired"}, {"dues"}, False),
        (Bearing(frozenset({"retired", "dues"})), {"retired", "dues"}, set(), False),
        (Bearing(frozenset({"branch", "committee"}), together=False), {"committee"}, set(), False),
        (Bearing(frozenset({"branch", "committee"}), together=False), set(), {"league"}, True),
        (Bearing(), set(), {"league"}, False),
    ],
)
def test_an_answer_strays_when_what_it_is_about_was_not_named(
    bearing: Bearing, turn: set[str], before: set[str], strays: bool
) -> None:
    assert bearing.is_stray(frozenset(turn), frozenset(before)) is strays


def test_turns_that_lean_are_hardly_ever_answered_wrongly(base: KnowledgeBase) -> None:
    turns = run(read_questions(QUESTIONS / "leaning.jsonl"), base.ask)
    leaning = [o for o in turns if "follow-up" in o.question.tags]
    wrong = [(o.question.text, o.answered) for o in leaning if o.answered and not o.right]
    inside = [o for o in leaning if not o.question.is_outside]
    assert len(leaning) >= 200
    assert len(wrong) <= 0.035 * len(leaning), wrong
    assert sum(o.right for o in inside) >= 0.88 * len(inside)
