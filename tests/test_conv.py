"""conv2d and its gradients against loops that read like the definitions, exactly."""

from itertools import product

import cnnlib
import numpy as np
import pytest
import sympy as sp
from cnnlib import Conv2d, check_adjoint, check_gradient, conv2d, conv2d_backward, fast
from cnnlib.fast import batch_last
from cnnlib.proofs import gradient, symbols


def pixels(x_size, w_size, y_size, stride, padding, dilation):
    """Give each (output pixel, tap, input pixel) that belong together inside the map."""
    for i, j, u, v in np.ndindex(*y_size, *w_size):
        r = stride[0] * i + dilation[0] * u - padding[0]
        q = stride[1] * j + dilation[1] * v - padding[1]
        if 0 <= r < x_size[0] and 0 <= q < x_size[1]:
            yield (i, j), (u, v), (r, q)


def output_size(x_size, w_size, stride, padding, dilation):
    return tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(x_size, w_size, stride, padding, dilation)
    )


def loops(x, w, b, stride, padding, dilation):
    size = output_size(x.shape[1:3], w.shape[:2], stride, padding, dilation)
    y = np.zeros((len(x), *size, w.shape[3]), int)
    y += b
    for (i, j), (u, v), (r, q) in pixels(x.shape[1:3], w.shape[:2], size, stride, padding, dilation):
        y[:, i, j] += x[:, r, q] @ w[u, v]
    return y


def loops_backward(dy, x, w, stride, padding, dilation):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for (i, j), (u, v), (r, q) in pixels(x.shape[1:3], w.shape[:2], dy.shape[1:3], stride, padding, dilation):
        dx[:, r, q] += dy[:, i, j] @ w[u, v].T
        dw[u, v] += x[:, r, q].T @ dy[:, i, j]
    return dx, dw, dy.sum((0, 1, 2))


MAPS = [(1, 1), (3, 5), (6, 4)]
KERNELS = [(1, 1), (2, 3), (3, 1), (3, 4)]
STEPS = [((1, 1), (0, 0), (1, 1)), ((2, 1), (0, 1), (1, 1)), ((2, 3), (2, 1), (1, 2)), ((4, 4), (1, 1), (2, 1))]
CASES = [
    (x_size, w_size, *steps)
    for x_size, w_size, steps in product(MAPS, KERNELS, STEPS)
    if min(output_size(x_size, w_size, *steps)) > 0
]


@pytest.mark.parametrize("channels, kernels", [(1, 1), (2, 3)])
@pytest.mark.parametrize("x_size, w_size, stride, padding, dilation", CASES)
def test_every_small_case_is_what_the_loops_give(x_size, w_size, stride, padding, dilation, channels, kernels):
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, *x_size, channels))
    w = rng.integers(-9, 10, (*w_size, channels, kernels))
    b = rng.integers(-9, 10, kernels)
    steps = {"stride": stride, "padding": padding, "dilation": dilation}

    y = conv2d(x, w, b, **steps)
    assert np.array_equal(y, loops(x, w, b, stride, padding, dilation))
    dy = rng.integers(-9, 10, y.shape)
    for got, expected in zip(conv2d_backward(dy, x, w, **steps), loops_backward(dy, x, w, stride, padding, dilation)):
        assert got.dtype == np.int64
        assert np.array_equal(got, expected)


PADDED = [((1, 0), (0, 2)), ((0, 0), (3, 1)), (1, (0, 1))]


@pytest.mark.parametrize("padding", PADDED, ids=str)
def test_each_side_has_a_padding_of_its_own(padding):
    rng = np.random.default_rng(0)
    x, w = rng.integers(-9, 10, (2, 4, 5, 3)), rng.integers(-9, 10, (2, 3, 3, 2))
    sides = [side if isinstance(side, tuple) else (side, side) for side in padding]
    surrounded = np.pad(x, ((0, 0), *sides, (0, 0)))
    y = conv2d(x, w, padding=padding, stride=(2, 1))
    assert np.array_equal(y, conv2d(surrounded, w, stride=(2, 1)))
    dx, dw, db = conv2d_backward(y, x, w, padding=padding, stride=(2, 1))
    expected = conv2d_backward(y, surrounded, w, stride=(2, 1))
    (top, _), (left, _) = sides
    assert np.array_equal(dx, expected[0][:, top : top + 4, left : left + 5])
    assert np.array_equal(dw, expected[1]) and np.array_equal(db, expected[2])


@pytest.mark.parametrize(
    "kernel, dilation, around",
    [
        ((3, 5), 1, ((1, 1), (2, 2))),
        ((2, 4), 1, ((0, 1), (1, 2))),
        ((4, 2), (1, 3), ((1, 2), (1, 2))),
        ((1, 1), 1, ((0, 0), (0, 0))),
    ],
)
def test_same_keeps_the_size_with_the_surplus_at_the_bottom_and_on_the_right(kernel, dilation, around):
    """As in PyTorch and Keras, whose numbers are in `tests/vectors`."""
    x, w = np.arange(60).reshape(1, 6, 10, 1), np.arange(kernel[0] * kernel[1]).reshape(*kernel, 1, 1)
    y = conv2d(x, w, padding="same", dilation=dilation)
    assert y.shape == x.shape and np.array_equal(y, conv2d(x, w, padding=around, dilation=dilation))
    assert np.array_equal(Conv2d(1, 1, kernel, padding="same", dilation=dilation).forward(x).shape, x.shape)


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_a_group_is_a_convolution_of_its_own(groups):
    rng = np.random.default_rng(0)
    x, w, b = (rng.integers(-9, 10, shape) for shape in [(2, 4, 5, 6), (2, 3, 6 // groups, 12), (12,)])
    options = {"stride": (1, 2), "padding": 1}
    y = conv2d(x, w, b, **options, groups=groups)
    gradients = conv2d_backward(y, x, w, **options, groups=groups)
    parts = zip(*[np.split(array, groups, axis=-1) for array in (y, x, w, b, *gradients)])
    for y, x, w, b, dx, dw, db in parts:
        assert np.array_equal(y, conv2d(x, w, b, **options))
        assert all(np.array_equal(*pair) for pair in zip((dx, dw, db), conv2d_backward(y, x, w, **options)))


def test_a_layer_with_groups_passes_both_checks():
    layer = Conv2d(4, 6, (2, 3), groups=2, padding=((1, 0), (0, 2)), rng=0)
    assert layer.params["weight"].shape == (2, 3, 2, 6)
    check_gradient(layer, np.random.default_rng(0).normal(size=(2, 3, 4, 4)))
    check_adjoint(layer, (2, 3, 4, 4))
    wide = Conv2d(100, 200, 3, groups=2, rng=0).params["weight"]
    assert abs(wide.std() * np.sqrt(3 * 3 * 50 / 2) - 1) < 0.02


def test_gradients_are_sympys_own():
    x, w, b = symbols("x", (2, 4, 5, 2)), symbols("w", (2, 3, 2, 2)), symbols("b", (2,))
    steps = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}
    y = conv2d(x, w, b, **steps)
    dy = symbols("d", y.shape)
    loss = (dy * y).sum()
    for got, variable in zip(conv2d_backward(dy, x, w, **steps), (x, w, b)):
        assert got.shape == variable.shape
        assert all(sp.expand(a - b) == 0 for a, b in zip(got.flat, gradient(loss, variable).flat))


def test_one_image_is_a_batch_of_one():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 5, 2)), rng.normal(size=(2, 2, 2, 3))
    y = conv2d(x, w)
    assert np.array_equal(y, conv2d(x[None], w)[0])
    for got, expected in zip(conv2d_backward(y, x, w), conv2d_backward(y[None], x[None], w)):
        assert np.array_equal(got, expected.reshape(got.shape))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, object])
def test_type_stays(dtype):
    x, w, b = np.ones((1, 3, 3, 1), dtype), np.ones((2, 2, 1, 1), dtype), np.ones(1, dtype)
    y = conv2d(x, w, b)
    assert {array.dtype for array in (y, *conv2d_backward(y, x, w))} == {np.dtype(dtype)}


def test_the_wider_of_two_types_stays():
    x, w = np.arange(9).reshape(1, 3, 3, 1), np.full((2, 2, 1, 1), 0.25)
    y = conv2d(x, w)
    assert y.dtype == np.float64 and y.ravel().tolist() == [2.0, 3.0, 5.0, 6.0]
    assert [gradient.dtype for gradient in conv2d_backward(np.ones(y.shape, int), x, w)] == [np.float64] * 3


def test_bytes_do_not_overflow():
    x, w = np.full((1, 2, 2, 1), 255, np.uint8), np.full((2, 2, 1, 1), 255, np.uint8)
    assert conv2d(x, w).item() == 4 * 255**2


@pytest.mark.parametrize("functions", [cnnlib, fast])
def test_integers_are_exact_however_large(functions):
    x, w = np.full((1, 2, 3, 1), 2**40), np.full((2, 2, 1, 1), -(2**40))
    y = functions.conv2d(x, w, [1])
    assert y.dtype == object and (y == 1 - 2**82).all()
    dx, dw, db = functions.conv2d_backward(np.full(y.shape, 2**61), x, w)
    assert dx[0, :, :, 0].tolist() == 2 * [[-(2**101), -(2**102), -(2**101)]]
    assert (dw == 2**102).all() and db.dtype == np.int64 and db == 2**62
    lowest = np.full((1, 1, 1, 1), -(2**63))
    assert functions.conv2d(lowest, lowest).item() == 2**126
    assert functions.conv2d(lowest, [[[[1]]]]).dtype == np.int64  # what fits stays as it came


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint8, np.float16])
@pytest.mark.parametrize("functions", [cnnlib, fast])
def test_numpys_own_numbers_in_an_array_of_objects_do_not_overflow(functions, kind):
    large = int(kind(60000) if kind is np.float16 else np.iinfo(kind).max)
    x, w = (np.array([kind(large)] * 2 + [2], object).reshape(shape) for shape in [(1, 3, 1), (1, 3, 1, 1)])
    assert functions.conv2d(x, w).item() == 2 * large**2 + 4
    dx, dw, db = functions.conv2d_backward(x[:, :1], x, w)
    assert [dx[0, 0, 0], dw[0, 0, 0, 0], db[0]] == [large**2, large**2, large]
    assert type(x[0, 0, 0]) is kind


@pytest.mark.parametrize("functions", [cnnlib, fast])
def test_half_precision_is_added_up_in_single(functions):
    """2048 ones and a half: in half precision, 2048 + 1 is 2048."""
    x, w = np.ones((1, 1, 1, 4096), np.float16), np.ones((1, 1, 4096, 1), np.float16)
    y = functions.conv2d(x, w, np.array([-2048], np.float16))
    assert y.dtype == np.float16 and y.item() == 2048
    maps = np.ones((1, 64, 64, 1), np.float16)
    dx, dw, db = functions.conv2d_backward(maps, maps, w[:, :, :1])
    assert dw.dtype == db.dtype == np.float16 and (dw, db) == (4096, 4096)


@pytest.mark.parametrize("order", ["transposed", "reversed", "sliced", "read-only"])
def test_memory_order_does_not_matter(order):
    rng = np.random.default_rng(0)
    x, w, dy = (rng.integers(-9, 10, shape) for shape in [(2, 4, 5, 3), (2, 2, 3, 2), (2, 3, 4, 2)])

    def stored(array):
        if order == "transposed":
            return np.asfortranarray(array)
        if order == "reversed":
            return array[:, ::-1].copy()[:, ::-1]
        if order == "sliced":
            return np.repeat(array, 2, axis=-1)[..., ::2]
        copy = array.copy()
        copy.flags.writeable = False
        return copy

    assert np.array_equal(conv2d(stored(x), stored(w)), conv2d(x, w))
    for got, expected in zip(conv2d_backward(stored(dy), stored(x), stored(w)), conv2d_backward(dy, x, w)):
        assert np.array_equal(got, expected)


def test_a_batch_is_laid_out_image_by_image_innermost():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3))
    turned = batch_last(x)
    assert np.array_equal(turned, x) and turned.strides == (8, 5 * 2 * 8, 2 * 8, 4 * 5 * 2 * 8)
    for given in (x, turned, x[0]):
        copy = batch_last(given)
        assert np.array_equal(copy, given) and not np.shares_memory(copy, given)
        assert given is x or copy.strides == given.strides


def test_arguments_are_left_alone():
    rng = np.random.default_rng(0)
    arrays = x, w, b = [rng.normal(size=shape) for shape in [(1, 4, 4, 1), (2, 2, 1, 1), (1,)]]
    kept = [array.copy() for array in arrays]
    y = conv2d(x, w, b, padding=1)
    conv2d_backward(y, x, w, padding=1)
    assert all(np.array_equal(array, copy) for array, copy in zip(arrays, kept))


def test_layer_passes_both_checks_in_float32():
    layer = Conv2d(2, 3, (2, 3), stride=(2, 1), padding=1, dilation=(1, 2), rng=0)
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 2)).astype(np.float32)
    before = {name: array.copy() for name, array in layer.params.items()}
    assert "input 120, weight 36, bias 3" in check_gradient(layer, x)
    assert "exact in integers" in check_adjoint(layer, x.shape)
    assert all(np.array_equal(layer.params[name], before[name]) for name in before)
    assert not layer.grads


def test_layer_is_the_functions():
    layer = Conv2d(2, 3, 2, stride=2, padding=1, rng=0)
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 2)).astype(np.float32)
    y = layer.forward(x)
    dx = layer.backward(y)
    expected = fast.conv2d_backward(y, x, layer.params["weight"], stride=2, padding=1)
    assert y.dtype == np.float32
    assert np.array_equal(y, fast.conv2d(x, layer.params["weight"], layer.params["bias"], stride=2, padding=1))
    for got, wanted in zip((dx, layer.grads["weight"], layer.grads["bias"]), expected):
        assert np.array_equal(got, wanted)


def test_layer_starts_as_stated():
    weight = Conv2d(50, 60, 3, rng=0).params["weight"]
    assert np.array_equal(weight, Conv2d(50, 60, 3, rng=np.random.default_rng(0)).params["weight"])
    assert abs(weight.std() * np.sqrt(3 * 3 * 50 / 2) - 1) < 0.02
    assert Conv2d(1, 1, 1, bias=False).params.keys() == {"weight"}
    assert not Conv2d(1, 4, 1).params["bias"].any()


def test_layer_without_bias_runs():
    layer = Conv2d(1, 2, 2, bias=False, rng=0)
    layer.backward(layer.forward(np.ones((3, 3, 1), np.float32)))
    assert layer.grads.keys() == {"weight"}


X, W, B, DY = np.ones((2, 4, 5, 3)), np.ones((2, 3, 3, 2)), np.ones(2), np.ones((2, 3, 3, 2))
BAD = {
    "x of 2 axes": (lambda: conv2d(X[0, 0], W), ValueError, "x has shape (5, 3)"),
    "x of 5 axes": (lambda: conv2d(X[None], W), ValueError, "x has shape (1, 2, 4, 5, 3)"),
    "empty batch": (lambda: conv2d(X[:0], W), ValueError, "x has shape (0, 4, 5, 3)"),
    "empty kernel": (lambda: conv2d(X, W[:0]), ValueError, "w has shape (0, 3, 3, 2)"),
    "complex x": (lambda: conv2d(X * 1j, W), TypeError, "x has dtype complex128"),
    "text": (lambda: conv2d(X.astype(str), W), TypeError, "x has dtype <U"),
    "bool": (lambda: conv2d(X > 0, W), TypeError, "x has dtype bool"),
    "uint64": (lambda: conv2d(X.astype(np.uint64), W), TypeError, "x has dtype uint64"),
    "w of 3 axes": (lambda: conv2d(X, W[0]), ValueError, "w has shape (3, 3, 2)"),
    "channels": (lambda: conv2d(X, W[:, :, :2]), ValueError, "w has shape (2, 3, 2, 2), for 2 channels"),
    "bias shape": (lambda: conv2d(X, W, np.ones(3)), ValueError, "b has shape (3,); expected (2,)"),
    "bias rank": (lambda: conv2d(X, W, 1.0), ValueError, "b has shape ()"),
    "kernel too large": (lambda: conv2d(X, np.ones((5, 1, 3, 1))), ValueError, "kernel_size (5, 1)"),
    "dilated kernel too large": (lambda: conv2d(X, W, dilation=4), ValueError, "covers (5, 9)"),
    "stride 0": (lambda: conv2d(X, W, stride=0), ValueError, "stride is 0; expected at least 1"),
    "stride pair": (lambda: conv2d(X, W, stride=(1, 0)), ValueError, "stride is 0"),
    "stride triple": (lambda: conv2d(X, W, stride=(1, 1, 1)), TypeError, "stride is (1, 1, 1)"),
    "stride 1.5": (lambda: conv2d(X, W, stride=1.5), TypeError, "stride is 1.5"),
    "stride True": (lambda: conv2d(X, W, stride=True), TypeError, "stride is True"),
    "stride text": (lambda: conv2d(X, W, stride="2"), TypeError, "stride is '2'"),
    "negative padding": (lambda: conv2d(X, W, padding=-1), ValueError, "padding is -1; expected at least 0"),
    "padding of three": (
        lambda: conv2d(X, W, padding=(1, 1, 1)),
        TypeError,
        "padding is (1, 1, 1); expected an int, a (rows",
    ),
    "padding below -1": (
        lambda: conv2d(X, W, padding=((0, -1), (0, 0))),
        ValueError,
        "padding is -1; expected at least 0",
    ),
    "padding valid": (lambda: conv2d(X, W, padding="valid"), TypeError, "padding is 'valid'; expected an int"),
    "same with a stride": (
        lambda: conv2d(X, W, padding="same", stride=(1, 2)),
        ValueError,
        "padding is 'same'; expected stride 1 beside it, not (1, 2)",
    ),
    "groups 0": (lambda: conv2d(X, W, groups=0), ValueError, "groups is 0; expected at least 1"),
    "groups 1.0": (lambda: conv2d(X, W, groups=1.0), TypeError, "groups is 1.0; expected an int"),
    "groups of kernels": (
        lambda: conv2d(X, W[:, :, :1], groups=3),
        ValueError,
        "w has shape (2, 3, 1, 2); expected a number of kernels that 3 groups share evenly",
    ),
    "channels of groups": (
        lambda: conv2d(X, W, groups=2),
        ValueError,
        "w has shape (2, 3, 3, 2), for 3 channels in each of 2 groups; x has shape (2, 4, 5, 3), with 3",
    ),
    "layer's groups": (
        lambda: Conv2d(4, 3, 1, groups=2),
        ValueError,
        "out_channels is 3; expected a number that 2 groups",
    ),
    "layer's channels": (
        lambda: Conv2d(3, 4, 1, groups=2),
        ValueError,
        "in_channels is 3; expected a number that 2 groups",
    ),
    "dilation 0": (lambda: conv2d(X, W, dilation=0), ValueError, "dilation is 0"),
    "dy shape": (lambda: conv2d_backward(DY[:1], X, W), ValueError, "dy has shape (1, 3, 3, 2); expected (2, 3, 3, 2)"),
    "dy of one image": (lambda: conv2d_backward(DY[0], X, W), ValueError, "dy has shape (3, 3, 2)"),
    "dy complex": (lambda: conv2d_backward(DY * 1j, X, W), TypeError, "dy has dtype complex128"),
    "no channels": (lambda: Conv2d(0, 1, 1), ValueError, "in_channels is 0"),
    "half a kernel": (lambda: Conv2d(1, 0.5, 1), TypeError, "out_channels is 0.5"),
    "kernel size 0": (lambda: Conv2d(1, 1, 0), ValueError, "kernel_size is 0"),
    "layer stride": (lambda: Conv2d(1, 1, 1, stride=-1), ValueError, "stride is -1"),
    "layer dtype": (lambda: Conv2d(1, 1, 1, dtype=np.int64), TypeError, "dtype is"),
    "backward first": (lambda: Conv2d(1, 1, 1).backward(X), RuntimeError, "Conv2d.backward needs a forward"),
}


@pytest.mark.parametrize("call, error, message", BAD.values(), ids=BAD)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_refused_input_changes_nothing():
    layer = Conv2d(3, 2, (2, 3), dtype=np.float64, rng=0)
    layer.backward(layer.forward(X))
    kept = dict(layer.grads)
    with pytest.raises(ValueError):
        layer.forward(X[..., :2])
    with pytest.raises(ValueError):
        layer.backward(DY[:1])
    assert all(layer.grads[name] is kept[name] for name in kept)
    assert layer.backward(DY).shape == X.shape
