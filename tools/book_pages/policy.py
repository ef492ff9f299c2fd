"""The policy of a page: its own files and the scripts that stand in it, and nothing else.

A hash allows one inline script or style, letter by letter; whatever is put into a page later does not
run. The policy stands in the page itself, because a page may be read from a disk or any server.
"""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from selectolax.lexbor import LexborHTMLParser

_META = "Content-Security-Policy"


def is_locked(page: LexborHTMLParser) -> bool:
    return page.css_first(f"meta[http-equiv='{_META}']") is not None


def lock(page: LexborHTMLParser, read: Iterable[LexborHTMLParser] = ()) -> None:
    """Put the policy at the head of the page, before anything that it governs."""
    entry = page.create_node("meta")
    entry.attrs["http-equiv"], entry.attrs["content"] = _META, policy(page, read)
    charset = page.css_first("meta[charset]")
    charset.insert_after(entry)
    charset.insert_after("\n    ")


def policy(page: LexborHTMLParser, read: Iterable[LexborHTMLParser] = ()) -> str:
    """Give the policy that fits the page: hashes of its inline scripts, styles and style attributes.

    The search reads other pages, ``read``, for excerpts. Browsers hold their styles against its policy too.
    """
    pages = [page, *read]
    scripts = hashes(script.text() for script in page.css("script:not([src])"))
    styles = hashes(style.text() for each in pages for style in each.css("style"))
    attributes = hashes(tag.attrs["style"] for each in pages for tag in each.css("[style]"))
    # Browsers hash a style attribute only where the policy says so.
    unsafe = ["'unsafe-hashes'"] if attributes else []
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", *unsafe, *sorted({*styles, *attributes})],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


def hashes(texts) -> list[str]:
    """List the sources that allow exactly these texts, each once, in a fixed order."""
    digests = {hashlib.sha256(text.encode()).digest() for text in texts}
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def locked_redirect(target: str, title: str, entries: str) -> str:
    """Write the page that leads from the site's root to the book's first page; ``entries`` go into its head."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="{_META}" content="default-src 'none'">
<meta http-equiv="refresh" content="0; url={escape(target)}">
<title>{escape(title)}</title>
{entries}
</head>
<body><p><a href="{escape(target)}">{escape(title)}</a></p></body>
</html>
"""
