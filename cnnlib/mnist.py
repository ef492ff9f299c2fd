"""The full MNIST from its four original files, each checked before it is believed."""

import gzip
import hashlib
import os
import struct
import zlib

import numpy as np

from . import arguments
from .data import Digits

__all__ = ["load_mnist"]

FILES = {  # name: (shape, MD5 of the uncompressed file)
    "train-images-idx3-ubyte": ((60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": ((60000,), "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": ((10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": ((10000,), "27ae3e4e09519cfbb04c329615203637"),
}


def load_mnist(folder):
    """Load all 60,000 training and 10,000 test images of MNIST.

    Parameters
    ----------
    folder : str or path
        Where the four original IDX files are, each as it is or with ".gz":
        train-images-idx3-ubyte, train-labels-idx1-ubyte,
        t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. If both are there,
        the one without ".gz" is read.

    Returns
    -------
    Digits
        As `load_digits` returns it, with more digits: `train_images`
        (60000, 28, 28, 1) and `test_images` (10000, 28, 28, 1), float32 from
        0 (background) to 1 (ink); `train_labels` (60000,) and `test_labels`
        (10000,), int64 from 0 to 9.

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
    Chapter "Training a network". An IDX file is a magic number (two zero
    bytes, the type of the entries, the number of axes), the length of each
    axis as four bytes, most significant first, and then the entries.

    Examples
    --------
    >>> load_mnist("an/empty/folder")
    Traceback (most recent call last):
        ...
    FileNotFoundError: 'an/empty/folder' holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz
    """
    folder = arguments.path("folder", folder)
    images, labels, test_images, test_labels = (_read(folder, name, *known) for name, known in FILES.items())
    return Digits(_scaled(images), labels.astype(np.int64), _scaled(test_images), test_labels.astype(np.int64))


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
