"""Outputs that are made for a screen, as paper and e-readers can show them."""

import hashlib
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.transforms.post_transforms.images import ImageConverter

from .steppers import read_stepper
from .tables import read_tables, share_widths

STILL = ("latex", "epub")


class StillOutputs(SphinxPostTransform):
    """Replace HTML that a cell shows: a stepper by its first and last frame, a table by a plain table.

    Of an output that is neither, the other forms remain (a picture, a text).
    """

    default_priority = 3  # before MyST-NB chooses among the forms of an output
    builders = STILL

    def run(self, **kwargs):
        bundles = [node for node in self.document.findall(nodes.container) if node.get("nb_element") == "mime_bundle"]
        for bundle in bundles:
            forms = {form["mime_type"]: form for form in bundle.children}
            html = forms.get("text/html")
            if html is None:
                continue
            text = html.astext()
            found = [node for still in read_stepper(text) for node in self._picture(still)] or read_tables(
                text, self._docname(bundle)
            )
            if found:
                bundle.replace_self(found)
            elif len(forms) > 1:
                bundle.remove(html)

    def _picture(self, still):
        folder = Path(self.app.doctreedir).parent / "stills"
        folder.mkdir(exist_ok=True)
        path = folder / f"still-{hashlib.sha256(still.svg.encode()).hexdigest()[:16]}.svg"
        path.write_text(still.svg, encoding="utf-8")
        self.env.images.add_file(self.env.docname, str(path))
        image = nodes.image(uri=str(path), candidates={"image/svg+xml": str(path)}, alt=still.alt, align="center")
        return [image, nodes.paragraph("", still.words)]

    def _docname(self, node):
        """Name the page that a node comes from: in the PDF, all pages are one document."""
        while node is not None:
            if isinstance(node, addnodes.start_of_file):
                return node["docname"]
            node = node.parent
        return self.env.docname


class LineBreaks(SphinxPostTransform):
    """Write a line break of HTML in a Markdown table as LaTeX and XHTML have it."""

    default_priority = 5
    builders = STILL

    def run(self, **kwargs):
        for raw in list(self.document.findall(nodes.raw)):
            if raw["format"] == "html" and raw.astext() in ("<br>", "<br/>", "<br />"):
                raw.replace_self([nodes.raw("", "<br/>", format="html"), nodes.raw("", r"\newline{}", format="latex")])


class LongTables(SphinxPostTransform):
    """Let tables with much text break their lines, so that they stay on the page; the widest lie across it."""

    default_priority = 6
    builders = ("latex",)
    ROWS, LETTERS, WIDEST = 30, 75, 300

    def run(self, **kwargs):
        for table in list(self.document.findall(nodes.table)):
            rows = list(table.findall(nodes.row))
            width = max((sum(len(entry.astext()) for entry in row) for row in rows), default=0)
            if "colwidths-given" not in table["classes"] and (len(rows) > self.ROWS or width > self.LETTERS):
                share_widths(table)
                table["classes"].append("longtable")
                if width > self.WIDEST and len(rows[0].children) > 3:
                    turned, back = (
                        nodes.raw("", text, format="latex")
                        for text in (r"\begin{landscape}\footnotesize", r"\end{landscape}")
                    )
                    table.replace_self([turned, table, back])


class SvgToPdf(ImageConverter):
    """Convert drawings for LaTeX, which cannot read SVG."""

    conversion_rules = [("image/svg+xml", "application/pdf")]
    builders = ("latex",)

    def is_available(self):
        return True  # tools/pdf.py has looked for it

    def convert(self, _from, _to):
        subprocess.run(["rsvg-convert", "--format=pdf", f"--output={_to}", str(_from)], check=True)
        return True
