"""What every layer has, and what layers with a weight and a bias share."""

import inspect
import math

import numpy as np

from .. import arguments

__all__ = ["Affine", "Layer"]

PAIRS = {"dilation", "kernel_size", "padding", "stride"}  # arguments of which an int means the same on both axes


class Layer:
    """What every layer has.

    ``layer(x)`` is ``layer.forward(x)``. ``repr(layer)`` is the call that makes
    the layer, without what stays at its default and without `rng`.

    *What belongs to whom.* `backward` belongs to the last `forward`: to the
    input, the output and the parameters as they were then. A layer copies what
    it needs of them, and what it returns shares no memory with what it is
    given; so whatever is written into an array in between, and an optimizer's
    step, change no gradient. `params`, `buffers` and `grads` are dicts like
    any other: an array that is put in stays the same array.

    Attributes
    ----------
    params : dict of str to ndarray
        What is learned.
    buffers : dict of str to ndarray
        What a layer remembers and does not learn, such as a running mean; of
        other names than `params`. Files of parameters hold these, too.
    grads : dict of str to ndarray
        After `backward`: the loss's gradient, keyed and shaped like `params`.
    training : bool
        Whether the layer behaves as in training; see `train` and `eval`.

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

    The weight's gradient is that of the input that was seen, x = 2 and not 100:

    >>> from cnnlib import Linear
    >>> layer, x = Linear(1, 1), np.array([2.0])
    >>> y = layer(x)
    >>> x[:] = 100
    >>> dx = layer.backward(np.ones(1))
    >>> layer.grads["weight"]
    array([[2.]])
    """

    training = True

    def __init__(self):
        self.params = {}
        self.buffers = {}
        self.grads = {}
        self._arguments = {}  # what `repr` writes: the arguments of this layer's own `__init__`
        self._kept = None

    def __call__(self, x):
        """Return `forward(x)`."""
        return self.forward(x)

    def __repr__(self):
        parts = []
        for name, parameter in inspect.signature(type(self)).parameters.items():
            value = self._arguments.get(name, parameter.default)
            if parameter.kind is parameter.VAR_POSITIONAL:
                parts += map(_written, self._arguments.get(name, ()))
            elif parameter.kind is parameter.VAR_KEYWORD:
                parts += [f"{key}={_option(key, part)}" for key, part in self._arguments.get(name, {}).items()]
            elif value is parameter.empty:
                parts.append("...")
            elif parameter.default is parameter.empty:
                parts.append(_option(name, value))
            elif name != "rng" and _option(name, value) != _option(name, parameter.default):
                parts.append(f"{name}={_option(name, value)}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def train(self):
        """Behave as in training, which every new layer does.

        Returns
        -------
        Layer
            The layer itself.
        """
        self.training = True
        return self

    def eval(self):
        """Behave as after training: nothing is left to chance, and `buffers` stay as they are.

        Returns
        -------
        Layer
            The layer itself.
        """
        self.training = False
        return self

    def forward(self, x):
        """Return the output for the input `x`, and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, dy):
        """Fill `grads` and return the loss's gradient by the input.

        What `grads` held before is replaced, not added to.

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

    def _keep(self, *state):
        """Keep copies of arrays that others may write into; what a layer has just made goes into `_kept` as it is."""
        self._kept = tuple(np.array(part) if isinstance(part, np.ndarray) else part for part in state)

    def _last(self):
        """Return what `forward` has kept."""
        if self._kept is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self._kept


class Affine(Layer):
    """A layer with a weight and, if wanted, a bias."""

    def _set_up(self, shape, bias, dtype, rng):
        """Draw a weight with He's variance, 2 / (inputs of one output)."""
        dtype = arguments.float_dtype("dtype", dtype)
        deviation = np.sqrt(2 / math.prod(shape[:-1]))
        self.params["weight"] = arguments.generator("rng", rng).normal(0, deviation, shape).astype(dtype)
        if bias:
            self.params["bias"] = np.zeros(shape[-1], dtype)

    def _store(self, dw, db):
        self.grads["weight"] = dw
        if "bias" in self.params:
            self.grads["bias"] = db


def _option(name, value):
    """Write an argument; a pair of one number twice as that number."""
    if name == "dtype":
        return repr(np.dtype(value).name)
    numbers = set(_leaves(value)) if name in PAIRS else ()
    return _written(*numbers) if len(numbers) == 1 else _written(value)


def _leaves(value):
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, tuple) else [value]


def _written(value):
    """Write a value as one would in a program."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))}{',' * (len(value) == 1)})"
    if isinstance(value, np.generic):
        value = value.item()
    return getattr(value, "__name__", None) or arguments.shown(value)
