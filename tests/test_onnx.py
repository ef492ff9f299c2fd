"""Exported networks give, in ONNX's own reference evaluator, what they give here."""

import re
import sys
from itertools import product

import numpy as np
import pytest
from cnnlib import (
    SGD,
    AvgPool2d,
    Conv2d,
    Flatten,
    HardTanh,
    Layer,
    Linear,
    Max,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    load_mnist,
)
from cnnlib.exchange import to_onnx
from cnnlib.exchange.interchange import inner_layers, input_shapes

onnx = pytest.importorskip("onnx")
from onnx.reference import ReferenceEvaluator  # noqa: E402

SHAPE = (3, 9, 11, 2)
PAIR = {"rng": 0, "dtype": np.float64}


def run(model, x):
    onnx.checker.check_model(model, full_check=True)
    return ReferenceEvaluator(model).run(["y"], {"x": x})[0]


def agrees(network, x_shape=SHAPE, dtype=np.float64, tolerance=1e-12):
    """Compare on negative numbers too, with a batch of another size than the export was given."""
    x = np.random.default_rng(0).normal(-1, 2, x_shape).astype(dtype)
    got, expected = run(to_onnx(network, (1, *x_shape[1:])), x), network.forward(x)
    assert got.shape == expected.shape and got.dtype == expected.dtype == dtype
    assert np.allclose(got, expected, rtol=tolerance, atol=tolerance)


# --- Layers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": (2, 3)},
        {"padding": (2, 1)},
        {"dilation": (2, 3)},
        {"stride": (3, 2), "padding": (1, 4), "dilation": (3, 2)},
        {"stride": (3, 2), "padding": ((2, 0), (1, 3)), "dilation": (3, 2)},
        {"padding": "same", "dilation": (1, 2)},
        {"stride": (1, 2), "padding": (1, 0), "groups": 2},
    ],
)
def test_convolution(options, bias):
    agrees(Conv2d(2, 4, (3, 2), **options, bias=bias, **PAIR))


def test_groups_of_several_channels_and_kernels():
    agrees(Conv2d(4, 6, (3, 2), groups=2, **PAIR), (3, 9, 11, 4))


@pytest.mark.parametrize("layer", [MaxPool2d, AvgPool2d])
@pytest.mark.parametrize(
    "size, options",
    [
        (2, {}),
        ((2, 3), {"stride": (1, 2)}),
        ((3, 2), {"stride": (2, 1), "padding": (1, 0)}),
        ((3, 4), {"stride": (2, 3), "padding": (2, 3)}),
        ((2, 3), {"stride": (4, 5)}),
        ((3, 4), {"stride": (2, 3), "padding": ((2, 0), (1, 3))}),
    ],
)
def test_pooling(layer, size, options):
    agrees(layer(size, **options), dtype=np.float32, tolerance=1e-6)
    agrees(Sequential(Conv2d(2, 3, 1, **PAIR), layer(size, **options)))


@pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU, HardTanh, Max])
def test_activations_on_maps_and_on_rows(activation):
    agrees(activation(), dtype=np.float32, tolerance=1e-6)
    agrees(Sequential(Conv2d(2, 3, 1, **PAIR), activation()))
    agrees(Sequential(Linear(5, 4, **PAIR), activation()), (3, 5))


def test_activations_far_from_zero():
    x = np.array([[-80, -30, 0, 30, 80]], np.float32)
    for layer in Sigmoid(), Tanh(), ReLU(), HardTanh(), Max():
        assert np.allclose(run(to_onnx(layer, (1, 5)), x), layer.forward(x), rtol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
def test_dense_layer(bias):
    agrees(Linear(5, 4, bias=bias, **PAIR), (3, 5))


def test_flatten_of_maps_and_of_rows():
    agrees(Sequential(Conv2d(2, 3, 2, **PAIR), Flatten(), Flatten(), Linear(240, 4, **PAIR)))
    agrees(Sequential(Flatten(), Linear(5, 4, **PAIR)), (3, 5))


# --- Networks -------------------------------------------------------------------------------


def every_layer(dtype):
    return Sequential(
        Conv2d(2, 4, (3, 2), padding=((0, 0), (1, 1)), groups=2, dtype=dtype, rng=0),
        Sequential(HardTanh(), AvgPool2d((2, 3), stride=1, padding=(1, 0)), Sequential(Sigmoid())),
        Conv2d(4, 5, 2, stride=(2, 1), dilation=(1, 2), bias=False, dtype=dtype, rng=1),
        MaxPool2d((1, 2), stride=(1, 3)),
        Sequential(Flatten(), Tanh(), Linear(60, 7, dtype=dtype, rng=2)),
        *(ReLU(), Linear(7, 4, dtype=dtype, rng=3), Max()),
    )


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_network_of_every_layer(dtype, tolerance):
    agrees(every_layer(dtype), dtype=dtype, tolerance=tolerance)


INNER = Sequential(*inner_layers(every_layer(np.float64)).values())
BATCHES = [(3, *shape) for shape in input_shapes(INNER, SHAPE)]  # what reaches each of them


@pytest.mark.parametrize("start", range(len(INNER)))
def test_every_part_of_a_network_of_every_layer(start):
    """Nothing in front may be relied on, and nothing behind may put right what was left wrong."""
    for stop in range(start + 1, len(INNER) + 1):
        agrees(INNER[start:stop], BATCHES[start])


@pytest.mark.parametrize("depth", [1, 2])
def test_layers_in_any_order(depth):
    """Every row of three layers that fits, whatever shape the first is given."""
    tried = 0
    for shape, row in product([(2, 5, 6, 2), (2, 6)], product(FITTING.values(), repeat=3)):
        layers = fitting(row, shape)
        if layers:
            agrees(Sequential(layers[0], nested(layers[1:], depth)), shape)
            tried += 1
    assert tried > 150


FITTING = {
    "convolution": lambda shape: Conv2d(shape[3], 3, (2, 1), **PAIR),
    "pooling": lambda shape: MaxPool2d((1, 2), stride=1),
    "activation": lambda shape: Tanh(),
    "flatten": lambda shape: Flatten(),
    "dense": lambda shape: Linear(shape[1], 5, **PAIR),
    "maximum": lambda shape: Max(),
}


def fitting(row, shape):
    """Make the layers, each for the shape that the one before gives; nothing if one cannot take it."""
    layers = []
    for make in row:
        try:
            layers.append(make(shape))
            shape = layers[-1].forward(np.zeros(shape)).shape
        except (IndexError, ValueError):
            return []
    return layers


def nested(layers, depth):
    return Sequential(*layers) if depth == 1 else Sequential(nested(layers, depth - 1))


def lenet():
    return Sequential(
        *(Conv2d(1, 6, 5, padding=2, rng=0), ReLU(), MaxPool2d(2)),
        *(Conv2d(6, 16, 5, rng=1), ReLU(), MaxPool2d(2), Flatten()),
        *(Linear(400, 120, rng=2), ReLU(), Linear(120, 84, rng=3), ReLU(), Linear(84, 10, rng=4)),
    )


def test_trained_lenet_on_digits_it_has_not_seen():
    digits, network = load_mnist(), lenet()
    loss, optimizer = SoftmaxCrossEntropy(), SGD(network, 0.05, momentum=0.9)
    for start in range(0, 1024, 64):
        batch = slice(start, start + 64)
        loss.forward(network.forward(digits.train_images[batch]), digits.train_labels[batch])
        network.backward(loss.backward())
        optimizer.step()
    images = digits.test_images[:50]
    scores = network.forward(images)
    assert (scores.argmax(axis=1) == digits.test_labels[:50]).sum() > 25
    got = run(to_onnx(network, images.shape), images)
    assert np.abs(got - scores).max() < 1e-5 * np.abs(scores).max()


def test_model_describes_itself():
    model = to_onnx(every_layer(np.float32), SHAPE)
    ends = [model.graph.input[0], model.graph.output[0]]
    assert [end.name for end in ends] == ["x", "y"]
    sizes = [[axis.dim_param or axis.dim_value for axis in end.type.tensor_type.shape.dim] for end in ends]
    assert sizes == [["N", 9, 11, 2], ["N", 1]]
    assert [node.op_type for node in model.graph.node].count("Transpose") == 2
    constants = {stored.name: onnx.numpy_helper.to_array(stored) for stored in model.graph.initializer}
    for name, value in every_layer(np.float32).params.items():
        assert np.array_equal(constants[name], value.transpose(3, 2, 0, 1) if value.ndim == 4 else value)
    assert model.producer_name == "cnnlib" and (model.opset_import[0].version, model.ir_version) == (13, 7)
    assert model == to_onnx(every_layer(np.float32), SHAPE)


NODES = """
0.channels first: x -> 0.channels first.y, Transpose, perm [0, 3, 1, 2]
0.Conv2d: 0.channels first.y 0.weight 0.bias -> 0.Conv2d.y, Conv, dilations [2, 1], group 1, kernel_shape [3, 2], pads [0, 1, 0, 1], strides [1, 2]
1.0.HardTanh: 0.Conv2d.y 1.0.min 1.0.max -> 1.0.HardTanh.y, Clip
1.1.AvgPool2d: 1.0.HardTanh.y -> 1.1.AvgPool2d.y, AveragePool, count_include_pad 1, kernel_shape [2, 3], pads [1, 0, 1, 0], strides [1, 1]
2.MaxPool2d: 1.1.AvgPool2d.y -> 2.MaxPool2d.y, MaxPool, kernel_shape [2, 2], pads [0, 0, 0, 0], strides [2, 2]
channels last: 2.MaxPool2d.y -> y, Transpose, perm [0, 2, 3, 1]
"""


def written(node):
    attributes = (f", {one.name} {onnx.helper.get_attribute_value(one)}" for one in node.attribute)
    return f"{node.name}: {' '.join(node.input)} -> {' '.join(node.output)}, {node.op_type}{''.join(attributes)}"


def test_names_and_attributes_are_these():
    pooled = Sequential(HardTanh(), AvgPool2d((2, 3), stride=1, padding=(1, 0)))
    network = Sequential(Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(0, 1), dilation=(2, 1)), pooled, MaxPool2d(2))
    graph = to_onnx(network, SHAPE).graph
    assert [written(node) for node in graph.node] == NODES.strip().splitlines()
    assert graph.name == "Sequential"
    assert [written(node) for node in to_onnx(Linear(5, 4), (1, 5)).graph.node] == ["Linear: x weight bias -> y, Gemm"]


def test_maps_are_turned_only_where_a_layer_asks_for_it():
    def operators(*layers):
        return [node.op_type for node in to_onnx(Sequential(*layers), SHAPE).graph.node]

    assert operators(ReLU(), Flatten(), Tanh(), Max()) == ["Relu", "Flatten", "Tanh", "ReduceMax"]
    assert operators(Tanh(), MaxPool2d(2), ReLU(), AvgPool2d(2), Max(), AvgPool2d(2)) == [
        *("Tanh", "Transpose", "MaxPool", "Relu", "AveragePool"),
        *("Transpose", "ReduceMax", "Transpose", "AveragePool", "Transpose"),
    ]


@pytest.mark.parametrize(
    "network, expected", [(ReLU(), np.float32), (Linear(5, 4), np.float32), (Linear(5, 4, **PAIR), np.float64)]
)
def test_input_and_output_have_the_type_of_the_parameters(network, expected):
    graph = to_onnx(network, (1, 5)).graph
    types = {end.type.tensor_type.elem_type for end in (*graph.input, *graph.output)}
    assert types == {onnx.helper.np_dtype_to_tensor_dtype(np.dtype(expected))}


def test_file_gives_the_same_model(tmp_path):
    model = to_onnx(every_layer(np.float32), SHAPE)
    onnx.save(model, tmp_path / "network.onnx")
    assert onnx.load(tmp_path / "network.onnx") == model


def test_network_is_left_as_it_was():
    network = every_layer(np.float64)
    y = network.forward(np.random.default_rng(0).normal(size=SHAPE))
    dx = network.backward(y)
    to_onnx(network, SHAPE)
    assert np.array_equal(network.backward(y), dx)


# --- What is refused ------------------------------------------------------------------------


class Scale(Layer):
    def forward(self, x):
        return 2 * x


def of_type(dtype):
    layer = Linear(5, 4)
    layer.params["weight"] = layer.params["weight"].astype(dtype)
    return layer


@pytest.mark.parametrize(
    "network, x_shape, error, message",
    [
        (
            Sequential(ReLU(), Sequential(ReLU(), Scale())),
            (1, 5),
            TypeError,
            "layer 1.1 is a Scale, which is not known; expected cnnlib's own layers",
        ),
        (ReLU, (1, 5), TypeError, "network is <class 'cnnlib.layers.activations.ReLU'>; expected a Layer"),
        (
            of_type(object),
            (1, 5),
            TypeError,
            "network has parameters of float32 and object; expected all float32 or all float64",
        ),
        (
            of_type("f8"),
            (1, 5),
            TypeError,
            "network has parameters of float32 and float64; expected all float32 or all float64",
        ),
        (Linear(5, 4), (5,), ValueError, "x_shape is (5,); expected that of a batch, (N, H, W, C) or (N, D)"),
        (MaxPool2d(2), (4, 5, 1), ValueError, "x_shape is (4, 5, 1); expected that of a batch, (N, H, W, C) or (N, D)"),
        (Linear(5, 4), (1, 6), ValueError, "x has shape (1, 6); expected 5 features, for a weight of (5, 4)"),
    ],
)
def test_what_cannot_be_exported_is_refused(network, x_shape, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        to_onnx(network, x_shape)


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="^to_onnx needs the package onnx, .*: pip install onnx$"):
        to_onnx(ReLU(), (1, 5))
