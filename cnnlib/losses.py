"""Losses: one number for a batch, and its gradient by the prediction."""

import numpy as np

from . import arguments
from .elementary import exp, log, quietly, reciprocal

__all__ = ["HalfSquaredError", "SoftmaxCrossEntropy"]


class _Loss:
    """What both losses have: a mean over the batch, and the gradient of the last forward."""

    def __init__(self):
        self._gradient = None

    def backward(self):
        """Return the gradient of the last loss by its prediction, each time in an array of its own.

        Raises
        ------
        RuntimeError
            If `forward` has not run before.
        """
        if self._gradient is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return np.array(self._gradient)

    def _keep(self, gradient, *inputs):
        """Keep the gradient, of half precision if all that came in is."""
        self._gradient = gradient.astype(np.float16) if np.result_type(*inputs) == np.float16 else gradient


class HalfSquaredError(_Loss):
    """Half the sum of squared differences, (1/2) sum (prediction - target)^2, per example.

    Notes
    -----
    Chapter "Layers and deltas": eq-layers-and-deltas-squared-error.

    Examples
    --------
    One example, off by 0, 2 and -1:

    >>> loss = HalfSquaredError()
    >>> loss.forward([[1.0, 2.0, 4.0]], [[1.0, 0.0, 5.0]])
    np.float64(2.5)
    >>> loss.backward()
    array([[ 0.,  2., -1.]])
    """

    def forward(self, prediction, target):
        """Compare a prediction with a target.

        Parameters
        ----------
        prediction, target : array_like of one shape
            (N, ...) for N examples, or (D,) for one.

        Returns
        -------
        number
            The mean over the N examples; of half precision, in single.

        Raises
        ------
        TypeError, ValueError
            If the types or the shapes do not fit.
        """
        prediction = arguments.array("prediction", prediction)
        target = arguments.array("target", target)
        arguments.same_shape("target", target, prediction.shape)
        with quietly():
            difference = _difference(prediction, target)
            share = reciprocal(len(prediction) if prediction.ndim > 1 else 1, difference.dtype)
            gradient = difference * share
            self._keep(gradient, prediction, target)
            return (difference * gradient).sum() * reciprocal(2, difference.dtype)


class SoftmaxCrossEntropy(_Loss):
    """Minus the logarithm of the probability that softmax gives the right class.

    Notes
    -----
    Chapter "Layers and deltas": def-layers-and-deltas-cross-entropy,
    eq-layers-and-deltas-cross-entropy. Softmax does not change when a number
    is subtracted from all scores (eq-layers-and-deltas-shift); subtracting
    the largest keeps floats finite.

    Examples
    --------
    Two examples and three classes. The first one is undecided, the second one
    is sure of the right class:

    >>> loss = SoftmaxCrossEntropy()
    >>> loss.forward([[1.0, 1.0, 1.0], [900.0, 0.0, 0.0]], [2, 0]).round(3)
    np.float64(0.549)
    >>> loss.backward().round(3)
    array([[ 0.167,  0.167, -0.333],
           [ 0.   ,  0.   ,  0.   ]])
    """

    def forward(self, prediction, target):
        """Compare scores with the right classes.

        Parameters
        ----------
        prediction : array_like, shape (N, K) or (K,)
            Scores of the K classes, before any softmax.
        target : array_like of int, shape (N,) or ()
            The right class of each example, from 0 to K - 1.

        Returns
        -------
        number
            The mean over the N examples; of half precision, in single.

        Raises
        ------
        TypeError, ValueError
            If the types or the shapes do not fit, or a class is out of range.
        """
        prediction = scores = arguments.array("prediction", prediction, (1, 2), "(N, K) or (K,)")
        target = arguments.numbers_below("target", target, scores.shape[-1])
        arguments.same_shape("target", target, scores.shape[:-1])

        right = target[..., np.newaxis] == np.arange(scores.shape[-1])
        share = reciprocal(target.size, scores.dtype)
        with quietly():
            if scores.dtype != object:
                scores = _difference(scores, scores.max(axis=-1, keepdims=True))
            log_probability = scores - log(exp(scores).sum(axis=-1, keepdims=True))  # def-layers-and-deltas-softmax
            probability = exp(log_probability)
            gradient = np.where(right, probability - 1, probability) * share  # eq-layers-and-deltas-cross-entropy
            self._keep(gradient, prediction)
            return -log_probability[right].sum() * share  # def-layers-and-deltas-cross-entropy


def _difference(left, right):
    """Subtract, and make floats of integers, whose difference may not fit int64, and single precision of half."""
    dtype = np.result_type(left, right)
    wide = float if dtype.kind == "i" else np.float32 if dtype == np.float16 else None
    return np.subtract(left, right, dtype=wide)
