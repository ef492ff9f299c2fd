"""Parameters go to PyTorch, Flax and Keras and come back; the networks that these made give their numbers here."""

import copy
import importlib.util
import json
import re
from pathlib import Path

import cnnlib
import cnnlib.exchange
import numpy as np
import pytest
from cnnlib import AvgPool2d, Conv2d, Flatten, Linear, Max, MaxPool2d, ReLU, Sequential, Tanh
from cnnlib.exchange import from_flax, from_keras, from_pytorch, to_flax, to_keras, to_pytorch
from cnnlib.exchange.interchange import ENTRIES, inner_layers
from hypothesis import given
from hypothesis import strategies as st

RNG = np.random.default_rng(0)
X_SHAPE = (2, 7, 13, 2)


def network(dtype=np.float32):
    """Build the network of tests/vectors/make_networks.py, with maps of 2 x 3 x 5 before the Flatten."""
    return Sequential(
        Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(1, 0), dtype=dtype),
        ReLU(),
        MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0)),
        Conv2d(3, 5, 2, dilation=(2, 1), bias=False, dtype=dtype),
        AvgPool2d((1, 2), stride=1),
        Flatten(),
        ReLU(),
        Sequential(Linear(30, 4, dtype=dtype), Linear(4, 3, dtype=dtype)),
    )


class Format:
    """One framework: how its parameters are written, read, and given here as one flat dict."""

    def __init__(self, write, read, flat, nested):
        self.write, self.read, self.flat, self.nested = write, read, flat, nested


def flat_tree(tree, path=""):
    if isinstance(tree, dict):
        return {key: value for name in tree for key, value in flat_tree(tree[name], f"{path}/{name}").items()}
    return {path[1:]: tree}


def nested_tree(flat):
    tree = {}
    for path, value in flat.items():
        *parts, last = path.split("/")
        place = tree
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = value
    return tree


FORMATS = {
    "pytorch": Format(to_pytorch, from_pytorch, dict, dict),
    "flax": Format(lambda net, _: to_flax(net), lambda net, value, _: from_flax(net, value), flat_tree, nested_tree),
    "keras": Format(
        lambda net, _: to_keras(net),
        lambda net, value, _: from_keras(net, value),
        lambda arrays: {str(place): array for place, array in enumerate(arrays)},
        lambda flat: [flat[str(place)] for place in range(len(flat))],
    ),
}
every_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


# --- What the frameworks computed -----------------------------------------------------------


with np.load(Path(__file__).parent / "vectors" / "networks.npz") as stored:
    VECTORS = dict(stored)


def vectors(name):
    return {key.removeprefix(f"{name}/"): value for key, value in VECTORS.items() if key.startswith(f"{name}/")}


@pytest.mark.parametrize("name", FORMATS)
def test_a_frameworks_network_gives_its_numbers(name):
    x, y, parameters = VECTORS[f"{name}/x"], VECTORS[f"{name}/y"], vectors(f"{name}/parameters")
    form, net = FORMATS[name], network()
    form.read(net, form.nested(parameters), x.shape)
    assert np.array_equal(net.forward(x), y) and len(np.unique(y)) > 4
    written = form.flat(form.write(net, x.shape))
    assert written.keys() == parameters.keys()
    assert all(np.array_equal(written[key], parameters[key]) for key in parameters)


def test_gradients_are_those_of_autograd_and_are_turned_like_the_parameters():
    net, v = network(np.float64), vectors("gradients")
    from_pytorch(net, vectors("gradients/parameters"), X_SHAPE)
    net.forward(v["x"].astype(float))
    assert np.array_equal(net.backward(v["dy"].astype(float)), v["dx"])
    gradients = copy.deepcopy(net)
    gradients.params.update(net.grads)
    turned, expected = to_pytorch(gradients, X_SHAPE), vectors("gradients/gradients")
    assert turned.keys() == expected.keys()
    assert all(np.array_equal(turned[name], expected[name]) and expected[name].any() for name in expected)


INNER = [*inner_layers(network()).values(), Max()]
FLATTEN = next(place for place, layer in enumerate(INNER) if isinstance(layer, Flatten))
DENSE = next(place for place, layer in enumerate(INNER) if isinstance(layer, Linear))


def as_pytorch_lays_out(y, flattened):
    y = y.reshape(-1, 2, 3, 5) if flattened else y
    y = y.transpose(0, 3, 1, 2) if y.ndim == 4 else y
    return y.reshape(len(y), -1) if flattened else y


@pytest.mark.parametrize("start", range(len(INNER)))
def test_every_part_of_a_network_of_pytorchs(start):
    """Whatever stands in front or behind: the numbers are PyTorch's, in the order that `to_pytorch` promises."""
    v = vectors("parts")
    x = v[f"{start}/x"]
    x = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
    for stop in range(start + 1, len(INNER) + 1):
        part = copy.deepcopy(Sequential(*INNER[start:stop]))
        state = {name: v[f"parameters/{start + int(name[0])}{name[1:]}"] for name in part.params}
        from_pytorch(part, state, x.shape)
        assert all(np.array_equal(to_pytorch(part, x.shape)[name], state[name]) for name in state)
        y = as_pytorch_lays_out(part.forward(x), flattened=start <= FLATTEN < stop <= DENSE)
        assert np.array_equal(y, v[f"{start}/{stop}"])


@pytest.mark.parametrize("layer", ENTRIES)
def test_layers_said_to_take_each_entry_alone_do(layer):
    x = np.random.default_rng(0).normal(size=(3, 12))
    order = np.random.default_rng(1).permutation(12)
    assert np.array_equal(layer().forward(x[:, order]), layer().forward(x)[:, order])


# --- There and back -------------------------------------------------------------------------


@every_format
@given(
    size=st.tuples(*[st.integers(1, 5)] * 2),
    widths=st.tuples(*[st.integers(1, 4)] * 4),
    bias=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_there_and_back_is_exact(form, size, widths, bias, dtype):
    channels, kernels, hidden, outputs = widths

    def build(rng):
        options = {"bias": bias, "dtype": dtype, "rng": rng}
        return Sequential(
            Sequential(Conv2d(channels, kernels, size, padding=(1, 0), **options), Tanh()),
            *(Flatten(), Tanh(), Flatten(), Linear(3 * kernels, hidden, **options), Linear(hidden, outputs, **options)),
        )

    x_shape = (2, *size, channels)
    first, second = build(np.random.default_rng(0)), build(np.random.default_rng(1))
    form.read(second, form.write(first, x_shape), x_shape)
    for name, parameter in first.params.items():
        assert np.array_equal(second.params[name], parameter) and second.params[name].dtype == dtype


@every_format
def test_one_layer_alone(form):
    for layer, x_shape in (Conv2d(2, 3, (4, 5)), (1, 6, 7, 2)), (Linear(3, 2), (1, 3)), (Max(), (1, 3)):
        other = copy.deepcopy(layer)
        other.params.update({name: np.zeros_like(value) for name, value in layer.params.items()})
        form.read(other, form.write(layer, x_shape), x_shape)
        assert all(np.array_equal(other.params[name], layer.params[name]) for name in layer.params)
    assert list(to_pytorch(Linear(3, 2), (1, 3))) == ["weight", "bias"]


def test_layouts():
    net = network()
    conv, dense = net.params["0.weight"], net.params["7.0.weight"]
    state = to_pytorch(net, X_SHAPE)
    assert list(state) == list(net.params)
    assert all(state["0.weight"][f, c, u, v] == conv[u, v, c, f] for u, v, c, f in np.ndindex(conv.shape))
    for (r, q, c), o in ((pixel, o) for pixel in np.ndindex(2, 3, 5) for o in range(4)):
        assert state["7.0.weight"][o, (c * 2 + r) * 3 + q] == dense[(r * 3 + q) * 5 + c, o]
    assert np.array_equal(state["7.1.weight"], net.params["7.1.weight"].T)
    inner = to_flax(net)["params"]["layers_7"]["layers_0"]
    assert np.array_equal(inner["kernel"], dense) and np.array_equal(inner["bias"], net.params["7.0.bias"])
    assert [array.shape for array in to_keras(net)] == [value.shape for value in net.params.values()]


def test_pixels_have_no_places_behind_a_maximum():
    net = Sequential(Flatten(), Max(), Linear(1, 3))
    assert to_pytorch(net, (1, 2, 3, 4))["2.weight"].shape == (3, 1)
    net = Sequential(Conv2d(2, 3, 1), Max(), Flatten(), Linear(6, 4))
    assert np.array_equal(to_pytorch(net, (1, 2, 3, 2))["3.weight"], net.params["3.weight"].T)


@every_format
def test_nothing_is_shared_and_nothing_but_the_parameters_changes(form):
    net = network()
    x = RNG.normal(size=X_SHAPE).astype(np.float32)
    y = net.forward(x)
    dx = net.backward(y)
    written = form.write(net, X_SHAPE)
    form.read(net, written, X_SHAPE)
    assert np.array_equal(net.backward(y), dx)
    before = {name: value.copy() for name, value in net.params.items()}
    for value in [*form.flat(written).values(), *form.flat(form.write(net, X_SHAPE)).values()]:
        value += 1
    assert all(np.array_equal(net.params[name], before[name]) for name in before)
    for value in [*form.flat(form.write(net, X_SHAPE)).values(), *net.params.values()]:
        assert value.flags.c_contiguous


def test_bias_put_in_first_stays_behind_its_weight():
    layer = Linear(3, 2)
    layer.params = {"bias": layer.params["bias"], "weight": layer.params["weight"]}
    assert [array.ndim for array in to_keras(layer)] == [2, 1]


# --- What is refused ------------------------------------------------------------------------


@every_format
@pytest.mark.parametrize("fault", ["missing", "too many", "shape", "rounded", "kind"])
def test_wrong_parameters_are_refused_and_change_nothing(form, fault):
    net = network()
    before = {name: value.copy() for name, value in net.params.items()}
    flat = form.flat(form.write(network(), X_SHAPE))
    last = list(flat)[-1]
    expected, error = {
        "missing": (ValueError, " holds .*; expected .*"),
        "too many": (ValueError, " holds .*; expected .*"),
        "shape": (ValueError, rf" holds {last} of shape \(\d+, 1\); expected \("),
        "rounded": (TypeError, rf" holds {last} of float64; expected float32"),
        "kind": (TypeError, " is a int; expected"),
    }[fault]
    if fault == "missing":
        del flat[last]
    elif fault == "too many":
        flat[str(len(flat))] = np.zeros(3)
    elif fault == "shape":
        flat[last] = flat[last].reshape(-1, 1)[: flat[last].size - 1]
    elif fault == "rounded":
        flat[last] = flat[last].astype(np.float64)
    with pytest.raises(expected, match=f"^(state|variables|weights){error}"):
        form.read(net, 3 if fault == "kind" else form.nested(flat), X_SHAPE)
    assert all(np.array_equal(net.params[name], before[name]) for name in before)


def test_narrower_types_fit():
    net = network(np.float64)
    from_keras(net, to_keras(network(np.float32)))
    assert {value.dtype for value in net.params.values()} == {np.dtype(np.float64)}


class Scale(cnnlib.Layer):
    def forward(self, x):
        return 2 * x


class Leaky(ReLU):
    def forward(self, x):
        return np.maximum(x, x / 4)


class LeNet(Sequential):
    def __init__(self):
        super().__init__(Flatten(), Linear(6, 2))


@every_format
def test_a_layer_of_ones_own_is_refused_with_its_number(form):
    for layer, number, name in (
        (Sequential(ReLU(), Scale()), "layer 1", "Scale"),
        (Sequential(ReLU(), Sequential(ReLU(), Tanh(), Leaky())), "layer 1.2", "Leaky"),
        (Scale(), "network", "Scale"),
    ):
        with pytest.raises(
            TypeError, match=f"^{number} is a {name}, which is not known; expected cnnlib's own layers$"
        ):
            form.write(layer, (1, 2))
    with pytest.raises(TypeError, match="^network is 3; expected a Layer$"):
        form.write(3, (1, 2))


def test_a_network_class_of_ones_own_is_no_layer_of_ones_own():
    assert to_pytorch(LeNet(), (1, 2, 3, 1))["1.weight"].shape == (2, 6)


@pytest.mark.parametrize(
    "x_shape, error, message",
    [
        (5, TypeError, "x_shape is 5; expected a tuple of ints"),
        ((1, 2.0), TypeError, "x_shape is (1, 2.0); expected a tuple of ints"),
        ((7, 13, 2), ValueError, "x_shape is (7, 13, 2); expected that of a batch, (N, H, W, C) or (N, D)"),
        ((0, 7, 13, 2), ValueError, "x_shape is 0; expected at least 1"),
        ((2, 7, 13, 3), ValueError, "w has shape (2, 3, 2, 3), for 2 channels; x has shape (1, 7, 13, 3), with 3"),
        ((2, 7, 14, 2), None, None),
        ((2, 7, 16, 2), ValueError, "x has shape (1, 40); expected 30 features, for a weight of (30, 4)"),
    ],
)
def test_shapes_of_inputs(x_shape, error, message):
    if error is None:
        assert to_pytorch(network(), x_shape)
    else:
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            to_pytorch(network(), x_shape)


# --- The page's blocks of other packages' code, wherever these packages are -----------------


def block(name):
    """Find the page's block that begins with an import."""
    page = json.loads((Path(__file__).parent.parent / "chapters" / "frameworks.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "markdown")
    every = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (found,) = [code for code in every if re.search(rf"^{IMPORTS[name]}\b", code, re.MULTILINE)]
    return found


IMPORTS = {
    "torch": "import torch",
    "flax linen": "from flax import linen",
    "flax nnx": "from flax import nnx",
    "keras": "import keras",
    "onnxruntime": "import onnxruntime",
}


@pytest.mark.parametrize("name", IMPORTS)
def test_block_of_the_page_gives_the_scores(name):
    for package in {"keras": ("keras", "jax")}.get(name, name.split()[:1]):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    rng = np.random.default_rng(0)
    net = Sequential(
        *(Conv2d(1, 6, 5, padding=2, rng=rng), ReLU(), MaxPool2d(2)),
        *(Conv2d(6, 16, 5, rng=rng), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(400, 120, rng=rng), ReLU(), Linear(120, 84, rng=rng), ReLU(), Linear(84, 10, rng=rng)),
    )
    before, images, labels = copy.deepcopy(net), rng.normal(size=(3, 28, 28, 1)).astype(np.float32), np.array([3, 0, 7])
    names = {**vars(cnnlib), **vars(cnnlib.exchange), "network": net, "images": images, "labels": labels}
    if name == "onnxruntime":
        names["model"] = cnnlib.exchange.to_onnx(net, images.shape)
    if name == "flax nnx":
        exec(block("flax linen"), names)  # it uses the other's pooling
        del names["scores"]
    exec(block(name), names)
    assert_close(name, names["scores"], before.forward(images))
    assert all(np.array_equal(net.params[name], before.params[name]) for name in net.params)
    if name == "torch":
        loss = cnnlib.SoftmaxCrossEntropy()
        loss.forward(before.forward(images), labels)
        before.backward(loss.backward())
        before.params.update(before.grads)
        for name, gradient in to_pytorch(before, images.shape).items():
            assert_close(f"gradient of {name}", names["gradients"][name], gradient)


def assert_close(name, got, expected):
    print(f"{name}: the largest difference is {np.abs(got - expected).max():.1e} of {np.abs(expected).max():.1f}")
    assert np.allclose(got, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
