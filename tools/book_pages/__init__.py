"""Sphinx extension: what is done to the pages after Sphinx and the theme have written them.

Each page loses what it does not use (`weight`), gets a description (`head`), markup that assistive
technology understands (`repairs`), and a policy that lets nothing else run (`policy`). The theme's
icons are cut down to those in use (`icons`).
"""

import time
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser
from sphinx.application import Sphinx
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math
from sphinx.util import logging

from . import head, icons, policy, repairs, weight

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict:
    # KaTeX reads the same TeX between the same marks as MathJax; only the script differs.
    app.add_html_math_renderer("katex", (html_visit_math, None), (html_visit_displaymath, None))
    app.connect("build-finished", finish, priority=900)  # after the theme, which still writes colours then
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Go over every page of a finished HTML build; other builders are left alone."""
    if exception or app.builder.name not in ("html", "dirhtml"):
        return
    begin, site = time.monotonic(), Path(app.outdir)
    pages = {path: LexborHTMLParser(path.read_text(encoding="utf-8")) for path in written_pages(site)}
    address = app.config.html_baseurl
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        if not policy.is_locked(page):
            finish_page(page, name, app.config.html_title, address)
            policy.lock(page, read=pages.values() if page.css_first("#search-results") else ())
            path.write_text(page.html, encoding="utf-8")
        if address:
            head.draw_card(page, site / head.card_name(name))
    icons.keep_used(site / "_static", [page.html for page in pages.values()])
    weight.remove_unused_files(site / "_static")
    first = app.builder.get_target_uri(app.config.root_doc)
    redirect = policy.locked_redirect(first, app.config.html_title, head.taken_over(pages[site / first]))
    (site / "index.html").write_text(redirect, encoding="utf-8")
    logger.info("finished %d pages in %.1f s", len(pages), time.monotonic() - begin)


def written_pages(site: Path) -> list[Path]:
    """List the pages that the theme made; other HTML in the site is not ours to change."""
    found = (path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts)
    return [path for path in found if "data-content_root=" in path.read_text(encoding="utf-8")[:2000]]


def finish_page(page: LexborHTMLParser, name: str, book: str, address: str) -> None:
    """Change one page in place; ``name`` is its path in the site, ``address`` the site's URL or ""."""
    weight.drop_unused(page)
    head.describe(page, name, book, address)  # in the page's words, before repairs change formulas
    repairs.apply(page)
