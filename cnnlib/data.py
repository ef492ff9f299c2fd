"""The real digits that come with the book."""

from importlib import resources
from typing import NamedTuple

import numpy as np

__all__ = ["Digits", "load_digits"]


class Digits(NamedTuple):
    """Handwritten digits and what they show.

    Attributes
    ----------
    train_images, test_images : ndarray of float32, shape (N, 28, 28, 1)
        From 0 (background) to 1 (ink).
    train_labels, test_labels : ndarray of int64, shape (N,)
        From 0 to 9.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.test_labels[:8]
    array([7, 2, 1, 0, 4, 1, 4, 9])
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_digits():
    """Load the first 6,000 training and first 1,000 test images of MNIST.

    Returns
    -------
    Digits
        A named tuple: `train_images` (6000, 28, 28, 1) and `test_images`
        (1000, 28, 28, 1), float32 from 0 (background) to 1 (ink);
        `train_labels` (6000,) and `test_labels` (1000,), int64 from 0 to 9.

    Notes
    -----
    Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of
    handwritten digits", 1998. The pixels are unchanged, divided by 255.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.train_images.shape, digits.train_images.dtype
    ((6000, 28, 28, 1), dtype('float32'))
    >>> digits.train_labels[:5]
    array([5, 0, 4, 1, 9])
    """
    with (resources.files("cnnlib") / "mnist_subset.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return Digits(
            _scaled(stored["train_images"]),
            stored["train_labels"].astype(np.int64),
            _scaled(stored["test_images"]),
            stored["test_labels"].astype(np.int64),
        )


def _scaled(images):
    return images[..., np.newaxis].astype(np.float32) / np.float32(255)
