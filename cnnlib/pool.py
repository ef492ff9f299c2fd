"""Pooling: the largest or the mean pixel of each receptive field, and the gradients."""

from itertools import repeat

import numpy as np

from . import arguments
from .blocks import for_each, plane_blocks
from .elementary import is_greater, reciprocal
from .windows import Field, add_to_taps, cropped, empty_padded, padded, taps

__all__ = ["avg_pool2d", "avg_pool2d_backward", "checked_options", "first_maximum", "max_pool2d", "max_pool2d_backward"]


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
    field = _field(x.shape, kernel_size, stride, padding)
    maps, order = as_stored(x)
    fill = np.iinfo(x.dtype).min if x.dtype.kind == "i" else -np.inf
    maps = padded(maps, field, fill)

    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), x.dtype)
    winners = np.empty(y.shape, np.min_scalar_type(_taps(field) - 1))
    winners[...] = _first_inside(x.shape[1:3], field)

    def work(block):
        first_maximum(taps(maps[block], field), y[block], winners[block])

    for_each(plane_blocks(len(maps), maps[0].size), work)
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
        As `max_pool2d`; also if dy or winners have not the shape of the
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
    dy, shape, field, is_batch = _checked_backward(dy, x_shape, kernel_size, stride, padding)
    winners = arguments.numbers_below("winners", winners, _taps(field))
    arguments.same_shape("winners", winners, dy.shape if is_batch else dy.shape[1:])

    deltas, order = as_stored(dy)
    won = winners.reshape(dy.shape).transpose(order)
    dx = empty_padded([shape[axis] for axis in order], field, dy.dtype)

    def work(block):
        part = dx[block]
        part[...] = 0
        np.add.at(part.reshape(-1), _places(won[block], part.shape, field), deltas[block].reshape(-1))

    for_each(plane_blocks(len(dx), dx[0].size), work)
    dx = cropped(dx, field).transpose(order)
    return dx if is_batch else dx[0]


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
    field = _field(x.shape, kernel_size, stride, padding)
    maps, order = as_stored(x)
    maps, share = padded(maps, field), reciprocal(_taps(field), x.dtype)
    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), _quotient_type(x.dtype))

    def work(block):
        part = y[block]
        first, *rest = taps(maps[block], field)
        np.add(first, rest[0], out=part) if rest else np.copyto(part, first)
        for pixels in rest[1:]:
            part += pixels
        part *= share

    for_each(plane_blocks(len(maps), maps[0].size), work)
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
        As `max_pool2d`; also if dy has not the shape of the output.

    Notes
    -----
    Chapter "Average pooling": eq-average-pooling-input-gradient.

    Examples
    --------
    The middle pixel is in both windows:

    >>> avg_pool2d_backward(np.array([1, 10]).reshape(1, 2, 1), (1, 3, 1), (1, 2), stride=1).ravel()
    array([0.5, 5.5, 5. ])
    """
    dy, shape, field, is_batch = _checked_backward(dy, x_shape, kernel_size, stride, padding)
    deltas, order = as_stored(dy)
    share = reciprocal(_taps(field), dy.dtype)
    dx = empty_padded([shape[axis] for axis in order], field, _quotient_type(dy.dtype))

    def work(block):
        part = dx[block]
        part[...] = 0
        add_to_taps(part, repeat(deltas[block] * share), field)

    for_each(plane_blocks(len(dx), dx[0].size), work)
    dx = cropped(dx, field).transpose(order)
    return dx if is_batch else dx[0]


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
    for number, candidate in enumerate(candidates, start=1):
        # Later arrays have higher numbers, so the highest one that was better is the last.
        better = is_greater(candidate, values)
        np.maximum(winners, np.multiply(better.view(np.uint8), number, dtype=winners.dtype), out=winners)
        np.maximum(values, candidate, out=values)


def as_stored(maps):
    """View maps in the order in which memory holds them, (N, H, W, C) or (C, H, W, N).

    Returns
    -------
    ndarray, order
        ``transpose(order)`` turns what was made of it back.
    """
    order = (3, 1, 2, 0)
    turned = maps.transpose(order)
    return (turned, order) if turned.flags.c_contiguous else (maps, (0, 1, 2, 3))


def _places(winners, shape, field):
    """Number the pixels that won: their places in padded maps of this shape, written as one row."""
    (n, h, w, c), (s_h, s_w), (d_h, d_w) = shape, field.stride, field.dilation
    u, v = np.divmod(np.arange(_taps(field)), field.kernel_size[1])
    places = np.take((d_h * u * w + d_w * v) * c, winners)
    _, rows, columns, _ = winners.shape
    for axis, (size, step) in enumerate([(n, h * w * c), (rows, s_h * w * c), (columns, s_w * c), (c, 1)]):
        places += (step * np.arange(size)).reshape([-1 if axis == other else 1 for other in range(4)])
    return places.reshape(-1)


def _quotient_type(dtype):
    return np.dtype(float) if dtype.kind == "i" else dtype


def _taps(field):
    return field.kernel_size[0] * field.kernel_size[1]


def _first_inside(input_size, field):
    """Number, for each output pixel, the first tap that does not meet the padding."""
    rows, columns = (
        np.maximum(0, p - s * np.arange(size))
        for size, s, p in zip(field.output_size(input_size), field.stride, field.padding)
    )
    return (rows[:, np.newaxis] * field.kernel_size[1] + columns)[:, :, np.newaxis]


def checked_options(kernel_size, stride, padding):
    """Return the options of a pooling layer as pairs, refusing windows that hold padding only."""
    field = Field.checked(kernel_size, kernel_size if stride is None else stride, padding)
    if any(p >= k for p, k in zip(field.padding, field.kernel_size)):
        raise ValueError(f"padding is {padding!r}; expected less than kernel_size, {kernel_size!r}")
    return {"kernel_size": field.kernel_size, "stride": field.stride, "padding": field.padding}


def _field(x_shape, kernel_size, stride, padding):
    field = Field(**checked_options(kernel_size, stride, padding))
    field.output_size(x_shape[1:3])
    return field


def _checked_backward(dy, x_shape, kernel_size, stride, padding):
    """Return dy as a batch, the shape of the input as a batch, the field, and whether they were one."""
    shape, is_batch = arguments.batch_shape("x_shape", x_shape)
    field = _field(shape, kernel_size, stride, padding)
    dy = arguments.array("dy", dy)
    output = (shape[0], *field.output_size(shape[1:3]), shape[3])
    arguments.same_shape("dy", dy, output if is_batch else output[1:])
    return dy.reshape(output), shape, field, is_batch
