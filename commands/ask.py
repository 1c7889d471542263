"""bot.py ask: chat in the terminal, look behind an answer, or serve questions line by line as JSON."""

import argparse
import json
import os
import sys
from collections.abc import Iterable

from knowledge import KnowledgeBase, KnowledgeInvalid, Topic, Understanding, explain, reply_to

_BLUE, _DIM, _PLAIN = "\033[36m", "\033[2m", "\033[0m"


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", nargs="*", help="问题；不写就一句一句地问")
    command.add_argument("--json", action="store_true", help="从标准输入每行读一个问题，每行写一个 JSON")
    command.add_argument("--dialogue", action="store_true", help="空行隔开的几行是一次对话")
    command.add_argument("--why", action="store_true", help="显示候选、把握和最近的问法")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    base = KnowledgeBase(arguments.knowledge, arguments.cache)
    try:
        _ = base.current
    except KnowledgeInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    if arguments.json:
        return _serve(base, sys.stdin, dialogue=arguments.dialogue)
    if arguments.question:
        _show(base, " ".join(arguments.question), None, why=arguments.why)
        return 0
    return _chat(base, why=arguments.why)


def _serve(base: KnowledgeBase, lines: Iterable[str], *, dialogue: bool) -> int:
    topic: Topic | None = None
    for line in lines:
        question = line.rstrip("\r\n")
        if dialogue and not question.strip():
            topic = None
            continue
        understood = base.ask(question, topic if dialogue else None)
        topic = understood.topic
        print(json.dumps(_as_json(base, question, understood), ensure_ascii=False), flush=True)
    return 0


def _as_json(base: KnowledgeBase, question: str, understood: Understanding) -> dict[str, object]:
    reply = reply_to(understood, base.knowledge)
    candidates = understood.rankings[0].candidates[:5] if understood.rankings else ()
    ranked = [[c.id, round(c.certainty, 4)] for c in candidates]
    return {
        "question": question,
        "decision": reply.kind,
        "entries": list(reply.entries),
        "ranked": ranked,
        "confidence": ranked[0][1] if ranked else 0.0,
        "text": reply.text,
    }


def _chat(base: KnowledgeBase, *, why: bool) -> int:
    print("问吧，空行结束。")
    topic: Topic | None = None
    while question := _prompt():
        topic = _show(base, question, topic, why=why)
    return 0


def _prompt() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _show(base: KnowledgeBase, question: str, topic: Topic | None, *, why: bool) -> Topic | None:
    understood = base.ask(question, topic)
    reply = reply_to(understood, base.knowledge)
    colour, dim, plain = (_BLUE, _DIM, _PLAIN) if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("",) * 3
    print(f"{colour}{reply.text}{plain}")
    if reply.kind != "ask_back" and reply.offers:
        print(f"{dim}相关：" + "、".join(base.knowledge.entries[i].title for i in reply.offers) + plain)
    if why:
        print(explain(base, understood).as_text())
    return understood.topic
