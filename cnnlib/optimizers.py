"""One step of gradient descent."""

import numpy as np

from . import arguments
from .elementary import quietly
from .layers.base import Layer

__all__ = ["SGD"]


class SGD:
    """Gradient descent on all parameters of a network, with momentum if wanted.

    v = momentum * v + gradient, then parameter = parameter - lr * v

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
            raise TypeError(f"network is {network!r}; expected a Layer")
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
        """
        grads = self.network.grads
        missing = [name for name in self.network.params if name not in grads]
        if missing:
            raise RuntimeError(f"SGD.step needs a backward before it; no gradient of {missing}")
        for name, parameter in self.network.params.items():
            velocity = grads[name]
            with quietly():
                if self.momentum and name in self._velocity:
                    velocity = velocity + self.momentum * self._velocity[name]
                self.network.params[name] = parameter - self.lr * velocity
            self._velocity[name] = velocity
