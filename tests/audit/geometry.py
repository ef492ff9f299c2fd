"""Bowls, steepest descent, and products along depth: S4-69 to S4-77."""

from itertools import pairwise

import numpy as np
import sympy as sp
from cnnlib import Linear, ReLU, Sequential

from .evidence import Case, Evidence, check
from .small import gradient

x, y, r, angle, rate = sp.symbols("x y r theta eta", real=True)
BOWLS = {"circle": x**2 + y**2, "ellipse": x**2 + 4 * y**2}


def slope(bowl, point):
    return np.array([part.subs(dict(zip((x, y), point))) for part in gradient(BOWLS[bowl], np.array([x, y]))])


def reaches_the_minimum(bowl, point):
    """Say whether some step along the negative gradient ends at (0, 0): the gradient points away from it."""
    by_x, by_y = slope(bowl, point)
    return point[0] * by_y - point[1] * by_x == 0


@check("S4-69", "S4-74")
def different_magnitudes():
    """At (1, 1) the derivatives of the ellipse are 2 and 8. Steps shrink the error in y only below 1/4, in x below 1."""
    by_x, by_y = (sp.diff(BOWLS["ellipse"], v) for v in (x, y))
    factors = [sp.expand((v - rate * d) / v) for v, d in ((x, by_x), (y, by_y))]
    return Evidence(
        printed=[
            Case([2, 8], slope("ellipse", (1, 1))),
            Case(True, slope("ellipse", (1, 1))[0] != slope("ellipse", (1, 1))[1]),
            Case([1 - 2 * rate, 1 - 8 * rate], factors),
            Case([sp.Rational(1, 3), -sp.Rational(5, 3)], [f.subs(rate, sp.Rational(1, 3)) for f in factors]),
        ]
    )


@check("S4-70")
def similar_magnitudes():
    """'Works best' taken as: one step can reach the minimum. Equal curvatures give that, equal derivatives do not."""
    points = [(3, 1), (100, 1), (-2, 5), (1, -7)]
    ellipse = slope("ellipse", (4, 1))
    assert ellipse[0] == ellipse[1] == 8
    assert reaches_the_minimum("circle", (100, 1)) and slope("circle", (100, 1)).tolist() == [200, 2]
    return Evidence(
        holds_inside=Case([True] * 4, [reaches_the_minimum("circle", point) for point in points]),
        fails_outside=Case(True, reaches_the_minimum("ellipse", (4, 1))),
    )


@check("S4-71")
def instantaneous_direction():
    misses = lambda bowl, point: not reaches_the_minimum(bowl, point)
    points = [(3, 1), (4, 1), (-2, 5), (1, -7)]
    return Evidence(
        holds_inside=Case([True] * 4, [misses("ellipse", point) for point in points]),
        fails_outside=[Case(True, misses("circle", point)) for point in points]
        + [Case(True, misses("ellipse", (0, 3)))],
    )


@check("S4-72", "S4-73")
def shape_of_the_bowls():
    """Constant on a circle; constant on an ellipse with half axes r and r / 2; lowest at the origin."""
    circle = BOWLS["circle"].subs({x: r * sp.cos(angle), y: r * sp.sin(angle)})
    ellipse = BOWLS["ellipse"].subs({x: r * sp.cos(angle), y: r * sp.sin(angle) / 2})
    curvatures = [[sp.diff(bowl, v, 2) for v in (x, y)] for bowl in BOWLS.values()]
    return Evidence(
        printed=[Case(r**2, sp.trigsimp(circle)), Case(r**2, sp.trigsimp(ellipse)), Case([[2, 2], [2, 8]], curvatures)]
    )


def back(weights):
    """The gradient below one unit a layer, with these positive weights and ReLU, which has slope 1 there."""
    layers = []
    for weight in weights:
        layers += [Linear(1, 1, bias=False), ReLU()]
        layers[-2].params["weight"] = np.array([[weight]], dtype=object)
    network = Sequential(*layers)
    network.forward(np.array([sp.S.One]))
    return network.backward(np.array([sp.S.One]))[0]


@check("S4-75", "S4-77")
def product_of_factors():
    value, product = sp.Symbol("a"), sp.S.One
    for k, f in enumerate((sp.tanh, sp.sin, sp.exp, sp.tanh)):  # unit k: f(w_k times the unit below)
        product *= sp.Symbol(f"w{k}") * sp.diff(f(x), x).subs(x, sp.Symbol(f"w{k}") * value)
        value = f(sp.Symbol(f"w{k}") * value)
    half, two = sp.Rational(1, 2), sp.S(2)
    return Evidence(
        printed=[
            Case(product, sp.diff(value, sp.Symbol("a"))),
            Case([half**k for k in (1, 5, 10)], [back([half] * k) for k in (1, 5, 10)]),
            Case([two**k for k in (1, 5, 10)], [back([two] * k) for k in (1, 5, 10)]),
            Case([True, True], [back([half] * 10) < back([half]), back([two] * 10) > back([two])]),
        ]
    )


@check("S4-76")
def magnified_with_depth():
    """The gradient moves away from 1 with each layer if all factors stand on one side of 1."""

    def grows(weights):
        sizes = [abs(sp.log(back(weights[:k]))) for k in range(1, 7)]
        return Case([True] * 5, [bool(deeper > above) for above, deeper in pairwise(sizes)])

    half, two, three = sp.Rational(1, 2), sp.S(2), sp.S(3)
    return Evidence(
        holds_inside=[grows([half] * 6), grows([two, three] * 3)],
        fails_outside=[grows([sp.S.One] * 6), grows([half, two] * 3)],
    )
