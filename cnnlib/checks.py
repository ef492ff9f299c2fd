"""Checks of a backward pass: as a matrix, by differences, by the adjoint."""

import copy

import numpy as np

from . import arguments
from .comparison import Report, check_equal
from .elementary import quietly

__all__ = ["check_adjoint", "check_gradient", "jacobian"]

LARGE = 10**6  # of such integers, two sums of products are hardly ever equal by chance


def jacobian(layer, x):
    """Write a layer's backward as a matrix of derivatives.

    Parameters
    ----------
    layer : Layer
        It is not changed.
    x : array_like
        The input at which to differentiate.

    Returns
    -------
    ndarray, shape (outputs, inputs)
        Row k is what `backward` makes of a gradient of 1 at output k: the
        derivatives of that output by all inputs, both in row-major order.

    Notes
    -----
    Chapter "The Jacobian view": def-jacobian-view-jacobian.

    Examples
    --------
    Each output is the mean of two neighbours:

    >>> from cnnlib import AvgPool2d
    >>> jacobian(AvgPool2d((1, 2), stride=1), np.ones((1, 3, 1)))
    array([[0.5, 0.5, 0. ],
           [0. , 0.5, 0.5]])
    """
    layer = _copied(layer)
    y = layer.forward(x)
    rows = np.eye(y.size, dtype=y.dtype).reshape(y.size, *y.shape)
    return np.array([layer.backward(row).ravel() for row in rows])


def check_gradient(layer, x, *, step=1e-5, tolerance=1e-6):
    """Compare a layer's backward with central differences, entry by entry, in float64.

    The loss is the sum of the outputs, each with a random weight of its own.

    Parameters
    ----------
    layer : Layer
        It is not changed.
    x : array_like
        The input.
    step : float
        Half the distance between the two points of a difference.
    tolerance : float
        As for `check_equal`.

    Returns
    -------
    str
        What was compared.

    Raises
    ------
    AssertionError
        Names the array and the first index where the two differ.

    Notes
    -----
    Chapter "One kernel", section "Two checks without symbols"; the loss is
    that of eq-single-kernel-chain-rule with fixed deltas.

    Examples
    --------
    >>> from cnnlib import Conv2d
    >>> layer = Conv2d(2, 3, (3, 2), stride=2, padding=1, rng=0)
    >>> check_gradient(layer, np.random.default_rng(0).normal(size=(2, 5, 6, 2)))
    gradient check: input 120, weight 36, bias 3 entries agree to 1e-06
    """
    x = arguments.array("x", x).astype(np.float64)
    arguments.number("step", step, lambda step: 0 < step < np.inf, "more than 0 and finite")
    layer = _with_parameters(layer, lambda parameter: parameter.astype(np.float64))
    _, dy, gradients = _there_and_back(layer, x, lambda shape: np.random.default_rng(0).normal(size=shape))

    for name, variable in {"input": x, **layer.params}.items():
        differences = np.empty_like(variable)
        for index in np.ndindex(*variable.shape):
            here = variable[index]
            variable[index] = here + step
            above = np.array(layer.forward(x))  # a copy: an output may be a view of the input
            variable[index] = here - step
            below = np.array(layer.forward(x))
            variable[index] = here
            with quietly():
                differences[index] = ((above - below) * dy).sum() / (2 * step)
        check_equal(f"gradient of the {name}", gradients[name], differences, tolerance)
    compared = ", ".join(f"{name} {gradient.size}" for name, gradient in gradients.items())
    return Report(f"gradient check: {compared} entries agree to {tolerance:g}")


def check_adjoint(layer, x_shape):
    """Check a linear layer's backward as the transpose of its forward, exactly in integers.

    For random integers v and u: <J v, u> = <v, J' u>, where J is what
    `forward` does (without the bias) and J' is what `backward` does. The same
    holds for the weights, by which the output is linear too. There is no
    tolerance.

    Parameters
    ----------
    layer : Layer
        A linear layer; it is not changed.
    x_shape : tuple of int
        The shape of the input.

    Returns
    -------
    str
        What was compared.

    Raises
    ------
    AssertionError
        Names the argument for which the two sides differ.
    ValueError
        If the layer is not linear.

    Notes
    -----
    Chapter "The Jacobian view": eq-jacobian-view-adjoint.

    Examples
    --------
    >>> from cnnlib import Conv2d
    >>> check_adjoint(Conv2d(2, 3, (3, 2), stride=2, padding=1), (2, 5, 6, 2))
    adjoint check: input, weight, bias exact in integers
    """
    rng = np.random.default_rng(0)

    def integers(shape):
        return rng.integers(-LARGE, LARGE, shape).astype(object)

    layer = _with_parameters(layer, lambda parameter: integers(parameter.shape))
    x = integers(arguments.shape("x_shape", x_shape))
    y, u, gradients = _there_and_back(layer, x, integers)
    for name, variable in {"input": x, **layer.params}.items():
        v = integers(variable.shape)
        variable += v
        change = layer.forward(x) - y
        variable += v
        if (layer.forward(x) - y != 2 * change).any():
            raise ValueError(f"layer is {layer!r}, not linear in its {name}; use check_gradient")
        variable -= 2 * v
        left, right = (change * u).sum(), (v * gradients[name]).sum()
        if left != right:
            raise AssertionError(f"adjoint of the {name}: <J v, u> = {left}, but <v, J' u> = {right}")
    return Report(f"adjoint check: {', '.join(gradients)} exact in integers")


def _there_and_back(layer, x, draw):
    """Return a copied layer's output, the gradient drawn for it, and all gradients that `backward` makes of that.

    A copy, because a backward pass may change weights: what it claims holds for the weights before.
    """
    layer, x = copy.deepcopy((layer, x))
    y = np.array(layer.forward(x))  # a copy: an output may be a view of the input
    dy = draw(y.shape)
    return y, dy, {"input": layer.backward(dy.copy()), **layer.grads}


def _with_parameters(layer, convert):
    """Copy a layer, with its parameters converted."""
    layer = _copied(layer)
    layer.params.update({name: convert(parameter) for name, parameter in layer.params.items()})
    return layer


def _copied(layer):
    """Copy what has all that a layer has."""
    missing = [name for name in ("params", "grads", "forward", "backward") if not hasattr(layer, name)]
    if missing or isinstance(layer, type):
        raise TypeError(f"layer is {layer!r}; expected a layer")
    return copy.deepcopy(layer)
