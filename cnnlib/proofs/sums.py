"""Sums over any number of terms: a few rules that bring them to one form.

A formula is read as a list of terms, each a factor times conditions under sums:

    sum over i, j, ... of  factor * [condition] * [condition] * ...

Every rule takes a term to terms of the same value, for every value of the symbols. What is meant by a sum with fewer
terms than none (its upper limit is below the lower one less 1) is left open: a rule that needs the number of terms
asks `has_size`.
"""

from dataclasses import dataclass, replace
from itertools import chain, count, groupby, islice, permutations, product

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from .conditions import Bracket, IsZero, NotNegative, bracket, contradict, follows, relation

__all__ = ["Slope", "Term", "collapse", "normal_form", "renamed_apart"]


@dataclass(frozen=True)
class Term:
    """A factor times conditions under sums; `limits` are (index, low, high), the innermost first."""

    factor: sp.Expr
    conditions: frozenset = frozenset()
    limits: tuple = ()

    def __mul__(self, other):
        return Term(self.factor * other.factor, self.conditions | other.conditions, self.limits + other.limits)

    def without(self, place):
        """Return the limits but for one."""
        return self.limits[:place] + self.limits[place + 1 :]

    def limits_others(self, place):
        """Say whether the index of that place stands in the limits of another sum."""
        return any(bound.has(self.limits[place][0]) for _, *pair in self.without(place) for bound in pair)


class Slope(sp.Function):
    """The derivative of an unknown function by its arguments at some places, counted from 1: of h(e), where it stands."""


# --- The rules ----------------------------------------------------------------------------------


def merge(expression, known=frozenset()):
    """Write an expression as terms: products and sums of sums are multiplied out.

    Sums are linear, and each gets an index of its own. A bracket is 0 or 1, so a power of one with a positive
    exponent is the bracket. A Piecewise is read branch by branch: f if a, g if b, else h is
    f [a] + g [b] (1 - [a]) + h (1 - [a]) (1 - [b]).
    """
    if isinstance(expression, sp.Add):
        return [term for part in expression.args for term in merge(part, known)]
    if not expression.has(sp.Sum, sp.Piecewise, sp.KroneckerDelta, Bracket):
        return [Term(part) for part in sp.Add.make_args(sp.expand(expression))]
    if isinstance(expression, sp.Mul):
        return _multiplied([merge(part, known) for part in expression.args])
    if isinstance(expression, sp.Sum):
        fresh = {index: sp.Dummy(index.name, integer=True) for index in expression.variables}
        limits = tuple(
            (fresh[index], low.xreplace(fresh), high.xreplace(fresh)) for index, low, high in expression.limits
        )
        return [
            replace(term, limits=term.limits + limits) for term in merge(expression.function.xreplace(fresh), known)
        ]
    if isinstance(expression, Bracket):
        (m,) = expression.args
        return [Term(sp.S.One, frozenset([expression.func(normal_form(m, known)) if m.has(sp.Sum) else expression]))]
    if isinstance(expression, sp.KroneckerDelta):
        return merge(_delta(expression))
    if isinstance(expression, sp.Piecewise):
        return merge(_branches(expression), known)
    if (
        isinstance(expression, sp.Pow)
        and isinstance(expression.base, (Bracket, sp.KroneckerDelta))
        and expression.exp.is_positive
    ):
        return merge(expression.base)
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp.is_positive:
        return _multiplied([merge(expression.base, known) for _ in range(expression.exp)])
    return [
        Term(
            expression.func(
                *[part if isinstance(part, sp.IndexedBase) else normal_form(part, known) for part in expression.args]
            )
        )
    ]


def pick(term, known=frozenset(), first=()):
    """The sum over i of [i = e] f(i), from low to high, is f(e) [e >= low] [high >= e].

    If e is an integer for all values of its symbols and does not hold i, the sum has a size, and i limits no other
    sum. The outermost sum is collapsed first, or one over an index named in `first`. Return None if no delta picks.
    """
    places = range(len(term.limits))
    for place in sorted(reversed(places), key=lambda place: term.limits[place][0].name not in first):
        index, low, high = term.limits[place]
        if term.limits_others(place) or not has_size(low, high, known | within(term.limits[place + 1 :], known)):
            continue
        for delta in sorted((c for c in term.conditions if isinstance(c, IsZero)), key=sp.default_sort_key):
            e = _solved(delta, index)
            if e is not None:
                conditions = [condition.xreplace({index: e}) for condition in term.conditions - {delta}]
                conditions += [NotNegative(e - low), NotNegative(high - e)]
                return sp.Mul(term.factor.xreplace({index: e}), *conditions), term.without(place)
    return None


def count_terms(term, known=frozenset()):
    """The sum over i from low to high of what does not hold i is (high - low + 1) times it.

    If the sum has a size, and i limits no other sum. Return None if there is no such i.
    """
    for place, (index, low, high) in enumerate(term.limits):
        free = not any(part.has(index) for part in [term.factor, *term.conditions]) and not term.limits_others(place)
        if free and has_size(low, high, known | within(term.limits[place + 1 :], known)):
            return sp.Mul(term.factor * (high - low + 1), *term.conditions), term.without(place)
    return None


def divide(condition, known):
    """[s e + c >= 0] is [e >= 0] if 0 <= c < s, and [e - 1 >= 0] if -s <= c < 0.

    For a positive integer s and integers e and c.
    """
    if isinstance(condition, NotNegative):
        (m,) = condition.args
        for s in sorted(m.free_symbols, key=sp.default_sort_key):
            e = m.coeff(s)
            c = sp.expand(m - s * e)
            if s.is_integer and s.is_positive and e.is_integer and c.is_integer and e.free_symbols:
                for low in (0, -1):
                    if all(follows(NotNegative(side), known) for side in (c - low * s, s - 1 - c + low * s)):
                        return divide(NotNegative(e + low), known)
    return condition


def drop_implied(term, known=frozenset()):
    """[a] f is f where a follows from what is known: from what is given, and low <= i <= high inside the sum over i.

    Nothing is left (None) if the conditions contradict what is known, or each other, and of an empty sum.
    """
    facts = known | within(term.limits, known)
    conditions = {divide(condition, facts) for condition in term.conditions}
    kept = {c for c in conditions if isinstance(c, IsZero) or not follows(c, facts)} - {1}
    return None if contradict(facts | kept) else replace(term, conditions=frozenset(kept))


def name_in_order(term):
    """The name of a summation index does not matter: of all ways to name equal ranges in order, take the first."""
    indices = {index for index, _, _ in term.limits}
    blank = dict.fromkeys(indices, sp.Symbol("_"))
    depth = {}
    for index, low, high in reversed(term.limits):  # 0 for the sums that no other one limits
        depth[index] = 1 + max(
            [depth.get(other, 0) for other in indices & (low.free_symbols | high.free_symbols)], default=-1
        )

    def kind(limit):
        return -depth[limit[0]], str([bound.xreplace(blank) for bound in limit[1:]])

    taken = sp.Tuple(term.factor, *term.conditions).atoms(sp.Dummy) - indices
    names = list(islice((name for name in map(_canonical_name, count()) if name not in taken), len(indices)))
    candidates = []
    for order in product(*[permutations(group) for _, group in groupby(sorted(term.limits, key=kind), key=kind)]):
        order = list(chain(*order))
        fresh = {index: name for (index, _, _), name in zip(order, names)}
        body = term.factor.xreplace(fresh).replace(sp.Indexed, _expanded)
        body = sp.Mul(body, *[condition.xreplace(fresh) for condition in term.conditions])
        constant, body = body.as_independent(*names, as_Add=False)
        limits = [(fresh[index], low.xreplace(fresh), high.xreplace(fresh)) for index, low, high in order]
        candidates.append(constant * sp.Sum(body, *limits) if limits else constant * body)
    return min(candidates, key=str) if len(candidates) > 1 else candidates[0]


# --- What the rules ask and use -----------------------------------------------------------------


def has_size(low, high, known):
    """Say whether it is shown that a sum has 0 terms or more: high >= low - 1."""
    return follows(NotNegative(high - low + 1), known)


def within(limits, known=frozenset()):
    """Give what holds inside some sums: low <= i <= high, of those that have a size."""
    facts = frozenset()
    for index, low, high in reversed(limits):
        if has_size(low, high, known | facts):
            facts |= {NotNegative(index - low), NotNegative(high - index)}
    return facts


def renamed_apart(expression):
    """Give every summation index a name of its own, so that nothing that is put in can be mistaken for it.

    Raises
    ------
    ValueError
        If an index or a limit is not an integer, or something other than a sum binds a variable.
    """
    if isinstance(expression, sp.Sum):
        body, limits = renamed_apart(expression.function), []
        for index, *pair in expression.limits:
            if len(pair) != 2 or not all(bound.is_integer for bound in pair):
                raise ValueError(f"the limits of {expression} are not two integers")
            if not index.assumptions0.items() <= sp.Symbol(index.name, integer=True).assumptions0.items():
                raise ValueError(
                    f"the index {index} of {expression} is said to be more than an integer; its limits say that"
                )
            fresh = {index: sp.Dummy(index.name, integer=True)}
            body = body.xreplace(fresh)
            limits = [(other, *[bound.xreplace(fresh) for bound in bounds]) for other, *bounds in limits]
            limits.append((fresh[index], *map(renamed_apart, pair)))
        return sp.Sum(body, *limits)
    if isinstance(expression, (sp.Derivative, sp.Subs)):
        return _slope(expression)
    if isinstance(expression, (ExprWithLimits, sp.Limit, sp.Lambda)):
        raise ValueError(f"{expression} is no sum, and only those are known here")
    return expression.func(*map(renamed_apart, expression.args)) if expression.args else expression


def _slope(expression):
    """Write h'(e) as the Slope of h(e): then an index in e can be replaced."""
    inner, at = expression, {}
    if isinstance(expression, sp.Subs):
        inner, at = expression.expr, dict(zip(expression.variables, expression.point))
    function = getattr(inner, "expr", None)
    if not (
        isinstance(inner, sp.Derivative)
        and isinstance(function, AppliedUndef)
        and set(inner.variables) <= set(function.args)
    ):
        raise ValueError(f"{expression} is not the slope of an unknown function by one of its arguments")
    if any(sum(part.has(variable) for part in function.args) != 1 for variable in inner.variables):
        raise ValueError(f"{expression}: two arguments change with {inner.variables}")
    places = sorted(function.args.index(variable) + 1 for variable in inner.variables)
    return Slope(function.func(*[renamed_apart(part.xreplace(at)) for part in function.args]), *places)


def _multiplied(lists):
    return [sp.prod(chosen, Term(sp.S.One)) for chosen in product(*lists)]


def _delta(delta):
    if len(delta.args) != 2:
        raise ValueError(f"{delta} has a range of its own; write the condition instead")
    return IsZero(delta.args[0] - delta.args[1])


def _branches(piecewise):
    """Write a Piecewise as a polynomial in brackets."""
    total, otherwise = sp.S.Zero, sp.S.One
    for value, condition in piecewise.args:
        holds = bracket(condition)
        total += value * holds * otherwise
        otherwise *= 1 - holds
    if piecewise.args[-1].cond != True:  # noqa: E712
        raise ValueError(f"{piecewise} does not say what it is elsewhere; end with (..., True)")
    return total


def _solved(delta, index):
    """Return the one value of an index at which [m = 0] holds; None if there may be none, or several.

    [s i = r] holds nowhere if s does not divide r, and [U[i] = r] may hold at several i.
    """
    (m,) = delta.args
    slope = m.coeff(index)
    value = sp.expand(index - slope * m)
    return value if slope in (1, -1) and not value.has(index) and value.is_integer else None


_NAMES = []


def _canonical_name(place):
    """Return the index of that place in a normal form: no formula from outside can hold it."""
    while len(_NAMES) <= place:
        _NAMES.append(sp.Dummy(f"n{len(_NAMES)}", integer=True))
    return _NAMES[place]


def _expanded(base, *indices):
    """Multiply the indices out: w[s (A - i)] is w[s A - s i]."""
    return base[tuple(map(sp.expand, indices))]


# --- Forms --------------------------------------------------------------------------------------


def normal_form(expression, known=frozenset()):
    """Bring a formula in general indices to one form, so that equal formulas look the same.

    Parameters
    ----------
    expression : sympy.Expr
        Its indices are renamed apart.
    known : frozenset of Bracket
        What is given of the free symbols.

    Returns
    -------
    sympy.Expr
        Sums of products, polynomial in brackets and such sums.
    """
    terms = [drop_implied(term, known) for term in _reduced(merge(expression, known), known)]
    return sp.Add(*[name_in_order(term) for term in terms if term is not None])


def _reduced(terms, known, rules=(pick, count_terms)):
    """Apply rules until none applies."""
    done = []
    while terms:
        term = terms.pop()
        new = next(filter(None, (rule(term, known) for rule in rules)), None)
        if new is None:
            done.append(term)
        else:
            expression, limits = new
            terms += [replace(part, limits=part.limits + limits) for part in merge(expression, known)]
    return done


def collapse(expression, over=()):
    """Merge nested sums into one, and let each Kronecker delta pick its term.

    A sum over i of [i = e] f(i), with i from 0 to n - 1, is f(e) if
    0 <= e <= n - 1, and 0 otherwise. The outermost sums are collapsed first.
    A delta that does not fix i for every e, such as [2 i = e], stays, and so
    do all if n may be negative: what such a sum means is not agreed on.

    Parameters
    ----------
    expression : sympy.Expr
        Sums, products and Kronecker deltas of indexed symbols.
    over : tuple of sympy.Symbol
        The summation indices to remove before all others.

    Returns
    -------
    sympy.Expr

    Examples
    --------
    >>> i, r = sp.symbols("i r", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> delta = sp.IndexedBase("d")
    >>> collapse(sp.Sum(sp.KroneckerDelta(i, r) * delta[i], (i, 0, n - 1)))
    Piecewise((d[r], (r >= 0) & (r <= n - 1)), (0, True))
    """
    first = {index.name for index in over}
    terms = merge(renamed_apart(sp.sympify(expression, strict=True)))
    return sp.Add(*map(_written, _reduced(terms, frozenset(), [lambda term, known: pick(term, known, first)])))


def _written(term):
    """Write a term as a formula of SymPy's, its indices named as they were."""
    deltas = [c for c in term.conditions if isinstance(c, IsZero)]
    conditions = [relation(c) for c in term.conditions if not isinstance(c, IsZero)]
    body = sp.Mul(term.factor, *deltas)
    if conditions:
        body = sp.Piecewise((body, sp.And(*conditions)), (0, True))
    if term.limits:
        body = sp.Sum(body, *term.limits)
    body = body.replace(IsZero, lambda m: sp.KroneckerDelta(0, m)).replace(Slope, _derivative)
    body = body.replace(
        lambda part: isinstance(part, Bracket), lambda part: sp.Piecewise((1, relation(part)), (0, True))
    )
    taken = {symbol.name for symbol in body.free_symbols}
    for index in dict.fromkeys(index for part in body.atoms(sp.Sum) for index in part.variables):
        name = index.name
        while name in taken:
            name += "'"
        taken.add(name)
        body = body.xreplace({index: sp.Symbol(name, integer=True)})
    return body


def _derivative(function, *places):
    letters = [sp.Dummy() for _ in function.args]
    slope = sp.Derivative(function.func(*letters), *[letters[place - 1] for place in places])
    return sp.Subs(slope, letters, function.args).doit()
