"""Convolution as matrix products (im2col), one for each row of the output, and its transpose.

Maps are (C, H, W, N) here. Receptive fields are laid out in two steps,
`windows` across the columns and `windows` down the rows; only the first one
copies. A row of the input, laid out, is one run of numbers, so the K_h rows
that an output row sees already lie one after the other: the second step is a
view, in which the matrices of neighbouring output rows share their rows.
"""

from contextlib import nullcontext
from threading import Lock

import numpy as np

from .blocks import for_each, pixel_blocks
from ..elementary import added
from ..windows import add_to_taps, cropped, empty_padded, padded, seen

__all__ = ["add_lowered", "correlate", "correlate_backward", "lowered"]


def correlate(x, w, b, field):
    """Compute `conv2d` of maps (C, H, W, N): kernels times receptive fields.

    Returns
    -------
    ndarray, shape (F, H_o, W_o, N)
    """
    weights = w.reshape(-1, len(b))
    maps = padded(x, field)
    y = np.empty((len(b), *field.output_size(x.shape[1:3]), x.shape[3]), x.dtype)

    def work(block):
        rows = _rows(y, block)
        np.matmul(weights.T, lowered(maps, block, field), out=rows)
        rows += b[:, np.newaxis]

    for_each(_blocks(y, weights), work, y.size * len(weights))
    return y


def correlate_backward(dy, x, w, field):
    """Compute `conv2d_backward` of maps (F, H_o, W_o, N) and (C, H, W, N).

    Returns
    -------
    dx : ndarray, shape (C, H, W, N)
    dw : ndarray, shape (K_h, K_w, C, F)
    """
    weights = w.reshape(-1, len(dy))
    maps = padded(x, field)
    dx = empty_padded(x.shape, field, x.dtype)
    dx[...] = 0
    dw = np.zeros_like(weights)
    lock = Lock()  # the blocks share dw, and their receptive fields overlap in dx

    def work(block):
        deltas = _rows(dy, block)
        kernel_part = added(fields @ delta.T for fields, delta in zip(lowered(maps, block, field), deltas))
        input_part = weights @ deltas
        with lock:
            dw[...] += kernel_part
        add_lowered(dx, input_part, block, field, lock)

    for_each(_blocks(dy, weights), work, dy.size * len(weights))
    return cropped(dx, field), dw.reshape(w.shape)


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


def add_lowered(x, matrices, block, field, lock=nullcontext()):
    """Add lowered receptive fields back to padded maps: the transpose of `lowered`.

    Parameters
    ----------
    x : ndarray, shape (C, H + 2p, W + 2p, N)
        It is added to.
    matrices : ndarray, shape (rows, K_h K_w C, columns N)
    block : (slice, slice)
    field : Field
    lock : context manager, optional
        Held while `x` changes.
    """
    part = x[:, *_input_block(block, field)]
    (k_h, k_w), columns = field.kernel_size, block[1].stop - block[1].start
    down = matrices.reshape(1, len(matrices), k_h, -1)
    lines = np.zeros((1, part.shape[1], 1, down.shape[3]), matrices.dtype)
    add_to_taps(lines, (down[:, :, u : u + 1] for u in range(k_h)), field.down)
    across = lines.reshape(part.shape[1], k_w, len(x), columns, -1)
    with lock:
        add_to_taps(part, across.transpose(1, 2, 0, 3, 4), field.across)


def _blocks(y, weights):
    return pixel_blocks(y.shape[1:3], len(weights) * y.shape[3])


def _rows(maps, block):
    """View a block of maps (F, H_o, W_o, N): for each row a matrix with a column for each pixel and image."""
    part = maps[:, *block]
    return part.reshape(len(maps), part.shape[1], -1).transpose(1, 0, 2)


def _input_block(block, field):
    """Return the rows and columns of the padded input that a block of the output sees."""
    return tuple(
        slice(s * part.start, s * (part.stop - 1) + extent) for part, s, extent in zip(block, field.stride, field.extent)
    )
