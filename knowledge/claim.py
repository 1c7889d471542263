"""对 or 不是的 before an answer, for a question that already says what it expects (党小组是一级组织吧).

Only where the entry declares which statements are right and which are wrong, and only when everything else in the
question is harmless: a wrong 对 is worse than none.
"""

import re

from knowledge.entry import Claims

RIGHT, WRONG = "对。", "不是的。"
_LEADING = re.compile(r"[,，]?(对吧|是吧|对不对|对吗|没错吧|没记错吧|是这样吧|吧)[?？。!！~ ]*$")
_ASKING = re.compile(r"(.)[不没]\1")  # 是不是, 能不能: asks, and takes nothing for granted
_HARMLESS = (
    "一般|应该|应当|本来|按规定|规定|其实|原来|就行|就可以|就够|行|可以|够了|够|就|是|都|也|要|得|由|来|归|以|的|了|去|参加|进|开|搞|当"
    "|担任|任|兼任|咱们|咱|我们|我|你|这个|那个|那么|那|这|啊|嘛|呀|呢|哦|所以说|所以|也就是说"
)
_LONGEST = 30


def verdict(question: str, claims: Claims) -> str:
    """RIGHT, WRONG, or nothing when it is not certain. question: normalised, the whole message."""
    tag = _LEADING.search(question)
    if tag is None or len(question) > _LONGEST:
        return ""
    said = question[: tag.start()]
    right, wrong = _stated(said, claims.right), _stated(said, claims.wrong)
    if right in wrong:
        right = ""
    elif wrong in right:
        wrong = ""
    stated = right or wrong
    if not stated or (right and wrong) or _ASKING.search(said):
        return ""
    return (RIGHT if right else WRONG) if _is_harmless(said.replace(stated, "，", 1), claims.about) else ""


def _is_harmless(rest: str, about: tuple[str, ...]) -> bool:
    """Besides the statement (a comma now) the question names only whom the entry is about."""
    subjects = "|".join(map(re.escape, sorted(about, key=len, reverse=True)))
    return bool(re.search(subjects, rest)) and bool(re.fullmatch(f"({subjects}|{_HARMLESS}|，)*", rest))


def _stated(said: str, statements: tuple[str, ...]) -> str:
    return max((s for s in statements if s in said), key=len, default="")
