"""Equations held against each other with SymPy: symbols in arrays, sums over any number of terms, and `prove`."""

from .arrays import elementwise, gradient, symbols
from .indexed import tabulate, zero_extended
from .proof import Proof, prove
from .sums import collapse
from .typesetting import latex, typeset

__all__ = ["Proof", "collapse", "elementwise", "gradient", "latex", "prove", "symbols", "tabulate", "typeset", "zero_extended"]
