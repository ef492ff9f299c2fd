"""Each chapter as one test: its code cells, one after the other in this process. Used by tools/mutation_by_chapters.py."""

import ast
import json
from pathlib import Path

import matplotlib
import pytest

CHAPTERS = Path(__file__).parent / "chapters"
SHOWN_AS = "_repr_html_", "_repr_svg_", "_repr_latex_", "__repr__"


@pytest.mark.parametrize("chapter", sorted(path.stem for path in CHAPTERS.glob("*.ipynb")))
def test_chapter(chapter, monkeypatch):
    matplotlib.use("agg")
    monkeypatch.chdir(CHAPTERS)
    names = {"__name__": "__main__"}
    for cell in json.loads((CHAPTERS / f"{chapter}.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            run(ast.parse("".join(cell["source"])), names)


def run(code, names):
    """Run a cell, and make what the notebook shows of its last value; what it looks like is not compared."""
    last = code.body.pop() if code.body and isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "cell", "exec"), names)
    if last:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        next(getattr(value, kind) for kind in SHOWN_AS if hasattr(value, kind))()
