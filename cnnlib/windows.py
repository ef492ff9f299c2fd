"""Receptive fields side by side, and their transpose: the two moves behind every layer.

Everything here works on axes 1 and 2 and leaves the first and the last axis
alone, so maps may be (N, H, W, C) or, as the library keeps them where speed
matters, (C, H, W, N): with the batch last, a row of one channel is one run of
numbers, for all images at once, and copying receptive fields copies long runs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import arguments

__all__ = [
    "Field",
    "add_to_taps",
    "cropped",
    "empty_padded",
    "padded",
    "scatter",
    "seen",
    "taps",
    "windows",
    "zeros_padded",
]


@dataclass(frozen=True)
class Field:
    """Which input pixels each output pixel sees, per axis (rows, columns).

    Output pixel (i, j) sees the input pixels
    (s i + d u - p, s j + d v - p) for 0 <= u < K_h and 0 <= v < K_w,
    with stride s, dilation d and p rows or columns of padding before the map
    (chapter "Stride"). Padding is a pair, the same on both sides, or, where
    the sides differ, ((top, bottom), (left, right)). Channels and kernels are
    in `groups` that do not see each other (chapter "Multiple kernels").

    Examples
    --------
    >>> field = Field(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))
    >>> field.output_size((5, 6))
    (3, 5)
    >>> Field.checked(kernel_size=(3, 2), stride=1, padding="same").padding
    ((1, 1), (0, 1))
    """

    kernel_size: tuple
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    dilation: tuple = (1, 1)
    groups: int = 1

    @classmethod
    def checked(cls, kernel_size, stride, padding, dilation=1, groups=1):
        """Make a field from ints, pairs and the word "same", refusing what makes no sense."""
        kernel_size = arguments.integer_pair("kernel_size", kernel_size, 1)
        stride = arguments.integer_pair("stride", stride, 1)
        dilation = arguments.integer_pair("dilation", dilation, 1)
        if isinstance(padding, str) and padding == "same":
            if stride != (1, 1):
                raise ValueError(f"padding is 'same'; expected stride 1 beside it, not {stride}")
            padding = _same(kernel_size, dilation)
        return cls(kernel_size, stride, arguments.padding(padding), dilation, arguments.integer("groups", groups, 1))

    @cached_property
    def around(self):
        """What surrounds the maps: ((top, bottom), (left, right))."""
        return tuple(side if isinstance(side, tuple) else (side, side) for side in self.padding)

    @cached_property
    def extent(self):
        """Rows and columns from the first tap to the last: d (K - 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation))

    @cached_property
    def across(self):
        """What a row of taps sees of padded maps: this field's columns."""
        return Field((1, self.kernel_size[1]), (1, self.stride[1]), (0, 0), (1, self.dilation[1]))

    @cached_property
    def down(self):
        """What a column of taps sees of padded maps: this field's rows."""
        return Field((self.kernel_size[0], 1), (self.stride[0], 1), (0, 0), (self.dilation[0], 1))

    def output_size(self, input_size):
        """Rows and columns of the output: floor((H + p_top + p_bottom - d (K - 1) - 1) / s) + 1.

        Raises
        ------
        ValueError
            If the kernel is larger than the padded input.
        """
        padded = tuple(size + sum(around) for size, around in zip(input_size, self.around))
        if any(extent > size for extent, size in zip(self.extent, padded)):
            raise ValueError(
                f"kernel_size {self.kernel_size} with dilation {self.dilation} covers {self.extent}; "
                f"expected no more than the padded input, {padded}"
            )
        return tuple((size - extent) // s + 1 for size, extent, s in zip(padded, self.extent, self.stride))

    def first_inside(self, input_size):
        """Number, for each output pixel, the first of its taps, u K_w + v, that does not meet the padding: (H_o, W_o)."""
        u, v = (
            np.maximum(0, -((s * np.arange(size) - before) // d))
            for size, s, d, (before, _) in zip(self.output_size(input_size), self.stride, self.dilation, self.around)
        )
        return u[:, np.newaxis] * self.kernel_size[1] + v


def windows(x, field, fill=0):
    """Lay the receptive fields of all output pixels side by side.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    field : Field
    fill : number
        What stands on the padding.

    Returns
    -------
    ndarray, shape (N, H_o, W_o, K_h, K_w, C)
        ``windows[n, i, j, u, v, c] = x[n, s*i + d*u - p, s*j + d*v - p, c]``,
        and `fill` outside: a read-only view of the padded input, in which
        overlapping windows share their pixels.

    Examples
    --------
    Two neighbours for each of three places in a row:

    >>> x = np.array([1, 2, 3, 4]).reshape(1, 1, 4, 1)
    >>> windows(x, Field((1, 2))).reshape(3, 2)
    array([[1, 2],
           [2, 3],
           [3, 4]])
    """
    return seen(padded(x, field, fill), field)


def seen(x, field):
    """View the receptive fields of padded maps, as `windows` does those of maps without their padding."""
    (k_h, k_w), (s_h, s_w), (d_h, d_w), (e_h, e_w) = field.kernel_size, field.stride, field.dilation, field.extent
    rows, columns = (x.shape[1] - e_h) // s_h + 1, (x.shape[2] - e_w) // s_w + 1
    n, h, w, c = x.strides  # bytes from one image, row, column, channel to the next
    shape = len(x), rows, columns, k_h, k_w, x.shape[3]
    steps = n, s_h * h, s_w * w, d_h * h, d_w * w, c  # def-stride-general-index
    return np.lib.stride_tricks.as_strided(x, shape, steps, writeable=False)


def scatter(fields, field, input_size):
    """Add windows back where they came from: the transpose of `windows`.

    A pixel in several windows receives the sum; what falls on the padding
    is dropped; a pixel in no window receives 0.

    Parameters
    ----------
    fields : ndarray, shape (N, H_o, W_o, K_h, K_w, C)
    field : Field
    input_size : (int, int)
        H and W of the input.

    Returns
    -------
    ndarray, shape (N, H, W, C)

    Examples
    --------
    The inner pixels stand in two windows, so they come back twice:

    >>> x, field = np.array([1, 2, 3, 4]).reshape(1, 1, 4, 1), Field((1, 2))
    >>> scatter(windows(x, field), field, (1, 4)).ravel()
    array([1, 4, 6, 4])
    """
    n, _, _, k_h, k_w, c = fields.shape
    x = zeros_padded((n, *input_size, c), field, fields.dtype)
    add_to_taps(x, (fields[:, :, :, u, v] for u, v in np.ndindex(k_h, k_w)), field)
    return cropped(x, field)


def add_to_taps(x, parts, field):
    """Add to a padded map, at the pixels that each tap meets, the part of that tap.

    Parameters
    ----------
    x : ndarray, shape (N, H + p_top + p_bottom, W + p_left + p_right, C)
        It is added to.
    parts : iterable of ndarray, shape (N, H_o, W_o, C)
        One for each tap, in row-major order.
    field : Field
    """
    for pixels, part in zip(taps(x, field), parts):
        pixels += part


def taps(x, field):
    """Give, for each tap in row-major order, the pixels of a padded map that it meets.

    Yields
    ------
    ndarray, shape (N, H_o, W_o, C)
        For the tap (u, v) the view ``x[n, s*i + d*u, s*j + d*v, c]``.
    """
    (s_h, s_w), (d_h, d_w), (e_h, e_w) = field.stride, field.dilation, field.extent
    rows, columns = x.shape[1] - e_h + 1, x.shape[2] - e_w + 1
    for u, v in np.ndindex(*field.kernel_size):
        yield x[:, d_h * u : d_h * u + rows : s_h, d_w * v : d_w * v + columns : s_w]


def padded(x, field, fill=0):
    """Surround maps by the rows and columns of the padding, full of `fill`, in one contiguous array."""
    if not any(map(any, field.around)) and x.flags.c_contiguous:
        return x
    result = empty_padded(x.shape, field, x.dtype)
    result[...] = fill
    inside = cropped(result, field)
    for row in range(x.shape[1]):  # row by row, so that what is turned round stays in the cache
        inside[:, row] = x[:, row]
    return result


def empty_padded(shape, field, dtype):
    """Make padded maps for an input of this shape, not filled yet."""
    n, *size, c = shape
    return np.empty((n, *[length + sum(around) for length, around in zip(size, field.around)], c), dtype)


def zeros_padded(shape, field, dtype):
    """Make padded maps for an input of this shape, all 0."""
    x = empty_padded(shape, field, dtype)
    x[...] = 0
    return x


def cropped(x, field):
    """View what the padding surrounds."""
    (top, bottom), (left, right) = field.around
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


def _same(kernel_size, dilation):
    """Surround maps so that stride 1 keeps their size; an odd row or column comes last, as in PyTorch and Keras."""
    surplus = [d * (k - 1) for k, d in zip(kernel_size, dilation)]
    return tuple((total // 2, total - total // 2) for total in surplus)
