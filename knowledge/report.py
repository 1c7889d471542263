"""Outcomes of an evaluation -> one HTML page that needs nothing else: pictures are inline SVG."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from knowledge.base import KnowledgeBase
from knowledge.decide import Thresholds
from knowledge.evaluate import Outcome, figures
from knowledge.explain import explain

MISTAKES = 100
BINS = 20
WIDTH, HEIGHT = 640, 220
_NAMES = {
    "questions": "问题数", "top1": "首选正确", "top3": "前三里有", "right": "直接答对", "wrong": "答错",
    "precision": "答的里面对的", "asked": "反问", "refused": "没答", "served": "答对或给对了选择", "both": "两问都答对",
    "one_of_both": "两问至少一问", "near_answered": "近邻被答", "near_asked": "近邻被反问", "far_answered": "闲话被答",
    "far_asked": "闲话被反问", "p50_ms": "中位用时（毫秒）", "p99_ms": "99% 用时（毫秒）",
}  # fmt: skip
_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.6 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{padding:2px 10px;text-align:left;border-bottom:1px solid #8884}
svg{max-width:100%;height:auto;background:#8881}.bar{background:#2a7;height:.7em;display:inline-block}
.asked{background:#db3}.wrong{background:#c33}pre{white-space:pre-wrap}summary{cursor:pointer}h2{margin-top:2em}
"""
_COLOURS = {"范围之内": "#22aa77", "近邻": "#cc3333", "闲话": "#7777cc"}


def named(found: Mapping[str, float]) -> dict[str, str]:
    """Figures of evaluate.figures with Chinese names, shares in percent."""
    plain = ("questions", "p50_ms", "p99_ms")
    return {_NAMES[k]: f"{v:g}" if k in plain else f"{v:.1%}" for k, v in found.items()}


def page(outcomes: Sequence[Outcome], base: KnowledgeBase) -> str:
    thresholds = base.current.interpreter.thresholds
    kinds = _by_kind(outcomes)
    parts = [
        ("数字", _table(named(figures(outcomes)))),
        ("把握的分布", _histogram(kinds, thresholds)),
        ("取舍：多答对一些，就会多答几个近邻", _curve(kinds, thresholds)),
        ("认成了别的", _confused(outcomes)),
        ("各种问法", _bars(outcomes, lambda o: o.question.tags)),
        ("各条目", _bars([o for o in outcomes if not o.question.is_outside], lambda o: sorted(o.question.accepted))),
        (f"最值得看的（至多 {MISTAKES} 个）", _mistakes(outcomes, base)),
    ]
    body = "".join(f"<h2>{escape(title)}</h2>{part}" for title, part in parts)
    head = f"<!doctype html><html lang=zh><meta charset=utf-8><title>评估</title><style>{_STYLE}</style>"
    return f"{head}<h1>评估</h1>{body}"


def _by_kind(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return {
        "范围之内": [o for o in outcomes if not o.question.is_outside and not o.question.is_double],
        "近邻": [o for o in outcomes if "near-oos" in o.question.tags],
        "闲话": [o for o in outcomes if "far-oos" in o.question.tags],
    }


def _table(rows: Mapping[str, str]) -> str:
    return f"<table>{''.join(f'<tr><td>{escape(k)}<td>{escape(v)}' for k, v in rows.items())}</table>"


def _histogram(kinds: Mapping[str, Sequence[Outcome]], thresholds: Thresholds) -> str:
    """One row of bars a kind; the bars of a kind add up to its height."""
    drawn = []
    row = HEIGHT // len(kinds)
    for place, (name, outcomes) in enumerate(kinds.items()):
        counts = Counter(min(BINS - 1, int(o.certainty * BINS)) for o in outcomes)
        bottom = (place + 1) * row
        drawn.append(f'<text x=4 y={bottom - row + 16} fill="{_COLOURS[name]}">{name} {len(outcomes)}</text>')
        for bin_, count in counts.items():
            height = (row - 20) * count / max(counts.values())
            x, width = bin_ * WIDTH / BINS, WIDTH / BINS - 2
            title = f"<title>{bin_ / BINS:.2f} 起：{count}</title>"
            drawn.append(
                f"<rect x={x:.1f} y={bottom - height:.1f} width={width:.1f} height={height:.1f} "
                f'fill="{_COLOURS[name]}">{title}</rect>'
            )
    lines = {"反问": thresholds.ask, "直接答": thresholds.answer}
    drawn += [_upright(value * WIDTH, f"{name} {value:.2f}") for name, value in lines.items()]
    return _svg(drawn)


def _curve(kinds: Mapping[str, Sequence[Outcome]], thresholds: Thresholds) -> str:
    """x: near neighbours answered, 0..25 %; y: rightly answered at once, 50..100 %."""
    inside, near = kinds["范围之内"], kinds["近邻"]
    if not inside or not near:
        return "<p>没有近邻的问题，画不出来。</p>"
    points = []
    for step in range(101):
        at = step / 100
        right = sum(bool(o.ranked) and o.ranked[0] in o.question.accepted and o.certainty >= at for o in inside)
        points.append((at, sum(o.certainty >= at for o in near) / len(near), right / len(inside)))
    placed = [(min(x, 0.25) * 4 * WIDTH, HEIGHT - (max(y, 0.5) - 0.5) * 2 * HEIGHT) for _, x, y in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    x, y = placed[round(thresholds.answer * 100)]
    _, near_now, right_now = points[round(thresholds.answer * 100)]
    note = f"现在的门槛 {thresholds.answer:.2f}：直接答对 {right_now:.1%}，近邻被答 {near_now:.1%}"
    drawn = [
        f'<polyline points="{line}" fill=none stroke="#22aa77" stroke-width=2 />',
        f'<circle cx={x:.1f} cy={y:.1f} r=5 fill="#c33"/>',
    ]
    axes = "<p>横轴：近邻被答，0—25%；纵轴：直接答对，50—100%。</p>"
    return f"{_svg(drawn)}{axes}<p>{note}</p>"


def _confused(outcomes: Sequence[Outcome]) -> str:
    single = [o for o in outcomes if not o.question.is_double and (o.answered or o.offered)]
    pairs = Counter((o.question.expect, o.ranked[0]) for o in single if o.ranked[0] not in o.question.accepted)
    rows = "".join(f"<tr><td>{escape(a)}<td>→ {escape(b)}<td>{n}" for (a, b), n in pairs.most_common(40))
    return f"<table><tr><th>该是<th>认成<th>次数{rows}</table>" if rows else "<p>没有。</p>"


def _bars(outcomes: Iterable[Outcome], groups_of: Callable[[Outcome], Iterable[str]]) -> str:
    """The worst group first: green answered rightly, yellow asked back, red answered wrongly."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        for group in groups_of(o):
            groups[group].append(o)
    rows = []
    for name, found in sorted(groups.items(), key=lambda g: sum(_good(o) for o in g[1]) / len(g[1])):
        shares = [
            ("", sum(_good(o) for o in found)),
            ("asked", sum(bool(o.offered) for o in found)),
            ("wrong", sum(bool(o.answered) and not o.right for o in found)),
        ]
        bars = "".join(
            f'<span class="bar {kind}" style="width:{n / len(found) * 320:.0f}px"></span>' for kind, n in shares
        )
        rows.append(f"<tr><td>{escape(name)}<td>{len(found)}<td>{bars}<td>{shares[0][1] / len(found):.0%}")
    return f"<table>{''.join(rows)}</table>"


def _good(outcome: Outcome) -> bool:
    return not (outcome.answered or outcome.offered) if outcome.question.is_outside else outcome.right


def _mistakes(outcomes: Sequence[Outcome], base: KnowledgeBase) -> str:
    """Wrong answers first, the surest first; then what was asked back or refused and should not have been."""
    bad = [o for o in outcomes if not _good(o)]
    bad.sort(key=lambda o: (not (o.answered and not o.right), -o.certainty))
    shown = []
    for o in bad[:MISTAKES]:
        got = "+".join(o.answered) or ("反问 " + "、".join(o.offered) if o.offered else "没答")
        head = f"{escape(o.question.text)} —— 该是 {escape(o.question.expect)}，得到 {escape(got)}（{o.certainty:.2f}）"
        why = escape(explain(base, o.understood).as_text())
        shown.append(f"<details><summary>{head}</summary><pre>{why}</pre></details>")
    return "".join(shown) or "<p>没有。</p>"


def _upright(x: float, label: str) -> str:
    return (
        f'<line x1={x:.1f} x2={x:.1f} y1=0 y2={HEIGHT} stroke="#888" stroke-dasharray=4 />'
        f'<text x={x + 4:.1f} y={HEIGHT - 4} fill="#888">{escape(label)}</text>'
    )


def _svg(drawn: Iterable[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size=12>{"".join(drawn)}</svg>'
