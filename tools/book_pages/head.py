"""What a page says about itself to search engines and to whoever shares a link to it.

The title and the description need no address. A picture does: those who show it want a full URL, so
cards are drawn and named only when `html.baseurl` in `_config.yml` is set.
"""

import re
import textwrap
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from selectolax.lexbor import LexborHTMLParser

MAX_DESCRIPTION = 200  # characters; what search engines show
CARD_SIZE = (1200, 630)  # pixels; what those who show cards ask for


def describe(page: LexborHTMLParser, name: str, book: str, address: str) -> None:
    """Add the description and the title, and with an address the page's card, to the page's head."""
    given = page.css_first("meta[name=description]")
    text = given.attrs["content"] if given else description(page)
    title = page_title(page) or book
    entries = {"og:title": title, "og:type": "article", "og:site_name": book, "og:description": text}
    if address:
        site = address.rstrip("/")
        entries |= {
            "og:url": f"{site}/{name}",
            "og:image": f"{site}/{card_name(name)}",
            "og:image:width": str(CARD_SIZE[0]),
            "og:image:height": str(CARD_SIZE[1]),
            "og:image:alt": f"{title}. {text}".strip(),
        }
        _append(page, {"name": "twitter:card", "content": "summary_large_image"})
    if text and not given:
        _append(page, {"name": "description", "content": text})
    for entry, content in entries.items():
        if content:
            _append(page, {"property": entry, "content": content})


def taken_over(page: LexborHTMLParser) -> str:
    """Give what a page says about itself as HTML, for the page that only leads to it."""
    said = page.css("meta[name=description], meta[property^='og:'], meta[name='twitter:card']")
    return "\n".join(entry.html for entry in said)


def _append(page: LexborHTMLParser, attributes: dict[str, str]) -> None:
    entry = page.create_node("meta")
    for name, value in attributes.items():
        entry.attrs[name] = value
    page.head.insert_child(entry)
    page.head.insert_child("\n")


def page_title(page: LexborHTMLParser) -> str:
    """Give the page's first heading without its number and without the mark that links to it."""
    heading = page.css_first("article h1, .bd-search-container h1")
    if heading is None:
        return ""
    heading = heading.clone()
    for part in heading.css(".headerlink, .section-number"):
        part.decompose()
    return " ".join(heading.text().split())


def description(page: LexborHTMLParser) -> str:
    """Give the first sentences of the page's first paragraph, as plain text; "" where there is none."""
    paragraph = page.css_first("article section > p")
    if paragraph is None:
        return ""
    text = " ".join(paragraph.text().split())
    text = re.sub(r"\\\((.*?)\\\)", r"\1", text)
    sentences = re.split(r"(?<=[.?!:]) ", text)
    if len(sentences) > 1 and sentences[-1].endswith(":"):  # it leads to what follows on the page
        sentences.pop()
    kept = ""
    for sentence in sentences:
        longer = f"{kept} {sentence}".strip()
        if len(longer) > MAX_DESCRIPTION:
            break
        kept = longer
    return kept or textwrap.shorten(text, MAX_DESCRIPTION, placeholder=" …")


def card_name(name: str) -> str:
    """Name the picture that stands for a page (``name``: its path in the site), as a path in the site."""
    return f"_static/cards/{name.removesuffix('.html')}.png"


def draw_card(page: LexborHTMLParser, target: Path) -> None:
    """Draw the card of a page that `describe` has been over: its title, its description, the logo's map."""

    def said(name: str) -> str:
        entry = page.css_first(f"meta[property='{name}']")
        return entry.attrs["content"] if entry else ""

    figure = Figure(figsize=(CARD_SIZE[0] / 100, CARD_SIZE[1] / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, CARD_SIZE[0]), ylim=(CARD_SIZE[1], 0))
    axes.axis("off")
    for row in range(3):
        for column in range(3):
            seen = row < 2 and column < 2  # the receptive field of the logo
            place = (930 + 60 * column, 70 + 60 * row)
            axes.add_patch(Rectangle(place, 54, 54, color="#1f6feb" if seen else "#d8dee4"))
    title = textwrap.fill(said("og:title"), 24)
    axes.text(70, 70, title, size=40, weight="bold", va="top", color="#14181e", parse_math=False)
    below = 70 + 85 * (title.count("\n") + 1)
    text = textwrap.fill(said("og:description"), 58)
    axes.text(70, max(below + 30, 290), text, size=23, va="top", linespacing=1.5, color="#48566b", parse_math=False)
    axes.text(70, 575, said("og:site_name"), size=17, va="bottom", color="#48566b", parse_math=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Software": None})
