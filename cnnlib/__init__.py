"""Convolutional layers with gradients that can be read, proved and run.

Maps are (N, H, W, C), kernels (K_h, K_w, C, F). Every function runs floats,
integers and SymPy expressions through the same code.
"""

from .checks import check_adjoint, check_answer, check_equal, check_gradient
from .conv import conv2d, conv2d_backward
from .data import Digits, load_digits
from .layers import Conv2d, Layer

__version__ = "0.1.0"

__all__ = [
    "Conv2d",
    "Digits",
    "Layer",
    "check_adjoint",
    "check_answer",
    "check_equal",
    "check_gradient",
    "conv2d",
    "conv2d_backward",
    "load_digits",
]
