"""Minimal filtering gives what the general path gives: exactly, on every small shape."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
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
def test_it_is_near_in_floats(dtype, tolerance):
    rng = np.random.default_rng(1)
    x, w, dy = (rng.normal(size=shape) for shape in [(32, 9, 6, 3), (3, 3, 32, 33), (33, 9, 4, 3)])
    field = Field((3, 3), (1, 1), (1, 0))

    def both(module, dtype):
        arrays = [array.astype(dtype) for array in (dy, x, w, np.zeros(33))]
        return module.correlate(*arrays[1:], field), *module.correlate_backward(*arrays[:3], field)

    for ours, right in zip(both(winograd, dtype), both(lowering, np.float64)):
        assert ours.dtype == dtype
        assert abs(ours - right).max() < tolerance * abs(right).max()


def test_it_leaves_errors_on_outputs_that_do_not_see_a_pixel():
    """Why no layer runs it: `tests/test_fast.py` asks of the layers what fails here."""
    rng = np.random.default_rng(0)
    x, w = np.zeros((32, 12, 12, 1), np.float32), rng.random((3, 3, 32, 32)).astype(np.float32)
    x[:, 5, 5] = rng.random((32, 1))
    y = winograd.correlate(x, w, np.zeros(32, np.float32), Field((3, 3)))
    seen = lowering.correlate(x, w, np.zeros(32, np.float32), Field((3, 3))) != 0
    assert y[~seen].any() and y.min() < 0
