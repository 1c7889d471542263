"""The grammar of /remind: one Chinese sentence -> a rule, or what was not understood."""

from scheduler.phrase.outcome import NotUnderstood, Parsed, Understood
from scheduler.phrase.sentence import parse

__all__ = ["NotUnderstood", "Parsed", "Understood", "parse"]
