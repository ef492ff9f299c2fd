"""Layers in a row, and files of their parameters."""

import copy
import io
from collections.abc import MutableMapping

import numpy as np

from . import arguments
from .comparison import Report
from .layers.base import Layer

__all__ = ["Sequential"]


class Sequential(Layer):
    """Run layers one after the other, and backwards in reverse.

    Parameters
    ----------
    *layers : Layer
        Each once: a layer keeps what `backward` needs of its last forward only.

    Attributes
    ----------
    params, buffers, grads : mapping of str to ndarray
        Those of all layers, keyed "<number of the layer>.<name>"; what is
        put in is put into the layer.

    Notes
    -----
    Chapter "The Jacobian view": eq-jacobian-view-chain. Indexing gives a
    layer, slicing a network of the same layers. A network that has seen an
    input prints its table, one that has not the call that makes it.

    Examples
    --------
    >>> from cnnlib import Conv2d, Flatten, Linear, ReLU
    >>> network = Sequential(Conv2d(1, 2, (3, 2), rng=0), ReLU(), Flatten(), Linear(40, 3, rng=1))
    >>> network.table((1, 6, 6, 1))  # doctest: +NORMALIZE_WHITESPACE
       layer    output        parameters
       input    (1, 6, 6, 1)
    0  Conv2d   (1, 4, 5, 2)          14
    1  ReLU     (1, 4, 5, 2)           0
    2  Flatten  (1, 40)                0
    3  Linear   (1, 3)               123
       total                         137
    >>> network.params["3.weight"].shape
    (40, 3)
    >>> network[1:]
    Sequential(ReLU(), Flatten(), Linear(40, 3))
    """

    def __init__(self, *layers):
        for number, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layer {number} is {arguments.shown(layer)}; expected a Layer")
        if not layers:
            raise ValueError("Sequential has no layers; expected at least one")
        inner = [layer for part in layers for layer in _single(part)]
        for number, layer in enumerate(inner):
            if any(layer is other for other in inner[:number]):
                raise ValueError(f"layer {layer!r} stands there twice; expected each once")
        self.layers = layers
        self._arguments = {"layers": layers}
        self._shapes = None  # of what reached each layer, and of the output

    @property
    def params(self):
        return _Joined([layer.params for layer in self.layers])

    @property
    def buffers(self):
        return _Joined([layer.buffers for layer in self.layers])

    @property
    def grads(self):
        return _Joined([layer.grads for layer in self.layers])

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, number):
        return Sequential(*self.layers[number]) if isinstance(number, slice) else self.layers[number]

    def __str__(self):
        return repr(self) if self._shapes is None else self._listed()

    def train(self):
        """Let every layer behave as in training. See `Layer.train`."""
        for layer in self.layers:
            layer.train()
        return super().train()

    def eval(self):
        """Let every layer behave as after training. See `Layer.eval`."""
        for layer in self.layers:
            layer.eval()
        return super().eval()

    def forward(self, x):
        """Run every layer, the first one first."""
        shapes = []
        for layer in self.layers:
            y = layer.forward(x)
            shapes.append(np.shape(x))
            x = y
        self._shapes = [*shapes, np.shape(x)]
        return x

    def backward(self, dy):
        """Run every layer backwards, the last one first. See `Layer.backward`."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)  # eq-jacobian-view-backward
        return dy

    def table(self, x_shape):
        """List the layers with their output shapes and numbers of parameters.

        Parameters
        ----------
        x_shape : tuple of int
            The shape of an input.

        Returns
        -------
        str
        """
        tried = copy.deepcopy(self)
        tried.forward(np.zeros(arguments.shape("x_shape", x_shape), np.float32))
        return Report(tried._listed())

    def _listed(self):
        """Write the table for the shapes that were seen last."""
        rows = [("", "layer", "output", "parameters"), ("", "input", str(self._shapes[0]), "")]
        for number, (layer, shape) in enumerate(zip(self.layers, self._shapes[1:])):
            rows.append((str(number), type(layer).__name__, str(shape), f"{_size(layer):,}"))
        rows.append(("", "total", "", f"{_size(self):,}"))
        widths = [max(map(len, column)) for column in zip(*rows)]
        return "\n".join(
            f"{n:>{widths[0]}}  {name:<{widths[1]}}  {shape:<{widths[2]}}  {size:>{widths[3]}}"
            for n, name, shape, size in rows
        )

    def save(self, path):
        """Write the parameters and the buffers to an .npz file at exactly this path.

        Raises
        ------
        TypeError
            If `path` is no path, or a parameter holds expressions.
        """
        path, content = arguments.path("path", path), io.BytesIO()
        for name, array in self._state().items():
            if np.asarray(array).dtype == object:
                kind = "params" if name in self.params else "buffers"
                raise TypeError(f"{kind}[{name!r}] has dtype object; expected numbers, which a file can hold")
        np.savez(content, **self._state())
        path.write_bytes(content.getvalue())

    def load(self, path):
        """Read the parameters and the buffers that `save` wrote.

        Raises
        ------
        TypeError
            If `path` is no path.
        ValueError
            If the file does not hold exactly the parameters and buffers of
            this network, each with its shape and type. Nothing has then been
            changed.
        """
        path = arguments.path("path", path)
        stored, state = _arrays(path, path.read_bytes()), self._state()
        if stored.keys() != state.keys():
            raise ValueError(f"path holds the parameters {sorted(stored)}; expected {sorted(state)}")
        for name, array in state.items():
            if (stored[name].shape, stored[name].dtype) != (array.shape, array.dtype):
                raise ValueError(
                    f"path holds {name} of {stored[name].dtype} and shape {stored[name].shape}; "
                    f"expected {array.dtype} and {array.shape}"
                )
        for arrays in self.params, self.buffers:
            arrays.update({name: stored[name] for name in arrays})

    def _state(self):
        """Return all that a file holds: parameters and buffers."""
        state = {**self.params, **self.buffers}
        if len(state) < len(self.params) + len(self.buffers):
            raise ValueError(f"buffers are called {sorted(self.buffers)}; expected other names than those of params")
        return state


class _Joined(MutableMapping):
    """Several dicts seen as one, keyed "<number of the dict>.<key>"."""

    def __init__(self, parts):
        self.parts = parts

    def _place(self, key):
        number, _, name = str(key).partition(".")
        if not number.isdecimal() or int(number) >= len(self.parts):
            raise KeyError(key)
        return self.parts[int(number)], name

    def __getitem__(self, key):
        part, name = self._place(key)
        return part[name]

    def __setitem__(self, key, value):
        part, name = self._place(key)
        part[name] = value

    def __delitem__(self, key):
        part, name = self._place(key)
        del part[name]

    def __iter__(self):
        return (f"{number}.{name}" for number, part in enumerate(self.parts) for name in part)

    def __len__(self):
        return sum(map(len, self.parts))


def _single(layer):
    """Give the layers that a network is made of, or the layer itself."""
    return [inner for part in layer for inner in _single(part)] if isinstance(layer, Sequential) else [layer]


def _arrays(path, content):
    """Return the arrays that the content of an .npz file holds."""
    try:
        stored = dict(np.load(io.BytesIO(content), allow_pickle=False))
    except Exception as error:  # whatever NumPy, zipfile and zlib say of a file that is spoilt
        raise ValueError(f"path is {str(path)!r}, which is not a file of parameters ({error})") from None
    if not all(isinstance(array, np.ndarray) for array in stored.values()):
        raise ValueError(
            f"path is {str(path)!r}, which is not a file of parameters (it holds something other than arrays)"
        )
    return stored


def _size(layer):
    return sum(parameter.size for parameter in layer.params.values())
