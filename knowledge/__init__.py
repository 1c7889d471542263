"""What the bot knows and how it understands. No Telegram, no data base, no clock."""

from knowledge.amounts import BadAmount, amount_in, percent, plain
from knowledge.base import KnowledgeBase, Loaded
from knowledge.check import Knowledge, check_source, inspect
from knowledge.conversation import Understanding
from knowledge.dues import AmountMissing, ByRate, Dues, DuesTable, Fixed, dues_for, groups_in
from knowledge.entry import Entry
from knowledge.explain import explain
from knowledge.followup import Topic
from knowledge.problems import KnowledgeInvalid, Problem, errors
from knowledge.reply import Reply, cited, entry_text, related, reply_to
from knowledge.text import is_traditional, traditional

__all__ = [
    "AmountMissing",
    "BadAmount",
    "ByRate",
    "Dues",
    "DuesTable",
    "Entry",
    "Fixed",
    "Knowledge",
    "KnowledgeBase",
    "KnowledgeInvalid",
    "Loaded",
    "Problem",
    "Reply",
    "Topic",
    "Understanding",
    "amount_in",
    "check_source",
    "cited",
    "dues_for",
    "entry_text",
    "errors",
    "explain",
    "groups_in",
    "inspect",
    "is_traditional",
    "percent",
    "plain",
    "related",
    "reply_to",
    "traditional",
]
