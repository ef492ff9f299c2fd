"""The loss, one update, and one hidden unit: S4-97, S4-98, S4-128, S2-2, S2-3, S2-26 to S2-28."""

import numpy as np
import sympy as sp
from cnnlib import HalfSquaredError, Linear, ReLU, Sequential, Sigmoid

from .deltas import DELTA_I, DELTA_J, SLOPE_I, A, H, O, T, W, loss, number, out, pre, w
from .evidence import Case, Evidence, check
from .graphs import unknown
from .small import cubic, dcubic, gradient, integers, symbols


@check("S4-97")
def half_the_squared_error():
    y, t = symbols("y", (3,)), symbols("t", (3,))
    value = HalfSquaredError()
    printed = sum((t[i] - y[i]) ** 2 for i in range(3)) / sp.S(2)
    forward = value.forward(y, t)
    return Evidence(printed=[Case(printed, forward), Case(y - t, gradient(printed, y), value.backward())])


@check("S4-98")
def named_a_mean():
    y, t = symbols("y", (3,)), symbols("t", (3,))
    squares = (t - y) ** 2
    printed = HalfSquaredError().forward(y, t)
    return Evidence(printed=Case(printed, squares.sum() / sp.S(3)), corrected=Case(printed, squares.sum() / sp.S(2)))


@check("S4-128")
def what_is_updated():
    """A step changes the weights; the deltas of the next pass are computed anew, not stepped."""
    x, t, rate = integers(3, seed=1), integers(2, seed=2), 2
    network, value = Sequential(Linear(3, 2, bias=False)), HalfSquaredError()
    network.params["0.weight"] = integers(3, 2)
    before = network.params["0.weight"].copy()
    value.forward(network.forward(x), t)
    delta = value.backward()
    network.backward(delta)
    stepped = before - rate * np.outer(x, delta)
    network.params["0.weight"] = before - rate * network.grads["0.weight"]
    value.forward(network.forward(x), t)
    anew = value.backward()
    return Evidence(
        true_reading=[Case(stepped, network.params["0.weight"]), Case(x @ stepped - t, anew)],
        false_reading=Case(delta - rate * delta, anew),
    )


@check("S2-2")
def any_activation():
    """A differentiable one; ReLU at 0 has two slopes, and the rule needs one."""
    a, x, v, t = sp.symbols("a x v t")
    cases = []
    for f in (sp.tanh, cubic, unknown("h")):
        E = (v * f(x * a) - t) ** 2 / 2  # a unit with the weight a, and one more above it
        delta = (v * f(x * a) - t) * v * sp.diff(f(t), t).subs(t, x * a)
        cases.append(Case(delta * x, sp.diff(E, a)))
    relu = lambda z: ReLU().forward(np.array([z]))[0]
    right, left = (relu(sp.S(1)) - relu(sp.S(0))) / 1, (relu(sp.S(0)) - relu(sp.S(-1))) / 1
    return Evidence(holds_inside=cases, fails_outside=Case(left, right))


@check("S2-3", "S2-26", "S2-27", "S2-28")
def a_hidden_unit():
    """The loss does not name a hidden unit; its delta is a product along the one path above it."""
    x, v = symbols("x", (3,)), symbols("v", (3, 2))
    layers = Sequential(Linear(3, 2, bias=False), Sigmoid())
    layers.params["0.weight"] = v
    z = layers.forward(x)
    a = x @ v
    by_inputs = gradient(a[0], v[:, 0])
    named = [int(unit in loss(O).free_symbols) for unit in (*A, *H)]
    one_above = dcubic(pre[0]) * (out[0] - T[0]) * W[0, 0] * dcubic(A[0])
    true = sp.diff((T[0] - out[0]) ** 2 / 2, A[0])
    return Evidence(
        printed=[
            Case([1 / (1 + sp.exp(-a_l)) for a_l in a], z.tolist()),
            Case(x, by_inputs),
            Case([0] * 6, named),
            Case(SLOPE_I * (w @ DELTA_J), DELTA_I),
            Case(number(one_above), number(true)),
        ]
    )
