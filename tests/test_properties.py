"""Properties that hold for every shape and option: hypothesis looks for one where they do not."""

import numpy as np
from cnnlib import (
    AvgPool2d,
    Conv2d,
    avg_pool2d,
    avg_pool2d_backward,
    check_adjoint,
    conv2d,
    conv2d_backward,
    fast,
    max_pool2d,
    max_pool2d_backward,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from test_conv import loops, loops_backward, output_size

PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))
PADDINGS = st.tuples(st.integers(0, 3), st.integers(0, 3))
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))
INTEGERS = st.integers(-99, 99)


def maps(n, size, channels):
    return arrays.arrays(np.int64, (n, *size, channels), elements=INTEGERS)


@given(st.data(), SIZES, PAIRS, PAIRS, PADDINGS, PAIRS, *[st.integers(1, 3)] * 3)
def test_convolution(data, size, kernel, stride, padding, dilation, n, channels, kernels):
    assume(min(output_size(size, kernel, stride, padding, dilation)) > 0)
    x = data.draw(maps(n, size, channels))
    w = data.draw(arrays.arrays(np.int64, (*kernel, channels, kernels), elements=INTEGERS))
    steps = {"stride": stride, "padding": padding, "dilation": dilation}
    y = conv2d(x, w, **steps)
    assert np.array_equal(y, loops(x, w, 0, stride, padding, dilation))
    for got, expected in zip(conv2d_backward(y, x, w, **steps), loops_backward(y, x, w, stride, padding, dilation)):
        assert np.array_equal(got, expected)


@given(st.data(), SIZES, PAIRS, PAIRS, st.tuples(PADDINGS, PADDINGS), PAIRS, st.integers(1, 3), st.integers(1, 2))
def test_fast_is_plain_for_each_side_and_groups(data, size, kernel, stride, padding, dilation, groups, share):
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    assume(all(n + sum(sides) >= extent for n, sides, extent in zip(size, padding, extents)))
    x = data.draw(maps(2, size, groups * share))
    w = data.draw(arrays.arrays(np.int64, (*kernel, share, groups * share), elements=INTEGERS))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    y = conv2d(x, w, **options)
    assert np.array_equal(fast.conv2d(x, w, **options), y)
    for got, expected in zip(fast.conv2d_backward(y, x, w, **options), conv2d_backward(y, x, w, **options)):
        assert np.array_equal(got, expected)


@given(SIZES, PAIRS, PAIRS, PADDINGS, PAIRS)
def test_convolution_and_average_pooling_pass_the_adjoint_check(size, kernel, stride, padding, dilation):
    assume(min(output_size(size, kernel, stride, padding, dilation)) > 0)
    check_adjoint(Conv2d(2, 1, kernel, stride=stride, padding=padding, dilation=dilation), (2, *size, 2))
    assume(all(p < k for p, k in zip(padding, kernel)))
    assume(min(output_size(size, kernel, stride, padding, (1, 1))) > 0)
    check_adjoint(AvgPool2d(kernel, stride=stride, padding=padding), (*size, 2))


@given(st.data(), SIZES, PAIRS, PAIRS, PADDINGS)
def test_pooling(data, size, kernel, stride, padding):
    assume(all(p < k for p, k in zip(padding, kernel)))
    assume(min(output_size(size, kernel, stride, padding, (1, 1))) > 0)
    x = data.draw(maps(2, size, 2))
    options = {"stride": stride, "padding": padding}
    y, winners = max_pool2d(x, kernel, **options)
    dx = max_pool2d_backward(y, winners, x.shape, kernel, **options)
    assert dx.sum() == y.sum()  # every gradient arrives, at one pixel
    assert set(np.unique(y)) <= set(np.unique(x))

    mean = avg_pool2d(x.astype(object), kernel, **options)
    assert (mean <= np.maximum(y, 0)).all()
    constant = avg_pool2d_backward(np.ones_like(mean), x.shape, kernel, **options)
    seen = avg_pool2d(np.ones(x.shape, int).astype(object), kernel, **options)
    assert constant.sum() == seen.sum()


@given(st.data(), st.sampled_from([np.float32, np.float64]), st.booleans())
def test_memory_order_and_blocks_do_not_matter(data, dtype, batch_last):
    shape = data.draw(st.tuples(st.integers(1, 3), st.integers(3, 6), st.integers(3, 6), st.integers(1, 3)))
    x = data.draw(arrays.arrays(dtype, shape, elements=st.integers(-9, 9)))
    w = np.arange(2 * 3 * shape[3] * 2, dtype=dtype).reshape(2, 3, shape[3], 2)
    stored = np.ascontiguousarray(x.transpose(3, 1, 2, 0)).transpose(3, 1, 2, 0) if batch_last else np.asfortranarray(x)
    assert np.array_equal(conv2d(stored, w), conv2d(x, w))
    assert np.array_equal(max_pool2d(stored, 2)[0], max_pool2d(x, 2)[0])
    assert np.array_equal(max_pool2d(stored, 2)[1], max_pool2d(x, 2)[1])
    assert np.array_equal(avg_pool2d(stored, 2), avg_pool2d(x, 2))
