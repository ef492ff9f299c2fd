"""Prove an equation: in general indices, and entry by entry through the library's own code."""

from itertools import combinations, permutations, product

import numpy as np
import sympy as sp
from sympy.printing.latex import LatexPrinter

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
    """Differentiate a SymPy scalar by every entry of an array of symbols."""
    return _map(lambda variable: sp.diff(scalar, variable), variables)


def elementwise(name, array):
    """Apply SymPy's function of that name, such as "exp", to every entry."""
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
    """
    shape = array.shape if shape is None else shape

    def read(*indices):
        inside = sp.And(*[sp.And(index >= 0, index <= size - 1) for index, size in zip(indices, shape)])
        return sp.Piecewise((array[indices], inside), (0, True)) if inside != False else sp.S.Zero  # noqa: E712

    return read


def collapse(expression, over=()):
    """Merge nested sums into one, and let each Kronecker delta pick its term.

    A sum over i of [i = e] f(i), with i from 0 to n - 1, is f(e) if
    0 <= e <= n - 1, and 0 otherwise. The outermost sums are collapsed first.

    Parameters
    ----------
    expression : sympy.Expr
        Sums, products and Kronecker deltas of indexed symbols.
    over : tuple of sympy.Symbol
        The summation indices to remove before all others.

    Returns
    -------
    sympy.Expr
    """
    return sp.Add(*[_rebuild(*_pick(*term, over)) for term in _terms(sp.sympify(expression))])


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
    """
    numbers = {name: value for name, value in values.items() if isinstance(name, sp.Symbol)}
    arrays = {name: value for name, value in values.items() if not isinstance(name, sp.Symbol)}
    result = np.empty(tuple(sizes.values()), dtype=object)
    for index in np.ndindex(*result.shape):
        entry = sp.sympify(expression).subs({**numbers, **dict(zip(sizes, index))})
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
    """
    sides = [left, right, *others]
    if any(_is_same_object(*pair) for pair in combinations(sides, 2)):
        raise ValueError(f"{label}: two sides are the same object")
    if any(isinstance(side, sp.Expr) and side.has(sp.Indexed, sp.Sum) for side in sides):
        left, right = map(sp.sympify, sides)
        _refuse_empty(label, [left, right])
        _assert_zero(label, "in general indices", *[_normal(_unfold(side, where or {}), given) for side in (left, right)])
        return Proof(label, 1, latex(right))
    sides = [np.asarray(side, dtype=object) for side in sides]
    if len({side.shape for side in sides}) > 1:
        raise AssertionError(f"{label}: the sides have shapes {', '.join(str(side.shape) for side in sides)}")
    _refuse_empty(label, [entry for side in sides for entry in side.flat])
    for other in sides[1:]:
        for index in np.ndindex(*other.shape):
            _assert_zero(label, f"at {index}", sp.sympify(sides[0][index]), sp.sympify(other[index]))
    return Proof(label, sides[0].size * (len(sides) - 1))


class Proof:
    """What `prove` has proved: the label, the number of identities, the formula."""

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


class Typeset:
    """A formula that a notebook shows as the pages do."""

    def __init__(self, expression):
        self.expression = expression

    def __repr__(self):
        return str(self.expression)

    def _repr_latex_(self):
        return rf"$\displaystyle {latex(self.expression)}$"


def typeset(expression):
    """Show an expression as the pages do: with one summation sign per index, and [a = b] for a Kronecker delta."""
    return Typeset(expression)


def latex(expression):
    """Typeset an expression as the pages do."""
    return _BookPrinter().doprint(expression)


class _BookPrinter(LatexPrinter):
    """One summation sign per index; sums of indices with the minus signs last."""

    def _print_Sum(self, expr):
        signs = "".join(
            rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}} "
            for index, low, high in reversed(expr.limits)
        )
        body = self._print(expr.function)
        return signs + (rf"\left({body}\right)" if expr.function.is_Add else body)

    def _print_Indexed(self, expr):
        return f"{self._print(expr.base)}_{{{','.join(map(self._print, expr.indices))}}}"

    def _print_IndexedBase(self, expr):
        return self._print(expr.label)

    def _print_KroneckerDelta(self, expr, exp=None):
        return rf"[{self._print(expr.args[0])} = {self._print(expr.args[1])}]"

    def _print_floor(self, expr, exp=None):
        return rf"\left\lfloor {self._print(expr.args[0])} \right\rfloor"

    def _print_ceiling(self, expr, exp=None):
        return rf"\left\lceil {self._print(expr.args[0])} \right\rceil"

    def _print_Add(self, expr, order=None):
        terms = self._as_ordered_terms(expr, order=order)
        terms.sort(key=lambda term: term.could_extract_minus_sign())
        text = self._print(terms[0])
        for term in terms[1:]:
            sign, term = (" - ", -term) if term.could_extract_minus_sign() else (" + ", term)
            text += sign + self._print(term)
        return text

    def _print_Derivative(self, expr):
        function = expr.expr
        if len(function.args) == 1 and expr.variables == function.args:
            return rf"{self._print(sp.Symbol(function.func.__name__))}'({self._print(function.args[0])})"
        return super()._print_Derivative(expr)


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
    entries = [sp.sympify(entry) for entry in entries]
    if not any(entry.free_symbols for entry in entries):
        raise ValueError(f"{label}: there is nothing to prove without symbols")
    if any(entry.has(sp.Float) for entry in entries):
        raise ValueError(f"{label}: a rounded number is not a proof; use integers, Rational or symbols")


def _assert_zero(label, place, left, right):
    difference = sp.expand(left - right)
    if difference != 0 and sp.simplify(difference) != 0:
        raise AssertionError(f"{label}: the sides differ {place}:\n  {left}\n  {right}")


def _unfold(expression, definitions):
    """Replace indexed symbols by what an array or a function says they are."""

    def read(entry):
        definition = definitions[entry.base]
        return sp.sympify(definition(*entry.indices) if callable(definition) else definition[tuple(map(int, entry.indices))])

    return expression.replace(lambda part: isinstance(part, sp.Indexed) and part.base in definitions, read)


def _written_out(expression):
    """Replace every sum whose limits are numbers by its terms: far cheaper than `doit`, which looks for closed forms."""
    if isinstance(expression, sp.Sum):
        *inner, (index, low, high) = expression.limits
        if low.is_Integer and high.is_Integer and high >= low - 1:
            body = sp.Sum(expression.function, *inner) if inner else expression.function
            return sp.Add(*[_written_out(body.subs(index, k)) for k in range(low, high + 1)])
        return expression.doit(deep=True)
    if isinstance(expression, sp.Product):
        return expression.doit()
    if expression.has(sp.Sum, sp.Product):
        return expression.func(*map(_written_out, expression.args))
    return expression


def _terms(expression):
    """Write an expression as a list of (summand, limits), every summation index a fresh one."""
    if isinstance(expression, sp.Add):
        return [term for part in expression.args for term in _terms(part)]
    if isinstance(expression, sp.Sum):
        fresh = {index: sp.Dummy(index.name, **index.assumptions0) for index, _, _ in expression.limits}
        limits = tuple((fresh[index], low.xreplace(fresh), high.xreplace(fresh)) for index, low, high in expression.limits)
        return [(summand, inner + limits) for summand, inner in _terms(expression.function.xreplace(fresh))]
    if isinstance(expression, sp.Mul) and expression.has(sp.Sum):
        return _products(expression.args)
    if isinstance(expression, sp.Pow) and expression.base.has(sp.Sum) and expression.exp.is_Integer and expression.exp > 0:
        return _products([expression.base] * int(expression.exp))
    expanded = sp.expand(expression)
    return _terms(expanded) if isinstance(expanded, sp.Add) else [(expression, ())]


def _products(factors):
    return [
        (sp.Mul(*[summand for summand, _ in chosen]), sum((limits for _, limits in chosen), ()))
        for chosen in product(*[_terms(factor) for factor in factors])
    ]


def _pick(summand, limits, over=()):
    """Collapse each sum whose index a Kronecker delta fixes; return the conditions too."""
    summand, conditions = _without_piecewise(summand)
    names = [index.name for index in over]
    for limit in sorted(reversed(limits), key=lambda limit: limit[0].name not in names):
        index, low, high = limit
        for delta in summand.atoms(sp.KroneckerDelta):
            if index not in delta.free_symbols or not summand.as_powers_dict()[delta]:
                continue
            (value,) = sp.solve(delta.args[0] - delta.args[1], index)
            summand = (summand / delta).subs(index, value)
            conditions = [condition.subs(index, value) for condition in conditions] + [value >= low, value <= high]
            limits = tuple(other for other in limits if other != limit)
            break
    return summand, limits, conditions


def _without_piecewise(summand):
    """Split a product of "f if condition, else 0" into the product of the f and the conditions."""
    factors, conditions = [], []
    for factor in sp.Mul.make_args(summand):
        if isinstance(factor, sp.Piecewise) and len(factor.args) == 2 and factor.args[1].expr == 0:
            conditions.extend(sp.And.make_args(factor.args[0].cond))
            factor = factor.args[0].expr
        factors.append(factor)
    return sp.Mul(*factors), conditions


def _rebuild(summand, limits, conditions):
    """Put a term together again, its indices named as they were."""
    if conditions:
        summand = sp.Piecewise((summand, sp.And(*conditions)), (0, True))
    term = sp.Sum(summand, *limits) if limits else summand
    taken = {symbol.name for symbol in term.free_symbols}
    for index, _, _ in limits:
        name = index.name
        while name in taken:
            name += "'"
        taken.add(name)
        term = term.xreplace({index: sp.Symbol(name, **index.assumptions0)})
    return term


def _normal(expression, given):
    """Merge, collapse, drop the conditions that are given, and name the indices in one way."""
    known = {_margin(relation) for relation in given}
    terms = []
    for term in _terms(expression):
        summand, limits, conditions = _pick(*term)
        summand, limits = _counted(summand, limits, conditions)
        implied = known.union(*[{index - low, high - index} for index, low, high in limits])
        margins = {margin for margin in map(_margin, conditions) if margin not in implied}
        terms.append(_named(summand, limits, margins))
    return sp.Add(*terms)


def _counted(summand, limits, conditions):
    """Replace a sum over an index that stands nowhere by its number of terms, high - low + 1.

    SymPy gives an empty sum the same value, so no condition on the limits is needed.
    """
    for limit in reversed(limits):
        index, low, high = limit
        others = [part for other in limits if other != limit for part in other[1:]]
        if not any(part.has(index) for part in [summand, *conditions, *others]):
            summand = summand * (high - low + 1)
            limits = tuple(other for other in limits if other != limit)
    return summand, limits


def _named(summand, limits, margins):
    """Rebuild a term with indices n0, n1, ...: of all ways to name equal ranges, the first."""
    limits = sorted(limits, key=lambda limit: str(limit[1:]))
    names = sp.symbols(f"n:{len(limits)}", integer=True)
    candidates = []
    for order in permutations(limits):
        if [limit[1:] for limit in order] == [limit[1:] for limit in limits]:
            fresh = {index: name for (index, _, _), name in zip(order, names)}
            conditions = [sp.Ge(margin.xreplace(fresh), 0) for margin in margins]
            term = summand.xreplace(fresh)
            if conditions:
                term = sp.Piecewise((term, sp.And(*conditions)), (0, True))
            candidates.append(sp.Sum(term, *[(name, *limit[1:]) for name, limit in zip(names, limits)]) if limits else term)
    return min(candidates, key=str)


def _margin(relation):
    """Return the integer that a relation between integers says is at least 0."""
    low, high = (relation.lts, relation.gts)
    return sp.expand(high - low - (1 if isinstance(relation, (sp.StrictLessThan, sp.StrictGreaterThan)) else 0))
