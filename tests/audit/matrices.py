"""A convolution as a sparse matrix with shared entries, and its rows: S4-83, S4-84, S3-12 to S3-16, S2-4 to S2-6, S2-25."""

import numpy as np
import sympy as sp
from cnnlib import jacobian

from .evidence import Case, Evidence, check
from .jacobians import convolution, derivatives
from .small import conv, conv_back, gradient, integers, outside_is_zero, symbols, table


@check("S4-83", "S4-84", "S3-12", "S3-13", "S3-14")
def matrix_of_a_convolution():
    """T has w[u, v] at (output, pixel below that tap): sparse, tied; backward is its transpose."""
    w, X, d = symbols("w", (2, 2)), symbols("x", (3, 3)), symbols("d", (2, 2))
    read = outside_is_zero(w)
    T = table((2, 2, 3, 3), lambda i, j, r, q: read(r - i, q - j)).reshape(4, 9)
    true = jacobian(convolution(w), X[..., None])
    return Evidence(
        printed=[
            Case(T, true, derivatives(conv(X, w), X.ravel()).reshape(4, 9)),
            Case(T @ X.ravel(), conv(X, w).ravel()),
            Case(T.T @ d.ravel(), conv_back(d, X, w)[0].ravel()),
            Case(w[-1, -1], true[-1, -1]),
            Case(4, sum(entry == w[-1, -1] for entry in true.flat)),
        ]
    )


@check("S3-15")
def outputs_of_each_pixel():
    """3 x 3 pixels, 2 x 2 outputs: the middle pixel reaches all four."""
    T = jacobian(convolution(symbols("w", (2, 2))), integers(3, 3, 1))
    reached, read = (T != 0).sum(axis=0).reshape(3, 3), (T != 0).sum(axis=1)
    fewer = np.full((3, 3), True)
    but_the_middle = fewer.copy()
    but_the_middle[1, 1] = False
    return Evidence(
        printed=Case(fewer, reached < 4),
        corrected=[Case(but_the_middle, reached < 4), Case([4, 4, 4, 4], read)],
    )


@check("S3-16")
def matrix_that_cannot_be_used():
    """A dense W without zeros gives something else; the sparse tied T gives the gradient."""
    w, X, d = integers(2, 2, seed=3), integers(3, 3), integers(2, 2, seed=1)
    true = conv_back(d, X, w)[0].ravel()
    free = np.arange(1, 37).astype(object).reshape(4, 9)
    T = jacobian(convolution(w), X[..., None])
    cannot = lambda matrix: not np.array_equal(matrix.T @ d.ravel(), true)
    return Evidence(holds_inside=Case(True, cannot(free)), fails_outside=Case(True, cannot(T)))


@check("S2-4", "S2-5", "S2-6", "S2-25")
def receptive_field():
    """A unit of a 2 x 3 kernel on 3 x 5 pixels, with the bias as the weight of x_0 = 1."""
    w, X, bias = symbols("w", (2, 3)), symbols("x", (3, 5)), sp.Symbol("b")
    unit = conv(X, w, bias)[1, 2]
    field = [pixel for pixel, slope in zip(X.flat, gradient(unit, X).flat) if slope != 0]
    inputs, read = [sp.S.One, *X.flat], outside_is_zero(w)
    weights = [bias, *(read(r - 1, q - 2) for r, q in np.ndindex(3, 5))]
    over_all = sum(v * i for v, i in zip(weights, inputs))
    over_field = bias + sum(v * i for v, i in zip(weights, inputs) if i in field)
    return Evidence(
        printed=[
            Case(over_all, unit),
            Case(over_field, unit),
            Case([0] * 9, [v for v, i in zip(weights, inputs) if i not in (1, *field)]),
            Case(X[1:3, 2:5].ravel().tolist(), field),
        ]
    )
