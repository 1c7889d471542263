"""Whether an answer speaks of what the talk is about: after 支部书记怎么选, 任期呢 is not about the group leader."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.lexicon import Tags
from knowledge.model import Model

_USUAL = 0.6  # share of the phrasings of an entry that name what it is about
_OFTEN = 0.15  # the same for an entry that goes by several names
_EVER = 0.03  # share of its phrasings below which a subject is only a chance guest in an entry
_BOT = "bot"  # who is always there to be asked about itself
_OF_THE_ACT = frozenset({"who", "decision", "filing", "handover"})  # 谁批 asks about what is done, not about whom


@dataclass(frozen=True)
class Bearing:
    """The subjects that an entry is usually asked about: all of them together, or one of several names.

    known: tags that it answers for.
    """

    subjects: frozenset[str] = frozenset()
    together: bool = True
    known: frozenset[str] = frozenset()

    def is_stray(self, turn: frozenset[str], before: frozenset[str]) -> bool:
        """Neither the turn nor what stood before it names what the entry is about."""
        if not self.together:
            return bool(self.subjects) and not self.subjects & (turn | before)
        missing = self.subjects - turn
        return bool(missing) and not missing & before


def bearings(model: Model) -> Mapping[str, Bearing]:
    """Of each entry."""
    return {label: _bearing(model, place) for place, label in enumerate(model.labels[: model.entries])}


def _shares(model: Model, place: int, kind: str) -> dict[str, float]:
    size = float(model.profile.sizes[place])
    return {t[2:]: float(model.profile.counts[i, place]) / size for t, i in model.tags.items() if t.startswith(kind)}


def _bearing(model: Model, place: int) -> Bearing:
    shares = _shares(model, place, "s:")
    known = _above(shares | _shares(model, place, "a:"), _EVER)
    if shares.get(_BOT, 0.0) >= _OFTEN:
        return Bearing(known=known)
    usual = _above(shares, _USUAL)
    return Bearing(usual or _above(shares, _OFTEN), together=bool(usual), known=known)


def _above(shares: Mapping[str, float], least: float) -> frozenset[str]:
    return frozenset(s for s, share in shares.items() if share >= least)


def leans_on_an_act(turn: Tags) -> bool:
    """谁批, 谁说了算: about what the turn before asked to do, so without an answer when that had none."""
    return not turn.telling and bool(turn.aspects) and set(turn.aspects) <= _OF_THE_ACT
