"""Convolutional layers with gradients that can be read, proved and run.

Maps are (N, H, W, C), kernels (K_h, K_w, C, F). Every function runs floats,
integers and SymPy expressions through the same code.
"""

from .activations import HardTanh, Max, ReLU, Sigmoid, Tanh
from .avg_pool import AvgPool2d, avg_pool2d, avg_pool2d_backward
from .channels_first import from_pytorch, to_pytorch
from .channels_last import from_flax, from_keras, to_flax, to_keras
from .checks import check_adjoint, check_gradient, jacobian
from .comparison import check_answer, check_equal
from .conv import conv2d, conv2d_backward
from .data import Digits, load_digits
from .graph import Graph
from .layer import Layer
from .layers import Conv2d, Flatten, Linear
from .losses import HalfSquaredError, SoftmaxCrossEntropy
from .max_pool import MaxPool2d, max_pool2d, max_pool2d_backward
from .mnist import load_mnist
from .network import Sequential
from .onnx_export import to_onnx
from .sgd import SGD

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "AvgPool2d",
    "Conv2d",
    "Digits",
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
    "from_flax",
    "from_keras",
    "from_pytorch",
    "jacobian",
    "load_digits",
    "load_mnist",
    "max_pool2d",
    "max_pool2d_backward",
    "to_flax",
    "to_keras",
    "to_onnx",
    "to_pytorch",
]
