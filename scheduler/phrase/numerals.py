"""Numbers as people write them, through cn2an, which is at home here."""

from functools import lru_cache

import cn2an

NUMERAL = r"(?:\d+|[零一二两三四五六七八九十廿百]+)"


@lru_cache(maxsize=1024)
def number(written: str) -> int | None:
    """None when it is no number. The library is asked for nothing but Chinese digits: it takes 15 for 15.0."""
    if written.isascii() and written.isdecimal():
        return int(written)
    try:
        return int(cn2an.cn2an(written, "normal"))
    except (ValueError, KeyError):  # the library's own slip on 三五十二
        return None
