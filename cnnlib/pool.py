"""Pooling: the largest or the mean pixel of each receptive field, and the gradients."""

import numpy as np

from . import arguments
from .elementary import is_greater, reciprocal
from .windows import Field, padded, scatter_taps, taps

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
        first.

    Raises
    ------
    TypeError
        If x is not made of integers, floats or objects, or holds
        expressions whose order is not known.
    ValueError
        If a shape or an option makes no sense.

    Notes
    -----
    Chapter "Max pooling".
    """
    x, is_batch = arguments.batch("x", x)
    field = _field(x.shape, kernel_size, stride, padding)
    fill = np.iinfo(x.dtype).min if x.dtype.kind == "i" else -np.inf
    y, winners = first_maximum(taps(padded(x, field, fill), field), _first_inside(x.shape[1:3], field))
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
    Chapter "Max pooling".
    """
    dy, shape, field, is_batch = _checked_backward(dy, x_shape, kernel_size, stride, padding)
    winners = arguments.array("winners", winners)
    arguments.same_shape("winners", winners, dy.shape if is_batch else dy.shape[1:])
    size = field.kernel_size[0] * field.kernel_size[1]
    arguments.in_range("winners", winners, size)

    winners = winners.reshape(dy.shape)
    parts = (np.where(winners == tap, dy, 0) for tap in range(size))
    dx = scatter_taps(parts, field, shape, dy.dtype)
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
    Chapter "Average pooling".
    """
    x, is_batch = arguments.batch("x", x)
    field = _field(x.shape, kernel_size, stride, padding)
    y = sum(taps(padded(x, field), field)) * _share(x.dtype, field)
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
    Chapter "Average pooling".
    """
    dy, shape, field, is_batch = _checked_backward(dy, x_shape, kernel_size, stride, padding)
    share = dy * _share(dy.dtype, field)
    dx = scatter_taps((share for _ in np.ndindex(*field.kernel_size)), field, shape, share.dtype)
    return dx if is_batch else dx[0]


def first_maximum(candidates, first=0):
    """Compare arrays entry by entry: the largest values, and which array held them.

    Parameters
    ----------
    candidates : iterable of ndarray, all of one shape
    first : int or array_like of int
        The winner where all candidates are equal.

    Returns
    -------
    values, winners : ndarray
        Of equal candidates the first wins.
    """
    candidates = iter(candidates)
    values = next(candidates).copy()
    winners = np.empty(values.shape, np.intp)
    winners[...] = first
    for number, candidate in enumerate(candidates, start=1):
        np.copyto(winners, number, where=is_greater(candidate, values))
        np.maximum(values, candidate, out=values)
    return values, winners


def _first_inside(input_size, field):
    """Number, for each output pixel, the first tap that does not meet the padding."""
    rows, columns = (
        np.maximum(0, p - s * np.arange(size))
        for size, s, p in zip(field.output_size(input_size), field.stride, field.padding)
    )
    return (rows[:, np.newaxis] * field.kernel_size[1] + columns)[:, :, np.newaxis]


def _share(dtype, field):
    return reciprocal(field.kernel_size[0] * field.kernel_size[1], dtype)


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
