"""One step of gradient descent."""

import numpy as np

from . import arguments
from .elementary import quietly
from .layers.base import Layer

__all__ = ["SGD"]


class SGD:
    """Gradient descent on all parameters of a network, with momentum if wanted.

    v = momentum * v + gradient, then parameter = parameter - lr * v

    All is computed in the type of the parameter, which therefore stays what it
    is, whatever the types of the gradient and of `lr`. A step makes new arrays
    and writes into no old one.

    Parameters
    ----------
    network : Layer
    lr : number
        The learning rate, more than 0.
    momentum : number
        From 0, which is none, up to but not including 1.

    Notes
    -----
    Chapter "Layers and deltas": def-layers-and-deltas-step.

    Examples
    --------
    One step on (1/2) (2 w - 10)^2, from w = 1 towards w = 5:

    >>> from cnnlib import HalfSquaredError, Linear
    >>> layer, loss = Linear(1, 1, bias=False), HalfSquaredError()
    >>> layer.params["weight"] = np.array([[1.0]])
    >>> loss.forward(layer.forward([[2.0]]), [[10.0]])
    np.float64(32.0)
    >>> dx = layer.backward(loss.backward())
    >>> SGD(layer, lr=0.125).step()
    >>> layer.params["weight"]
    array([[3.]])
    """

    def __init__(self, network, lr, *, momentum=0.0):
        if not isinstance(network, Layer):
            raise TypeError(f"network is {arguments.shown(network)}; expected a Layer")
        arguments.number("lr", lr, lambda lr: 0 < lr < np.inf, "more than 0 and finite")
        arguments.number("momentum", momentum, lambda momentum: 0 <= momentum < 1, "at least 0 and less than 1")
        self.network, self.lr, self.momentum = network, lr, momentum
        self._velocity = {}

    def step(self):
        """Move every parameter once.

        Raises
        ------
        RuntimeError
            If a gradient is missing: `backward` has not run.
        TypeError
            If a parameter is made of integers, which a step would round, or a
            gradient of objects and its parameter is not.
        ValueError
            If a gradient, or the momentum so far, has another shape than its
            parameter. With any of these errors, nothing has been changed.
        """
        params, grads = self.network.params, self.network.grads
        missing = [name for name in params if name not in grads]
        if missing:
            raise RuntimeError(f"SGD.step needs a backward before it; no gradient of {missing}")
        moved, velocities = {}, {}
        for name, parameter in params.items():
            gradient = np.asarray(grads[name])
            _check_types(name, parameter.dtype, gradient.dtype)
            arguments.same_shape(f"grads[{name!r}]", gradient, parameter.shape)
            lr, momentum = (_number(key, getattr(self, key), parameter.dtype) for key in ("lr", "momentum"))
            with quietly():
                velocity = np.array(gradient, parameter.dtype)
                if momentum and name in self._velocity:
                    arguments.same_shape(f"momentum of {name!r}", self._velocity[name], parameter.shape)
                    velocity = velocity + momentum * self._velocity[name].astype(parameter.dtype)
                moved[name] = parameter - lr * velocity
            velocities[name] = velocity
        params.update(moved)
        self._velocity = velocities


def _check_types(name, parameter, gradient):
    """Refuse a step that cannot be taken in the type of the parameter."""
    if parameter.kind not in "fO":
        raise TypeError(
            f"params[{name!r}] has dtype {parameter}; expected floats or objects, which keep what a step gives"
        )
    if parameter.kind == "f" and gradient.kind not in "fiu":
        raise TypeError(f"grads[{name!r}] has dtype {gradient}; expected numbers that fit {parameter}")


def _number(name, value, dtype):
    """Return a number in the type of the parameter that it helps to move."""
    try:
        with quietly():
            return value if dtype == object else dtype.type(value)
    except TypeError:
        raise TypeError(f"{name} is {arguments.shown(value)}; expected a number that fits {dtype}") from None
