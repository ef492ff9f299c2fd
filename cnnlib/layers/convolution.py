"""Cross-correlation of a batch of maps with a bank of kernels, its gradients, and the layer."""

import numpy as np

from .. import arguments, fast, operands
from ..elementary import quietly
from ..windows import Field, scatter, windows
from .base import Affine

__all__ = ["Conv2d", "conv2d", "conv2d_backward"]


@quietly()
def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Correlate every map with every kernel and add the bias.

    y[n, i, j, f] = b[f] + sum over u, v, c of
    w[u, v, c, f] * x[n, s*i + d*u - p, s*j + d*v - p, c]

    Parameters
    ----------
    x : array_like, shape (N, H, W, C) or (H, W, C)
        Input maps: numbers of any type, or SymPy expressions.
    w : array_like, shape (K_h, K_w, C / groups, F)
        F kernels.
    b : array_like, shape (F,), optional
        One bias per kernel; none is 0.
    stride, dilation : int or (int, int)
        s >= 1 and d >= 1, for rows and columns.
    padding : int, (int, int), ((int, int), (int, int)) or "same"
        Zeros around the maps: p >= 0 on all sides, or for rows and columns,
        or ((top, bottom), (left, right)). "same" keeps the size of the maps
        at stride 1; what is odd comes at the bottom and on the right.
    groups : int
        Channels and kernels are cut into so many groups, and a kernel sees
        the channels of its own group only.

    Returns
    -------
    ndarray, shape (N, H_o, W_o, F) or (H_o, W_o, F)
        H_o = floor((H + p_top + p_bottom - d (K_h - 1) - 1) / s) + 1. Floats
        keep the wider of the types that came in; integers and objects stay
        exact, and where int64 does not hold them come as Python's integers.

    Raises
    ------
    TypeError
        If an array is not made of integers, floats or objects.
    ValueError
        If shapes do not match, the kernel is larger than the padded input, or
        channels or kernels do not go into groups.

    Notes
    -----
    Chapters "Multiple kernels" and "Stride": def-multiple-kernels-forward,
    def-stride-general-forward. The layer runs `cnnlib.fast.conv2d`, which
    does the same in blocks.

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
    x, w, b, field, form = operands.convolution(x, w, b, stride, padding, dilation, groups)
    y = _contracted(windows(x, field), w, 3, field.groups) + b  # def-stride-general-forward
    return form.maps(y)


@quietly()
def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Gradients of a loss with respect to the input, the kernels and the bias.

    Parameters
    ----------
    dy : array_like, shape of the output of `conv2d`
        The gradient of the loss with respect to that output, delta.
    x, w, stride, padding, dilation, groups
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
    eq-stride-general-kernel-gradient, eq-stride-general-bias-gradient,
    eq-stride-general-pairs.

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
    dy, x, w, field, form = operands.convolution_backward(dy, x, w, stride, padding, dilation, groups)
    pixels = 0, 1, 2  # the axes n, i, j
    dw = _contracted(windows(x, field), dy, (pixels, pixels), field.groups)  # eq-stride-general-kernel-gradient
    db = dy.sum(pixels)  # eq-stride-general-bias-gradient
    dfields = _contracted(dy, w, (3, 3), field.groups)  # eq-fast-convolution-field-gradient
    dx = scatter(dfields, field, x.shape[1:3])  # eq-stride-general-pairs
    return form.maps(dx), form.array(dw), form.array(db)


class Conv2d(Affine):
    """Correlate maps with a bank of kernels and add a bias (`conv2d`).

    Parameters
    ----------
    in_channels, out_channels : int
        C and F, at least 1.
    kernel_size : int or (int, int)
    stride, padding, dilation, groups
        As for `conv2d`.
    bias : bool
        Whether there is a bias.
    dtype : float32 or float64
        The type of the parameters.
    rng : int or numpy.random.Generator, optional
        Where the initial weights come from: He's normal distribution, with
        mean 0 and variance 2 / (K_h K_w C / groups). The bias starts at 0.

    Attributes
    ----------
    params, grads : dict
        "weight" of shape (K_h, K_w, C / groups, F) and "bias" of shape (F,).
        Put arrays of SymPy expressions there, and the layer is symbolic.

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
        groups=1,
        bias=True,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        channels = arguments.integer("in_channels", in_channels, 1)
        kernels = arguments.integer("out_channels", out_channels, 1)
        field = Field.checked(kernel_size, stride, padding, dilation, groups)
        for name, count in {"in_channels": channels, "out_channels": kernels}.items():
            if count % field.groups:
                raise ValueError(f"{name} is {count}; expected a number that {field.groups} groups share evenly")
        self.options = {name: getattr(field, name) for name in ("stride", "padding", "dilation", "groups")}
        self._set_up((*field.kernel_size, channels // field.groups, kernels), bias, dtype, rng)
        self._arguments = {"in_channels": channels, "out_channels": kernels, "kernel_size": field.kernel_size}
        self._arguments |= self.options | {"bias": bias, "dtype": dtype}

    def forward(self, x):
        """Correlate `x`, of shape (N, H, W, C) or (H, W, C)."""
        x = fast.batch_last(x)
        y = fast.conv2d(x, self.params["weight"], self.params.get("bias"), **self.options)
        self._kept = x, np.array(self.params["weight"])  # both copies, as `_keep` would make them
        return y

    def backward(self, dy):
        """See `Layer.backward` and `conv2d_backward`."""
        dx, dw, db = fast.conv2d_backward(dy, *self._last(), **self.options)
        self._store(dw, db)
        return dx


def _contracted(left, right, axes, groups):
    """Multiply two arrays and sum over axes of theirs, group by group: the last axes are cut into groups, the result's too."""
    parts = zip(np.split(left, groups, axis=-1), np.split(right, groups, axis=-1))
    return np.concatenate([np.tensordot(*part, axes) for part in parts], axis=-1)
