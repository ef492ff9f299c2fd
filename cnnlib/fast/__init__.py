"""The same functions in blocks that fit the cache, shared among threads: the layers run these."""

from .convolution import batch_last, conv2d, conv2d_backward
from .pooling import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward

__all__ = [
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_last",
    "conv2d",
    "conv2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
]
