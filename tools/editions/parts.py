"""The parts of the book on paper: those of the table of contents, numbered where it numbers them."""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# LaTeX numbers all sections down to a depth; at this one, none.
UNNUMBERED, NUMBERED = -10, 1


class Parts(SphinxPostTransform):
    """Lay out the whole book: the first page as an introduction, then each part under its name.

    Sphinx's own layout makes chapters of the first page's sections, and drops
    the names of the parts.
    """

    default_priority = 700
    builders = ("latex",)

    def run(self, **kwargs):
        tops = [node for node in self.document.children if isinstance(node, nodes.section)]
        site_map = self.config.external_site_map
        if not tops or self.document.get("docname") != site_map.root.docname:
            return
        introduction = tops[0]
        files = {}
        for wrapper in list(introduction.findall(nodes.compound)):
            if "toctree-wrapper" in wrapper["classes"]:
                files |= {
                    child["docname"]: child for child in wrapper.children if isinstance(child, addnodes.start_of_file)
                }
                wrapper.parent.remove(wrapper)
        book = nodes.section("", nodes.title("", introduction[0].astext()))  # its title is the title page's
        introduction.replace_self(book)
        introduction[0].replace_self(nodes.title("", "Introduction"))
        book += [_numbering(UNNUMBERED), introduction]
        for part in site_map.root.subtrees:
            book += [_numbering(UNNUMBERED), _latex(rf"\part{{{part.caption}}}")]
            book += [_numbering(NUMBERED)] if part.numbered else []
            book += [files[name] for name in part.files()]


def _numbering(depth):
    return _latex(rf"\setcounter{{secnumdepth}}{{{depth}}}")


def _latex(text):
    return nodes.raw("", text, format="latex")
