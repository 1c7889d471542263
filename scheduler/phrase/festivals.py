"""Days of the solar calendar that go by a name."""

_DAYS = {
    "元旦": (1, 1), "妇女": (3, 8), "三八": (3, 8), "植树": (3, 12), "五一": (5, 1), "劳动": (5, 1), "五四": (5, 4),
    "青年": (5, 4), "六一": (6, 1), "儿童": (6, 1), "七一": (7, 1), "建党": (7, 1), "党的": (7, 1), "八一": (8, 1),
    "建军": (8, 1), "教师": (9, 10), "烈士": (9, 30), "国庆": (10, 1), "十一": (10, 1), "宪法": (12, 4),
    "国家": (12, 13),
}  # fmt: skip


def festival_date(name: str) -> tuple[int, int]:
    """Month and day, for a name that the lexicon knows."""
    return _DAYS[name[:2]]
