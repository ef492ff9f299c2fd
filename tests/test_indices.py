"""Letters for proofs have the assumptions that their names promise, and sums are nested as they are written."""

import sympy as sp
from cnnlib.proofs import indices, latex, sizes, total


def test_an_index_may_be_anything_a_size_is_at_least_1():
    (i, j), K = indices("i j"), sizes("K")
    assert (i.is_integer, i.is_nonnegative, j.is_integer) == (True, None, True)
    assert (K.is_integer, (K - 1).is_nonnegative) == (True, True)


def test_the_first_sum_stands_outside():
    (i, j), (n, m), x = indices("i j"), sizes("n m"), sp.IndexedBase("x")
    assert latex(total(x[i, j], {i: n, j: m})) == r"\sum_{i=0}^{n - 1} \sum_{j=0}^{m - 1} x_{i,j}"
    assert total(i, {i: 3}).doit() == 0 + 1 + 2


def test_a_limit_may_be_the_index_outside_it():
    i, j = indices("i j")
    assert total(sp.Integer(1), {i: 4, j: i + 1}).doit() == 1 + 2 + 3 + 4
