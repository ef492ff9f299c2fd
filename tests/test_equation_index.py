"""The index of equations holds every numbered formula, with its proofs, and cannot miss one."""

import re
from types import SimpleNamespace

import pytest
from docutils import nodes
from equation_index import PAGE, grade, index, kind, link_statements, second_proofs, totals, write_index
from nbformat import NotebookNode
from reading import CHAPTERS, Notebook, notebooks, notebooks_in_order
from sphinx.addnodes import pending_xref

BOOK = notebooks_in_order()


def test_index_holds_every_numbered_formula_once():
    text = index(BOOK)
    labels = {
        label
        for path in notebooks()
        for label in re.findall(r"\(((?:eq|def)-[\w-]+)\)", path.read_text(encoding="utf-8"))
    }
    assert len(labels) > 100
    assert sorted(re.findall(r"\{eq\}`([\w-]+)`", text)) == sorted(labels)


def test_index_gives_the_grade_and_the_hypotheses_of_each_equation():
    text = index(BOOK)
    assert "`def-single-kernel-forward`: a definition." in text
    assert (
        r"`eq-single-kernel-kernel-gradient`: **general**, proved for all arrays $\delta$, $x$; integers $u$, $v$; "
        r"sizes $H_{o}$, $K_{h}$, $K_{w}$, $W_{o}$ $\ge 1$; given $u \geq 0$, $u \leq K_{h} - 1$, $v \geq 0$, $v \leq K_{w} - 1$; "
        "on arrays, 12 identities; {doc}`a second proof <second_proofs>`, compared by a test."
    ) in text
    assert re.search(
        r"`eq-training-a-cnn-wilson`: \*\*exact\*\*, 1 identity proved, for all real numbers .* \$> 0\$\.", text
    )


def test_index_names_every_second_proof():
    text = index(BOOK)
    assert len(second_proofs()) > 70
    for label, how in second_proofs().items():
        assert re.search(rf"`{label}`: \*\*.*; {{doc}}`a second proof <second_proofs>`, {how}\.", text), label
    assert text.count("`a second proof <second_proofs>`") == len(second_proofs())


def test_index_counts():
    rows = re.findall(r"^\| (\S+) \| (.*) \|$", totals(BOOK), re.MULTILINE)
    numbers = {page: [int(n.replace(",", "")) for n in cells.split(" | ")] for page, cells in rows[1:]}
    assert numbers["{doc}`single_kernel`"] == [7, 6, 1, 0, 166]
    total = numbers.pop("all")
    assert total == [sum(column) for column in zip(*numbers.values())]
    assert all(equations == general + exact + argued for equations, general, exact, argued, _ in numbers.values())


def stored(statement, text):
    data = {"text/plain": f"eq-a: {text}", "text/markdown": f"`eq-a`: {statement}.", "text/latex": r"$\displaystyle x$"}
    return NotebookNode(output_type="execute_result", data=data)


def test_the_best_grade_counts():
    notebook = Notebook(CHAPTERS / "single_kernel.ipynb")
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
    outputs = {
        "argued": stored("argued: by hand; 8 numbers agree", "argued: by hand; 8 numbers agree"),
        "exact": stored("4 identities proved, for all numbers $a$", "4 identities proved, for all numbers a"),
        "general": stored("proved for all arrays $a$", "proved for all arrays a"),
    }
    cell.outputs = []
    for best, output in outputs.items():
        cell.outputs.append(output)
        vars(notebook).pop("proofs", None)
        assert grade("eq-a", notebook) == best
    assert kind("eq-a", notebook) == "**general**, proved for all arrays $a$; on arrays, 4 identities"


def test_a_statement_leads_to_its_equation():
    shown, prose = nodes.container(classes=["cell_output"]), nodes.paragraph()
    for parent, label in [(shown, "eq-a"), (shown, "x"), (prose, "eq-a")]:
        parent += nodes.paragraph("", "", nodes.literal("", label))
    doctree = nodes.section("", shown, prose)
    link_statements(SimpleNamespace(env=SimpleNamespace(docname="chapters/stride")), doctree)
    (link,) = doctree.findall(pending_xref)
    assert (link["refdomain"], link["reftype"], link["reftarget"]) == ("math", "eq", "eq-a")
    assert [literal.astext() for literal in prose.findall(nodes.literal)] == ["eq-a"]


def test_equation_without_a_stored_proof_stops_the_index():
    notebook = Notebook(CHAPTERS / "single_kernel.ipynb")
    for cell in notebook.cells:
        if "eq-single-kernel-rot180" in cell.source:
            cell.outputs = []
    with pytest.raises(ValueError, match="single_kernel.ipynb shows no proof of eq-single-kernel-rot180"):
        index([notebook])


def test_index_stands_on_its_page():
    found = {f"chapters/{notebook.stem}" for notebook in BOOK}
    noted, source = [], [(CHAPTERS / "equations.md").read_text(encoding="utf-8")]
    app = SimpleNamespace(env=SimpleNamespace(found_docs=found, note_dependency=noted.append))
    write_index(app, PAGE, source)
    assert index(BOOK) in source[0]
    assert len(noted) == len(found)
    with pytest.raises(ValueError, match="has no line"):
        write_index(app, PAGE, ["# Nothing here"])
