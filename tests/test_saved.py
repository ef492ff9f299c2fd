"""Files of parameters: what was saved is loaded, and a file that is spoilt in any way is refused and changes nothing."""

import io
import os
import zipfile

import numpy as np
import pytest
import sympy as sp
from cnnlib import Linear, ReLU, Sequential


def network(rng):
    return Sequential(Linear(2, 3, rng=rng), ReLU(), Linear(3, 1, rng=rng))


def content(save=np.savez):
    file = io.BytesIO()
    save(file, **network(0).params)
    return file.getvalue()


def load(path, spoilt):
    """Load a spoilt file into a network: it is as it was before, or has every parameter of a network."""
    path.write_bytes(spoilt)
    net = network(1)
    before = dict(net.params)
    try:
        net.load(path)
    except ValueError as error:
        assert str(error).startswith((f"path is {str(path)!r}, which is not a file of parameters (", "path holds "))
        assert all(net.params[name] is before[name] for name in before)
        return False
    assert [array.dtype for array in net.params.values()] == [np.float32] * 4
    assert [array.shape for array in net.params.values()] == [array.shape for array in before.values()]
    return True


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_changed_byte_is_refused_or_harmless(tmp_path, save):
    whole, rng = content(save), np.random.default_rng(0)
    loaded = 0
    for place in range(0, len(whole), 2):
        byte = bytes([whole[place] ^ int(rng.integers(1, 256))])
        loaded += load(tmp_path / "p", whole[:place] + byte + whole[place + 1 :])
    assert 0 < loaded < len(whole) / 4  # bytes that nothing reads, such as times


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_truncated_file_is_refused(tmp_path, save):
    whole = content(save)
    assert load(tmp_path / "p", whole)
    assert not any(load(tmp_path / "p", whole[:size]) for size in range(0, len(whole), 7))


@pytest.mark.parametrize("ending", ["", ".npy"])
@pytest.mark.parametrize("member", [b"", b"text", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff{}"])
def test_a_zip_file_of_something_else_is_refused(tmp_path, member, ending):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in network(0).params:
            archive.writestr(name + ending, member)
    assert not load(tmp_path / "p", file.getvalue())


def test_pickled_objects_are_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    file = io.BytesIO()
    np.savez(file, **{**network(0).params, "0.bias": np.array([Trap()] * 3)})
    assert not load(tmp_path / "p", file.getvalue())
    assert not (tmp_path / "sprung").exists()


class Somewhere(os.PathLike):
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return str(self.path)


@pytest.mark.parametrize("name", ["p.npz", "p", "p.weights", "a b ü"])
@pytest.mark.parametrize("kind", [str, Somewhere])
def test_any_name_will_do(tmp_path, name, kind):
    net = network(0)
    net.save(kind(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert load(tmp_path / name, (tmp_path / name).read_bytes())


@pytest.mark.parametrize("path", [None, 5, True, 1.5, b"p", [], {"p"}], ids=repr)
def test_what_is_no_path_is_refused(path):
    for call in (network(0).save, network(0).load):
        with pytest.raises(TypeError, match="^path is .*; expected a path"):
            call(path)


def test_what_the_system_says_of_a_path_is_left_as_it_is(tmp_path):
    for call in (network(0).save, network(0).load):
        with pytest.raises(IsADirectoryError):
            call(tmp_path)
        with pytest.raises(FileNotFoundError):
            call(tmp_path / "none" / "p")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    network(0).save(tmp_path / "p")
    net = network(1)
    net.params["2.bias"] = np.array([sp.Symbol("b")])
    with pytest.raises(TypeError, match=r"params\['2.bias'\] has dtype object"):
        net.save(tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == content()
