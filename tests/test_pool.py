"""Pooling against loops that read like the definitions, exactly."""

from fractions import Fraction
from itertools import permutations, product

import cnnlib
import numpy as np
import pytest
import sympy as sp
from cnnlib import (
    AvgPool2d,
    MaxPool2d,
    avg_pool2d,
    avg_pool2d_backward,
    check_adjoint,
    check_gradient,
    fast,
    max_pool2d,
    max_pool2d_backward,
)
from cnnlib.fast.pooling import as_stored
from cnnlib.proofs import gradient, symbols

MAPS = [(1, 1), (4, 6), (5, 7)]
WINDOWS = [
    ((1, 1), (1, 1), (0, 0)),
    ((2, 2), (2, 2), (0, 0)),
    ((2, 3), (1, 2), (1, 0)),
    ((3, 2), (2, 2), (2, 1)),
    ((1, 2), (3, 3), (0, 1)),
    ((3, 3), (2, 1), (1, 2)),
    ((4, 6), (1, 1), (0, 0)),
]
CASES = [
    (size, *window)
    for size, window in product(MAPS, WINDOWS)
    if all(n + 2 * p >= k for n, k, p in zip(size, window[0], window[2]))
]


def window(i, j, size, kernel_size, stride, padding):
    """Give (tap, row, column) of the pixels of window (i, j) inside the map."""
    for u, v in np.ndindex(*kernel_size):
        r, q = stride[0] * i + u - padding[0], stride[1] * j + v - padding[1]
        if 0 <= r < size[0] and 0 <= q < size[1]:
            yield u * kernel_size[1] + v, r, q


def output_size(size, kernel_size, stride, padding):
    return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in zip(size, kernel_size, stride, padding))


@pytest.mark.parametrize("low", [-9, -1])
@pytest.mark.parametrize("size, kernel_size, stride, padding", CASES)
def test_max_pooling_is_what_the_loops_give(size, kernel_size, stride, padding, low):
    rng = np.random.default_rng(0)
    x = rng.integers(low, 0, (2, *size, 3))  # all negative: zero padding would win; from -1: all equal
    options = {"stride": stride, "padding": padding}
    y, winners = max_pool2d(x, kernel_size, **options)
    assert y.shape == winners.shape == (2, *output_size(size, kernel_size, stride, padding), 3)

    dy, dx = rng.integers(-9, 10, y.shape), np.zeros_like(x)
    for n, i, j, c in np.ndindex(*y.shape):
        pixels = list(window(i, j, size, kernel_size, stride, padding))
        tap, r, q = max(pixels, key=lambda pixel: x[n, pixel[1], pixel[2], c])  # max keeps the first
        assert (y[n, i, j, c], winners[n, i, j, c]) == (x[n, r, q, c], tap)
        dx[n, r, q, c] += dy[n, i, j, c]
    assert np.array_equal(max_pool2d_backward(dy, winners, x.shape, kernel_size, **options), dx)


@pytest.mark.parametrize("size, kernel_size, stride, padding", CASES)
def test_average_pooling_is_what_the_loops_give(size, kernel_size, stride, padding):
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, *size, 3)).astype(object)
    options = {"stride": stride, "padding": padding}
    y = avg_pool2d(x, kernel_size, **options)
    dy, dx = rng.integers(-9, 10, y.shape).astype(object), np.zeros(x.shape, object)
    share = Fraction(1, kernel_size[0] * kernel_size[1])
    for n, i, j, c in np.ndindex(*y.shape):
        pixels = list(window(i, j, size, kernel_size, stride, padding))
        assert y[n, i, j, c] == share * sum(x[n, r, q, c] for _, r, q in pixels)
        for _, r, q in pixels:
            dx[n, r, q, c] += share * dy[n, i, j, c]
    assert (avg_pool2d_backward(dy, x.shape, kernel_size, **options) == dx).all()


def test_average_pooling_is_sympys_own_gradient():
    x = symbols("x", (4, 5, 2))
    y = avg_pool2d(x, (2, 3), stride=(1, 2), padding=(1, 0))
    dy = symbols("d", y.shape)
    dx = avg_pool2d_backward(dy, x.shape, (2, 3), stride=(1, 2), padding=(1, 0))
    assert not any(entry.has(sp.Float) for entry in [*y.flat, *dx.flat])
    assert all(sp.expand(a - b) == 0 for a, b in zip(dx.flat, gradient((dy * y).sum(), x).flat))


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_max_pooling_of_every_ordering(order):
    steps = [sp.Symbol("a", real=True), *sp.symbols("b c d", positive=True)]
    ranked = [sum(steps[: rank + 1]) for rank in range(4)]
    x = np.array([ranked[rank] for rank in order], dtype=object).reshape(2, 2, 1)
    y, winners = max_pool2d(x, 2)
    assert y.item() == ranked[3] and winners.item() == order.index(3)
    dx = max_pool2d_backward(np.array([[[sp.Symbol("g")]]]), winners, x.shape, 2)
    assert dx.ravel().tolist() == [sp.Symbol("g") if rank == 3 else 0 for rank in order]


def test_unknown_order_is_refused():
    with pytest.raises(TypeError, match="^the order of two expressions is not known; make symbols"):
        max_pool2d(symbols("x", (2, 2, 1)), 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinities_and_nans(dtype):
    x = np.full((1, 2, 2, 1), -np.inf, dtype)
    y, winners = max_pool2d(x, 2, stride=1, padding=1)
    assert (y == -np.inf).all()
    dx = max_pool2d_backward(np.ones_like(y), winners, x.shape, 2, stride=1, padding=1)
    assert dx.sum() == y.size  # nothing is lost to the padding
    x[0, 1, 0] = np.nan
    assert np.isnan(max_pool2d(x, 2)[0]).all()
    lowest = np.full((1, 2, 2, 1), np.iinfo(np.int64).min)
    assert max_pool2d(lowest, 2, padding=1)[1].ravel().tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_stays(dtype):
    x = np.ones((1, 4, 4, 1), dtype)
    y, winners = max_pool2d(x, 2)
    mean = avg_pool2d(x, 2)
    assert y.dtype == mean.dtype == dtype
    assert max_pool2d_backward(y, winners, x.shape, 2).dtype == dtype
    assert avg_pool2d_backward(y, x.shape, 2).dtype == dtype
    assert max_pool2d(x.astype(np.int32), 2)[0].dtype == np.int64
    assert avg_pool2d(x.astype(np.int32), 3).dtype == np.float64


def test_without_options_windows_lie_side_by_side():
    x = np.arange(16).reshape(4, 4, 1)
    assert max_pool2d(x, 2)[0].ravel().tolist() == [5, 7, 13, 15]
    assert avg_pool2d(x, 2).ravel().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert avg_pool2d_backward([[[4]]], (3, 2, 1), 2).ravel().tolist() == [1, 1, 1, 1, 0, 0]
    assert max_pool2d_backward([[[4]]], [[[3]]], (3, 2, 1), 2).ravel().tolist() == [0, 0, 0, 4, 0, 0]


def test_memory_is_taken_in_its_own_order():
    for order in [(0, 1, 2, 3), (3, 1, 2, 0)]:
        memory = np.arange(120).reshape(2, 3, 4, 5)
        stored, back = as_stored(memory.transpose(order))
        assert stored.flags.c_contiguous and np.shares_memory(stored, memory)
        assert np.array_equal(stored.transpose(back), memory.transpose(order))


@pytest.mark.parametrize("functions", [cnnlib, fast])
def test_narrow_types_are_wide_enough_for_their_sums(functions):
    large = np.full((1, 2, 2, 1), 60000, np.float16)
    mean = functions.avg_pool2d(large, 2)
    assert mean.dtype == np.float16 and mean == 60000
    assert functions.avg_pool2d(np.full((1, 3, 3, 1), 127, np.int8), 3) == 127
    assert np.isclose(functions.avg_pool2d(np.full((1, 2, 2, 1), 2**62), 2), 2.0**62)
    ones = np.ones((1, 64, 64, 1), np.float16)
    shares = functions.avg_pool2d_backward(ones, (1, 127, 127, 1), 64, stride=1)
    assert shares.dtype == np.float16 and shares[0, 63, 63, 0] == 1  # 4096 shares of 1 / 4096
    winners = np.zeros((1, 64, 64, 1), int)
    winners[0] = (63 - np.arange(64)[:, None, None]) * 64 + 63 - np.arange(64)[:, None]
    assert functions.max_pool2d_backward(ones, winners, (1, 127, 127, 1), 64, stride=1).max() == 4096


@pytest.mark.parametrize("functions", [cnnlib, fast])
def test_integer_gradients_are_exact_however_large(functions):
    winners = np.array([1, 0], np.uint8).reshape(1, 2, 1)
    dx = functions.max_pool2d_backward(np.full((1, 2, 1), 2**62), winners, (1, 3, 1), (1, 2), stride=1)
    assert dx.ravel().tolist() == [0, 2**63, 0]


def test_each_side_has_a_padding_of_its_own():
    rng = np.random.default_rng(0)
    x, padding = rng.integers(-9, 0, (2, 4, 5, 3)), ((1, 0), (0, 2))
    surrounded = np.pad(x, ((0, 0), *padding, (0, 0)))
    lowest = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=-10)
    assert np.array_equal(avg_pool2d(x, 3, stride=1, padding=padding), avg_pool2d(surrounded, 3, stride=1))
    y, winners = max_pool2d(x, 3, stride=1, padding=padding)
    assert np.array_equal(y, max_pool2d(lowest, 3, stride=1)[0])
    assert np.array_equal(winners, max_pool2d(lowest, 3, stride=1)[1])
    assert max_pool2d(x, (2, 3), stride=1, padding="same")[0].shape == x.shape


@pytest.mark.parametrize("taps, dtype", [(256, np.uint8), (257, np.uint16)])
def test_winners_take_one_byte_as_long_as_they_fit(taps, dtype):
    x = np.arange(taps).reshape(1, taps, 1)
    y, winners = max_pool2d(x, (1, taps))
    assert y.item() == winners.item() == taps - 1 and winners.dtype == dtype
    assert np.array_equal(np.flatnonzero(max_pool2d_backward([[[1]]], winners, x.shape, (1, taps))), [taps - 1])


def test_one_image_and_odd_memory():
    x = np.random.default_rng(0).integers(-9, 10, (2, 5, 6, 3))
    for stored in (np.asfortranarray(x), x[:, ::-1].copy()[:, ::-1], np.repeat(x, 2, axis=2)[:, :, ::2]):
        assert np.array_equal(max_pool2d(stored, 2)[0], max_pool2d(x, 2)[0])
        assert np.array_equal(avg_pool2d(stored, 2), avg_pool2d(x, 2))
    y, winners = max_pool2d(x[0], 2)
    assert np.array_equal(y, max_pool2d(x, 2)[0][0])
    assert np.array_equal(
        max_pool2d_backward(y, winners, x.shape[1:], 2), max_pool2d_backward(y[None], winners[None], x[:1].shape, 2)[0]
    )
    assert np.array_equal(avg_pool2d(x[0], 2), avg_pool2d(x, 2)[0])
    assert avg_pool2d_backward(y, x.shape[1:], 2).shape == x.shape[1:]


def test_layers_pass_the_checks():
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 2))
    check_gradient(MaxPool2d((3, 2), stride=(2, 1), padding=1), x)
    check_gradient(AvgPool2d((3, 2), stride=(2, 1), padding=1), x)
    check_adjoint(AvgPool2d((3, 2), stride=(2, 1), padding=1), x.shape)
    layer = MaxPool2d((3, 2), stride=(2, 1), padding=1)
    y, winners = max_pool2d(x, (3, 2), stride=(2, 1), padding=1)
    assert np.array_equal(layer.forward(x), y)
    assert np.array_equal(layer.backward(y), max_pool2d_backward(y, winners, x.shape, (3, 2), stride=(2, 1), padding=1))


X, Y = np.ones((2, 4, 6, 3)), np.ones((2, 2, 3, 3))
W = np.zeros(Y.shape, int)
BAD = {
    "max: rank": (lambda: max_pool2d(X[0, 0], 2), ValueError, "x has shape (6, 3)"),
    "max: empty": (lambda: max_pool2d(X[:0], 2), ValueError, "x has shape (0, 4, 6, 3)"),
    "max: complex": (lambda: max_pool2d(X * 1j, 2), TypeError, "x has dtype complex128"),
    "max: window too large": (lambda: max_pool2d(X, (5, 1)), ValueError, "kernel_size (5, 1)"),
    "max: window 0": (lambda: max_pool2d(X, 0), ValueError, "kernel_size is 0"),
    "max: stride 0": (lambda: max_pool2d(X, 2, stride=0), ValueError, "stride is 0"),
    "max: padding too large": (lambda: max_pool2d(X, 2, padding=2), ValueError, "padding is 2; expected less than"),
    "max: one padding too large": (lambda: max_pool2d(X, (1, 3), padding=1), ValueError, "padding is 1; expected less"),
    "max: padding too large below": (
        lambda: max_pool2d(X, 2, padding=((0, 2), 0)),
        ValueError,
        "padding is ((0, 2), 0)",
    ),
    "max: same with a stride": (
        lambda: max_pool2d(X, 2, padding="same"),
        ValueError,
        "padding is 'same'; expected stride 1",
    ),
    "max: padding negative": (lambda: max_pool2d(X, 2, padding=-1), ValueError, "padding is -1"),
    "max: window 1.5": (lambda: max_pool2d(X, 1.5), TypeError, "kernel_size is 1.5"),
    "max back: dy": (lambda: max_pool2d_backward(Y[:1], W, X.shape, 2), ValueError, "dy has shape (1, 2, 3, 3)"),
    "max back: winners": (lambda: max_pool2d_backward(Y, W[0], X.shape, 2), ValueError, "winners has shape (2, 3, 3)"),
    "max back: range": (lambda: max_pool2d_backward(Y, W + 4, X.shape, 2), ValueError, "winners reaches from 4 to 4"),
    "max back: below": (lambda: max_pool2d_backward(Y, W - 1, X.shape, 2), ValueError, "expected 0 to 3"),
    "max back: floats": (lambda: max_pool2d_backward(Y, W * 1.0, X.shape, 2), TypeError, "winners has dtype float64"),
    "max back: shape": (lambda: max_pool2d_backward(Y, W, (4, 6), 2), ValueError, "x_shape is (4, 6)"),
    "max back: no shape": (lambda: max_pool2d_backward(Y, W, 4, 2), TypeError, "x_shape is 4"),
    "avg: rank": (lambda: avg_pool2d(X[0, 0], 2), ValueError, "x has shape (6, 3)"),
    "avg: text": (lambda: avg_pool2d(X.astype(str), 2), TypeError, "x has dtype <U"),
    "avg: padding": (lambda: avg_pool2d(X, 2, padding=(0, 2)), ValueError, "padding is (0, 2)"),
    "avg: window too large": (lambda: avg_pool2d(X, 7), ValueError, "kernel_size (7, 7)"),
    "avg back: dy": (lambda: avg_pool2d_backward(Y[0], X.shape, 2), ValueError, "dy has shape (2, 3, 3)"),
    "avg back: negative shape": (lambda: avg_pool2d_backward(Y, (2, -4, 6, 3), 2), ValueError, "x_shape is -4"),
    "layer: stride": (lambda: MaxPool2d(2, stride=(1, 0)), ValueError, "stride is 0"),
    "layer: padding": (lambda: AvgPool2d(2, padding=2), ValueError, "padding is 2"),
    "layer: window": (lambda: AvgPool2d("2"), TypeError, "kernel_size is '2'"),
    "layer: backward first": (lambda: MaxPool2d(2).backward(Y), RuntimeError, "MaxPool2d.backward needs a forward"),
    "layer: average backward first": (lambda: AvgPool2d(2).backward(Y), RuntimeError, "AvgPool2d.backward needs"),
}


@pytest.mark.parametrize("call, error, message", BAD.values(), ids=BAD)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
