"""Telegram's HTML: what is taken, what is refused and with which words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.entities import safe_html, units
from sandbox.errors import ApiError
from sandbox.markup import parse_html
from sandbox.model import Entity, Text

LINK = '<a href="https://12371.cn/?a=1&amp;b=2">链接</a>'


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>粗</b><i>斜</i>", "粗斜", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<strong>a<EM>b</EM></strong>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        (
            "<u>a</u><ins>b</ins><s>c</s>",
            "abc",
            [("underline", 0, 1), ("underline", 1, 1), ("strikethrough", 2, 1)],
        ),
        (
            "<del>a</del><strike>b</strike>",
            "ab",
            [("strikethrough", 0, 1), ("strikethrough", 1, 1)],
        ),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<code>a</code><pre>b</pre>", "ab", [("code", 0, 1), ("pre", 1, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        (LINK, "链接", [("text_link", 0, 2)]),
        ('<a href="tg://user?id=10002">他</a>', "他", [("text_mention", 0, 1)]),
        ("<a>12371.cn</a>", "12371.cn", [("text_link", 0, 8)]),
        ("<a href='nonsense'>a</a>", "a", []),
        (
            "a &lt; b &amp;&gt; &quot;c&quot; &#33; &#x515A; &nbsp; & &#0;",
            'a < b &> "c" ! 党 &nbsp; & &#0;',
            [],
        ),
        ("<b></b>x", "x", []),
        ("<b>😀</b>党", "😀党", [("bold", 0, 2)]),
        ("<b>a</>", "a", [("bold", 0, 1)]),
    ],
)
def test_marked_up_text_is_understood(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed = parse_html(source)
    assert parsed.text == text
    assert [(e.type, e.offset, e.length) for e in parsed.entities] == entities


def test_links_and_languages_are_kept() -> None:
    assert parse_html(LINK).entities[0].url == "https://12371.cn/?a=1&b=2"
    block = parse_html('<pre><code class="language-python">x</code></pre>')
    assert block.entities[0].language == "python"
    assert parse_html('<a href="tg://user?id=5">x</a>').entities[0].user_id == 5


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("a <x>b</x>", 'Unsupported start tag "x" at byte offset 2'),
        ("党 <路径>", 'Unsupported start tag "路径" at byte offset 4'),
        ("5 <6", "Unclosed start tag at byte offset 2"),
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b>a</b x>", "Unclosed end tag at byte offset 4"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_markup_is_refused_in_telegrams_words(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.code == 400
    assert caught.value.description == f"Bad Request: can't parse entities: {complaint}"


PIECES = st.sampled_from(
    [
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<a href='",
        "'>",
        "</a>",
        "<code>",
        "</",
        "<",
        ">",
        "&",
        "&lt;",
        "&#",
        "=",
        '"',
        " ",
        "党",
        "😀",
        "x",
        "<pre>",
        "</pre>",
        "javascript:",
        "<blockquote expandable>",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@example("<b>😀</b>")
def test_any_source_is_text_with_fitting_entities_or_a_complaint(source: str) -> None:
    try:
        parsed = parse_html(source)
    except ApiError as error:
        assert error.description.startswith("Bad Request: can't parse entities: ")
        return
    length = units(parsed.text)
    assert all(0 <= e.offset < e.offset + e.length <= length for e in parsed.entities)


KINDS = ["bold", "code", "text_link", "url", "email", "mention", "text_mention", "unknown", "blockquote", "pre"]
ENTITIES = st.builds(
    Entity,
    st.sampled_from(KINDS),
    st.integers(-2, 12),
    st.integers(-2, 12),
    st.sampled_from(['https://a.cn/"><b>', "javascript:alert(1)", "JAVASCRIPT:x", ""]),
)


@given(st.text("<b>&\"'党😀/", max_size=9), st.lists(ENTITIES, max_size=4))
@example("<script>", [Entity("bold", 0, 8)])
@example("x", [Entity("text_link", 0, 1, "javascript:alert(1)")])
def test_html_for_the_page_is_safe_whatever_the_text(text: str, entities: list[Entity]) -> None:
    shown = safe_html(Text(text, tuple(entities)))
    assert 'href="javascript' not in shown.lower()
    rest = shown
    for tag in ("b", "code", "pre", "blockquote"):
        assert rest.count(f"<{tag}>") == rest.count(f"</{tag}>")
        rest = rest.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    marked = '<span class="mention">'
    assert rest.count(marked) == rest.count("</span>")
    rest = rest.replace("</a>", "").replace(marked, "").replace("</span>", "")
    links = rest.split('<a href="')
    assert all("<" not in link for link in links)


def test_html_for_the_page_shows_what_telegram_shows() -> None:
    text = parse_html("1 &lt; 2 <b>粗<i>斜</i></b> <tg-spoiler>密</tg-spoiler> " + LINK)
    assert safe_html(text) == (
        '1 &lt; 2 <b>粗<i>斜</i></b> <tg-spoiler>密</tg-spoiler> <a href="https://12371.cn/?a=1&amp;b=2">链接</a>'
    )
