"""Repairs of the markup that the theme and the extensions write, for keyboards, screen readers and phones.

Each function changes one page in place. The browser tests find what is missing here.
"""

import re

from bs4 import BeautifulSoup, NavigableString


def name_buttons_once(soup: BeautifulSoup) -> None:
    """A button is called what is written on it; a second name confuses those who speak to it."""
    for button in soup.select("button.search-button-field, summary"):
        del button["aria-label"]
    for keys in soup.select(".search-button__kbd-shortcut"):
        keys["aria-hidden"] = "true"
    for button in soup.select("button[title]:not([aria-label])"):
        if not button.get_text(strip=True):
            button["aria-label"] = button["title"]


def hide_icons_from_readers(soup: BeautifulSoup) -> None:
    """The button around an icon has the name."""
    for icon in soup.select("i[class*=fa-], span[class*=fa-]"):
        icon["aria-hidden"] = "true"
        del icon["title"]


def name_landmarks(soup: BeautifulSoup) -> None:
    for selector, name in {"#pst-primary-sidebar": "Book", "#pst-secondary-sidebar": "This page"}.items():
        for sidebar in soup.select(selector):
            sidebar["role"], sidebar["aria-label"] = "complementary", name


def list_citations(soup: BeautifulSoup) -> None:
    """docutils calls the bibliography a list whose entries are no list items."""
    for entries in soup.select(".citation-list[role=list]"):
        del entries["role"]
    for entry in soup.select("[role=doc-biblioentry]"):
        del entry["role"]


def leave_empty_headers_out(soup: BeautifulSoup) -> None:
    """A table's empty corner heads nothing."""
    for header in soup.select("th"):
        if not header.get_text(strip=True) and not header.find("img"):
            header.name = "td"


def take_out_handlers(soup: BeautifulSoup) -> None:
    """The policy forbids scripts in attributes; book.js gives these buttons what they do."""
    for tag in soup.select("[onclick]"):
        del tag["onclick"]


def say_what_is_downloaded(soup: BeautifulSoup) -> None:
    """A file ending says little; and a notebook is to be kept, not shown as text."""
    for link in soup.select("a.btn-download-source-button"):
        link["download"] = ""
        del link["target"]
    names = {".ipynb": "Notebook (.ipynb)", ".md": "Source (.md)", ".pdf": "Print, or save as PDF"}
    for label in soup.select(".dropdown-download-buttons .btn__text-container"):
        ending = label.get_text(strip=True)
        label.string = names.get(ending, ending)


def clear_head(soup: BeautifulSoup) -> None:
    """Leave out what stands twice, and the place for advertisements."""
    for again in soup.select("meta[name=viewport]")[1:]:
        again.decompose()
    for place in soup.select("#ethical-ad-placement"):
        place.decompose()


def keep_punctuation_beside_formulas(soup: BeautifulSoup) -> None:
    """A browser may begin a line between a formula and the comma behind it, unless the comma is part of the formula."""
    for formula in soup.select("span.math"):
        behind, tex = formula.next_sibling, formula.get_text()
        if isinstance(behind, NavigableString) and (mark := re.match("[.,;:!?]", behind)) and tex.endswith(r"\)"):
            formula.string = f"{tex[:-2]}{{{mark[0]}}}\\)"
            behind.replace_with(behind[1:])


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


def apply(soup: BeautifulSoup) -> None:
    for repair in ALL:
        repair(soup)
