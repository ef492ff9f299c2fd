"""Run the code cells of each chapter, one after the other in this process, as one test a chapter."""

import ast
import json
from pathlib import Path

import matplotlib
import pytest

CHAPTERS = Path(__file__).resolve().parent / "chapters"


@pytest.mark.parametrize("chapter", sorted(path.stem for path in CHAPTERS.glob("*.ipynb")))
def test_chapter(chapter, monkeypatch):
    matplotlib.use("agg")
    monkeypatch.chdir(CHAPTERS)
    names = {"__name__": "__main__"}
    for cell in json.loads((CHAPTERS / f"{chapter}.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            show_last(ast.parse("".join(cell["source"])), names)


def show_last(code, names):
    """Run a cell, and make what the notebook would show of its last value."""
    last = code.body.pop() if code.body and isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "cell", "exec"), names)
    if last:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        shown = next((getattr(value, kind) for kind in ("_repr_html_", "_repr_svg_", "_repr_latex_") if hasattr(value, kind)), None)
        shown() if shown else repr(value)
