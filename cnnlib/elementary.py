"""What floats and exact numbers do differently: exp, log, tanh, order, sums that lose nothing, and 1 / n."""

from contextlib import contextmanager
from fractions import Fraction

import numpy as np

__all__ = [
    "added",
    "argmax",
    "exp",
    "in_safe_type",
    "is_greater",
    "log",
    "lowest",
    "quietly",
    "reciprocal",
    "returned",
    "tanh",
]


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


def in_safe_type(bound, *arrays):
    """Convert arrays to one type in which sums of their products lose nothing on the way.

    Integers whose sums might not fit int64 become Python's own. Half
    precision is added up in single.

    Parameters
    ----------
    bound : callable
        From the largest absolute value in each array, as Python integers, how
        large a sum can become. It is asked about integers only.
    *arrays : ndarray

    Returns
    -------
    list of ndarray, dtype
        The arrays, and the type that `returned` gives the results: the one
        that holds all that came in.

    Examples
    --------
    >>> (x,), dtype = in_safe_type(lambda largest: 2 * largest, np.array([2**62, 2**62]))
    >>> x.sum(), dtype
    (9223372036854775808, dtype('int64'))
    """
    dtype = safe = np.result_type(*arrays)
    if (
        dtype.kind == "i"
        and bound(*[max(int(array.max()), -int(array.min())) for array in arrays]) > np.iinfo(dtype).max
    ):
        safe = np.dtype(object)
    elif dtype.char == "e":
        safe = np.dtype(np.float32)
    return [np.asarray(array, safe) for array in arrays], dtype


def returned(result, dtype):
    """Give a result the type in which it is expected; integers that int64 does not hold stay Python's own.

    Examples
    --------
    >>> returned(np.array([2**62, 1], object), np.dtype(int)), returned(np.array([2**63, 1], object), np.dtype(int))
    (array([4611686018427387904,                   1]), array([9223372036854775808, 1], dtype=object))
    """
    try:
        with quietly():
            return result.astype(dtype, copy=False)
    except OverflowError:
        return result


def lowest(dtype):
    """Return what no number of this type is less than."""
    return np.iinfo(dtype).min if dtype.kind == "i" else -np.inf


def argmax(x, axis):
    """Number the largest entry along an axis, the first of equal ones; a NaN counts as larger than all.

    Raises
    ------
    TypeError
        If the order of two SymPy expressions is not known.
    """
    with _known_order():
        return np.argmax(x, axis)


def is_greater(x, y):
    """Compare entry by entry.

    Raises
    ------
    TypeError
        If the order of two SymPy expressions is not known.
    """
    with _known_order():
        return np.greater(x, y)


@contextmanager
def _known_order():
    try:
        with quietly():
            yield
    except TypeError as error:
        raise TypeError(
            "the order of two expressions is not known; make symbols positive or negative, "
            f"or write one as the other plus a positive one ({error})"
        ) from None


def _apply(name, x):
    if x.dtype != object:
        return getattr(np, name)(x)
    import sympy  # only exact types need it

    with quietly():  # a float that SymPy tries first may overflow
        return np.asarray(np.frompyfunc(getattr(sympy, name), 1, 1)(x), dtype=object)
