"""Letters for indices and sizes, and sums over ranges that begin at 0."""

import sympy as sp

__all__ = ["indices", "sizes", "total"]


def indices(names):
    """Make integers: pixels, taps, channels.

    Parameters
    ----------
    names : str
        As for `sympy.symbols`.

    Returns
    -------
    sympy.Symbol, or tuple of them if there are several names

    Examples
    --------
    >>> i, j = indices("i j")
    >>> i.is_integer, i.is_positive
    (True, None)
    """
    return sp.symbols(names, integer=True)


def sizes(names):
    """Make integers of at least 1: rows, kernels, strides.

    Parameters
    ----------
    names : str
        As for `sympy.symbols`.

    Returns
    -------
    sympy.Symbol, or tuple of them if there are several names

    Examples
    --------
    >>> sizes("K").is_positive
    True
    """
    return sp.symbols(names, integer=True, positive=True)


def total(term, ranges):
    """Sum a term over some indices, each of which begins at 0.

    Parameters
    ----------
    term : sympy.Expr
    ranges : dict of sympy.Symbol to sympy.Expr
        The size of the range of each index; the first sum stands outside, as
        it is written.

    Returns
    -------
    sympy.Sum

    Examples
    --------
    >>> (u, v), (K_h, K_w), w = indices("u v"), sizes("K_h K_w"), sp.IndexedBase("w")
    >>> total(w[u, v], {u: K_h, v: K_w})
    Sum(w[u, v], (v, 0, K_w - 1), (u, 0, K_h - 1))
    """
    return sp.Sum(term, *[(index, 0, size - 1) for index, size in reversed(ranges.items())])
