"""Receptive fields side by side, and their transpose: the two moves behind every layer."""

from dataclasses import dataclass

import numpy as np

from . import arguments

__all__ = ["Field", "padded", "scatter", "scatter_taps", "taps", "windows"]


@dataclass(frozen=True)
class Field:
    """Which input pixels each output pixel sees, per axis (rows, columns).

    Output pixel (i, j) sees the input pixels
    (s i + d u - p, s j + d v - p) for 0 <= u < K_h and 0 <= v < K_w,
    with stride s, dilation d and padding p (chapter "Stride").
    """

    kernel_size: tuple
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    dilation: tuple = (1, 1)

    @classmethod
    def checked(cls, kernel_size, stride, padding, dilation=1):
        """Make a field from ints or pairs, refusing what makes no sense."""
        return cls(
            arguments.integer_pair("kernel_size", kernel_size, 1),
            arguments.integer_pair("stride", stride, 1),
            arguments.integer_pair("padding", padding, 0),
            arguments.integer_pair("dilation", dilation, 1),
        )

    @property
    def extent(self):
        """Rows and columns from the first tap to the last: d (K - 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation))

    def output_size(self, input_size):
        """Rows and columns of the output: floor((H + 2p - d (K - 1) - 1) / s) + 1.

        Raises
        ------
        ValueError
            If the kernel is larger than the padded input.
        """
        padded = tuple(size + 2 * p for size, p in zip(input_size, self.padding))
        if any(extent > size for extent, size in zip(self.extent, padded)):
            raise ValueError(
                f"kernel_size {self.kernel_size} with dilation {self.dilation} covers {self.extent}; "
                f"expected no more than the padded input, {padded}"
            )
        return tuple((size - extent) // s + 1 for size, extent, s in zip(padded, self.extent, self.stride))


def windows(x, field):
    """Lay the receptive fields of all output pixels side by side.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    field : Field

    Returns
    -------
    ndarray, shape (N, H_o, W_o, K_h, K_w, C)
        ``windows[n, i, j, u, v, c] = x[n, s*i + d*u - p, s*j + d*v - p, c]``,
        and 0 outside: a read-only view of the padded input, in which
        overlapping windows share their pixels.
    """
    rows, columns = field.output_size(x.shape[1:3])
    (s_h, s_w), (d_h, d_w) = field.stride, field.dilation
    x = padded(x, field)
    n, h, w, c = x.strides
    return np.lib.stride_tricks.as_strided(
        x,
        (len(x), rows, columns, *field.kernel_size, x.shape[3]),
        (n, s_h * h, s_w * w, d_h * h, d_w * w, c),
        writeable=False,
    )


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
    """
    n, _, _, k_h, k_w, c = fields.shape
    parts = (fields[:, :, :, u, v] for u, v in np.ndindex(k_h, k_w))
    return scatter_taps(parts, field, (n, *input_size, c), fields.dtype)


def scatter_taps(parts, field, x_shape, dtype):
    """Do what `scatter` does, with the parts of the windows given tap by tap.

    Parameters
    ----------
    parts : iterable of ndarray, shape (N, H_o, W_o, C)
        One for each tap, in row-major order.
    field : Field
    x_shape : (int, int, int, int)
    dtype : dtype

    Returns
    -------
    ndarray of shape x_shape
    """
    (p_h, p_w), (n, h, w, c) = field.padding, x_shape
    x = np.zeros((n, h + 2 * p_h, w + 2 * p_w, c), dtype)
    for pixels, part in zip(taps(x, field), parts):
        pixels += part
    return x[:, p_h : p_h + h, p_w : p_w + w]


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
    """Surround maps by p rows and columns of `fill` on each side."""
    (p_h, p_w) = field.padding
    if not (p_h or p_w):
        return x
    n, h, w, c = x.shape
    result = np.full((n, h + 2 * p_h, w + 2 * p_w, c), fill, x.dtype)
    result[:, p_h : p_h + h, p_w : p_w + w] = x
    return result
