"""@bot 兼任 in any chat: offers entries to send."""

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode

from handlers.render import rendered
from handlers.services import Context
from knowledge import Knowledge, Loaded, entry_text

LIMIT = 10
_FAIRLY_SURE = 0.15
_CACHE_SECONDS = 30


async def on_inline(update: Update, context: Context) -> None:
    query = update.inline_query
    if query is None:
        return
    loaded = context.services.base.current
    found = [_article(i, loaded.knowledge) for i in _matching(query.query, loaded)]
    await query.answer(found, cache_time=_CACHE_SECONDS)


def _matching(text: str, loaded: Loaded) -> list[str]:
    """What the engine is sure of, then titles and answers with the words; the first entries when nothing is typed."""
    words = text.strip()
    if not words:
        return list(loaded.knowledge.entries)[:LIMIT]
    ranked = [c.id for c in loaded.interpreter.index.rank(words).candidates if c.certainty >= _FAIRLY_SURE]
    return list(dict.fromkeys([*ranked, *loaded.search.find(words, LIMIT)]))[:LIMIT]


def _article(entry_id: str, knowledge: Knowledge) -> InlineQueryResultArticle:
    entry = knowledge.entries[entry_id]
    text = rendered(f"{entry.title}\n\n{entry_text(entry, knowledge.sources)}"[:3800])
    content = InputTextMessageContent(text, parse_mode=ParseMode.HTML)
    return InlineQueryResultArticle(entry_id, entry.title, content, description=entry.answer[:80])
