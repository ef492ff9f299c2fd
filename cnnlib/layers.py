"""Layers: a forward pass, a backward pass, parameters and their gradients."""

import numpy as np

from . import arguments
from .conv import conv2d, conv2d_backward

__all__ = ["Conv2d", "Layer"]


class Layer:
    """What every layer has.

    Attributes
    ----------
    params : dict of str to ndarray
        What is learned.
    grads : dict of str to ndarray
        After `backward`: the loss's gradient, keyed and shaped like `params`.
    """

    def __init__(self):
        self.params = {}
        self.grads = {}
        self._input = None

    def forward(self, x):
        """Return the output for the input `x`, and keep `x` for `backward`."""
        raise NotImplementedError

    def backward(self, dy):
        """Fill `grads` and return the loss's gradient by the input.

        Parameters
        ----------
        dy : array_like, shape of the output
            The loss's gradient by the output of the last `forward`.

        Raises
        ------
        RuntimeError
            If `forward` has not run before.
        """
        raise NotImplementedError

    def _last_input(self):
        if self._input is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self._input


class Conv2d(Layer):
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
    Chapter "One kernel".
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
        (channels, kernels) = (
            arguments.integer("in_channels", in_channels, 1),
            arguments.integer("out_channels", out_channels, 1),
        )
        size = arguments.integer_pair("kernel_size", kernel_size, 1)
        dtype = arguments.float_dtype("dtype", dtype)
        self.hyper = {
            "stride": arguments.integer_pair("stride", stride, 1),
            "padding": arguments.integer_pair("padding", padding, 0),
            "dilation": arguments.integer_pair("dilation", dilation, 1),
        }
        deviation = np.sqrt(2 / (size[0] * size[1] * channels))
        weight = np.random.default_rng(rng).normal(0, deviation, (*size, channels, kernels))
        self.params["weight"] = weight.astype(dtype)
        if bias:
            self.params["bias"] = np.zeros(kernels, dtype)

    def forward(self, x):
        """Correlate `x`, of shape (N, H, W, C) or (H, W, C)."""
        y = conv2d(x, self.params["weight"], self.params.get("bias"), **self.hyper)
        self._input = np.asarray(x)
        return y

    def backward(self, dy):
        """See `Layer.backward` and `conv2d_backward`."""
        dx, dw, db = conv2d_backward(dy, self._last_input(), self.params["weight"], **self.hyper)
        self.grads["weight"] = dw
        if "bias" in self.params:
            self.grads["bias"] = db
        return dx
