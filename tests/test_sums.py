"""Sums are merged, collapsed and named so that nothing changes its value."""

import numpy as np
import pytest
import sympy as sp
from cnnlib.symbolic import collapse, prove, symbols, tabulate

i, j, r, u, v = sp.symbols("i j r u v", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
w, x = map(sp.IndexedBase, "wx")
VALUES = {n: 3, m: 2, w: symbols("w", (4, 4)), x: symbols("x", (4, 4))}


def same_value(left, right, sizes):
    prove("eq-a", tabulate(left, sizes, VALUES), tabulate(right, sizes, VALUES))


def test_an_index_that_limits_another_is_not_picked():
    triangle = sp.Sum(w[i, j] * sp.KroneckerDelta(i, r), (j, 0, i), (i, 0, n - 1))
    collapsed = collapse(triangle)
    assert collapsed.has(sp.KroneckerDelta) and len(collapsed.limits) == 2
    same_value(triangle, collapsed, {r: 3})


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
