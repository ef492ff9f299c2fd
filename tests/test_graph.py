"""A graph's two derivatives are SymPy's, exactly; its counts are those of known graphs; wrong rules are seen."""

import math
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from cnnlib.graph import Cost, Graph
from cnnlib.pictures import draw_graph, show_lines
from cnnlib.proofs import prove, symbols
from hypothesis import given
from hypothesis import strategies as st

w = sp.Symbol("w")
SKIPPING = {"a": ["w"], "b": ["w", "a"], "c": ["a", "b"], "d": ["b"], "o": ["w", "c", "d"]}


def unknown(name):
    """Make a function of which nothing is known; f_k stands for its derivative by the k-th argument."""
    return type(name, (sp.Function,), {"fdiff": lambda self, k: sp.Function(f"{name}_{k}")(*self.args)})


def general(nodes, partial=lambda f, k: lambda *v: f(*v).fdiff(k + 1)):
    graph = Graph()
    graph.input("w")
    for name, parents in nodes.items():
        f = unknown(f"f{name}")
        graph.node(name, parents, f, [partial(f, k) for k in range(len(parents))])
    return graph


def total(output, node):
    """Differentiate by a node: overwrite it, and let SymPy do the rest."""
    t = sp.Dummy()
    return sp.diff(output.xreplace({node: t}), t).xreplace({t: node})


def layered(widths, join="add"):
    graph, last = Graph(), ["w"]
    graph.input("w")
    for layer, width in enumerate(widths):
        names = [(layer, j) for j in range(width)]
        for name in names:
            getattr(graph, join)(name, last)
        last = names
    getattr(graph, join)("o", last)
    return graph


def three_sides(graph):
    values = graph.forward({"w": w})
    S, _ = graph.derivatives("o")
    by_sympy = [total(values["o"], values[name]) for name in S]
    return by_sympy, list(S.values()), [graph.path_sum(name, "o")[0] for name in S]


def test_path_sum_and_sweep_are_sympys_derivative_by_every_node():
    assert prove("eq-a", *three_sides(general(SKIPPING))).identities == 12


@pytest.mark.parametrize(
    "partial",
    [
        lambda f, k: lambda *v: f(*v).fdiff(len(v) - k),
        lambda f, k: lambda *v: -f(*v).fdiff(k + 1),
        lambda f, k: lambda *v: f(*v),
        lambda f, k: lambda *v: f(*reversed(v)).fdiff(k + 1),
    ],
    ids=["wrong argument", "sign", "not differentiated", "arguments swapped"],
)
def test_a_wrong_partial_is_seen(partial):
    with pytest.raises(AssertionError, match="the sides differ"):
        prove("eq-a", *three_sides(general(SKIPPING, partial)))


@pytest.mark.parametrize(
    "broken",
    [
        lambda graph: graph.children["w"].remove("o"),
        lambda graph: graph.children["a"].remove("b"),
        lambda graph: graph.local.update({("w", "b"): 0}),
    ],
    ids=["an edge that skips is lost", "a path is lost", "a local derivative is 0"],
)
def test_a_broken_graph_is_seen(broken):
    graph = general(SKIPPING)
    values = graph.forward({"w": w})
    broken(graph)
    for got in (graph.derivatives("o")[0]["w"], graph.path_sum("w", "o")[0]):
        with pytest.raises(AssertionError, match="the sides differ"):
            prove("eq-a", sp.diff(values["o"], w), got)


@st.composite
def graphs(draw):
    """A random graph, each node a weighted sum of some nodes before it."""
    nodes = {0: []}
    for name in range(1, draw(st.integers(1, 9))):
        nodes[name] = draw(st.lists(st.sampled_from(range(name)), unique=True, min_size=1, max_size=3))
    return nodes


@given(graphs())
def test_random_graphs(nodes):
    graph, output = Graph(), max(nodes)
    graph.input(0)
    z = {(i, j): sp.Symbol(f"z_{i}_{j}") for j, parents in nodes.items() for i in parents}
    for j, parents in list(nodes.items())[1:]:
        weights = [z[i, j] for i in parents]
        partials = [lambda *v, weight=weight: weight for weight in weights]
        graph.node(j, parents, lambda *v, weights=weights: sum(map(math.prod, zip(weights, v))), partials)
    values = graph.forward({0: w})
    S, cost = graph.derivatives(output)
    for i in nodes:
        paths = list(graph.paths(i, output))
        assert len(set(paths)) == len(paths) == graph.count_paths(output)[i]
        assert all(path[0] == i and path[-1] == output and all(edge in z for edge in pairwise(path)) for path in paths)
        by_paths, path_cost = graph.path_sum(i, output)
        assert sp.expand(by_paths - S[i]) == 0
        assert path_cost == (sum(len(path) - 1 for path in paths), len(paths))
    assert sp.expand(S[0] - sp.diff(values[output], w)) == 0
    assert cost == (sum(graph.count_paths(output)[j] > 0 for _, j in z),) * 2


def test_numbers_of_all_kinds_run_through_one_graph():
    graph = Graph()
    graph.input("w")
    graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.multiply("o", ["w", "y"])
    for value in (7, 0.5, Fraction(2, 3), w, np.int64(7), np.float64(0.5)):
        assert graph.forward({"w": value})["o"] == value**3
        for derivative in (graph.derivatives("o")[0]["w"], graph.path_sum("w", "o")[0]):
            assert derivative == 3 * value**2
    assert type(graph.forward({"w": np.uint8(200)})["o"]) is int and graph.values["o"] == 8_000_000
    assert type(graph.forward({"w": np.float32(0.5)})["o"]) is float
    for value in (5, 0.25):
        graph.forward({"w": value})
        assert type(graph.derivatives("o")[0]["w"]) is type(value)


def test_local_derivatives_are_not_total_ones():
    graph = Graph()
    graph.input("w")
    graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.multiply("o", ["w", "y"])
    graph.forward({"w": w})
    assert graph.local == {("w", "y"): 2 * w, ("w", "o"): w**2, ("y", "o"): w}


def test_sums_and_products_of_many():
    x = symbols("x", (4,))
    for join, value in (("add", x.sum()), ("multiply", x.prod())):
        graph = Graph()
        for k in range(4):
            graph.input(k)
        getattr(graph, join)("o", [0, 1, 2, 3])
        assert graph.forward(dict(enumerate(x)))["o"] == value
        S, _ = graph.derivatives("o")
        assert [S[k] for k in range(4)] == [sp.diff(value, entry) for entry in x]


@pytest.mark.parametrize("depth", range(1, 8))
def test_product_graph(depth):
    graph = layered([2] * depth, "multiply")
    assert graph.forward({"w": w})["o"] == w ** (2**depth)
    derivative, cost = graph.path_sum("w", "o")
    S, sweep = graph.derivatives("o")
    assert derivative == S["w"] == 2**depth * w ** (2**depth - 1)
    assert graph.count_paths("o")["w"] == len(list(graph.paths("w", "o"))) == 2**depth
    assert cost == Cost((depth + 1) * 2**depth, 2**depth) and sweep == Cost(4 * depth, 4 * depth)


@pytest.mark.parametrize("widths", [(3,), (2, 3), (4, 1, 3), (3, 3, 3, 2)], ids=str)
def test_layered_graph(widths):
    graph = layered(widths)
    graph.forward({"w": 1})
    derivative, cost = graph.path_sum("w", "o")
    assert derivative == graph.count_paths("o")["w"] == math.prod(widths)
    assert cost == ((len(widths) + 1) * math.prod(widths), math.prod(widths))
    assert graph.derivatives("o")[1] == (sum(a * b for a, b in pairwise((1, *widths, 1))),) * 2


def test_counting_does_not_walk():
    graph = layered([10] * 60)
    assert graph.count_paths("o")["w"] == 10**60
    graph.forward({"w": 1})
    assert graph.derivatives("o")[0]["w"] == 10**60
    assert next(graph.paths("w", "o")) == ("w", *((layer, 0) for layer in range(60)), "o")


def test_a_long_chain():
    graph = Graph()
    graph.input(0)
    for name in range(1, 3000):
        graph.add(name, [name - 1])
    graph.forward({0: 1})
    assert graph.path_sum(0, 2999) == (1, (2999, 1)) and graph.derivatives(2999)[0][0] == 1


def test_nodes_that_do_not_lead_to_the_output():
    graph = general(SKIPPING)
    graph.forward({"w": w})
    S, cost = graph.derivatives("c")
    assert S["d"] == S["o"] == 0 and S["c"] == 1 and cost == (5, 5)
    assert graph.path_sum("d", "c") == (0, (0, 0)) and graph.path_sum("c", "c") == (1, (0, 1))
    assert list(graph.paths("o", "w")) == [] and graph.count_paths("c")["o"] == 0


def test_an_infinite_derivative_that_leads_nowhere_does_no_harm():
    graph = layered([1])
    graph.node("away", ["w"], lambda w: w, [lambda w: math.inf])
    graph.forward({"w": 1.0})
    assert graph.derivatives("o")[0] == {"w": 1, (0, 0): 1, "o": 1, "away": 0}


def known():
    graph = Graph()
    graph.input("w")
    graph.add("y", ["w"])
    return graph


def one(*v):
    return 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.input("y"), ValueError, "name is 'y'; expected one that no node has yet"),
        (lambda g: g.add("w", ["y"]), ValueError, "name is 'w'; expected one that no node has yet"),
        (lambda g: g.add("o", ["w", "q"]), ValueError, "parents of 'o' has 'q'; expected a node added before"),
        (lambda g: g.add("o", ["o"]), ValueError, "parents of 'o' has 'o'; expected a node added before"),
        (lambda g: g.multiply("o", ["w", "w"]), ValueError, r"parents of 'o' is \['w', 'w'\]; expected each node once"),
        (lambda g: g.add("o", "wy"), TypeError, "parents of 'o' is 'wy'; expected a list"),
        (
            lambda g: g.node("o", ["w", "y"], one, [one]),
            ValueError,
            "partials of 'o' has length 1; expected 2, one for each",
        ),
        (
            lambda g: g.node("o", ["w"], one, [one, one]),
            ValueError,
            "partials of 'o' has length 2; expected 1, one for each",
        ),
        (lambda g: g.node("o", ["w"], one, [1]), TypeError, "function and partials of 'o': expected something"),
        (lambda g: g.node("o", ["w"], 1, [one]), TypeError, "function and partials of 'o': expected something"),
        (lambda g: g.input(["w"]), TypeError, "something hashable"),
        (lambda g: g.forward({}), ValueError, r"inputs has values for \[\]; expected them for \['w'\]"),
        (lambda g: g.forward({"w": 1, "y": 2}), ValueError, r"inputs has values for \['w', 'y'\]; expected"),
        (
            lambda g: g.forward({"w": [1, 2]}),
            ValueError,
            r"inputs\['w'\] has shape \(2,\); expected 0 axes \(one number\)",
        ),
        (
            lambda g: g.forward({"w": "1"}),
            TypeError,
            r"inputs\['w'\] has dtype <U1; expected an integer, floating-point",
        ),
        (lambda g: g.forward({"w": 1j}), TypeError, r"inputs\['w'\] has dtype complex128; expected an integer"),
        (lambda g: g.derivatives("y"), RuntimeError, "^a derivative needs a forward before it$"),
        (lambda g: g.path_sum("w", "y"), RuntimeError, "^a derivative needs a forward before it$"),
        (lambda g: g.count_paths("q"), ValueError, "output is 'q'; expected a node of the graph"),
        (lambda g: list(g.paths("q", "y")), ValueError, "source is 'q'; expected a node of the graph"),
        (lambda g: list(g.paths("w", "q")), ValueError, "output is 'q'; expected a node of the graph"),
    ],
)
def test_bad_calls_say_what_is_wrong_and_change_nothing(call, error, message):
    graph = known()
    with pytest.raises(error, match=message):
        call(graph)
    assert list(graph.parents) == ["w", "y"] and graph.children == {"w": ["y"], "y": []} and graph.values is None


def test_bad_names_after_a_forward():
    graph = known()
    graph.forward({"w": 1})
    for call in (lambda: graph.derivatives("q"), lambda: graph.path_sum("q", "y"), lambda: graph.path_sum("w", "q")):
        with pytest.raises(ValueError, match="is 'q'; expected a node of the graph"):
            call()


def test_a_new_node_needs_a_new_forward():
    graph = known()
    graph.forward({"w": 1})
    graph.add("o", ["y"])
    with pytest.raises(RuntimeError, match="a derivative needs a forward"):
        graph.derivatives("o")


def test_a_forward_that_fails_changes_nothing():
    graph = known()
    graph.node("o", ["y"], lambda y: 1 / y, [lambda y: -1 / y**2])
    graph.forward({"w": 4})
    with pytest.raises(ZeroDivisionError):
        graph.forward({"w": 0})
    assert graph.values == {"w": 4, "y": 4, "o": 0.25} and graph.local["y", "o"] == -1 / 16


def test_what_is_returned_is_not_the_graphs_own():
    graph = known()
    graph.forward({"w": 1})["w"] = 5
    assert graph.values["w"] == 1


def test_it_needs_neither_sympy_nor_matplotlib():
    script = "import sys, cnnlib.graph; assert not {'sympy', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_drawing_says_what_it_shows():
    picture = draw_graph(
        general(SKIPPING), "Skips.", highlight=["w", "b", "d", "o"], labels={("w", "a"): "$2w$", "o": "$o$"}
    )
    assert repr(picture) == (
        "Skips. 6 nodes and 9 edges: w → a, b, o; a → b, c; b → c, d; c → o; d → o. Highlighted: w → b → d → o."
    )
    assert picture.png.startswith(b"\x89PNG") and picture.png == draw_again().png
    assert repr(draw_graph(known(), "An edge.")) == "An edge. 2 nodes and 1 edges: w → y."


def draw_again():
    return draw_graph(
        general(SKIPPING), "Skips.", highlight=["w", "b", "d", "o"], labels={("w", "a"): "$2w$", "o": "$o$"}
    )


def test_the_lines_say_where_they_begin_and_end():
    picture = show_lines({"up": [1, 10], "down": [2, 1]}, "Two.", x=[1, 2], x_label="depth", y_label="cost", log=True)
    assert repr(picture) == "Two. depth from 1 to 2; up: from 1 to 10; down: from 2 to 1."
