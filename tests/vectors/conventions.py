"""The questions on which frameworks differ, each as a small computation that any of them can be asked to do.

A probe takes a framework, an object with the methods that are called here, and returns what it computes. Maps are
(N, H, W, C), kernels (K_h, K_w, C, F), whoever is asked. The keys are the questions as they stand on the page
"To a framework and back".
"""

import numpy as np

REFUSED = "refused"
NAN, INF = np.nan, np.inf
RATES = [0.1] * 3 + [0.01] * 3


def maps(*rows):
    return np.array(rows)[np.newaxis, :, :, np.newaxis]


def kernel(*rows):
    return np.array(rows, float)[:, :, np.newaxis, np.newaxis]


RAMP = maps(*np.arange(16.0).reshape(4, 4))
DIGITS = maps([1, 0, 2, 3], [1, 1, 3, 3])
ONES = kernel([1, 1, 1], [1, 1, 1], [1, 1, 1])
UPSTREAM = maps([1.0, 10.0])
GROUPS = np.arange(8.0).reshape(1, 1, 2, 4), np.arange(16.0).reshape(1, 2, 2, 4)  # 4 channels and 4 kernels
TWO_NAN = maps([NAN, 2.0], [NAN, 1.0])
NAN_AND_INF = maps([NAN, 1.0, 2.0, 3.0, 4.0, INF], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


def whole(y):
    """Give the numbers, and whether they are integers."""
    return [*np.ravel(y), np.asarray(y).dtype.kind == "i"]


PROBES = {
    "is the kernel flipped?": lambda f: f.conv(maps([1.0, 2, 3, 4]), kernel([1, 10]), padding=0),
    "padding of a convolution, if none is given": lambda f: f.conv(RAMP, ONES),
    "sides with different padding": lambda f: f.conv(RAMP, ONES, padding=((0, 1), (2, 0))),
    '`"same"` where the total is odd': lambda f: f.conv(RAMP, kernel([1, 2], [3, 4]), padding="same"),
    '`"same"` with a stride': lambda f: f.conv(RAMP, ONES, padding="same", stride=2),
    "kernels of groups": lambda f: f.conv(*GROUPS, padding=0, groups=2),
    "dilation together with a stride": lambda f: f.conv(RAMP, kernel([1, 2]), padding=0, stride=2, dilation=2),
    "whole numbers into a convolution with floats": lambda f: f.conv(DIGITS, kernel([1, 2]), padding=0),
    "stride of pooling, if none is given": lambda f: f.max_pool(RAMP, 2),
    "leftover rows and columns": lambda f: f.max_pool(RAMP, 3, stride=2),
    "window larger than the map": lambda f: f.max_pool(RAMP, 5, stride=1),
    "largest padding of pooling": lambda f: f.max_pool(RAMP, 3, stride=3, padding=2),
    "what max pooling pads with": lambda f: f.max_pool(RAMP - 20, 3, stride=1, padding=1),
    "what average pooling divides by": lambda f: f.avg_pool(RAMP, 3, stride=3, padding=1),
    "whole numbers into max pooling": lambda f: whole(f.max_pool(DIGITS, 2, stride=2)),
    "whole numbers into average pooling": lambda f: whole(f.avg_pool(DIGITS, 2, stride=2)),
    "an empty batch": lambda f: f.max_pool(RAMP[:0], 2, stride=2).shape,
    "equal maxima in a window": lambda f: f.gradient(
        f.max_pool, maps([1.0, 1, 2, 3], [1.0, 1, 3, 3]), UPSTREAM, 2, stride=2
    ),
    "a window of −∞": lambda f: f.gradient(f.max_pool, np.full((1, 2, 4, 1), -INF), UPSTREAM, 2, stride=2),
    "NaN in a window of max pooling": lambda f: f.max_pool(NAN_AND_INF, 2, stride=1),
    "where the gradient of two NaN goes": lambda f: f.gradient(f.max_pool, TWO_NAN, maps([1.0]), 2, stride=2),
    "NaN and ∞ in windows of average pooling": lambda f: f.avg_pool(NAN_AND_INF, 2, stride=1),
    "sign of the larger of −0 and 0": lambda f: np.copysign(
        1, f.max_pool(maps([-0.0, 0.0, 0.0, -0.0]), (1, 2), stride=(1, 2))
    ),
    "equal maxima along an axis": lambda f: f.gradient(f.maximum, np.array([[1.0, 4, 4]]), np.array([[1.0]])),
    "slope of ReLU at 0": lambda f: f.gradient(f.relu, np.array([-1.0, -0.0, 0.0, 1.0]), np.ones(4)),
    "slope of ReLU at NaN": lambda f: f.gradient(f.relu, np.array([NAN]), np.ones(1)),
    "slope of HardTanh at −1 and 1": lambda f: f.gradient(f.hard_tanh, np.array([-2.0, -1, 0.5, 1, 2]), np.ones(5)),
    "slope of HardTanh at NaN": lambda f: f.gradient(f.hard_tanh, np.array([NAN]), np.ones(1)),
    "cross entropy takes": lambda f: f.cross_entropy(np.array([[2.0, 0, 1]]), np.array([1])),
    "it gives": lambda f: f.cross_entropy(np.array([[2.0, 0, 1], [0.0, 3, 1]]), np.array([1, 0]), of_scores=True),
    "squared error": lambda f: f.squared_error(
        np.array([[2.0, 0, 1], [0.0, 3, 1]]), np.array([[1.0, 1, 1], [0, 0, 0]])
    ),
    "velocity of momentum": lambda f: f.momentum(RATES, 0.9),
    "initial weights": lambda f: f.initial(16, 64, 3),
}


def answers(framework):
    """Ask a framework everything; what it refuses to compute is answered by REFUSED."""
    found = {}
    for question, probe in PROBES.items():
        try:
            found[question] = np.asarray(probe(framework), float).ravel().tolist()
        except framework.refusals:
            found[question] = REFUSED
    return found
