"""exp, log and tanh for floats and, exactly, for SymPy expressions."""

from fractions import Fraction

import numpy as np

__all__ = ["added", "exp", "is_greater", "log", "quietly", "reciprocal", "tanh"]


def exp(x):
    """Take e to the power of each entry."""
    return _apply("exp", x)


def log(x):
    """Take the natural logarithm of each entry."""
    return _apply("log", x)


def tanh(x):
    """Take the hyperbolic tangent of each entry."""
    return _apply("tanh", x)


def quietly():
    """Compute without warnings: infinities and NaNs are answers, to be read off the result."""
    return np.errstate(over="ignore", invalid="ignore")


def added(parts):
    """Add arrays up, without changing them."""
    first, *rest = parts
    if not rest:
        return first
    total = first + rest[0]
    for part in rest[1:]:
        total += part
    return total


def reciprocal(number, dtype):
    """Return 1 / number, as exact as the array it will multiply."""
    if dtype == object:
        return Fraction(1, number)
    return np.longdouble(1) / number if dtype.char == "g" else 1 / number


def is_greater(x, y):
    """Compare entry by entry.

    Raises
    ------
    TypeError
        If the order of two SymPy expressions is not known.
    """
    try:
        with quietly():
            return np.greater(x, y)
    except TypeError as error:
        raise TypeError(
            "the order of two expressions is not known; make symbols positive or negative, "
            f"or write one as the other plus a positive one ({error})"
        ) from None


def _apply(name, x):
    if x.dtype != object:
        return getattr(np, name)(x)
    import sympy  # only exact types need it

    return np.asarray(np.frompyfunc(getattr(sympy, name), 1, 1)(x), dtype=object)
