"""The tiny network is what its module says, and small enough for a pencil."""

import numpy as np
import pytest
from cnnlib import tiny


def forward():
    """Compute the tiny network with plain loops: before and after ReLU, the windows of the pooling, the output."""
    z = np.array(
        [[(tiny.IMAGE[i : i + 2, j : j + 3] * tiny.KERNEL).sum() + tiny.BIAS for j in range(4)] for i in range(4)]
    )
    windows = np.maximum(z, 0).reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
    return z, windows, int(tiny.WEIGHTS @ windows.max(axis=1))


def test_no_number_is_larger_than_a_pencil_likes():
    z, windows, output = forward()
    assert np.abs(z).max() < 10 and windows.max(axis=1).tolist() == [3, 5, 4, 4]
    assert output == 1 and output - tiny.TARGET == 2


def test_there_are_no_ties_and_relu_and_pooling_have_something_to_do():
    z, windows, _ = forward()
    largest = np.sort(windows, axis=1)
    assert (largest[:, -1] > largest[:, -2]).all() and not (z == 0).any()
    assert 0 < (z < 0).sum() < z.size / 2
    assert sorted(windows.argmax(axis=1)) == [0, 1, 2, 3]


def test_no_page_can_change_the_numbers():
    with pytest.raises(ValueError, match="read-only"):
        tiny.IMAGE[0, 0] = 9
