"""Checks of a backward pass: as a matrix, by differences, by the adjoint."""

import copy
from itertools import islice
from typing import NamedTuple

import numpy as np

from . import arguments
from .comparison import Report, refuse

__all__ = ["check_adjoint", "check_gradient", "jacobian"]

LARGE = 10**6  # of such integers, two sums of products are hardly ever equal by chance
ROUNDING = 16  # how many times a float's own rounding an output may be off
SHRINK, ATTEMPTS = 1000.0, 5  # of the steps of an entry that is not clear at once


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

    The loss is the sum of the outputs, each with a random weight of its own,
    which is smaller for an output that is larger than 1.

    Parameters
    ----------
    layer : Layer
        It is not changed.
    x : array_like
        The input.
    step : float
        Half the distance between the two points of a difference, as a part of
        the largest entry of the array; of the output, if all entries are 0.
    tolerance : float
        The largest error allowed, as a part of the sizes of what an entry is
        the sum of: of the changes of all outputs. What rounding can do is
        allowed on top.

    Returns
    -------
    str
        What was compared.

    Raises
    ------
    AssertionError
        Names the array and the first index where the two differ, or what
        `backward` has changed in the layer.

    Notes
    -----
    Chapter "One kernel", section "Two checks without symbols"; the loss is
    that of eq-single-kernel-chain-rule with fixed deltas. A difference is
    only as good as its step: where a function bends, the step must be small,
    and where rounding hides what an entry does, large. An entry that disagrees
    is tried with smaller steps, until it agrees, the difference does not
    change any more, or only rounding is left.

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

    def weights(y):
        return np.random.default_rng(0).normal(size=y.shape) / np.maximum(1, np.abs(y))

    y, dy, gradients, changed = _there_and_back(layer, x, weights)
    for name, variable in {"input": x, **layer.params}.items():
        gradient = np.asarray(gradients[name])
        if gradient.shape != variable.shape:
            raise AssertionError(f"gradient of the {name} has shape {gradient.shape}; expected {variable.shape}")
        largest = _largest(variable) or _largest(y) or 1
        differences, wrong = np.empty_like(variable), np.zeros(variable.shape, bool)
        for index in np.ndindex(*variable.shape):
            scales = _scales(largest, abs(variable[index]))
            found = [
                (_central_difference(layer, x, variable, index, step * one, dy) for one in part) for part in scales
            ]
            differences[index], wrong[index] = _judged(gradient[index], *found, tolerance)
        refuse(f"gradient of the {name}", wrong, gradient, differences)
    _refuse_changes(changed)
    compared = ", ".join(f"{name} {gradient.size}" for name, gradient in gradients.items())
    return Report(f"gradient check: {compared} entries agree to {tolerance:g}")


class _Difference(NamedTuple):
    """A central difference, the sum of the sizes of what it is the sum of, and how far rounding may move it."""

    value: float
    size: float
    rounding: float

    def agrees(self, derivative, tolerance):
        return abs(self.value - derivative) <= tolerance * self.size + self.rounding

    def is_clear(self, derivative):
        return self.rounding <= self.size / 1000 or self.value == derivative


def _scales(largest, own):
    """Return what the steps of an entry are relative to: at first, where rounding hides it, where a function bends."""
    second = own if 0 < own < largest else largest / SHRINK
    factors = SHRINK ** np.arange(ATTEMPTS)
    return [largest], largest * SHRINK * factors, second / factors


def _central_difference(layer, x, variable, index, step, dy):
    here, points, outputs = variable[index], (variable[index] + step, variable[index] - step), []
    for point in points:
        variable[index] = point
        outputs.append(np.array(copy.deepcopy(layer).forward(x)))  # of a copy, so that any random number is the same
    variable[index] = here
    above, below = outputs
    with np.errstate(all="ignore"):
        width = points[0] - points[1]
        parts = dy * (above - below) / width
        roundings = ROUNDING * np.finfo(float).eps * np.abs(dy) * (np.abs(above) + np.abs(below)) / width
        moved = parts != 0 if parts.any() else np.ones(parts.shape, bool)
        return _Difference(parts.sum(), np.abs(parts).sum(), roundings[moved].sum())


def _judged(derivative, first, larger, smaller, tolerance):
    """Return a difference, and whether the derivative is wrong.

    It is wrong if two differences in a row agree with each other and not with it.
    """
    (first,) = first
    if first.agrees(derivative, tolerance):
        if first.is_clear(derivative):
            return first.value, False
        clear = list(islice((found for found in larger if found.is_clear(derivative)), 2))
        settled = len(clear) == 2 and clear[1].agrees(clear[0].value, tolerance)
        return clear[0].value if settled else first.value, settled and not clear[0].agrees(derivative, tolerance)
    before, is_vanishing = first, False
    for found in smaller:
        if not found.is_clear(derivative):
            break
        if found.agrees(derivative, tolerance):
            return found.value, False
        if found.agrees(before.value, tolerance):
            return first.value, True
        error, error_before = abs(found.value - derivative), abs(before.value - derivative)
        is_vanishing = before is not first and error <= 10 * error_before / SHRINK**2  # as at 0 of x^3
        before = found
    return first.value, not is_vanishing


def check_adjoint(layer, x_shape):
    """Check a linear layer's backward as the transpose of its forward, exactly in integers.

    For random integers v and u: <J v, u> = <v, J' u>, where J is what
    `forward` does (without the bias) and J' is what `backward` does. The same
    holds for the weights, by which the output is linear too. There is no
    tolerance, unless the layer itself computes with floats: then for rounding.

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
        Names the argument for which the two sides differ, or what `backward`
        has changed in the layer.
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
    y, u, gradients, changed = _there_and_back(layer, x, lambda y: integers(y.shape))
    spacing = _spacing(y, *gradients.values())
    for name, variable in {"input": x, **layer.params}.items():
        v, changes = integers(variable.shape), []
        for _ in range(2):
            variable += v
            changes.append(copy.deepcopy(layer).forward(x) - y)
        variable -= 2 * v
        once, twice = changes
        sizes = np.abs(y) + np.abs(twice) if spacing else y
        if not _agree(twice, 2 * once, spacing and spacing * sizes.max()):
            raise ValueError(f"layer is {arguments.shown(layer)}, not linear in its {name}; use check_gradient")
        left, right = (once * u).sum(), (v * gradients[name]).sum()
        if not _agree(left, right, spacing and spacing * (sizes * np.abs(u)).sum()):
            raise AssertionError(f"adjoint of the {name}: <J v, u> = {left}, but <v, J' u> = {right}")
    _refuse_changes(changed)
    return Report(f"adjoint check: {', '.join(gradients)} {'equal up to rounding' if spacing else 'exact in integers'}")


def _agree(left, right, limit):
    return bool(np.all(np.abs(left - right) <= limit) if limit else np.all(left == right))


def _spacing(*arrays):
    """Return how far sums of the coarsest floats in these arrays may be off, as a part of their size; 0 if all is exact."""
    types = {type(entry) for array in arrays for entry in np.asarray(array).flat}
    return 1000 * max((np.finfo(kind).eps for kind in types if issubclass(kind, (float, np.floating))), default=0)


def _largest(array):
    """Return the largest absolute value that is finite."""
    return np.abs(array).max(where=np.isfinite(array), initial=0)


def _there_and_back(layer, x, draw):
    """Return a copied layer's output, the gradient drawn for it, all gradients, and what `backward` has changed.

    A copy, because a backward pass may change weights: what it claims holds for the weights before.
    """
    layer, x = copy.deepcopy((layer, x))
    y = np.array(layer.forward(x))  # a copy: an output may be a view of the input
    dy = draw(y)
    names, before = set(layer.params), copy.deepcopy(_state(layer))
    gradients = {"input": layer.backward(dy.copy()), **layer.grads}
    for name in sorted(names - set(layer.grads)):
        raise AssertionError(f"backward gives no gradient of the {name}")
    for name in sorted(set(layer.grads) - names):
        raise AssertionError(f"backward gives a gradient of the {name}, which is no parameter")
    after = _state(layer)
    changed = [name for name in before if name not in after or not np.array_equal(before[name], after[name])]
    return y, dy, gradients, changed


def _state(layer):
    return {**layer.params, **getattr(layer, "buffers", {})}


def _refuse_changes(names):
    if names:
        raise AssertionError(f"backward changes the {', the '.join(names)} of the layer")


def _with_parameters(layer, convert):
    """Copy a layer, with its parameters converted."""
    layer = _copied(layer)
    layer.params.update({name: convert(parameter) for name, parameter in layer.params.items()})
    return layer


def _copied(layer):
    """Copy what has all that a layer has."""
    missing = [name for name in ("params", "grads", "forward", "backward") if not hasattr(layer, name)]
    if missing or isinstance(layer, type):
        raise TypeError(f"layer is {arguments.shown(layer)}; expected a layer")
    return copy.deepcopy(layer)
