"""Max pooling: the largest pixel of each receptive field, and where its gradient goes."""

import numpy as np

from .. import arguments
from ..fast.blocks import for_each, plane_blocks
from ..elementary import is_greater
from .pooling import Pool, as_stored, checked_backward, checked_field, tap_count
from ..windows import cropped, empty_padded, padded, taps

__all__ = ["MaxPool2d", "first_maximum", "max_pool2d", "max_pool2d_backward"]


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
    padding : int or (int, int)
        Less than the kernel size. What is outside counts as minus infinity.

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
    x, is_batch = arguments.batch("x", x)
    field = checked_field(x.shape, kernel_size, stride, padding)
    maps, order = as_stored(x)
    fill = np.iinfo(x.dtype).min if x.dtype.kind == "i" else -np.inf
    maps = padded(maps, field, fill)

    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), x.dtype)
    winners = np.empty(y.shape, np.min_scalar_type(tap_count(field) - 1))
    winners[...] = _first_inside(x.shape[1:3], field)

    def work(block):
        first_maximum(taps(maps[block], field), y[block], winners[block])

    for_each(plane_blocks(len(maps), 2 * maps[0].size), work)
    y, winners = y.transpose(order), winners.transpose(order)
    return (y, winners) if is_batch else (y[0], winners[0])


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
    dy, shape, field, is_batch = checked_backward(dy, x_shape, kernel_size, stride, padding)
    winners = arguments.numbers_below("winners", winners, tap_count(field))
    arguments.same_shape("winners", winners, dy.shape if is_batch else dy.shape[1:])

    deltas, order = as_stored(dy)
    won = winners.reshape(dy.shape).transpose(order)
    dx = empty_padded([shape[axis] for axis in order], field, dy.dtype)

    blocks = plane_blocks(len(dx), 2 * dx[0].size)
    numbers = np.arange(dx[blocks[0]].size).reshape(dx[blocks[0]].shape)
    met = list(taps(numbers, field))  # the pixels that each tap meets, by their numbers
    offsets = np.array([pixels.flat[0] for pixels in met])

    def work(block):
        part = dx[block]
        part[...] = 0
        places = np.take(offsets, won[block].astype(np.intp))  # np.take is slow with bytes
        places += met[0][: len(part)]
        np.add.at(part.reshape(-1), places.reshape(-1), deltas[block].reshape(-1))

    for_each(blocks, work)
    dx = cropped(dx, field).transpose(order)
    return dx if is_batch else dx[0]


class MaxPool2d(Pool):
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
        y, winners = max_pool2d(x, **self.options)
        self._kept = winners, np.shape(x)
        return y

    def backward(self, dy):
        """See `Layer.backward` and `max_pool2d_backward`."""
        return max_pool2d_backward(dy, *self._last(), **self.options)


def first_maximum(candidates, values, winners):
    """Find the largest of several arrays, entry by entry, and which one holds it.

    Parameters
    ----------
    candidates : iterable of ndarray
    values : ndarray
        Receives the largest entries.
    winners : ndarray of int
        Receives the number of the array that held them, the first of equal
        ones; it starts as the number of the first array that may win.
    """
    candidates = iter(candidates)
    np.copyto(values, next(candidates))
    numbers = np.empty_like(winners)
    for number, candidate in enumerate(candidates, start=1):
        # Later arrays have higher numbers, so the highest one that was better is the last.
        better = is_greater(candidate, values)
        np.multiply(better.view(np.uint8), number, out=numbers, dtype=numbers.dtype)
        np.maximum(winners, numbers, out=winners)
        np.maximum(values, candidate, out=values)


def _first_inside(input_size, field):
    """Number, for each output pixel, the first tap that does not meet the padding."""
    rows, columns = (
        np.maximum(0, p - s * np.arange(size))
        for size, s, p in zip(field.output_size(input_size), field.stride, field.padding)
    )
    return (rows[:, np.newaxis] * field.kernel_size[1] + columns)[:, :, np.newaxis]
