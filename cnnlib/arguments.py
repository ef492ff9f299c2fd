"""Check every argument before anything is computed or changed."""

import operator

import numpy as np

__all__ = ["array", "batch", "batch_shape", "float_dtype", "integer", "integer_pair", "numbers_below", "same_shape"]

ACCEPTED = "integer, floating-point or object array"


def array(name, value, ndim=None, axes=""):
    """Return `value` as an array of exact integers, floats or objects.

    Small integers are widened to int64, so that sums of products of pixels
    cannot overflow; floats and objects keep their type.

    Parameters
    ----------
    name : str
        The argument's name, for the error message.
    value : array_like
    ndim : int or tuple of int, optional
        The number of axes it must have.
    axes : str, optional
        What the axes mean, for the error message.

    Raises
    ------
    TypeError
        If the type is not one of integer, float or object.
    ValueError
        If the number of axes is wrong or an axis is empty.
    """
    result = np.asarray(value)
    if result.dtype.kind not in "iufO":
        raise TypeError(f"{name} has dtype {result.dtype}; expected an {ACCEPTED}")
    ranks = (ndim,) if isinstance(ndim, int) else ndim
    if ranks is not None and result.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ValueError(f"{name} has shape {result.shape}; expected {wanted} axes {axes}".rstrip())
    if result.size == 0:
        raise ValueError(f"{name} has shape {result.shape}; expected no axis of length 0")
    if result.dtype.kind in "iu":
        if not np.can_cast(result.dtype, np.int64):
            raise TypeError(f"{name} has dtype {result.dtype}; expected integers that fit int64")
        return result.astype(np.int64, copy=False)
    return result


def batch(name, value):
    """Return maps as a batch (N, H, W, C), and whether they came as one.

    A single image (H, W, C) becomes a batch of one.
    """
    maps = array(name, value, (3, 4), "(N, H, W, C) or (H, W, C)")
    return (maps, True) if maps.ndim == 4 else (maps[np.newaxis], False)


def batch_shape(name, value):
    """Return the shape of a batch of maps, and whether it was given as one."""
    try:
        shape = tuple(integer(name, size, 1) for size in value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected a tuple of ints") from None
    if len(shape) not in (3, 4):
        raise ValueError(f"{name} is {shape}; expected (N, H, W, C) or (H, W, C)")
    return (shape, True) if len(shape) == 4 else ((1, *shape), False)


def numbers_below(name, value, stop):
    """Return an array of integers from 0 to stop - 1, refusing all else."""
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {numbers.dtype}; expected integers")
    if numbers.size and (numbers.min() < 0 or numbers.max() >= stop):
        raise ValueError(f"{name} reaches from {numbers.min()} to {numbers.max()}; expected 0 to {stop - 1}")
    return numbers


def integer(name, value, minimum):
    """Return an int of at least `minimum`, refusing all else."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected an int") from None
    if number < minimum:
        raise ValueError(f"{name} is {value!r}; expected at least {minimum}")
    return number


def integer_pair(name, value, minimum):
    """Return an int or a (rows, columns) pair as a pair of ints.

    Raises
    ------
    TypeError
        If `value` is neither an int nor a pair of ints.
    ValueError
        If one of them is less than `minimum`.
    """
    pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2:
        raise TypeError(f"{name} is {value!r}; expected an int or a (rows, columns) pair of ints")
    return tuple(integer(name, number, minimum) for number in pair)


def same_shape(name, value, shape):
    """Raise a ValueError unless `value` has exactly this shape."""
    if value.shape != tuple(shape):
        raise ValueError(f"{name} has shape {value.shape}; expected {tuple(shape)}")


def float_dtype(name, value):
    """Return the dtype, refusing all but float32 and float64."""
    try:
        dtype = np.dtype(value)
    except TypeError:
        dtype = None
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} is {value!r}; expected float32 or float64")
    return dtype
