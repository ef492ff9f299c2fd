"""Infinities, NaNs and overflow are answers: nothing warns of them, in whatever thread they are computed."""

import numpy as np
import pytest
from cnnlib import (
    SGD,
    HalfSquaredError,
    HardTanh,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
    check_equal,
    check_gradient,
)
from cnnlib.fast import blocks
from registry import LAYERS

ODD = [np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0]
TYPES = [np.float16, np.float32, np.float64, np.longdouble]


def odd(shape, dtype, rng):
    largest = np.finfo(dtype).max
    return rng.choice(
        np.array([*ODD, largest, -largest, largest / 2, np.finfo(dtype).smallest_subnormal], dtype), shape
    )


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_layers_do_not_warn(monkeypatch, name, dtype, threads):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    monkeypatch.setattr(blocks, "BLOCK", 40)
    rng = np.random.default_rng(0)
    for _ in range(9):
        layer = LAYERS[name].make()
        layer.params.update({key: odd(value.shape, dtype, rng) for key, value in layer.params.items()})
        y = layer.forward(odd(LAYERS[name].shape, dtype, rng))
        layer.backward(odd(y.shape, dtype, rng))
        optimizer = SGD(layer, 2.0, momentum=0.5)
        optimizer.step(), optimizer.step()


@pytest.mark.parametrize("dtype", TYPES)
def test_losses_do_not_warn(dtype):
    rng = np.random.default_rng(0)
    for _ in range(30):
        for loss, target in [(HalfSquaredError(), odd((3, 4), dtype, rng)), (SoftmaxCrossEntropy(), [0, 3, 1])]:
            loss.forward(odd((3, 4), dtype, rng), target)
            loss.backward()
    assert np.isinf(SoftmaxCrossEntropy().forward(np.array([[-np.inf, 1]], dtype), [0]))
    assert SoftmaxCrossEntropy().forward(np.array([[-np.inf, 1]], dtype), [1]) == 0


def test_checks_do_not_warn():
    for expected in ODD:
        for tolerance in (0, 1e-6):
            try:
                check_equal("it", ODD, [expected] * 6, tolerance)
            except AssertionError:
                continue
    with pytest.raises(AssertionError, match="gradient of the input is wrong"):
        check_gradient(Tanh(), np.array(ODD))


def test_objects_do_not_warn():
    x = np.array([1, np.nan, -np.inf, np.inf], object)
    ReLU().forward(x), HardTanh().forward(x)
