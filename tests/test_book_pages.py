"""What is done to a page after the theme has written it: its head, its policy, its weight, its repairs."""

import base64
import hashlib
import struct

import pytest
from book_pages import finish_page, head, policy
from selectolax.lexbor import LexborHTMLParser

PAGE = """<html><head><meta charset="utf-8"><script src="_static/katex/katex.min.js"></script>
<script src="_static/book.js"></script><script>let a = 1;</script></head><body><article>
<section><h1><span class="section-number">6. </span>Stride<a class="headerlink" href="#stride">#</a></h1>
<p>The kernel jumps <span>\\(s\\)</span> pixels. Who sees one? Three forms:</p></section></article>
<table><tr><th><p></p></th><th>g</th></tr></table><button onclick="go()" title="Go"><i class="fas fa-x"></i></button>
<p style="color: red">A</p></body></html>"""


def finished(address="", page=PAGE):
    page = LexborHTMLParser(page)
    finish_page(page, "chapters/stride.html", "The book", address)
    return page


def entries(page) -> dict[str, str]:
    found = [tag.attributes for tag in page.css("meta[property], meta[name]")]
    return {entry.get("property") or entry["name"]: entry["content"] for entry in found}


def test_page_says_what_it_is():
    said = "The kernel jumps s pixels. Who sees one?"
    assert entries(finished()) == {
        "description": said,
        "og:title": "Stride",
        "og:type": "article",
        "og:site_name": "The book",
        "og:description": said,
    }


@pytest.mark.parametrize("address", ["https://example.org/book", "https://example.org/book/"])
def test_page_has_a_picture_where_the_site_has_an_address(address):
    found = entries(finished(address))
    assert found["og:url"] == "https://example.org/book/chapters/stride.html"
    assert found["og:image"] == "https://example.org/book/_static/cards/chapters/stride.png"
    assert found["twitter:card"] == "summary_large_image"


def test_card_is_drawn_with_the_words_of_its_page(tmp_path):
    cards = []
    for name, page in {"a": PAGE, "again": PAGE, "b": PAGE.replace("Stride", "Pooling")}.items():
        head.draw_card(finished("https://example.org", page), tmp_path / "cards" / f"{name}.png")
        cards.append((tmp_path / "cards" / f"{name}.png").read_bytes())
    assert struct.unpack(">II", cards[0][16:24]) == head.CARD_SIZE
    assert cards[0] == cards[1] != cards[2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One.", "One."),
        ("Nothing but this:", "Nothing but this:"),
        (f"One. {'word ' * 60}end.", "One."),
        ("word " * 60, f"{'word ' * 39}…"),
    ],
)
def test_description_is_whole_sentences(text, kept):
    page = LexborHTMLParser(f"<article><section><p>{text}</p></section></article>")
    assert head.description(page) == kept


@pytest.mark.parametrize(
    ("behind", "inside", "after"),
    [
        (". Then", "{.}", " Then"),
        (": y", "{:}", " y"),
        (", y", "{,}", " y"),
        (" and", "", " and"),
        (") is", "", ") is"),
    ],
)
def test_punctuation_does_not_leave_its_formula(behind, inside, after):
    page = PAGE.replace("</article>", rf'<p>So <span class="math">\(k = 1\)</span>{behind}</p></article>')
    formula = finished(page=page).css_first("span.math")
    assert formula.text() == rf"\(k = 1{inside}\)"
    assert formula.next.text() == after


def test_formula_with_a_less_than_sign_stays_whole():
    page = PAGE.replace("</article>", r'<p>If <span class="math">\(k &lt; K &amp; i\)</span>, stop</p></article>')
    assert finished(page=page).css_first("span.math").text() == r"\(k < K & i{,}\)"


def test_root_says_what_the_first_page_says():
    redirect = policy.locked_redirect("chapters/stride.html", "A & B", head.taken_over(finished("https://example.org")))
    page = LexborHTMLParser(redirect)
    found = entries(page)
    assert found["og:image"].startswith("https://example.org/") and found["og:title"] == "Stride"
    assert page.css_first("title").text() == "A & B"
    locked = page.css_first("meta[http-equiv='Content-Security-Policy']")
    assert locked.attrs["content"] == "default-src 'none'"


def source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_policy_allows_what_stands_in_the_page_and_no_more():
    rules = dict(rule.split(" ", 1) for rule in policy.policy(finished()).split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'self' {source('let a = 1;')}"
    assert rules["style-src"] == f"'self' 'unsafe-hashes' {source('color: red')}"


def test_policy_of_the_search_allows_the_styles_of_what_it_reads():
    other = LexborHTMLParser('<style>p {}</style><p style="color: blue">')
    rules = dict(rule.split(" ", 1) for rule in policy.policy(finished(), read=[other]).split("; "))
    assert {source(text) for text in ("color: red", "color: blue", "p {}")} <= set(rules["style-src"].split())
    assert rules["script-src"] == f"'self' {source('let a = 1;')}"


def test_page_loads_what_it_uses():
    loaded = [script.attrs["src"] for script in finished().css("script[src]")]
    assert loaded == ["_static/book.js"]
    with_formula = finished(page=PAGE.replace("<span>", '<span class="math">'))
    assert len(with_formula.css("script[src]")) == 2


def test_markup_is_repaired():
    page = finished()
    button = page.css_first("button")
    assert button.attrs["aria-label"] == "Go" and "onclick" not in button.attrs
    assert page.css_first("i").attrs["aria-hidden"] == "true"
    assert [(cell.tag, cell.inner_html) for cell in page.css("tr > *")] == [("td", "<p></p>"), ("th", "g")]
