"""The solutions of the first three chapters, against loops over hundreds of random cases."""

from itertools import product

import numpy as np
import pytest
from exercises import solution
from slow import slopes

CASES = 300


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def integers(rng, *shape):
    return rng.integers(-9, 10, shape)


def size(rng, most=4):
    return int(rng.integers(1, most + 1))


def random_graph(rng):
    """Draw the local derivatives of a graph, whose nodes are numbered with parents first."""
    n = size(rng, 7)
    edges = [(i, j) for j in range(n) for i in range(j) if rng.random() < 0.6]
    return {edge: int(rng.integers(-5, 6)) for edge in edges}, n


def paths(z, start, end):
    """List all paths, as lists of edges."""
    if start == end:
        return [[]]
    return [[(i, j), *rest] for i, j in z if i == start for rest in paths(z, j, end)]


def products(z, start, end):
    return sum(int(np.prod([z[edge] for edge in path])) for path in paths(z, start, end))


def test_computational_graphs_by_hand():
    def o(w, a=None, b=None):
        a = 3 * w if a is None else a
        b = w * a if b is None else b
        return a + b**2

    # o is at most quadratic in b and a, and of degree 4 in w
    by_differences = [
        (o(1, b=4) - o(1, b=2)) / 2,
        (o(1, a=4) - o(1, a=2)) / 2,
        (8 * (o(1.5) - o(0.5)) - (o(2) - o(0))) / 6,
    ]
    assert np.allclose(solution("ex-computational-graphs-by-hand")(), by_differences)


def test_computational_graphs_widths(rng):
    for _ in range(CASES):
        widths = [size(rng) for _ in range(size(rng))]
        nodes = [[(layer, k) for k in range(width)] for layer, width in enumerate([1, *widths, 1])]
        edges = sum(1 for above, below in zip(nodes, nodes[1:]) for _ in product(above, below))
        walked = sum(len(path) - 1 for path in product(*nodes))
        assert list(solution("ex-computational-graphs-widths")(*widths)) == [walked, edges]


def test_computational_graphs_sweep(rng):
    for _ in range(CASES):
        z, n = random_graph(rng)
        assert solution("ex-computational-graphs-sweep")(z, n).tolist() == [products(z, i, n - 1) for i in range(n)]


def test_computational_graphs_forward(rng):
    for _ in range(CASES):
        z, n = random_graph(rng)
        assert solution("ex-computational-graphs-forward")(z, n).tolist() == [products(z, 0, j) for j in range(n)]


def test_computational_graphs_edge(rng):
    for _ in range(CASES):
        z, n = random_graph(rng)
        through = dict.fromkeys(z, 0)
        for path in paths(z, 0, n - 1):
            for edge in path:
                through[edge] += int(np.prod([z[other] for other in path]))
        assert solution("ex-computational-graphs-edge")(z, n).tolist() == list(through.values())


def half_squared(x, w1, w2, t):
    """Give the loss of two dense layers with ReLU between them, one example after the other."""
    return sum(((np.maximum(row @ w1, 0) @ w2 - aim) ** 2).sum() / 2 for row, aim in zip(x, t)) / len(x)


def test_layers_and_deltas_pencil():
    x, w, t, hidden = np.array([[2.0, 1.0]]), np.array([[1.0, -2.0], [1.0, 1.0]]), np.ones((1, 2)), np.eye(2)
    by_input = slopes(lambda x: ((np.maximum(x @ w, 0) - t) ** 2).sum() / 2, x)
    by_output = slopes(lambda y: half_squared(y, hidden, hidden, t), x @ w)
    assert np.allclose(solution("ex-layers-and-deltas-pencil")(), [by_output[0], by_input[0]])


def test_layers_and_deltas_leaky(rng):
    for _ in range(CASES):
        g, y = 4 * integers(rng, 2, size(rng))
        expected = [a if b > 0 else a / 4 for a, b in zip(g, y)]
        assert solution("ex-layers-and-deltas-leaky")(g, y).tolist() == expected


def test_layers_and_deltas_softmax(rng):
    for _ in range(CASES):
        y, g = rng.normal(size=(2, size(rng)))
        by_differences = slopes(lambda y: g @ (np.exp(y) / np.exp(y).sum()), y)
        assert np.allclose(
            solution("ex-layers-and-deltas-softmax")(g, np.exp(y) / np.exp(y).sum()), by_differences, atol=1e-7
        )


def test_layers_and_deltas_tied(rng):
    for _ in range(CASES):
        N, D, middle = size(rng), size(rng), size(rng)
        delta, x, w = integers(rng, N, D), integers(rng, N, D), integers(rng, D, middle)
        by_differences = slopes(lambda w: (delta * (x @ w @ w.T)).sum(), w.astype(float), 0.5)
        assert np.allclose(solution("ex-layers-and-deltas-tied")(delta, x, w), by_differences)


def test_layers_and_deltas_by_hand(rng):
    for _ in range(CASES):
        N, *widths = [size(rng) for _ in range(4)]
        x, w1, w2 = rng.normal(size=(N, widths[0])), rng.normal(size=widths[:2]), rng.normal(size=widths[1:])
        t = rng.normal(size=(N, widths[2]))
        by_differences = slopes(lambda w1: half_squared(x, w1, w2, t), w1)
        assert np.allclose(solution("ex-layers-and-deltas-by-hand")(x, w1, w2, t), by_differences, atol=1e-6)


def correlated(x, w):
    """Give the valid correlation of two maps."""
    shape = np.subtract(x.shape, w.shape) + 1
    return np.array(
        [[(x[i : i + w.shape[0], j : j + w.shape[1]] * w).sum() for j in range(shape[1])] for i in range(shape[0])]
    )


def test_correlation_and_convolution_by_hand():
    row, taps = [3, 1, 4, 1, 5], [2, -1, 1]
    right = [np.correlate(row, taps, "valid").tolist(), np.convolve(row, taps, "valid").tolist()]
    assert solution("ex-correlation-and-convolution-by-hand")() == right


def test_correlation_and_convolution_polynomials(rng):
    for _ in range(CASES):
        a, c = integers(rng, size(rng, 6)), integers(rng, size(rng, 6))
        product_ = np.zeros(len(a) + len(c) - 1, int)
        for r, u in np.ndindex(len(a), len(c)):
            product_[r + u] += a[r] * c[u]
        assert solution("ex-correlation-and-convolution-polynomials")(a, c).tolist() == product_.tolist()


def test_correlation_and_convolution_same():
    for H, K, s, d in product(range(1, 10), range(1, 5), range(1, 5), range(1, 4)):

        def outputs(padding):
            return sum(1 for first in range(0, H + padding, s) if first + d * (K - 1) < H + padding)

        least = next(padding for padding in range(99) if outputs(padding) == len(range(0, H, s)))
        assert solution("ex-correlation-and-convolution-same")(H, K, s, d) == least


def rows_read(layers, i, H):
    """Mark, from the input up, which input rows each row of each layer depends on; give those of row i, if it exists."""
    seen = [{row} for row in range(H)]
    for K, s, p, d in layers:
        firsts = range(-p, len(seen) + p - d * (K - 1), s)
        taps = [[first + d * u for u in range(K)] for first in firsts]
        seen = [set().union(*[seen[row] for row in rows if 0 <= row < len(seen)]) for rows in taps]
    return seen[i] if i < len(seen) else set()


def test_correlation_and_convolution_border():
    layers, tried = list(product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2))), 0
    for stack in product(layers, repeat=2):
        for H, i in ((5, 0), (5, 1), (8, 2), (8, 3)):
            if rows := rows_read(stack, i, H):
                found = solution("ex-correlation-and-convolution-border")(stack, i, H)
                assert found.tolist() == [min(rows), max(rows)], (stack, i, H)
                tried += 1
    assert tried > 5000


def test_correlation_and_convolution_border_of_the_second_map():
    assert solution("ex-correlation-and-convolution-border")([(2, 2, 0, 1), (3, 1, 1, 1)], 1, 5).tolist() == [0, 3]


def test_correlation_and_convolution_merge(rng):
    for _ in range(CASES):
        w, w1, s = integers(rng, size(rng), size(rng)), integers(rng, size(rng), size(rng)), size(rng, 3)
        merged = solution("ex-correlation-and-convolution-merge")(w, s, w1)
        x = integers(rng, *np.add(merged.shape, rng.integers(0, 3, 2)))
        twice = correlated(correlated(x, w)[::s, ::s], w1)
        assert np.array_equal(correlated(x, merged)[::s, ::s], twice)
