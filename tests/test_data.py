"""The digits are those of MNIST."""

import hashlib

import numpy as np
import pytest
from cnnlib import load_mnist, mnist


def test_digits_are_what_the_docstring_says():
    digits = load_mnist()
    assert [array.shape for array in digits] == [(6000, 28, 28, 1), (6000,), (1000, 28, 28, 1), (1000,)]
    assert [array.dtype.name for array in digits] == ["float32", "int64"] * 2
    assert digits.train_images.min() == 0 and digits.train_images.max() == 1
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert set(digits.test_labels) == set(range(10))


def test_pixels_are_unchanged():
    digits = load_mnist()
    pixels = np.concatenate([digits.train_images, digits.test_images]) * 255
    assert np.array_equal(pixels, pixels.round())
    digest = hashlib.sha256(pixels.round().astype(np.uint8).tobytes()).hexdigest()
    assert digest == "e7d7aa5546459a7a345585f2980a48cb0461549e027d3dce5acca65856a2febe"


def test_no_pickle_is_run_whatever_numpys_default(tmp_path, monkeypatch):
    fields = mnist.Digits._fields
    np.savez(tmp_path / "mnist_subset.npz", **dict.fromkeys(fields, np.array([1], object)))
    load = np.load
    monkeypatch.setattr(mnist.resources, "files", lambda name: tmp_path)
    monkeypatch.setattr(np, "load", lambda file, allow_pickle=True: load(file, allow_pickle=allow_pickle))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_mnist()
