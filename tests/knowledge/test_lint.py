"""The check of the phrasings against each other, on a part of the shipped knowledge that is quick to learn."""

from dataclasses import replace

import pytest

from knowledge import KnowledgeBase
from knowledge.base import vocabulary
from knowledge.check import Knowledge, Voiced
from knowledge.index import Phrasing
from knowledge.lint import lint
from knowledge.training import Earlier, examples, fit_model

PART = ("duties", "term", "eligibility", "dues-rate", "duty-meeting", "secretary-duties", "reelection-limit")


@pytest.fixture
def part(base: KnowledgeBase) -> Knowledge:
    whole = base.knowledge
    return replace(
        whole,
        entries={i: e for i, e in whole.entries.items() if i in PART},
        boundaries={i: e for i, e in whole.boundaries.items() if i in PART},
        phrasings=tuple(v for v in whole.phrasings if v.phrasing.label in PART),
    )


def test_well_placed_phrasings_are_found_unseen(part: Knowledge) -> None:
    assert lint(part).found >= 0.9


def test_a_misplaced_phrasing_is_told_with_both_places(part: Knowledge) -> None:
    wrong = Voiced(Phrasing("term", "党费每月按工资的百分之几交"), "补充", "knowledge/phrasings/duties.yaml", 77)
    told = [p for p in lint(replace(part, phrasings=(*part.phrasings, wrong))).problems if p.line == 77]
    assert told and told[0].severity == "warning"
    assert "dues-rate" in told[0].message and "regulations.yaml:" in told[0].hint


def test_an_entry_that_cannot_be_found_is_told(part: Knowledge) -> None:
    copies = [replace(v, phrasing=Phrasing("duties", v.phrasing.text + "呀")) for v in part.phrasings][::3]
    told = lint(replace(part, phrasings=(*part.phrasings, *copies))).problems
    assert any("认得出来" in p.message or "像是" in p.message for p in told)


def test_going_on_from_an_earlier_model_learns_a_new_phrasing_and_forgets_nothing(part: Knowledge) -> None:
    fillers, lexicon = vocabulary(part)
    known = examples([v.phrasing for v in part.phrasings], fillers)
    entries = frozenset(part.entries)
    earlier = fit_model(known, entries, lexicon)
    added = examples([Phrasing("term", "干到猴年马月")] * 3 + [Phrasing("brand-new", "猴子上树几点开饭")] * 3, fillers)
    changed = Earlier(earlier, frozenset({"term", "brand-new"}))
    later = fit_model([*known, *added], entries, lexicon, earlier=changed)
    for example in [*known[::5], *added]:
        scores = later.scores(example.core, example.text)
        assert later.labels[int(scores.joint.argmax())] == example.label
