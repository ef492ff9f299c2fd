"""Gradients by what stands before an activation and after it: S4-31 to S4-42, S4-99, S4-109, S4-110, S3-2, S1-10."""

import numpy as np
import sympy as sp
from cnnlib import Linear, SoftmaxCrossEntropy

from .evidence import Case, Evidence, check
from .small import cubic, dcubic, gradient, symbols

# Two layers of units: a_i, h_i = cubic(a_i), a_j = sum of w_ij h_i, o_j = cubic(a_j), L = half the squared error.
A, W, T = symbols("a", (3,)), symbols("w", (3, 2)), symbols("t", (2,))
H, P, O = symbols("h", (3,)), symbols("p", (2,)), symbols("o", (2,))  # the same values, as if each were free
AT = dict(zip((*A, *W.flat, *T), map(int, (1, -2, 1, 2, -1, 1, 3, -1, 2, 4, -3))))
hidden = cubic(A)
pre = W.T @ hidden
out = cubic(pre)


def loss(o):
    return ((T - o) ** 2).sum() / 2


def number(expressions):
    """Put the integers in for all symbols."""
    return np.vectorize(lambda e: sp.sympify(e).subs(AT), otypes=[object])(expressions)


def by(variables, values, expression):
    """Differentiate by values that stand inside the network: by free symbols, which then get those values."""
    at = dict(zip(variables.flat, values.flat))
    return number(np.vectorize(lambda d: d.subs(at), otypes=[object])(gradient(expression, variables)))


DELTA_I = number(gradient(loss(out), A))
DELTA_J = by(P, pre, loss(cubic(P)))
G_I = by(H, hidden, loss(cubic(W.T @ H)))
G_J = by(O, out, loss(O))
BY_WEIGHT = number(gradient(loss(out), W))
SLOPE_I, SLOPE_J = number(dcubic(A)), number(dcubic(pre))
w, h = number(W), number(hidden)


@check("S4-31", "S4-34", "S4-37", "S4-42", "S4-109", "S3-2")
def recursion_before_the_activation():
    edge = table_of_edges(lambda i, j: W[i, j] * dcubic(A[i]))
    columns = np.array([[W[i, j].subs(AT) for i in range(3)] for j in range(2)], object)  # Huang: outputs by inputs
    true_edge = gradient_matrix(pre, A)
    return Evidence(
        printed=[
            Case(SLOPE_I * (w @ DELTA_J), DELTA_I),
            Case((columns.T @ DELTA_J[:, None])[:, 0] * SLOPE_I, DELTA_I),
            Case(SLOPE_I * G_I, DELTA_I),
            Case(edge, true_edge),
        ]
    )


@check("S4-38", "S4-39", "S4-40", "S4-41")
def recursion_after_the_activation():
    edge = table_of_edges(lambda i, j: W[i, j] * dcubic(pre[j]))
    after = gradient_matrix(cubic(W.T @ H), H)
    after = np.vectorize(lambda d: d.subs(dict(zip(H, hidden))), otypes=[object])(after)
    start = number(out) - number(T)
    return Evidence(
        printed=[
            Case(w @ (G_J * SLOPE_J), G_I),
            Case(start, G_J),
            Case(w @ (start * SLOPE_J), G_I),
            Case(number(edge), number(after)),
        ]
    )


def table_of_edges(formula):
    return np.array([[formula(i, j) for j in range(2)] for i in range(3)], dtype=object)


def gradient_matrix(values, variables):
    """Derivatives of the values by the variables; rows are variables."""
    return np.array([gradient(value, variables) for value in values], dtype=object).T


@check("S4-32")
def which_activations():
    """What is propagated is the gradient by a_i. Read as the gradient by h_i, the slide's own recursion fails."""
    recursion = SLOPE_I * (w @ DELTA_J)
    return Evidence(true_reading=Case(recursion, DELTA_I), false_reading=Case(recursion, G_I))


@check("S4-33")
def gradient_by_a_weight():
    """Smallest case, two units without activation: a_i = 2, w = 3, t = 4. Then the larger one."""
    a, weight, aim = sp.symbols("a w t")
    L, at = (weight * a - aim) ** 2 / 2, {a: 2, weight: 3, aim: 4}
    true, delta_i, delta_j = sp.diff(L, weight).subs(at), sp.diff(L, a).subs(at), (weight * a - aim).subs(at)
    layer = Linear(3, 2, bias=False)
    layer.params["weight"] = w
    layer.forward(h)
    layer.backward(DELTA_J)
    return Evidence(
        printed=[Case(delta_i * 2, true), Case(np.outer(h * DELTA_I, [1, 1]), BY_WEIGHT)],
        corrected=[Case(delta_j * 2, true), Case(np.outer(h, DELTA_J), BY_WEIGHT, layer.grads["weight"])],
    )


@check("S4-35")
def start_of_the_recursion():
    """Right entry by entry; softmax mixes the entries."""
    scores = np.array([sp.S.Zero, sp.S.Zero])
    softmax = SoftmaxCrossEntropy()
    softmax.forward(scores, 0)
    p = np.array([sp.Rational(1, 2)] * 2)
    by_p = np.array([-1 / p[0], sp.S.Zero])
    return Evidence(
        holds_inside=Case(G_J * SLOPE_J, DELTA_J),
        fails_outside=Case(by_p * p * (1 - p), softmax.backward()),
    )


@check("S4-36")
def one_symbol_three_starts():
    """Started with 1, the recursion gives the derivative of the output, not of the loss."""
    a, weight, aim = sp.symbols("a w t")
    at = {a: 2, weight: 3, aim: 4}
    of_output, of_loss = (sp.diff(f, a).subs(at) for f in (weight * a, (weight * a - aim) ** 2 / 2))
    start_1, start_loss = 1, (weight * a - aim).subs(at)
    return Evidence(
        true_reading=[Case(3 * start_1, of_output), Case(3 * start_loss, of_loss)],
        false_reading=[Case(3 * start_1, of_loss), Case(3 * start_loss, of_output)],
    )


@check("S4-99")
def effect_of_one_weight():
    """The loss after a small change e of one weight: the first-order part is e times the derivative."""
    e = sp.Symbol("e")
    cases = []
    for index in np.ndindex(3, 2):
        moved = number(W)
        moved[index] += e
        moved_loss = sp.expand(number(loss(cubic(moved.T @ h))).item())
        cases.append(Case(BY_WEIGHT[index], moved_loss.coeff(e, 1)))
    return Evidence(printed=cases)


@check("S4-110")
def pixel_of_the_input_map():
    return Evidence(
        true_reading=Case(SLOPE_I * (w @ DELTA_J), DELTA_I), false_reading=Case(SLOPE_I * (w @ DELTA_J), G_I)
    )


@check("S1-10")
def meaning_of_schmidts_delta():
    """Only the gradient before the activation fits both his backward pass and his gradient step."""
    backward = lambda d: SLOPE_I * (w @ d)
    return Evidence(
        true_reading=[Case(backward(DELTA_J), DELTA_I), Case(np.outer(h, DELTA_J), BY_WEIGHT)],
        false_reading=[Case(backward(G_J), G_I), Case(np.outer(h, G_J), BY_WEIGHT)],
    )
