"""What a refusal quotes of the phrase, and how the same phrase could be written."""

import re

from scheduler.phrase.fold import fold

_LONGEST_QUOTE = 12
_LONGEST_SHOWN = 80
_CUT = re.compile(r"[^,;:!?()\s，；：。！？（）“”]+")
_MEANS_LITTLE = re.compile(r"[周月天日年季度个半到从至前后内点每起止间隔]{1,2}")
_OF_NUMBER = re.compile(r"(?:[每隔逢]|[每隔逢]?(?:\d+|[零一二两三四五六七八九十]+)|半|单|双)个?$")
_STARTS_WITH_UNIT = re.compile(r"[周月年季个天]")


def whole_words(word: str, text: str) -> str:
    """As typed. 月 alone says little: what stands around it is quoted as well."""
    folded = fold(text)
    place = folded.find(word)
    if place < 0:
        return word
    start, end = place, place + len(word)
    if _STARTS_WITH_UNIT.match(word) and (led := _OF_NUMBER.search(folded[:start])):
        start = led.start()
    if _MEANS_LITTLE.fullmatch(word):
        clause = next(found for found in _CUT.finditer(folded) if found.start() <= place < found.end())
        is_short = clause.end() - clause.start() <= _LONGEST_QUOTE
        start, end = (clause.start(), clause.end()) if is_short else (start, min(clause.end(), end + 4))
    return text[start:end]


def swapped(swaps: tuple[tuple[str, str], ...], text: str) -> list[str]:
    """The phrase with each of these words put otherwise, as far as they are found and it stays short."""
    folded = fold(text)
    places = [(folded.find(said), said, better) for said, better in swaps]
    found = [text[:at] + better + text[at + len(said) :] for at, said, better in places if said and at >= 0]
    return [phrase.strip() for phrase in found if len(phrase) <= _LONGEST_SHOWN]
