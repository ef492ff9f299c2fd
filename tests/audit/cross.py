"""What the documents say together: X-1, X-3 to X-7."""

import numpy as np
import sympy as sp
from cnnlib import AvgPool2d, Conv2d, Flatten, HalfSquaredError, Linear, MaxPool2d, ReLU, Sequential, check_gradient

from .deltas import DELTA_I, DELTA_J, G_I, G_J, SLOPE_I, SLOPE_J, W, w
from .evidence import Case, Evidence, check
from .kernels import DW, LOSS_BELOW, D, G, X, by_taps, star
from .kernels import W as KERNEL
from .pooling import distinct, schmidt_backward, switch, true_backward, window
from .small import (
    conv,
    correlation,
    cubic,
    dcubic,
    full_convolution,
    gradient,
    integers,
    outside_is_zero,
    table,
    turn,
)  # fmt: skip


@check("X-1")
def one_star_for_all():
    """Forward, (14) and (22), each with the flip and without it: what is right needs the flip twice and not once."""

    def right(flips):
        """Which of the three are true, with a meaning for each."""
        forward = star(X, turn(KERNEL), flips[0])
        equation_14, equation_22 = star(X, turn(D), flips[1]), star(D, turn(KERNEL), flips[2], (1, 2))
        same = lambda a, b: a.shape == b.shape and all(sp.expand(v) == 0 for v in (a - b).flat)
        return [same(forward, conv(X, KERNEL)), same(equation_14, DW), same(equation_22, G)]

    return Evidence(
        printed=[Case([True] * 3, right([flips] * 3)) for flips in (True, False)],
        corrected=Case([True] * 3, right([True, True, False])),
    )


def rules(a, size, stride):
    """The four max-pooling rules without an activation below, the true gradient, and the slope of an activation."""
    x = cubic(a)
    d, true = true_backward(x, size, stride=stride)
    added, put = np.zeros(x.shape, object), np.zeros(x.shape, object)
    for i, j in np.ndindex(*d.shape):
        at = switch(x, size, i, j, stride)
        added[at] = added[at] + d[i, j]  # ELL784 says that several windows are summed
        put[at] = d[i, j]  # Huang and Lee put the value there
    return [added, put, schmidt_backward(d, x, size, stride), put.copy()], true, dcubic(a)


@check("X-3")
def four_rules_for_max_pooling():
    """Side by side, without ties and without an activation below they agree; with one, two of them lack its slope."""
    a = distinct((4, 4)) - 5
    (ell784, huang, schmidt, lee), true, slope = rules(a, (2, 2), (2, 2))
    overlapping, true_overlapping, _ = rules(a, (2, 2), (1, 1))
    assert Case(overlapping[0], true_overlapping).agrees
    return Evidence(
        holds_inside=[Case(rule, true) for rule in (ell784, huang, schmidt, lee)],
        fails_outside=[Case(rule, ell784 * slope) for rule in (schmidt, lee)]  # they have no slope; the others do
        + [Case(rule, overlapping[0]) for rule in overlapping[1:]],
    )


@check("X-4")
def schmidt_and_lee():
    """The two kernel gradients and the two backward formulas, each as its author orders indices and factors."""
    read = outside_is_zero(D)
    schmidt = dcubic(X) * by_taps(read, KERNEL, X.shape)
    lee = table(
        X.shape, lambda r, q: sum(read(r - m, q - n) * KERNEL[m, n] * dcubic(X[r, q]) for m, n in np.ndindex(2, 3))
    )
    kernel_schmidt = table((2, 3), lambda i, j: sum(D[k, m] * X[i + k, j + m] for k, m in np.ndindex(2, 2)))
    kernel_lee = table((2, 3), lambda m, n: sum(D[i, j] * X[i + m, j + n] for i, j in np.ndindex(2, 2)))
    return Evidence(printed=[Case(schmidt, lee, gradient(LOSS_BELOW, X)), Case(kernel_schmidt, kernel_lee, DW)])


@check("X-5")
def drawn_and_written():
    """Huang's picture has no slope: the three agree where the layer below has no activation."""
    drawn = correlation(np.pad(D, [(1, 1), (2, 2)]), turn(KERNEL))
    written = by_taps(outside_is_zero(D), KERNEL, X.shape)
    less = correlation(np.pad(D, [(1, 1), (1, 1)]), turn(KERNEL))
    return Evidence(
        holds_inside=Case(drawn, written, full_convolution(D, KERNEL)),
        fails_outside=[Case(drawn, dcubic(X) * written), Case(less, written)],
    )


@check("X-6")
def one_letter_several_meanings():
    """delta: before the activation in the notes on convolution, after it in those on pooling. z: a value, or a slope."""
    z_value, z_edge = cubic(sp.S(2)), W[0, 0] * dcubic(sp.S(2))  # sigma(a), and w times the slope
    return Evidence(
        true_reading=[Case(SLOPE_I * (w @ DELTA_J), DELTA_I), Case(w @ (SLOPE_J * G_J), G_I)],
        false_reading=[Case(G_I, DELTA_I), Case(z_value, z_edge)],
    )


def convolve(x, w):
    """Schmidt's forward pass with channels."""
    size = [n - k + 1 for n, k in zip(x.shape[:2], w.shape)]
    taps = list(np.ndindex(*w.shape[:3]))
    return table((*size, w.shape[3]), lambda i, j, f: sum(w[u, v, c, f] * x[i + u, j + v, c] for u, v, c in taps))


def convolve_back(d, x, w):
    """His backward pass with the indices in order, and his gradient step."""
    read, places = outside_is_zero(d), list(np.ndindex(*d.shape[:2]))
    taps = list(np.ndindex(w.shape[0], w.shape[1], w.shape[3]))
    dx = table(x.shape, lambda r, q, c: sum(w[u, v, c, f] * read(r - u, q - v, f) for u, v, f in taps))
    return dx, table(w.shape, lambda u, v, c, f: sum(d[i, j, f] * x[u + i, v + j, c] for i, j in places))


@check("X-7")
def whole_network():
    """Convolution, ReLU, max pooling, convolution, average pooling, dense: every gradient by the corrected rules."""
    x, w1, w2 = integers(9, 8, 1), integers(2, 3, 1, 2, seed=1), integers(3, 2, 2, 3, seed=2)
    w3, t = integers(3, 2, seed=3), integers(2, seed=4)
    first, second = Conv2d(1, 2, (2, 3), bias=False), Conv2d(2, 3, (3, 2), bias=False)
    network = Sequential(first, ReLU(), MaxPool2d(2), second, AvgPool2d(2), Flatten(), Linear(3, 2, bias=False))
    network.params.update({"0.weight": w1, "3.weight": w2, "6.weight": w3})
    loss = HalfSquaredError()
    loss.forward(network.forward(x[None]), t[None])
    dx = network.backward(loss.backward())[0]

    a1 = convolve(x, w1)
    h1 = a1 * (a1 > 0).astype(int)
    p1 = np.stack(
        [[[window(h1[..., c], (2, 2), i, j).max() for j in range(3)] for i in range(4)] for c in range(2)], -1
    )
    mean = convolve(p1, w2)[:2, :2].sum(axis=(0, 1)) / sp.S(4)
    d3 = mean @ w3 - t
    d2 = np.broadcast_to((w3 @ d3) / sp.S(4), (2, 2, 3))  # the mean: the share of each pixel
    g1, dw2 = convolve_back(d2, p1, w2)
    up = np.stack([schmidt_backward(g1[..., c], h1[..., c], (2, 2)) for c in range(2)], -1)
    d1 = up * (a1 > 0).astype(int)
    rules_dx, dw1 = convolve_back(d1, x, w1)
    check_gradient(network, np.random.default_rng(0).normal(size=(1, 9, 8, 1)))  # and cnnlib agrees with differences
    grads = network.grads
    return Evidence(
        printed=[
            Case(np.outer(mean, d3), grads["6.weight"]), Case(dw2, grads["3.weight"]),
            Case(dw1, grads["0.weight"]), Case(rules_dx, dx),
        ]
    )  # fmt: skip
