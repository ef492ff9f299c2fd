"""The official solutions of the chapters on training and descent, against brute force over random cases."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from exercises import check_solution, labels

CASES = 200


def sizes(rng, most, count):
    return tuple(int(size) for size in rng.integers(1, most + 1, count))


def fraction(rng, least=-9):
    return Fraction(int(rng.integers(least, 10)), int(rng.integers(1, 10)))


def symmetric(rng, D):
    """A matrix of integers whose bowl has one minimum."""
    root = rng.integers(-5, 6, (D, D))
    return root @ root.T + np.eye(D, dtype=int)


def multiplied(rng):
    K_h, K_w, C, F = sizes(rng, 3, 4)
    H, W = K_h + int(rng.integers(0, 3)), K_w + int(rng.integers(0, 3))
    windows = ((i, j) for i, j in np.ndindex(H, W) if i + K_h <= H and j + K_w <= W)
    return (H, W, C, K_h, K_w, F), sum(1 for _ in windows for _ in np.ndindex(K_h, K_w, C, F))


def counted_up(rng):
    p, d = Fraction(int(rng.integers(1, 20)), 20), Fraction(int(rng.integers(1, 10)), 50)
    n = 1
    while p * (1 - p) > n * d**2:
        n += 1
    return (p, d), n


def rolled(rng):
    k, G, eta, mu = int(rng.integers(0, 9)), fraction(rng), fraction(rng, 1), Fraction(int(rng.integers(0, 9)), 9)
    place = v = Fraction(0)
    for _ in range(k):
        v = mu * v + G
        place -= eta * v
    return (k, G, eta, mu), place


def averaged(rng):
    K_h, K_w, C, F = sizes(rng, 3, 4)
    rows, columns = sizes(rng, 3, 2)
    w, delta = rng.integers(-9, 10, (K_h, K_w, C, F)), rng.integers(-9, 10, (rows, columns, F))
    slopes = rng.integers(-9, 10, (2 * (rows + K_h - 1), 2 * (columns + K_w - 1), C))
    right = np.full(slopes.shape, Fraction(0))
    for r, q, c in np.ndindex(*slopes.shape):
        for i, j, f in np.ndindex(*delta.shape):
            u, v = r // 2 - i, q // 2 - j
            if 0 <= u < K_h and 0 <= v < K_w:
                right[r, q, c] += Fraction(int(delta[i, j, f] * w[u, v, c, f] * slopes[r, q, c]), 4)
    return (delta.astype(object), w.astype(object), slopes.astype(object)), right


def second_differences(rng):
    """Differences of a quadratic loss: exact in integers, for unit steps."""
    D = int(rng.integers(1, 5))
    H, a = symmetric(rng, D), rng.integers(-9, 10, D)

    def twice_the_loss(theta):
        return (a * theta) @ H @ (a * theta)

    units = np.eye(D, dtype=int)
    return (H, a), np.array([[(twice_the_loss(p + q) - twice_the_loss(p - q)) // 4 for q in units] for p in units])


def vertex(rng):
    """The lowest point of a parabola through three losses along the line."""
    D = int(rng.integers(1, 5))
    H, theta = symmetric(rng, D), rng.integers(1, 10, D)
    exact = np.vectorize(Fraction, otypes=[object])

    def twice_the_loss(eta):
        place = theta - eta * (H @ theta)
        return Fraction(int(place @ H @ place))

    below, here, above = map(twice_the_loss, (-1, 0, 1))
    return (exact(H), exact(theta)), (below - above) / (2 * (above + below - 2 * here))


def pushed(rng):
    curvature, eta, mu, k = fraction(rng, 1), fraction(rng, 1), fraction(rng, 0), int(rng.integers(0, 8))
    theta, v = Fraction(1), Fraction(0)
    for _ in range(k):
        v = mu * v + curvature * theta
        theta -= eta * v
    return (curvature, eta, mu, k), theta


def tossed(rng):
    a, x = fraction(rng), 2 ** rng.permutation(4)
    sums = [int(x @ signs) for signs in product([1, -1], repeat=4)]
    kept = sum((y if y > 0 else a * y) ** 2 for y in sums)
    return (a,), Fraction(16 * int((x**2).sum())) / kept


BY_FORCE = {
    "ex-training-a-cnn-work": multiplied,
    "ex-training-a-cnn-digits": counted_up,
    "ex-training-a-cnn-momentum": rolled,
    "ex-training-a-cnn-mean": averaged,
    "ex-descent-geometry-units": second_differences,
    "ex-descent-geometry-line": vertex,
    "ex-descent-geometry-momentum": pushed,
    "ex-descent-geometry-leaky": tossed,
}


@pytest.mark.parametrize("label", BY_FORCE)
def test_solution_is_what_brute_force_gives(label):
    check_solution(label, BY_FORCE[label], CASES)


def test_no_solution_is_left_out():
    assert labels("training_a_cnn", "descent_geometry") == set(BY_FORCE)
