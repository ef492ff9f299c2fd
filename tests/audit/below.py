"""From a pooling layer to a convolution layer and below it: S3-17, S3-19, S3-20, S2-7, S2-21."""

import numpy as np
import sympy as sp
from cnnlib import Conv2d, MaxPool2d, Sequential

from .evidence import Case, Evidence, check
from .small import avg_pool, avg_pool_back, conv, conv_back, correlation, cubic, gradient, integers, symbols, turn

X, W, D = symbols("x", (3, 4)), symbols("w", (2, 3)), symbols("d", (2, 2))


@check("S3-17")
def amount_of_padding():
    """K - 1 zeros on each side, of each direction."""
    true = gradient((D * conv(X, W)).sum(), X)
    slid = lambda rows, columns: correlation(np.pad(D, [(rows, rows), (columns, columns)]), turn(W))
    return Evidence(holds_inside=Case(slid(1, 2), true, conv_back(D, X, W)[0]), fails_outside=Case(slid(1, 1), true))


@check("S3-19")
def slope_of_the_layer_that_receives():
    """Pool, conv, pool: no slope at the lower pooling layer. Conv with an activation, conv, pool: its slope is needed."""
    a, w, d = symbols("a", (3, 4)), integers(2, 3, seed=1), integers(1, 1, seed=2)
    passed = avg_pool_back(d, (2, 2), 2)  # both times the layer that passes delta is a pooling layer
    backward = conv_back(passed, integers(3, 4), w)[0]
    above = lambda maps: (d * avg_pool(conv(maps, w), 2)).sum()
    return Evidence(
        holds_inside=Case(backward, gradient(above(a), a)),
        fails_outside=Case(backward, gradient(above(cubic(a)), a)),
    )


@check("S3-20")
def pooling_with_an_activation():
    """A bare mean; and the pooling of LeNet-5, which scales, adds a bias and squashes (here by a cubic)."""
    x, d, scale, bias = symbols("x", (2, 2)), symbols("d", (1, 1)), *sp.symbols("s t")
    bare = avg_pool_back(d, (2, 2), 2)
    mean = avg_pool(x, 2)
    return Evidence(
        true_reading=Case(bare, gradient((d * mean).sum(), x)),
        false_reading=Case(bare * scale, gradient((d * cubic(scale * mean + bias)).sum(), x)),
    )


@check("S2-7")
def derivative_by_a_weight():
    """The printed chain ends in x_i; the factor delta_l stands in its middle and is asked for in the next sentence."""
    a, x, t, v = sp.symbols("a x t v")
    E = (cubic(v * x) - t) ** 2 / 2
    delta = sp.diff((cubic(a) - t) ** 2 / 2, a).subs(a, v * x)
    return Evidence(printed=Case(x, sp.diff(E, v)), corrected=Case(delta * x, sp.diff(E, v)))


@check("S2-21")
def weights_of_one_unit_or_shared():
    """One row of two windows, pooled one by one, so that both units receive a gradient."""
    x, d = integers(1, 3), symbols("d", (1, 2))
    own, w = symbols("k", (2, 2)), symbols("w", (1, 2))
    units = lambda kernels: [sum(kernels[u, i] * x[0, u + i] for i in range(2)) for u in range(2)]
    per_unit = np.array([[d[0, u] * x[0, u + i] for i in range(2)] for u in range(2)], dtype=object)
    layers = Sequential(Conv2d(1, 1, (1, 2), bias=False), MaxPool2d(1))
    layers[0].params["weight"] = integers(1, 2, seed=1)[..., None, None]
    layers.forward(x[..., None])
    layers.backward(d[..., None])
    shared = layers[0].grads["weight"].ravel()
    loss = lambda kernels: sum(d[0, u] * value for u, value in enumerate(units(kernels)))
    by_shared = gradient(loss(np.vstack([w, w])), w.ravel())
    return Evidence(
        holds_inside=Case(per_unit, gradient(loss(own), own)),
        fails_outside=[Case(per_unit[u], shared, by_shared) for u in range(2)],
    )
