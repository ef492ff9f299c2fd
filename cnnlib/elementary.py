"""exp, log and tanh for floats and, exactly, for SymPy expressions."""

from fractions import Fraction

import numpy as np

__all__ = ["exp", "is_greater", "log", "reciprocal", "tanh"]


def exp(x):
    """Take e to the power of each entry."""
    return _apply("exp", x)


def log(x):
    """Take the natural logarithm of each entry."""
    return _apply("log", x)


def tanh(x):
    """Take the hyperbolic tangent of each entry."""
    return _apply("tanh", x)


def reciprocal(number, dtype):
    """Return 1 / number, exactly if the array it will multiply is exact."""
    return Fraction(1, number) if dtype == object else 1 / number


def is_greater(x, y):
    """Compare entry by entry.

    Raises
    ------
    TypeError
        If the order of two SymPy expressions is not known.
    """
    try:
        return np.asarray(np.greater(x, y)).astype(bool, copy=False)
    except TypeError as error:
        raise TypeError(
            "the order of two expressions is not known; make symbols positive or negative, "
            f"or write one as the other plus a positive one ({error})"
        ) from None


def _apply(name, x):
    if x.dtype != object:
        return getattr(np, name)(x)
    from . import symbolic  # only exact types need SymPy

    return symbolic.elementwise(name, x)
