"""Run the book's notebooks and store them in one canonical form.

    python tools/notebooks.py                   every notebook of chapters/
    python tools/notebooks.py single_kernel     one of them
    python tools/notebooks.py --check           write nothing; fail if a file would change

A second run changes no byte, so a change in a stored notebook is a change in the book. A stored picture
stays where the new one shows the same.
"""

import argparse
import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from stored_pictures import keep_stored_pictures

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = ("tags", "mystnb")
TIMEOUT = 600  # seconds for one cell


def canonical(notebook) -> str:
    """Give the one text that stands for ``notebook``; it runs nothing.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A notebook in format 4, as nbformat reads it. It is not changed.

    Raises
    ------
    nbformat.ValidationError
        If what results is not a valid notebook.
    """
    notebook = nbformat.from_dict(notebook)
    ids, count = set(), 0
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines()).strip("\n")
        cell.id = _unique_id(cell, ids)
        cell.metadata = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
            if cell.execution_count is not None:
                count += 1
                cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
            _copy_alt_text(cell)
    notebook.metadata = METADATA
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook = nbformat.from_dict(notebook)
    nbformat.validate(notebook)
    return nbformat.v4.writes_json(notebook) + "\n"


def _unique_id(cell, taken: set) -> str:
    """Name a cell by its source, so that a cell that did not change keeps its name."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    name, copies = digest, 1
    while name in taken:
        copies += 1
        name = f"{digest}-{copies}"
    taken.add(name)
    return name


def _joined_streams(outputs: list) -> list:
    """Join what was printed in one go: where a kernel cuts it is a matter of timing."""
    joined = []
    for output in outputs:
        previous = joined[-1] if joined else None
        if previous and output.output_type == previous.output_type == "stream" and output.name == previous.name:
            previous.text += output.text
        else:
            joined.append(output)
    return joined


def image_alts(cell) -> list[str]:
    """List the alternative text of each image that a code cell shows; "" where it has none."""
    return [
        output.get("metadata", {}).get(kind, {}).get("alt", "")
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]


def _copy_alt_text(cell) -> None:
    """Repeat the image's alternative text where MyST-NB looks for it: in the cell's metadata."""
    alts = [alt for alt in image_alts(cell) if alt]
    settings = dict(cell.metadata.get("mystnb", {}))
    image = {key: value for key, value in settings.pop("image", {}).items() if key != "alt"}
    if alts:
        image["alt"] = alts[0]
    if image:
        settings["image"] = image
    cell.metadata.pop("mystnb", None)
    if settings:
        cell.metadata["mystnb"] = settings


def executed(path: Path) -> str:
    """Run the notebook at ``path`` in the current environment and give its canonical text."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # a kernel warns that loopback is not encrypted
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    return canonical(notebook)


def renewed(stored: str, new: str) -> str:
    """Give the canonical text `new` with those pictures of `stored` that show the same."""
    notebook = nbformat.reads(new, as_version=4)
    keep_stored_pictures(nbformat.reads(canonical(nbformat.reads(stored, as_version=4)), as_version=4), notebook)
    return canonical(notebook)


def refresh(path: Path, check: bool) -> tuple[bool, str]:
    """Run one notebook and store it, or only compare: (is all well, what to say)."""
    try:
        new = renewed(path.read_text(encoding="utf-8"), executed(path)).encode()
    except CellExecutionError as error:
        return False, f"{path.name}: a cell failed\n{error}"
    if new == path.read_bytes():
        return True, f"{path.name}: unchanged"
    if check:
        return False, f"{path.name}: would change; run `make notebooks`"
    path.write_bytes(new)
    return True, f"{path.name}: rewritten"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter", nargs="*", help="a notebook's name without .ipynb; none means all")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    options = parser.parse_args(arguments)
    paths = [CHAPTERS / f"{name}.ipynb" for name in options.chapter] or sorted(CHAPTERS.glob("*.ipynb"))
    for path in paths:
        if not path.is_file():
            parser.error(f"there is no {path.name} in chapters/")
    all_well = True
    with ProcessPoolExecutor(max_workers=2) as pool:
        for well, message in pool.map(refresh, paths, [options.check] * len(paths)):
            print(message, file=sys.stdout if well else sys.stderr, flush=True)
            all_well &= well
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
