"""Cross-correlation of a batch of maps with a bank of kernels, its gradients, and the layer."""

import numpy as np

from .. import arguments
from ..elementary import quietly
from ..fast import lowering, winograd
from ..windows import Field, padded
from .base import Affine

__all__ = ["Conv2d", "batch_last", "conv2d", "conv2d_backward"]

BATCH_LAST = 3, 1, 2, 0  # turns (N, H, W, C) into (C, H, W, N), and back


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
    Chapters "Multiple kernels" and "Stride": def-multiple-kernels-forward,
    def-stride-general-forward.

    Examples
    --------
    One 2 x 4 map, one kernel of 1 x 2 that takes differences, stride 2 across:

    >>> x = np.array([[1, 4, 9, 16], [0, 2, 0, 5]]).reshape(2, 4, 1)
    >>> w = np.array([[-1, 1]]).reshape(1, 2, 1, 1)
    >>> conv2d(x, w, [10], stride=(1, 2))[..., 0]
    array([[13, 17],
           [12, 15]])

    The same with symbols:

    >>> from cnnlib.proofs import symbols
    >>> conv2d(symbols("x", (1, 3, 1)), symbols("w", (1, 2, 1, 1)))[0, 0, 0]
    w_{0,0,0,0}*x_{0,0,0} + w_{0,1,0,0}*x_{0,1,0}
    """
    x, is_batch, w, field = _checked(x, w, stride, padding, dilation)
    b = np.zeros(w.shape[3], w.dtype) if b is None else arguments.array("b", b, 1, "(F,)")
    arguments.same_shape("b", b, w.shape[3:])
    x, w, b = _of_one_type(x, w, b)

    with quietly():
        y = _correlated(x.transpose(BATCH_LAST), w, b, field).transpose(BATCH_LAST)
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
        As `conv2d`; also if `dy` does not have the shape of the output.

    Notes
    -----
    Chapters "Multiple kernels" and "Stride": eq-multiple-kernels-bias-gradient,
    eq-stride-general-kernel-gradient, eq-stride-general-pairs.

    Examples
    --------
    One row of 5 pixels and 3 taps with stride 2. Both outputs see the middle
    pixel, and its gradient is the sum 4 * 1 + 1 * 10:

    >>> x = np.array([1, 2, 3, 4, 5]).reshape(1, 5, 1)
    >>> w = np.array([1, 2, 4]).reshape(1, 3, 1, 1)
    >>> dx, dw, db = conv2d_backward(np.array([1, 10]).reshape(1, 2, 1), x, w, stride=(1, 2))
    >>> dx.ravel(), dw.ravel(), db
    (array([ 1,  2, 14, 20, 40]), array([31, 42, 53]), array([11]))
    """
    x, is_batch, w, field = _checked(x, w, stride, padding, dilation)
    dy = arguments.array("dy", dy)
    output = (*field.output_size(x.shape[1:3]), w.shape[3])
    arguments.same_shape("dy", dy, (len(x), *output) if is_batch else output)
    dy = dy if is_batch else dy[np.newaxis]

    x, w, dy = _of_one_type(x, w, dy)

    deltas = np.ascontiguousarray(dy.transpose(BATCH_LAST))
    with quietly():
        dx, dw = _correlated_backward(deltas, x.transpose(BATCH_LAST), w, field)
        db = deltas.sum(axis=(1, 2, 3))
    dx = dx.transpose(BATCH_LAST)
    return (dx if is_batch else dx[0]), dw, db


class Conv2d(Affine):
    """Correlate maps with a bank of kernels and add a bias (`conv2d`).

    Parameters
    ----------
    in_channels, out_channels : int
        C and F, at least 1.
    kernel_size : int or (int, int)
    stride, padding, dilation : int or (int, int)
    bias : bool
        Whether there is a bias.
    dtype : float32 or float64
        The type of the parameters.
    rng : int or numpy.random.Generator, optional
        Where the initial weights come from: He's normal distribution, with
        mean 0 and variance 2 / (K_h K_w C). The bias starts at 0.

    Attributes
    ----------
    params, grads : dict
        "weight" of shape (K_h, K_w, C, F) and "bias" of shape (F,). Put
        arrays of SymPy expressions there, and the layer is symbolic.

    Notes
    -----
    Chapter "Multiple kernels": def-multiple-kernels-forward.

    Examples
    --------
    >>> layer = Conv2d(3, 8, (5, 3), stride=2, padding=(2, 1), rng=0)
    >>> layer.params["weight"].shape, layer.params["bias"].shape
    ((5, 3, 3, 8), (8,))
    >>> y = layer.forward(np.ones((4, 9, 6, 3)))
    >>> y.shape
    (4, 5, 3, 8)
    >>> layer.backward(y).shape, layer.grads["weight"].shape
    ((4, 9, 6, 3), (5, 3, 3, 8))
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        *,
        stride=1,
        padding=0,
        dilation=1,
        bias=True,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        channels = arguments.integer("in_channels", in_channels, 1)
        kernels = arguments.integer("out_channels", out_channels, 1)
        size = arguments.integer_pair("kernel_size", kernel_size, 1)
        self.options = {
            "stride": arguments.integer_pair("stride", stride, 1),
            "padding": arguments.integer_pair("padding", padding, 0),
            "dilation": arguments.integer_pair("dilation", dilation, 1),
        }
        self._set_up((*size, channels, kernels), bias, dtype, rng)

    def forward(self, x):
        """Correlate `x`, of shape (N, H, W, C) or (H, W, C)."""
        x = batch_last(x)
        y = conv2d(x, self.params["weight"], self.params.get("bias"), **self.options)
        self._kept = x
        return y

    def backward(self, dy):
        """See `Layer.backward` and `conv2d_backward`."""
        dx, dw, db = conv2d_backward(dy, self._last(), self.params["weight"], **self.options)
        self._store(dw, db)
        return dx


def batch_last(x):
    """Lay maps out in memory as (C, H, W, N), where convolution reads them; their shape stays as it is."""
    x = arguments.array("x", x)
    return x if x.ndim != 4 else padded(x.transpose(BATCH_LAST), Field((1, 1))).transpose(BATCH_LAST)


def _correlated(x, w, b, field):
    if winograd.pays(w, field):
        y = winograd.correlate(x, w, b, field)
        if _are_finite(y):
            return y
    return lowering.correlate(x, w, b, field)


def _correlated_backward(dy, x, w, field):
    if winograd.pays(w, field):
        gradients = winograd.correlate_backward(dy, x, w, field)
        if _are_finite(*gradients):
            return gradients
    return lowering.correlate_backward(dy, x, w, field)


def _are_finite(*arrays):
    """Tell whether no infinity arose: minimal filtering would spread it to outputs that do not see its pixel."""
    return all(np.isfinite(array.sum()) for array in arrays)


def _of_one_type(*arrays):
    """Convert arrays to the type that holds them all."""
    dtype = np.result_type(*arrays)
    return [np.asarray(array, dtype) for array in arrays]


def _checked(x, w, stride, padding, dilation):
    """Return the maps as a batch, whether they were one, the kernels and their field."""
    x, is_batch = arguments.batch("x", x)
    w = arguments.array("w", w, 4, "(K_h, K_w, C, F)")
    if w.shape[2] != x.shape[3]:
        raise ValueError(f"w has shape {w.shape}, for {w.shape[2]} channels; x has shape {x.shape}, with {x.shape[3]}")
    field = Field.checked(w.shape[:2], stride, padding, dilation)
    field.output_size(x.shape[1:3])
    return x, is_batch, w, field
