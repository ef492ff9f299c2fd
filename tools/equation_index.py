"""The index of equations, written at each build from the notebooks' sources and stored outputs, and links to equations."""

import tomllib
from functools import cache

from docutils import nodes
from reading import ROOT, Notebook, notebooks_in_order
from sphinx.addnodes import pending_xref

PAGE = "chapters/equations"
PLACE = "<!-- the index -->"


def write_index(app, docname, source):
    """Put the index where the page says that it belongs; a build may hold some of the notebooks only."""
    if docname != PAGE:
        return
    if PLACE not in source[0]:
        raise ValueError(f"{PAGE} has no line {PLACE!r}, where the index belongs")
    found = [notebook for notebook in notebooks_in_order() if f"chapters/{notebook.stem}" in app.env.found_docs]
    for notebook in found:
        app.env.note_dependency(str(notebook.path))
    source[0] = source[0].replace(PLACE, index(found))


def index(notebooks: list[Notebook]) -> str:
    """Write the index in MyST."""
    notebooks = [notebook for notebook in notebooks if notebook.equations]
    return "\n\n".join([totals(notebooks), *map(section, notebooks)])


def totals(notebooks: list[Notebook]) -> str:
    """Count, page by page, equations by their grade, and the identities that the page shows."""
    rows = [(f"{{doc}}`{notebook.stem}`", counts(notebook)) for notebook in notebooks if any(counts(notebook))]
    rows.append(("all", [sum(column) for column in zip(*[numbers for _, numbers in rows])]))
    head = "| page | equations | general | exact only | argued only | identities |\n|---|--:|--:|--:|--:|--:|"
    return "\n".join([head, *[f"| {page} | {' | '.join(f'{n:,}' for n in numbers)} |" for page, numbers in rows]])


def counts(notebook: Notebook) -> tuple[int, ...]:
    """Count the equations, those of each grade (the best that one has), and the identities."""
    equations = [equation.label for equation in notebook.equations if equation.label.startswith("eq-")]
    grades = [grade(label, notebook) for label in equations]
    identities = sum(proof.identities or 0 for proof in notebook.proofs)
    return len(equations), *map(grades.count, ("general", "exact", "argued")), identities


def grade(label: str, notebook: Notebook) -> str:
    """Name the best grade among the proofs of an equation."""
    found = {proof.grade for proof in notebook.proofs if proof.label == label}
    if not found:
        raise ValueError(f"{notebook.path.name} shows no proof of {label}")
    return next(one for one in ("general", "exact", "argued") if one in found)


def section(notebook: Notebook) -> str:
    """Write a heading, a link to the page, and its numbered formulas in order."""
    entries = [
        f"{{eq}}`{equation.label}` `{equation.label}`: {kind(equation.label, notebook)}.\n\n$$\n{equation.latex}\n$$"
        for equation in notebook.equations
    ]
    return "\n\n".join([f"## {notebook.title}", f"The page: {{doc}}`{notebook.stem}`.", *entries])


def kind(label: str, notebook: Notebook) -> str:
    """Say how a numbered formula is proved, and under which hypotheses."""
    if label.startswith("def-"):
        return "a definition"
    best = grade(label, notebook)
    proofs = [proof for proof in notebook.proofs if proof.label == label]
    said = [next(proof.statement for proof in proofs if proof.grade == best)]
    identities = sum(proof.identities or 0 for proof in proofs)
    if best == "exact" and len(proofs) > 1:
        said = [f"{identities:,} identities in {len(proofs)} proofs, such as {said[0]}"]
    elif best != "exact" and identities:
        said.append(f"on arrays, {identities:,} {'identity' if identities == 1 else 'identities'}")
    if label in second_proofs():
        said.append(f"{{doc}}`a second proof <second_proofs>`, {second_proofs()[label]}")
    return f"**{best}**, " + "; ".join(said)


@cache
def second_proofs() -> dict[str, str]:
    """Say of each equation with a second proof how its two statements are compared."""
    theorems = tomllib.loads((ROOT / "formal" / "statements.toml").read_text(encoding="utf-8"))
    compared = {
        name: "compared by eye" if "by_hand" in known else "compared by a test" for name, known in theorems.items()
    }
    return {name.replace("_", "-"): how for name, how in compared.items() if name.startswith("eq_")}


def link_statements(app, doctree):
    """In what a cell shows, turn the label of an equation into its number: a proof's statement begins with it."""
    for literal in list(doctree.findall(nodes.literal)):
        label = literal.astext()
        if label.startswith("eq-") and is_shown_by_a_cell(literal):
            place = {"refdoc": app.env.docname, "refdomain": "math", "reftype": "eq", "reftarget": label}
            literal.replace_self(pending_xref("", nodes.literal("", label), refexplicit=False, refwarn=True, **place))


def is_shown_by_a_cell(node):
    while node is not None and "cell_output" not in node.get("classes", ()):
        node = node.parent
    return node is not None


def setup(app):
    app.connect("source-read", write_index)
    app.connect("doctree-read", link_statements)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
