"""Activations: functions of one entry each, with derivatives read off the output or the input."""

import numpy as np

from .. import arguments
from ..elementary import exp, is_greater, log, quietly, tanh
from ..fast.pooling import first_maximum
from .base import Layer

__all__ = ["HardTanh", "Max", "ReLU", "Sigmoid", "Tanh"]


class _Activation(Layer):
    """A layer that keeps what its derivative needs."""

    def backward(self, dy):
        """Multiply by the derivative, entry by entry. See `Layer.backward`."""
        (kept,) = self._last()
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, kept.shape)
        with quietly():
            return self._times_derivative(dy, kept)


class Sigmoid(_Activation):
    """y = 1 / (1 + exp(-x)), with values from 0 to 1 and derivative y (1 - y).

    Large inputs of either sign neither overflow nor lose digits.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-sigmoid.

    Examples
    --------
    >>> layer = Sigmoid()
    >>> layer.forward([[0.0, -1000.0, 1000.0]])
    array([[0.5, 0. , 1. ]])
    >>> layer.backward([[8.0, 8.0, 8.0]])
    array([[2., 0., 0.]])
    """

    def forward(self, x):
        """Squash every entry of `x`, of any shape."""
        x = arguments.array("x", x)
        minus = np.negative(x, dtype=float if x.dtype.kind == "i" else None)  # the lowest integer has no opposite
        y = exp(-_log_of_one_plus_exp(minus))
        self._keep(y)
        return y

    def _times_derivative(self, dy, y):
        return dy * y * (1 - y)


class Tanh(_Activation):
    """y = tanh(x), with values from -1 to 1 and derivative 1 - y^2.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-tanh.

    Examples
    --------
    >>> layer = Tanh()
    >>> layer.forward([[0.0, 0.5]]).round(3)
    array([[0.   , 0.462]])
    >>> layer.backward([[1.0, 1.0]]).round(3)
    array([[1.   , 0.786]])
    """

    def forward(self, x):
        """Squash every entry of `x`, of any shape."""
        y = tanh(arguments.array("x", x))
        self._keep(y)
        return y

    def _times_derivative(self, dy, y):
        return dy * (1 - y * y)


class ReLU(_Activation):
    """y = max(x, 0), with derivative 1 where x > 0 and 0 elsewhere, at x = 0 too.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-relu. Symbols must have
    a known sign.

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward([[-2, 0, 3]])
    array([[0, 0, 3]])
    >>> layer.backward([[5, 6, 7]])
    array([[0, 0, 7]])
    """

    def forward(self, x):
        """Cut every entry of `x`, of any shape, off at 0."""
        x = arguments.array("x", x)
        self._kept = (_as_numbers(is_greater(x, 0)),)
        with quietly():
            return np.maximum(x, 0)

    def _times_derivative(self, dy, slope):
        return dy * slope  # eq-layers-and-deltas-relu


class HardTanh(_Activation):
    """y = x between -1 and 1, and -1 or 1 outside; derivative 1 inside, and 0 elsewhere, at -1 and 1 too.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-hard-tanh. Symbols must
    have a known place.

    Examples
    --------
    >>> layer = HardTanh()
    >>> layer.forward([[-2.0, 0.5, 3.0]])
    array([[-1. ,  0.5,  1. ]])
    >>> layer.backward([[5.0, 6.0, 7.0]])
    array([[0., 6., 0.]])
    """

    def forward(self, x):
        """Cut every entry of `x`, of any shape, off at -1 and 1."""
        x = arguments.array("x", x)
        self._kept = (_as_numbers(is_greater(x, -1) & is_greater(1, x)),)
        with quietly():
            return np.minimum(np.maximum(x, -1), 1)

    def _times_derivative(self, dy, slope):
        return dy * slope


class Max(Layer):
    """The largest entry along the last axis, which keeps length 1.

    Of several equal ones the first takes the whole gradient.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-max. Symbols must have
    a known order.

    Examples
    --------
    >>> layer = Max()
    >>> layer.forward([[1, 4, 4], [2, 0, -1]])
    array([[4],
           [2]])
    >>> layer.backward([[5], [6]])
    array([[0, 5, 0],
           [6, 0, 0]])
    """

    def forward(self, x):
        """Take the maximum of `x`, of shape (..., D), to shape (..., 1)."""
        x = arguments.array("x", x)
        if x.ndim < 1:
            raise ValueError(f"x has shape {x.shape}; expected at least one axis")
        y, winners = np.empty_like(x[..., 0]), np.zeros(x.shape[:-1], np.intp)
        first_maximum(np.moveaxis(x, -1, 0), y, winners)
        self._kept = (winners[..., np.newaxis] == np.arange(x.shape[-1]),)
        return y[..., np.newaxis]

    def backward(self, dy):
        """Give the gradient to the winner. See `Layer.backward`."""
        (won,) = self._last()
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, (*won.shape[:-1], 1))
        return np.where(won, dy, dy.dtype.type(0))


def _as_numbers(conditions):
    """Write true as 1 and false as 0, as numbers that keep the type of what they multiply."""
    return conditions.view(np.int8)


def _log_of_one_plus_exp(x):
    """log(1 + exp(x)); for floats in the form that does not overflow."""
    if x.dtype == object:
        return log(1 + exp(x))
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
