"""Pooling: the largest or the mean pixel of each receptive field, where its gradient goes, and the layers."""

import math

import numpy as np

from .. import fast, operands
from ..elementary import argmax, lowest, quietly, reciprocal
from ..windows import cropped, scatter, windows, zeros_padded
from .base import Layer

__all__ = ["AvgPool2d", "MaxPool2d", "avg_pool2d", "avg_pool2d_backward", "max_pool2d", "max_pool2d_backward"]


@quietly()
def max_pool2d(x, kernel_size, *, stride=None, padding=0):
    """Take the largest pixel of each window, in each channel.

    y[n, i, j, c] = max over u, v of x[n, s*i + u - p, s*j + v - p, c]

    Parameters
    ----------
    x : array_like, shape (N, H, W, C) or (H, W, C)
        Numbers, or SymPy expressions whose order is known.
    kernel_size : int or (int, int)
        Rows and columns of the window.
    stride : int or (int, int), optional
        The default is the kernel size: windows side by side.
    padding
        As for `conv2d`, and on each side less than the kernel size. What is outside counts as minus infinity.

    Returns
    -------
    y : ndarray, shape (N, H_o, W_o, C) or (H_o, W_o, C)
        A window that holds a NaN gives NaN.
    winners : ndarray of int, shape of y
        Which tap was the largest, ``u * K_w + v``; of several equal ones the
        first. The type is the smallest that holds them, without a sign.

    Raises
    ------
    TypeError
        If x is not made of integers, floats or objects, or holds
        expressions whose order is not known.
    ValueError
        If a shape or an option makes no sense.

    Notes
    -----
    Chapter "Max pooling": def-max-pooling-forward.

    Examples
    --------
    Windows of 2 x 2, side by side; the last column is left over:

    >>> x = np.array([[1, 7, 2, 2, 9], [3, 0, 2, 1, 9]]).reshape(2, 5, 1)
    >>> y, winners = max_pool2d(x, 2)
    >>> y[..., 0], winners[..., 0]
    (array([[7, 2]]), array([[1, 0]], dtype=uint8))
    """
    x, field, form = operands.max_pooling(x, kernel_size, stride, padding)
    fields = windows(x, field, lowest(x.dtype))
    taps = fields.reshape(*fields.shape[:3], -1, fields.shape[5])  # (u, v) has the number u K_w + v
    first_inside = field.first_inside(x.shape[1:3])[:, :, np.newaxis]
    winners = np.maximum(argmax(taps, axis=3), first_inside)  # where all are as low as the padding, it does not win
    y = np.take_along_axis(taps, winners[:, :, :, np.newaxis], axis=3)[:, :, :, 0]  # def-max-pooling-forward
    return form.maps(y), form.maps(winners, operands.winner_type(field))


@quietly()
def max_pool2d_backward(dy, winners, x_shape, kernel_size, *, stride=None, padding=0):
    """Send the gradient by each output to the pixel that won its window.

    Parameters
    ----------
    dy : array_like, shape of the output
        The loss's gradient by the output.
    winners : array_like of int, shape of the output
        What `max_pool2d` returned, from 0 to K_h K_w - 1.
    x_shape : tuple of int
        The shape of the input.
    kernel_size, stride, padding
        What `max_pool2d` was given.

    Returns
    -------
    ndarray of shape x_shape
        A pixel that won several windows receives the sum.

    Raises
    ------
    TypeError, ValueError
        As `max_pool2d`; also if dy or winners do not have the shape of the
        output, or a winner is out of range.

    Notes
    -----
    Chapter "Max pooling": eq-max-pooling-input-gradient.

    Examples
    --------
    The pixel with 7 wins both windows, and receives both gradients:

    >>> x = np.array([1, 7, 2]).reshape(1, 3, 1)
    >>> y, winners = max_pool2d(x, (1, 2), stride=1)
    >>> max_pool2d_backward(np.array([1, 10]).reshape(1, 2, 1), winners, x.shape, (1, 2), stride=1).ravel()
    array([ 0, 11,  0])
    """
    dy, winners, shape, field, form = operands.max_pooling_backward(dy, winners, x_shape, kernel_size, stride, padding)
    dx = zeros_padded(shape, field, dy.dtype)
    (s_h, s_w), (n, i, j, c) = field.stride, np.indices(dy.shape, sparse=True)
    u, v = np.divmod(winners.astype(np.intp), field.kernel_size[1])
    np.add.at(dx, (n, s_h * i + u, s_w * j + v, c), dy)  # eq-max-pooling-input-gradient
    return form.maps(cropped(dx, field))


@quietly()
def avg_pool2d(x, kernel_size, *, stride=None, padding=0):
    """Take the mean of each window, in each channel.

    y[n, i, j, c] = sum over u, v of x[n, s*i + u - p, s*j + v - p, c] / (K_h K_w)

    Parameters
    ----------
    x : array_like, shape (N, H, W, C) or (H, W, C)
        Input maps: numbers of any type, or SymPy expressions.
    kernel_size : int or (int, int)
        Rows and columns of the window.
    stride : int or (int, int), optional
        The default is the kernel size: windows side by side.
    padding
        As for `conv2d`, and on each side less than the kernel size. What is outside counts as 0, and is counted.

    Returns
    -------
    ndarray, shape (N, H_o, W_o, C) or (H_o, W_o, C)
        Objects stay exact; integers become floats.

    Raises
    ------
    TypeError, ValueError
        As `max_pool2d`.

    Notes
    -----
    Chapter "Average pooling": def-average-pooling-forward.

    Examples
    --------
    >>> x = np.array([[1, 7, 2, 2, 9], [3, 1, 2, 2, 9]]).reshape(2, 5, 1)
    >>> avg_pool2d(x, 2)[..., 0]
    array([[3., 2.]])
    """
    x, field, form = operands.average_pooling(x, kernel_size, stride, padding)
    share = reciprocal(math.prod(field.kernel_size), x.dtype)
    y = windows(x, field).sum(axis=(3, 4)) * share  # def-average-pooling-forward
    return form.maps(y)


@quietly()
def avg_pool2d_backward(dy, x_shape, kernel_size, *, stride=None, padding=0):
    """Send an equal share of the gradient by each output to every pixel of its window.

    Parameters
    ----------
    dy : array_like, shape of the output
        The loss's gradient by the output.
    x_shape : tuple of int
        The shape of the input.
    kernel_size, stride, padding
        What `avg_pool2d` was given.

    Returns
    -------
    ndarray of shape x_shape
        A pixel in several windows receives the sum of its shares.

    Raises
    ------
    TypeError, ValueError
        As `max_pool2d`; also if dy does not have the shape of the output.

    Notes
    -----
    Chapter "Average pooling": eq-average-pooling-input-gradient.

    Examples
    --------
    The middle pixel is in both windows:

    >>> avg_pool2d_backward(np.array([1, 10]).reshape(1, 2, 1), (1, 3, 1), (1, 2), stride=1).ravel()
    array([0.5, 5.5, 5. ])
    """
    dy, shape, field, form = operands.average_pooling_backward(dy, x_shape, kernel_size, stride, padding)
    share = reciprocal(math.prod(field.kernel_size), dy.dtype)
    shares = np.broadcast_to(np.expand_dims(dy * share, (3, 4)), (*dy.shape[:3], *field.kernel_size, dy.shape[3]))
    dx = scatter(shares, field, shape[1:3])  # eq-average-pooling-input-gradient
    return form.maps(dx)


class _Pool(Layer):
    """A layer with windows and no parameters."""

    def __init__(self, kernel_size, *, stride=None, padding=0):
        super().__init__()
        field = operands.pooling_options(kernel_size, stride, padding)
        self.options = {name: getattr(field, name) for name in ("kernel_size", "stride", "padding")}
        side_by_side = field.stride == field.kernel_size  # the default
        self._arguments = self.options | ({"stride": None} if side_by_side else {})


class MaxPool2d(_Pool):
    """Take the largest pixel of each window (`max_pool2d`).

    Parameters
    ----------
    kernel_size, stride, padding
        As for `max_pool2d`.

    Notes
    -----
    Chapter "Max pooling": def-max-pooling-forward.

    Examples
    --------
    >>> layer = MaxPool2d((1, 2))
    >>> layer.forward(np.array([1, 7, 5, 2]).reshape(1, 4, 1)).ravel()
    array([7, 5])
    >>> layer.backward(np.array([10, 20]).reshape(1, 2, 1)).ravel()
    array([ 0, 10, 20,  0])
    """

    def forward(self, x):
        """Pool `x`, of shape (N, H, W, C) or (H, W, C)."""
        y, winners = fast.max_pool2d(x, **self.options)
        self._kept = winners, np.shape(x)
        return y

    def backward(self, dy):
        """See `Layer.backward` and `max_pool2d_backward`."""
        return fast.max_pool2d_backward(dy, *self._last(), **self.options)


class AvgPool2d(_Pool):
    """Take the mean of each window (`avg_pool2d`).

    Parameters
    ----------
    kernel_size, stride, padding
        As for `avg_pool2d`.

    Notes
    -----
    Chapter "Average pooling": def-average-pooling-forward.

    Examples
    --------
    >>> layer = AvgPool2d((1, 2))
    >>> layer.forward(np.array([1, 7, 5, 2]).reshape(1, 4, 1)).ravel()
    array([4. , 3.5])
    >>> layer.backward(np.array([10, 20]).reshape(1, 2, 1)).ravel()
    array([ 5.,  5., 10., 10.])
    """

    def forward(self, x):
        """Pool `x`, of shape (N, H, W, C) or (H, W, C)."""
        y = fast.avg_pool2d(x, **self.options)
        self._kept = (np.shape(x),)
        return y

    def backward(self, dy):
        """See `Layer.backward` and `avg_pool2d_backward`."""
        return fast.avg_pool2d_backward(dy, *self._last(), **self.options)
