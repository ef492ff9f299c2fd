"""A page loads what it uses: scripts and styles of features that are not on it are left out."""

from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

# Part of an address -> what on the page needs it.
NEEDED_BY = {
    "katex/": ".math, .tex2jax_process, .mathjax_process",
    "formulas.js": ".math, .tex2jax_process, .mathjax_process",
    "sphinx-design": "[class^='sd-'], [class*=' sd-']",
    "design-tabs.js": ".sd-tab-set",
    "togglebutton": ".toggle, .admonition.dropdown",
    "copybutton": "div.highlight",
    "clipboard": "div.highlight",
    "mystnb": "div.cell",
    "exercise.css": ".exercise, .solution",
    # The theme loads the whole index on every page, for a search while typing, which the book has not.
    "searchtools.js": "#search-results",
    "language_data.js": "#search-results",
    "searchindex.js": "#search-results",
    # The icons are drawn from a small font instead; see `icons`.
    "fontawesome": None,
}


def drop_unused(page: LexborHTMLParser) -> None:
    """Remove the scripts and styles that nothing on the page needs, and what only configures them."""
    unused = [part for part, selector in NEEDED_BY.items() if not used(page, selector)]
    for tag in page.css("script[src], link[href]"):
        address = tag.attrs.get("src") or tag.attrs.get("href")
        if any(part in address for part in unused):
            tag.decompose()
    if "togglebutton" in unused:
        for script in page.css("script:not([src])"):
            if "toggle" in script.text() and "localStorage" not in script.text():
                script.decompose()


def used(page: LexborHTMLParser, selector: str | None) -> bool:
    return selector is not None and page.css_first(selector) is not None


def remove_unused_files(static: Path) -> None:
    """Remove from the built site what no page loads any more: sources of scripts, the icon script."""
    for path in {*static.rglob("*.map"), *static.glob("scripts/fontawesome.js*")}:
        path.unlink()
