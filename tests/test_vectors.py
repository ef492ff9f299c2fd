"""The numbers that PyTorch gives; tests/vectors/make.py made them, PyTorch is not needed here."""

import re
from pathlib import Path

import cnnlib
import numpy as np
import pytest

HERE = Path(__file__).parent / "vectors"
VECTORS = dict(np.load(HERE / "torch.npz"))
CONVOLUTIONS = {
    "plain": {},
    "strided": {"stride": (2, 3), "padding": (1, 0)},
    "dilated": {"stride": (1, 2), "padding": (2, 1), "dilation": (3, 2)},
    "sparse": {"stride": 4},
    "point": {},
}
POOLS = {
    "plain": ((2, 2), {}),
    "overlapping": ((3, 2), {"stride": (2, 1), "padding": (1, 1)}),
    "sparse": ((2, 2), {"stride": (3, 4)}),
}
ACTIVATIONS = {"sigmoid": cnnlib.Sigmoid, "tanh": cnnlib.Tanh, "relu": cnnlib.ReLU, "hardtanh": cnnlib.HardTanh}


def vectors(name):
    return {key.partition("/")[2]: value for key, value in VECTORS.items() if key.startswith(f"{name}/")}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution(name):
    v, options = vectors(f"conv-{name}"), CONVOLUTIONS[name]
    assert np.array_equal(cnnlib.conv2d(v["x"], v["w"], v["b"], **options), v["y"])
    for got, key in zip(cnnlib.conv2d_backward(v["dy"], v["x"], v["w"], **options), ("dx", "dw", "db")):
        assert np.array_equal(got, v[key])


@pytest.mark.parametrize("name", POOLS)
def test_pooling(name):
    (size, options) = POOLS[name]
    for kind, layer in {"max": cnnlib.MaxPool2d, "avg": cnnlib.AvgPool2d}.items():
        v, layer = vectors(f"{kind}-{name}"), layer(size, **options)
        assert np.allclose(layer.forward(v["x"]), v["y"], rtol=1e-15, atol=0)
        assert np.allclose(layer.backward(v["dy"]), v["dx"], rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name):
    v, layer = vectors(name), ACTIVATIONS[name]()
    assert np.allclose(layer.forward(v["x"]), v["y"], rtol=1e-14)
    assert np.allclose(layer.backward(v["dy"]), v["dx"], rtol=1e-13, atol=1e-15)


def test_linear():
    v, layer = vectors("linear"), cnnlib.Linear(4, 2)
    layer.params.update(weight=v["w"], bias=v["b"])
    assert np.array_equal(layer.forward(v["x"]), v["y"])
    assert np.array_equal(layer.backward(v["dy"]), v["dx"])
    assert np.array_equal(layer.grads["weight"], v["dw"]) and np.array_equal(layer.grads["bias"], v["db"])


def test_cross_entropy():
    v, loss = vectors("cross_entropy"), cnnlib.SoftmaxCrossEntropy()
    assert np.isclose(loss.forward(v["x"], [3, 0, 2]), v["y"], rtol=1e-14)
    assert np.allclose(loss.backward(), v["dx"], rtol=1e-13)


def test_every_vector_has_its_test():
    names = {re.sub("/.*", "", key) for key in VECTORS} - {"torch"}
    tested = {f"conv-{name}" for name in CONVOLUTIONS} | {f"{kind}-{name}" for name in POOLS for kind in ("max", "avg")}
    assert names == tested | ACTIVATIONS.keys() | {"linear", "cross_entropy"}
