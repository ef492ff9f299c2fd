"""Convolutional layers with gradients that can be read, proved and run.

Maps are (N, H, W, C), kernels (K_h, K_w, C, F). Every function runs floats,
integers and SymPy expressions through the same code.
"""

from .checks import check_adjoint, check_gradient, jacobian
from .comparison import check_answer, check_equal
from .graph import Graph
from .layers.activations import HardTanh, Max, ReLU, Sigmoid, Tanh
from .layers.base import Layer
from .layers.convolution import Conv2d, conv2d, conv2d_backward
from .layers.dense import Flatten, Linear
from .layers.pooling import AvgPool2d, MaxPool2d, avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from .losses import HalfSquaredError, SoftmaxCrossEntropy
from .mnist import load_mnist
from .network import Sequential
from .optimizers import SGD

__version__ = "0.2.0"

__all__ = [
    "SGD",
    "AvgPool2d",
    "Conv2d",
    "Flatten",
    "Graph",
    "HalfSquaredError",
    "HardTanh",
    "Layer",
    "Linear",
    "Max",
    "MaxPool2d",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "avg_pool2d",
    "avg_pool2d_backward",
    "check_adjoint",
    "check_answer",
    "check_equal",
    "check_gradient",
    "conv2d",
    "conv2d_backward",
    "jacobian",
    "load_mnist",
    "max_pool2d",
    "max_pool2d_backward",
]
