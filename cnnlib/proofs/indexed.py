"""Read a formula in general indices: unfold what its arrays stand for, and evaluate it on small ones."""

import operator
from collections.abc import Mapping

import numpy as np
import sympy as sp

from .. import arguments
from .sums import renamed_apart

__all__ = ["expression", "tabulate", "unfold", "zero_extended"]


def expression(name, value):
    """Return a number or a formula as SymPy's, refusing all else.

    Parameters
    ----------
    name : str
        The argument's, for the message.
    value : sympy.Expr or number

    Returns
    -------
    sympy.Expr

    Raises
    ------
    TypeError
        Also for a string, which SymPy would read as a formula.
    """
    try:
        formula = sp.sympify(value, strict=True)
    except sp.SympifyError:
        formula = None
    if not isinstance(formula, sp.Expr):
        raise TypeError(f"{name} is {value!r}; expected a number or a formula of SymPy")
    return formula


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
    >>> from cnnlib.proofs import symbols
    >>> x = zero_extended(symbols("x", (2, 3)))
    >>> x(1, 2), x(1, 3), x(-1, 0)
    (x_{1,2}, 0, 0)
    """
    shape = getattr(array, "shape", None) if shape is None else shape
    if not isinstance(array, (np.ndarray, sp.IndexedBase)) or shape is None:
        raise TypeError(f"array is {array!r}, of shape {shape!r}; expected an array, or an IndexedBase and its shape")

    def read(*indices):
        inside = sp.And(*[sp.And(index >= 0, index <= size - 1) for index, size in zip(indices, shape)])
        return sp.Piecewise((array[indices], inside), (0, True)) if inside != False else sp.S.Zero  # noqa: E712

    return read


def tabulate(formula, sizes, values):
    """Evaluate a formula in general indices on small arrays.

    Parameters
    ----------
    formula : sympy.Expr
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

    >>> from cnnlib.proofs import symbols
    >>> i, u, K = sp.symbols("i u K", integer=True)
    >>> x, w = sp.IndexedBase("x"), sp.IndexedBase("w")
    >>> y = sp.Sum(w[u] * x[i + u], (u, 0, K - 1))
    >>> tabulate(y, {i: 3}, {K: 2, w: np.array([3, -1]), x: symbols("x", (4,))})
    array([3*x_{0} - x_{1}, 3*x_{1} - x_{2}, 3*x_{2} - x_{3}], dtype=object)
    """
    formula = expression("formula", formula)
    for name, value in {"sizes": sizes, "values": values}.items():
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} is {value!r}; expected a dict")
    shape = arguments.shape("sizes", sizes.values())
    numbers = {name: value for name, value in values.items() if isinstance(name, sp.Symbol)}
    arrays = {name: value for name, value in values.items() if not isinstance(name, sp.Symbol)}
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(*result.shape):
        entry = formula.subs({**numbers, **dict(zip(sizes, index))})
        result[index] = unfold(_written_out(entry), arrays).doit()
    return result


def unfold(formula, definitions):
    """Replace indexed symbols by what an array or a function says they are.

    A function is asked at letters that no formula holds, and its sums get indices of their own, before the indices of
    the entry are put in: none can be mistaken for another.
    """

    def read(entry):
        definition = definitions[entry.base]
        if not callable(definition):
            index = tuple(map(operator.index, entry.indices))
            if any(place < 0 for place in index):  # NumPy would read from the other end
                raise IndexError(f"{entry} is read outside the array of shape {np.shape(definition)}")
            return sp.sympify(definition[index], strict=True)
        letters = [place if place.is_number else sp.Dummy(integer=place.is_integer or None) for place in entry.indices]
        meaning = sp.sympify(definition(*letters), strict=True)
        apart = meaning if letters == list(entry.indices) else renamed_apart(meaning)
        return apart.xreplace(dict(zip(letters, entry.indices)))

    return formula.replace(lambda part: isinstance(part, sp.Indexed) and part.base in definitions, read)


def _written_out(expression):
    """Replace every sum whose limits are numbers by its terms: far cheaper than `doit`, which looks for closed forms."""
    if isinstance(expression, sp.Sum):
        *inner, (index, low, high) = expression.limits
        if low.is_Integer and high.is_Integer and high >= low:
            body = sp.Sum(expression.function, *inner) if inner else expression.function
            return sp.Add(*[_written_out(body.subs(index, k)) for k in range(low, high + 1)])
        return expression.doit()
    if isinstance(expression, (sp.Product, sp.Derivative)):
        return expression.doit()
    if expression.has(sp.Sum, sp.Product, sp.Derivative):
        return expression.func(*map(_written_out, expression.args))
    return expression
