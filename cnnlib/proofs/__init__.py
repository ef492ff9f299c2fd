"""Equations held against each other with SymPy: symbols in arrays, sums over any number of terms, and `prove`."""

from .arrays import elementwise, gradient, symbols
from .derivatives import derivative
from .indexed import tabulate, zero_extended
from .indices import indices, sizes, total
from .proof import Proof, argue, prove
from .sums import collapse
from .typesetting import latex, typeset

__all__ = [
    "Proof",
    "argue",
    "collapse",
    "derivative",
    "elementwise",
    "gradient",
    "indices",
    "latex",
    "prove",
    "sizes",
    "symbols",
    "tabulate",
    "total",
    "typeset",
    "zero_extended",
]
