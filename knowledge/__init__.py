"""What the bot knows and how it understands. No Telegram, no data base, no clock."""

from knowledge.base import KnowledgeBase, Loaded
from knowledge.check import Knowledge, check_source, inspect
from knowledge.conversation import Understanding
from knowledge.entry import Entry
from knowledge.explain import explain
from knowledge.followup import Topic
from knowledge.problems import KnowledgeInvalid, Problem, errors
from knowledge.reply import Reply, cited, entry_text, related, reply_to
from knowledge.text import is_traditional, traditional

__all__ = [
    "Entry",
    "Knowledge",
    "KnowledgeBase",
    "KnowledgeInvalid",
    "Loaded",
    "Problem",
    "Reply",
    "Topic",
    "Understanding",
    "check_source",
    "cited",
    "entry_text",
    "errors",
    "explain",
    "inspect",
    "is_traditional",
    "related",
    "reply_to",
    "traditional",
]
