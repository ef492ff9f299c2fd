"""The statements of a program that some others need."""

import ast
import builtins
from functools import cache

SCOPES = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


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
def _reads(node):
    """Name what a piece of code reads from outside it, also in the functions that it defines."""
    found = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign):
        found.add(_base(node.target))
    found = found.union(*map(_reads, ast.iter_child_nodes(node)))
    return found - _own(node) - set(dir(builtins))


def _own(node):
    """Name what belongs to a function or a comprehension: its arguments and what it sets."""
    if not isinstance(node, SCOPES):
        return set()
    arguments = {part.arg for part in ast.walk(getattr(node, "args", node)) if isinstance(part, ast.arg)}
    return arguments.union(*map(_sets, ast.iter_child_nodes(node)))


@cache
def _sets(node):
    """Name what a piece of code binds in the scope that it stands in."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.alias(name=name, asname=other):
            return {other or name.partition(".")[0]}
        case ast.AugAssign() | ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
        case ast.Name(id=name, ctx=ast.Store()):
            return {name}
    return set().union(*map(_sets, ast.iter_child_nodes(node)))


@cache
def _changes(statement):
    """Name what a statement changes in place: x += 1, x[0] = 1, np.add.at(x, 0, 1), and in x.forward(y) maybe x."""
    calls = [
        part for part in ast.walk(statement) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
    ]
    targets = [call.args[0] if ast.unparse(call.func) == "np.add.at" else call.func for call in calls]
    targets += getattr(statement, "targets", [getattr(statement, "target", None)])
    return {_base(target) for target in targets} - {"np", "sp"}


def _base(target):
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
