"""Decide whether a difference is 0: one point can tell that it is not, a simplification that it is."""

import sympy as sp

__all__ = ["is_zero"]


def is_zero(difference, unknown=()):
    """Say whether an expression is shown to be 0 for all values of its symbols.

    Every sum is one unknown, too: SymPy's own rules for sums may divide by a
    stride. So two sums must have been brought to one form before
    (`sums.normal_form`).

    Parameters
    ----------
    difference : sympy.Expr
    unknown : tuple of types
        Further parts of which nothing is known but that equal ones cancel.

    Returns
    -------
    bool
        False also if SymPy finds no proof.
    """
    unknown = (sp.Sum, *unknown)
    if not difference.has(*unknown) and _is_nonzero_somewhere(difference):
        return False  # before a long expansion
    difference = sp.expand(difference)
    difference = difference.xreplace({part: sp.Dummy() for part in difference.atoms(*unknown)})
    if difference == 0 or _is_nonzero_somewhere(difference):
        return difference == 0
    try:
        return sp.simplify(difference) == 0
    except (RecursionError, StopIteration):  # SymPy gives up: not shown to be equal
        return False


def _is_nonzero_somewhere(difference):
    """Try one point: a difference that is not 0 there is refused without a long search for a proof."""
    difference = difference.doit()
    names = sorted(difference.free_symbols, key=str)
    if any(name.is_nonpositive for name in names):
        return False
    over = len(names) + 2  # all are below 1: where its argument is large, 1 - tanh^2 cannot be told from 0
    point = {name: sp.Integer(k) if name.is_integer else sp.Rational(k, over) for k, name in enumerate(names, start=2)}
    slopes = {part: part.subs(point) for part in difference.atoms(sp.Derivative)}
    value = _with_values_of_functions(difference.xreplace({**slopes, **point}))
    # In digits: of exact numbers that cancel, `evalf` asks for ever more of them.
    value = value.xreplace({number: sp.Float(number, 60) for number in value.atoms(sp.Rational)})
    return bool(value.is_number and value.is_finite and value.evalf(chop=True) != 0)


def _with_values_of_functions(value):
    """Choose a number for each h(2/9) and h'(2/9): some smooth h takes these values at these places."""
    numbers = {}

    def is_a_value(part):
        if isinstance(part, sp.Subs):
            return all(place.is_Rational for place in part.point)
        return _is_unknown(part) and all(place.is_Rational for place in part.args)

    return value.replace(is_a_value, lambda part: numbers.setdefault(part, sp.Rational(1, len(numbers) + 2)))


def _is_unknown(part):
    """Say whether a function has no values of its own: SymPy asks a function's `eval` for them."""
    return isinstance(part, sp.Function) and part.func.eval.__func__ is sp.Function.eval.__func__
