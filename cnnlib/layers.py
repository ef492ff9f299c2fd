"""Layers with parameters, and the one that joins them to maps."""

import math

import numpy as np

from . import arguments
from .conv import batch_last, conv2d, conv2d_backward
from .elementary import quietly
from .layer import Layer

__all__ = ["Conv2d", "Flatten", "Linear"]


class _Affine(Layer):
    """A layer with a weight and, if wanted, a bias."""

    def _set_up(self, shape, bias, dtype, rng):
        """Draw a weight with He's variance, 2 / (inputs of one output)."""
        dtype = arguments.float_dtype("dtype", dtype)
        deviation = np.sqrt(2 / math.prod(shape[:-1]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, deviation, shape).astype(dtype)
        if bias:
            self.params["bias"] = np.zeros(shape[-1], dtype)

    def _store(self, dw, db):
        self.grads["weight"] = dw
        if "bias" in self.params:
            self.grads["bias"] = db


class Conv2d(_Affine):
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


class Linear(_Affine):
    """Multiply feature vectors by a matrix and add a bias.

    y[n, o] = b[o] + sum over i of x[n, i] * w[i, o]

    Parameters
    ----------
    in_features, out_features : int
        At least 1.
    bias, dtype, rng
        As for `Conv2d`; the variance of He's distribution is 2 / in_features.

    Attributes
    ----------
    params, grads : dict
        "weight" of shape (in_features, out_features) and "bias" of shape
        (out_features,).

    Notes
    -----
    Chapter "Layers and deltas": def-layers-and-deltas-forward,
    eq-layers-and-deltas-weight-gradient, eq-layers-and-deltas-input-gradient.

    Examples
    --------
    >>> layer = Linear(3, 2)
    >>> layer.params["weight"] = np.array([[1, 0], [0, 1], [5, 5]])
    >>> layer.params["bias"] = np.array([0, 100])
    >>> layer.forward([[1, 2, 3]])
    array([[ 16, 117]])
    >>> layer.backward([[1, -1]])
    array([[ 1, -1,  0]])
    >>> layer.grads["weight"]
    array([[ 1, -1],
           [ 2, -2],
           [ 3, -3]])
    """

    def __init__(self, in_features, out_features, *, bias=True, dtype=np.float32, rng=None):
        super().__init__()
        shape = arguments.integer("in_features", in_features, 1), arguments.integer("out_features", out_features, 1)
        self._set_up(shape, bias, dtype, rng)

    def forward(self, x):
        """Multiply `x`, of shape (N, in_features) or (in_features,)."""
        x = arguments.array("x", x, (1, 2), "(N, in_features) or (in_features,)")
        weight = self.params["weight"]
        if x.shape[-1] != weight.shape[0]:
            raise ValueError(f"x has shape {x.shape}; expected {weight.shape[0]} features, for a weight of {weight.shape}")
        with quietly():
            y = x @ weight + self.params.get("bias", 0)
        self._kept = x
        return y

    def backward(self, dy):
        """See `Layer.backward`."""
        x, weight = self._last(), self.params["weight"]
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, (*x.shape[:-1], weight.shape[1]))
        rows, deltas = np.atleast_2d(x), np.atleast_2d(dy)
        with quietly():
            self._store(rows.T @ deltas, deltas.sum(axis=0))
            return dy @ weight.T


class Flatten(Layer):
    """Write each example of a batch as one row, in row-major order.

    Notes
    -----
    Chapter "The Jacobian view": def-jacobian-view-vec.

    Examples
    --------
    >>> Flatten().forward(np.zeros((4, 2, 3, 5))).shape
    (4, 30)
    """

    def forward(self, x):
        """Reshape `x` from (N, ...) to (N, the product of the rest)."""
        x = arguments.array("x", x)
        if x.ndim < 2:
            raise ValueError(f"x has shape {x.shape}; expected a batch, (N, ...)")
        self._kept = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        """Reshape back. See `Layer.backward`."""
        shape = self._last()
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, (shape[0], math.prod(shape[1:])))
        return dy.reshape(shape)
