"""Blocks cover the output once, threads do what one thread does, and errors come through."""

import threading

import numpy as np
import pytest
from cnnlib import AvgPool2d, Conv2d, MaxPool2d
from cnnlib.fast import blocks
from cnnlib.fast.blocks import for_each, pixel_blocks, plane_blocks


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 4)])
@pytest.mark.parametrize("numbers", [1, 100_000, 150_000, 10**7])
def test_pixel_blocks_cover_the_output_once(size, numbers):
    count = np.zeros(size, int)
    for block in pixel_blocks(size, numbers):
        count[block] += 1
        assert count[block].size * numbers <= blocks.BLOCK or count[block].size == 1
    assert (count == 1).all()


@pytest.mark.parametrize("planes, numbers", [(1, 1), (7, 150_000), (7, 10**7), (10, 200_000)])
def test_plane_blocks_cover_the_planes_once(planes, numbers):
    count = np.zeros(planes, int)
    for block in plane_blocks(planes, numbers):
        count[block] += 1
        assert count[block].size * numbers <= blocks.BLOCK or count[block].size == 1
    assert (count == 1).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_as_many_threads_work_at_once_as_were_asked_for(monkeypatch, threads):
    started = []

    class Counted(threading.Thread):
        def start(self):
            started.append(self)
            super().start()

    monkeypatch.setenv("CNNLIB_NUM_THREADS", str(threads))
    monkeypatch.setattr(threading, "Thread", Counted)
    together = threading.Barrier(threads, timeout=30)  # lets nobody pass before all are there
    for_each(range(2 * threads), lambda block: together.wait())
    assert len(started) == threads - 1
    for_each([0], lambda block: None)  # nor are there more than blocks
    assert len(started) == threads - 1


@pytest.mark.parametrize("multiplications, threads", [(1, 1), (2, 1), (2 * blocks.SHARE, 2), (9 * blocks.SHARE, 4)])
def test_no_thread_starts_for_little_work(monkeypatch, multiplications, threads):
    shared = []
    monkeypatch.setenv("CNNLIB_NUM_THREADS", "4")
    monkeypatch.setattr(blocks, "_share", lambda *shares: shared.append(shares[2]))
    for_each(range(5), print, multiplications)
    assert shared == [threads]


@pytest.mark.parametrize("threads", ["1", "2", "5"])
@pytest.mark.parametrize("size", [1, 40, 10**6])
def test_threads_and_blocks_do_not_change_the_result(monkeypatch, threads, size):
    x = np.random.default_rng(0).integers(-9, 10, (3, 8, 9, 2))
    expected = [run(layer, x) for layer in layers()]
    monkeypatch.setattr(blocks, "BLOCK", size)
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    for got, wanted in zip([run(layer, x) for layer in layers()], expected):
        assert all(np.array_equal(a, b) for a, b in zip(got, wanted))


def layers():
    convolution = Conv2d(2, 3, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(2, 1))
    weight = np.random.default_rng(1).integers(-9, 10, (2, 3, 2, 3))
    convolution.params.update(weight=weight, bias=np.array([1, 2, 3]))
    return convolution, MaxPool2d(3, stride=2, padding=1), AvgPool2d(2, stride=1, padding=1)


def run(layer, x):
    y = layer.forward(x)
    return y, layer.backward(y), *layer.grads.values()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_an_error_in_a_block_is_raised(monkeypatch, threads):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)

    def work(block):
        if block == 4:
            raise ZeroDivisionError("block 4")

    with pytest.raises(ZeroDivisionError, match="block 4"):
        for_each(list(range(9)), work)


@pytest.mark.parametrize("value", ["0", "-2", "two", ""])
def test_a_senseless_number_of_threads_is_refused(monkeypatch, value):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", value)
    with pytest.raises(ValueError, match="CNNLIB_NUM_THREADS is"):
        blocks.thread_count()
