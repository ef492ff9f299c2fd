"""Prove an equation: in general indices, and entry by entry through the library's own code."""

import operator
from itertools import combinations

import numpy as np
import sympy as sp

from .sums import collapse, normal_form
from .typeset import latex, typeset

__all__ = ["Proof", "collapse", "elementwise", "gradient", "latex", "prove", "symbols", "tabulate", "typeset", "zero_extended"]


def symbols(name, shape, **assumptions):
    """Make an object array of SymPy symbols, named by their indices.

    Parameters
    ----------
    name : str
    shape : tuple of int
    **assumptions
        As for `sympy.Symbol`, for example ``real=True``.

    Returns
    -------
    ndarray of sympy.Symbol

    Examples
    --------
    >>> symbols("x", (2, 2))
    array([[x_{0,0}, x_{0,1}],
           [x_{1,0}, x_{1,1}]], dtype=object)
    """
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(*shape):
        result[index] = sp.Symbol(f"{name}_{{{','.join(map(str, index))}}}", **assumptions)
    return result


def gradient(scalar, variables):
    """Differentiate a SymPy scalar by every entry of an array of symbols.

    Parameters
    ----------
    scalar : sympy.Expr
    variables : array_like of sympy.Symbol

    Returns
    -------
    ndarray of sympy.Expr, shape of variables

    Examples
    --------
    >>> x = symbols("x", (1, 2))
    >>> gradient(x[0, 0] ** 2 * x[0, 1], x)
    array([[2*x_{0,0}*x_{0,1}, x_{0,0}**2]], dtype=object)
    """
    return _map(lambda variable: sp.diff(scalar, variable), variables)


def elementwise(name, array):
    """Apply SymPy's function of that name to every entry.

    Parameters
    ----------
    name : str
        Such as "exp".
    array : array_like of sympy.Expr

    Returns
    -------
    ndarray of sympy.Expr, shape of array

    Examples
    --------
    >>> elementwise("exp", symbols("x", (2,)))
    array([exp(x_{0}), exp(x_{1})], dtype=object)
    """
    return _map(getattr(sp, name), array)


def zero_extended(array, shape=None):
    """Return the function that reads an array inside its range and 0 outside.

    Parameters
    ----------
    array : ndarray or sympy.IndexedBase
    shape : tuple, optional
        The sizes of an `IndexedBase`; an array knows its own.

    Returns
    -------
    callable
        From indices to the entry, or to 0.

    Examples
    --------
    >>> x = zero_extended(symbols("x", (2, 3)))
    >>> x(1, 2), x(1, 3), x(-1, 0)
    (x_{1,2}, 0, 0)
    """
    shape = array.shape if shape is None else shape

    def read(*indices):
        inside = sp.And(*[sp.And(index >= 0, index <= size - 1) for index, size in zip(indices, shape)])
        return sp.Piecewise((array[indices], inside), (0, True)) if inside != False else sp.S.Zero  # noqa: E712

    return read


def tabulate(expression, sizes, values):
    """Evaluate a formula in general indices on small arrays.

    Parameters
    ----------
    expression : sympy.Expr
    sizes : dict of sympy.Symbol to int
        The free indices and how far each runs: the axes of the result.
    values : dict
        A number or array for each size and `IndexedBase` in the formula; a
        function of the indices (`zero_extended`) also serves.

    Returns
    -------
    ndarray of sympy.Expr

    Examples
    --------
    A row of 4 pixels and a kernel of 2 taps:

    >>> i, u, K = sp.symbols("i u K", integer=True)
    >>> x, w = sp.IndexedBase("x"), sp.IndexedBase("w")
    >>> y = sp.Sum(w[u] * x[i + u], (u, 0, K - 1))
    >>> tabulate(y, {i: 3}, {K: 2, w: np.array([3, -1]), x: symbols("x", (4,))})
    array([3*x_{0} - x_{1}, 3*x_{1} - x_{2}, 3*x_{2} - x_{3}], dtype=object)
    """
    numbers = {name: value for name, value in values.items() if isinstance(name, sp.Symbol)}
    arrays = {name: value for name, value in values.items() if not isinstance(name, sp.Symbol)}
    result = np.empty(tuple(sizes.values()), dtype=object)
    for index in np.ndindex(*result.shape):
        entry = sp.sympify(expression, strict=True).subs({**numbers, **dict(zip(sizes, index))})
        result[index] = _unfold(_written_out(entry), arrays).doit()
    return result


def prove(label, left, right, *others, where=None, given=()):
    """Assert that all sides are exactly equal, and say what was proved.

    Arrays (or expressions without indices) are compared entry by entry.
    Two expressions in general indices are brought to a normal form: sums
    merged, Kronecker deltas collapsed, conditions written as integers >= 0,
    indices named in one way.

    Parameters
    ----------
    label : str
        The label of the equation on the page, ``eq-<chapter>-<name>``.
    left, right, *others : array_like or sympy.Expr
        The same thing in several forms, such as what was derived, what the
        page says, and what the library computes. In general indices there
        are two: what was derived, and what the page says.
    where : dict of sympy.IndexedBase to callable, optional
        Definitions to unfold, for example a zero extension.
    given : iterable of relations, optional
        What is known of the free indices, for example ``u >= 0``.

    Returns
    -------
    Proof

    Raises
    ------
    AssertionError
        If the sides differ: the message names the first entry that does.
    ValueError
        If the statement is empty: the same object on both sides, no entries,
        no symbols, or a rounded number.

    Examples
    --------
    The gradient of a loss by a kernel, for every size and then through the
    library's own code:

    >>> i, u, v, K, n = sp.symbols("i u v K n", integer=True)
    >>> x, w, delta = map(sp.IndexedBase, ("x", "w", "delta"))
    >>> y = sp.Sum(w[v] * x[i + v], (v, 0, K - 1))
    >>> derived = sp.Sum(delta[i] * sp.diff(y, w[u]), (i, 0, n - 1))
    >>> page = sp.Sum(delta[i] * x[i + u], (i, 0, n - 1))
    >>> prove("eq-example", derived, page, given=[u >= 0, u <= K - 1])
    eq-example: proved for every size

    >>> from cnnlib import conv2d, conv2d_backward
    >>> X, W, D = symbols("x", (1, 4, 1)), symbols("w", (1, 2, 1, 1)), symbols("d", (1, 3, 1))
    >>> dx, dw, db = conv2d_backward(D, X, W)
    >>> by_sympy = gradient((D * conv2d(X, W)).sum(), W)
    >>> by_page = tabulate(page, {u: 2}, {n: 3, delta: D[0, :, 0], x: X[0, :, 0]})
    >>> prove("eq-example", by_page.reshape(W.shape), by_sympy, dw)
    eq-example: 4 identities proved, entry by entry
    """
    sides = [left, right, *others]
    if any(_is_same_object(*pair) for pair in combinations(sides, 2)):
        raise ValueError(f"{label}: two sides are the same object")
    if any(isinstance(side, sp.Expr) and side.has(sp.Indexed, sp.Sum) for side in sides):
        left, right = [sp.sympify(side, strict=True) for side in sides]
        _refuse_empty(label, [left, right])
        _assert_zero(label, "in general indices", *[normal_form(_unfold(side, where or {}), given) for side in (left, right)])
        return Proof(label, 1, latex(right))
    sides = [np.asarray(side, dtype=object) for side in sides]
    if len({side.shape for side in sides}) > 1:
        raise AssertionError(f"{label}: the sides have shapes {', '.join(str(side.shape) for side in sides)}")
    _refuse_empty(label, [entry for side in sides for entry in side.flat])
    for other in sides[1:]:
        for index in np.ndindex(*other.shape):
            _assert_zero(label, f"at {index}", sp.sympify(sides[0][index], strict=True), sp.sympify(other[index], strict=True))
    return Proof(label, sides[0].size * (len(sides) - 1))


class Proof:
    """What `prove` has proved.

    Attributes
    ----------
    label : str
        The label of the equation on the page.
    identities : int
        How many entries were compared, once for each side but the first; 1
        in general indices.
    formula : str or None
        The LaTeX of what was proved in general indices; None entry by entry.

    Examples
    --------
    >>> a, b = symbols("s", (2,))
    >>> proof = prove("eq-example", (a + b) * (a - b), a**2 - b**2)
    >>> proof.label, proof.identities
    ('eq-example', 1)
    """

    def __init__(self, label, identities, formula=None):
        self.label, self.identities, self.formula = label, identities, formula

    def __repr__(self):
        if self.formula is not None:
            return f"{self.label}: proved for every size"
        noun = "identity" if self.identities == 1 else "identities"
        return f"{self.label}: {self.identities} {noun} proved, entry by entry"

    def _repr_latex_(self):
        if self.formula is not None:
            return rf"$\displaystyle \text{{proved for every size:}}\quad {self.formula}$"


def _map(function, array):
    array = np.asarray(array, dtype=object)
    result = np.empty(array.shape, dtype=object)
    for index in np.ndindex(*array.shape):
        result[index] = function(array[index])
    return result


def _is_same_object(left, right):
    """Say whether two sides are one: the same array, or the same unevaluated sum."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.shares_memory(left, right)
    return left is right and isinstance(left, sp.Sum)


def _refuse_empty(label, entries):
    entries = [sp.sympify(entry, strict=True) for entry in entries]
    if not any(entry.free_symbols for entry in entries):
        raise ValueError(f"{label}: there is nothing to prove without symbols")
    if any(entry.has(sp.Float) for entry in entries):
        raise ValueError(f"{label}: a rounded number is not a proof; use integers, Rational or symbols")


def _assert_zero(label, place, left, right):
    if not _is_zero(sp.expand(left - right)):
        raise AssertionError(f"{label}: the sides differ {place}:\n  {left}\n  {right}")


def _is_zero(difference):
    """Simplify, with every sum as one unknown: SymPy's own rules for sums may divide by a stride."""
    difference = difference.xreplace({part: sp.Dummy() for part in difference.atoms(sp.Sum)})
    if difference == 0 or _is_nonzero_somewhere(difference):
        return difference == 0
    try:
        return sp.simplify(difference) == 0
    except (RecursionError, StopIteration):  # SymPy gives up: not shown to be equal
        return False


def _is_nonzero_somewhere(difference):
    """Try one point: a difference that is not 0 there is refused without a long search for a proof."""
    names = sorted(difference.free_symbols, key=str)
    point = {name: sp.Integer(k) if name.is_integer else sp.Rational(k, 7) for k, name in enumerate(names, start=2)}
    if any(name.is_negative or name.is_nonpositive for name in names):
        return False
    value = difference.xreplace(point)
    return bool(value.is_number and value.is_finite and abs(value.evalf(30)) > sp.Float("1e-20"))


def _unfold(expression, definitions):
    """Replace indexed symbols by what an array or a function says they are."""

    def read(entry):
        definition = definitions[entry.base]
        if not callable(definition):
            index = tuple(map(operator.index, entry.indices))
            if any(place < 0 for place in index):  # NumPy would read from the other end
                raise IndexError(f"{entry} is read outside the array of shape {np.shape(definition)}")
            return sp.sympify(definition[index], strict=True)
        meaning = sp.sympify(definition(*entry.indices), strict=True)
        bound = {index for part in meaning.atoms(sp.Sum) for index in part.variables}
        if bound & entry.free_symbols:
            raise ValueError(f"{entry} is defined by a sum over {bound & entry.free_symbols}, which it also reads; rename it")
        return meaning

    return expression.replace(lambda part: isinstance(part, sp.Indexed) and part.base in definitions, read)


def _written_out(expression):
    """Replace every sum whose limits are numbers by its terms: far cheaper than `doit`, which looks for closed forms."""
    if isinstance(expression, sp.Sum):
        *inner, (index, low, high) = expression.limits
        if low.is_Integer and high.is_Integer and high >= low - 1:
            body = sp.Sum(expression.function, *inner) if inner else expression.function
            return sp.Add(*[_written_out(body.subs(index, k)) for k in range(low, high + 1)])
        return expression.doit(deep=True)
    if isinstance(expression, (sp.Product, sp.Derivative)):
        return expression.doit()
    if expression.has(sp.Sum, sp.Product, sp.Derivative):
        return expression.func(*map(_written_out, expression.args))
    return expression
