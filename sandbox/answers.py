"""Answers to pressed buttons and inline questions."""

from collections.abc import Mapping

from sandbox.desk import Desk
from sandbox.entities import units
from sandbox.errors import STALE_QUERY, bad_request
from sandbox.keyboards import parse_keyboard
from sandbox.model import InlineAnswered, InlineResult, PressAnswered, Text
from sandbox.params import Params
from sandbox.texts import formatted

ANSWER_LIMIT = 200
RESULT_LIMIT = 50
ID_LIMIT = 64


def answer_callback_query(desk: Desk, params: Params) -> object:
    text = params.text("text")
    if units(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    press_id = params.text("callback_query_id")
    waiting = desk.world.presses.take(press_id)
    if not waiting:
        raise bad_request(STALE_QUERY)
    desk.world.emit(PressAnswered(waiting.user.id, text, params.flag("show_alert"), press_id))
    return True


def answer_inline_query(desk: Desk, params: Params) -> object:
    query_id = params.text("inline_query_id")
    results = _results(params)
    waiting = desk.world.inline.take(query_id)
    if not waiting:
        raise bad_request(STALE_QUERY)
    desk.world.offers.show(waiting.user, results)
    desk.world.emit(InlineAnswered(query_id, results))
    return True


def _results(params: Params) -> tuple[InlineResult, ...]:
    given = params.parsed("results", "can't parse results JSON object")
    if not isinstance(given, list):
        raise bad_request("can't parse results: Expected an Array of InlineQueryResult")
    if len(given) > RESULT_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    results = tuple(_result(part) for part in given if isinstance(part, dict))
    if len({result.id for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _result(part: Mapping[str, object]) -> InlineResult:
    result_id = str(part.get("id", ""))
    if not 1 <= len(result_id.encode()) <= ID_LIMIT:
        raise bad_request("RESULT_ID_INVALID")
    title = str(part.get("title", ""))
    if part.get("type") == "article" and not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    keyboard = parse_keyboard(part.get("reply_markup"))
    description = str(part.get("description", ""))
    return InlineResult(result_id, title, description, _content(part), keyboard)


def _content(part: Mapping[str, object]) -> Text:
    content = part.get("input_message_content")
    if not isinstance(content, dict) or not content.get("message_text"):
        raise bad_request("message text is empty")
    source, mode = str(content["message_text"]), str(content.get("parse_mode") or "")
    return formatted(source, mode, content.get("entities"))
