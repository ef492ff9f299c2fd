"""Average pooling: the mean pixel of each receptive field, and the share of the gradient each receives."""

from itertools import repeat

import numpy as np

from .. import arguments
from ..fast.blocks import for_each, plane_blocks
from ..elementary import added, reciprocal
from .pooling import Pool, as_stored, checked_backward, checked_field, tap_count
from ..windows import add_to_taps, cropped, empty_padded, padded, taps

__all__ = ["AvgPool2d", "avg_pool2d", "avg_pool2d_backward"]


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
    padding : int or (int, int)
        Less than the kernel size. What is outside counts as 0, and is counted.

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
    x, is_batch = arguments.batch("x", x)
    field = checked_field(x.shape, kernel_size, stride, padding)
    maps, order = as_stored(x)
    maps, share = padded(_divisible(maps), field), reciprocal(tap_count(field), x.dtype)
    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), maps.dtype)

    def work(block):
        across = added(taps(maps[block], field.across))
        np.multiply(added(taps(across, field.down)), share, out=y[block])

    for_each(plane_blocks(len(maps), 2 * maps[0].size), work)
    y = y.transpose(order)
    return y if is_batch else y[0]


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
    dy, shape, field, is_batch = checked_backward(dy, x_shape, kernel_size, stride, padding)
    deltas, order = as_stored(_divisible(dy))
    share = reciprocal(tap_count(field), dy.dtype)
    dx = empty_padded([shape[axis] for axis in order], field, deltas.dtype)

    def work(block):
        part, delta = dx[block], deltas[block]
        across = np.zeros((*delta.shape[:2], *part.shape[2:]), dx.dtype)
        add_to_taps(across, repeat(delta * share), field.across)
        part[...] = 0
        add_to_taps(part, repeat(across), field.down)

    for_each(plane_blocks(len(dx), 2 * dx[0].size), work)
    dx = cropped(dx, field).transpose(order)
    return dx if is_batch else dx[0]


class AvgPool2d(Pool):
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
        y = avg_pool2d(x, **self.options)
        self._kept = np.shape(x)
        return y

    def backward(self, dy):
        """See `Layer.backward` and `avg_pool2d_backward`."""
        return avg_pool2d_backward(dy, self._last(), **self.options)


def _divisible(maps):
    """Turn integers into floats, before their sums can grow too large for them."""
    return maps.astype(float) if maps.dtype.kind == "i" else maps
