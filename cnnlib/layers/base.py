"""What every layer has, and what layers with a weight and a bias share."""

import math

import numpy as np

from .. import arguments

__all__ = ["Affine", "Layer"]


class Layer:
    """What every layer has.

    Attributes
    ----------
    params : dict of str to ndarray
        What is learned.
    grads : dict of str to ndarray
        After `backward`: the loss's gradient, keyed and shaped like `params`.

    Examples
    --------
    A layer of one's own, which doubles its input:

    >>> class Double(Layer):
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, dy):
    ...         return 2 * dy
    >>> from cnnlib import check_adjoint
    >>> check_adjoint(Double(), (2, 3))
    adjoint check: input exact in integers
    """

    def __init__(self):
        self.params = {}
        self.grads = {}
        self._kept = None

    def forward(self, x):
        """Return the output for the input `x`, and keep what `backward` needs."""
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

    def _last(self):
        if self._kept is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self._kept


class Affine(Layer):
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
