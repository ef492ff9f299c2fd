"""The full MNIST: small files of the same form, each with one fault, and the real ones if a folder is named."""

import gzip
import hashlib
import os
import struct

import numpy as np
import pytest
from cnnlib import load_mnist, mnist
from cnnlib.mnist import Digits

SIZES = {"train-images": (5, 28, 28), "train-labels": (5,), "t10k-images": (3, 28, 28), "t10k-labels": (3,)}


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write four small files, and let the reader take them for the originals."""
    rng, known = np.random.default_rng(0), {}
    for start, shape in SIZES.items():
        name = f"{start}-idx{len(shape)}-ubyte"
        top = 255 if len(shape) == 3 else 9
        array = rng.integers(0, top, shape, dtype=np.uint8)
        array.flat[0] = top
        content = idx(array)
        (tmp_path / name).write_bytes(content)
        known[name] = shape, hashlib.md5(content, usedforsecurity=False).hexdigest()
    monkeypatch.setattr(mnist, "FILES", known)
    return tmp_path


def pack(path):
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


def test_files_are_read_as_digits(folder):
    digits = load_mnist(folder)
    assert isinstance(digits, Digits)
    assert [array.shape for array in digits] == [(5, 28, 28, 1), (5,), (3, 28, 28, 1), (3,)]
    assert [array.dtype.name for array in digits] == ["float32", "int64"] * 2
    pixels = (folder / "train-images-idx3-ubyte").read_bytes()[16:]
    assert digits.train_images.max() == 1
    assert (digits.train_images * 255).round().astype(np.uint8).tobytes() == pixels
    assert digits.test_labels.astype(np.uint8).tobytes() == (folder / "t10k-labels-idx1-ubyte").read_bytes()[8:]


@pytest.mark.parametrize("packed", [("train-images-idx3-ubyte",), tuple(mnist.FILES)])
def test_files_may_be_compressed(folder, packed):
    plain = load_mnist(folder)
    for name in packed:
        pack(folder / name)
    assert all(np.array_equal(*pair) for pair in zip(plain, load_mnist(str(folder))))


def test_files_are_read_where_md5_is_forbidden_for_security(folder, monkeypatch):
    def md5(content, *, usedforsecurity=True, known=hashlib.md5):
        if usedforsecurity:
            raise ValueError("disabled")
        return known(content, usedforsecurity=False)

    monkeypatch.setattr(hashlib, "md5", md5)
    assert isinstance(load_mnist(folder), Digits)


def test_the_plain_file_is_read_first(folder):
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"not read")
    load_mnist(folder)


@pytest.mark.parametrize("name", mnist.FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist(folder)
    assert f"{name} nor {name}.gz" in str(caught.value) and str(folder) in str(caught.value)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no_such_folder"):
        load_mnist(tmp_path / "no_such_folder")


def changed(content, place, value):
    return content[:place] + bytes([value]) + content[place + 1 :]


FAULTS = {
    "empty": (lambda c: b"", "is truncated: 0 bytes"),
    "in its head": (lambda c: c[:7], "ubyte{gz} is truncated: 7 bytes"),
    "its head alone": (lambda c: c[: 4 + 4 * c[3]], "expected "),
    "truncated": (lambda c: c[:-1], "ubyte{gz} is truncated: "),
    "too long": (lambda c: c + b"\0", "ubyte{gz} is too long: "),
    "other type": (lambda c: changed(c, 2, 13), "expected the magic number 0000080"),
    "other axes": (lambda c: changed(c, 3, 2), "magic number"),
    "no IDX": (lambda c: b"<html>" + c[6:], "begins with 3c68746d; expected the magic number"),
    "other size": (lambda c: changed(c, 7, 9), "holds an array of shape (9,"),
    "huge size": (lambda c: changed(c, 4, 255), "holds an array of shape (42781"),
    "other entry": (lambda c: changed(c, -2, (c[-2] + 1) % 9)[: len(c)], "MD5 checksum"),
}


@pytest.mark.parametrize("name", mnist.FILES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_wrong_file_is_refused(folder, name, fault, packed):
    spoil, message = FAULTS[fault]
    path = folder / name
    path.write_bytes(spoil(path.read_bytes()))
    if packed:
        pack(path)
        path = path.with_name(name + ".gz")
    with pytest.raises(ValueError) as caught:
        load_mnist(folder)
    assert message.format(gz=".gz" if packed else "") in str(caught.value) and str(path) in str(caught.value)


def test_a_label_above_9_is_refused(folder):
    path = folder / "t10k-labels-idx1-ubyte"
    path.write_bytes(changed(path.read_bytes(), 9, 10))
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte holds the label 10; expected 0 to 9"):
        load_mnist(folder)


def test_images_in_the_place_of_labels_are_refused(folder):
    (folder / "t10k-labels-idx1-ubyte").write_bytes((folder / "t10k-images-idx3-ubyte").read_bytes())
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte begins with 00000803"):
        load_mnist(folder)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda content: content[:-9], "is truncated"),
        (lambda content: content[: len(content) // 2], "is truncated"),
        (lambda content: b"plain", "cannot be decompressed"),
        (
            lambda content: changed(content, len(content) // 2, content[len(content) // 2] ^ 255),
            "cannot be decompressed",
        ),
        (lambda content: changed(content, len(content) - 5, content[-5] ^ 255), "cannot be decompressed"),
        (lambda content: b"", "is truncated: 0 bytes"),
    ],
)
def test_a_broken_gzip_file_is_refused(folder, spoil, message):
    path = folder / "train-images-idx3-ubyte"
    pack(path)
    path = path.with_name(path.name + ".gz")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ValueError) as caught:
        load_mnist(folder)
    assert message in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.skipif(
    "MNIST_FOLDER" not in os.environ, reason="MNIST_FOLDER does not name the folder of the original files"
)
def test_the_originals_begin_with_the_digits_of_the_book():
    few, all_digits = load_mnist(), load_mnist(os.environ["MNIST_FOLDER"])
    assert [len(array) for array in all_digits] == [60000, 60000, 10000, 10000]
    assert all(np.array_equal(part, whole[: len(part)]) for part, whole in zip(few, all_digits))
