"""MNIST: the digits that come with the book, or all of them from their four original files."""

import gzip
import hashlib
import os
import struct
import zlib
from importlib import resources
from typing import NamedTuple

import numpy as np

from . import arguments

__all__ = ["Digits", "load_mnist"]

FILES = {  # name: (shape, MD5 of the uncompressed file)
    "train-images-idx3-ubyte": ((60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": ((60000,), "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": ((10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": ((10000,), "27ae3e4e09519cfbb04c329615203637"),
}


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
    >>> digits = load_mnist()
    >>> digits.test_labels[:8]
    array([7, 2, 1, 0, 4, 1, 4, 9])
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_mnist(folder=None):
    """Load handwritten digits: those that come with the library, or all that MNIST has.

    Parameters
    ----------
    folder : str or path, optional
        None is the first 6,000 training and the first 1,000 test images,
        which come with the library. Otherwise where the four original IDX
        files are, each as it is or with ".gz": train-images-idx3-ubyte,
        train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
        t10k-labels-idx1-ubyte. If both are there, the one without ".gz" is
        read. They hold 60,000 training and 10,000 test images.

    Returns
    -------
    Digits
        A named tuple: `train_images` and `test_images` of shape
        (N, 28, 28, 1), float32 from 0 (background) to 1 (ink);
        `train_labels` and `test_labels` of shape (N,), int64 from 0 to 9.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    TypeError
        If `folder` is no path.
    ValueError
        If a file is truncated or too long, has another magic number or other
        sizes, holds a label above 9, or does not have the original's MD5
        checksum. Each error names the file.

    Notes
    -----
    Chapter "Training a network". Source: Y. LeCun, C. Cortes and C. J. C.
    Burges, "The MNIST database of handwritten digits", 1998; the pixels are
    unchanged, divided by 255. An IDX file is a magic number (two zero bytes,
    the type of the entries, the number of axes), the length of each axis as
    four bytes, most significant first, and then the entries.

    Examples
    --------
    >>> digits = load_mnist()
    >>> digits.train_images.shape, digits.train_images.dtype
    ((6000, 28, 28, 1), dtype('float32'))
    >>> digits.train_labels[:5]
    array([5, 0, 4, 1, 9])
    >>> load_mnist("an/empty/folder")
    Traceback (most recent call last):
        ...
    FileNotFoundError: 'an/empty/folder' holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz
    """
    if folder is None:
        images, labels, test_images, test_labels = _packaged()
    else:
        folder = arguments.path("folder", folder)
        images, labels, test_images, test_labels = (_read(folder, name, *known) for name, known in FILES.items())
    return Digits(_scaled(images), labels.astype(np.int64), _scaled(test_images), test_labels.astype(np.int64))


def _packaged():
    """Return the arrays of bytes that come with the library."""
    with (
        (resources.files("cnnlib") / "mnist_subset.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        return [stored[name] for name in ("train_images", "train_labels", "test_images", "test_labels")]


def _read(folder, name, shape, md5):
    """Return the array of bytes that an IDX file holds, if it is the original one."""
    path, content = _content(folder, name)
    axes = len(shape)
    start = 4 + 4 * axes
    if len(content) < start:
        raise ValueError(f"{path} is truncated: {len(content)} bytes, less than the {start} bytes of its head")
    magic = content[:4]
    if magic != bytes([0, 0, 8, axes]):
        raise ValueError(f"{path} begins with {magic.hex()}; expected the magic number {bytes([0, 0, 8, axes]).hex()}")
    sizes = struct.unpack(f">{axes}I", content[4:start])
    if sizes != shape:
        raise ValueError(f"{path} holds an array of shape {sizes}; expected {shape}")
    expected = start + int(np.prod(shape))
    if len(content) != expected:
        fault = "is truncated" if len(content) < expected else "is too long"
        raise ValueError(f"{path} {fault}: {len(content)} bytes; expected {expected}")
    entries = np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    if axes == 1 and entries.max() > 9:
        raise ValueError(f"{path} holds the label {entries.max()}; expected 0 to 9")
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if digest != md5:
        raise ValueError(f"{path} has the MD5 checksum {digest}; expected {md5}, that of the original file")
    return entries


def _content(folder, name):
    """Return the path and the uncompressed content of a file, as it is or with ".gz"."""
    plain, packed = folder / name, folder / f"{name}.gz"
    if plain.is_file():
        return plain, plain.read_bytes()
    if not packed.is_file():
        raise FileNotFoundError(f"{os.fspath(folder)!r} holds neither {plain.name} nor {packed.name}")
    try:
        return packed, gzip.decompress(packed.read_bytes())
    except EOFError:
        raise ValueError(f"{packed} is truncated: the compressed data ends too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{packed} cannot be decompressed ({error})") from None


def _scaled(images):
    return images[..., np.newaxis].astype(np.float32) / np.float32(255)
