"""The student edition has every exercise, no solution, and needs none to run."""

import ast
import re

import nbformat
import pytest
from reading import CHAPTERS, notebooks, parsed
from student import without_solutions, write


def cells_of(folder, name):
    return nbformat.read(folder / name, as_version=4).cells


def code_of(folder, name):
    return [cell.source for cell in cells_of(folder, name) if cell.cell_type == "code"]


def defined(cells):
    """Name what cells define for later ones, apart from what is local to a function or class."""
    found, nodes = set(), [node for cell in cells for node in parsed(cell).body]
    for node in nodes:  # grows while it is read
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        else:
            nodes.extend(ast.iter_child_nodes(node))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("editions") / "student"
    write(target)
    return target


NAMES = [path.name for path in notebooks()]


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_is_there_and_no_solution(folder, name):
    text, original = (place.joinpath(name).read_text(encoding="utf-8") for place in (folder, CHAPTERS))
    labels = r":label: (ex-[\w-]+)"
    assert re.findall(labels, text) == re.findall(labels, original)
    assert "{solution-" not in text and text.count("return None\\n") == original.count("return None\\n")
    assert len(cells_of(folder, name)) <= len(cells_of(CHAPTERS, name)) - 3 * original.count("{solution-start}")


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_needs_a_solution(folder, name):
    """A name that only a solution defines is used by no cell that is left."""
    kept = code_of(folder, name)
    only_solutions = defined(code_of(CHAPTERS, name)) - defined(kept)
    assert only_solutions.isdisjoint(
        node.id for cell in kept for node in ast.walk(parsed(cell)) if isinstance(node, ast.Name)
    )


def test_library_and_data_stand_beside_the_notebooks(folder):
    assert (folder / "cnnlib/__init__.py").is_file() and (folder / "source_claims.yml").is_file()


@pytest.mark.parametrize(
    "texts", [["{solution-end}"], ["{solution-start} a"], ["{solution-start} a", "{solution-start} b"]]
)
def test_a_solution_that_does_not_alternate_is_refused(texts):
    with pytest.raises(ValueError, match="solution"):
        without_solutions([nbformat.v4.new_markdown_cell(text) for text in texts])


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_needs_an_answer(folder, name):
    """What the reader is to write, and returns None until then, is used in its own cell alone."""
    kept = code_of(folder, name)
    for asked in kept:
        for answer in re.findall(r"^def (\w+)\(.*\):\n    return None$", asked, re.MULTILINE):
            assert not [
                cell
                for cell in kept
                if cell != asked and re.search(rf"(?<![.\w]){answer}\(", cell) and " is None" not in cell
            ], answer
