"""Sums are merged, collapsed and named so that nothing changes its value."""

import numpy as np
import pytest
import sympy as sp
from cnnlib import check_equal
from cnnlib.proofs import collapse, prove, symbols, tabulate
from cnnlib.proofs.sums import normal_form

i, j, r, u, v = sp.symbols("i j r u v", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
w, x = map(sp.IndexedBase, "wx")
s = sp.Symbol("s", integer=True, positive=True)
d = sp.IndexedBase("d")
VALUES = {n: 3, m: 2, s: 2, w: symbols("w", (4, 4)), x: symbols("x", (4, 4)), d: symbols("d", (8,))}


def same_value(left, right, sizes):
    prove("eq-a", tabulate(left, sizes, VALUES), tabulate(right, sizes, VALUES))


def test_an_index_that_limits_another_is_not_picked():
    for low, high in [(0, i), (i, n - 1)]:
        triangle = sp.Sum(w[i, j] * sp.KroneckerDelta(i, r), (j, low, high), (i, 0, n - 1))
        collapsed = collapse(triangle)
        assert collapsed.has(sp.KroneckerDelta) and len(collapsed.limits) == 2
        same_value(triangle, collapsed, {r: 3})


@pytest.mark.parametrize("low, high", [(0, i), (i, n - 1)])
def test_an_index_that_limits_another_is_not_counted(low, high):
    triangle = sp.Sum(d[j], (j, low, high), (i, 0, n - 1))
    assert len(normal_form(triangle).limits) == 2


def delta(left, right):
    return sp.KroneckerDelta(left, right)


def where(value, condition):
    return sp.Piecewise((value, condition), (0, True))


FORMULAS = {
    "constants": sp.Sum(2 * w[i, r], (i, 0, n - 1)),
    "a difference of indices": sp.Sum(i * delta(i, r - 2 * u), (i, 0, n - 1), (u, 0, m - 1)),
    "a delta in a sum": sp.Sum(d[i] * (delta(i, r) + 1), (i, 0, n - 1)),
    "a stride": sp.Sum(d[i] * delta(2 * i, r), (i, 0, n - 1)),
    "a delta that stays and one that does not": sp.Sum(d[i] * delta(2 * i, r) * delta(i, u), (i, 0, n - 1)),
    "three deltas": sp.Sum(d[i] * delta(i, r) * delta(3 * i, u) * delta(5 * i, v), (i, 0, n - 1)),
    "a condition and a delta": sp.Sum(where(d[i], i >= 1) * delta(i, r), (i, 0, n - 1)),
    "a condition on the limits": sp.Sum(where(d[i], i >= 1), (i, 0, n - 1)),
    "a condition between indices": sp.Sum(where(w[i, j], i >= j), (i, 0, n - 1), (j, 0, m - 1)),
    "two deltas in a row": sp.Sum(sp.Sum(w[i, j] * delta(i, r + j), (i, 0, n - 1)) * delta(j, u), (j, 0, m - 1)),
    "a number of terms": sp.Sum(sp.Sum(d[i], (u, 2, n)), (i, 0, n - 1)),
    "a square": sp.Sum(d[i], (i, 0, n - 1)) ** 2,
    "three sums inside one another": sp.Sum(
        d[i] / sp.Sum(w[i, j] / sp.Sum(x[i, u] * x[j, u], (u, 0, m - 1)), (j, 0, m - 1)), (i, 0, n - 1)
    ),
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_every_form_has_the_same_value(formula):
    sizes = {index: 3 for index in (r, u, v) if index in formula.free_symbols}
    written = tabulate(formula, sizes, VALUES)
    for form in (collapse(formula), normal_form(formula)):
        check_equal("the form", tabulate(form, sizes, VALUES), written)


def test_the_forms_are_as_stated():
    form = normal_form(sp.Sum(2 * r * d[u], (u, 0, n - 1)))
    (first,) = form.atoms(sp.Dummy)
    assert form == 2 * r * sp.Sum(d[first], (first, 0, n - 1))
    assert form == normal_form(r * sp.Sum(2 * d[v], (v, 0, n - 1)))
    assert collapse(sp.Sum(delta(i, r) * d[i], (i, 0, n - 1))) == where(d[r], (r >= 0) & (r <= n - 1))


@pytest.mark.parametrize(
    "others", [delta(i, i**2 + u), delta(2 * i, u), delta(3 * i, v), delta(2 * i, u) * delta(3 * i, v)], ids=str
)
def test_a_delta_is_found_among_others(others):
    assert not collapse(sp.Sum(delta(i, r + 2 * v + 3 * j) * others * d[i], (i, 0, n - 1))).has(sp.Sum)


def test_a_delta_picks_inside_a_sum_that_stays():
    picked = collapse(sp.Sum(w[i, u] * delta(i, r), (i, 0, n - 1), (u, 0, j)))
    assert len(picked.limits) == 1 and not picked.has(sp.KroneckerDelta)


def test_no_delta_is_left_of_those_that_picked():
    strided = sp.Sum(delta(i - s * u, r) * d[i], (i, 0, n - 1))
    picked = collapse(sp.Sum(strided * delta(u, v + 1), (u, 0, m - 1)))
    assert picked.has(sp.Piecewise) and not picked.has(sp.KroneckerDelta)


SAME = {
    "order of limits": [sp.Sum(w[u, v], (u, 0, n), (v, 1, n)), sp.Sum(w[u, v], (v, 1, n), (u, 0, n))],
    "a number of terms": [sp.Sum(sp.Sum(d[i], (u, 2, n)), (i, 0, n - 1)), (n - 1) * sp.Sum(d[i], (i, 0, n - 1))],
    "a delta in a sum": [
        sp.Sum(d[i] * (delta(i, r) + 1), (i, 0, n - 1)),
        where(d[r], (r >= 0) & (r <= n - 1)) + sp.Sum(d[j], (j, 0, n - 1)),
    ],
    "a sum of sums": [
        sp.Sum(d[u] * (w[u, r] + 1), (u, 0, n)),
        sp.Sum(d[u] * w[u, r], (u, 0, n)) + sp.Sum(d[v], (v, 0, n)),
    ],
    "conditions that hold": [sp.Sum(where(d[i], (i >= m) & (i <= m + n)), (i, m, m + n)), sp.Sum(d[j], (j, m, m + n))],
}


@pytest.mark.parametrize("left, right", SAME.values(), ids=SAME)
def test_equal_formulas_have_one_form(left, right):
    prove("eq-a", left, right)


def test_a_condition_is_divided_by_what_is_given_only():
    a = sp.Symbol("a", integer=True)
    sides = [sp.Sum(where(d[i], condition), (i, -j, j)) for condition in (s * i + a >= 0, i >= 0)]
    prove("eq-a", *sides, given=[a >= 0, a < s])
    for given in ([a >= 0], [a < s], [a >= 0, a <= s]):
        with pytest.raises(AssertionError, match="eq-a: the sides differ"):
            prove("eq-a", *sides, given=given)


def test_two_sums_over_one_name_get_two_names():
    product = sp.Sum(w[u, 0], (u, 0, n - 1)) * sp.Sum(x[u, 0], (u, 0, m - 1))
    merged = collapse(product)
    assert {index.name for index in merged.variables} == {"u", "u'"}
    same_value(product, merged, {})
    outside = u * sp.Sum(w[u, 0], (u, 0, n - 1))
    assert {index.name for index in collapse(outside).variables} == {"u'"}
    same_value(outside, collapse(outside), {u: 3})


def test_the_order_of_summation_does_not_matter():
    matrix = w[u, v] * x[v, u]
    prove("eq-a", sp.Sum(matrix, (u, 0, n - 1), (v, 0, m - 1)), sp.Sum(matrix, (v, 0, m - 1), (u, 0, n - 1)))
    with pytest.raises(AssertionError):
        prove("eq-a", sp.Sum(matrix, (u, 0, n - 1), (v, 0, m - 1)), sp.Sum(matrix, (v, 0, n - 1), (u, 0, m - 1)))


def test_a_sum_that_stays_open_is_left_to_sympy():
    a, b = sp.symbols("a b", integer=True)
    assert tabulate(sp.Sum(i, (i, a, b)), {}, {}).item() == sp.Sum(i, (i, a, b)).doit()
    assert tabulate(sp.Sum(i, (i, 0, b)), {}, {}).item() == sp.Sum(i, (i, 0, b)).doit()
    assert tabulate(sp.Sum(i, (i, 0, a)), {}, {a: -3}).item() == 3  # for SymPy it takes the terms at -1 and -2 away
    inside_a_function = sp.exp(sp.Sum(w[i, 0], (i, 0, m - 1)))
    assert tabulate(inside_a_function, {}, VALUES).item() == sp.exp(VALUES[w][0, 0] + VALUES[w][1, 0])


def test_a_difference_of_negative_numbers_is_simplified():
    t = sp.Symbol("t", negative=True)
    prove("eq-a", [sp.sin(t) ** 2], [1 - sp.cos(t) ** 2])
    with pytest.raises(AssertionError):
        prove("eq-a", [sp.sin(t) ** 2], [1 - sp.cos(t)])


def test_only_a_proof_for_every_size_has_a_formula():
    a = symbols("a", (2,))
    assert prove("eq-a", a, a * np.array([1, 1]))._repr_latex_() is None


@pytest.mark.parametrize("error", [RecursionError, StopIteration])
def test_when_sympy_gives_up_nothing_is_proved(monkeypatch, error):
    def give_up(expression):
        raise error

    t = sp.Symbol("t", negative=True)
    prove("eq-a", [sp.sin(t) ** 2], [1 - sp.cos(t) ** 2])
    monkeypatch.setattr(sp, "simplify", give_up)
    with pytest.raises(AssertionError, match="eq-a: the sides differ"):
        prove("eq-a", [sp.sin(t) ** 2], [1 - sp.cos(t) ** 2])
