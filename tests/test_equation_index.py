"""The index of equations holds every numbered formula, with its proofs, and cannot miss one."""

import re
from types import SimpleNamespace

import pytest
from equation_index import PAGE, index, totals, write_index
from reading import CHAPTERS, Notebook, notebooks, notebooks_in_order

BOOK = notebooks_in_order()

def test_index_holds_every_numbered_formula_once():
    text = index(BOOK)
    labels = {label for path in notebooks() for label in re.findall(r"\(((?:eq|def)-[\w-]+)\)", path.read_text(encoding="utf-8"))}
    assert len(labels) > 100
    assert sorted(re.findall(r"\{eq\}`([\w-]+)`", text)) == sorted(labels)


def test_index_says_how_each_equation_is_proved():
    text = index(BOOK)
    assert "`def-single-kernel-forward`: a definition." in text
    assert "`eq-single-kernel-input-gradient`: for every size and entry by entry, 48 identities." in text
    assert "`eq-correlation-and-convolution-start`: for every size." in text
    assert "`eq-training-a-cnn-wilson`: entry by entry, 1 identity." in text


def test_index_counts():
    rows = re.findall(r"^\| (\S+) \| (.*) \|$", totals(BOOK), re.MULTILINE)
    numbers = {page: [int(n.replace(",", "")) for n in cells.split(" | ")] for page, cells in rows[1:]}
    assert numbers["{doc}`single_kernel`"] == [6, 6, 6, 159]
    total = numbers.pop("all")
    assert total == [sum(column) for column in zip(*numbers.values())]


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
