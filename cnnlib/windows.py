"""Receptive fields side by side, and their transpose: the two moves behind every layer."""

from dataclasses import dataclass

import numpy as np

from . import arguments

__all__ = ["Field", "scatter", "windows"]


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


def windows(x, field, fill=0):
    """Lay the receptive fields of all output pixels side by side.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    field : Field
    fill : number
        The value of the padding.

    Returns
    -------
    ndarray, shape (N, H_o, W_o, K_h, K_w, C)
        ``windows[n, i, j, u, v, c] = x[n, s*i + d*u - p, s*j + d*v - p, c]``:
        a read-only view of the padded input, in which overlapping windows
        share their pixels.
    """
    rows, columns = field.output_size(x.shape[1:3])
    (p_h, p_w), (s_h, s_w), (d_h, d_w) = field.padding, field.stride, field.dilation
    if p_h or p_w:
        x = np.pad(x, ((0, 0), (p_h, p_h), (p_w, p_w), (0, 0)), constant_values=fill)
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
    n, rows, columns, k_h, k_w, c = fields.shape
    (p_h, p_w), (s_h, s_w), (d_h, d_w) = field.padding, field.stride, field.dilation
    h, w = input_size
    x = np.zeros((n, h + 2 * p_h, w + 2 * p_w, c), fields.dtype)
    for u in range(k_h):
        for v in range(k_w):
            x[:, d_h * u :, d_w * v :][:, : s_h * rows : s_h, : s_w * columns : s_w] += fields[:, :, :, u, v]
    return x[:, p_h : p_h + h, p_w : p_w + w]
