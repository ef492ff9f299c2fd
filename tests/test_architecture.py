"""The drawing in CONTRIBUTING.md is the library: it names every module, and imports point downwards in it."""

import ast
import re

import pytest
from reading import ROOT

PATHS = {path.stem: path for path in (ROOT / "cnnlib").glob("*.py") if path.stem != "__init__"}
# What each part of the library alone may import, beside the standard library and NumPy.
OUTSIDE = {
    "sympy": {"equality", "indexed", "proofs", "sums", "symbolic", "typeset"},
    "matplotlib": {"figures", "graph_figure", "matrix_figure"},
    "onnx": {"onnx_export"},
}


def drawing() -> dict[str, int]:
    """Give the row of each module in the drawing."""
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## How cnnlib is built")[2]
    _, _, rows = section.split("```")[1].partition("├")  # below the names of the columns
    found = [(name, place) for place, row in enumerate(rows.splitlines()) for name in re.findall(r"\w+", row)]
    assert len(dict(found)) == len(found), "a module stands twice in the drawing"
    return dict(found)


def imported(source: str) -> set[tuple[int, str]]:
    """List what a module imports when it is imported itself: how many dots, and the name of the module.

    An import inside a function runs later, and only for those who need it.
    """
    found = set()
    for node in ast.parse(source).body:
        match node:
            case ast.Import(names=names):
                found |= {(0, alias.name.split(".")[0]) for alias in names}
            case ast.ImportFrom(module=None, level=level, names=names):
                found |= {(level, alias.name) for alias in names}
            case ast.ImportFrom(module=module, level=level):
                found.add((level, module.split(".")[0]))
    return found


def test_the_drawing_names_every_module_and_no_other():
    assert set(drawing()) == set(PATHS)


@pytest.mark.parametrize("name, path", PATHS.items(), ids=list(PATHS))
def test_a_module_imports_only_what_stands_below_it(name, path):
    rows, imports = drawing(), imported(path.read_text(encoding="utf-8"))
    assert {other for dots, other in imports if dots and rows[other] < rows[name]} == set()


@pytest.mark.parametrize("outside, users", OUTSIDE.items())
def test_sympy_matplotlib_and_onnx_are_imported_where_they_are_needed(outside, users):
    found = {name for name, path in PATHS.items() if f"import {outside}" in (text := path.read_text("utf-8")) or f"from {outside}" in text}
    assert found == users
