"""The statements of a program that some others need."""

import ast
import builtins
import symtable
from functools import cache


def needed_by(earlier, wanted):
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


@cache
def _reads(statement):
    """Name the globals that a statement reads, also in the functions that it defines."""
    found, tables = set(), [symtable.symtable(ast.unparse(statement), "", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return found - set(dir(builtins))


@cache
def _sets(statement):
    """Name what a statement binds."""
    if isinstance(statement, ast.Assert | ast.AugAssign):
        return set()
    table = symtable.symtable(ast.unparse(statement), "", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


@cache
def _changes(statement):
    """Name what a statement changes in place: x += 1, x[0] = 1, np.add.at(x, 0, 1), and in x.forward(y) maybe x."""
    calls = [part for part in ast.walk(statement) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)]
    targets = [call.args[0] if ast.unparse(call.func) == "np.add.at" else call.func for call in calls]
    targets += getattr(statement, "targets", [getattr(statement, "target", None)])
    return {_base(target) for target in targets} - {"np", "sp"}


def _base(target):
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
