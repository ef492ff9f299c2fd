"""Random statements, true and false: `prove` accepts none that numbers refute.

The left side is any formula. The right one is what a rule makes of it that a hasty hand would use: a delta picks
without asking for integers, a sum is counted whatever its limits are, > becomes >= with 1 more, a condition is dropped,
two sums are exchanged, an index is renamed to a letter that is taken. Most such statements are true under conditions,
which hold or do not. Numbers decide: sizes from 1 to 3, halves and thirds wherever an integer is not demanded, and a
sum of fewer terms than none in both of its meanings.

PROVE_FUZZ=200000 in the environment tries that many.
"""

import os
import random
from fractions import Fraction

import pytest
import sympy as sp
from cnnlib.proofs import collapse, prove, zero_extended
from evaluation import Point, differ, empty, evaluator, span
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import broken

TRIES = int(os.environ.get("PROVE_FUZZ", 400))
POINTS = 40

i, j, u, q, r, z = sp.symbols("i j u q r z", integer=True)
n, m, s = sp.symbols("n m s", integer=True, positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
t = sp.Symbol("t", real=True)
d, w, x, U, G = map(sp.IndexedBase, "dwxUG")
h = sp.Function("h")
HALVES = [Fraction(number, 2) for number in range(-4, 7)] + [Fraction(1, 3), Fraction(5, 3)]
DEFINITIONS = [
    zero_extended(d, (n,)),
    lambda e: sp.Sum(d[i] * sp.KroneckerDelta(i * s, e), (i, 0, n - 1)),
    lambda e: sp.Sum(d[i] * x[i + e], (i, 0, m - 1)),
    lambda e: sp.Piecewise((w[e, i], e >= j), (d[e], True)),
]


class Numbers(Point):
    """A point whose numbers are small fractions: conditions on them hold by a hair, or do not."""

    def __missing__(self, key):
        name, *place = key
        if getattr(name, "is_integer", False) and not place:
            low = 1 if name.is_positive else 0 if name.is_nonnegative else -3
            self[key] = self.random.randint(low, 3)
        else:
            self[key] = (
                self.random.choice(HALVES) if self.random.random() < 0.8 else Fraction(self.random.randint(-99, 99), 64)
            )
        return self[key]


class Formulas:
    """Random formulas in the letters above; `inside` are the indices of the sums around the place."""

    def __init__(self, chance):
        self.chance = chance

    def one_of(self, *choices):
        return self.chance.choice(choices)()

    def number(self):
        return sp.Integer(self.chance.choice([-1, 0, 1, 2]))

    def integer(self, inside):
        letters = [*inside, *inside, q, r, k, m]
        return self.one_of(
            lambda: self.chance.choice(letters),
            lambda: self.chance.choice(letters) + self.number(),
            lambda: self.chance.choice(letters) - self.chance.choice(letters),
            lambda: s * self.chance.choice(letters) + self.chance.choice([q, r, self.number()]),
        )

    def place(self, inside):
        """An index: an integer, or what may be none."""
        odd = self.chance.random() < 0.12
        return self.chance.choice([t, r / 2, U[r], sp.sqrt(q), sp.Integer(2) ** r]) if odd else self.integer(inside)

    def relation(self, inside):
        kind = self.chance.choice([sp.Ge, sp.Gt, sp.Le, sp.Lt, sp.Eq, sp.Ne])
        one, other = self.one_of(
            lambda: (self.integer(inside), self.integer(inside)),
            lambda: (self.chance.choice([t, 2 * t, r / 2]), self.number()),
            lambda: (x[self.integer(inside)], self.chance.choice([self.number(), x[self.integer(inside)]])),
            lambda: (self.integer(inside), sp.floor(self.integer(inside) / s)),
        )
        return kind(one, other)

    def condition(self, inside):
        if self.chance.random() < 0.7:
            return self.relation(inside)
        both = self.relation(inside), self.relation(inside)
        return self.one_of(lambda: sp.And(*both), lambda: sp.Or(*both), lambda: sp.Not(both[0]))

    def factor(self, inside, depth):
        read = lambda: self.chance.choice([d, x, G])[self.integer(inside)]
        choices = [read, read, lambda: w[self.integer(inside), self.integer(inside)]]
        choices += [lambda: sp.KroneckerDelta(self.place(inside), self.chance.choice([*inside, r])) ** self.power()] * 3
        choices += [lambda: self.piecewise(inside, depth)] * 2
        choices += [lambda: self.integer(inside), lambda: h(read()), lambda: sp.exp(read())]
        if depth:
            choices += [lambda: self.sum(inside, depth - 1)] * 4
        return self.one_of(*choices)

    def power(self):
        return self.chance.choice([1, 1, 1, 1, 2, k, n])

    def piecewise(self, inside, depth):
        cases = [(self.chance.choice([d, x])[self.integer(inside)], self.condition(inside))]
        if self.chance.random() < 0.3:
            cases.append((w[self.integer(inside), r], self.condition(inside)))
        return sp.Piecewise(*cases, (self.chance.choice([sp.S.Zero, d[self.integer(inside)]]), True))

    def sum(self, inside, depth):
        index = self.chance.choice([i, j, u])
        low = self.chance.choice([0, 0, 0, 1, -1, z, m, *inside])
        high = self.chance.choice([n - 1, n - 1, n - 1, n, m + n, n - m, z, s - 1, sp.floor((n - m) / s), *inside])
        if index in sp.sympify(low).free_symbols | sp.sympify(high).free_symbols:
            low, high = 0, n - 1
        return sp.Sum(self.product([*inside, index], depth), (index, low, high))

    def product(self, inside, depth):
        return sp.Mul(*[self.factor(inside, depth) for _ in range(self.chance.choice([1, 1, 1, 2]))])

    def formula(self):
        total = self.product([], 0) if self.chance.random() < 0.3 else self.sum([], self.chance.choice([0, 0, 0, 0, 1]))
        return total + self.product([], 0) if self.chance.random() < 0.1 else total


# --- What a hasty hand makes of a formula: each rule takes a part to one that is often equal --------------------


def pick(part, chance):
    """The sum over i of [i = e] f(i) is f(e) between the limits: whatever e is, and whatever the limits."""
    if isinstance(part, sp.Sum):
        index, low, high = part.limits[0]
        for delta in part.function.atoms(sp.KroneckerDelta):
            e = sp.solve(delta.args[0] - delta.args[1], index) if delta.has(index) else []
            if e:
                picked = sp.Piecewise(
                    (part.function.subs(delta, 1).subs(index, e[0]), (e[0] >= low) & (e[0] <= high)), (0, True)
                )
                return sp.Sum(picked, *part.limits[1:]) if part.limits[1:] else picked


def count(part, chance):
    if isinstance(part, sp.Sum):
        index, low, high = part.limits[0]
        constant, rest = part.function.as_independent(index, as_Add=False)
        if rest == 1:
            return constant * (high - low + 1)


def take_out(part, chance):
    if isinstance(part, sp.Sum):
        constant, rest = part.function.as_independent(part.variables[0], as_Add=False)
        return constant * sp.Sum(rest, *part.limits)


def strict(part, chance):
    if isinstance(part, sp.Gt):
        return part.lhs >= part.rhs + 1
    if isinstance(part, sp.Ge):
        return part.lhs > part.rhs - 1


def drop(part, chance):
    if isinstance(part, sp.Piecewise):
        return part.args[0].expr


def branches(part, chance):
    if isinstance(part, sp.Piecewise) and len(part.args) > 1:
        (one, condition), (other, _), *_ = part.args
        return sp.Piecewise((other, sp.Not(condition)), (one, True))


def last_branches(part, chance):
    if isinstance(part, sp.Piecewise):
        return sp.Add(*[sp.Piecewise((value, condition), (0, True)) for value, condition in part.args])


def exchange(part, chance):
    if isinstance(part, sp.Sum) and isinstance(part.function, sp.Sum):
        return sp.Sum(part.function.function, *part.limits, *part.function.limits)


def rename(part, chance):
    if isinstance(part, sp.Sum):
        index, *_ = part.limits[0]
        return part.xreplace({index: chance.choice([i, j, u, r])})


def split(part, chance):
    if isinstance(part, sp.Sum) and len(part.limits) == 1:
        ((index, low, high),) = part.limits
        return sp.Sum(part.function, (index, low, r)) + sp.Sum(part.function, (index, r + 1, high))


def divide(part, chance):
    if isinstance(part, sp.Ge):
        e = sp.expand(part.lhs - part.rhs).coeff(s)
        return e >= chance.choice([0, 1]) if e != 0 else None


def unpower(part, chance):
    if isinstance(part, sp.Pow):
        return part.base


def unfloor(part, chance):
    if isinstance(part, sp.floor):
        return part.args[0]


def limits_into_conditions(part, chance):
    if isinstance(part, sp.Sum) and len(part.limits) == 1:
        ((index, low, high),) = part.limits
        return sp.Sum(
            sp.Piecewise((part.function, index >= low), (0, True)), (index, low - chance.choice([0, 1]), high)
        )


RULES = [
    pick,
    pick,
    count,
    take_out,
    strict,
    drop,
    branches,
    last_branches,
    exchange,
    rename,
    split,
    divide,
    unpower,
    unfloor,
    limits_into_conditions,
]


def changed(formula, chance):
    """Apply one of the rules at one of the places where it can be."""
    parts = list(sp.preorder_traversal(formula))
    rules = chance.sample(RULES, len(RULES))
    for rule in rules:
        for part in chance.sample(parts, len(parts)):
            new = rule(part, chance)
            if new is not None and new != part:
                return formula.xreplace({part: new}) if not isinstance(part, sp.Basic) or part != formula else new
    return formula


def pair(chance):
    """Make two formulas."""
    left = Formulas(chance).formula()
    right = left
    for _ in range(chance.choice([0, 1, 1, 2])):
        right = changed(right, chance)
    how = chance.random()
    if how < 0.1:
        right = collapse(right)
    elif how < 0.2:
        mutants = broken(right)
        right = chance.choice(mutants)[1] if mutants else right
    elif how < 0.3:
        condition = Formulas(chance).relation([])
        right = sp.Piecewise((right, condition), (0, True)) + sp.Piecewise((right, sp.Not(condition)), (0, True))
    return left, right


def refuted(left, right, where, known):
    """Give a point at which the sides differ, if there is one, in one of the two meanings of an empty sum."""
    for meaning in (span, empty):
        sides = [evaluator(side, where, meaning) for side in (left, right)]
        conditions = [evaluator(condition, where, meaning) for condition in known]
        for seed in range(POINTS):
            point = Numbers(seed)
            if all(condition(point) for condition in conditions) and differ(point, *sides):
                return dict(point)
    return None


COUNTS = {"proved": 0, "refused": 0, "outside": 0}


@settings(
    max_examples=TRIES,
    deadline=None,
    derandomize="PROVE_FUZZ" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**64))
def test_no_false_statement_is_proved(seed):
    chance = random.Random(seed)
    try:
        left, right = pair(chance)
    except (TypeError, ValueError, NotImplementedError, RecursionError):  # a rule made what SymPy or `collapse` refuses
        return
    if left == right:
        return
    formulas = Formulas(chance)
    known = [
        one
        for one in (formulas.relation([]) for _ in range(chance.choice([0, 0, 1, 2])))
        if isinstance(one, (sp.Ge, sp.Gt, sp.Le, sp.Lt))
    ]
    where = {G: chance.choice(DEFINITIONS)}
    try:
        prove("eq-a", left, right, where=where, given=known)
    except AssertionError:
        COUNTS["refused"] += 1
    except ValueError:
        COUNTS["outside"] += 1
    else:
        COUNTS["proved"] += 1
        point = refuted(left, right, where, known)
        assert point is None, f"proved, but false: {left} = {right}, given {known}, at {point}"


def test_the_fuzz_tries_both_kinds(record_property):
    if not sum(COUNTS.values()):
        pytest.skip("the fuzz did not run here")
    for kind, number in COUNTS.items():
        record_property(kind, number)
    print(COUNTS)
    assert min(COUNTS["proved"], COUNTS["refused"]) > TRIES / 20
