"""Convolution as matrix products (im2col), one for each row of the output, and its transpose.

Maps are (C, H, W, N) here. Receptive fields are laid out in two steps,
`windows` across the columns and `windows` down the rows; only the first one
copies. A row of the input, laid out, is one run of numbers, so the K_h rows
that an output row sees already lie one after the other: the second step is a
view, in which the matrices of neighbouring output rows share their rows.
"""

from itertools import product

import numpy as np

from ..elementary import added
from ..windows import add_to_taps, cropped, padded, seen, zeros_padded
from .blocks import for_each, pixel_blocks

__all__ = ["add_lines", "correlate", "correlate_backward", "lines_of", "lowered"]


def correlate(x, w, b, field):
    """Compute `conv2d` of maps (C, H, W, N): kernels times receptive fields.

    Returns
    -------
    ndarray, shape (F, H_o, W_o, N)
    """
    weights = w.reshape(-1, len(b))
    maps = padded(x, field)
    y = np.empty((len(b), *field.output_size(x.shape[1:3]), x.shape[3]), x.dtype)

    def work(part):
        (channels, kernels), block = part
        rows = _rows(y[kernels], block)
        np.matmul(weights[:, kernels].T, lowered(maps[channels], block, field), out=rows)
        rows += b[kernels, np.newaxis]

    for_each(_parts(x, y, weights, field), work, products=y.size * len(weights))
    return y


def correlate_backward(dy, x, w, field):
    """Compute `conv2d_backward` of maps (F, H_o, W_o, N) and (C, H, W, N).

    Returns
    -------
    dx : ndarray, shape (C, H, W, N)
    dw : ndarray, shape (K_h, K_w, C / groups, F)
    """
    weights = w.reshape(-1, len(dy))
    maps = padded(x, field)
    dx, dw = zeros_padded(x.shape, field, x.dtype), np.zeros_like(weights)

    def work(part):
        (channels, kernels), block = part
        deltas = _rows(dy[kernels], block)
        fields = lowered(maps[channels], block, field)
        kernel_part = added(matrix @ delta.T for matrix, delta in zip(fields, deltas))
        return kernel_part, lines_of(weights[:, kernels] @ deltas, block, field)

    def add(part, gradients):
        (channels, kernels), block = part
        kernel_part, lines = gradients
        dw[:, kernels] += kernel_part
        add_lines(dx[channels], lines, block, field)

    for_each(_parts(x, dy, weights, field), work, add, dy.size * len(weights))
    return cropped(dx, field), dw.reshape(w.shape)


def lowered(x, block, field):
    """Lower the receptive fields of a block of output pixels.

    Parameters
    ----------
    x : ndarray, shape (C, H + p_top + p_bottom, W + p_left + p_right, N)
    block : (slice, slice)
        Rows and columns of the output.
    field : Field

    Returns
    -------
    ndarray, shape (rows, K_h K_w C, columns N)
        For each output row a matrix with a column for each pixel and image
        and a row for each tap and channel.
    """
    across = seen(x[:, *_input_block(block, field)], field.across)
    c, height, columns, _, k_w, n = across.shape
    lines = across.transpose(1, 3, 4, 0, 2, 5).reshape(1, height, 1, -1)
    down = seen(lines, field.down)
    return down.reshape(down.shape[1], -1, columns * n)


def lines_of(matrices, block, field):
    """Add the lowered receptive fields of a block back to lines: the transpose of the second step of `lowered`.

    Parameters
    ----------
    matrices : ndarray, shape (rows, K_h K_w C, columns N)
    block : (slice, slice)
    field : Field

    Returns
    -------
    ndarray, shape (1, rows of the input, 1, K_w C columns N)
    """
    rows, _ = _input_block(block, field)
    down = matrices.reshape(1, len(matrices), field.kernel_size[0], -1)
    lines = np.zeros((1, rows.stop - rows.start, 1, down.shape[3]), matrices.dtype)
    add_to_taps(lines, (down[:, :, u : u + 1] for u in range(field.kernel_size[0])), field.down)
    return lines


def add_lines(x, lines, block, field):
    """Add the lines of a block back to padded maps (C, H + ..., W + ..., N): the transpose of the first step."""
    part = x[:, *_input_block(block, field)]
    across = lines.reshape(part.shape[1], field.kernel_size[1], len(x), block[1].stop - block[1].start, -1)
    add_to_taps(part, across.transpose(1, 2, 0, 3, 4), field.across)


def _parts(x, y, weights, field):
    """Cut the work into ((channels, kernels) of a group, block of the output)."""
    groups = [
        tuple(slice(g * size // field.groups, (g + 1) * size // field.groups) for size in (len(x), len(y)))
        for g in range(field.groups)
    ]
    return list(product(groups, pixel_blocks(y.shape[1:3], len(weights) * y.shape[3])))


def _rows(maps, block):
    """View a block of maps (F, H_o, W_o, N): for each row a matrix with a column for each pixel and image."""
    part = maps[:, *block]
    return part.reshape(len(maps), part.shape[1], -1).transpose(1, 0, 2)


def _input_block(block, field):
    """Return the rows and columns of the padded input that a block of the output sees."""
    return tuple(
        slice(s * part.start, s * (part.stop - 1) + extent)
        for part, s, extent in zip(block, field.stride, field.extent)
    )
