"""Check every argument before anything is computed or changed."""

import operator
import re
from pathlib import Path

import numpy as np

__all__ = [
    "array",
    "batch",
    "batch_shape",
    "float_dtype",
    "generator",
    "hashable",
    "integer",
    "integer_pair",
    "number",
    "numbers_below",
    "padding",
    "path",
    "refuse_what_is_no_number",
    "same_shape",
    "shape",
    "shown",
    "unbounded",
]

LARGEST = 2**31 - 1  # sizes, strides and paddings beyond it overflow NumPy's own arithmetic on them
ACCEPTED = "integer, floating-point or object array"


def array(name, value, ndim=None, axes=None):
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
        What the axes mean, for the error message; it stands with `ndim`.

    Raises
    ------
    TypeError
        If the type is not one of integer, float or object, or an object is
        no number.
    ValueError
        If rows have different lengths, the number of axes is wrong or an
        axis is empty.
    """
    result = _as_array(name, value)
    if result.dtype.kind not in "iufO":
        raise TypeError(f"{name} has dtype {result.dtype}; expected an {ACCEPTED}")
    ranks = (ndim,) if isinstance(ndim, int) else ndim
    if ranks is not None and result.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ValueError(f"{name} has shape {result.shape}; expected {wanted} axes {axes}")
    if result.size == 0:
        raise ValueError(f"{name} has shape {result.shape}; expected no axis of length 0")
    if result.dtype.kind in "iu":
        if not np.can_cast(result.dtype, np.int64):
            raise TypeError(f"{name} has dtype {result.dtype}; expected integers that fit int64")
        return np.asarray(result, np.int64)
    if result.dtype == object:
        refuse_what_is_no_number(name, result)
        return unbounded(result)
    return result


def _as_array(name, value):
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is no array ({error})") from None


def refuse_what_is_no_number(name, objects):
    """Try one object of each type: numbers and expressions can be multiplied and added, text and None cannot."""
    for entry in {type(entry): entry for entry in objects.flat}.values():
        try:
            entry * 0 + 0
        except TypeError:
            raise TypeError(f"{name} holds {shown(entry)}; expected numbers or expressions") from None


def unbounded(objects):
    """Make Python's numbers of NumPy's own in an array of objects: products of those wrap around, as in no other array."""
    if not any(issubclass(kind, np.generic) for kind in set(map(type, objects.flat))):
        return objects
    numbers = np.frompyfunc(lambda entry: entry.item() if isinstance(entry, np.generic) else entry, 1, 1)
    return np.asarray(numbers(objects), object)


def batch(name, value):
    """Return maps as a batch (N, H, W, C), and whether they came as one.

    A single image (H, W, C) becomes a batch of one.
    """
    maps = array(name, value, (3, 4), "(N, H, W, C) or (H, W, C)")
    return (maps, True) if maps.ndim == 4 else (maps[np.newaxis], False)


def shape(name, value):
    """Return a shape as a tuple of ints of at least 1."""
    try:
        return tuple(integer(name, size, 1) for size in value)
    except TypeError:
        raise TypeError(f"{name} is {shown(value)}; expected a tuple of ints") from None


def batch_shape(name, value):
    """Return the shape of a batch of maps, and whether it was given as one."""
    sizes = shape(name, value)
    if len(sizes) not in (3, 4):
        raise ValueError(f"{name} is {sizes}; expected (N, H, W, C) or (H, W, C)")
    return (sizes, True) if len(sizes) == 4 else ((1, *sizes), False)


def numbers_below(name, value, stop):
    """Return an array of integers from 0 to stop - 1, refusing all else."""
    numbers = _as_array(name, value)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {numbers.dtype}; expected integers")
    if numbers.size and (numbers.min() < 0 or numbers.max() >= stop):
        raise ValueError(f"{name} reaches from {numbers.min()} to {numbers.max()}; expected 0 to {stop - 1}")
    return numbers


def integer(name, value, minimum):
    """Return an int from `minimum` to LARGEST, refusing all else."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {shown(value)}; expected an int") from None
    if number < minimum:
        raise ValueError(f"{name} is {shown(value)}; expected at least {minimum}")
    if number > LARGEST:
        raise ValueError(f"{name} is {shown(value)}; expected at most {LARGEST}")
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
        raise TypeError(f"{name} is {shown(value)}; expected an int or a (rows, columns) pair of ints")
    return tuple(integer(name, number, minimum) for number in pair)


def padding(value):
    """Return the padding as a pair, or as ((top, bottom), (left, right)) where two sides differ.

    Raises
    ------
    TypeError
        If `value` is neither an int, nor a pair of ints, nor a pair of pairs.
    ValueError
        If one of them is less than 0.
    """
    sides = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(sides) != 2 or isinstance(value, str):
        raise TypeError(
            f"padding is {shown(value)}; expected an int, a (rows, columns) pair of ints, ((top, bottom), (left, right)) or 'same'"
        )
    around = tuple(integer_pair("padding", side, 0) for side in sides)
    return around if any(before != after for before, after in around) else tuple(before for before, _ in around)


def number(name, value, fits, expected):
    """Refuse all but a number, or an expression, for which `fits` is true."""
    try:
        good = bool(fits(value))
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {shown(value)}; expected a number, {expected}") from None
    if not good:
        raise ValueError(f"{name} is {shown(value)}; expected {expected}")


def path(name, value):
    """Return a path, refusing all but a str or a path."""
    try:
        return Path(value)
    except TypeError:
        raise TypeError(f"{name} is {shown(value)}; expected a path") from None


def hashable(name, value):
    """Return what can be the key of a dict, refusing all else."""
    try:
        hash(value)
    except TypeError:
        raise TypeError(f"{name} is {shown(value)}; expected something hashable, such as a string") from None
    return value


def generator(name, value):
    """Return a generator of random numbers, made from an int, or the one that was given."""
    try:
        return np.random.default_rng(value)
    except (TypeError, ValueError) as error:
        wanted = "an int of at least 0 or a numpy.random.Generator"
        raise type(error)(f"{name} is {shown(value)}; expected {wanted}") from None


def shown(value):
    """Write a value for a message as `repr` does, without the address in memory, which is another one on every run."""
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", repr(value))


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
        raise TypeError(f"{name} is {shown(value)}; expected float32 or float64")
    return dtype
