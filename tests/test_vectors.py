"""The numbers that PyTorch gives; tests/vectors/make.py made them, PyTorch is not needed here."""

import json
import re
from functools import partial
from pathlib import Path

import cnnlib
import numpy as np
import pytest

HERE = Path(__file__).parent
VECTORS = dict(np.load(HERE / "vectors" / "torch.npz"))
CONVOLUTIONS = {
    "plain": {},
    "strided": {"stride": (2, 3), "padding": (1, 0)},
    "dilated": {"stride": (1, 2), "padding": (2, 1), "dilation": (3, 2)},
    "sparse": {"stride": 4},
    "point": {},
    "grouped": {"stride": (2, 1), "padding": (1, 0), "groups": 2},
    "depthwise": {"dilation": (1, 2), "groups": 3},
    "same": {"padding": "same", "dilation": (1, 2)},
    "uneven": {"padding": ((2, 0), (0, 1)), "stride": (2, 1)},
}
POOLS = {
    "plain": ((2, 2), {}),
    "overlapping": ((3, 2), {"stride": (2, 1), "padding": (1, 1)}),
    "sparse": ((2, 2), {"stride": (3, 4)}),
}


def convolution(v, **options):
    return filled(cnnlib.Conv2d(v["x"].shape[3], v["w"].shape[3], v["w"].shape[:2], **options), v)


def dense(v):
    return filled(cnnlib.Linear(*v["w"].shape), v)


def filled(layer, v):
    layer.params.update(weight=v["w"], bias=v["b"])
    return layer


class Loss:
    """A loss as a layer without parameters."""

    def __init__(self, loss, target):
        self.loss, self.target, self.grads = loss, target, {}

    def forward(self, x):
        return self.loss.forward(x, self.target)

    def backward(self, dy):
        return dy * self.loss.backward()


# For each layer of the page's table the vectors and, given them, the layer.
LAYERS = {
    "Conv2d": {f"conv-{name}": partial(convolution, **options) for name, options in CONVOLUTIONS.items()},
    "Linear": {"linear": dense},
    "MaxPool2d": {f"max-{name}": lambda v, a=pool: cnnlib.MaxPool2d(a[0], **a[1]) for name, pool in POOLS.items()},
    "AvgPool2d": {f"avg-{name}": lambda v, a=pool: cnnlib.AvgPool2d(a[0], **a[1]) for name, pool in POOLS.items()},
    "ReLU": {"relu": lambda v: cnnlib.ReLU()},
    "HardTanh": {"hardtanh": lambda v: cnnlib.HardTanh()},
    "Sigmoid": {"sigmoid": lambda v: cnnlib.Sigmoid()},
    "Tanh": {"tanh": lambda v: cnnlib.Tanh()},
    "Max": {"maximum": lambda v: cnnlib.Max()},
    "SoftmaxCrossEntropy": {"cross_entropy": lambda v: Loss(cnnlib.SoftmaxCrossEntropy(), [3, 0, 2])},
    "HalfSquaredError": {"half_squared_error": lambda v: Loss(cnnlib.HalfSquaredError(), v["target"])},
}
CASES = {name: make for cases in LAYERS.values() for name, make in cases.items()}
ROUNDED = {"AvgPool2d", "Sigmoid", "Tanh", "SoftmaxCrossEntropy"}  # elsewhere all is exact


def vectors(name):
    return {key.partition("/")[2]: value for key, value in VECTORS.items() if key.startswith(f"{name}/")}


def gradients(name):
    """Run a layer; give each of its gradients beside PyTorch's."""
    v = vectors(name)
    layer = CASES[name](v)
    layer.forward(v["x"])
    dx = layer.backward(v["dy"])
    return [(dx, v["dx"])] + [
        (layer.grads[name], v[key]) for name, key in {"weight": "dw", "bias": "db"}.items() if key in v
    ]


@pytest.mark.parametrize("name", CASES)
def test_output(name):
    v = vectors(name)
    assert np.allclose(CASES[name](v).forward(v["x"]), v["y"], rtol=1e-14, atol=0)


@pytest.mark.parametrize("kind, name", [(kind, name) for kind, cases in LAYERS.items() for name in cases])
def test_gradients(kind, name):
    for got, expected in gradients(name):
        assert np.allclose(got, expected, rtol=1e-13, atol=1e-14) if kind in ROUNDED else np.array_equal(got, expected)
        assert got.shape == expected.shape and expected.any()


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_functions_of_convolution(name):
    v, options = vectors(f"conv-{name}"), CONVOLUTIONS[name]
    assert np.array_equal(cnnlib.conv2d(v["x"], v["w"], v["b"], **options), v["y"])
    for got, key in zip(cnnlib.conv2d_backward(v["dy"], v["x"], v["w"], **options), ("dx", "dw", "db")):
        assert np.array_equal(got, v[key])


def page():
    """Read the page's table of gradients, the rows in its order."""
    cells = json.loads((HERE.parent / "chapters" / "frameworks.ipynb").read_text(encoding="utf-8"))["cells"]
    (text,) = ["".join(c["source"]) for c in cells if "".join(c["source"]).startswith("### The gradients, too")]
    rows = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    return {layer.strip("`"): rest for layer, *rest in rows}


@pytest.mark.parametrize("kind", LAYERS)
def test_page_says_how_many_numbers_were_compared_and_how_they_differ(kind):
    pairs = [pair for name in LAYERS[kind] for pair in gradients(name)]
    count, difference = page()[kind]
    assert int(count.replace(",", "")) == sum(expected.size for _, expected in pairs)
    furthest = max(np.abs(got - expected).max() / np.abs(expected).max() for got, expected in pairs)
    assert furthest == 0 if difference == "0" else 0 <= furthest < 1e-14 and difference == "below $10^{-14}$"
    assert (difference != "0") == (kind in ROUNDED)


def test_page_lists_every_layer():
    assert list(page()) == list(LAYERS)


def test_every_vector_has_its_test():
    assert {re.sub("/.*", "", key) for key in VECTORS} - {"torch"} == CASES.keys()
