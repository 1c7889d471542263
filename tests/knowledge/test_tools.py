"""What whoever keeps the knowledge works with: the report of an evaluation, and suggestions from real questions."""

from pathlib import Path

import yaml

from knowledge import KnowledgeBase, explain
from knowledge.evaluate import Question, read_questions, run
from knowledge.report import page
from knowledge.suggest import as_yaml, suggest

QUESTIONS = Path(__file__).parent.parent / "questions"


def test_the_report_is_one_page_with_every_part(base: KnowledgeBase) -> None:
    asked = [
        [Question("支部书记的职责有哪些<b>", "-", ("near-oos",))],
        [Question("党小组长任期多久", "duties", ("plain",))],
    ]
    html = page(run([*read_questions(QUESTIONS / "doubles.tsv")[:9], *asked], base.ask), base)
    for part in ("把握的分布", "取舍", "认成了别的", "各种问法", "各条目", "最值得看的"):
        assert part in html
    assert "&lt;b&gt;" not in html and "<b>" not in html  # the question was rightly refused, so it is no mistake
    assert "党小组长任期多久 —— 该是 duties，得到 term" in html
    assert "http" not in html and "<script" not in html


def test_unanswered_questions_become_yaml_to_paste(base: KnowledgeBase) -> None:
    asked = [
        "党小组长任期多久",
        "食堂的饭卡在哪充值",
        "食堂饭卡去哪里充值呀",
        "支部书记平常要干些啥活",
        '他说"不用交"对不对',
    ]
    groups = suggest(base, [*asked, asked[1], ""])
    said = [q for g in groups for q in g.questions]
    assert "党小组长任期多久" not in said and len(said) == len(set(said))
    assert any(g.label == "secretary-duties" for g in groups)
    pasted = yaml.safe_load("\n".join(as_yaml([g for g in groups if g.label], base).splitlines()))
    assert all(label in base.knowledge.parts for label in pasted)
    strange = [g for g in groups if g.label is None]
    entries = yaml.safe_load(as_yaml(strange, base)) if strange else []
    assert all(e["phrasings"] for e in entries)


def test_similar_strange_questions_stand_together(base: KnowledgeBase) -> None:
    groups = [g for g in suggest(base, ["zxqw 量子场论第三章", "zxqw 量子场论第四章"]) if g.label is None]
    assert not groups or len(groups[0].questions) == 2


def test_the_explanation_says_what_would_be_without_each_part(base: KnowledgeBase) -> None:
    found = explain(base, base.ask("组里那个带头的干到哪年算完"))
    assert found.candidates and all("（" in outcome for outcome in found.without.values())
    unsure = [explain(base, base.ask(q)) for q in ("支部书记也管这摊不", "小组的会记录咋弄", "这个组长咋算够格")]
    assert any(e.without for e in unsure)
    assert all(name in e.as_text() for e in unsure for name in e.without)
