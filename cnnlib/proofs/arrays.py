"""SymPy in arrays: symbols, gradients and functions, entry by entry."""

import numpy as np
import sympy as sp

from .. import arguments

__all__ = ["elementwise", "gradient", "symbols"]


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
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r}; expected a str")
    result = np.empty(arguments.shape("shape", shape), dtype=object)
    for index in np.ndindex(*result.shape):
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
    function = getattr(sp, str(name), None)
    if not callable(function):
        raise ValueError(f"name is {name!r}; expected a function of SymPy's, such as 'exp'")
    return _map(function, array)


def _map(function, array):
    array = np.asarray(array, dtype=object)
    result = np.empty(array.shape, dtype=object)
    for index in np.ndindex(*array.shape):
        result[index] = function(array[index])
    return result
