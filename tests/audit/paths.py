"""How many paths there are and what they cost: S4-1, S4-19 to S4-26."""

from itertools import pairwise

import numpy as np
import sympy as sp

from .evidence import Case, Evidence, check
from .graphs import layered, of_squares, w


@check("S4-1", "S4-24", "S4-26")
def number_of_operations():
    """One path in one layer, m^k in k; the sweep takes each edge once."""
    perceptron = layered(1, 1)
    graphs = {(m, k): layered(m, k) for m in (2, 3) for k in range(1, 6)}
    by_paths = [graph.path_sum("w", "o")[1].multiplications for graph in graphs.values()]
    by_sweep = [graph.derivatives("o")[1].multiplications for graph in graphs.values()]
    edges = [sum(map(len, graph.parents.values())) for graph in graphs.values()]
    return Evidence(
        printed=[
            Case(1, perceptron.count_paths("o")["w"]),
            Case([(k + 1) * m**k for m, k in graphs], by_paths),
            Case([2 * m + (k - 1) * m**2 for m, k in graphs], by_sweep, edges),
        ]
    )


@check("S4-19")
def growth_of_the_number_of_paths():
    paths = {m: [layered(m, k).count_paths("o")["w"] for k in range(1, 8)] for m in (1, 2, 3)}
    growing = lambda m: [b > a for a, b in pairwise(paths[m])]
    in_width = [layered(m, 2).count_paths("o")["w"] for m in range(1, 7)]
    return Evidence(
        holds_inside=[Case([m**k for k in range(1, 8)], paths[m]) for m in (2, 3)] + [Case([True] * 6, growing(2))],
        fails_outside=[Case([True] * 6, growing(1)), Case([2**m for m in range(1, 7)], in_width)],
    )


@check("S4-20", "S4-21")
def product_nodes():
    graph = layered(2, 5, "multiply")
    factors = [[graph.local[edge] for edge in pairwise(path)] for path in graph.paths("w", "o")]
    h = [graph.values[layer, 0] for layer in range(1, 6)]
    return Evidence(
        printed=[
            Case([w, w**2, w**4, w**8, w**16], h),
            Case([[1, w, w**2, w**4, w**8, w**16]] * 32, factors),
            Case(32 * w**31, graph.path_sum("w", "o")[0], sp.diff(graph.values["o"], w)),
        ]
    )


@check("S4-22")
def range_of_the_sum():
    true = layered(2, 5, "multiply").count_paths("o")["w"]
    tuples = np.ones([2] * 5, int)
    return Evidence(true_reading=Case(tuples.size, true), false_reading=Case(tuples.size**5, true))


@check("S4-23")
def million_paths():
    graph = layered(100, 3)
    between = layered(100, 2).count_paths("o")[1, 0]  # from a node of the first of three layers to one of the third
    return Evidence(holds_inside=Case(10**6, graph.count_paths("o")["w"]), fails_outside=Case(10**6, between))


@check("S4-25")
def squares_differentiated():
    met = {n: list(of_squares(n).local.values()).count(2 * w) for n in (1, 2)}
    assert [of_squares(n).derivatives("o")[1].multiplications for n in (1, 2)] == [5, 6]
    return Evidence(holds_inside=Case(1, met[1]), fails_outside=Case(1, met[2]))
