"""Layers as Jacobian matrices: S4-43 to S4-67."""

import numpy as np
import sympy as sp
from cnnlib import Conv2d, HardTanh, Linear, Max, ReLU, Sequential, Sigmoid, Tanh, jacobian

from .evidence import Case, Evidence, check
from .small import gradient, integers, max_pool, symbols

x, y, a, b, t = sp.symbols("x y a b t")


def dense(weight):
    layer = Linear(*weight.shape, bias=False)
    layer.params["weight"] = weight
    return layer


def convolution(w):
    layer = Conv2d(1, 1, w.shape, bias=False)
    layer.params["weight"] = w[..., None, None]
    return layer


def derivatives(values, variables):
    """SymPy's own Jacobian: rows are outputs."""
    return np.array([gradient(value, variables) for value in np.ravel(values)], dtype=object)


@check("S4-43", "S4-46", "S4-47", "S4-51")
def decoupled_layers():
    """Linear, then tanh: Z of the pair is the transposed Jacobian, and the two steps one after the other."""
    w, X, g = symbols("w", (3, 2)), symbols("x", (3,)), symbols("g", (2,))
    both = Sequential(dense(w), Tanh())
    z = both.forward(X)
    J = derivatives(z, X)
    Z = np.array([[sp.diff(z[q], X[p]) for q in range(2)] for p in range(3)], dtype=object)
    two_steps = w @ (g * (1 - z * z))
    return Evidence(printed=[Case(Z, J.T), Case(Z @ g, both.backward(g)), Case(two_steps, Z @ g)])


@check("S4-45")
def sum_over_the_next_layer():
    """Where an input also skips the next layer, the sum over that layer misses a path."""
    w, X, g = symbols("w", (2, 2)), symbols("x", (2,)), symbols("g", (2,))
    z = Sequential(dense(w), Tanh()).forward(X)
    over_z = [sum(g[q] * sp.diff(z[q], X[p]) for q in range(2)) for p in range(2)]
    return Evidence(
        holds_inside=Case(over_z, gradient((g * z).sum(), X)),
        fails_outside=Case(over_z, gradient((g * (z + X)).sum(), X)),
    )


@check("S4-44")
def one_path_of_vectors():
    """A chain of layers; an input that skips a layer is on a second path, which must be added."""
    w, X, g = symbols("w", (2, 2)), symbols("x", (2,)), symbols("g", (2,))
    chain = Sequential(dense(w), Tanh())
    z = chain.forward(X)
    along = chain.backward(g)
    return Evidence(
        holds_inside=Case(along, derivatives(z, X).T @ g),
        fails_outside=Case(along, derivatives(z + X, X).T @ g),
    )


@check("S4-48", "S4-49", "S4-50")
def jacobian_of_the_example():
    F, variables = np.array([x**2 * y, 5 * x + sp.sin(y)], dtype=object), np.array([x, y])
    J = sp.Matrix(F).jacobian(sp.Matrix(variables))
    G = np.array([x * y * t, x - t**2], dtype=object)  # from three numbers to two: m x n is 2 x 3
    rows = [gradient(value, np.array([x, y, t])) for value in G]
    return Evidence(
        printed=[
            Case([[2 * x * y, x**2], [5, sp.cos(y)]], J.tolist(), derivatives(F, variables).tolist()),
            Case((2, 3), derivatives(G, np.array([x, y, t])).shape),
            Case(rows, sp.Matrix(G).jacobian([x, y, t]).tolist()),
        ]
    )


@check("S4-52", "S4-64")
def differentiable_or_not():
    """Two partial derivatives are not enough: a^2 b / (a^2 + b^2), 0 at the origin, along a = b = t."""
    F, variables = np.array([x**2 * y, 5 * x + sp.sin(y)], dtype=object), np.array([x, y])
    line = {x: 2 * t, y: t**3}
    J = derivatives(F, variables)
    inside = np.array([entry.subs(line) for entry in (J @ [sp.diff(line[x], t), sp.diff(line[y], t)])])
    f = a**2 * b / (a**2 + b**2)
    partials = [sp.limit(f.subs(b, 0) / a, a, 0), sp.limit(f.subs(a, 0) / b, b, 0)]
    along = sp.limit(f.subs({a: t, b: t}) / t, t, 0)
    return Evidence(
        holds_inside=Case(inside, [sp.diff(value.subs(line), t) for value in F]),
        fails_outside=Case(sum(partials), along),
    )


@check("S4-53")
def transposed_of_what():
    """Of the matrix that forward multiplies with; on the next slide that is W transposed, so backward has W."""
    w, g, X = symbols("w", (3, 2)), symbols("g", (2,)), symbols("x", (3,))
    true = derivatives(w.T @ X, X).T @ g
    square = symbols("w", (2, 2))
    true_square = derivatives(square.T @ X[:2], X[:2]).T @ g
    return Evidence(true_reading=Case((w.T).T @ g, true), false_reading=Case(square.T @ g, true_square))


@check("S4-54", "S4-55", "S4-56", "S4-57", "S4-58", "S4-60", "S4-62", "S4-67")
def table_of_layers():
    """Forward and backward of the table beside cnnlib's layers and SymPy's Jacobians."""
    X, w = symbols("x", (3,)), symbols("w", (3, 2))
    g2, g3, g1 = symbols("g", (2,)), symbols("g", (3,)), symbols("g", (1,))
    cases = [Case(w.T @ X, dense(w).forward(X)), Case(w @ g2, derivatives(w.T @ X, X).T @ g2)]
    for layer, formula in ((Sigmoid(), lambda z: z * (1 - z)), (Tanh(), lambda z: 1 - z * z)):
        z = layer.forward(X)
        J = derivatives(z, X)
        slope = np.array([sp.diff(z[k], X[k]) for k in range(3)])
        cases += [Case(g3 * formula(z), layer.backward(g3), J.T @ g3), Case(g3 * slope, J.T @ g3)]
    some = np.array([-3, -1, 0, 1, 2], dtype=object)
    cases.append(Case(some * (some > 0).astype(int), ReLU().forward(some)))
    clipped = [(-1 if z < -1 else 1) if not -1 <= z <= 1 else z for z in some]
    cases.append(Case(clipped, HardTanh().forward(some)))
    distinct = np.array([[4, 9, 2]], dtype=object)
    largest = Max()
    cases += [
        Case([[max(distinct[0])]], largest.forward(distinct)),
        Case(g1[None] * [[0, 1, 0]], largest.backward(g1[None])),
    ]
    maps = integers(4, 6)
    in_windows = np.array([[maps[2 * i : 2 * i + 2, 3 * j : 3 * j + 3].ravel() for j in range(2)] for i in range(2)])
    cases.append(Case(Max().forward(in_windows)[..., 0], max_pool(maps, (2, 3))[0]))
    return Evidence(printed=cases)


def slopes(layer, z):
    """The two one-sided slopes at an integer z, and what the layer's backward says."""
    f = lambda value: layer.forward(np.array([value]))[0]
    step = sp.Rational(1, 2)
    left, right = (f(sp.S(z)) - f(z - step)) / step, (f(z + step) - f(sp.S(z))) / step
    f(sp.S(z))
    return left, right, layer.backward(np.array([sp.S.One]))[0]


@check("S4-59")
def relu_at_zero():
    inside = [(z, *slopes(ReLU(), z)) for z in (-2, -1, 1, 2)]
    left, right, ours = slopes(ReLU(), 0)
    assert ours == 0  # the printed choice is cnnlib's, too
    return Evidence(
        holds_inside=[Case(int(z > 0), left, right, back) for z, left, right, back in inside],
        fails_outside=Case(int(0 > 0), right),
    )


@check("S4-61")
def hard_tanh_backward():
    """The input is tested: the output always lies in [-1, 1]."""
    true = [slopes(HardTanh(), z)[2] for z in (-3, -2, 0, 2, 3)]
    copies = lambda tested: [int(-1 <= value <= 1) for value in tested]
    outputs = HardTanh().forward(np.array([-3, -2, 0, 2, 3], dtype=object))
    assert [slopes(HardTanh(), z)[:2] for z in (-3, 0, 3)] == [(0, 0), (1, 1), (0, 0)]
    return Evidence(true_reading=Case(copies([-3, -2, 0, 2, 3]), true), false_reading=Case(copies(outputs), true))


@check("S4-63")
def maximum_without_and_with_a_tie():
    """With a tie, copying to both promises a slope of 2 where both grow; it is 1."""

    def along(values):
        values = np.array([values], dtype=object)
        copied = (values == values.max()).astype(int).sum()  # the rule's slope where all inputs grow by the same
        return copied, (Max().forward(values + 1) - Max().forward(values)).item()

    return Evidence(holds_inside=[Case(*along(v)) for v in ([3, 1], [1, 3, 2])], fails_outside=Case(*along([3, 3])))


@check("S4-66")
def dense_and_sparse():
    """Dense: no entry is 0. A convolution is linear and sparse; softmax is an activation and dense."""
    X = symbols("x", (3,))
    share = lambda J: sp.Rational(int((J != 0).sum()), J.size)
    softmax = np.array([sp.exp(v) for v in X], dtype=object) / sum(sp.exp(v) for v in X)
    is_dense = [share(J) == 1 for J in (jacobian(dense(symbols("w", (3, 2))), X), jacobian(Sigmoid(), X))]
    others = [
        share(J) == 1 for J in (jacobian(convolution(symbols("w", (2, 2))), integers(3, 3, 1)), derivatives(softmax, X))
    ]
    return Evidence(
        holds_inside=Case([True, False], is_dense), fails_outside=[Case(True, others[0]), Case(False, others[1])]
    )
