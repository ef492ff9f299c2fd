"""The page's table of conventions says of each framework what it computed: tests/vectors/make_conventions.py asked them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from cnnlib import (
    SGD,
    AvgPool2d,
    Conv2d,
    HalfSquaredError,
    HardTanh,
    Layer,
    Max,
    MaxPool2d,
    ReLU,
    SoftmaxCrossEntropy,
)
from vectors.conventions import PROBES, REFUSED, answers

TESTS = Path(__file__).parent
FRAMEWORKS = json.loads((TESTS / "vectors" / "conventions.json").read_text(encoding="utf-8"))
VERSIONS = FRAMEWORKS.pop("versions")


class Here:
    """This library, asked as the frameworks were."""

    refusals = TypeError, ValueError

    def conv(self, x, w, **options):
        layer = Conv2d(x.shape[3], w.shape[3], w.shape[:2], bias=False, **options)
        layer.params["weight"] = w
        return layer.forward(x)

    def max_pool(self, x, size, **options):
        return MaxPool2d(size, **options).forward(x)

    def avg_pool(self, x, size, **options):
        return AvgPool2d(size, **options).forward(x)

    def relu(self, x):
        return ReLU().forward(x)

    def gradient(self, function, x, dy, *args, **options):
        kinds = {"max_pool": MaxPool2d, "maximum": Max, "relu": ReLU, "hard_tanh": HardTanh}
        layer = kinds[function.__name__](*args, **options)
        layer.forward(x)
        return layer.backward(dy)

    def maximum(self, x):
        return Max().forward(x)

    def hard_tanh(self, x):
        return HardTanh().forward(x)

    def cross_entropy(self, scores, labels, of_scores=None):
        return SoftmaxCrossEntropy().forward(scores, labels)

    def squared_error(self, y, target):
        return HalfSquaredError().forward(y, target)

    def momentum(self, rates, mu):
        layer, path = Layer(), []
        layer.params["weight"] = np.array(5.0)
        optimizer = SGD(layer, rates[0], momentum=mu)
        for rate in rates:
            optimizer.lr = rate
            layer.grads["weight"] = 2 * layer.params["weight"]
            optimizer.step()
            path.append(float(layer.params["weight"]))
        return path

    def initial(self, channels, kernels, size):
        layer = Conv2d(channels, kernels, size, rng=0)
        return [layer.params[name].var() * channels * size**2 for name in ("weight", "bias")]


# What this library answers where no framework gives the same; where one does, its stored answer is the test.
ALONE = {
    "an empty batch": REFUSED,
    "where the gradient of two NaN goes": [1, 0, 0, 0],
    "slope of HardTanh at NaN": [0],
    "squared error": [3],
}
ABOUT = {"initial weights": [2, 0]}  # drawn at random
EITHER = {"sign of the larger of −0 and 0"}  # what NumPy's maximum makes of them, which depends on the processor

HERE = answers(Here())


def are_equal(one, other):
    if REFUSED in (one, other):
        return one == other
    return len(one) == len(other) and np.allclose(one, other, rtol=1e-6, atol=1e-7, equal_nan=True)


def page():
    """Read the table of the page: for each question, what stands in its columns."""
    cells = json.loads((TESTS.parent / "chapters" / "frameworks.ipynb").read_text(encoding="utf-8"))["cells"]
    (text,) = ["".join(c["source"]) for c in cells if "".join(c["source"]).startswith("## Conventions that differ")]
    rows = [re.split(r" *(?<!\\)\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("|")]
    return {question: (here, there) for question, here, there in rows[2:]}


def named(text):
    """List the frameworks of which a text says something of its own: those that a colon follows."""
    one = "(?:PyTorch|Flax|Keras)"
    return {name for names in re.findall(rf"({one}(?:(?:, | and ){one})*):", text) for name in re.findall(one, names)}


def test_page_asks_what_is_asked_here():
    assert list(page()) == list(PROBES)
    assert all(of_one.keys() == PROBES.keys() for of_one in FRAMEWORKS.values())


@pytest.mark.parametrize("question", PROBES)
def test_page_names_the_frameworks_that_differ(question):
    answers = {name: of_one[question] for name, of_one in FRAMEWORKS.items()}
    differ = {name for name, answer in answers.items() if not are_equal(answer, HERE[question])}
    assert named(page()[question][1]) == (answers.keys() if question in EITHER else differ)


@pytest.mark.parametrize("question", PROBES)
def test_here(question):
    if question in ABOUT:
        assert np.allclose(HERE[question], ABOUT[question], rtol=0.05)
    elif question in EITHER:
        assert np.abs(HERE[question]).tolist() == [1, 1]
    elif question in ALONE:
        assert are_equal(HERE[question], ALONE[question])
    else:
        assert any(are_equal(HERE[question], of_one[question]) for of_one in FRAMEWORKS.values())


def test_no_answer_is_excused_that_a_framework_gives():
    for question in ALONE.keys() | ABOUT.keys():
        assert not any(are_equal(HERE[question], of_one[question]) for of_one in FRAMEWORKS.values())


def test_variances_of_initial_weights_are_those_of_the_page():
    """With n = 144 inputs of one output, and m = 576 outputs that read one input."""
    expected = {"PyTorch": (1 / 3, 1 / 3), "Flax": (1, 0), "Keras": (2 * 144 / (144 + 576), 0)}
    assert all(np.allclose(FRAMEWORKS[name]["initial weights"], expected[name], rtol=0.05) for name in expected)


def test_versions_are_those_of_the_page():
    cells = json.loads((TESTS.parent / "chapters" / "frameworks.ipynb").read_text(encoding="utf-8"))["cells"]
    intro = "".join(cells[0]["source"])
    for package, version in (line.split() for line in VERSIONS):
        name = {"torch": "PyTorch", "jax": "JAX", "flax": "Flax", "keras": "Keras"}[package]
        assert f"{name} {'.'.join(version.split('.')[:2])}" in intro


@pytest.mark.parametrize(
    "text, names",
    [
        ("the same", set()),
        ("Flax: 1. Write it out.", {"Flax"}),
        ("PyTorch, Flax and Keras: none.", {"PyTorch", "Flax", "Keras"}),
        ("PyTorch and Flax divide so. Keras: 2.", {"Keras"}),
    ],
)
def test_names_are_read(text, names):
    assert named(text) == names
