"""Minimal filtering (Winograd): four outputs of a column of three taps for six products instead of twelve.

Maps are (C, H, W, N) here. A tile is six rows of the input, from which come
four rows of the output, so tiles overlap by two. Turned by B, the rows of a
tile meet the kernel, turned by G, in six independent products, which A turns
into the four rows. The backward pass is the transpose of each step. A, B and G
are those of Lavin and Gray, "Fast algorithms for convolutional neural
networks" (2016), for four outputs and three taps.

No layer runs this: what B adds and A takes away again leaves rounding errors
as large as the largest pixel of the tile, on outputs that do not see it.
"""

import numpy as np

from ..elementary import reciprocal
from ..windows import add_to_taps, cropped, padded, seen, zeros_padded
from .blocks import for_each, pixel_blocks

__all__ = ["A", "B", "G24", "correlate", "correlate_backward"]

A = np.array([[1, 0, 0, 0], [1, 1, 1, 1], [1, -1, 1, -1], [1, 2, 4, 8], [1, -2, 4, -8], [0, 0, 0, 1]])
B = np.array(
    [
        [4, 0, 0, 0, 0, 0],
        [0, -4, 4, -2, 2, 4],
        [-5, -4, -4, -1, -1, 0],
        [0, 1, -1, 2, -2, -5],
        [1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]
)
G24 = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]])  # 24 times G
TILE, OUTPUTS = A.shape


def correlate(x, w, b, field):
    """Compute `conv2d` of maps (C, H, W, N), as `lowering.correlate` does, for kernels with three rows and stride 1."""
    maps, kernels = padded(x, field), _turned(w)
    y = np.empty((len(b), *field.output_size(x.shape[1:3]), x.shape[3]), x.dtype)

    def work(block):
        pixels = _turn(B.T, _tiles(maps, _input_block(block, w), TILE))
        outputs = _turn(A.T, kernels.swapaxes(2, 3) @ _lowered(pixels, field))
        outputs += b[:, np.newaxis]
        for part, row in zip(_rows(y, block, OUTPUTS), outputs):
            part[...] = row[: len(part)].reshape(part.shape)

    for_each(_blocks(y, w), work, products=y.size * w[..., 0].size)
    return y


def correlate_backward(dy, x, w, field):
    """Compute `conv2d_backward`, as `lowering.correlate_backward` does, for kernels with three rows and stride 1."""
    maps, kernels = padded(x, field), _turned(w)
    dx, dkernels = zeros_padded(x.shape, field, x.dtype), np.zeros_like(kernels)

    def work(block):
        pixels = _turn(B.T, _tiles(maps, _input_block(block, w), TILE))
        deltas = _turn(A, _tiles(dy, block, OUTPUTS))
        deltas = deltas.reshape(*deltas.shape[:3], -1)
        kernel_part = (_lowered(pixels, field) @ deltas.swapaxes(2, 3)).sum(axis=1, keepdims=True)
        dpixels = np.zeros_like(pixels)
        _add_lowered(dpixels, kernels @ deltas, field)
        return kernel_part, _turn(B, dpixels)

    def add(block, gradients):
        kernel_part, dtiles = gradients
        dkernels[...] += kernel_part
        for part, row in zip(_rows(dx, _input_block(block, w), TILE), dtiles):
            part += row[: len(part)]

    for_each(_blocks(dy, w), work, add, dy.size * w[..., 0].size)
    return cropped(dx, field), _turned_back(dkernels, w.shape)


def _turn(matrix, tiles):
    """Multiply a matrix by the first axis of tiles."""
    return np.tensordot(matrix.astype(tiles.dtype), tiles, 1)


def _turned(w):
    """Turn each column of the kernels by G: (3, K_w, C, F) becomes (6, 1, K_w C, F)."""
    return np.tensordot(_g(w.dtype), w, 1).reshape(TILE, 1, -1, w.shape[3])


def _turned_back(dkernels, shape):
    """Do the transpose of `_turned`."""
    return np.tensordot(_g(dkernels.dtype).T, dkernels.reshape(TILE, *shape[1:]), 1)


def _g(dtype):
    return G24.astype(dtype) * reciprocal(24, dtype)


def _blocks(y, w):
    """Cut the rows of tiles of the output into blocks, of whole rows of tiles or of parts of one."""
    _, rows, columns, n = y.shape
    _, k_w, c, f = w.shape
    return pixel_blocks((-(-rows // OUTPUTS), columns), TILE * (k_w * c + f) * n)


def _input_block(block, w):
    """Return a block of the padded input: the same tiles, and the columns that the kernels meet."""
    tiles, columns = block
    return tiles, slice(columns.start, columns.stop + w.shape[1] - 1)


def _rows(maps, block, height):
    """View, for each row of a tile of this height, that row of all tiles in a block: (tiles, C, columns, N).

    Those beyond the edge of the maps are left out.
    """
    tiles, columns = block
    first, last = OUTPUTS * tiles.start, OUTPUTS * (tiles.stop - 1)
    return [maps[:, first + k : last + k + 1 : OUTPUTS, columns].swapaxes(0, 1) for k in range(height)]


def _tiles(maps, block, height):
    """Lay the tiles of a block side by side, with zeros beyond the edge: (height, tiles, C, columns, N)."""
    rows = _rows(maps, block, height)
    tiles = np.empty((height, *rows[0].shape), maps.dtype)
    for tile, row in zip(tiles, rows):
        tile[: len(row)] = row
        tile[len(row) :] = 0
    return tiles


def _lowered(pixels, field):
    """Lower turned tiles across their columns, (6, tiles, C, columns, N), to matrices of K_w C rows."""
    fields = seen(pixels.reshape(-1, *pixels.shape[2:]), field.across)
    matrices = fields.squeeze(3).transpose(0, 3, 1, 2, 4)
    return matrices.reshape(*pixels.shape[:2], matrices.shape[1] * matrices.shape[2], -1)


def _add_lowered(pixels, matrices, field):
    """Add matrices back to turned tiles: the transpose of `_lowered`."""
    maps = pixels.reshape(-1, *pixels.shape[2:])
    width = field.kernel_size[1]
    parts = matrices.reshape(len(maps), width, maps.shape[1], -1, maps.shape[3])
    add_to_taps(maps, parts.swapaxes(0, 1), field.across)
