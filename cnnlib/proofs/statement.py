"""What a proof says: for all of which symbols, of what kind, under which conditions."""

import re
from collections import defaultdict

import sympy as sp

from .equality import is_unknown
from .sums import Slope
from .typesetting import latex

__all__ = ["for_all", "in_dollars", "listed"]


def for_all(sides, written=str):
    """Name everything that the sides hold for, with what is assumed of it.

    Parameters
    ----------
    sides : list of sympy.Expr
    written : callable
        From a symbol, array, function's name or relation to text: `str`, or `in_dollars` for a page.

    Returns
    -------
    str
        Such as ``arrays d, x; integers r; integers m, n >= 1``. Entries of one array of symbols, such as
        ``x_{0,0}`` to ``x_{3,5}``, are named with its shape: ``numbers x (4 × 6)``.

    Examples
    --------
    >>> r, n = sp.Symbol("r", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> x = sp.IndexedBase("x")
    >>> for_all([sp.Sum(x[r], (r, 0, n - 1))])
    'arrays x; sizes n >= 1'
    """
    entries = set().union(*[side.atoms(sp.Indexed) for side in sides])
    groups = defaultdict(list)
    for base in {entry.base for entry in entries}:
        groups["arrays of integers" if base.is_integer else "arrays", ""].append((str(base), written(base)))
    slopes = {slope.args[0].func for side in sides for slope in side.atoms(sp.Derivative, Slope)}
    for function in {part.func for side in sides for part in side.atoms(sp.Function) if is_unknown(part)} - {Slope}:
        noun = "differentiable functions" if function in slopes else "functions"
        groups[noun, ""].append((function.__name__, written(sp.Symbol(function.__name__))))
    for name, shape, noun, bound in _named(set().union(*map(_free_symbols, sides))):
        size = f" ({' × '.join(map(str, shape))})" if shape else ""
        groups[noun, bound].append((name, written(sp.Symbol(name)) + size))
    return "; ".join(_group(*group, sorted(names), written) for group, names in sorted(groups.items()))


def listed(things, written=str):
    """Write relations or names in a row, such as ``u >= 0, u <= K - 1``."""
    return ", ".join(map(written, things))


def in_dollars(thing):
    """Typeset something for a page."""
    return f"${latex(thing)}$"


def _group(noun, bound, names, written):
    """Write "integers m, n >= 1" of (noun, bound, names)."""
    text = ", ".join(name for _, name in names)
    if bound and written is not str:
        sign, number = bound.split()
        bound = f"${_TEX[sign]} {number}$"
    return f"{noun} {text} {bound}".rstrip()


_TEX = {">=": r"\ge", "<=": r"\le", ">": ">", "<": "<", "!=": r"\ne"}


def _free_symbols(side):
    """List the symbols that are free, without the names of arrays."""
    return side.replace(sp.Indexed, lambda base, *indices: sp.Function("entry")(*indices)).free_symbols


def _named(symbols):
    """Give (name, shape, noun, bound); the entries of an array are one, and its shape is what their indices reach."""
    reach = defaultdict(list)
    for symbol in symbols:
        entry = re.fullmatch(r"(.+)_\{(\d+(?:,\d+)*)\}", symbol.name)
        index = tuple(map(int, entry[2].split(","))) if entry else ()
        reach[entry[1] if entry else symbol.name, len(index), *_kind(symbol)].append(index)
    for (name, _, noun, bound), indices in reach.items():
        yield name, tuple(max(axis) + 1 for axis in zip(*indices)), noun, bound


NOUNS = {"is_even": "even integers", "is_odd": "odd integers", "is_positive": "sizes"}
# What is assumed of the sign, of integers and of other numbers: the first that is true says it.
BOUNDS = {
    "is_positive": (">= 1", "> 0"),
    "is_nonnegative": (">= 0", ">= 0"),
    "is_negative": ("<= -1", "< 0"),
    "is_nonpositive": ("<= 0", "<= 0"),
    "is_nonzero": ("!= 0", "!= 0"),
}


def _kind(symbol):
    """Say what is assumed of a symbol, as (noun, bound)."""
    of_integers, of_numbers = next((bounds for key, bounds in BOUNDS.items() if getattr(symbol, key)), ("", ""))
    if symbol.is_integer:
        return next((noun for key, noun in NOUNS.items() if getattr(symbol, key)), "integers"), of_integers
    return "real numbers" if symbol.is_extended_real else "numbers", of_numbers
