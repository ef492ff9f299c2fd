"""Cross-correlation of a batch of maps with a bank of kernels, and its gradients."""

import numpy as np

from . import arguments
from .windows import Field, scatter, windows

__all__ = ["conv2d", "conv2d_backward"]


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Correlate every map with every kernel and add the bias.

    y[n, i, j, f] = b[f] + sum over u, v, c of
    w[u, v, c, f] * x[n, s*i + d*u - p, s*j + d*v - p, c]

    Parameters
    ----------
    x : array_like, shape (N, H, W, C) or (H, W, C)
        Input maps: numbers of any type, or SymPy expressions.
    w : array_like, shape (K_h, K_w, C, F)
        F kernels.
    b : array_like, shape (F,), optional
        One bias per kernel; none is 0.
    stride, padding, dilation : int or (int, int)
        s >= 1, p >= 0 and d >= 1, for rows and columns.

    Returns
    -------
    ndarray, shape (N, H_o, W_o, F) or (H_o, W_o, F)
        H_o = floor((H + 2p - d (K_h - 1) - 1) / s) + 1. Floats keep the
        wider of the types that came in; integers and objects stay exact.

    Raises
    ------
    TypeError
        If an array is not made of integers, floats or objects.
    ValueError
        If shapes do not match or the kernel is larger than the padded input.

    Notes
    -----
    Chapter "One kernel", equation def-single-kernel-forward.
    """
    x, is_batch, w, field = _checked(x, w, stride, padding, dilation)
    y = np.tensordot(windows(x, field), w, axes=3)
    if b is not None:
        b = arguments.array("b", b, 1, "(F,)")
        arguments.same_shape("b", b, w.shape[3:])
        y = y + b
    return y if is_batch else y[0]


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Gradients of a loss with respect to the input, the kernels and the bias.

    Parameters
    ----------
    dy : array_like, shape of the output of `conv2d`
        The gradient of the loss with respect to that output, delta.
    x, w, stride, padding, dilation
        What `conv2d` was given.

    Returns
    -------
    dx : ndarray, shape of x
        sum over i, j, u, v, f with s*i + d*u - p = r and s*j + d*v - p = q of
        w[u, v, c, f] * dy[n, i, j, f], for the input pixel (r, q)
    dw : ndarray, shape of w
        sum over n, i, j of x[n, s*i + d*u - p, s*j + d*v - p, c] * dy[n, i, j, f]
    db : ndarray, shape (F,)
        sum over n, i, j of dy[n, i, j, f]

    Raises
    ------
    TypeError, ValueError
        As `conv2d`; also if `dy` has not the shape of the output.

    Notes
    -----
    Chapter "One kernel", equations eq-single-kernel-input-gradient,
    eq-single-kernel-kernel-gradient and eq-single-kernel-bias-gradient.
    """
    x, is_batch, w, field = _checked(x, w, stride, padding, dilation)
    dy = arguments.array("dy", dy)
    output = (*field.output_size(x.shape[1:3]), w.shape[3])
    arguments.same_shape("dy", dy, (len(x), *output) if is_batch else output)
    dy = dy if is_batch else dy[np.newaxis]

    dx = scatter(np.tensordot(dy, w, axes=(3, 3)), field, x.shape[1:3])
    dw = np.tensordot(windows(x, field), dy, axes=((0, 1, 2), (0, 1, 2)))
    db = dy.sum(axis=(0, 1, 2))
    return (dx if is_batch else dx[0]), dw, db


def _checked(x, w, stride, padding, dilation):
    """Return the maps as a batch, whether they were one, the kernels and their field."""
    x, is_batch = arguments.batch("x", x)
    w = arguments.array("w", w, 4, "(K_h, K_w, C, F)")
    if w.shape[2] != x.shape[3]:
        raise ValueError(f"w has shape {w.shape}, for {w.shape[2]} channels; x has shape {x.shape}, with {x.shape[3]}")
    field = Field.checked(w.shape[:2], stride, padding, dilation)
    field.output_size(x.shape[1:3])
    return x, is_batch, w, field
