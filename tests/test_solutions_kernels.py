"""The official solutions of the three chapters on kernels, against loops over hundreds of random cases."""

import numpy as np
import pytest
from exercises import check_solution, labels

CASES = 300


def integers(rng, *shape):
    return rng.integers(-9, 10, shape)


def sizes(rng, most, count=2):
    return tuple(int(size) for size in rng.integers(1, most + 1, count))


def painted(dy, w, shape, stride=(1, 1)):
    """Paint g of one image, (H, W, C), one product after the other; w is (K_h, K_w, C, F)."""
    g = np.zeros(shape, int)
    for i, j, f, u, v, c in np.ndindex(*dy.shape, *w.shape[:3]):
        g[stride[0] * i + u, stride[1] * j + v, c] += dy[i, j, f] * w[u, v, c, f]
    return g


def count_of_outputs(rng):
    kernel = sizes(rng, 4)
    shape = tuple(np.add(kernel, rng.integers(0, 5, 2)))
    counts = np.zeros(shape, int)
    for i, j in np.ndindex(*np.subtract(shape, kernel) + 1):
        counts[i : i + kernel[0], j : j + kernel[1]] += 1
    return (shape, kernel), counts


def one_kernel_painted(rng):
    dy, w = integers(rng, *sizes(rng, 4)), integers(rng, *sizes(rng, 4))
    shape = tuple(np.add(dy.shape, w.shape) - 1)
    return (dy, w, shape), painted(dy[..., None], w[..., None, None], (*shape, 1))[..., 0]


def tied(rng):
    dy = integers(rng, *sizes(rng, 4))
    x = integers(rng, dy.shape[0], dy.shape[1] + 2)
    outer = inner = 0
    for i, j in np.ndindex(*dy.shape):
        outer += dy[i, j] * (x[i, j] + x[i, j + 2])
        inner += dy[i, j] * x[i, j + 1]
    return (dy, x), np.array([outer, inner])


def second_derivatives(rng):
    """Differences of a quadratic loss: exact in integers, for unit steps in two numbers."""
    kernel = sizes(rng, 3)
    x = integers(rng, *np.add(kernel, rng.integers(0, 3, 2)))
    rows, columns = np.subtract(x.shape, kernel) + 1

    def twice_the_loss(numbers):
        w, b = numbers[:-1].reshape(kernel), numbers[-1]
        y = [(w * x[i : i + kernel[0], j : j + kernel[1]]).sum() + b for i, j in np.ndindex(rows, columns)]
        return sum(value**2 for value in y)

    units = np.eye(np.prod(kernel) + 1, dtype=int)
    return (x, kernel), np.array([[(twice_the_loss(a + b) - twice_the_loss(a - b)) // 4 for b in units] for a in units])


def count_of_parameters(rng):
    channels, kernel = sizes(rng, 6, rng.integers(2, 5)), sizes(rng, 5)
    total = 0
    for before, after in zip(channels, channels[1:]):
        total += sum(1 for _ in np.ndindex(*kernel, before, after)) + after
    return (channels, kernel), total


def slices_painted(rng):
    (C, F), (rows, columns), kernel = sizes(rng, 3), sizes(rng, 4), sizes(rng, 3)
    dy, w = integers(rng, rows, columns, F), integers(rng, *kernel, C, F)
    shape = (rows + kernel[0] - 1, columns + kernel[1] - 1, C)
    return (dy, w, shape), painted(dy, w, shape)


def folded(rng):
    C, M, F = sizes(rng, 4, 3)
    w1, w2 = integers(rng, 1, 1, C, M), integers(rng, *sizes(rng, 3), M, F)
    one = np.zeros((*w2.shape[:2], C, F), int)
    for u, v, m, f, c in np.ndindex(*w2.shape, C):
        one[u, v, c, f] += w1[0, 0, c, m] * w2[u, v, m, f]
    return (w1, w2), one


def depthwise(rng):
    dy, w = integers(rng, *sizes(rng, 4, 3)), integers(rng, *sizes(rng, 3, 3))
    w = integers(rng, *w.shape[:2], dy.shape[2])
    shape = (*np.add(dy.shape, w.shape)[:2] - 1, dy.shape[2])
    g = [painted(dy[..., [c]], w[..., [c], None], (*shape[:2], 1)) for c in range(shape[2])]
    return (dy, w, shape), np.concatenate(g, axis=2)


def most_and_fewest(rng):
    K, s, d = sizes(rng, 7, 3)
    length = d * (K - 1) + 1
    seen = np.zeros(3 * (length + s * d), int)
    for i in range(0, len(seen) - length + 1, s):
        seen[i : i + length : d] += 1
    inner = seen[length + s : -length - s]
    return (K, s, d), np.array([inner.max(), inner.min()])


def phases(rng):
    dy, w, stride = integers(rng, *sizes(rng, 3)), integers(rng, *sizes(rng, 5)), sizes(rng, 4)
    left_over = [rng.integers(0, s) for s in stride]
    shape = tuple(np.multiply(stride, np.subtract(dy.shape, 1)) + w.shape + left_over)
    return (dy, w, shape, stride), painted(dy[..., None], w[..., None, None], (*shape, 1), stride)[..., 0]


BY_LOOPS = {
    "ex-single-kernel-count": count_of_outputs,
    "ex-single-kernel-paint": one_kernel_painted,
    "ex-single-kernel-tied": tied,
    "ex-single-kernel-stable": second_derivatives,
    "ex-multiple-kernels-count": count_of_parameters,
    "ex-multiple-kernels-paint": slices_painted,
    "ex-multiple-kernels-fold": folded,
    "ex-multiple-kernels-depthwise": depthwise,
    "ex-stride-even": most_and_fewest,
    "ex-stride-phases": phases,
}


@pytest.mark.parametrize("label", BY_LOOPS)
def test_solution_is_what_loops_give(label):
    check_solution(label, BY_LOOPS[label], CASES)


def test_no_solution_is_left_out():
    assert labels("single_kernel", "multiple_kernels", "stride") == set(BY_LOOPS)
