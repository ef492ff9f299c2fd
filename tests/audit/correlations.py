"""Correlation and convolution, sizes and the forward pass: S1-1 to S1-4, S4-79 to S4-96, S4-100."""

import numpy as np
import sympy as sp
from cnnlib import Conv2d, Sequential, Tanh, conv2d, jacobian

from .evidence import Case, Evidence, check
from .small import conv, correlation, full_convolution, integers, outside_is_zero, symbols, table, turn

ROW, TWO = np.array([[1, 2]], dtype=object), np.array([[1, 3]], dtype=object)  # the smallest map and kernel
X, W = symbols("x", (3, 4)), symbols("w", (2, 3))
b = sp.Symbol("b")


@check("S1-1", "S1-3", "S4-79", "S4-91")
def forward_pass():
    """The printed double sum, at every pixel where it is defined, is what cnnlib computes."""
    x, w = symbols("x", (3, 3)), symbols("w", (2, 2))
    printed = lambda w, x: correlation(x, w) + b
    return Evidence(
        printed=[
            Case((2, 2), conv(x, w, b).shape),
            Case(printed(w, x), conv(x, w, b)),
            Case(printed(W, X), conv(X, W, b)),
            Case(correlation(X, W), conv(X, W)),
        ]
    )


@check("S1-4", "S4-92", "S4-93")
def activation_of_each_entry():
    layer = Conv2d(1, 1, W.shape)
    layer.params.update(weight=W[..., None, None], bias=np.array([b]))
    y = conv(X, W, b)
    printed = table(y.shape, lambda i, j: sp.tanh(y[i, j]))
    return Evidence(printed=Case(printed, Sequential(layer, Tanh()).forward(X[..., None])[..., 0]))


@check("S1-2")
def star_without_a_flip():
    """Read as a correlation the star is the sum below it, 7; as a convolution it would be 5."""
    flipped = full_convolution(ROW, TWO)[:, 1:-1]
    assert (correlation(ROW, TWO).item(), flipped.item()) == (7, 5)
    return Evidence(
        true_reading=Case(correlation(ROW, TWO), conv(ROW, TWO)), false_reading=Case(flipped, conv(ROW, TWO))
    )


@check("S4-80")
def convolution():
    """Along a row it multiplies polynomials; on maps cnnlib correlates the padded map with the turned kernel."""
    t = sp.Symbol("t")
    as_polynomial = lambda row: sum(c * t**k for k, c in enumerate(row[0]))
    product = sp.Poly(as_polynomial(X[:1]) * as_polynomial(W[:1]), t).all_coeffs()[::-1]
    return Evidence(
        printed=[
            Case(full_convolution(X[:1], W[:1])[0], product),
            Case(full_convolution(X, W), conv(X, turn(W), padding=(1, 2))),
        ]
    )


def with_negative_taps(x, w, taps):
    """Sum x[i + m, j + n] K(-m, -n) over these taps, 0 outside both."""
    pixel, tap = outside_is_zero(x), outside_is_zero(w)
    size = [n + k - 1 for n, k in zip(x.shape, w.shape)]
    return table(size, lambda i, j: sum(pixel(i + m, j + n) * tap(-m, -n) for m, n in taps(*w.shape)))


@check("S4-81")
def limits_of_equation_3():
    printed = lambda k1, k2: np.ndindex(k1, k2)
    negated = lambda k1, k2: ((-m, -n) for m, n in np.ndindex(k1, k2))
    return Evidence(
        printed=[Case(with_negative_taps(x, w, printed), full_convolution(x, w)) for x, w in ((ROW, TWO), (X, W))],
        corrected=[Case(with_negative_taps(x, w, negated), full_convolution(x, w)) for x, w in ((ROW, TWO), (X, W))],
    )


@check("S4-82")
def flipped_kernel():
    """For every kernel, if K'(-m, -n) = K(m, n) defines the flipped one; not only for kernels with that symmetry."""
    flip = turn(W)
    centred = np.array([[1, 2, 1]], dtype=object)  # K(-m, -n) = K(m, n), counted from the centre
    assert np.array_equal(turn(centred), centred)
    restricted = lambda k: np.array_equal(turn(k), k)
    works = lambda k: np.array_equal(full_convolution(ROW, k), conv(ROW, turn(k), padding=(0, k.shape[1] - 1)))
    return Evidence(
        true_reading=Case(conv(X, flip, padding=(1, 2)), full_convolution(X, W)),
        false_reading=Case(restricted(TWO), works(TWO)),
    )


@check("S4-85", "S4-88")
def star_of_4_and_5():
    """The same star as in (2): the printed sums are the correlation, and not (2)."""
    x, w = symbols("x", (3, 3, 2)), symbols("w", (2, 2, 2))
    channels = sum(correlation(x[..., c], w[..., c]) for c in range(2)) + b
    flipped = sum(full_convolution(x[..., c], w[..., c])[1:-1, 1:-1] for c in range(2)) + b
    layer = conv2d(x, w[..., None], [b])[..., 0]
    return Evidence(
        true_reading=[Case(channels, layer), Case(correlation(X, W) + b, conv(X, W, b))],
        false_reading=[Case(flipped, layer), Case(full_convolution(ROW, TWO)[:, 1:-1], conv(ROW, TWO))],
    )


@check("S4-87")
def except_that_it_is_flipped():
    equation_4 = conv(ROW, TWO)
    return Evidence(
        printed=Case(correlation(ROW, turn(TWO)), equation_4),
        corrected=[Case(correlation(ROW, TWO), equation_4), Case(correlation(X, W), conv(X, W))],
    )


@check("S4-90")
def shared_kernel_or_all_connections():
    """The numbers w[m, n] are K_h K_w; the connections of the two layers are many more."""
    layer = Conv2d(1, 1, W.shape, bias=False)
    layer.params["weight"] = W[..., None, None]
    T = jacobian(layer, X[..., None])
    return Evidence(true_reading=Case(W.size, len(set(T.flat) - {0})), false_reading=Case(W.size, T.size))


@check("S4-94", "S4-95")
def two_flips_cancel():
    """With the star of (2), K - 1 further on; with the star of (4) and (5), one flip stays."""
    inner = full_convolution(X, turn(W))[1:-1, 2:-2] + b
    return Evidence(
        true_reading=Case(inner, conv(X, W, b)),
        false_reading=[
            Case(correlation(X, turn(W)) + b, conv(X, W, b)),
            Case(correlation(ROW, turn(TWO)), conv(ROW, TWO)),
        ],
    )


@check("S4-96")
def bias_of_each_pixel():
    """Equal at all pixels it is the layer's bias. If not, no bias of the layer gives it, on a constant map."""
    same, own = np.full((2, 2), b, dtype=object), symbols("b", (2, 2))
    flat = correlation(np.ones((3, 4), object), W)
    spread = lambda bias: (flat + bias) - (flat + bias)[0, 0]
    layer = conv(np.ones((3, 4), object), W, b)
    return Evidence(
        holds_inside=[Case(flat + same, layer), Case(spread(same), layer - layer[0, 0])],
        fails_outside=Case(spread(own), layer - layer[0, 0]),
    )


@check("S4-100")
def output_size():
    sizes = [(H, W, k1, k2) for H in (3, 4) for W in (4, 6) for k1 in (2, 3) for k2 in (1, 2)]
    true = [conv(integers(H, W), integers(k1, k2)).shape for H, W, k1, k2 in sizes]
    return Evidence(
        printed=[Case((H - k1 - 1, H - k2 - 1), size) for (H, _, k1, k2), size in zip(sizes, true)],
        corrected=[Case((H - k1 + 1, W - k2 + 1), size) for (H, W, k1, k2), size in zip(sizes, true)],
    )
