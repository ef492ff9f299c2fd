"""Tables written in HTML, as document nodes that every edition can show."""

import re
from html.parser import HTMLParser

from docutils import nodes
from sphinx import addnodes

INLINE = {"b": nodes.strong, "strong": nodes.strong, "i": nodes.emphasis, "em": nodes.emphasis, "code": nodes.literal}
FORMULA = re.compile(r"\\\((.*?)\\\)", re.DOTALL)


def read_tables(html, docname):
    """Read the tables in a piece of HTML, as a browser would: end tags may be missing.

    Parameters
    ----------
    html : str
        Cells may hold text, formulas between ``\\(`` and ``\\)``, links, and
        bold, slanted and code text. What stands outside tables is left out.
    docname : str
        The page it stands on, from which links to other pages are looked up.

    Returns
    -------
    list of docutils.nodes.table
    """
    reader = _Reader(docname)
    reader.feed(html)
    reader.close()
    return [_table(rows) for rows in reader.tables if rows]


class _Reader(HTMLParser):
    """Collects the rows of each table: pairs of an id and cells, each cell (is it a heading, its paragraph)."""

    def __init__(self, docname):
        super().__init__()
        self.docname, self.tables, self.inside = docname, [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append((attributes.get("id"), []))
        elif tag in ("th", "td") and self.tables and self.tables[-1]:
            paragraph = nodes.paragraph()
            self.tables[-1][-1][1].append((tag == "th", paragraph))
            self.inside = [paragraph]
        elif self.inside and tag == "br":
            self.inside[-1] += nodes.Text(" ")
        elif self.inside and tag in INLINE:
            self._open(INLINE[tag]())
        elif self.inside and tag == "a":
            self._open(_link(attributes.get("href", ""), self.docname))

    def handle_endtag(self, tag):
        if tag in ("th", "td", "tr", "table"):
            self.inside = []
        elif (tag in INLINE or tag == "a") and len(self.inside) > 1:
            self.inside.pop()

    def handle_data(self, text):
        if not self.inside:
            return
        for n, piece in enumerate(FORMULA.split(text)):
            if piece:
                self.inside[-1] += nodes.math("", piece) if n % 2 else nodes.Text(piece)

    def _open(self, node):
        self.inside[-1] += node
        self.inside.append(node)


def _link(target, docname):
    """Point to another page of the book, or elsewhere; within the page only HTML has the places."""
    page = re.fullmatch(r"(\w+)\.html", target)
    if page:
        place = docname.rpartition("/")[0] + "/" + page[1]
        return addnodes.pending_xref(
            "", refdomain="std", reftype="doc", reftarget="/" + place, refdoc=docname, refexplicit=True, refwarn=True
        )
    return nodes.inline() if target.startswith("#") or not target else nodes.reference(refuri=target)


def _table(rows):
    columns = max(len(cells) for _, cells in rows)
    heads = 0  # rows of nothing but headings, at the top
    while heads < len(rows) - 1 and all(is_heading for is_heading, _ in rows[heads][1]):
        heads += 1
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(columns)), cols=columns)
    if heads:
        group += nodes.thead("", *(_row(*row, columns) for row in rows[:heads]))
    group += nodes.tbody("", *(_row(*row, columns) for row in rows[heads:]))
    return nodes.table("", group)


def _row(name, cells, columns):
    row = nodes.row("", *(nodes.entry("", paragraph) for _, paragraph in cells), ids=[name] if name else [])
    row += [nodes.entry("", nodes.paragraph()) for _ in range(columns - len(cells))]
    return row


def share_widths(table):
    """Give each column of a table a share of the line, by the text that it holds."""
    for group in table.findall(nodes.tgroup):
        rows = [row for row in group.findall(nodes.row)]
        texts = [[entry.astext() for entry in row.children] for row in rows]
        for n, spec in enumerate(group.findall(nodes.colspec)):
            column = [row[n] for row in texts if n < len(row)]
            longest = max((len(word) for text in column for word in text.split()), default=1)
            mean = sum(map(len, column)) / max(len(column), 1)
            spec["colwidth"] = round(max(1.3 * min(longest, 14), 4 * mean**0.5)) or 1
    table["classes"].append("colwidths-given")
