"""Exercises, cut out of the notebooks with only those statements that they need."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from reading import CHAPTERS, Notebook, numbered_chapters, parsed
from slicing import needed_by

START = re.compile(r"```\{exercise\} (?P<title>.+)\n:label: (?P<label>[\w-]+)\n")
SOLUTION = re.compile(r"```\{solution-start\} (?P<label>[\w-]+)\n(?P<options>[^`]*)```")


@dataclass
class Exercise:
    """One exercise: what stands before it, the reader's cells, the solution's cells."""

    label: str
    before: list[str]
    asked: list[str]
    solution: list[str]
    options: str = ""

    @cached_property
    def answer(self) -> str:
        """Name the function that the reader writes."""
        (name,) = re.findall(r"^def (\w+)\(.*\):\n    return None$", "\n".join(self.asked), re.MULTILINE)
        return name

    def set_up(self) -> dict:
        """Run what the exercise needs, and the reader's cells, in which nothing is answered yet."""
        wanted = [parsed(cell) for cell in (*self.asked, *self.solution)]
        earlier = [statement for cell in self.before for statement in parsed(cell).body]
        needed = needed_by(earlier, [statement for module in wanted for statement in module.body])
        space = {"__name__": self.label}
        exec(compile(ast.Module(needed, []), self.label, "exec"), space)
        for cell in self.asked:
            exec(compile(parsed(cell), self.label, "exec"), space)
        return space

    def answered_with(self, change=lambda source: source) -> str:
        """Give the source of the solution's functions, changed, and of its check: no other assertions."""
        body = [node for cell in self.solution for node in parsed(change(cell)).body]
        return "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.FunctionDef) or _is_check(node))


def exercises():
    """List the exercises of the numbered chapters, in order."""
    return [exercise for name in numbered_chapters() for exercise in _of(Notebook(CHAPTERS / f"{name}.ipynb"))]


def _of(notebook):
    found, cells, before = [], None, []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if cells is not None:
                cells.append(cell.source)
            before.append(cell.source)
            continue
        if start := START.search(cell.source):
            found.append(Exercise(start["label"], list(before), [], []))
            cells = found[-1].asked
        if solution := SOLUTION.search(cell.source):
            assert solution["label"] == found[-1].label, f"{solution['label']} follows {found[-1].label}"
            found[-1].options, cells = solution["options"], found[-1].solution
        if "{solution-end}" in cell.source:
            cells = None
    return found


def _is_check(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "check_answer"
    )


@cache
def solution(label: str) -> Callable:
    """Give the function that solves an exercise."""
    (exercise,) = [one for one in exercises() if one.label == label]
    space = exercise.set_up()
    exec(exercise.answered_with(), space)
    return space[exercise.answer]


def check_solution(label: str, by_force: Callable, cases: int):
    """Hold a solution against brute force, which draws the arguments of a case and gives the right answer to it."""
    rng = np.random.default_rng(1)
    for _ in range(cases):
        case, right = by_force(rng)
        assert np.array_equal(solution(label)(*case), right), case


def labels(*pages: str) -> set[str]:
    """List the exercises of some pages, without those that are solved by hand."""
    starts = tuple(f"ex-{page.replace('_', '-')}-" for page in pages)
    return {one.label for one in exercises() if one.label.startswith(starts) and not one.label.endswith("-by-hand")}
