"""ELL784 on one max pooling unit: S2-8 to S2-24."""

from itertools import permutations, product

import numpy as np
import sympy as sp
from cnnlib import Max, load_mnist

from .evidence import Case, Evidence, check
from .small import cubic, dcubic, max_pool, symbols

# Three units a_l with cubic activations, a pooling unit z, and the loss E = (t - c z)^2 / 2 above it.
A = np.array([2, -1, 1], dtype=object)
Z = cubic(A)
C, TARGET, z = 3, 5, sp.Symbol("z")
E = (TARGET - C * z) ** 2 / 2
DELTA_2 = sp.diff(E, z).subs(z, Z.max())  # the pooling unit has no activation of its own


def largest(values):
    return Max().forward(np.array([values], dtype=object)).item()


def selector(values):
    """What cnnlib's backward says the maximum's derivatives are."""
    layer = Max()
    layer.forward(np.array([values], dtype=object))
    return layer.backward(np.array([[1]], dtype=object))[0]


def slopes(values, l):
    """Both one-sided slopes of the maximum by its entry l, from steps smaller than any gap of whole numbers."""
    step = sp.Rational(1, 3)
    moved = [[v + k * step * int(n == l) for n, v in enumerate(values)] for k in (-1, 0, 1)]
    left, here, right = map(largest, moved)
    return (here - left) / step, (right - here) / step


def true_deltas(a):
    """Derivatives of E by each a_l while the winner stays: of a polynomial in a small change."""
    e, winner = sp.Symbol("e"), int(np.argmax(cubic(a)))
    of_change = lambda l: E.subs(z, cubic(a[winner] + (e if l == winner else 0)))
    return np.array([sp.diff(of_change(l), e).subs(e, 0) for l in range(len(a))])


@check("S2-8")
def chain_of_factors():
    """The last sign of equality leaves the other two factors out; l stands where the pooling unit's 1 should."""
    true = true_deltas(A)
    return Evidence(
        printed=[Case(dcubic(A[k]), true[k]) for k in range(3)],
        corrected=[Case(DELTA_2 * selector(Z)[k] * dcubic(A[k]), true[k]) for k in range(3)],
    )


@check("S2-11")
def delta_of_which_pooling_unit():
    """Two pooling units of two units each: unit 2 of the first belongs to pooling unit 1, not to number 2."""
    delta_2, row = symbols("d", (2,)), np.array([1, 3], dtype=object)
    true = delta_2[0] * selector(cubic(row))[1] * dcubic(row[1])
    printed = lambda unit: delta_2[unit] * selector(cubic(row))[1] * dcubic(row[1])
    a = sp.Symbol("a")
    by_chain = sp.diff(delta_2[0] * cubic(a), a).subs(a, 3)  # E is linear in the first unit's output, its maximum z_2
    return Evidence(printed=Case(printed(1), true, by_chain), corrected=Case(printed(0), true, by_chain))


@check("S2-9")
def several_pooling_units():
    """A unit in the middle that wins two windows receives both."""
    row, d = np.array([[0, 1, 0]], dtype=object), symbols("d", (1, 2))
    g = [sum(d[0, k] * slopes(row[0, k : k + 2], l - k)[0] for k in range(2) if 0 <= l - k < 2) for l in range(3)]
    from_each = [d[0, 0] * selector(row[0, :2])[1], d[0, 1] * selector(row[0, 1:])[0]]
    return Evidence(printed=[Case(sum(from_each), g[1]), Case([0, d.sum(), 0], g)])


@check("S2-12")
def delta_from_above():
    e = sp.Symbol("e")
    change = sp.expand(E.subs(z, Z.max() + e)).coeff(e, 1)
    return Evidence(printed=Case((C * Z.max() - TARGET) * C, DELTA_2, change))


@check("S2-13")
def at_most_points():
    """Of n^2 pairs n are ties. After ReLU, as on the background of a digit, most windows tie."""
    share = lambda n: sp.Rational(sum(a == b for a, b in product(range(n), repeat=2)), n * n)
    digit = load_mnist().train_images[0]
    digit = digit[..., 0] if digit.ndim == 3 else digit
    blocks = digit[:28, :28].reshape(14, 2, 14, 2).transpose(0, 2, 1, 3).reshape(-1, 4)

    def ties(windows):
        largest_ones = (windows == windows.max(axis=1, keepdims=True)).sum(axis=1)
        return sp.Rational(int((largest_ones > 1).sum()), len(windows))

    signs = np.array(list(product((-2, -1, 1, 2), repeat=2)))
    assert [share(n) for n in (10, 100)] == [sp.Rational(1, 10), sp.Rational(1, 100)]
    after_relu = ties(np.maximum(signs, 0))
    return Evidence(
        holds_inside=[Case(True, share(n) < sp.Rational(1, 2)) for n in (10, 100)],
        fails_outside=[Case(True, ties(blocks) < sp.Rational(1, 2)), Case(ties(signs), after_relu)],
    )


@check("S2-14", "S2-15", "S2-16")
def two_arguments():
    """Slopes by x_1 with x_2 fixed: 0 below, 1 above, and two different ones at the tie only."""
    cases = []
    for x1, x2 in product(range(-2, 3), repeat=2):
        left, right = slopes([x1, x2], 0)
        cases.append(Case(x1 == x2, left != right))
        if x1 != x2:
            cases.append(Case(0 if x1 < x2 else 1, left, right))
    return Evidence(printed=cases)


@check("S2-17")
def differentiable_without_a_tie():
    """For all entries, the two one-sided slopes agree exactly where the maximum is unique."""
    cases = []
    for values in product(range(3), repeat=3):
        smooth = all(left == right for left, right in (slopes(values, l) for l in range(3)))
        cases.append(Case(values.count(max(values)) == 1, smooth))
    return Evidence(printed=cases)


@check("S2-18", "S2-19", "S2-20", "S2-22")
def selector_and_delta():
    """All 24 orders of four values; then delta of the units of the small network."""
    orders = list(permutations((-2, 0, 1, 5)))
    claimed = [[int(l == values.index(max(values))) for l in range(4)] for values in orders]
    true = [[slopes(values, l)[0] for l in range(4)] for values in orders]
    deltas = np.array([DELTA_2 * dcubic(A[l]) if l == int(np.argmax(Z)) else 0 for l in range(3)])
    winners = [int(max_pool(np.array([values], dtype=object), (1, 4))[1].item()) for values in orders]
    return Evidence(
        printed=[
            Case([values.index(max(values)) for values in orders], winners),
            Case(claimed, true),
            Case(deltas, true_deltas(A)),
            Case(1, int((true_deltas(A) != 0).sum())),
        ]
    )


@check("S2-23")
def no_effect_of_the_others():
    """For changes of all units by less than half the gap; a larger one makes another unit win."""
    values, gap = [2, 7, 3], 4

    def same_winner(change):
        moved = [v + k * change for v, k in zip(values, (1, -1, 1))]
        return Case(values[1] - change, largest(moved))

    return Evidence(
        holds_inside=[same_winner(sp.Rational(k, 8) * gap) for k in (1, 2, 3)],
        fails_outside=[same_winner(sp.Rational(k, 8) * gap) for k in (5, 8)],
    )


@check("S2-24")
def a_linear_unit():
    """Weights 0 but for a 1 at the winner: the same value and the same delta, for this input."""
    imagined = selector(Z)
    propagated = DELTA_2 * imagined * dcubic(A)
    return Evidence(printed=[Case(imagined @ Z, Z.max()), Case(propagated, true_deltas(A))])
