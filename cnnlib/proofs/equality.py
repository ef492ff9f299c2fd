"""Decide whether a difference is 0: as a polynomial; else points can tell that it is not, and SymPy that it is."""

import sympy as sp

__all__ = ["is_unknown", "is_zero"]


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
    difference = difference.xreplace({part: sp.Dummy() for part in difference.atoms(sp.Sum, *unknown)})
    vanishes, independent = _as_polynomial(difference)
    if vanishes or independent:
        return vanishes
    if any(_is_nonzero_at(point, difference) for point in _points(difference)):
        return False  # before a long search
    numerator, _ = sp.fraction(sp.together(sp.expand(difference)))
    if _as_polynomial(numerator)[0]:
        return True
    try:
        return sp.simplify(difference) == 0
    except (RecursionError, StopIteration):  # SymPy gives up: not shown to be equal
        return False


def _as_polynomial(difference):
    """Multiply out, exactly, in SymPy's sparse polynomials over the rationals.

    Returns whether nothing is left, and whether the unknowns are independent: symbols and entries of arrays are, and
    a polynomial of theirs that is not 0 is not 0 somewhere.
    """
    unknowns = sorted(_unknowns(difference), key=sp.default_sort_key)
    if not unknowns:
        return difference == 0, difference.is_Rational
    ring, *_ = sp.ring(unknowns, sp.QQ)
    return ring.from_expr(difference) == 0, all(isinstance(part, (sp.Symbol, sp.Indexed)) for part in unknowns)


def _unknowns(part):
    """Collect what is no rational number, sum, product or power with a whole exponent."""
    if part.is_Rational:
        return set()
    if part.is_Add or part.is_Mul:
        return set().union(*map(_unknowns, part.args))
    if part.is_Pow and part.exp.is_Integer and part.exp.is_positive:
        return _unknowns(part.base)
    return {part}


def _points(difference):
    """Give three choices of numbers that the symbols may stand for: small ones, negative ones, large ones."""
    names = sorted(difference.free_symbols, key=str)
    over = len(names) + 2
    choices = [
        lambda k: sp.Rational(k, over),  # below 1: where its argument is large, 1 - tanh^2 cannot be told from 0
        lambda k: -sp.Rational(k, over),
        lambda k: sp.Rational(over + 3, k),
    ]
    for choose in choices:
        point = {}
        for k, name in enumerate(names, start=2):
            value = sp.sign(choose(k)) * k if name.is_integer else choose(k)
            value = value if _may_be(name, value) else -value
            if _may_be(name, value):
                point[name] = value
        if len(point) == len(names):
            yield point


def _may_be(name, value):
    """Say whether what is assumed of a symbol is true of a number."""
    return all(getattr(value, f"is_{key}") in (None, truth) for key, truth in name.assumptions0.items())


def _is_nonzero_at(point, difference):
    difference = difference.doit()
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
        return is_unknown(part) and all(place.is_Rational for place in part.args)

    return value.replace(is_a_value, lambda part: numbers.setdefault(part, sp.Rational(1, len(numbers) + 2)))


def is_unknown(part):
    """Say whether a function has no values of its own: SymPy asks a function's `eval` for them."""
    return isinstance(part, sp.Function) and part.func.eval.__func__ is sp.Function.eval.__func__
