"""Comparison of what was found with what is right, which names the first index that is wrong."""

import copy

import numpy as np

from . import arguments
from .elementary import quietly

__all__ = ["Report", "check_answer", "check_equal", "refuse"]

ROUNDING = 1e-9  # of a reader's floats, as a part of the largest entry


class Report(str):
    """A string that shows itself without quotation marks."""

    __repr__ = str.__str__


def check_equal(name, got, expected, tolerance=0):
    """Assert that two arrays are equal, naming the first index where they are not.

    Parameters
    ----------
    name : str
    got, expected : array_like
        Numbers or SymPy expressions. Infinities of one sign are equal, a NaN
        is equal to nothing.
    tolerance : float
        The largest difference allowed, as a part of the largest finite
        expected value, or of 1 if all are smaller.

    Raises
    ------
    AssertionError
    TypeError
        If something is neither a number nor an expression.

    Examples
    --------
    >>> check_equal("gradient", [[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 0, 6]])
    Traceback (most recent call last):
        ...
    AssertionError: gradient is wrong in 1 of 6 places, first at (1, 1): 5; expected 0
    """
    got, expected = _comparable(name, got), _comparable(name, expected)
    if got.shape != expected.shape:
        raise AssertionError(f"{name} has shape {got.shape}; expected {expected.shape}")
    with quietly():
        difference = got - expected
    if tolerance:
        size = np.asarray(np.abs(expected), float)
        limit = tolerance * size.max(where=np.isfinite(size), initial=1)
        wrong = ~np.asarray(np.abs(difference) <= limit, bool)
    else:
        wrong = np.vectorize(_is_not_zero, otypes=[bool])(difference)
    refuse(name, np.logical_and(wrong, got != expected), got, expected)  # of equal infinities the difference is NaN


def refuse(name, wrong, got, expected):
    """Raise an AssertionError that names the first place where `wrong` is true, if there is one."""
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        wrongly = f"wrong in {wrong.sum()} of {wrong.size} places, first at {index}: " if index else ""
        raise AssertionError(f"{name} is {wrongly}{got[index]}; expected {expected[index]}")


def _comparable(name, value):
    """Return an array whose differences are exact: truths and integers become Python's own integers."""
    value = np.asarray(value)
    if value.dtype.kind not in "biufcO":
        raise TypeError(f"{name} has dtype {value.dtype}; expected numbers or expressions")
    if value.dtype == object:
        arguments.refuse_what_is_no_number(name, value)
        return arguments.unbounded(value)
    return value.astype(object) if value.dtype.kind in "biu" else value


def _is_not_zero(difference):
    """Expand an expression, so that equal ones cancel whatever their form."""
    return (difference.expand() if hasattr(difference, "expand") else difference) != 0


def check_answer(answer, expected, *cases, slips=None):
    """Try a reader's function on several cases, without letting it change them.

    Answers are compared exactly, but floats may differ by rounding. A wrong
    answer is held against the likely slips, and one that fits is named.

    Parameters
    ----------
    answer : callable
        The reader's; if it returns None it has not been written yet.
    expected : callable
        Computes the right result in another way.
    *cases : tuple
        The arguments of each case.
    slips : dict of str to callable, optional
        Wrong answers, by what makes them wrong, such as "`=` in place of `+=`".

    Returns
    -------
    str
        "not answered yet", or how many cases agree.

    Raises
    ------
    AssertionError
        Names the case, its arguments if they are short, the first index that
        is wrong, and the slip that gives the same there.
    ValueError
        If there are no cases.

    Examples
    --------
    >>> def outputs(size, kernel):
    ...     return size - kernel  # one too few
    >>> check_answer(outputs, lambda size, kernel: len(range(size - kernel + 1)), (5, 2), (7, 3))
    Traceback (most recent call last):
        ...
    AssertionError: outputs(5, 2) in case 0 is 3; expected 4

    >>> check_answer(outputs, lambda size, kernel: size - kernel + 1, (5, 2), slips={"one too few": lambda n, k: n - k})
    Traceback (most recent call last):
        ...
    AssertionError: outputs(5, 2) in case 0 is 3; expected 4 (this is what one too few gives)
    """
    if not cases:
        raise ValueError("cases is empty; expected at least one")
    for number, case in enumerate(cases):
        got = answer(*copy.deepcopy(case))
        if got is None:
            return Report(f"{answer.__name__}: not answered yet")
        right = expected(*case)
        try:
            _check_rounded(f"{_call(answer, case)} in case {number}", got, right)
        except AssertionError as error:
            named = [name for name, slip in (slips or {}).items() if _agrees(got, slip(*copy.deepcopy(case)))]
            raise AssertionError(f"{error} (this is what {named[0]} gives)" if named else str(error)) from None
    return Report(f"{answer.__name__}: right in all {len(cases)} cases")


def _check_rounded(name, got, right):
    """Assert that two arrays are equal, but for the rounding of floats."""
    check_equal(name, got, right, ROUNDING * (_rounded(got) and _numeric(right)))


def _agrees(got, other):
    """Say whether `_check_rounded` finds no difference."""
    try:
        _check_rounded("slip", got, other)
    except AssertionError:
        return False
    return True


def _call(answer, case):
    """Write a call as the reader would, if it is short."""
    inside = ", ".join(str(argument.tolist() if isinstance(argument, np.ndarray) else argument) for argument in case)
    return answer.__name__ + (f"({inside})" if len(inside) <= 60 else "")


def _rounded(value):
    """Say whether floats, of Python, NumPy or SymPy, are in an array."""
    value = np.asarray(value)
    return value.dtype.kind == "f" or any(
        isinstance(entry, float) or getattr(entry, "is_Float", False) for entry in value.flat
    )


def _numeric(value):
    """Say whether all entries are numbers, without letters."""
    return all(getattr(entry, "is_number", True) for entry in np.asarray(value).flat)
