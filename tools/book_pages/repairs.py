"""Repairs of the markup that the theme and the extensions write, for keyboards, screen readers and phones.

Each function changes one page in place. The browser tests find what is missing here.
"""

import re
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode


def _drop(tag: LexborNode, attribute: str) -> None:
    if attribute in tag.attrs:
        del tag.attrs[attribute]


def name_buttons_once(page: LexborHTMLParser) -> None:
    """A button is called what is written on it; a second name confuses those who speak to it."""
    for button in page.css("button.search-button-field, summary"):
        _drop(button, "aria-label")
    for keys in page.css(".search-button__kbd-shortcut"):
        keys.attrs["aria-hidden"] = "true"
    for button in page.css("button[title]:not([aria-label])"):
        if not button.text(strip=True):
            button.attrs["aria-label"] = button.attrs["title"]


def hide_icons_from_readers(page: LexborHTMLParser) -> None:
    """The button around an icon has the name."""
    for icon in page.css("i[class*=fa-], span[class*=fa-]"):
        icon.attrs["aria-hidden"] = "true"
        _drop(icon, "title")


def name_landmarks(page: LexborHTMLParser) -> None:
    for selector, name in {"#pst-primary-sidebar": "Book", "#pst-secondary-sidebar": "This page"}.items():
        for sidebar in page.css(selector):
            sidebar.attrs["role"], sidebar.attrs["aria-label"] = "complementary", name


def list_citations(page: LexborHTMLParser) -> None:
    """docutils calls the bibliography a list whose entries are no list items."""
    for entries in page.css(".citation-list[role=list]"):
        _drop(entries, "role")
    for entry in page.css("[role=doc-biblioentry]"):
        _drop(entry, "role")


def leave_empty_headers_out(page: LexborHTMLParser) -> None:
    """A table's empty corner heads nothing."""
    for header in page.css("th"):
        if not header.text(strip=True) and not header.css_first("img"):
            cell = page.create_node("td")
            for name, value in header.attrs.items():
                cell.attrs[name] = value
            cell.inner_html = header.inner_html
            header.replace_with(cell)


def take_out_handlers(page: LexborHTMLParser) -> None:
    """The policy forbids scripts in attributes; book.js gives these buttons what they do."""
    for tag in page.css("[onclick]"):
        _drop(tag, "onclick")


def say_what_is_downloaded(page: LexborHTMLParser) -> None:
    """A file ending says little; and a notebook is to be kept, not shown as text."""
    for link in page.css("a.btn-download-source-button"):
        link.attrs["download"] = ""
        _drop(link, "target")
    names = {".ipynb": "Notebook (.ipynb)", ".md": "Source (.md)", ".pdf": "Print, or save as PDF"}
    for label in page.css(".dropdown-download-buttons .btn__text-container"):
        ending = label.text(strip=True)
        label.inner_html = names.get(ending, ending)


def clear_head(page: LexborHTMLParser) -> None:
    """Leave out what stands twice, and the place for advertisements."""
    for again in page.css("meta[name=viewport]")[1:]:
        again.decompose()
    for place in page.css("#ethical-ad-placement"):
        place.decompose()


def keep_punctuation_beside_formulas(page: LexborHTMLParser) -> None:
    """A browser may begin a line between a formula and the comma behind it, unless the comma is part of the formula."""
    for formula in page.css("span.math"):
        behind, tex = formula.next, formula.text()
        if behind and behind.is_text_node and (mark := re.match("[.,;:!?]", behind.text())) and tex.endswith(r"\)"):
            formula.inner_html = escape(f"{tex[:-2]}{{{mark[0]}}}\\)", quote=False)
            behind.replace_with(behind.text()[1:])


ALL = (
    name_buttons_once,
    hide_icons_from_readers,
    name_landmarks,
    list_citations,
    leave_empty_headers_out,
    take_out_handlers,
    say_what_is_downloaded,
    clear_head,
    keep_punctuation_beside_formulas,
)


def apply(page: LexborHTMLParser) -> None:
    for repair in ALL:
        repair(page)
