"""Receptive fields lowered to matrices (im2col), one for each row of the output, and the transpose.

Maps are (C, H, W, N) here and padded already. The fields are laid out in two
steps, `windows` across the columns and `windows` down the rows; only the first
one copies. A row of the input, laid out, is one run of numbers, so the K_h
rows that an output row sees already lie one after the other: the second step
is a view in which the matrices of neighbouring output rows share their rows.
"""

import numpy as np

from .windows import add_to_taps, seen

__all__ = ["add_lowered", "lowered", "rows_of_pixels"]


def lowered(x, block, field):
    """Lower the receptive fields of a block of output pixels.

    Parameters
    ----------
    x : ndarray, shape (C, H + 2p, W + 2p, N)
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


def add_lowered(x, matrices, block, field):
    """Add lowered receptive fields back to padded maps: the transpose of `lowered`.

    Parameters
    ----------
    x : ndarray, shape (C, H + 2p, W + 2p, N)
        It is added to.
    matrices : ndarray, shape (rows, K_h K_w C, columns N)
    block : (slice, slice)
    field : Field
    """
    part = x[:, *_input_block(block, field)]
    (k_h, k_w), columns = field.kernel_size, block[1].stop - block[1].start
    down = matrices.reshape(1, len(matrices), k_h, -1)
    lines = np.zeros((1, part.shape[1], 1, down.shape[3]), matrices.dtype)
    add_to_taps(lines, (down[:, :, u : u + 1] for u in range(k_h)), field.down)
    across = lines.reshape(part.shape[1], k_w, len(x), columns, -1)
    add_to_taps(part, across.transpose(1, 2, 0, 3, 4), field.across)


def rows_of_pixels(maps, block):
    """View a block of maps (C, H_o, W_o, N): for each row a matrix with a column for each pixel and image."""
    part = maps[:, *block]
    return part.reshape(len(maps), part.shape[1], -1).transpose(1, 0, 2)


def _input_block(block, field):
    """Return the rows and columns of the padded input that a block of the output sees."""
    return tuple(
        slice(s * part.start, s * (part.stop - 1) + extent) for part, s, extent in zip(block, field.stride, field.extent)
    )
