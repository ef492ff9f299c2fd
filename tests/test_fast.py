"""The fast functions do what the plain ones do: on symbols, and exactly, on every small shape."""

from fractions import Fraction
from itertools import islice, product

import cnnlib
import numpy as np
import pytest
import sympy as sp
from cnnlib import fast
from cnnlib.fast import blocks, lowering, pooling
from cnnlib.proofs import symbols


def integers(rng, *shape):
    return rng.integers(-9, 10, shape)


def fractions(rng, *shape):
    return np.vectorize(Fraction, otypes=[object])(rng.integers(-9, 10, shape)) / 7


def same(got, expected):
    """Assert that results are equal, entry by entry, and of one shape and type."""
    for one, other in zip(got, expected, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        assert (one == other).all()


def convolve(functions, x, w, b, dy=None, **options):
    """Run both passes of a convolution; without dy, the output's gradient is the output."""
    y = functions.conv2d(x, w, b, **options)
    return y, *functions.conv2d_backward(y if dy is None else dy, x, w, **options)


def pool(functions, x, *window, **options):
    """Run both passes of both kinds of pooling; means of integers are fractions."""
    y, winners = functions.max_pool2d(x, *window, **options)
    mean = functions.avg_pool2d(x.astype(object) if x.dtype == int else x, *window, **options)
    back = functions.max_pool2d_backward(y, winners, x.shape, *window, **options)
    return y, winners, mean, back, functions.avg_pool2d_backward(mean, x.shape, *window, **options)


# Each axis has its own: the values of the second are those of the first in another order.
SIDES = [(0, 0), (1, 1), (1, 0), (0, 2)]
AXIS = [
    (k, s, sides, d)
    for k, s, sides, d in product([1, 2, 3], [1, 2, 3], SIDES, [1, 2])
    if d * (k - 1) < 5 + sum(sides) and (k > 1 or d == 1)
]
EVERY = [(one, AXIS[(5 * place + 7) % len(AXIS)]) for place, one in enumerate(AXIS)]


def options_of(down, across):
    (k_h, s_h, p_h, d_h), (k_w, s_w, p_w, d_w) = down, across
    return (k_h, k_w), {"stride": (s_h, s_w), "padding": (p_h, p_w), "dilation": (d_h, d_w)}


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_convolution_on_every_small_shape(groups):
    rng = np.random.default_rng(0)
    for axes in EVERY:
        kernel, options = options_of(*axes)
        x, w = integers(rng, 2, 5, 6, 4), integers(rng, *kernel, 4 // groups, 8)
        arrays = x, w, integers(rng, 8)
        same(convolve(fast, *arrays, groups=groups, **options), convolve(cnnlib, *arrays, groups=groups, **options))


def test_pooling_on_every_small_shape():
    rng = np.random.default_rng(0)
    for axes in EVERY:
        kernel, options = options_of(*axes)
        del options["dilation"]
        if all(max(sides) < k for sides, k in zip(options["padding"], kernel)):
            for low in (-9, -1):  # from -1 on all are equal
                x = rng.integers(low, 0, (2, 6, 5, 3))
                same(pool(fast, x, kernel, **options), pool(cnnlib, x, kernel, **options))


@pytest.mark.parametrize("size", [1, 40, blocks.BLOCK])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_blocks_and_threads_change_nothing(monkeypatch, threads, size):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    monkeypatch.setattr(blocks, "BLOCK", size)
    monkeypatch.setattr(blocks, "SHARE", 1)
    rng = np.random.default_rng(0)
    options = {"stride": (2, 1), "padding": ((2, 0), (1, 3)), "dilation": (1, 2)}
    arrays = fractions(rng, 3, 7, 6, 4), fractions(rng, 3, 2, 2, 6), fractions(rng, 6)
    same(convolve(fast, *arrays, **options, groups=2), convolve(cnnlib, *arrays, **options, groups=2))
    x, window = fractions(rng, 3, 7, 6, 4), {"kernel_size": (3, 2), "stride": (2, 1), "padding": ((2, 0), (1, 1))}
    same(pool(fast, x, **window), pool(cnnlib, x, **window))


def test_symbols():
    x, w, b = symbols("x", (1, 4, 5, 2)), symbols("w", (2, 3, 1, 4)), symbols("b", (4,))
    options = {"stride": (2, 1), "padding": ((1, 0), (0, 2)), "dilation": (1, 2), "groups": 2}
    dy = symbols("d", cnnlib.conv2d(x, w, b, **options).shape)
    for got, expected in zip(convolve(fast, x, w, b, dy, **options), convolve(cnnlib, x, w, b, dy, **options)):
        assert got.shape == expected.shape
        assert all(sp.expand(one - other) == 0 for one, other in zip(got.flat, expected.flat))


def test_symbols_in_an_order():
    steps = np.random.default_rng(0).permutation(30)
    ranked = np.cumsum(sp.symbols("a:30", positive=True))[steps].reshape(1, 5, 6, 1)
    window = {"kernel_size": (3, 2), "stride": (1, 2), "padding": ((0, 2), (1, 0))}
    for got, expected in zip(pool(fast, ranked, **window), pool(cnnlib, ranked, **window)):
        assert all(sp.expand(one - other) == 0 for one, other in zip(got.flat, expected.flat))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floats_differ_by_rounding_only(dtype):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(dtype) for shape in [(3, 8, 9, 6), (3, 3, 3, 4), (4,)]]
    options = {"padding": "same", "groups": 2}
    pairs = list(zip(convolve(fast, *arrays, **options), convolve(cnnlib, *arrays, **options)))
    pairs += zip(pool(fast, arrays[0], 3, stride=2, padding=1), pool(cnnlib, arrays[0], 3, stride=2, padding=1))
    for got, expected in pairs:
        assert got.dtype == expected.dtype
        wide, right = got.astype(np.longdouble), expected.astype(np.longdouble)
        assert (abs(wide - right) <= 8 * np.finfo(dtype).eps * abs(right).max()).all()


def test_odd_numbers_are_where_they_are_in_the_plain_functions():
    rng = np.random.default_rng(0)
    x = rng.choice(np.array([np.nan, np.inf, -np.inf, 0, 1, -2]), (2, 6, 7, 3), p=[0.05, 0.05, 0.05, 0.35, 0.25, 0.25])
    w = rng.choice(np.array([np.inf, 0, 1, -3]), (2, 3, 3, 2), p=[0.05, 0.35, 0.3, 0.3])
    for got, expected in zip(convolve(fast, x, w, None, padding=1), convolve(cnnlib, x, w, None, padding=1)):
        assert np.array_equal(got, expected, equal_nan=True)
    window = {"kernel_size": 2, "stride": 1, "padding": 1}
    assert np.isnan(fast.max_pool2d(x, **window)[0]).any()
    for got, expected in zip(fast.max_pool2d(x, **window), cnnlib.max_pool2d(x, **window)):
        assert np.array_equal(got, expected, equal_nan=expected.dtype == float)
    assert np.array_equal(fast.avg_pool2d(x, **window), cnnlib.avg_pool2d(x, **window), equal_nan=True)


# --- What differs in one tap is seen ------------------------------------------------------------


def shifted(function):
    """Move what one tap brings by one image."""

    def broken(*args):
        matrices = function(*args).copy()
        matrices[:, 1] = np.roll(matrices[:, 1], 1, axis=-1)
        return matrices

    return broken


def without_the_last_tap(function):
    return lambda x, field: list(function(x, field))[:-1]


def only_the_first_tap(function):
    return lambda x, parts, field: function(x, islice(parts, 1), field)


@pytest.mark.parametrize(
    "module, name, breaking, test",
    [
        (lowering, "lowered", shifted, test_convolution_on_every_small_shape),
        (lowering, "lowered", shifted, test_symbols),
        (
            lowering,
            "lines_of",
            lambda good: lambda *args: good(*args)[..., ::-1],
            test_convolution_on_every_small_shape,
        ),
        (lowering, "add_lines", lambda good: lambda x, lines, *rest: good(x, 2 * lines, *rest), test_symbols),
        (pooling, "taps", without_the_last_tap, test_pooling_on_every_small_shape),
        (pooling, "taps", without_the_last_tap, test_symbols_in_an_order),
        (pooling, "add_to_taps", only_the_first_tap, test_pooling_on_every_small_shape),
    ],
)
def test_a_fast_path_that_differs_in_one_tap_is_seen(monkeypatch, module, name, breaking, test):
    monkeypatch.setattr(module, name, breaking(getattr(module, name)))
    with pytest.raises((AssertionError, ValueError)):
        test(1) if test is test_convolution_on_every_small_shape else test()


# --- No output shows what it does not see ---------------------------------------------------------

OFTEN = {"padding": 1}  # 3 x 3 kernels and many channels: where minimal filtering would save most


def many_channels(rng, dtype=np.float32):
    return rng.random((2, 9, 8, 32)).astype(dtype), rng.random((3, 3, 32, 40)).astype(dtype)


def test_zeros_stay_zeros():
    rng = np.random.default_rng(0)
    x, w = many_channels(rng)
    lit = np.zeros_like(x)
    lit[0, 4, 3] = x[0, 4, 3]
    y = cnnlib.Conv2d(32, 40, 3, bias=False, **OFTEN)
    y.params["weight"] = w
    assert np.array_equal(y(lit).any(axis=-1), fields_of_pixel(lit.shape, 4, 3))
    assert np.array_equal(y.backward(lit_output(y(lit).shape)).any(axis=-1), fields_of_pixel(lit.shape, 4, 3))


def lit_output(shape):
    dy = np.zeros(shape, np.float32)
    dy[0, 4, 3] = 1
    return dy


def fields_of_pixel(shape, row, column):
    """Mark, in the first image, the nine pixels around one."""
    mark = np.zeros(shape[:3], bool)
    mark[0, row - 1 : row + 2, column - 1 : column + 2] = True
    return mark


def test_signs_stay():
    for seed in range(5):
        x, w = many_channels(np.random.default_rng(seed))
        x[np.random.default_rng(seed).random(x.shape) < 0.9] = 0
        y = fast.conv2d(x, w, **OFTEN)
        dx, dw, db = fast.conv2d_backward(y, x, w, **OFTEN)
        assert min(y.min(), dx.min(), dw.min(), db.min()) >= 0
        assert max(fast.conv2d(x, -w, **OFTEN).max(), fast.conv2d(-x, w, **OFTEN).max()) <= 0


@pytest.mark.parametrize("odd", [1e8, np.inf, np.nan])
def test_a_large_pixel_changes_only_the_outputs_that_see_it(odd):
    x, w = many_channels(np.random.default_rng(0))
    y = fast.conv2d(x, w, **OFTEN)
    x[0, 4, 3, 0] = odd
    far = ~fields_of_pixel(x.shape, 4, 3)
    assert np.array_equal(fast.conv2d(x, w, **OFTEN)[far], y[far])
    deltas = y.copy()
    deltas[0, 4, 3, 0] = odd
    assert np.array_equal(
        fast.conv2d_backward(deltas, x, w, **OFTEN)[0][far], fast.conv2d_backward(y, x, w, **OFTEN)[0][far]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_errors_are_bounded_by_what_is_added_up(dtype):
    rng = np.random.default_rng(0)
    x, w = [array.astype(dtype) for array in (rng.normal(size=(2, 9, 8, 32)), rng.normal(size=(3, 3, 32, 40)))]
    x *= 10.0 ** rng.integers(-6, 7, x.shape)
    dy = rng.normal(size=(2, 9, 8, 40)).astype(dtype)
    got = convolve(fast, x, w, None, dy, **OFTEN)
    exact = [array.astype(np.longdouble) for array in (x, w, dy)]
    expected = convolve(cnnlib, exact[0], exact[1], None, exact[2], **OFTEN)
    sizes = convolve(cnnlib, abs(exact[0]), abs(exact[1]), None, abs(exact[2]), **OFTEN)
    for result, right, size, terms in zip(got, expected, sizes, (9 * 32, 9 * 40, 2 * 72, 2 * 72)):
        assert (abs(result - right) <= terms * np.finfo(dtype).eps * size).all()


# --- The same numbers give the same bits ------------------------------------------------------------


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_the_same_input_gives_the_same_bits(monkeypatch, threads):
    """Neither the order in which threads finish nor how many there are shows in a float."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 12, 12, 5)).astype(np.float32), rng.normal(size=(3, 3, 5, 6)).astype(np.float32)
    monkeypatch.setattr(blocks, "BLOCK", 2000)
    monkeypatch.setattr(blocks, "SHARE", 1)
    monkeypatch.setenv("CNNLIB_NUM_THREADS", "1")
    expected = convolve(fast, x, w, None, padding=1)
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    for _ in range(12):
        assert all(np.array_equal(*pair) for pair in zip(convolve(fast, x, w, None, padding=1), expected))
