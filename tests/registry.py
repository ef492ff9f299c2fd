"""Every layer of cnnlib, once: what the tests of all layers need to know about each.

A new layer is one module in cnnlib/layers, one row here, one test file of its
own, and its line in chapters/api.md. A row is called like its class; behind a
comma may stand what is special about it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from cnnlib import (
    AvgPool2d,
    Conv2d,
    Flatten,
    HardTanh,
    Layer,
    Linear,
    Max,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
)
from cnnlib.proofs import symbols

__all__ = ["LAYERS", "Row", "exact", "numbers"]


@dataclass(frozen=True)
class Row:
    """One layer.

    Attributes
    ----------
    make : callable
        Makes it, always the same one.
    shape : tuple of int
        Of a batch that it takes.
    others : list of tuple of int
        Shapes that it takes besides: without a batch, of maps and of rows.
    is_linear : bool
        Whether `forward` is linear in its input, but for a bias.
    takes_symbols : bool
        Whether `forward` takes symbols of which nothing is known; if not, it
        must know their order.
    small : tuple of int
        A shape for exact arithmetic, which is slow.
    is_exchanged : bool
        Whether cnnlib.exchange knows it.
    """

    make: Callable[[], Layer]
    shape: tuple
    others: list
    small: tuple
    is_linear: bool = False
    takes_symbols: bool = False
    is_exchanged: bool = True


ANY = [(3,), (2, 3), (2, 5, 4, 2), (5, 4, 2)]
MAPS, MAP = (2, 5, 4, 2), (5, 4, 2)

LAYERS = {
    "Conv2d": Row(
        lambda: Conv2d(2, 3, (2, 3), stride=(2, 1), padding=1, rng=0),
        MAPS,
        [MAP],
        (3, 2, 2),
        is_linear=True,
        takes_symbols=True,
    ),
    "Conv2d, in groups": Row(
        lambda: Conv2d(2, 4, (2, 3), padding=((1, 0), (2, 1)), dilation=(2, 1), groups=2, bias=False, rng=0),
        *(MAPS, [MAP], (2, 2, 2)),
        is_linear=True,
        takes_symbols=True,
    ),
    "MaxPool2d": Row(lambda: MaxPool2d(3, stride=2, padding=1), MAPS, [MAP], (4, 3, 2)),
    "AvgPool2d": Row(
        lambda: AvgPool2d(2, stride=1, padding=1), MAPS, [MAP], (3, 3, 2), is_linear=True, takes_symbols=True
    ),
    "Linear": Row(lambda: Linear(2, 3, rng=0), (4, 2), [(2,)], (2, 2), is_linear=True, takes_symbols=True),
    "Flatten": Row(Flatten, MAPS, [(2, 3)], (2, 2, 1, 2), is_linear=True, takes_symbols=True),
    "Sigmoid": Row(Sigmoid, MAPS, ANY, (2, 2), takes_symbols=True),
    "Tanh": Row(Tanh, MAPS, ANY, (2, 2), takes_symbols=True),
    "ReLU": Row(ReLU, MAPS, ANY, (2, 3)),
    "HardTanh": Row(HardTanh, MAPS, ANY, (2, 3)),
    "Max": Row(Max, MAPS, ANY, (2, 3)),
    "Sequential": Row(
        lambda: Sequential(Conv2d(2, 4, 2, rng=0), ReLU(), Sequential(MaxPool2d(2), Flatten()), Linear(8, 5, rng=1)),
        MAPS,
        [],
        (2, 5, 3, 2),
    ),
}


def numbers(shape, dtype=float, seed=0):
    """Give an array of different numbers from -2 to 2, none of them 0, -1 or 1; of objects, fractions."""
    size = int(np.prod(shape))
    places = np.random.default_rng(seed).permutation(size)
    fractions = [Fraction(4 * int(place) + 1, 4 * size) * 4 - 2 for place in places]
    fractions = [number + Fraction(1, 97 * size) for number in fractions]
    return np.array(fractions, object).reshape(shape).astype(dtype)


def exact(row, name, shape):
    """Give an array for exact arithmetic: symbols, or fractions, whose order is known."""
    return symbols(name, shape) if row.takes_symbols else numbers(shape, object, seed=len(name))
