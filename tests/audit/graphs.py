"""Chain rules, the path sum and the sweep on computational graphs: S4-2 to S4-18, S4-27 to S4-30."""

from itertools import pairwise

import numpy as np
import sympy as sp
from cnnlib import Graph, Linear, Sigmoid

from .evidence import Case, Evidence, check
from .small import symbols

w, y = sp.symbols("w y", positive=True)


def layered(width, depth, rule="add", value=w):
    """From w through `depth` layers of `width` nodes, all joined, to o."""
    graph, above = Graph(), ["w"]
    graph.input("w")
    for layer in range(1, depth + 1):
        names = [(layer, k) for k in range(width)]
        for name in names:
            getattr(graph, rule)(name, above)
        above = names
    getattr(graph, rule)("o", above)
    graph.forward({"w": value})
    return graph


def of_squares(nodes):
    """cos(w^2) + sin(w^2), with w^2 in one node or in two."""
    graph = Graph()
    graph.input("w")
    for name in "yz"[:nodes]:
        graph.node(name, ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.node("p", ["y"], sp.cos, [lambda y: -sp.sin(y)])
    graph.node("q", ["yz"[nodes - 1]], sp.sin, [sp.cos])
    graph.add("o", ["p", "q"])
    graph.forward({"w": w})
    return graph


def unknown(name):
    """A function of which nothing is known but the names of its partial derivatives."""
    partial = lambda self, k=1: sp.Function(f"{name}_{k}")(*self.args)
    return type(name, (sp.Function,), {"fdiff": partial})


def with_unknown_functions():
    """Six nodes, an edge that skips, and functions of which nothing is known; values are expressions in w."""
    graph = Graph()
    graph.input("w")
    for name, parents in (
        ("a", ["w"]),
        ("b", ["w", "a"]),
        ("c", ["a", "b"]),
        ("d", ["b", "w"]),
        ("o", ["c", "d", "a"]),
    ):
        f = unknown(name)
        graph.node(name, parents, f, [lambda *at, f=f, k=k: f(*at).fdiff(k + 1) for k in range(len(parents))])
    graph.forward({"w": w})
    return graph


@check("S4-2")
def acyclic():
    graph, n = layered(2, 3, "multiply"), 8
    names = list(graph.parents)
    edges = np.array([[int(j in graph.children[i]) for j in names] for i in names], object)
    walks = np.linalg.matrix_power(edges, n)
    return Evidence(printed=[Case(np.zeros((n, n), int), walks), Case(w**8, graph.values["o"])])


@check("S4-3")
def linear_then_activation():
    x, weights, (a, b) = symbols("x", (3,)), symbols("v", (3, 1)), sp.symbols("a b")
    dense = Linear(3, 1, bias=False)
    dense.params["weight"] = weights
    unit = Sigmoid().forward(dense.forward(x))
    phi = 1 / (1 + sp.exp(-sum(weights[i, 0] * x[i] for i in range(3))))
    sums_at, products_at = [a * 0 + b * 0, a * b + b * -a], [0 * 0, b * -a]
    assert sums_at[0] == sp.expand(sums_at[1])  # so every phi of the sum is equal at the two points
    return Evidence(
        holds_inside=Case([phi], unit.tolist()),
        fails_outside=Case(products_at[0], products_at[1]),
    )


@check("S4-4", "S4-7", "S4-17", "S4-18", "S4-27", "S4-28", "S4-29")
def paths_of_unknown_functions():
    """Lemma, recursion and SymPy agree for every node; written out, o names w once for each path."""
    graph = with_unknown_functions()
    S, _ = graph.derivatives("o")
    sums = [graph.path_sum(i, "o")[0] for i in graph.parents]
    value = graph.values["o"]
    nesting = [layered_nesting(k) for k in range(1, 6)]
    return Evidence(
        printed=[
            Case(sums[0], sp.diff(value, w)),
            Case([S[i] for i in graph.parents], sums),
            Case(sp.S.One, S["o"]),
            Case(graph.count_paths("o")["w"], value.count(w)),
            Case(list(range(1, 6)), nesting),
        ]
    )


def layered_nesting(steps):
    """How deep a path of `steps` unknown functions nests, counted on what it computes."""
    value = w
    for k in range(steps):
        value = sp.Function(f"f{k}")(value)
    depth = 0
    while value.args:
        value, depth = value.args[0], depth + 1
    return depth


@check("S4-5", "S4-6")
def nested_sigmoids():
    sigmoid = lambda a: 1 / (1 + sp.exp(-a))
    twice = Sigmoid().forward(Sigmoid().forward(np.array([w])))[0]
    printed = 1 / (1 + sp.exp(-(1 / (1 + sp.exp(-w)))))
    return Evidence(printed=[Case(sigmoid(y).subs(y, sigmoid(w)), twice), Case(printed, twice)])


@check("S4-8", "S4-10")
def one_path():
    """Each factor reads its own node only, and their product is the derivative."""
    cases = []
    for f, g in ((sp.sin, sp.exp), (sp.exp, sp.cos), (lambda a: a**5, sp.tan)):
        graph = Graph()
        graph.input("w")
        graph.node("y", ["w"], g, [lambda a, g=g: sp.diff(g(y), y).subs(y, a)])
        graph.node("o", ["y"], f, [lambda a, f=f: sp.diff(f(y), y).subs(y, a)])
        graph.forward({"w": w})
        product = sp.diff(f(y), y).subs(y, g(w)) * sp.diff(g(w), w)
        cases.append(Case(product, graph.path_sum("w", "o")[0], sp.diff(f(g(w)), w)))
    s = Sigmoid().forward(np.array([w]))[0]
    return Evidence(printed=[*cases, Case(s * (1 - s), sp.diff(s, w))])


@check("S4-9")
def cosine_of_a_square():
    return Evidence(printed=Case(-2 * w * sp.sin(w**2), sp.diff(sp.cos(w**2), w)))


@check("S4-11")
def several_paths():
    """With g_1 = g_2 = w and a function that is not differentiable at the origin the sum is 0, the slope 1/2."""
    cases = []
    for k in range(1, 5):
        ys, gs = sp.symbols(f"y:{k}"), [sp.sin(w), w**3, sp.exp(w), 1 / w][:k]
        f = sum((n + 1) * y_n**2 for n, y_n in enumerate(ys)) + sp.prod(ys)
        at = dict(zip(ys, gs))
        total = sum(sp.diff(f, y_n).subs(at) * sp.diff(g, w) for y_n, g in at.items())
        cases.append(Case(total, sp.diff(f.subs(at), w)))
    y, z = sp.symbols("y z")
    f = y**2 * z / (y**2 + z**2)  # 0 at the origin, with partial derivatives, and not differentiable
    partials = sp.limit(f.subs(z, 0) / y, y, 0) + sp.limit(f.subs(y, 0) / z, z, 0)
    return Evidence(holds_inside=cases, fails_outside=Case(partials, sp.limit(f.subs({y: w, z: w}) / w, w, 0)))


@check("S4-12", "S4-13", "S4-14")
def example_with_two_paths():
    graph = of_squares(2)
    printed = [1, -sp.sin(w**2), 2 * w], [1, sp.cos(w**2), 2 * w]
    factors = [[graph.local[edge] for edge in list(pairwise(path))[::-1]] for path in graph.paths("w", "o")]
    result = -2 * w * sp.sin(w**2) + 2 * w * sp.cos(w**2)
    true = sp.diff(sp.cos(w**2) + sp.sin(w**2), w)
    return Evidence(
        printed=[
            Case(printed, factors),
            Case(sum(sp.prod(path) for path in printed), true),
            Case(result, true, graph.path_sum("w", "o")[0]),
        ]
    )


@check("S4-15")
def end_of_the_paths():
    graph = of_squares(2)
    summed = lambda end: graph.path_sum("w", end)[0] if end in graph.parents else 0
    true = sp.diff(sp.cos(w**2) + sp.sin(w**2), w)
    return Evidence(printed=Case(summed("a"), true), corrected=Case(summed("o"), true))


@check("S4-16", "S4-30")
def local_or_total():
    """y = w^2 and o = w y: the edge from w to o carries y, not 3 w^2."""
    graph = Graph()
    graph.input("w")
    graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.multiply("o", ["w", "y"])
    values = graph.forward({"w": w})
    total = {(i, "o"): graph.derivatives("o")[0][i] for i in "wy"} | {("w", "y"): 2 * w}
    S = lambda z: z["w", "o"] + z["y", "o"] * z["w", "y"]
    true = sp.diff(values["o"], w)
    return Evidence(true_reading=Case(S(graph.local), true), false_reading=Case(S(total), true))
