"""Arrays of every type, memory order and value: the right answer or an error that names the argument."""

from contextlib import contextmanager
from fractions import Fraction
from functools import partial

import numpy as np
import slow
import sympy as sp
from cnnlib import (
    Flatten,
    HalfSquaredError,
    HardTanh,
    Linear,
    Max,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    avg_pool2d,
    avg_pool2d_backward,
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

MANY = settings(max_examples=120)
FLOATS = [order + kind for kind in ("f2", "f4", "f8", "g") for order in "<>"]
INTEGERS = ["i1", "u1", ">i2", "<u2", ">i4", "u4", "<i8", ">i8"]
FAMILIES = st.sampled_from([[*FLOATS, *INTEGERS], [*INTEGERS, "O"]])  # objects are mixed with what is exact only
ODD = [np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0]
OBJECTS = [0, -3, 2**70, Fraction(1, 3), sp.Rational(2, 7), sp.Integer(5)]


def values(dtype):
    """Give numbers of every kind that a type holds."""
    dtype = np.dtype(dtype)
    if dtype == object:
        return st.sampled_from(OBJECTS)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return st.sampled_from([limits.min, limits.max]) | st.integers(max(limits.min, -9), 9)
    limits = np.finfo(dtype)
    odd = [*ODD, limits.max, -limits.max, limits.smallest_subnormal, limits.smallest_normal, -limits.eps]
    return st.sampled_from(odd) | st.integers(-9, 9).map(lambda number: number / 4)


@st.composite
def arrays(draw, shape, dtype, elements=None):
    """Draw a few values, and an array of them stored in one of many ways."""
    palette = draw(st.lists(values(dtype) if elements is None else elements, min_size=1, max_size=6))
    places = np.random.default_rng(draw(st.integers(0, 99))).integers(len(palette), size=shape)
    chosen = np.empty(len(palette), dtype)
    for place, value in enumerate(palette):
        chosen[place] = value
    return draw(st.sampled_from(STORED))(chosen[places]) if shape else np.array(chosen[places])


def draw_all(data, *shapes):
    """Draw an array of each shape, of types that can be mixed."""
    dtypes = st.sampled_from(data.draw(FAMILIES))
    return [data.draw(arrays(shape, data.draw(dtypes))) for shape in shapes]


def between(array):
    """Store an array in every second place of a larger one."""
    larger = np.empty([2 * size for size in array.shape], array.dtype)
    view = larger[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def turned(array):
    """Store an array so that all its strides are negative."""
    return np.flip(np.flip(array).copy())


def batch_last(array):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0)


def repeated(array):
    """Repeat the first entry of an axis with a stride of 0."""
    return np.broadcast_to(array[:1], array.shape)


def read_only(array):
    array.flags.writeable = False
    return array


def unaligned(array):
    if array.dtype == object:
        return array
    memory = np.empty(array.nbytes + 1, np.uint8)[1:]
    view = memory.view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


STORED = [np.array, np.asfortranarray, between, turned, batch_last, repeated, read_only, unaligned]


@contextmanager
def unchanged(*arrays):
    """Assert that arrays, and the memory that they are views of, stay as they are; with an error, too."""
    bases = [array if array.base is None else array.base for array in arrays]
    before = [(base.tobytes(), array.shape, array.strides, array.dtype) for base, array in zip(bases, arrays)]
    try:
        with np.errstate(all="ignore"):  # that nothing warns is tested below
            yield
    finally:
        after = [(base.tobytes(), array.shape, array.strides, array.dtype) for base, array in zip(bases, arrays)]
        assert before == after


def own(got, *arrays):
    """Assert that an answer can be written to and shares no memory with what came in."""
    assert not any(np.shares_memory(got, array) for array in arrays)
    assert got.flags.writeable


def common(*arrays):
    """Return the type that holds all, with every integer an int64."""
    return np.result_type(*[np.int64 if array.dtype.kind in "iu" else array.dtype for array in arrays])


def holds_large(got, *arrays):
    """Tell whether integers gave Python's own, because int64 does not hold one of them."""
    return got.dtype == object and common(*arrays).kind == "i" and max(got.max(), -got.min() - 1) >= 2**63


SIZES = st.tuples(st.integers(1, 5), st.integers(1, 5))
KERNELS = st.tuples(st.integers(1, 3), st.integers(1, 3))
PADDINGS = st.tuples(st.integers(0, 2), st.integers(0, 2))


@MANY
@given(st.data(), SIZES, KERNELS, KERNELS, PADDINGS, st.tuples(st.integers(1, 2), st.integers(1, 2)), st.booleans())
def test_convolution(data, size, kernel, stride, padding, dilation, is_batch):
    output = slow.output_size(size, kernel, stride, padding, dilation)
    assume(min(output) > 0)
    n, channels, kernels = [data.draw(st.integers(1, 2)) for _ in range(3)]
    shapes = (n, *size, channels), (*kernel, channels, kernels), (kernels,), (n, *output, kernels)
    x, w, b, dy = draw_all(data, *shapes)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    if not is_batch:
        x, dy = x[:1], dy[:1]
    one = (lambda array: array) if is_batch else (lambda array: array[0])

    with unchanged(x, w, b):
        y = conv2d(one(x), w, b, **options)
    assert y.dtype == common(x, w, b) or holds_large(y, x, w, b)
    own(y, x, w, b)
    slow.agree(y, lambda *given: one(slow.conv2d(*given, **options)), x, w, b)

    with unchanged(dy, x, w):
        got = conv2d_backward(one(dy), one(x), w, **options)
    for number, gradient in enumerate(got):
        assert gradient.dtype == common(dy, x, w) or holds_large(gradient, dy, x, w)
        own(gradient, dy, x, w)
        gradient = gradient[np.newaxis] if number == 0 and not is_batch else gradient
        slow.agree(gradient, lambda *given, number=number: slow.conv2d_backward(*given, **options)[number], dy, x, w)


@MANY
@given(st.data(), SIZES, KERNELS, KERNELS, PADDINGS)
def test_pooling(data, size, kernel, stride, padding):
    assume(all(p < k for p, k in zip(padding, kernel)))
    output = slow.output_size(size, kernel, stride, padding, (1, 1))
    assume(min(output) > 0)
    shape = (2, *size, 2)
    x, dy = draw_all(data, shape, (2, *output, 2))
    options = {"stride": stride, "padding": padding}

    with unchanged(x):
        y, winners = max_pool2d(x, kernel, **options)
    own(y, x), own(winners, x)
    expected, allowed = slow.max_pool2d(x, kernel, **options)
    assert y.dtype.newbyteorder("=") == common(x)
    assert np.array_equal(y, expected, equal_nan=x.dtype.kind == "f")
    assert all(winner in taps for winner, taps in zip(winners.flat, allowed.flat))

    with unchanged(dy, winners):
        dx = max_pool2d_backward(dy, winners, shape, kernel, **options)
    own(dx, dy, winners)
    slow.agree(dx, lambda dy: slow.max_pool2d_backward(dy, winners, x, kernel, **options), dy)

    taps = kernel[0] * kernel[1]
    for array, function, loops in [
        (x, partial(avg_pool2d, kernel_size=kernel), slow.avg_pool2d),
        (dy, partial(avg_pool2d_backward, x_shape=shape, kernel_size=kernel), partial(slow.avg_pool2d_backward, x=x)),
    ]:
        with unchanged(array):
            got = function(array, **options)
        own(got, array)
        share = Fraction(1, taps) if array.dtype == object else np.longdouble(1) / taps
        slow.agree(got, partial(loops, kernel_size=kernel, share=share, **options), array)


def derivative_of_sigmoid(x):
    return 1 / (2 + np.exp(x) + np.exp(-x))


ACTIVATIONS = {
    Sigmoid: (lambda x: 1 / (1 + np.exp(-x)), derivative_of_sigmoid),
    Tanh: (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    ReLU: (lambda x: np.where(x < 0, 0, x), lambda x: x > 0),
    HardTanh: (lambda x: np.clip(x, -1, 1), lambda x: abs(x) < 1),
}
SHAPES = st.lists(st.integers(1, 3), max_size=4).map(tuple)


@MANY
@given(st.data(), st.sampled_from(list(ACTIVATIONS)), SHAPES, st.sampled_from([*FLOATS, *INTEGERS]))
def test_activations(data, layer, shape, dtype):
    function, derivative = ACTIVATIONS[layer]
    layer = layer()
    x = data.draw(arrays(shape, dtype))
    dy = data.draw(arrays(shape, data.draw(st.sampled_from(FLOATS))))
    with unchanged(x, dy):
        y = layer.forward(x)
        kept = y.copy()
        dx = layer.backward(dy)
    assert y.shape == dx.shape == shape and np.array_equal(y, kept, equal_nan=True)
    own(np.asarray(y), x)
    with np.errstate(all="ignore"):
        exact, delta = x.astype(np.longdouble), dy.astype(np.longdouble)
        close(y, function(exact), 1, y)
        usual = np.isfinite(delta) & ~np.isnan(exact)
        close(dx[usual], (delta * derivative(exact))[usual], abs(delta[usual]), y, dx)


def close(got, expected, size, *types):
    """Assert that numbers are as near as rounding in the coarsest of these types allows."""
    limits = [np.finfo(array.dtype if array.dtype.kind == "f" else np.float64) for array in types]
    error = 8 * (
        max(limit.eps for limit in limits) * np.maximum(size, abs(expected)) + max(limit.tiny for limit in limits)
    )
    assert ((got == expected) | (abs(got - expected) <= error) | (np.isnan(got) & np.isnan(expected))).all()


@MANY
@given(st.data(), st.integers(1, 4), st.integers(1, 3))
def test_max_flatten_and_linear(data, features, n):
    x, w, b, dy = draw_all(data, (n, 2, features), (2 * features, 2), (2,), (n, 2))
    largest, flat = Max(), Flatten()
    with unchanged(x):
        y = largest.forward(x)
        dx = largest.backward(np.ones(y.shape, int))
        rows = flat.forward(x)
    assert (dx.sum(axis=-1) == 1).all()
    with np.errstate(invalid="ignore"):
        assert np.array_equal(y, x.max(axis=-1, keepdims=True), equal_nan=x.dtype.kind == "f")
    assert np.array_equal(rows, x.reshape(n, -1), equal_nan=x.dtype.kind == "f")
    assert np.array_equal(flat.backward(rows), x, equal_nan=x.dtype.kind == "f")

    layer = Linear(2 * features, 2)
    layer.params.update(weight=w, bias=b)
    with unchanged(x, w, b, dy):
        y = layer.forward(rows)
        dx = layer.backward(dy)
    slow.agree(y, lambda x, w, b: (x[:, :, np.newaxis] * w).sum(axis=1) + b, rows, w, b)
    slow.agree(dx, lambda dy, w: (dy[:, np.newaxis] * w).sum(axis=2), dy, w)
    slow.agree(layer.grads["weight"], lambda x, dy: (x[:, :, np.newaxis] * dy[:, np.newaxis]).sum(axis=0), rows, dy)
    slow.agree(layer.grads["bias"], lambda dy: dy.sum(axis=0), dy)


@MANY
@given(st.data(), st.sampled_from([*FLOATS, *INTEGERS]), st.integers(1, 3), st.integers(1, 4))
def test_losses(data, dtype, n, classes):
    scores = data.draw(arrays((n, classes), dtype))
    target = data.draw(arrays((n,), data.draw(st.sampled_from(INTEGERS)), st.integers(0, classes - 1)))
    loss = SoftmaxCrossEntropy()
    with unchanged(scores, target):
        value, gradient = loss.forward(scores, target), loss.backward()
    assert gradient.shape == scores.shape and np.ndim(value) == 0
    own(gradient, scores)
    with np.errstate(all="ignore"):
        exact = scores.astype(np.longdouble)
        shifted = exact - exact.max(axis=1, keepdims=True)
        each = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(n), target]
        limits = np.finfo(gradient.dtype)
        if np.isnan(each).any():
            assert np.isnan(value)
        elif each.max() < limits.max / n and abs(shifted[np.isfinite(shifted)]).max(initial=0) < limits.max:
            assert np.isclose(float(value), float(each.mean()), rtol=16 * limits.eps, atol=4 * limits.eps)
        probability = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
        expected = (probability - (target[:, np.newaxis] == np.arange(classes))) / n
        assert np.allclose(gradient.astype(np.longdouble), expected, rtol=0, atol=40 * limits.eps, equal_nan=True)


@MANY
@given(st.data(), st.integers(1, 3), st.integers(1, 3))
def test_half_squared_error(data, n, size):
    prediction, target = draw_all(data, (n, size), (n, size))
    loss = HalfSquaredError()
    with unchanged(prediction, target):
        value, gradient = loss.forward(prediction, target), loss.backward()
    own(gradient, prediction, target)
    dtype = common(prediction, target)
    share = Fraction(1, n) if dtype == object else np.longdouble(1) / n
    minus = -target.astype(dtype if dtype.kind != "i" else np.longdouble)
    slow.agree(gradient, lambda prediction, minus: (prediction + minus) * share, prediction, minus)
    if dtype == object:
        assert value == ((prediction - target) ** 2).sum() * share / 2
    else:
        slow.agree(
            np.asarray(value),
            lambda prediction, minus: ((prediction + minus) ** 2).sum() * share / 2,
            prediction,
            minus,
        )
