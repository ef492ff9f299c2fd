"""Prove an equation: in general indices, and entry by entry through the library's own code."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import sympy as sp

from ..comparison import check_equal
from .conditions import Bracket, bracket, contradict, without_opposites
from .equality import is_zero
from .indexed import expression, unfold
from .statement import for_all, in_dollars, listed
from .sums import normal_form, renamed_apart
from .typesetting import latex

__all__ = ["Proof", "argue", "prove"]


def prove(label, left, right, *others, where=None, given=()):
    """Assert that all sides are exactly equal, and say what was proved.

    Arrays (or expressions without indices) are compared entry by entry.
    Two expressions in general indices are brought to one form by the few
    rules of `cnnlib.proofs.sums`; the page "What is trusted" lists them.
    Declare sizes positive: what a sum from 0 to n - 1 means for a negative n
    is not agreed on, and such a sum is left as it is.

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
        If the statement says nothing: no label, the same object or symbol on
        two sides, no entries, no symbols, a rounded or an infinite number, or
        conditions that contradict each other; if an argument would not be
        used; or if the rules do not reach so far: limits that are no
        integers, a product or an integral, a Piecewise without a last case.
    TypeError
        If a side, a definition or a condition is not of the kind named above.

    Examples
    --------
    The gradient of a loss by a kernel, for every size and then through the
    library's own code:

    >>> from cnnlib.proofs import gradient, symbols, tabulate
    >>> i, u, v = sp.symbols("i u v", integer=True)
    >>> K, n = sp.symbols("K n", integer=True, positive=True)
    >>> x, w, delta = map(sp.IndexedBase, ("x", "w", "delta"))
    >>> y = sp.Sum(w[v] * x[i + v], (v, 0, K - 1))
    >>> derived = sp.Sum(delta[i] * sp.diff(y, w[u]), (i, 0, n - 1))
    >>> page = sp.Sum(delta[i] * x[i + u], (i, 0, n - 1))
    >>> prove("eq-example", derived, page, given=[u >= 0, u <= K - 1])
    eq-example: proved for all arrays delta, x; integers u; sizes K, n >= 1; given u >= 0, u <= K - 1

    >>> from cnnlib import conv2d, conv2d_backward
    >>> X, W, D = symbols("x", (1, 4, 1)), symbols("w", (1, 2, 1, 1)), symbols("d", (1, 3, 1))
    >>> dx, dw, db = conv2d_backward(D, X, W)
    >>> by_sympy = gradient((D * conv2d(X, W)).sum(), W)
    >>> by_page = tabulate(page, {u: 2}, {n: 3, delta: D[0, :, 0], x: X[0, :, 0]})
    >>> prove("eq-example", by_page.reshape(W.shape), by_sympy, dw)
    eq-example: 4 identities proved, for all numbers d (1 × 3 × 1), x (1 × 4 × 1)
    """
    sides = [left, right, *others]
    _refuse_nothing_said(label, sides)
    where, given = _definitions(where), _relations(given)
    if any(isinstance(side, sp.Expr) and side.has(sp.Indexed, sp.Sum) for side in sides):
        try:
            return _prove_in_general(label, sides, where, given)
        except RecursionError:  # SymPy's Piecewise may never come to an end when it is built
            raise ValueError(
                f"{label}: SymPy finds no end in these sides; write them without conditions in conditions"
            ) from None
    if where or given:
        raise ValueError(f"{label}: where and given are for formulas in general indices; these sides have none")
    return _prove_entry_by_entry(label, sides)


def _prove_in_general(label, sides, where, given):
    if len(sides) != 2:
        raise ValueError(f"{label}: got {len(sides)} sides in general indices; expected 2")
    left, right = map(expression, ("left", "right"), sides)
    _refuse_unfit(label, [left, right])
    _refuse_escaped(label, [left, right])
    known = frozenset(bracket(relation) for relation in given)
    if contradict(known):
        raise ValueError(f"{label}: no index satisfies all that is given, {given}")
    meanings = [unfold(renamed_apart(side), where) for side in (left, right)]
    _refuse_escaped(label, meanings)
    _assert_zero(
        label, "in general indices", *[normal_form(meaning, known) for meaning in meanings], unknown=(Bracket,)
    )
    expressions = [*meanings, *[side for relation in given for side in relation.args]]
    used = {entry.base for side in (left, right) for entry in side.atoms(sp.Indexed)} & set(where)
    return Proof(label, "general", expressions, given, sorted(used, key=str), formula=latex(right))


def _prove_entry_by_entry(label, sides):
    sides = [_expressions(name, side) for name, side in zip(["left", "right", *["others"] * len(sides)], sides)]
    first, *others = sides
    if any(other.shape != first.shape for other in others):
        raise AssertionError(f"{label}: the sides have shapes {', '.join(str(side.shape) for side in sides)}")
    if first.size == 0:
        raise ValueError(f"{label}: there is nothing to prove in arrays of shape {first.shape}")
    _refuse_unfit(label, [entry for side in sides for entry in side.flat])
    for other in others:
        for index in np.ndindex(*other.shape):
            _assert_zero(label, f"at {index}", first[index], other[index])
    return Proof(label, "exact", [entry for side in sides for entry in side.flat], identities=first.size * len(others))


class Proof:
    """What `prove` has proved, shown as a statement: for all of which symbols, under which conditions.

    Attributes
    ----------
    label : str
        The label of the equation on the page.
    grade : str
        "general": in general indices, for every size. "exact": on arrays of
        these sizes. "argued": in prose, and checked in numbers.
    identities : int
        How many entries were compared, once for each side but the first; 1
        in general indices.
    formula : str or None
        The LaTeX of what was proved in general indices; None entry by entry.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> proof = prove("eq-example", (a + b) * (a - b), a**2 - b**2)
    >>> proof
    eq-example: 1 identity proved, for all real numbers a, b
    >>> proof.label, proof.grade, proof.identities
    ('eq-example', 'exact', 1)
    """

    def __init__(self, label, grade, expressions=(), given=(), defined=(), *, reason="", identities=1, formula=None):
        self.label, self.grade, self.identities, self.formula = label, grade, identities, formula
        self._expressions, self._given, self._defined, self._reason = expressions, given, defined, reason

    def statement(self, written=str):
        """Say what was proved, with symbols and relations written by a function."""
        if self.grade == "argued":
            return f"argued: {self._reason}; {self.identities} numbers agree"
        quantified = for_all(self._expressions, written)
        if self.grade == "exact":
            return (
                f"{self.identities} {'identity' if self.identities == 1 else 'identities'} proved, for all {quantified}"
            )
        defined = f"; {listed(self._defined, written)} as defined" if self._defined else ""
        given = f"; given {listed(self._given, written)}" if self._given else ""
        return f"proved for all {quantified}{defined}{given}"

    def __repr__(self):
        return f"{self.label}: {self.statement()}"

    def _repr_markdown_(self):
        return f"`{self.label}`: {self.statement(in_dollars)}."

    def _repr_latex_(self):
        if self.formula is not None:
            return rf"$\displaystyle {self.formula}$"


def argue(label, reason, left, right, tolerance=1e-9):
    """Name the reason for an equation that no symbols decide, and check it in numbers.

    Parameters
    ----------
    label : str
        The label of the equation on the page.
    reason : str
        What the page argues by, such as "one winner keeps its place nearby".
    left, right : array_like
        Both sides, at places where they are not 0.
    tolerance : float
        As for `cnnlib.check_equal`.

    Returns
    -------
    Proof
        Of the grade "argued".

    Raises
    ------
    AssertionError
        If the sides differ.
    ValueError
        If the check could not fail: the same object on both sides, no entry,
        or only zeros.

    Examples
    --------
    >>> z = np.linspace(-2, 2, 8)
    >>> by_differences = (np.tanh(z + 1e-6) - np.tanh(z - 1e-6)) / 2e-6
    >>> argue("eq-example", "limit of differences", by_differences, 1 - np.tanh(z) ** 2, 1e-8)
    eq-example: argued: limit of differences; 8 numbers agree
    """
    _refuse_nothing_said(label, [left, right])
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError(f"{label}: reason is {reason!r}; expected a few words")
    left, right = np.asarray(left), np.asarray(right)
    if not np.any(left != 0):
        raise ValueError(f"{label}: nothing but 0 on the left could not show an error")
    check_equal(label, left, right, tolerance)
    return Proof(label, "argued", reason=reason, identities=left.size)


def _definitions(where):
    """Return the definitions to unfold, refusing what cannot be one."""
    if where is not None and not isinstance(where, Mapping):
        raise TypeError(f"where is {where!r}; expected a dict from indexed symbols to functions of the indices")
    for base, meaning in (where or {}).items():
        if not isinstance(base, sp.IndexedBase) or not callable(meaning):
            raise TypeError(f"where holds {base!r}: {meaning!r}; expected an IndexedBase and a function of its indices")
    return where or {}


def _relations(given):
    """Return what is known as a list, refusing all but inequalities."""
    if not isinstance(given, Iterable):
        raise TypeError(f"given is {given!r}; expected a list of relations such as [u >= 0]")
    given = list(given)
    for relation in given:
        if not isinstance(relation, (sp.Ge, sp.Gt, sp.Le, sp.Lt)):
            raise TypeError(f"given holds {relation!r}; expected relations such as u >= 0")
    return given


def _expressions(name, side):
    """Return an array of SymPy expressions, refusing all else."""
    side = np.array(side, dtype=object)
    for index in np.ndindex(*side.shape):
        side[index] = expression(f"{name}[{', '.join(map(str, index))}]" if index else name, side[index])
    return side


def _refuse_nothing_said(label, sides):
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label is {label!r}; expected the equation's, such as 'eq-chapter-name'")
    if any(_is_same_object(*pair) for pair in combinations(sides, 2)):
        raise ValueError(f"{label}: two sides are the same object")


def _refuse_escaped(label, formulas):
    """Refuse a condition on an index outside that index's sum: SymPy takes conditions out of a sum inside a sum."""
    for part in sp.Tuple(*formulas).atoms(sp.Piecewise):
        for value, condition in part.args:
            summed = {index for inner in value.atoms(sp.Sum) for index in inner.variables}
            if escaped := summed & condition.free_symbols:
                raise ValueError(
                    f"{label}: {condition} stands outside the sum over {escaped}; merge the two sums into one"
                )


def _is_same_object(left, right):
    """Say whether two sides are one: the same array, list or sum, or one symbol.

    SymPy may give one object to two computations with the same result, so any
    other expression may stand on both sides.
    """
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.shares_memory(left, right)
    if isinstance(left, (sp.Symbol, sp.Indexed)):
        return left == right
    return left is right and (isinstance(left, sp.Sum) or not isinstance(left, sp.Expr))


def _refuse_unfit(label, entries):
    if not any(entry.free_symbols for entry in entries):
        raise ValueError(f"{label}: there is nothing to prove without symbols")
    if any(entry.has(sp.Float) for entry in entries):
        raise ValueError(f"{label}: a rounded number is not a proof; use integers, Rational or symbols")
    if any(entry.has(sp.nan, sp.zoo, sp.oo, -sp.oo) for entry in entries):
        raise ValueError(f"{label}: a side is infinite")
    symbols = set().union(*[entry.atoms(sp.Symbol) for entry in entries])
    twice = [name for name, times in Counter(symbol.name for symbol in symbols).items() if times > 1]
    if twice:
        raise ValueError(f"{label}: two symbols are called {twice[0]}, and different things are assumed of them")


def _assert_zero(label, place, left, right, unknown=()):
    if not is_zero(without_opposites(left - right), unknown):
        raise AssertionError(f"{label}: the sides differ {place}:\n  {left}\n  {right}")
