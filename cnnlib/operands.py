"""What convolution and pooling are given: checked, and brought to one form for the plain functions and the fast ones."""

import math
from typing import NamedTuple

import numpy as np

from . import arguments
from .elementary import in_safe_type, returned
from .windows import Field

__all__ = [
    "Form",
    "average_pooling",
    "average_pooling_backward",
    "convolution",
    "convolution_backward",
    "max_pooling",
    "max_pooling_backward",
    "pooling_options",
    "winner_type",
]


class Form(NamedTuple):
    """How results go back: in which type, and whether maps are a batch or one image."""

    dtype: np.dtype
    is_batch: bool

    def array(self, result, dtype=None):
        return returned(result, dtype or self.dtype)

    def maps(self, result, dtype=None):
        return self.array(result if self.is_batch else result[0], dtype)


def convolution(x, w, b, stride, padding, dilation, groups):
    """Check what `conv2d` is given.

    Returns
    -------
    x, w, b : ndarray
        Of one type; x is a batch, and no bias is one of zeros.
    field : Field
    form : Form
        Of the output.
    """
    x, is_batch, w, field = _convolution(x, w, stride, padding, dilation, groups)
    b = np.zeros(w.shape[3], w.dtype) if b is None else arguments.array("b", b, 1, "(F,)")
    arguments.same_shape("b", b, w.shape[3:])
    terms = math.prod(w.shape[:3])
    (x, w, b), dtype = in_safe_type(lambda x, w, b: terms * x * w + b, x, w, b)
    return x, w, b, field, Form(dtype, is_batch)


def convolution_backward(dy, x, w, stride, padding, dilation, groups):
    """Check what `conv2d_backward` is given.

    Returns
    -------
    dy, x, w : ndarray
        Of one type; dy and x are batches.
    field : Field
    form : Form
        Of the gradients.
    """
    x, is_batch, w, field = _convolution(x, w, stride, padding, dilation, groups)
    output = (len(x), *field.output_size(x.shape[1:3]), w.shape[3])
    dy = _deltas(dy, output, is_batch)
    taps = math.prod(w.shape[:2]) * w.shape[3] // field.groups  # terms of dx
    pixels = math.prod(output[:3])  # terms of dw and db
    (dy, x, w), dtype = in_safe_type(lambda dy, x, w: dy * max(taps * w, pixels * x, pixels), dy, x, w)
    return dy, x, w, field, Form(dtype, is_batch)


def max_pooling(x, kernel_size, stride, padding):
    """Check what `max_pool2d` is given: returns x as a batch, its field, and the form of the output."""
    x, is_batch = arguments.batch("x", x)
    return x, _pooling(x.shape, kernel_size, stride, padding), Form(x.dtype, is_batch)


def max_pooling_backward(dy, winners, x_shape, kernel_size, stride, padding):
    """Check what `max_pool2d_backward` is given: returns dy, winners, the shape of the input, its field, and dx's form."""
    dy, shape, field, is_batch = _pooling_backward(dy, x_shape, kernel_size, stride, padding)
    taps = math.prod(field.kernel_size)
    winners = arguments.numbers_below("winners", winners, taps)
    arguments.same_shape("winners", winners, dy.shape if is_batch else dy.shape[1:])
    (dy,), dtype = in_safe_type(lambda dy: taps * dy, dy)
    return dy, winners.reshape(dy.shape), shape, field, Form(dtype, is_batch)


def average_pooling(x, kernel_size, stride, padding):
    """Check what `avg_pool2d` is given: returns x in numbers that can be divided, its field, and the form of the output."""
    x, is_batch = arguments.batch("x", x)
    field = _pooling(x.shape, kernel_size, stride, padding)
    x, dtype = _divisible(x)
    return x, field, Form(dtype, is_batch)


def average_pooling_backward(dy, x_shape, kernel_size, stride, padding):
    """Check what `avg_pool2d_backward` is given: returns dy, the shape of the input, its field, and the form of dx."""
    dy, shape, field, is_batch = _pooling_backward(dy, x_shape, kernel_size, stride, padding)
    dy, dtype = _divisible(dy)
    return dy, shape, field, Form(dtype, is_batch)


def winner_type(field):
    """Return the smallest type that numbers the taps of a window."""
    return np.min_scalar_type(math.prod(field.kernel_size) - 1)


def pooling_options(kernel_size, stride, padding):
    """Return the field of windows, side by side without a stride, refusing those that hold padding only."""
    field = Field.checked(kernel_size, kernel_size if stride is None else stride, padding)
    if any(max(around) >= k for around, k in zip(field.around, field.kernel_size)):
        raise ValueError(f"padding is {padding!r}; expected less than kernel_size, {kernel_size!r}")
    return field


def _convolution(x, w, stride, padding, dilation, groups):
    x, is_batch = arguments.batch("x", x)
    w = arguments.array("w", w, 4, "(K_h, K_w, C, F)")
    field = Field.checked(w.shape[:2], stride, padding, dilation, groups)
    if w.shape[2] * field.groups != x.shape[3]:
        seen = f"{w.shape[2]} channels" + (f" in each of {field.groups} groups" if field.groups > 1 else "")
        raise ValueError(f"w has shape {w.shape}, for {seen}; x has shape {x.shape}, with {x.shape[3]}")
    if w.shape[3] % field.groups:
        raise ValueError(f"w has shape {w.shape}; expected a number of kernels that {field.groups} groups share evenly")
    field.output_size(x.shape[1:3])
    return x, is_batch, w, field


def _pooling(x_shape, kernel_size, stride, padding):
    field = pooling_options(kernel_size, stride, padding)
    field.output_size(x_shape[1:3])
    return field


def _pooling_backward(dy, x_shape, kernel_size, stride, padding):
    shape, is_batch = arguments.batch_shape("x_shape", x_shape)
    field = _pooling(shape, kernel_size, stride, padding)
    return _deltas(dy, (shape[0], *field.output_size(shape[1:3]), shape[3]), is_batch), shape, field, is_batch


def _deltas(dy, output, is_batch):
    """Return dy as a batch, refusing another shape than that of the output."""
    dy = arguments.array("dy", dy)
    arguments.same_shape("dy", dy, output if is_batch else output[1:])
    return dy.reshape(output)


def _divisible(maps):
    """Turn integers into floats, before their sums can grow too large for them."""
    (maps,), dtype = in_safe_type(None, maps.astype(float) if maps.dtype.kind == "i" else maps)
    return maps, dtype
