"""Backward through one kernel: S1-5 to S1-9, S4-101 to S4-123, S3-18, and the zero paddings of S0 and S1."""

import numpy as np
import sympy as sp

from .evidence import Case, Evidence, check
from .small import (
    conv,
    conv_back,
    correlation,
    cubic,
    dcubic,
    full_convolution,
    gradient,
    integers,
    outside_is_zero,
    symbols,
    table,
    turn,
)  # fmt: skip

X, W, D = symbols("x", (3, 4)), symbols("w", (2, 3)), symbols("d", (2, 2))
b = sp.Symbol("b")
LOSS = (D * conv(X, W, b)).sum()  # each output has the gradient d
G, DW, DB = conv_back(D, X, W)
AFTER = cubic(X)  # an activation below: X stands before it
LOSS_BELOW = (D * conv(AFTER, W, b)).sum()
ROW_X, ROW_W, ROW_D = (np.array([row], dtype=object) for row in ([1, 2, 4], [1, 3], [1, 2]))
ROW_G, ROW_DW, _ = conv_back(ROW_D, ROW_X, ROW_W)


def by_taps(read, w, shape):
    """(20) without the slope: the sum over taps of delta[r - m, q - n] w[m, n]."""
    return table(shape, lambda r, q: sum(read(r - m, q - n) * w[m, n] for m, n in np.ndindex(*w.shape)))


def wrapped(array):
    """Read as NumPy does without a zero extension: -1 is the last entry, and beyond the end it starts anew."""
    return lambda *index: array[tuple(i % n for i, n in zip(index, array.shape))]


@check("S1-5")
def schmidts_backward():
    """With the zero extension that he states: times the slope of the activation below."""
    printed = dcubic(X) * by_taps(outside_is_zero(D), W, X.shape)
    return Evidence(printed=[Case(printed, gradient(LOSS_BELOW, X), dcubic(X) * G)])


@check("S1-6", "S1-14", "S1-22", "S0-4", "S0-11")
def closed_interval():
    """Which rows are set to 0: those outside [0, n] leave row n, which is outside the map of rows 0 to n - 1."""
    cases = {"printed": [], "corrected": []}
    for n in (1, 2, 5):
        rows = range(-3, n + 4)
        outside = [row not in range(n) for row in rows]
        cases["printed"].append(Case([not 0 <= row <= n for row in rows], outside))
        cases["corrected"].append(Case([not 0 <= row <= n - 1 for row in rows], outside))
    # What it does: a map and a kernel of 2 x 1 pixels, so n = 1. Row 1 of delta is read; nothing says it is 0.
    delta, unknown, w = symbols("d", (1, 1)), sp.Symbol("e"), symbols("v", (2, 1))
    read = lambda i, j: {0: delta[0, 0], 1: unknown}.get(i, 0)
    true = conv_back(delta, symbols("x", (2, 1)), w)[0]
    cases["printed"].append(Case(by_taps(read, w, (2, 1)), true))
    cases["corrected"].append(Case(by_taps(outside_is_zero(delta), w, (2, 1)), true))
    return Evidence(**cases)


@check("S1-7", "S1-8", "S4-101", "S4-102", "S4-105", "S4-107", "S4-108")
def kernel_and_bias_gradient():
    """Also as the sum over all copies of a shared weight."""
    rate = sp.Symbol("eta")
    step = lambda u, v: sum(D[i, j] * X[u + i, v + j] for i, j in np.ndindex(2, 2))
    true = gradient(LOSS, W)
    own = symbols("k", (2, 2, 2, 3))  # as if each output had a kernel of its own
    unshared = sum(D[i, j] * own[i, j, u, v] * X[i + u, j + v] for i, j, u, v in np.ndindex(*own.shape))
    copies = gradient(unshared, own).sum(axis=(0, 1))
    chain = table(
        (2, 3), lambda u, v: sum(D[i, j] * sp.diff(conv(X, W, b)[i, j], W[u, v]) for i, j in np.ndindex(2, 2))
    )
    return Evidence(
        printed=[
            Case(W - rate * table((2, 3), step), W - rate * true, W - rate * DW),
            Case(b - rate * D.sum(), b - rate * sp.diff(LOSS, b), b - rate * DB),
            Case(chain, true),
            Case(copies, true),
        ]
    )


@check("S1-9")
def sizes_of_which_layer():
    """Layer 1 has a 2 x 2 kernel, layer 2 one of 3 x 1. Backward to layer 1 needs the size 3 x 1."""
    inner, w2, d2 = integers(4, 3), integers(3, 1, seed=1), integers(2, 3, seed=2)
    true, read = conv_back(d2, inner, w2)[0], outside_is_zero(w2)
    with_size = lambda k1, k2: table(
        inner.shape, lambda r, q: sum(read(m, n) * outside_is_zero(d2)(r - m, q - n) for m, n in np.ndindex(k1, k2))
    )
    return Evidence(true_reading=Case(with_size(3, 1), true), false_reading=Case(with_size(2, 2), true))


@check("S4-103", "S4-104")
def derivative_by_a_weight():
    y = conv(X, W, b)
    printed = table((2, 2, 2, 3), lambda i, j, m, n: X[i + m, j + n])
    return Evidence(printed=Case(printed, np.array([[gradient(y[i, j], W) for j in range(2)] for i in range(2)])))


def star(x, kernel, flips, padding=(0, 0)):
    """The two operations that * may mean, over the padded map, at the places that exist."""
    return correlation(np.pad(x, [(p, p) for p in padding]), turn(kernel) if flips else kernel)


@check("S4-106")
def star_of_14():
    return Evidence(
        true_reading=[Case(star(X, turn(D), True), DW), Case(star(ROW_X, turn(ROW_D), True), ROW_DW)],
        false_reading=[Case(star(X, turn(D), False), DW), Case(star(ROW_X, turn(ROW_D), False), ROW_DW)],
    )


@check("S4-122")
def star_of_22():
    """Correlation with the turned kernel, over delta padded with K - 1 zeros."""
    return Evidence(
        true_reading=[Case(star(D, turn(W), False, (1, 2)), G), Case(star(ROW_D, turn(ROW_W), False, (0, 1)), ROW_G)],
        false_reading=[Case(star(D, turn(W), True, (1, 2)), G), Case(star(ROW_D, turn(ROW_W), True, (0, 1)), ROW_G)],
    )


def affected():
    """For each input pixel of X the outputs it changes, from SymPy's derivatives."""
    y = conv(X, W, b)
    return {(r, q): {p for p in np.ndindex(2, 2) if y[p].has(X[r, q])} for r, q in np.ndindex(*X.shape)}


@check("S4-111", "S4-112", "S4-115", "S4-116", "S4-118")
def region_and_its_derivatives():
    """Sum over Q of delta times derivative; the derivative is the weight times the slope."""
    y, Q = conv(AFTER, W, b), affected()
    over_Q = table(X.shape, lambda r, q: sum(D[p] * sp.diff(y[p], X[r, q]) for p in Q[r, q]))
    inside = [(r, q, m, n) for r, q, m, n in np.ndindex(3, 4, 2, 3) if (r - m, q - n) in Q[r, q]]
    forward = lambda r, q, m, n: sum(W[u, v] * AFTER[r - m + u, q - n + v] for u, v in np.ndindex(2, 3)) + b
    return Evidence(
        printed=[
            Case(over_Q, gradient(LOSS_BELOW, X)),
            Case([forward(*at) for at in inside], [y[r - m, q - n] for r, q, m, n in inside]),
            Case(
                [W[m, n] * dcubic(X[r, q]) for r, q, m, n in inside],
                [sp.diff(forward(*at), X[at[:2]]) for at in inside],
            ),
        ]
    )


@check("S4-113", "S4-119")
def equation_20():
    """With delta = 0 outside its map; the slides do not say what stands there, and NumPy would wrap around."""
    true = gradient(LOSS_BELOW, X)
    return Evidence(
        holds_inside=Case(dcubic(X) * by_taps(outside_is_zero(D), W, X.shape), true),
        fails_outside=[
            Case(dcubic(X) * by_taps(wrapped(D), W, X.shape), true),
            Case(by_taps(wrapped(ROW_D), ROW_W, (1, 3)), ROW_G),
        ],
    )


@check("S4-114")
def extent_of_the_region():
    """A pixel far from the border reaches K_h x K_w outputs; in a corner, one."""
    x, w = symbols("x", (3, 5)), symbols("w", (2, 3))
    y = conv(x, w)
    reached = lambda r, q: sorted(p for p in np.ndindex(2, 3) if y[p].has(x[r, q]))
    claimed = lambda r, q: sorted((r - m, q - n) for m, n in np.ndindex(2, 3))
    return Evidence(
        holds_inside=Case(claimed(1, 2), reached(1, 2)), fails_outside=Case(len(claimed(0, 0)), len(reached(0, 0)))
    )


@check("S4-117")
def expanded_sum():
    """The first term is printed with 0 - m + m'; it should have i' - m + m'. It vanishes in the derivative anyway."""
    x, w = symbols("x", (4, 5)), symbols("w", (2, 3))
    r, q, m, n = 2, 3, 1, 2

    def first(row, column):
        return sum(w[u, v] * outside_is_zero(x)(row - m + u, column - n + v) for u, v in np.ndindex(2, 3)) + b

    true = conv(x, w, b)[r - m, q - n]
    return Evidence(printed=Case(first(0, 0), true), corrected=Case(first(r, q), true))


@check("S4-120", "S3-18")
def flipped_kernel_in_backward():
    """A convolution of delta with the kernel: a correlation of the padded delta with the turned one."""
    return Evidence(
        printed=[
            Case(full_convolution(D, W), G, gradient(LOSS, X)),
            Case(correlation(np.pad(D, [(1, 1), (2, 2)]), turn(W)), G),
        ]
    )


@check("S4-121")
def equation_21():
    """The turned result of a correlation is not the correlation with the turned kernel."""
    printed = lambda d, w, padding: turn(correlation(np.pad(d, [(p, p) for p in padding]), w))
    right = lambda d, w, padding: correlation(np.pad(d, [(p, p) for p in padding]), turn(w))
    assert printed(ROW_D, ROW_W, (0, 1)).tolist() == [[2, 7, 3]] and ROW_G.tolist() == [[1, 5, 6]]
    return Evidence(
        printed=[Case(printed(ROW_D, ROW_W, (0, 1)), ROW_G), Case(printed(D, W, (1, 2)), G)],
        corrected=[Case(right(ROW_D, ROW_W, (0, 1)), ROW_G), Case(right(D, W, (1, 2)), G)],
    )


@check("S4-123")
def product_with_the_slope():
    """Entry by entry, on a square map where a matrix product would be defined too."""
    x, w, d = integers(3, 3), integers(2, 2, seed=1), integers(2, 2, seed=2)
    a = symbols("a", (3, 3))
    at = dict(zip(a.flat, x.flat))
    loss = (d * conv(cubic(a), w)).sum()
    true = np.vectorize(lambda e: e.subs(at), otypes=[object])(gradient(loss, a))
    back = conv_back(d, cubic(x), w)[0]
    return Evidence(true_reading=Case(back * dcubic(x), true), false_reading=Case(back @ dcubic(x), true))
