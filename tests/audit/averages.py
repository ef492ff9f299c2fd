"""Average pooling by Huang and Lee: S3-5 to S3-8, S4-125, S4-126, X-2."""

from itertools import product

import numpy as np
import sympy as sp

from .evidence import Case, Evidence, check
from .small import avg_pool, avg_pool_back, gradient, integers, symbols


def spread(d, N, value):
    """Fill each block of N x N pixels with a value made from its delta."""
    return np.kron(value(d), np.ones((N, N), int).astype(object))


def total_kept(shape, size, **options):
    """Whether the sum of g is the sum of delta, with delta = 1 everywhere."""
    y = avg_pool(np.zeros(shape, object), size, **options)
    d = np.full(y.shape, sp.S.One, dtype=object)
    return Case(d.sum(), avg_pool_back(d, shape, size, **options).sum())


@check("S3-5")
def even_shares():
    """Each delta alone: 1 / N^2 of it to each pixel of its window, wherever the windows lie."""
    cases = []
    for N, stride in product((1, 2, 3), (1, 2, 3)):
        x = symbols("x", (5, 6))
        y = avg_pool(x, N, stride=stride)
        i, j = (n - 1 for n in y.shape)
        share = np.zeros(x.shape, object)
        share[i * stride : i * stride + N, j * stride : j * stride + N] = sp.Rational(1, N * N)
        cases.append(Case(share, gradient(y[i, j], x)))
    d = symbols("d", (2, 3))
    cases.append(Case(spread(d, 2, lambda d: d / sp.S(4)), avg_pool_back(d, (4, 6), 2)))
    return Evidence(printed=cases)


@check("S3-6")
def shape_of_the_upsampled_delta():
    def upsampled(shape, size):
        outputs = avg_pool(np.zeros(shape, object), size).shape
        return Case(tuple(n * k for n, k in zip(outputs, size)), shape)

    return Evidence(
        holds_inside=[upsampled((4, 6), (2, 3)), upsampled((6, 6), (3, 3))],
        fails_outside=[upsampled((5, 7), (2, 3)), upsampled((3, 3), (2, 2))],
    )


@check("S3-7")
def delta_does_not_grow():
    """No entry of g is larger than the largest of delta if each window divides by its size, padding or not.

    Divided by the pixels inside the map instead, the middle of 3 x 3 pixels under 3 x 3 windows gets 16/9.
    """
    bounded = []
    for (K_h, K_w), stride, padding in product([(1, 2), (2, 2), (3, 2)], (1, 2, 3), (0, 1)):
        options = {"stride": stride, "padding": (min(padding, K_h - 1), min(padding, K_w - 1))}
        y = avg_pool(np.zeros((5, 6), object), (K_h, K_w), **options)
        for seed in range(3):
            d = integers(*y.shape, seed=seed)
            bounded.append(abs(avg_pool_back(d, (5, 6), (K_h, K_w), **options)).max() <= abs(d).max())
    worst = [[4 * sp.Rational(1, 4)]]  # four windows of 2 x 2 on one pixel, each with delta = 1
    inside = [[sp.Integer(n_i * n_j) for n_j in (2, 3, 2)] for n_i in (2, 3, 2)]  # pixels of each of nine windows
    middle = sum(1 / n for row in inside for n in row)
    assert middle == sp.Rational(16, 9)
    return Evidence(
        fails_outside=Case(True, bool(middle <= 1)),
        holds_inside=[
            Case([True] * len(bounded), bounded),
            Case(worst, avg_pool_back(np.full((2, 2), sp.S.One, dtype=object), (3, 3), 2, stride=1)[1:2, 1:2]),
        ],
    )


@check("S3-8")
def sum_before_and_after():
    strides = [total_kept((5, 7), (3, 2), stride=s) for s in (1, 2, 3)]
    return Evidence(
        holds_inside=[total_kept((4, 6), (2, 3)), total_kept((5, 7), (2, 3)), *strides],
        fails_outside=[
            total_kept((5, 7), (3, 2), padding=(1, 0)),
            total_kept((1, 1), (1, 2), padding=(0, 1), stride=1),
        ],
    )


@check("S4-125", "X-2")
def multiplied_or_divided():
    """One pixel more than needed: N = 2, delta = 4 gives 1 to each of the four; the slide's rule gives 16."""
    cases = {"printed": [], "corrected": []}
    for N in (2, 3, 4):
        d = symbols("d", (2, 1))
        x = symbols("x", (2 * N, N))
        true = avg_pool_back(d, x.shape, N), gradient((d * avg_pool(x, N)).sum(), x)
        cases["printed"].append(Case(spread(d, N, lambda d: d * N * N), *true))
        cases["corrected"].append(Case(spread(d, N, lambda d: d / sp.S(N * N)), *true))
    assert avg_pool_back(np.array([[sp.S(4)]]), (2, 2), 2).tolist() == [[1, 1], [1, 1]]
    return Evidence(**cases)


@check("S4-126")
def same_value_in_the_block():
    """Side by side; with overlap a pixel in more windows gets more."""
    d = np.full((3, 3), sp.S(9), dtype=object)
    block = lambda g: Case([g[0, 0]] * 9, g[:3, :3].ravel())
    return Evidence(
        holds_inside=[block(avg_pool_back(symbols("d", (2, 2)), (6, 6), 3))],
        fails_outside=[block(avg_pool_back(d, (5, 5), 3, stride=1))],
    )
