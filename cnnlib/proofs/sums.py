"""Sums over any number of terms: merged, collapsed by Kronecker deltas, and brought to one form."""

from itertools import combinations_with_replacement, permutations, product

import sympy as sp

__all__ = ["collapse", "contradict", "normal_form"]


def collapse(expression, over=()):
    """Merge nested sums into one, and let each Kronecker delta pick its term.

    A sum over i of [i = e] f(i), with i from 0 to n - 1, is f(e) if
    0 <= e <= n - 1, and 0 otherwise. The outermost sums are collapsed first.
    A delta that does not fix i for every e, such as [2 i = e], stays, and so
    do all if n may be negative: SymPy lets such a sum take terms away.

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
    return sp.Add(*[_rebuild(*_pick(*term, over=over)) for term in _terms(sp.sympify(expression, strict=True))])


def normal_form(expression, given=()):
    """Bring a formula in general indices to one form, so that equal formulas look the same.

    Sums are merged, Kronecker deltas collapsed, conditions that are given or
    implied by the limits dropped and others divided by a stride where they
    can be, constants taken out, indices named in order.

    Parameters
    ----------
    expression : sympy.Expr
    given : iterable of relations between integers
        What is known of the free indices.

    Returns
    -------
    sympy.Expr

    Raises
    ------
    ValueError
        If a condition is not one between integers.
    """
    known = {_margin(relation) for relation in given}
    terms = []
    for term in _terms(expression):
        summand, limits, conditions = _pick(*term, known)
        summand, limits = _counted(summand, limits, conditions)
        implied = known.union(*[{index - low, high - index} for index, low, high in limits if _has_size(low, high, known)])
        indices = {index for index, _, _ in limits}
        margins = {_divided(margin, indices, implied) for margin in set(map(_margin, conditions)) - implied}
        terms.append(_named(summand, limits, margins - implied))
    return sp.Add(*terms)


def contradict(given):
    """Say whether two of some relations between integers exclude each other."""
    margins = [_margin(relation) for relation in given]
    return any(sp.expand(one + other).is_negative for one, other in combinations_with_replacement(margins, 2))


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
    if isinstance(expression, sp.Pow) and expression.base.has(sp.Sum) and expression.exp.is_Integer and expression.exp.is_positive:
        return _products([expression.base] * int(expression.exp))
    if expression.has(sp.Sum):  # inside a function or a quotient
        return [(expression.func(*[normal_form(part) for part in expression.args]), ())]
    expanded = sp.expand(expression)
    return _terms(expanded) if isinstance(expanded, sp.Add) else [(expanded, ())]


def _products(factors):
    return [
        (sp.Mul(*[summand for summand, _ in chosen]), sum((limits for _, limits in chosen), ()))
        for chosen in product(*[_terms(factor) for factor in factors])
    ]


def _pick(summand, limits, known=(), over=()):
    """Collapse each sum whose index a Kronecker delta fixes; return the conditions too."""
    summand, conditions = _without_piecewise(summand)
    names = [index.name for index in over]
    for limit in sorted(reversed(limits), key=lambda limit: limit[0].name not in names):
        index, low, high = limit
        if any(index in sp.Tuple(*other[1:]).free_symbols for other in limits) or not _has_size(low, high, known):
            continue
        for delta in sorted(summand.atoms(sp.KroneckerDelta), key=sp.default_sort_key):
            value = _picked(delta, index)
            if value is None or not summand.as_powers_dict()[delta]:
                continue
            summand = (summand / delta).subs(index, value)
            conditions = [condition.subs(index, value) for condition in conditions] + [value >= low, value <= high]
            limits = tuple(other for other in limits if other != limit)
            break
    return summand, limits, conditions


def _has_size(low, high, known):
    """Say whether it is known that high >= low - 1: SymPy lets a sum of fewer terms than none take some away."""
    size = high - low + 1
    for part in size.atoms(sp.floor):
        rest = size - part
        if rest.is_integer and not rest.has(sp.floor):
            size = part.args[0] + rest  # floor(q) + c >= 0 where q + c >= 0, for an integer c
    size, divisor = sp.fraction(sp.together(size))
    return bool(divisor.is_positive and any(sp.expand(size - margin).is_nonnegative for margin in {0, *known}))


def _picked(delta, index):
    """Return the one value of the index at which the delta is 1; None unless every value is allowed.

    [s i = r] picks no term where s does not divide r, and [U[i] = r] may pick
    several: such deltas stay in their sum.
    """
    difference = sp.expand(delta.args[0] - delta.args[1])
    slope = difference.coeff(index)
    value = sp.expand(index - slope * difference)
    return value if slope in (1, -1) and index not in value.free_symbols else None


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
    """Rebuild a term with indices named in order: of all ways to name equal ranges, the first."""
    limits = sorted(limits, key=lambda limit: str(limit[1:]))
    inside = len(summand.atoms(sp.Sum))  # in the names, so that no index is named like one further inside
    names = sp.symbols(f"n{inside}_:{len(limits)}", integer=True)
    candidates = []
    for order in permutations(limits):
        if [limit[1:] for limit in order] == [limit[1:] for limit in limits]:
            fresh = {index: name for (index, _, _), name in zip(order, names)}
            conditions = [sp.Ge(margin.xreplace(fresh), 0) for margin in margins]
            term = summand.xreplace(fresh).replace(sp.KroneckerDelta, _one_sided).replace(sp.Indexed, _expanded)
            constant, term = term.as_independent(*names, as_Add=False)
            if conditions:
                term = sp.Piecewise((term, sp.And(*conditions)), (0, True))
            if limits:
                term = sp.Sum(term, *[(name, *limit[1:]) for name, limit in zip(names, limits)])
            candidates.append(constant * term)
    return min(candidates, key=str)


def _one_sided(left, right):
    """Write [left = right] as [0 = difference], with one sign of the two."""
    difference = sp.expand(left - right)
    return sp.KroneckerDelta(0, min(difference, -difference, key=str))


def _expanded(base, *indices):
    """Multiply the indices out: w[s (A - i)] is w[s A - s i]."""
    return base[tuple(map(sp.expand, indices))]


def _divided(margin, indices, known):
    """Divide "s e + c >= 0" by s: for integers and s > 0 it says e + floor(c / s) >= 0.

    s is a positive symbol that multiplies a summation index. If it is known
    that 0 <= c <= s - 1, the floor is 0; if that is known of c + s, it is -1.
    """
    for s in sorted(margin.free_symbols, key=str):
        e = margin.coeff(s)
        c = sp.expand(margin - s * e)
        if s.is_positive and e.is_integer and c.is_integer and e.free_symbols & indices:
            remainders = {low: {c - low * s, s - 1 - c + low * s} for low in (0, -1)}
            found = [low for low, pair in remainders.items() if set(map(sp.expand, pair)) <= known]
            margin = sp.expand(e + (found[0] if found else sp.floor(c / s)))
    return margin


def _margin(relation):
    """Return the integer that a relation between integers says is at least 0."""
    margin = sp.expand(relation.gts - relation.lts)
    if sp.fraction(sp.together(margin))[1] != 1:
        raise ValueError(f"the condition {relation} divides; expected one between integers")
    return margin - 1 if isinstance(relation, (sp.StrictLessThan, sp.StrictGreaterThan)) else margin
