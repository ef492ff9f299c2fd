"""Dense layers: the one that multiplies by a matrix, and the one that joins it to maps."""

import math

import numpy as np

from .. import arguments
from ..elementary import in_safe_type, quietly, returned
from ..fast.blocks import SHARE, one_blas_thread
from .base import Affine, Layer

__all__ = ["Flatten", "Linear"]


class Linear(Affine):
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
        self._arguments = {"in_features": shape[0], "out_features": shape[1], "bias": bias, "dtype": dtype}

    def forward(self, x):
        """Multiply `x`, of shape (N, in_features) or (in_features,)."""
        x = arguments.array("x", x, (1, 2), "(N, in_features) or (in_features,)")
        weight = arguments.array("weight", self.params["weight"], 2, "(in_features, out_features)")
        bias = arguments.array("bias", self.params.get("bias", np.zeros(weight.shape[1], weight.dtype)))
        arguments.same_shape("bias", bias, weight.shape[1:])
        if x.shape[-1] != weight.shape[0]:
            raise ValueError(
                f"x has shape {x.shape}; expected {weight.shape[0]} features, for a weight of {weight.shape}"
            )
        self._keep(x, weight)
        (x, weight, bias), dtype = in_safe_type(lambda x, w, b: len(weight) * x * w + b, x, weight, bias)
        with quietly(), one_blas_thread(x.size * weight.shape[1], SHARE):
            y = x @ weight + bias  # def-layers-and-deltas-forward
        return returned(y, dtype)

    def backward(self, dy):
        """See `Layer.backward`."""
        x, weight = self._last()
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, (*x.shape[:-1], weight.shape[1]))
        terms = dy.size  # of no sum are there more
        (dy, x, weight), dtype = in_safe_type(lambda dy, x, w: terms * dy * max(x, w, 1), dy, x, weight)
        rows, deltas = np.atleast_2d(x), np.atleast_2d(dy)
        with quietly(), one_blas_thread(x.size * weight.shape[1], SHARE):
            dw = rows.T @ deltas  # eq-layers-and-deltas-weight-gradient
            db = deltas.sum(axis=0)  # eq-layers-and-deltas-bias-gradient
            dx = dy @ weight.T  # eq-layers-and-deltas-input-gradient
        self._store(returned(dw, dtype), returned(db, dtype))
        return returned(dx, dtype)


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
        self._kept = (x.shape,)
        return np.array(x, order="C").reshape(len(x), -1)

    def backward(self, dy):
        """Reshape back. See `Layer.backward`."""
        (shape,) = self._last()
        dy = arguments.array("dy", dy)
        arguments.same_shape("dy", dy, (shape[0], math.prod(shape[1:])))
        return np.array(dy, order="C").reshape(shape)
