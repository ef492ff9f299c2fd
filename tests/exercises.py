"""Exercises, cut out of the notebooks with only those statements that they need."""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass
from functools import cached_property

from reading import CHAPTERS, Notebook, numbered_chapters, parsed

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
        needed = _needed(earlier, [statement for module in wanted for statement in module.body])
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
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "check_answer"


def _needed(earlier, wanted):
    """Choose the earlier statements on which the wanted ones depend, by the names that they set, change and read."""
    chosen, asked, own = set(), [], set()
    for statement in wanted:
        asked += [(name, len(earlier)) for name in _reads(statement) - own]
        own |= _sets(statement)
    seen = set(asked)
    while asked:
        name, end = asked.pop()
        for place in reversed(range(end)):
            sets, changes = _sets(earlier[place]), _changes(earlier[place])
            if name in sets | changes:
                chosen.add(place)
                # A function reads a name when it is called: that may be later than where it stands.
                new = {(other, at) for other in _reads(earlier[place]) for at in (place, len(earlier))} - seen
                seen |= new
                asked += new
            if name in sets:
                break
    return [earlier[place] for place in sorted(chosen)]


def _reads(statement):
    """Name the globals that a statement reads, also in the functions that it defines."""
    found, tables = set(), [symtable.symtable(ast.unparse(statement), "", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return found - set(dir(builtins))


def _sets(statement):
    """Name what a statement binds."""
    if isinstance(statement, ast.Assert | ast.AugAssign):
        return set()
    table = symtable.symtable(ast.unparse(statement), "", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def _changes(statement):
    """Name what a statement changes in place: x += 1, x[0] = 1, x.append(1), np.add.at(x, 0, 1)."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        targets = call.args[:1] if ast.unparse(call.func) == "np.add.at" else [call.func] * isinstance(call.func, ast.Attribute)
    return {_base(target) for target in targets} - {"np", "sp"}


def _base(target):
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
