"""What is false is not proved: one statement of each kind that an engine of this sort may accept, and true neighbours."""

import pytest
import sympy as sp
from cnnlib.proofs import collapse, prove, zero_extended

i, j, q, r, u, v = sp.symbols("i j q r u v", integer=True)
n, m, s, K = sp.symbols("n m s K", integer=True, positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
t = sp.Symbol("t", real=True)
e = sp.Symbol("e", even=True)
d, w, x, U, G, H = map(sp.IndexedBase, "dwxUGH")
V = sp.IndexedBase("V", integer=True)
h = sp.Function("h")


def KD(one, other):
    return sp.KroneckerDelta(one, other)


def pw(value, condition):
    return sp.Piecewise((value, condition), (0, True))


def over(term, index=i, low=0, high=n - 1):
    return sp.Sum(term, (index, low, high))


INSIDE = pw(d[r], (r >= 0) & (r <= n - 1))

FALSE = {
    "the mask of ReLU": (pw(d[r], x[r] > 0), pw(d[r], x[r] >= 1)),
    "the winner of max pooling": (pw(d[r], x[r] > x[q]), pw(d[r], x[r] >= x[q] + 1)),
    "a real picked": (over(KD(i, t) * i * w[r]), pw(t * w[r], (t >= 0) & (t <= n - 1))),
    "a root picked": (over(KD(i, sp.sqrt(u)) * d[i]), pw(d[sp.sqrt(u)], (sp.sqrt(u) >= 0) & (sp.sqrt(u) <= n - 1))),
    "a power picked": (over(KD(i, u**v) * d[i]), pw(d[u**v], (u**v >= 0) & (u**v <= n - 1))),
    "an entry picked": (over(KD(i, U[r]) * d[i]), pw(d[U[r]], (U[r] >= 0) & (U[r] <= n - 1))),
    "a symbol named like an internal index": (over(sp.Symbol("n0_0", integer=True) * w[i]), over(i * w[i])),
    "another one": (over(sp.Symbol("n0", integer=True) * w[i]), over(i * w[i])),
    "a delta to the power 0": (over(d[i] * KD(i, r) ** k), INSIDE),
    "a delta in a denominator": (over(d[i] / KD(i, r)), INSIDE),
    "a real condition given": (pw(d[r], t >= 1), d[r], [t > 0]),
    "an empty sum counted": (over(v, i, K, s - 1), (s - K) * v),
    "an empty sum picked": (over(KD(i, r) * d[i], i, K, s - 1), pw(d[r], (r >= K) & (r <= s - 1))),
    "a condition implied by limits that may be empty": (over(pw(d[i], i >= K), i, K, s - 1), over(d[i], i, K, s - 1)),
    "a second branch": (sp.Piecewise((d[r], r > 0), (w[r], True)), pw(d[r], r > 0)),
    "a third branch": (sp.Piecewise((d[r], r > 5), (w[r], r > 0), (0, True)), pw(d[r] + w[r], r > 0)),
    "or": (pw(d[r], (r > 0) | (q > 0)), pw(d[r], r > 0)),
    "not equal": (pw(d[r], sp.Ne(r, 0)), d[r]),
    "not equal, in a sum": (over(pw(d[i], sp.Ne(i, r))), over(d[i])),
    "a delta that picks a number": (over(KD(i, 0) * d[i]), d[1]),
    "equality of reals": (pw(d[r], sp.Eq(t, 1)), pw(d[r], (t >= 1) & (t < 2))),
    "a strided delta": (over(KD(2 * i, r) * d[i]), pw(d[r / 2], (r >= 0) & (r <= 2 * n - 2))),
    "the number of terms of a triangle": (over(over(d[j], j, 0, i)), n * over(d[j], j)),
    "an index that is limited": (over(over(w[i, j], j, 0, i)), over(over(w[i, j], i, 0, j), j)),
    "indices exchanged in a triangle": (over(over(w[i, j], j, 0, i)), over(over(w[j, i], j, 0, i))),
    "an index outside its sum": (u * over(w[u], u), over(u * w[u], u)),
    "a square": (over(w[u], u) ** 2, over(w[u] ** 2, u)),
    "the sum of an inverse": (over(1 / x[i]), 1 / over(x[i])),
    "a slope at one place": (
        over(KD(i, j) * sp.Derivative(h(x[i], x[j]), x[i])),
        pw(sp.Derivative(h(x[j], x[q]), x[q]), (j >= 0) & (j < n)),
    ),
    "floor": (sp.floor(t) * d[r], t * d[r]),
    "floor of a quotient": (pw(d[r], r <= sp.floor(u / s)), pw(d[r], s * r < u)),
    "a remainder": (sp.Mod(r, s) * d[r], r * d[r]),
    "an absolute value": (sp.Abs(r) * d[r], r * d[r]),
    "the larger": (sp.Max(r, q) * d[r], r * d[r]),
    "two conditions that are not one": (pw(d[r], s * r + u >= 0), pw(d[r], r >= 0), [u >= 0, u <= s]),
    "a condition on another index": (over(pw(w[i, j], i >= 0), j), over(w[i, j], j)),
    "nested deltas": (over(KD(KD(i, r), 1) * d[i]), INSIDE.subs(r, 1)),
    "a sum in a condition": (pw(d[r], over(x[i]) > 0), pw(d[r], over(x[i]) >= 1)),
    "a sum in an index": (x[over(i)], x[n * n]),
    "integers only": (sp.sin(sp.pi * t) * d[r], 0 * d[r]),
    "a delta between two sums": (over(over(KD(i, j) * w[i, j], j, 0, m - 1)), over(w[i, i])),
    "a delta in a delta": (over(KD(i, KD(r, q)) * d[i]), d[0]),
    "floor of a real": (pw(d[r], sp.floor(t) >= 1), pw(d[r], t >= 2)),
    "floor of a real as a limit": (over(d[i], i, 0, sp.floor(t)), over(d[i], i, 0, sp.floor(t) + 1)),
    "the upper triangle for the lower": (over(over(w[i, j], j, i, n - 1)), over(over(w[i, j], i, j, n - 1), j)),
    "the terms of a triangle that may be empty": (over(over(1, j, i, m - 1)), over(m - i)),
    "the larger, in a condition": (pw(d[r], sp.Max(r, q) >= 0), pw(d[r], r >= 0)),
    "the smaller, in a delta": (over(KD(i, sp.Min(r, q)) * d[i]), pw(d[r], (r >= 0) & (r <= n - 1))),
    "the absolute value of an index": (over(KD(sp.Abs(i), r) * d[i], i, -n, n), pw(d[r], (r >= 0) & (r <= n))),
    "the remainder of an index": (over(KD(sp.Mod(i, s), r) * d[i]), pw(d[r], (r >= 0) & (r <= n - 1))),
    "a remainder picked": (over(KD(i, sp.Mod(r, s)) * d[i]), d[sp.Mod(r, s)]),
    "the sign": (sp.sign(t) * d[r], d[r]),
    "a size below 0": (over(v, i, 1, k - 1), (k - 1) * v),
    "a Piecewise in a lower limit": (sp.Sum(d[i], (i, sp.Piecewise((0, r > 0), (1, True)), n)), over(d[i], i, 0, n)),
    "a Piecewise in an upper limit": (sp.Sum(1, (i, 0, sp.Piecewise((n, r > 0), (m, True)) - 1)), n + 0 * r),
    "a delta in a limit": (sp.Sum(1, (i, 0, KD(r, q) - 1)), 0 * r + 1),
    "a sum in a limit": (over(1, i, 0, over(V[j], j) - 1), over(V[j], j) + 0 * r),
    "an absolute value in a limit": (sp.Sum(1, (i, 0, sp.Abs(r) - 1)), r),
    "alternating signs": (over((-1) ** i), pw(sp.Integer(1), sp.Eq(sp.Mod(n, 2), 0))),
    "even integers": (pw(d[e], e >= 1), pw(d[e], e >= 3)),
    "the root of a square": (sp.sqrt(x[r] ** 2) * d[r], x[r] * d[r]),
    "the logarithm of a product": (sp.log(x[r] * x[q]) * d[r], (sp.log(x[r]) + sp.log(x[q])) * d[r]),
    "a power of a sum": (over(d[i]) ** k * over(d[i]), over(d[i]) ** k),
    "a sum of powers": (over(d[i]) ** n, over(d[i] ** n)),
    "conditions inside one another": (pw(pw(d[r], r > q), q > r), d[r]),
    "a real given": (pw(d[r], 2 * t > 1), d[r], [t >= sp.Rational(1, 2)]),
    "a product of what is given": (pw(d[r], r * q >= 0), d[r], [r >= 0, q >= -1]),
    "a remainder below 0": (pw(d[r], s * r - u >= 0), pw(d[r], r >= 0), [u >= 0, u < s]),
    "a remainder that is given": (pw(d[r], s * r + u >= 0), pw(d[r], r >= 0), [u >= -s, u < 0]),
    "a slope at a square": (sp.diff(h(x[r] ** 2), x[r]), sp.diff(h(x[r]), x[r]).subs(x[r], x[r] ** 2)),
    "slopes by two arguments": (
        over(KD(i, r) * sp.diff(h(x[i], x[q]), x[i])),
        pw(sp.diff(h(x[r], x[q]), x[q]), (r >= 0) & (r <= n - 1)),
    ),
    "a function of a delta": (over(h(KD(i, r))), n * h(1)),
    "a function of a Piecewise": (sp.exp(pw(d[r], r > 0)), pw(sp.exp(d[r]), r > 0)),
    "an inverse of a Piecewise": (1 / (1 + pw(d[r], r > 0)), pw(1 / (1 + d[r]), r > 0)),
    "a shifted index": (over(d[i + 1]), over(d[i], i, 0, n)),
    "one index twice": (sp.Sum(d[i], (i, 0, n - 1), (i, 0, m - 1)), n * over(d[i], i, 0, m - 1)),
    "an index outside its sum, in a limit": (sp.Sum(d[i], (i, 0, n - 1), (j, 0, i)), over((i + 1) * d[i])),
    "not equal, and a delta": (over(pw(d[i], sp.Ne(i, r)) * KD(i, q)), pw(d[q], (q >= 0) & (q <= n - 1))),
    "a real that is 0": (pw(t * d[r], sp.Eq(t, 0)), t * d[r]),
    "equal entries": (pw(d[r], sp.Eq(x[r], x[q])), pw(d[r], (x[r] >= x[q]))),
}

TRUE = {
    "a delta that picks a number": (over(KD(i, 0) * d[i]), d[0]),
    "a delta that picks nothing": (over(KD(i, -1) * d[i]), 0 * d[r]),
    "or": (pw(d[r], (r > 0) | (q > 0)), d[r] - pw(d[r], (r <= 0) & (q <= 0))),
    "or, written out": (pw(d[r], (r > 0) | (q > 0)), pw(d[r], r > 0) + pw(d[r], q > 0) - pw(d[r], (r > 0) & (q > 0))),
    "a condition and its opposite": (pw(d[r], r > 0) + pw(d[r], r <= 0), d[r]),
    "a real condition and its opposite": (pw(d[r], t > 0) + pw(d[r], t <= 0), d[r]),
    "branches exchanged": (sp.Piecewise((d[r], r > 0), (w[r], True)), sp.Piecewise((w[r], r <= 0), (d[r], True))),
    "not equal, in a sum": (over(pw(d[i], sp.Ne(i, r))), over(d[i]) - INSIDE),
    "three branches": (
        sp.Piecewise((d[r], r > 5), (w[r], r > 0), (0, True)),
        pw(d[r], r > 5) + pw(w[r], (r > 0) & (r <= 5)),
    ),
    "a real condition that is given": (pw(d[r], t > 0), d[r], [t >= 1]),
    "a condition that several given ones imply": (pw(d[r], r >= u), d[r], [r >= q + 1, q >= v, v >= u - 1]),
    "a square of a delta": (over(d[i] * KD(i, r) ** 2), INSIDE),
    "a positive power of a delta": (over(d[i] * KD(i, r) ** n), INSIDE),
    "an entry that is an integer": (over(KD(i, V[r]) * d[i]), pw(d[V[r]], (V[r] >= 0) & (V[r] <= n - 1))),
    "a triangle": (over(over(w[i, j], j, 0, i)), over(over(w[u, v], v, 0, u), u)),
    "a triangle that is picked in": (over(over(KD(j, r) * w[i, j], j, 0, i)), over(pw(w[i, r], (r >= 0) & (i >= r)))),
    "terms of a triangle": (over(over(1, j, 0, i) * w[i]), over((i + 1) * w[i])),
    "a sum of known size": (over(v, i, K, s - 1), (s - K) * v, [s >= K]),
    "a number that divides": (pw(d[r], 2 * r >= 3), pw(d[r], r >= 2)),
    "floor of a quotient": (pw(d[r], r <= sp.floor(u / s)), pw(d[r], s * r <= u)),
    "ceiling of a quotient": (pw(d[r], r >= sp.ceiling(u / s)), pw(d[r], s * r >= u)),
    "a slope": (over(KD(i, r) * sp.Derivative(h(x[i]), x[i])), pw(sp.Derivative(h(x[r]), x[r]), (r >= 0) & (r < n))),
    "a slope at a product": (sp.diff(h(2 * x[r]), x[r]) * d[r], 2 * sp.diff(h(x[r]), x[r]).subs(x[r], 2 * x[r]) * d[r]),
    "a product of sums with one index": (over(d[i]) * over(w[i]), over(over(d[i] * w[j], j))),
    "conditions that contradict each other": (pw(d[r], (r > q) & (q > r)), 0 * d[r]),
    "conditions of two factors that do": (pw(d[r], r > q) * pw(w[r], q > r + 1), 0 * d[r]),
    "a delta of multiples": (over(KD(2 * i, 2 * r) * d[i]), INSIDE),
    "a sum in a condition": (pw(d[r], over(x[i]) > 0), pw(d[r], over(x[j], j) > 0)),
    "nothing below the first": (over(d[i], i, 0, -1), 0 * d[r]),
}


@pytest.mark.parametrize("case", FALSE.values(), ids=FALSE)
def test_false_statement_is_refused(case):
    left, right, *given = case
    with pytest.raises((AssertionError, ValueError)):
        prove("eq-a", left, right, given=given[0] if given else [])


@pytest.mark.parametrize("case", TRUE.values(), ids=TRUE)
def test_true_statement_is_proved(case):
    left, right, *given = case
    prove("eq-a", left + d[q] - d[q], sp.sympify(right), given=given[0] if given else [])


def test_given_conditions_that_only_together_exclude_each_other():
    with pytest.raises(ValueError, match="no index satisfies all that is given"):
        prove("eq-a", d[r] + d[r], 2 * d[r], given=[u >= 1, v >= 1, u + v <= 1])
    with pytest.raises(ValueError, match="no index satisfies all that is given"):
        prove("eq-a", d[r] + d[r], 2 * d[r], given=[2 * u >= 1, 2 * u <= 1])
    with pytest.raises(ValueError, match="no index satisfies all that is given"):
        prove("eq-a", d[r] + d[r], 2 * d[r], given=[u >= 0, u + n * m <= 0])


def test_a_definition_reads_letters_of_its_own():
    """A definition in which i is free, or bound, does not meet the i of the formula."""
    bound = {G: lambda e: over(d[i] * x[i + e])}
    prove("eq-a", over(G[i]), over(over(d[j] * x[i + j], j)), where=bound)
    prove("eq-a", G[i], over(d[j] * x[i + j], j), where=bound)
    free = {G: lambda e: d[i] * w[e]}
    prove("eq-a", over(G[i]), d[i] * over(w[j], j), where=free)
    for where, left, right in [(bound, over(G[i]), over(d[i] * x[2 * i])), (free, over(G[i]), over(d[i] * w[i]))]:
        with pytest.raises(AssertionError):
            prove("eq-a", left, right, where=where)


def test_a_definition_with_a_condition_in_a_sum():
    where = {G: lambda e: over(pw(d[i] * x[i + e], i >= 1))}
    prove("eq-a", G[r], over(pw(d[j] * x[j + r], j >= 1), j), where=where)


REFUSED = {
    "limits that are not integers": (over(d[i], i, 0, n / 2), over(d[j], j, 0, n / 2)),
    "a limit that may be real": (over(d[i], i, 0, t), over(d[j], j, 0, t)),
    "infinitely many terms": (over(d[i], i, 0, sp.oo), over(d[j], j, 0, sp.oo)),
    "an index said to be positive": (over(sp.Abs(n) * d[n], n, -1, 1), over(n * d[n], n, -1, 1)),
    "a delta with a range": (over(sp.KroneckerDelta(i, r, (0, 3)) * d[i]), INSIDE),
    "a product": (sp.Product(d[i], (i, 0, n)), sp.Product(d[j], (j, 0, n))),
    "an integral": (sp.Integral(d[r] * t, t), d[r] * t**2 / 2),
    "no value elsewhere": (sp.Piecewise((d[r], r > 0)), pw(d[r], r > 0)),
    "two letters of one name": (n * d[r], sp.Symbol("n") * d[r]),
    "an infinite value": (sp.oo * d[r], 2 * sp.oo * d[r]),
}


@pytest.mark.parametrize("left, right", REFUSED.values(), ids=REFUSED)
def test_what_is_outside_the_rules_is_refused(left, right):
    with pytest.raises(ValueError):
        prove("eq-a", left, right)


def test_a_condition_that_sympy_took_out_of_its_sum_is_seen():
    """SymPy turns the sum of d[i] times an inner sum with a condition on u into one in which u is free."""
    i, u = sp.symbols("i u", integer=True)
    N, K = sp.symbols("N K", integer=True, positive=True)
    d, e = sp.IndexedBase("d"), sp.IndexedBase("e")

    def inside(k):
        return sp.Piecewise((1, sp.And(k >= 0, k <= N - 1)), (0, True))

    mangled = sp.Sum(d[i] * sp.Sum(inside(i + u), (u, 0, K - 1)), (i, 0, N - 1))
    assert u in mangled.free_symbols
    with pytest.raises(ValueError, match=r"stands outside the sum over \{u\}; merge the two sums into one"):
        prove("eq-a", mangled, K * sp.Sum(d[i] * inside(i + u), (i, 0, N - 1)))
    nested = sp.Sum(d[i] * sp.Sum(e[i + u], (u, 0, K - 1)), (i, 0, N - 1))
    merged = sp.Sum(d[i] * e[i + u], (u, 0, K - 1), (i, 0, N - 1))
    with pytest.raises(ValueError, match="stands outside the sum"):
        prove("eq-a", nested, merged, where={e: inside})


def test_collapse_asks_for_integers():
    assert collapse(over(KD(i, U[r]) * d[i])).has(sp.Sum)
    assert collapse(over(KD(i, r) * d[i], i, K, s - 1)).has(sp.Sum)
    assert zero_extended(d, (n,))(sp.S(-1)) == 0
