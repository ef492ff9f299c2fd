"""Small exact arrays, the formulas of the sources written out on them, and cnnlib's answers for one map."""

import numpy as np
from cnnlib import avg_pool2d, avg_pool2d_backward, conv2d, conv2d_backward, max_pool2d, max_pool2d_backward
from cnnlib.proofs import gradient, symbols

__all__ = [
    "avg_pool", "avg_pool_back", "conv", "conv_back", "correlation", "cubic", "dcubic", "full_convolution", "gradient",
    "integers", "max_pool", "max_pool_back", "outside_is_zero", "symbols", "table", "turn",
]  # fmt: skip


def integers(*shape, seed=0):
    """Integers from -9 to 9 that never round and never overflow."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(object)


def table(shape, formula):
    """Write a formula in indices out as an array."""
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(*result.shape):
        result[index] = formula(*index)
    return result


def outside_is_zero(array):
    """Read an array inside its range, and 0 elsewhere; an index that is no whole number names nothing."""

    def read(*index):
        inside = all(0 <= i < size and i == int(i) for i, size in zip(index, array.shape))
        return array[tuple(map(int, index))] if inside else 0

    return read


def turn(array):
    return array[::-1, ::-1]


def correlation(x, w):
    """Sum x[i + u, j + v] w[u, v] where the kernel fits: the definition, in loops."""
    size = [n - k + 1 for n, k in zip(x.shape, w.shape)]
    return table(size, lambda i, j: sum(x[i + u, j + v] * w[u, v] for u, v in np.ndindex(*w.shape)))


def full_convolution(x, w):
    """Sum x[i - u, j - v] w[u, v] wherever the two meet: the convolution that flips, in loops."""
    read, size = outside_is_zero(x), [n + k - 1 for n, k in zip(x.shape, w.shape)]
    return table(size, lambda i, j: sum(read(i - u, j - v) * w[u, v] for u, v in np.ndindex(*w.shape)))


def conv(x, w, b=0, **options):
    return conv2d(x[..., None], w[..., None, None], [b], **options)[..., 0]


def conv_back(dy, x, w, **options):
    dx, dw, db = conv2d_backward(dy[..., None], x[..., None], w[..., None, None], **options)
    return dx[..., 0], dw[..., 0, 0], db[0]


def max_pool(x, size, **options):
    y, winners = max_pool2d(x[..., None], size, **options)
    return y[..., 0], winners[..., 0]


def max_pool_back(dy, winners, shape, size, **options):
    return max_pool2d_backward(dy[..., None], winners[..., None], (*shape, 1), size, **options)[..., 0]


def avg_pool(x, size, **options):
    return avg_pool2d(x[..., None], size, **options)[..., 0]


def avg_pool_back(dy, shape, size, **options):
    return avg_pool2d_backward(dy[..., None], (*shape, 1), size, **options)[..., 0]


def cubic(a):
    """An activation that is exact in integers, not linear, and has a slope that never is 0 there."""
    return a**3 + 2 * a


def dcubic(a):
    return 3 * a**2 + 2
