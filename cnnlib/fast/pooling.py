"""Pooling tap by tap, over whole planes of maps at once, in the order in which memory holds them."""

import math
from itertools import repeat

import numpy as np

from .. import operands
from ..elementary import added, is_greater, lowest, reciprocal
from ..windows import add_to_taps, cropped, empty_padded, padded, taps
from .blocks import for_each, plane_blocks

__all__ = ["avg_pool2d", "avg_pool2d_backward", "first_maximum", "max_pool2d", "max_pool2d_backward"]


def max_pool2d(x, kernel_size, *, stride=None, padding=0):
    """Do what `cnnlib.max_pool2d` does, tap by tap.

    Notes
    -----
    Chapter "Max pooling": def-max-pooling-forward.

    Examples
    --------
    >>> y, winners = max_pool2d(np.array([1, 7, 5, 2]).reshape(1, 4, 1), (1, 2))
    >>> y.ravel(), winners.ravel()
    (array([7, 5]), array([1, 0], dtype=uint8))
    """
    x, field, form = operands.max_pooling(x, kernel_size, stride, padding)
    maps, order = as_stored(x)
    maps = padded(maps, field, lowest(x.dtype))

    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), x.dtype)
    winners = np.empty(y.shape, operands.winner_type(field))
    winners[...] = field.first_inside(x.shape[1:3])[:, :, np.newaxis]

    def work(block):
        first_maximum(taps(maps[block], field), y[block], winners[block])

    for_each(plane_blocks(len(maps), 2 * maps[0].size), work)
    return form.maps(y.transpose(order)), form.maps(winners.transpose(order), winners.dtype)


def max_pool2d_backward(dy, winners, x_shape, kernel_size, *, stride=None, padding=0):
    """Do what `cnnlib.max_pool2d_backward` does, with one addition for each output and the pixels in one row of numbers.

    Notes
    -----
    Chapter "Max pooling": eq-max-pooling-input-gradient.

    Examples
    --------
    >>> max_pool2d_backward(np.array([10, 20]).reshape(1, 2, 1), [[[1], [0]]], (1, 4, 1), (1, 2)).ravel()
    array([ 0, 10, 20,  0])
    """
    dy, winners, shape, field, form = operands.max_pooling_backward(dy, winners, x_shape, kernel_size, stride, padding)
    deltas, order = as_stored(dy)
    won = winners.transpose(order)
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
    return form.maps(cropped(dx, field).transpose(order))


def avg_pool2d(x, kernel_size, *, stride=None, padding=0):
    """Do what `cnnlib.avg_pool2d` does: sums across, then down.

    Notes
    -----
    Chapter "Average pooling": def-average-pooling-forward.

    Examples
    --------
    >>> avg_pool2d(np.array([1, 7, 5, 2]).reshape(1, 4, 1), (1, 2)).ravel()
    array([4. , 3.5])
    """
    x, field, form = operands.average_pooling(x, kernel_size, stride, padding)
    maps, order = as_stored(x)
    maps, share = padded(maps, field), reciprocal(math.prod(field.kernel_size), x.dtype)
    y = np.empty((len(maps), *field.output_size(x.shape[1:3]), maps.shape[3]), maps.dtype)

    def work(block):
        across = added(taps(maps[block], field.across))
        np.multiply(added(taps(across, field.down)), share, out=y[block])

    for_each(plane_blocks(len(maps), 2 * maps[0].size), work)
    return form.maps(y.transpose(order))


def avg_pool2d_backward(dy, x_shape, kernel_size, *, stride=None, padding=0):
    """Do what `cnnlib.avg_pool2d_backward` does: shares across, then down.

    Notes
    -----
    Chapter "Average pooling": eq-average-pooling-input-gradient.

    Examples
    --------
    >>> avg_pool2d_backward(np.array([10, 20]).reshape(1, 2, 1), (1, 4, 1), (1, 2)).ravel()
    array([ 5.,  5., 10., 10.])
    """
    dy, shape, field, form = operands.average_pooling_backward(dy, x_shape, kernel_size, stride, padding)
    deltas, order = as_stored(dy)
    share = reciprocal(math.prod(field.kernel_size), dy.dtype)
    dx = empty_padded([shape[axis] for axis in order], field, deltas.dtype)

    def work(block):
        part, delta = dx[block], deltas[block]
        across = np.zeros((*delta.shape[:2], *part.shape[2:]), dx.dtype)
        add_to_taps(across, repeat(delta * share), field.across)
        part[...] = 0
        add_to_taps(part, repeat(across), field.down)

    for_each(plane_blocks(len(dx), 2 * dx[0].size), work)
    return form.maps(cropped(dx, field).transpose(order))


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


def first_maximum(candidates, values, winners):
    """Find the largest of several arrays, entry by entry, and which one holds it.

    Parameters
    ----------
    candidates : iterable of ndarray
    values : ndarray
        Receives the largest entries; a NaN is larger than all.
    winners : ndarray of int
        Receives the number of the array that held them, the first of equal
        ones; it starts as the number of the first array that may win.
    """
    candidates = list(candidates)
    np.copyto(values, candidates[0])
    numbers = np.empty_like(winners)
    for number, candidate in enumerate(candidates[1:], start=1):
        # Later arrays have higher numbers, so the highest one that was better is the last.
        better = is_greater(candidate, values)
        np.multiply(better.view(np.uint8), number, out=numbers, dtype=numbers.dtype)
        np.maximum(winners, numbers, out=winners)
        np.maximum(values, candidate, out=values)
    if values.dtype.kind == "f" and np.isnan(values).any():  # nothing is greater than a NaN, nor a NaN than anything
        for number, candidate in reversed(list(enumerate(candidates))):
            winners[np.isnan(candidate)] = number
