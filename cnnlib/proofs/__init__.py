"""Equations held against each other with SymPy: symbols in arrays, sums over any number of terms, and `prove`."""

from .arrays import elementwise, gradient, symbols
from .derivatives import derivative
from .indexed import tabulate, zero_extended
from .proof import Proof, argue, prove
from .sums import collapse
from .typesetting import latex, typeset

__all__ = [
    "Proof", "argue", "collapse", "derivative", "elementwise", "gradient", "latex", "prove", "symbols", "tabulate", "typeset",
    "zero_extended",
]
