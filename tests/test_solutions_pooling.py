"""The solutions of the chapters on pooling and on Jacobians, against brute force on random cases."""

from itertools import product

import numpy as np
import pytest
from cnnlib import Conv2d, jacobian
from exercises import solution
from slow import slopes

CASES = 300


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def random_windows(rng, padded=True):
    """Draw the shape of a map, and window, stride and padding that fit it, as pairs."""
    size = tuple(map(int, rng.integers(1, 5, 2)))
    stride = tuple(map(int, rng.integers(1, 4, 2)))
    padding = tuple(int(rng.integers(0, k)) if padded else 0 for k in size)
    shape = tuple(int(k + rng.integers(0, 5)) for k in size)
    return shape, size, stride, padding


def outputs(shape, size, stride, padding=(0, 0)):
    return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in zip(shape, size, stride, padding))


def taps_of(window, shape, size, stride, padding=(0, 0)):
    """List (tap, pixel) of a window, in order, without those outside the map."""
    found = []
    for tap in np.ndindex(*size):
        pixel = tuple(s * i + t - p for s, i, t, p in zip(stride, window, tap, padding))
        if all(0 <= place < n for place, n in zip(pixel, shape)):
            found.append((tap, pixel))
    return found


def by_the_first_largest(dy, x, size, stride, padding=(0, 0)):
    """Give each δ to the first largest pixel of its window; return g, and the number of each winning tap."""
    g, winners = np.zeros(x.shape), np.zeros(dy.shape, int)
    for window in np.ndindex(*dy.shape):
        tap, pixel = max(taps_of(window, x.shape, size, stride, padding), key=lambda pair: x[pair[1]])
        g[pixel] += dy[window]
        winners[window] = tap[0] * size[1] + tap[1]
    return g, winners


def test_max_pooling_pencil():
    g, _ = by_the_first_largest(np.array([[1, 10, 100]]), np.array([[4, 7, 7, 1, 5]]), (1, 3), (1, 1))
    assert solution("ex-max-pooling-pencil")() == g[0].tolist()


def test_max_pooling_backward(rng):
    for _ in range(CASES):
        field = shape, *_ = random_windows(rng)
        dy, x = rng.integers(-9, 10, outputs(*field)), rng.integers(-3, 3, shape)
        g, winners = by_the_first_largest(dy, x, *field[1:])
        assert (solution("ex-max-pooling-backward")(dy, winners, *field) == g).all(), field


def test_max_pooling_min(rng):
    for _ in range(CASES):
        shape, size, stride, _ = random_windows(rng, padded=False)
        dy, x = rng.integers(-9, 10, outputs(shape, size, stride)), rng.integers(-3, 3, shape)
        g, _ = by_the_first_largest(dy, -x, size, stride)
        assert (solution("ex-max-pooling-min")(dy, x, size, stride) == g).all()


def test_max_pooling_smooth(rng):
    for _ in range(CASES):
        x, beta = rng.normal(size=rng.integers(1, 6)), rng.uniform(0.2, 3)
        smooth = slopes(lambda x: np.log(np.exp(beta * x).sum()) / beta, x)
        assert np.allclose(solution("ex-max-pooling-smooth")(x, beta), smooth, atol=1e-7)


def spread_evenly(dy, shape, size, stride, padding=(0, 0)):
    """Give each tap of a window its share of the δ."""
    g = np.zeros(shape)
    for window in np.ndindex(*dy.shape):
        for _, pixel in taps_of(window, shape, size, stride, padding):
            g[pixel] += dy[window] / (size[0] * size[1])
    return g


def test_average_pooling_pencil():
    g = spread_evenly(np.array([[4, 8], [12, 16]]), (3, 3), (2, 2), (1, 1))
    assert solution("ex-average-pooling-pencil")() == g.tolist()


def test_average_pooling_inside(rng):
    for _ in range(CASES):
        field = random_windows(rng)
        counts = np.array([len(taps_of(window, *field)) for window in np.ndindex(*outputs(*field))])
        assert (solution("ex-average-pooling-inside")(*field).ravel() == counts).all(), field


def test_average_pooling_upsample(rng):
    for _ in range(CASES):
        shape, size, _, _ = random_windows(rng)
        dy = rng.integers(-9, 10, outputs(shape, size, size))
        assert np.allclose(
            solution("ex-average-pooling-upsample")(dy, shape, size), spread_evenly(dy, shape, size, size)
        )


def test_average_pooling_square(rng):
    for _ in range(CASES // 3):
        shape, size, stride, _ = random_windows(rng, padded=False)
        dy, x = rng.integers(-9, 10, outputs(shape, size, stride)), rng.uniform(1, 9, shape)

        def loss(x):
            windows = [
                [x[pixel] for _, pixel in taps_of(window, shape, size, stride)] for window in np.ndindex(*dy.shape)
            ]
            return dy.ravel() @ np.sqrt(np.square(windows).mean(axis=1))

        assert np.allclose(solution("ex-average-pooling-square")(dy, x, size, stride), slopes(loss, x), atol=1e-6)


def test_average_pooling_twice():
    for K1, s1, K2, s2 in product(range(1, 5), repeat=4):
        length = K1 + s1 * (K2 - 1) + s1 * s2  # two outputs
        kernel = solution("ex-average-pooling-twice")(K1, s1, K2)
        x = np.arange(length) ** 2 % 11
        once = [x[i : i + K1].mean() for i in range(0, length - K1 + 1, s1)]
        twice = [np.mean(once[i : i + K2]) for i in range(0, len(once) - K2 + 1, s2)]
        assert len(twice) == 2 and np.allclose(twice, [kernel @ x[: len(kernel)], kernel @ x[s1 * s2 :]])
        assert np.allclose(kernel, kernel[0]) == (s1 == K1 or K2 == 1), "when all weights are equal"


def test_jacobian_view_fill(rng):
    for _ in range(CASES):
        shape, size, _, _ = random_windows(rng)
        w = rng.integers(-9, 10, size)
        by_entries = np.zeros((*outputs(shape, size, (1, 1)), *shape), int)
        for place in np.ndindex(*by_entries.shape):
            tap = place[2] - place[0], place[3] - place[1]
            by_entries[place] = w[tap] if all(0 <= t < k for t, k in zip(tap, size)) else 0
        T = solution("ex-jacobian-view-fill")(w, shape)
        assert np.array_equal(T, by_entries.reshape(T.shape))


def test_jacobian_view_softmax(rng):
    for _ in range(CASES):
        y, g = rng.normal(size=(2, rng.integers(1, 6)))
        by_differences = slopes(lambda y: g @ (np.exp(y) / np.exp(y).sum()), y)
        assert np.allclose(
            solution("ex-jacobian-view-softmax")(np.exp(y) / np.exp(y).sum(), g), by_differences, atol=1e-7
        )


def test_jacobian_view_order(rng):
    def cheapest(sizes):
        """Try each product that may be done last."""
        if len(sizes) < 3:
            return 0
        ways = range(1, len(sizes) - 1)
        return min(cheapest(sizes[: c + 1]) + cheapest(sizes[c:]) + sizes[0] * sizes[c] * sizes[-1] for c in ways)

    for _ in range(CASES):
        sizes = rng.integers(1, 20, rng.integers(2, 8)).tolist()
        assert solution("ex-jacobian-view-order")(sizes) == cheapest(sizes)


def test_jacobian_of_a_convolution_takes_one_product_for_each_tap():
    """Pixels that share no receptive field are tried together, so that fewer than D or D_o products show all of T."""
    size, shape = (2, 3), (7, 8)
    layer, ones = [Conv2d(1, 1, size, bias=False) for _ in range(2)]
    layer.params["weight"] = np.arange(1, 7).reshape(*size, 1, 1)
    ones.params["weight"] = np.ones((*size, 1, 1), int)
    blank = np.zeros((*shape, 1), int)
    sees, found, (row, column) = jacobian(ones, blank), 0, np.indices(shape)
    for a, b in np.ndindex(*size):
        probe = ((row % size[0] == a) & (column % size[1] == b)).astype(int)
        found = found + sees * np.outer(layer.forward(probe[:, :, None]), probe)
    assert np.array_equal(found, jacobian(layer, blank)) and 2 * 3 < min(found.shape)
