"""`conv2d` and `conv2d_backward` in blocks, with the batch last in memory."""

import numpy as np

from .. import arguments, operands
from ..elementary import quietly
from . import lowering

__all__ = ["batch_last", "conv2d", "conv2d_backward"]

BATCH_LAST = 3, 1, 2, 0  # turns (N, H, W, C) into (C, H, W, N), and back


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Do what `cnnlib.conv2d` does, in blocks.

    Notes
    -----
    Chapter "Fast convolution": eq-fast-convolution-product,
    eq-fast-convolution-two-steps.

    Examples
    --------
    >>> conv2d(np.arange(4).reshape(1, 4, 1), np.array([-1, 2]).reshape(1, 2, 1, 1), [10]).ravel()
    array([12, 13, 14])
    """
    x, w, b, field, form = operands.convolution(x, w, b, stride, padding, dilation, groups)
    y = lowering.correlate(x.transpose(BATCH_LAST), w, b, field)
    return form.maps(y.transpose(BATCH_LAST))


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Do what `cnnlib.conv2d_backward` does, in blocks.

    Notes
    -----
    Chapter "Fast convolution": eq-fast-convolution-kernel-gradient,
    eq-fast-convolution-field-gradient.

    Examples
    --------
    >>> x, w = np.arange(4).reshape(1, 4, 1), np.array([-1, 2]).reshape(1, 2, 1, 1)
    >>> dx, dw, db = conv2d_backward(np.ones((1, 3, 1), int), x, w)
    >>> dx.ravel(), dw.ravel(), db
    (array([-1,  1,  1,  2]), array([3, 6]), array([3]))
    """
    dy, x, w, field, form = operands.convolution_backward(dy, x, w, stride, padding, dilation, groups)
    deltas = np.ascontiguousarray(dy.transpose(BATCH_LAST))
    dx, dw = lowering.correlate_backward(deltas, x.transpose(BATCH_LAST), w, field)
    with quietly():
        db = deltas.sum(axis=(1, 2, 3))
    return form.maps(dx.transpose(BATCH_LAST)), form.array(dw), form.array(db)


def batch_last(x):
    """Copy maps as convolution reads them, (C, H, W, N) in memory; their shape stays as it is.

    Examples
    --------
    >>> x = np.zeros((5, 3, 4, 2), np.int8)
    >>> batch_last(x).shape, batch_last(x).strides[0] == batch_last(x).itemsize
    ((5, 3, 4, 2), True)
    """
    x = arguments.array("x", x)
    if x.ndim != 4:
        return x.copy()
    n, h, w, c = x.shape
    maps = np.empty((c, h, w, n), x.dtype)
    for row in range(h):  # row by row, so that what is turned round stays in the cache
        maps[:, row] = x[:, row].transpose(2, 1, 0)
    return maps.transpose(BATCH_LAST)
