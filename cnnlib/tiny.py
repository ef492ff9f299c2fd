"""The tiny network that the book carries by hand: whole numbers, small enough for a pencil.

An image of 5 x 6 pixels, one kernel of 2 x 3, ReLU, max pooling of 2 x 2, a
dense unit and half the squared error. In no window of the pooling are two
pixels equal, and the four winners stand in four different corners.
"""

import numpy as np

__all__ = ["BIAS", "IMAGE", "KERNEL", "TARGET", "WEIGHTS"]

IMAGE = np.array(
    [
        [1, 1, 0, 3, 2, 0],
        [0, 3, 2, 0, 2, 2],
        [3, 1, 0, 0, 1, 1],
        [0, 0, 3, 1, 0, 3],
        [1, 2, 1, 3, 2, 1],
    ]
)
KERNEL = np.array([[-2, 0, 1], [1, -1, 1]])
BIAS = -1
WEIGHTS = np.array([2, -1, 1, -1])  # of the dense unit, for the pooled maps in row-major order; it has no bias
TARGET = -1
for _array in (IMAGE, KERNEL, WEIGHTS):
    _array.flags.writeable = False  # every page reads the same numbers
