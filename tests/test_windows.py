"""Receptive fields laid side by side, and their transpose."""

import numpy as np
import pytest
from cnnlib.windows import Field, scatter, windows
from slow import inside, pairs

FIELDS = [
    Field((1, 1)),
    Field((2, 3), stride=(2, 1), padding=(1, 0)),
    Field((3, 2), stride=(1, 3), padding=(0, 2), dilation=(1, 2)),
    Field((2, 2), stride=(3, 3), dilation=(2, 1)),
    Field((2, 3), stride=(2, 1), padding=((2, 0), (1, 3))),
]


@pytest.mark.parametrize("field", FIELDS)
def test_windows_and_scatter_are_what_the_loops_give(field):
    x = np.random.default_rng(0).integers(-9, 10, (2, 5, 6, 3))
    fields = windows(x, field)
    size = field.output_size((5, 6))
    assert fields.shape == (2, *size, *field.kernel_size, 3)
    back = np.zeros_like(x)
    before = tuple(first for first, _ in field.around)
    for (i, j), (u, v), (r, q) in pairs((5, 6), field.kernel_size, size, field.stride, before, field.dilation):
        seen = x[:, r, q] if inside((r, q), x) else 0
        assert (fields[:, i, j, u, v] == seen).all()
        if inside((r, q), x):
            back[:, r, q] += fields[:, i, j, u, v]
    scattered = scatter(fields, field, (5, 6))
    assert np.array_equal(scattered, back) and scattered.dtype == back.dtype


@pytest.mark.parametrize("field", FIELDS)
def test_each_is_the_transpose_of_the_other(field):
    rng = np.random.default_rng(1)
    x = rng.integers(-(10**6), 10**6, (2, 5, 6, 3))
    fields = rng.integers(-(10**6), 10**6, windows(x, field).shape)
    assert (windows(x, field) * fields).sum() == (x * scatter(fields, field, (5, 6))).sum()


@pytest.mark.parametrize("field", FIELDS)
def test_the_first_tap_inside(field):
    marked = windows(np.ones((1, 5, 6, 1), int), field)
    marked = marked.reshape(*marked.shape[1:3], -1)
    first = field.first_inside((5, 6))
    for index in np.ndindex(*first.shape):
        assert marked[index].argmax() == first[index] or not marked[index].any()


def test_windows_show_what_fills_the_padding():
    shown = windows(np.zeros((1, 1, 1, 1)), Field((1, 2), padding=((0, 0), (1, 0))), fill=7)
    assert shown.ravel().tolist() == [7, 0]


def test_windows_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        windows(np.ones((1, 3, 3, 1)), Field((2, 2)))[...] = 0
