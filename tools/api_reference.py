"""Links between the API reference, the chapters and the glossary, made at each build.

A docstring names chapters by their titles in quotation marks, equations by their labels, and other objects in
backquotes. All of them become links, and below stand the chapters that use the object. In a chapter, a name of the
library in backquotes leads to its entry, a term in italics to the glossary, and the last line lists the names that
the chapter imports.
"""

import re

from docutils import nodes
from reading import Notebook, notebooks_in_order
from sphinx.util.nodes import make_refnode

LABEL = re.compile(r"\b(?:eq|def)-[a-z0-9-]*[a-z0-9]")
NAME_OR_CALL = re.compile(r"([\w.]+)(\(.*\))?", re.DOTALL)


# --- From the API reference to the chapters --------------------------------------------------


def link_docstring(app, what, name, thing, options, lines):
    """Link the chapters and equations that a docstring names, and say which chapters use the object."""
    parts = re.split(r"(^>>> .*?(?:\n\n|\Z))", "\n".join(lines), flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [linked(part, app.chapters) for part in parts[::2]]  # examples, between these, stay as they are
    lines[:] = "".join(parts).rstrip().split("\n")
    users = [f":doc:`/chapters/{chapter.stem}`" for chapter in app.chapters if name.split(".")[-1] in chapter.imports]
    lines += ["", f"**Used in** {', '.join(users)}", ""] if users else [""]


def linked(text: str, chapters: list[Notebook]) -> str:
    """Turn labels and quoted titles of chapters into links, in reStructuredText."""
    stems = {chapter.title: chapter.stem for chapter in chapters}

    def to_chapter(match):
        title = " ".join(match[1].split())
        return f":doc:`/chapters/{stems[title]}`" if title in stems else match[0]

    return re.sub(r'"([^"]+)"', to_chapter, LABEL.sub(r"``\g<0>`` :eq:`\g<0>`", text))


# --- From the chapters to the API reference and the glossary ---------------------------------


def link_page(app, page, docname):
    """Link what a page names, and end a chapter with what it imports."""

    def link(place, *children):
        return make_refnode(app.builder, docname, *place, list(children))

    entries, terms = api_entries(app.env), glossary_terms(app.env)
    for node in list(page.findall(lambda node: isinstance(node, (nodes.literal, nodes.title_reference)))):
        code = nodes.literal("", node.astext(), classes=["py"])
        match = NAME_OR_CALL.fullmatch(node.astext())
        if match and match[1] in entries and not isinstance(node.parent, nodes.reference):
            node.replace_self(link(entries[match[1]], code))
        elif isinstance(node, nodes.title_reference):  # backquotes in a docstring
            node.replace_self(code)
    for node in list(page.findall(nodes.emphasis)):
        place = terms.get(node.astext().lower()) or terms.get(node.astext().lower().removesuffix("s"))
        if place and docname != place[0] and not isinstance(node.parent, nodes.reference):
            node.replace_self(link(place, node.deepcopy()))

    imports = next((chapter.imports for chapter in app.chapters if docname == f"chapters/{chapter.stem}"), [])
    links = [link(entries[name], nodes.literal("", name)) for name in imports if name in entries]
    if links:
        line = nodes.paragraph("", "", nodes.strong("", "From cnnlib on this page"), nodes.Text(": "))
        for number, reference in enumerate(links):
            line += [nodes.Text(", "), reference] if number else [reference]
        next(page.findall(nodes.section)).append(line)


def api_entries(env) -> dict[str, tuple[str, str]]:
    """Map names, as one writes them, to their places: ``conv2d``, ``SGD``, ``SGD.step``."""
    parts = {"function": 1, "class": 1, "method": 2}
    return {
        ".".join(name.split(".")[-parts[entry.objtype] :]): (entry.docname, entry.node_id)
        for name, entry in env.get_domain("py").objects.items()
        if entry.objtype in parts
    }


def glossary_terms(env) -> dict[str, tuple[str, str]]:
    """Map the terms of the glossary, in small letters, to their places."""
    objects = env.get_domain("std").objects
    return {term.lower(): place for (kind, term), place in objects.items() if kind == "term"}


def read_chapters(app):
    """Read the chapters that this build holds; a build may hold only one."""
    app.chapters = [chapter for chapter in notebooks_in_order() if f"chapters/{chapter.stem}" in app.env.found_docs]


def setup(app):
    app.connect("builder-inited", read_chapters, priority=900)
    app.connect("autodoc-process-docstring", link_docstring, priority=900)  # after napoleon
    app.connect("doctree-resolved", link_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
