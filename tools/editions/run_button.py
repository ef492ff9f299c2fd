"""A line on each chapter that leads to the same notebook, running in the reader's browser."""

from html import escape
from urllib.parse import quote

PAGE = """
<p class="run-in-browser"><a href="{address}">Run this page in the browser</a>
<small>Nothing is installed. Its Python (Pyodide, about 30 MB at the first visit) is loaded from
cdn.jsdelivr.net, which then sees your internet address.</small></p>
"""


def add(app, pagename, templatename, context, doctree):
    """Put the line below the title of a page that is a notebook, if the book is built with a place to run it."""
    place = app.config.run_in_browser
    if not place or doctree is None or not str(app.env.doc2path(pagename)).endswith(".ipynb"):
        return
    name = pagename.rpartition("/")[2] + ".ipynb"
    address = f"{context['pathto'](place, 1)}?path={quote(name)}"
    title, end, rest = context["body"].partition("</h1>")
    context["body"] = title + end + PAGE.format(address=escape(address)) + rest
