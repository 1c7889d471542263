"""What members pay, how they write what they earn, and what is wrong with a table."""

import re
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge import (
    AmountMissing,
    BadAmount,
    ByRate,
    DuesTable,
    Fixed,
    KnowledgeBase,
    KnowledgeInvalid,
    amount_in,
    dues_for,
    errors,
    groups_in,
    inspect,
    plain,
)
from knowledge.base import fingerprint
from tests.conftest import ROOT

FEN = Decimal("0.01")
ENTRY = """entries:
  - id: standard
    title: 标准
    answer: 3000元及以下0.5%，3000元以上1%。农民0.2元至1元。
    phrasings: [甲一问, 甲二问, 甲三问, 甲四问, 甲五问, 甲六问, 甲七问, 甲八问]
    evidence:
      - lines: [3]
"""
DUES = """closing: 以所在党组织的最新规定和通知为准。
cap: 1000
groups:
  working:
    name: 在职
    words: [上班]
    base: 月工资
    entry: standard
    rates:
      - up_to: 3000
        rate: 0.5%
      - rate: 1%
  farmer:
    name: 农民
    base: 不按收入算
    entry: standard
    fixed:
      least: 0.2
      most: 1
"""


@pytest.fixture(scope="module")
def table(base: KnowledgeBase) -> DuesTable:
    return base.knowledge.dues


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("words.yaml", "sources.yaml", "small_talk.yaml"):
        shutil.copy(ROOT / "knowledge" / name, tmp_path)
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "duties.yaml").write_text(ENTRY, "utf-8")
    (tmp_path / "dues.yaml").write_text(DUES, "utf-8")
    return tmp_path


def reckoned(table: DuesTable, group: str, amount: str | Decimal) -> ByRate:
    dues = dues_for(table, group, Decimal(amount))
    assert isinstance(dues, ByRate)
    return dues


@pytest.mark.parametrize(
    ("group", "amount", "rate", "due"),
    [
        ("working", "1", "0.005", "0.01"),
        ("working", "2999.99", "0.005", "15.00"),
        ("working", "3000", "0.005", "15"),
        ("working", "3000.01", "0.01", "30.00"),
        ("working", "4900", "0.01", "49"),
        ("working", "5000", "0.01", "50"),
        ("working", "5000.01", "0.015", "75.00"),
        ("working", "5100", "0.015", "76.5"),
        ("working", "6500", "0.015", "97.5"),
        ("working", "10000", "0.015", "150"),
        ("working", "10000.01", "0.02", "200.00"),
        ("working", "50000", "0.02", "1000"),
        ("working", "50001", "0.02", "1000"),
        ("retired", "5000", "0.005", "25"),
        ("retired", "5000.01", "0.01", "50.00"),
        ("retired", "6500", "0.01", "65"),
    ],
)
def test_the_whole_amount_takes_the_rate_of_its_bracket(
    table: DuesTable, group: str, amount: str, rate: str, due: str
) -> None:
    dues = reckoned(table, group, amount)
    assert (dues.rate, dues.due) == (Decimal(rate), Decimal(due))


def test_only_above_the_cap_is_one_told_of_it(table: DuesTable) -> None:
    assert not reckoned(table, "working", "50000").is_capped
    above = reckoned(table, "working", "60000")
    assert above.is_capped and (above.exact, above.due) == (Decimal(1200), Decimal(1000))


def test_half_a_fen_is_rounded_up(table: DuesTable) -> None:
    assert reckoned(table, "working", "1001").due == Decimal("5.01")  # 5.005


def test_farmers_and_students_pay_what_is_fixed(table: DuesTable) -> None:
    for amount in (None, Decimal(9000)):
        farmer, student = dues_for(table, "farmer", amount), dues_for(table, "student", amount)
        assert isinstance(farmer, Fixed) and (farmer.least, farmer.most) == (Decimal("0.2"), Decimal(1))
        assert isinstance(student, Fixed) and student.least == student.most == Decimal("0.2")


def test_without_an_amount_it_is_asked_for(table: DuesTable) -> None:
    assert isinstance(dues_for(table, "working", None), AmountMissing)


money = st.decimals(1, Decimal("9999999.99"), places=2) | st.sampled_from(
    [Decimal(limit) + step for limit in (3000, 5000, 10000, 50000) for step in (-FEN, Decimal(0), FEN)]
)


@given(money, st.sampled_from(["working", "retired"]))
@example(Decimal("3000"), "working")
def test_the_law_of_whole_amounts_holds_everywhere(table: DuesTable, amount: Decimal, group: str) -> None:
    dues = reckoned(table, group, amount)
    assert (dues.above is None or amount > dues.above) and (dues.up_to is None or amount <= dues.up_to)
    assert dues.due == min(Decimal(1000), (amount * dues.rate).quantize(FEN, ROUND_HALF_UP))
    assert reckoned(table, group, amount + FEN).due >= dues.due


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("6500", "6500"), ("6,500", "6500"), ("６５００", "6500"), ("6500元", "6500"), ("6500.50", "6500.5"),
        ("¥6500", "6500"), ("￥6，500.5", "6500.5"), ("六千五", "6500"), ("六千五百块", "6500"), ("6.5k", "6500"),
        ("6.5K", "6500"), ("1万2", "12000"), ("1萬2", "12000"), ("1.2万", "12000"), ("1.2w", "12000"),
        ("1万2千", "12000"), ("1万2000", "12000"), ("1万500", "10500"), ("6千5", "6500"), ("一万二", "12000"),
        ("六千零五", "6005"), ("六千五百点二五", "6500.25"), ("壹万贰仟", "12000"), ("陸仟", "6000"),
        ("六五〇〇", "6500"),
        ("每月大概 6500 元左右。", "6500"), ("1", "1"), ("9999999.99", "9999999.99"), ("1.23456万", "12345.6"),
    ],
)  # fmt: skip
def test_a_sum_is_understood(typed: str, amount: str) -> None:
    assert amount_in(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "bad"),
    [
        *(
            (t, BadAmount.UNREADABLE)
            for t in ("abc", "", "元", "6,5", "65,00", "6.5e3", "1.2万3", "1千5千", "三五十二")
        ),
        *((t, BadAmount.UNREADABLE) for t in ("三五", "²", "6²", "⑥", "½")),
        *((t, BadAmount.UNREADABLE) for t in ("NaN", "Infinity", "1_000", "0x10", "٦٥٠٠", "+5", "--5", "点", "9" * 60)),
        *((t, BadAmount.SEVERAL) for t in ("6500 7000", "6 500")),
        *((t, BadAmount.TOO_LITTLE) for t in ("0", "-5", "0.5", "零", "负五", "0.00")),
        *((t, BadAmount.TOO_MUCH) for t in ("99999999999", "10000000", "1000万", "一千万")),
        *((t, BadAmount.TOO_FINE) for t in ("6500.505", "1.2345678万", "6.500", "6500.000", "六点五〇〇")),
    ],
)
def test_no_sum_is_told_apart(typed: str, bad: BadAmount) -> None:
    assert amount_in(typed) is bad


@given(money)
def test_a_sum_written_plainly_or_with_commas_is_read_back(amount: Decimal) -> None:
    assert amount_in(plain(amount)) == amount_in(f"{amount:,}元") == amount


@given(st.text(max_size=50) | st.text("0123456789.,万千wk零一二两三百点元 -负", max_size=12))
def test_any_text_is_a_sum_in_range_or_a_reason(text: str) -> None:
    amount = amount_in(text)
    assert isinstance(amount, BadAmount) or (1 <= amount <= Decimal("9999999.99") and amount * 100 % 1 == 0)


@pytest.mark.parametrize(
    ("typed", "groups", "rest"),
    [
        ("6500", (), "6500"),
        ("退休 6500", ("retired",), "6500"),
        ("6500 離退休", ("retired",), "6500"),
        ("退休工资6500", ("retired",), "6500"),
        ("农民工 6500", ("working",), "6500"),
        ("学生或无固定收入", ("student",), ""),
        ("农民 退休 100", ("farmer", "retired"), "100"),
    ],
)
def test_the_group_is_heard_wherever_it_stands(
    table: DuesTable, typed: str, groups: tuple[str, ...], rest: str
) -> None:
    assert groups_in(typed, table) == (groups, rest)


def test_the_sample_has_no_problem(folder: Path) -> None:
    assert inspect(folder)[1] == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("        rate: 0.5%", "        rate: -0.5%", 11, "要写比例"),
        ("        rate: 0.5%", "        rate: 0%", 11, "大于 0"),
        ("        rate: 0.5%", "        rate: 0.005", 11, "0.5% 这样"),
        ("        rate: 0.5%", "        rat: 0.5%", 11, "是不是想写 rate"),
        ("        rate: 0.5%", "", 10, "缺少 rate"),
        ("up_to: 3000", "up_to: -3000", 10, "要写金额"),
        ("up_to: 3000", "up_to: 3000元", 10, "要写金额"),
        ("up_to: 3000", "up_to: true", 10, "要写金额"),
        ("up_to: 3000", "up_to: 0", 10, "up_to 要大于 0"),
        ("      - rate: 1%", "      - up_to: 3000\n        rate: 1%\n      - rate: 2%", 12, "和上一档重叠"),
        ("      - rate: 1%", "      - up_to: 2000\n        rate: 1%\n      - rate: 2%", 12, "比上一档还低"),
        ("      - rate: 1%", "      - up_to: 5000\n        rate: 1%", 12, "5000 元以上没有比例"),
        ("      - rate: 1%", "      - rate: 1%\n      - rate: 2%", 12, "缺少 up_to"),
        ("      - rate: 1%", "      - rate: 0.1%", 12, "比例没有比上一档高"),
        ("      - rate: 1%", "      - rate: 1.5%", 12, "standard 的答案里没有 1.5%"),
        ("up_to: 3000", "up_to: 300", 10, "standard 的答案里没有 300元"),
        ("most: 1", "most: 2", 19, "standard 的答案里没有 2元"),
        ("most: 1", "most: 0.1", 17, "least"),
        ("least: 0.2", "least: 0", 17, "least 要大于 0"),
        ("least: 0.2", "least: 两毛", 18, "要写金额"),
        ("    fixed:\n      least: 0.2\n      most: 1\n", "", 13, "rates 和 fixed"),
        ("    fixed:", "    rates:\n      - rate: 1%\n    fixed:", 13, "rates 和 fixed"),
        ("words: [上班]", "words: [上班, 农民]", 14, "“农民”已经指 working（第 4 行）"),
        ("words: [上班]", "words: [上班3]", 6, "要写一个词"),
        ("base: 月工资", "bse: 月工资", 7, "是不是想写 base"),
        ("entry: standard\n    rates", "entry: standart\n    rates", 8, "是不是想写 standard"),
        ("以所在党组织的最新规定和通知为准。", "就这样。", 1, "少了结尾"),
        ("cap: 1000", "cap: 0", 2, "上限不能是 0"),
        ("cap: 1000", "cap: 1000\nceiling: 1", 3, "不认识的键 ceiling"),
        ("  farmer:", "  Farmer:", 13, "写法不对"),
        ("name: 农民", "name: 在职", 14, "一个词只能指一类"),
    ],
)
def test_a_slip_in_the_table_is_told_with_its_line(
    folder: Path, before: str, after: str, line: int, words: str
) -> None:
    assert DUES.count(before) == 1
    (folder / "dues.yaml").write_text(DUES.replace(before, after), "utf-8")
    found = inspect(folder)[1]
    assert any(p.file.endswith("/dues.yaml") and p.line == line and words in str(p) for p in found), list(
        map(str, found)
    )


@pytest.mark.parametrize("text", ["{}", "[]", "groups: {}", "closing: 是\ngroups: []", "", "rates"])
def test_a_file_that_is_no_table_is_told(folder: Path, text: str) -> None:
    (folder / "dues.yaml").write_text(text, "utf-8")
    knowledge, found = inspect(folder)
    assert knowledge is None and errors(found)


def test_a_missing_table_is_told_by_name(folder: Path) -> None:
    (folder / "dues.yaml").unlink()
    knowledge, found = inspect(folder)
    assert knowledge is None
    assert any(p.file.endswith("/dues.yaml") and "读不到这个文件" in p.message for p in found)


def test_all_slips_of_the_table_come_at_once(folder: Path) -> None:
    (folder / "dues.yaml").write_text(DUES.replace("0.5%", "-1%").replace("least: 0.2", "least: x"), "utf-8")
    assert {p.line for p in errors(inspect(folder)[1])} == {11, 18}


def test_a_new_table_is_in_force_at_once_and_nothing_is_learnt_again(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    copy = KnowledgeBase(folder, ROOT / ".cache", on_learning=lambda: pytest.fail("learnt again"))
    assert fingerprint(copy.knowledge) == fingerprint(base.knowledge)
    before = copy.current
    path = folder / "dues.yaml"
    path.write_text(path.read_text("utf-8").replace("rate: 1.5%", "rate: 1.6%"), "utf-8")
    copy.reload()
    assert reckoned(copy.knowledge.dues, "working", "6500").due == 104
    assert fingerprint(copy.knowledge) == fingerprint(before.knowledge)
    path.write_text("groups: 坏了", "utf-8")
    with pytest.raises(KnowledgeInvalid):
        copy.reload()
    assert reckoned(copy.knowledge.dues, "working", "6500").due == 104


def test_the_table_says_what_the_answers_say(base: KnowledgeBase) -> None:
    knowledge = base.knowledge
    assert [p for p in knowledge.warnings if p.file.endswith("dues.yaml")] == []
    rates = re.findall(r"：([0-9.]+)%", knowledge.entries["dues-rate"].answer)
    assert [Decimal(r) / 100 for r in rates] == [b.rate for b in knowledge.dues.groups["working"].rates]
    assert f"不超过{plain(knowledge.dues.cap or Decimal(0))}元" in knowledge.entries["dues-cap"].answer
