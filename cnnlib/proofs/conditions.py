"""Conditions as numbers, 1 where they hold and 0 elsewhere, and what follows from what.

A condition is a polynomial in three brackets: [m >= 0], [m > 0] and [m = 0]. So "and" is a product, and "not b" is
1 - b. What follows from some of them is decided by Fourier's and Motzkin's elimination, over the rationals and exactly.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import product

import sympy as sp

__all__ = [
    "Bracket",
    "IsZero",
    "NotNegative",
    "Positive",
    "bracket",
    "complement",
    "contradict",
    "follows",
    "relation",
    "without_opposites",
]


class Bracket(sp.Function):
    """1 where a condition on the one argument holds, else 0."""

    nargs = 1
    sign = None

    def _sympystr(self, printer):
        return f"[{printer.doprint(self.args[0])} {self.sign} 0]"


class NotNegative(Bracket):
    """[m >= 0]. Whole numbers are divided by what divides them all: [2 i - 3 >= 0] is [i - 2 >= 0]."""

    sign = ">="

    @classmethod
    def eval(cls, m):
        tidy = _without_floor(sp.expand(m.replace(sp.ceiling, lambda number: -sp.floor(-number))))
        constant, rest = tidy.as_coeff_Add()
        if rest == 0:
            return _truth(constant >= 0)
        content, rest = rest.primitive()
        constant = sp.floor(constant / content) if rest.is_integer else constant / content
        return None if rest + constant == m else cls(rest + constant)


class Positive(Bracket):
    """[m > 0], for m that need not be an integer: of integers it is [m - 1 >= 0]."""

    sign = ">"

    @classmethod
    def eval(cls, m):
        if m.is_integer:
            return NotNegative(m - 1)
        _, tidy = sp.expand(m).primitive()
        if tidy.is_Number:
            return _truth(tidy > 0)
        return None if tidy == m else cls(tidy)


class IsZero(Bracket):
    """[m = 0], the same for m and -m."""

    sign = "="

    @classmethod
    def eval(cls, m):
        _, tidy = sp.expand(m).primitive()
        if tidy.is_zero is not None:
            return _truth(tidy.is_zero)
        tidy = -tidy if tidy.could_extract_minus_sign() else tidy
        return None if tidy == m else cls(tidy)


def _truth(value):
    return sp.S.One if value else sp.S.Zero


def _without_floor(m):
    """For an integer c, floor(q) + c >= 0 says q + c >= 0, and c - floor(q) >= 0 says c + 1 - q > 0.

    Both are multiplied by the denominator, if it is positive and leaves whole numbers.
    """
    for floor in m.atoms(sp.floor):
        c = m - m.coeff(floor) * floor
        if m.coeff(floor) in (1, -1) and c.is_integer and not c.has(floor) and floor.args[0].is_real:
            below = 1 if m.coeff(floor) == -1 else 0
            numerator, denominator = sp.fraction(sp.together(m.coeff(floor) * floor.args[0] + c + below))
            numerator = sp.expand(numerator)
            if denominator.is_positive and numerator.is_integer:
                return _without_floor(numerator - below)
    return m


def bracket(condition):
    """Write a condition of SymPy's as a polynomial in brackets.

    Raises
    ------
    ValueError
        If it is not built from relations by "and", "or" and "not".
    """
    if condition in (sp.true, sp.false):
        return _truth(condition)
    if isinstance(condition, sp.And):
        return sp.Mul(*map(bracket, condition.args))
    if isinstance(condition, sp.Or):
        return 1 - sp.Mul(*[complement(bracket(part)) for part in condition.args])
    if isinstance(condition, sp.Not):
        return complement(bracket(condition.args[0]))
    if isinstance(condition, (sp.Ge, sp.Le)):
        return NotNegative(condition.gts - condition.lts)
    if isinstance(condition, (sp.Gt, sp.Lt)):
        return Positive(condition.gts - condition.lts)
    if isinstance(condition, sp.Eq):
        return IsZero(condition.lhs - condition.rhs)
    if isinstance(condition, sp.Ne):
        return 1 - IsZero(condition.lhs - condition.rhs)
    raise ValueError(f"the condition {condition} is not made of relations such as r >= 0")


def complement(condition):
    """Return 1 - b; of an inequality, the opposite one."""
    if isinstance(condition, NotNegative):
        return Positive(-condition.args[0])
    if isinstance(condition, Positive):
        return NotNegative(-condition.args[0])
    return 1 - condition


def without_opposites(expression):
    """Where a condition and its opposite both stand, write one as 1 less the other."""
    found = expression.atoms(NotNegative, Positive)
    for one in sorted(found, key=sp.default_sort_key):
        if complement(one) in found:
            found -= {one}
            expression = expression.xreplace({one: 1 - complement(one)})
    return expression


def relation(condition):
    """Write [m >= 0] and [m > 0] as relations of SymPy's, without minus signs where that can be."""
    (m,) = condition.args
    constant, rest = m.as_coeff_Add()
    taken = -sp.Add(*[part for part in sp.Add.make_args(rest) if part.could_extract_minus_sign()])
    smaller, larger = {NotNegative: (sp.Le, sp.Ge), Positive: (sp.Lt, sp.Gt)}[condition.func]
    return smaller(taken, m + taken) if taken != 0 else larger(rest, -constant)


def follows(condition, known):
    """Say whether [m >= 0] or [m > 0] is shown to hold wherever some others do."""
    return condition == 1 or condition in known or contradict([*known, complement(condition)])


def contradict(conditions):
    """Say whether it is shown that some inequalities cannot all hold.

    Each monomial is taken for an unknown number, of which only the sign is known. So a True is a proof, and a False
    may be missing knowledge.
    """
    if any(condition == 0 for condition in conditions):
        return True
    rows = {_row(condition) for condition in conditions if isinstance(condition, (NotNegative, Positive))}
    monomials = {monomial for coefficients, _, _ in rows for monomial, _ in coefficients}
    for monomial in monomials:
        rows |= {_row(sign(monomial)) for sign in _signs(monomial)}
    return _eliminated(rows)


def _signs(monomial):
    """Give what SymPy's assumptions say about the sign of a monomial, as conditions on it."""
    if monomial.is_positive:
        yield Positive
    elif monomial.is_nonnegative:
        yield NotNegative
    if monomial.is_negative:
        yield lambda m: Positive(-m)
    elif monomial.is_nonpositive:
        yield lambda m: NotNegative(-m)


def _row(condition):
    """Write a condition as ({(monomial, coefficient), ...}, constant, whether it is strict)."""
    constant, rest = condition.args[0].as_coeff_Add()
    coefficients = [(part, Fraction(number.p, number.q)) for part, number in rest.as_coefficients_dict().items()]
    return frozenset(coefficients), Fraction(constant.p, constant.q), isinstance(condition, Positive)


def _eliminated(rows, most=3000):
    """Eliminate one unknown after the other; say whether a false statement about numbers is left."""
    while len(rows) < most:
        if any(
            not coefficients and (constant < 0 or strict and constant == 0) for coefficients, constant, strict in rows
        ):
            return True
        lower, upper = defaultdict(list), defaultdict(list)
        for row in rows:
            for monomial, number in row[0]:
                (lower if number > 0 else upper)[monomial].append(row)
        if not lower and not upper:
            return False
        unknown = min([*lower, *upper], key=lambda m: len(lower[m]) * len(upper[m]) if m in lower and m in upper else 0)
        pairs = product(lower[unknown], upper[unknown])
        rows = rows.difference(lower[unknown], upper[unknown]).union(_without(unknown, *pair) for pair in pairs)
        rows = _strongest(rows)
    return False


def _without(unknown, one, other):
    """Add two rows, each by a positive number, so that an unknown is gone."""
    total = defaultdict(Fraction)
    weights = -dict(other[0])[unknown], dict(one[0])[unknown]
    for weight, (coefficients, _, _) in zip(weights, (one, other)):
        for monomial, number in coefficients:
            total[monomial] += weight * number
    size = max(map(abs, total.values())) or 1
    left = frozenset((monomial, number / size) for monomial, number in total.items() if number)
    return left, (weights[0] * one[1] + weights[1] * other[1]) / size, one[2] or other[2]


def _strongest(rows):
    """Of rows that differ by a constant only, keep the one that says most."""
    found = {}
    for left, constant, strict in rows:
        found[left] = min(found.get(left, (constant, not strict)), (constant, not strict))
    return {(left, constant, not loose) for left, (constant, loose) in found.items()}
