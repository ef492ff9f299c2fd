"""Channels, kernels and the stride: S1-11 to S1-25 without the zero padding, and S4-86."""

import numpy as np
import sympy as sp
from cnnlib import Conv2d, Sequential, Tanh, conv2d, conv2d_backward

from .evidence import Case, Evidence, check
from .small import cubic, dcubic, gradient, integers, outside_is_zero, symbols, table

X, W, B = symbols("x", (3, 3, 2)), symbols("w", (2, 2, 2, 3)), symbols("b", (3,))  # C = 2, F = 3
D = symbols("d", (2, 2, 3))


def forward(x, w, bias, s=1):
    """Schmidt's forward pass, in loops, with indices as he writes them."""
    size = [(n - k) // s + 1 for n, k in zip(x.shape[:2], w.shape)]
    taps = list(np.ndindex(*w.shape[:3]))
    return table(
        (*size, w.shape[3]),
        lambda i, j, f: sum(w[u, v, c, f] * x[i * s + u, j * s + v, c] for u, v, c in taps) + bias[f],
    )


@check("S1-11", "S1-12", "S1-17", "S1-18")
def forward_with_channels_and_stride():
    x = integers(5, 7, 2)
    layer = Conv2d(2, 3, 2)
    layer.params.update(weight=W, bias=B)
    y = forward(X, W, B)
    activated = table(y.shape, lambda i, j, f: sp.tanh(y[i, j, f]))
    return Evidence(
        printed=[
            Case(y, conv2d(X, W, B)),
            Case(activated, Sequential(layer, Tanh()).forward(X)),
            *[Case(forward(x, W, B, s), conv2d(x, W, B, stride=s)) for s in (2, 3)],
        ]
    )


def backward(d, w, shape, weight):
    """The sum over taps and kernels, with the weight that `weight(u, v, c, f)` reads."""
    read, F = outside_is_zero(d), d.shape[2]
    taps = list(np.ndindex(*w.shape[:2]))
    return table(
        shape, lambda r, q, c: sum(weight(u, v, c, f) * read(r - u, q - v, f) for u, v in taps for f in range(F))
    )


@check("S1-13")
def index_order_of_the_backward_pass():
    """Smallest case: one pixel, C = F = 2. Where C and F differ, the index does not even exist."""
    w, d = np.array([[[[1, 2], [3, 4]]]], dtype=object), np.array([[[1, 0]]], dtype=object)
    pixel = np.zeros((1, 1, 2), object)
    true, large = conv2d_backward(d, pixel, w)[0], conv2d_backward(D, X, W)[0]
    printed = lambda w: lambda u, v, c, f: outside_is_zero(w)(u, v, f, c)
    right = lambda w: lambda u, v, c, f: w[u, v, c, f]
    below = gradient((D * forward(cubic(X), W, B)).sum(), X)
    assert true.tolist() == [[[1, 3]]] and backward(d, w, (1, 1, 2), printed(w)).tolist() == [[[1, 2]]]
    return Evidence(
        printed=[Case(backward(d, w, (1, 1, 2), printed(w)), true), Case(backward(D, W, X.shape, printed(W)), large)],
        corrected=[
            Case(backward(d, w, (1, 1, 2), right(w)), true),
            Case(backward(D, W, X.shape, right(W)), large),
            Case(dcubic(X) * backward(D, W, X.shape, right(W)), below),
        ],
    )


@check("S1-15", "S1-16", "S1-23", "S1-24")
def gradient_steps():
    """One image; in the strided step (i, j) is a tap, and (i', j') an output."""
    cases = []
    for s, x in ((1, X), (2, integers(5, 6, 2)), (3, integers(6, 8, 2))):
        y = conv2d(x, W, B, stride=s)
        d = symbols("d", y.shape)
        places = list(np.ndindex(*y.shape[:2]))
        step = table(W.shape, lambda u, v, c, f: sum(d[i, j, f] * x[u + i * s, v + j * s, c] for i, j in places))
        bias = table((3,), lambda f: sum(d[i, j, f] for i, j in places))
        _, dw, db = conv2d_backward(d, x, W, stride=s)
        cases += [Case(step, gradient((d * y).sum(), W), dw), Case(bias, gradient((d * y).sum(), B), db)]
    return Evidence(printed=cases)


def polyphase(d, w, s, shape, quotient=lambda i, s: i // s, order=lambda f, c: (c, f)):
    """Schmidt's strided backward pass as printed: K / s taps in each direction, rounded down as a range needs it."""
    weight, delta = outside_is_zero(w), outside_is_zero(d)
    (K_h, K_w), F = w.shape[:2], d.shape[2]
    taps = [(u, v, f) for u in range(K_h // s) for v in range(K_w // s) for f in range(F)]

    def entry(r, q, c):
        terms = (
            weight(r % s + u * s, q % s + v * s, *order(f, c)) * delta(quotient(r, s) - u, quotient(q, s) - v, f)
            for u, v, f in taps
        )
        return sum(terms)

    return table(shape, entry)


def strided(K, s, C=2, F=3):
    """A case of this kernel size and stride: delta, kernels, shape of the map, and the true gradient."""
    w, x = integers(*K, C, F), integers(s + K[0], 2 * s + K[1], C, seed=1)
    d = integers(*conv2d(x, w, stride=s).shape, seed=2)
    return d, w, x.shape, conv2d_backward(d, x, w, stride=s)[0]


@check("S1-19")
def number_of_taps_with_a_stride():
    """Right if the stride divides both sizes of the kernel. Smallest failure: a row, K = 1, s = 2."""
    inside = [((2, 4), 2), ((3, 3), 3), ((4, 2), 1), ((4, 6), 2)]
    outside = [((2, 1), 2), ((3, 2), 2), ((3, 4), 2), ((2, 2), 3)]
    run = lambda K, s: (lambda d, w, shape, true: Case(polyphase(d, w, s, shape), true))(*strided(K, s))
    return Evidence(holds_inside=[run(K, s) for K, s in inside], fails_outside=[run(K, s) for K, s in outside])


@check("S1-20")
def index_order_with_a_stride():
    """Channel, then kernel, as in the forward pass; the other order would fail."""
    d, w, shape, true = strided((2, 4), 2)
    wrong = polyphase(d, w, 2, shape, order=lambda f, c: (f, c))
    return Evidence(printed=[Case(polyphase(d, w, 2, shape), true), Case(True, not np.array_equal(wrong, true))])


@check("S1-21")
def quotient_or_fraction():
    """i / s is the whole quotient; as a fraction it names no pixel between them."""
    d, w, shape, true = strided((2, 4), 2)
    exact = polyphase(d, w, 2, shape, quotient=lambda i, s: sp.Rational(i, s))
    return Evidence(true_reading=Case(polyphase(d, w, 2, shape), true), false_reading=Case(exact, true))


@check("S1-25")
def depth_of_a_kernel():
    """The kernels of layer 2 are as deep as layer 1 has kernels."""
    x = integers(4, 4, 2)
    first = conv2d(x, integers(2, 2, 2, 3))
    depth = lambda F_below, w: Case(F_below, w.shape[2])
    w2 = integers(2, 2, first.shape[2], 5)
    assert conv2d(first, w2).shape == (2, 2, 5)
    return Evidence(true_reading=depth(3, w2), false_reading=depth(5, w2))


@check("S4-86")
def size_of_the_bank():
    """K_h x K_w is the size of one filter on one channel; the bank has C D times as many weights."""
    layers = [Conv2d(C, D, (2, 3)) for C, D in ((1, 1), (2, 1), (1, 4), (2, 4))]
    weights = [layer.params["weight"] for layer in layers]
    return Evidence(
        true_reading=[Case((2, 3), w.shape[:2]) for w in weights] + [Case(4, layers[3].params["bias"].size)],
        false_reading=[Case(2 * 3, w.size) for w in weights[1:]],
    )
