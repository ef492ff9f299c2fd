"""What every exchange of a network needs: its inner layers, the shapes that reach them, their parameters."""

import copy
from collections.abc import Mapping

import numpy as np

from .. import arguments
from ..layers.activations import HardTanh, Max, ReLU, Sigmoid, Tanh
from ..layers.base import Layer
from ..layers.convolution import Conv2d
from ..layers.dense import Flatten, Linear
from ..layers.pooling import AvgPool2d, MaxPool2d
from ..network import Sequential

__all__ = ["ENTRIES", "WINDOWS", "checked", "inner_layers", "input_shapes", "joined", "kind", "parameters"]

# How a layer reads its input decides what another order of the axes means to it.
WINDOWS = AvgPool2d, Conv2d, MaxPool2d  # maps, which elsewhere have the channels first
ENTRIES = HardTanh, ReLU, Sigmoid, Tanh  # each entry alone: every order is right
FEATURES = Flatten, Linear, Max  # along the last axis: the order there counts
KINDS = (*WINDOWS, *ENTRIES, *FEATURES, Sequential)


def kind(layer):
    """Return the class of this library whose forward pass a layer runs, or None if it has one of its own."""
    return next((k for k in KINDS if isinstance(layer, k) and type(layer).forward is k.forward), None)


def inner_layers(network):
    """List the layers inside a network that are no networks themselves.

    Parameters
    ----------
    network : Layer

    Returns
    -------
    dict of str to Layer
        In the order in which they run, keyed by their numbers, outermost
        first: "0", "1.0", "1.1", ... A single layer has the key "".

    Raises
    ------
    TypeError
        If a layer has a forward pass of its own, of which nothing is known.
    """
    if not isinstance(network, Layer):
        raise TypeError(f"network is {arguments.shown(network)}; expected a Layer")
    return dict(_inside(network, ()))


def _inside(layer, path):
    number = joined(*path)
    if kind(layer) is Sequential:
        for place, part in enumerate(layer):
            yield from _inside(part, (*path, place))
    elif kind(layer) is None:
        name = f"layer {number}" if path else "network"
        raise TypeError(f"{name} is a {type(layer).__name__}, which is not known; expected cnnlib's own layers")
    else:
        yield number, layer


def joined(*parts):
    """Join what names a parameter or a layer by dots, without the empty parts: "1.0.weight"."""
    return ".".join(str(part) for part in parts if part != "")


def input_shapes(network, x_shape):
    """Find what reaches each of the `inner_layers`, by sending zeros through them.

    Parameters
    ----------
    network : Layer
        It is not changed.
    x_shape : tuple of int
        The shape of a batch, (N, H, W, C) or (N, D). N does not matter.

    Returns
    -------
    list of tuple of int
        The shape of one example before each layer, and last of the output.

    Raises
    ------
    TypeError, ValueError
        As `inner_layers`; also if x_shape is not the shape of a batch that
        the network takes.
    """
    layers = inner_layers(network)
    shape = arguments.shape("x_shape", x_shape)
    if len(shape) not in (2, 4):
        raise ValueError(f"x_shape is {shape}; expected that of a batch, (N, H, W, C) or (N, D)")
    x = np.zeros((1, *shape[1:]), np.float32)
    shapes = [x.shape[1:]]
    for layer in layers.values():
        x = copy.copy(layer).forward(x)  # of a copy: forward replaces what the layer keeps for backward
        shapes.append(x.shape[1:])
    return shapes


def parameters(network):
    """List (number of the layer, layer, name) of all parameters, a layer's weight before its bias."""
    return [
        (number, layer, name)
        for number, layer in inner_layers(network).items()
        for name in ("weight", "bias")
        if name in layer.params
    ]


def checked(argument, values, expected):
    """Check parameters that come from outside against those of a network in the same layout.

    Parameters
    ----------
    argument : str
        The argument's name, for the error message.
    values : mapping of str to array_like
    expected : mapping of str to ndarray

    Returns
    -------
    list of ndarray
        Copies of the values, in the order and of the types of those expected.

    Raises
    ------
    TypeError
        If there is no mapping, or a type would have to be rounded.
    ValueError
        If the keys or a shape differ.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"{argument} is a {type(values).__name__}; expected what the framework itself gives")
    if values.keys() != expected.keys():
        raise ValueError(f"{argument} holds {list(values)}; expected {list(expected)}")
    result = []
    for key, wanted in expected.items():
        value = np.asarray(values[key])
        if value.shape != wanted.shape:
            raise ValueError(f"{argument} holds {key} of shape {value.shape}; expected {wanted.shape}")
        if not np.can_cast(value.dtype, wanted.dtype):
            raise TypeError(f"{argument} holds {key} of {value.dtype}; expected {wanted.dtype} or a type that fits it")
        result.append(value.astype(wanted.dtype))
    return result
