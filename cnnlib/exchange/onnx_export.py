"""A network as an ONNX model: the same layers as the nodes of a graph that other programs run."""

import numpy as np

from ..layers.activations import HardTanh, Max, ReLU, Sigmoid, Tanh
from ..layers.convolution import Conv2d
from ..layers.dense import Flatten, Linear
from ..layers.pooling import AvgPool2d, MaxPool2d
from ..windows import Field
from .channels_first import kernels_first
from .interchange import ENTRIES, WINDOWS, inner_layers, input_shapes, joined, kind, parameters

__all__ = ["to_onnx"]

# The oldest versions that have all that is needed here, so that old runtimes can read a model, too.
OPSET, IR_VERSION = 13, 7


def to_onnx(network, x_shape):
    """Write a network as an ONNX model, which any ONNX runtime can run.

    Parameters
    ----------
    network : Layer
        Made of cnnlib's own layers, with parameters of float32 or of
        float64. It is not changed.
    x_shape : tuple of int
        The shape of a batch, (N, H, W, C) or (N, D). The model takes batches
        of any N.

    Returns
    -------
    onnx.ModelProto
        Its input "x" and its output "y" are laid out as those of `forward`,
        and of the type of the parameters (float32 if there are none). Maps
        are turned to channels first before the layers that ONNX wants them
        so for, and back before any layer that reads features, so that these
        keep this library's order. ``onnx.save(model, path)`` writes it to a
        file.

    Raises
    ------
    ImportError
        If the package onnx is missing.
    TypeError
        If a layer has a forward pass of the user's own, or the parameters
        are of another type or of two types.
    ValueError
        If x_shape is not the shape of a batch that the network takes.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-first. The
    constants are named as in `network.params`; kernels are turned to
    (F, C, K_h, K_w).

    Examples
    --------
    >>> from cnnlib import Linear
    >>> [node.op_type for node in to_onnx(Linear(3, 2), (1, 3)).graph.node]
    ['Gemm']
    """
    helper, numpy_helper = _import_onnx()
    shapes = input_shapes(network, x_shape)
    constants = {joined(number, name): _constant(layer.params[name]) for number, layer, name in parameters(network)}
    dtype = _type_of(constants)

    nodes, latest, are_first = [], "x", False  # whether the latest maps have the channels first

    def add(operator, name, *inputs, **attributes):
        nonlocal latest
        nodes.append(helper.make_node(operator, [latest, *inputs], [f"{name}.y"], name, **attributes))
        latest = f"{name}.y"

    def turn(first, number=""):
        nonlocal are_first
        if first != are_first:
            name, order = ("channels first", (0, 3, 1, 2)) if first else ("channels last", (0, 2, 3, 1))
            add("Transpose", joined(number, name), perm=order)
            are_first = first

    for number, layer in inner_layers(network).items():
        if kind(layer) not in ENTRIES:
            turn(kind(layer) in WINDOWS, number)
        operator, attributes, limits = _operator(layer)
        limits = {joined(number, name): np.array(limit, dtype) for name, limit in limits.items()}
        constants |= limits
        inputs = [joined(number, name) for _, _, name in parameters(layer)]
        add(operator, joined(number, type(layer).__name__), *inputs, *limits, **attributes)
    turn(first=False)
    nodes[-1].output[0] = "y"

    code = helper.np_dtype_to_tensor_dtype(dtype)
    ends = zip("xy", (shapes[0], shapes[-1]))
    x, y = (helper.make_tensor_value_info(name, code, ("N", *shape)) for name, shape in ends)
    stored = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    return helper.make_model(
        helper.make_graph(nodes, type(network).__name__, [x], [y], stored),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="cnnlib",
    )


def _constant(parameter):
    return kernels_first(parameter) if parameter.ndim == 4 else parameter


def _operator(layer):
    """Return a layer's ONNX operator, its attributes, and constants beside the parameters."""
    cls = kind(layer)
    if cls is Conv2d:
        kernel_size = layer.params["weight"].shape[:2]
        return "Conv", _windows(**layer.options, kernel_size=kernel_size), {}
    if cls is MaxPool2d:
        return "MaxPool", _windows(**layer.options), {}
    if cls is AvgPool2d:
        return "AveragePool", {**_windows(**layer.options), "count_include_pad": 1}, {}
    return {
        Linear: ("Gemm", {}, {}),
        Flatten: ("Flatten", {}, {}),
        Sigmoid: ("Sigmoid", {}, {}),
        Tanh: ("Tanh", {}, {}),
        ReLU: ("Relu", {}, {}),
        HardTanh: ("Clip", {}, {"min": -1, "max": 1}),
        Max: ("ReduceMax", {"axes": [-1], "keepdims": 1}, {}),
    }[cls]


def _windows(kernel_size, stride, padding, dilation=None, groups=None):
    """Write the options of windows as ONNX does: paddings at all beginnings, then at all ends.

    A node leaves out what is None.
    """
    (top, bottom), (left, right) = Field(kernel_size, stride, padding).around
    pads = top, left, bottom, right
    return {"kernel_shape": kernel_size, "strides": stride, "pads": pads, "dilations": dilation, "group": groups}


def _type_of(constants):
    types = {str(value.dtype) for value in constants.values()} or {"float32"}
    if types not in ({"float32"}, {"float64"}):
        raise TypeError(f"network has parameters of {' and '.join(sorted(types))}; expected all float32 or all float64")
    return np.dtype(types.pop())


def _import_onnx():
    try:
        from onnx import helper, numpy_helper
    except ImportError:
        raise ImportError("to_onnx needs the package onnx, cnnlib's extra of that name: pip install onnx") from None
    return helper, numpy_helper
