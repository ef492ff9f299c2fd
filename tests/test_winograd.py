"""Minimal filtering gives what the general path gives: exactly, on every small shape."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from cnnlib import conv2d, conv2d_backward
from cnnlib.fast import blocks, lowering, winograd
from cnnlib.windows import Field

SHAPES = list(product([3, 4, 7, 9], [3, 5], [(0, 0), (1, 1), (2, 0)], [1, 3], [1, 2]))


def fractions(rng, *shape):
    return np.vectorize(Fraction, otypes=[object])(rng.integers(-9, 10, shape))


@pytest.mark.parametrize("size", [blocks.BLOCK, 1])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_it_equals_the_general_path_exactly(monkeypatch, size, threads):
    monkeypatch.setattr(blocks, "BLOCK", size)
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    rng = np.random.default_rng(0)
    for h, w, padding, k_w, n in SHAPES:
        field = Field((3, k_w), (1, 1), padding)
        x, kernels, b = fractions(rng, 2, h, w, n), fractions(rng, 3, k_w, 2, 3), fractions(rng, 3)
        y = winograd.correlate(x, kernels, b, field)
        assert (y == lowering.correlate(x, kernels, b, field)).all()
        dy = fractions(rng, *y.shape)
        gradients = winograd.correlate_backward(dy, x, kernels, field)
        for ours, general in zip(gradients, lowering.correlate_backward(dy, x, kernels, field)):
            assert ours.shape == general.shape and (ours == general).all()


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_layers_with_many_channels_use_it_and_stay_accurate(dtype, tolerance):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(3, 9, 6, 32)).astype(dtype), rng.normal(size=(3, 3, 32, 33)).astype(dtype)
    field = Field((3, 3), (1, 1), (1, 0))
    assert winograd.pays(w, field)
    y = conv2d(x, w, padding=(1, 0))
    dy = rng.normal(size=y.shape).astype(dtype)
    dx, dw, _ = conv2d_backward(dy, x, w, padding=(1, 0))

    turn, exact = (3, 1, 2, 0), np.float64
    x, w, dy = x.astype(exact), w.astype(exact), dy.astype(exact)
    wanted = lowering.correlate(x.transpose(turn), w, np.zeros(33), field).transpose(turn)
    wanted_dx, wanted_dw = lowering.correlate_backward(dy.transpose(turn), x.transpose(turn), w, field)
    for ours, right in [(y, wanted), (dx, wanted_dx.transpose(turn)), (dw, wanted_dw)]:
        assert ours.dtype == dtype
        assert abs(ours - right).max() < tolerance * abs(right).max()


def test_an_infinity_reaches_only_the_outputs_that_see_it():
    x, w = np.zeros((1, 8, 5, 32), np.float32), np.ones((3, 3, 32, 32), np.float32)
    x[0, 0, 0, 0] = np.inf
    infinite = np.isinf(conv2d(x, w))[0, :, :, 0]
    assert infinite[0, 0] and infinite.sum() == 1
    dx, dw, _ = conv2d_backward(np.ones((1, 6, 3, 32)), x, w)
    assert np.isfinite(dx).all()
    assert np.isinf(dw[0, 0, 0]).all() and np.isfinite(dw[1:]).all() and np.isfinite(dw[:, 1:]).all()


@pytest.mark.parametrize(
    "change",
    [
        {"channels": (31, 32)},
        {"channels": (32, 31)},
        {"dtype": np.float16},
        {"dtype": object},
        {"dtype": np.int64},
        {"kernel_size": (3, 5)},
        {"stride": (1, 2)},
        {"dilation": (2, 1)},
    ],
    ids=str,
)
def test_it_is_left_alone_where_it_does_not_pay_or_does_not_hold(change):
    case = {"channels": (32, 32), "dtype": np.float32, "kernel_size": (3, 3), "stride": (1, 1), "dilation": (1, 1)} | change
    w = np.zeros((*case["kernel_size"], *case["channels"]), case["dtype"])
    assert not winograd.pays(w, Field(case["kernel_size"], case["stride"], (0, 0), case["dilation"]))
