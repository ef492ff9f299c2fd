"""Write the notebooks without their solutions into a folder, with the library that they import.

    python tools/student.py _build/student

A solution reaches from the cell with `{solution-start}` to that with `{solution-end}`. What the reader's cells and
the pages show stays stored; nothing is run.
"""

import shutil
import sys
from pathlib import Path

import nbformat
from building import say_where
from reading import CHAPTERS, ROOT, notebooks

BESIDE = ("source_claims.yml",)  # what the notebooks read


def without_solutions(cells):
    """Leave the solutions out of a list of cells.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode

    Returns
    -------
    list of nbformat.NotebookNode

    Raises
    ------
    ValueError
        If a solution begins inside another one, ends without a beginning, or does not end.

    Examples
    --------
    >>> texts = "Question", "```{solution-start} ex-one", "Answer", "```{solution-end}", "Next"
    >>> [cell.source for cell in without_solutions([nbformat.v4.new_markdown_cell(text) for text in texts])]
    ['Question', 'Next']
    """
    kept, inside = [], False
    for cell in cells:
        text = cell.source if cell.cell_type == "markdown" else ""
        starts, ends = "{solution-start}" in text, "{solution-end}" in text
        if starts == inside and starts or ends and not inside:
            raise ValueError(f"solutions do not alternate with the rest at: {text[:60]!r}")
        if not (inside or starts):
            kept.append(cell)
        inside = starts or inside and not ends
    if inside:
        raise ValueError("the last solution does not end")
    return kept


def write(folder):
    """Write the student edition anew into a folder, which then holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in notebooks():
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = without_solutions(notebook.cells)
        nbformat.write(notebook, folder / path.name)
    for name in BESIDE:
        shutil.copy(CHAPTERS / name, folder / name)
    shutil.copytree(ROOT / "cnnlib", folder / "cnnlib", ignore=shutil.ignore_patterns("__pycache__"))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write(target)
    say_where(target)
