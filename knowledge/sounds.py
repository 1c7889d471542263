"""Toneless syllables of the common characters, from pypinyin's table (loaded only while an index is built)."""

import os
import unicodedata

_COMMON = range(0x4E00, 0x9FA6)


def syllables() -> dict[str, tuple[str, ...]]:
    """Character -> its syllables without tones, the commonest first; ü is v."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT

    return {chr(c): _plain(PINYIN_DICT[c]) for c in _COMMON if c in PINYIN_DICT}


def _plain(readings: str) -> tuple[str, ...]:
    split = (unicodedata.normalize("NFD", r.replace("ü", "v")) for r in readings.split(","))
    return tuple(dict.fromkeys("".join(c for c in r if c.isalpha() and c.isascii()) for r in split))
