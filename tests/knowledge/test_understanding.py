"""Questions as people type them, against the shipped knowledge."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import KnowledgeBase, cited, reply_to
from knowledge.decide import Answer, AskBack, Refuse, SmallTalk
from knowledge.evaluate import figures, read_questions, run
from knowledge.text import key

QUESTIONS = Path(__file__).parent.parent / "questions"


def entries(base: KnowledgeBase, text: str) -> tuple[str, ...]:
    decision = base.ask(text).decision
    return decision.entries if isinstance(decision, Answer) else ()


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("党小组长的职责有哪些", "duties"),
        ("职责有哪些", "duties"),
        ("可以兼任吗", "other-concurrent"),
        ("党小组长做什么", "duties"),
        ("组长要做什么", "duties"),
        ("党小组长都有什么职责", "duties"),
        ("刚转正可以当组长吗", "eligibility"),
        ("主题党日", "theme-day"),
        ("书记可以兼任吗", "secretary-concurrent"),
        ("任期多久", "term"),
        ("归谁领导", "led-by"),
        ("有学历要求吗", "schooling"),
        ("留党察看的能当吗", "under-probation-discipline"),
        ("预备党员能当吗", "probationary-member"),
        ("支部书记可以兼任党小组长吗", "secretary-concurrent"),
        ("党小组长任期多久", "term"),
        ("dxzz zhize", "duties"),
        ("dangfei jiao duoshao", "dues-rate"),
        ("党小组长的只责有哪些", "duties"),
        ("黨小組長怎麼產生", "how-chosen"),
        ("请问一下，党小组长怎么产生呢？谢谢", "how-chosen"),
        ("党小组会多久开一次", "meeting-frequency"),
    ],
)
def test_a_clear_question_is_answered_at_once(base: KnowledgeBase, question: str, entry: str) -> None:
    assert entries(base, question) == (entry,)


@pytest.mark.parametrize(
    "question",
    [
        "书记的职责有哪些",
        "团小组长怎么产生",
        "预备期多长",
        "今天天气怎么样",
        "驾照怎么换",
        "留党察看最长多久",
        "怎么转正",
        "能连任吗",
        "补贴多少",
        "年龄有限制吗",
        "妇联主席咋产生",
        "理事长是选的吗",
        "股长归谁管",
        "转正大会谁主持",
        "厨师长咋产生",
        "保安归谁管",
        "裁判是选的吗",
        "辅导员要什么学历",
    ],
)
def test_what_is_not_known_is_not_answered(base: KnowledgeBase, question: str) -> None:
    assert not isinstance(base.ask(question).decision, Answer)


def test_a_boundary_names_itself_and_offers_what_is_known(base: KnowledgeBase) -> None:
    reply = reply_to(base.ask("支部书记的职责有哪些"), base.knowledge)
    assert reply.kind == "refuse"
    assert reply.entries == ("secretary-duties",)
    assert reply.offers and all(o in base.knowledge.entries for o in reply.offers)


@pytest.mark.parametrize("greeting", ["你好", "谢谢", "再见", "你真棒", "你个傻机器人"])
def test_small_talk_gets_a_human_reply(base: KnowledgeBase, greeting: str) -> None:
    assert isinstance(base.ask(greeting).decision, SmallTalk)


@pytest.mark.parametrize("nothing", ["", " ", "？？？", "🙏🙏", "\u200b", "."])
def test_a_message_without_words_is_refused(base: KnowledgeBase, nothing: str) -> None:
    assert isinstance(base.ask(nothing).decision, Refuse)


def test_two_questions_get_two_answers(base: KnowledgeBase) -> None:
    assert set(entries(base, "党小组长怎么产生？任期多久？")) == {"how-chosen", "term"}


def test_a_follow_up_is_understood_from_the_turn_before(base: KnowledgeBase) -> None:
    first = base.ask("在职党员党费交多少")
    decision = base.ask("退休的呢", first.topic).decision
    assert isinstance(decision, Answer | AskBack)
    assert (decision.entries if isinstance(decision, Answer) else decision.choices)[0] == "dues-retired"


def test_a_full_question_is_never_bent_by_the_turn_before(base: KnowledgeBase) -> None:
    topic = base.ask("在职党员党费交多少").topic
    for question in ("党小组长的职责有哪些", "预备党员能当党小组长吗", "党小组会多久开一次"):
        assert base.ask(question, topic).decision == base.ask(question).decision


def test_every_phrasing_finds_its_own_entry(base: KnowledgeBase) -> None:
    lost = []
    for voiced in base.knowledge.phrasings[::7]:
        ranking = base.current.interpreter.index.rank(voiced.phrasing.text)
        found = ranking.outside or (ranking.candidates[0].id if ranking.candidates else None)
        if found != voiced.phrasing.label and ranking.candidates:
            lost.append((voiced.phrasing.text, voiced.phrasing.label, found))
    assert not lost


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_some_decision(base: KnowledgeBase, text: str) -> None:
    reply = reply_to(base.ask(text), base.knowledge)
    assert reply.text


@pytest.mark.parametrize("length", [4096, 20_000])
def test_a_very_long_message_is_understood_by_its_beginning(base: KnowledgeBase, length: int) -> None:
    assert reply_to(base.ask("党小组长的职责有哪些。" + "啊" * length), base.knowledge).text


def test_no_development_question_is_a_phrasing(base: KnowledgeBase, shared: Path) -> None:
    known = {key(v.phrasing.text) for v in base.knowledge.phrasings if v.voice != "闲聊"}
    asked = [q.text for turns in read_questions(shared / "questions" / "dev.tsv") for q in turns]
    assert not [q for q in asked if key(q) in known]


def test_the_development_questions_reach_the_floor(base: KnowledgeBase, shared: Path) -> None:
    found = figures(run(read_questions(shared / "questions" / "dev.tsv"), base.ask))
    assert found["top1"] >= 0.94
    assert found["top3"] >= 0.97
    assert found["right"] >= 0.82
    assert found["precision"] >= 0.96
    assert found["near_answered"] <= 0.08
    assert found["far_answered"] <= 0.07


def test_lines_of_one_section_are_cited_together(base: KnowledgeBase) -> None:
    assert "第11—16行" in reply_to(base.ask("党小组长的职责有哪些"), base.knowledge).text
    for entry in base.knowledge.entries.values():
        text = cited(entry.evidence, base.knowledge.sources)
        parts = [part.split("第")[0] for part in text.split("；")]
        assert len(parts) == len(set(parts)) or not entry.evidence[0].lines


@pytest.mark.parametrize("strange", ["量子力学", "救命", "阿尔法突触核蛋白", "习近平是谁", "雷锋"])
def test_an_unknown_word_is_not_taken_for_some_topic_or_entry(base: KnowledgeBase, strange: str) -> None:
    decision = base.ask(strange).decision
    assert isinstance(decision, Refuse)
    assert decision.boundary in {None, "leaders-and-theory"}


def test_a_complete_question_after_a_refusal_is_not_bent(base: KnowledgeBase) -> None:
    topic = base.ask("党费有收据吗").topic
    understood = base.ask("小组会能喝茶吗", topic)
    assert "收据" not in reply_to(understood, base.knowledge).text
    again = base.ask("党费", base.ask("党费交多少").topic)
    assert not isinstance(again.decision, Answer)


@pytest.mark.parametrize("aside", ["党员可以打麻将吗", "怎么改群名", "党员能养狗吗", "有人抽烟怎么办"])
def test_what_has_nothing_to_do_with_the_turn_before_is_not_read_after_it(base: KnowledgeBase, aside: str) -> None:
    first = base.ask("预备党员能参加党小组会吗")
    assert base.ask(aside, first.topic).decision == base.ask(aside).decision


@pytest.mark.parametrize("asked", ["下次开会是什么时候", "明天几点开会", "这个月党费什么时候交", "下次党小组会哪天"])
def test_when_the_next_one_is_is_told_by_the_reminders(base: KnowledgeBase, asked: str) -> None:
    decision = base.ask(asked).decision
    assert isinstance(decision, Refuse) and decision.boundary == "next-date"
