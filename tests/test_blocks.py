"""Blocks cover the output once, threads do what one thread does, and errors come through."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from cnnlib import AvgPool2d, Conv2d, MaxPool2d, fast
from cnnlib.fast import blocks, lowering
from cnnlib.fast.blocks import for_each, pixel_blocks, plane_blocks
from threadpoolctl import threadpool_info, threadpool_limits


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 4)])
@pytest.mark.parametrize("numbers", [1, 100_000, 150_000, 10**7])
def test_pixel_blocks_cover_the_output_once(size, numbers):
    count = np.zeros(size, int)
    for block in pixel_blocks(size, numbers):
        count[block] += 1
        assert count[block].size * numbers <= blocks.BLOCK or count[block].size == 1
    assert (count == 1).all()


@pytest.mark.parametrize("planes, numbers", [(1, 1), (7, 150_000), (7, 10**7), (10, 200_000)])
def test_plane_blocks_cover_the_planes_once(monkeypatch, planes, numbers):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", "1")
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


@pytest.mark.parametrize("products, threads", [(1, 1), (2, 1), (2 * blocks.SHARE, 2), (9 * blocks.SHARE, 4), (None, 4)])
def test_no_thread_starts_for_little_work(monkeypatch, products, threads):
    shared = []
    monkeypatch.setenv("CNNLIB_NUM_THREADS", "4")
    monkeypatch.setattr(blocks, "_share", lambda *shares: shared.append(shares[3]))
    for_each(range(5), print, products=products)
    assert shared == [threads]


def test_convolution_says_how_many_products_there_are(monkeypatch):
    told = []
    monkeypatch.setattr(lowering, "for_each", lambda blocks, work, add=None, products=None: told.append(products))
    x, w = np.ones((2, 5, 6, 4)), np.ones((2, 3, 2, 6))
    y = fast.conv2d(x, w, groups=2)
    fast.conv2d_backward(y, x, w, groups=2)
    assert told == [2 * 4 * 4 * 6 * 2 * 3 * 2] * 2


@pytest.mark.parametrize("threads", ["1", "3"])
def test_what_is_added_comes_in_the_order_of_the_blocks(monkeypatch, threads):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    added = []

    def work(block):
        time.sleep(0.002 * (block % 3))
        return block**2

    for_each(list(range(20)), work, lambda block, part: added.append((block, part)))
    assert added == [(block, block**2) for block in range(20)]
    with pytest.raises(ZeroDivisionError):
        for_each(list(range(20)), work, lambda block, part: 1 // (block - 7))


# --- The BLAS library ---------------------------------------------------------------------------


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture
def two_blas_threads():
    with threadpool_limits(2, "blas"):
        assert blas_threads() == {2}
        yield
        assert blas_threads() == {2}


LARGE = np.ones((8, 30, 30, 8), np.float32), np.ones((3, 3, 8, 16), np.float32)


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.usefixtures("two_blas_threads")
def test_the_blas_has_one_thread_inside_and_what_it_had_before_outside(monkeypatch, threads):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    monkeypatch.setattr(blocks, "BLOCK", 100_000)
    monkeypatch.setattr(blocks, "SHARE", 1)
    seen, lowered = [], lowering.lowered
    monkeypatch.setattr(lowering, "lowered", lambda *args: seen.append(blas_threads()) or lowered(*args))
    y = fast.conv2d(*LARGE)
    assert blas_threads() == {2}
    fast.conv2d_backward(y, *LARGE)
    assert len(seen) > 2 and all(inside == {1} for inside in seen)


@pytest.mark.usefixtures("two_blas_threads")
def test_it_is_restored_after_an_error(monkeypatch):
    monkeypatch.setattr(lowering, "lowered", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        fast.conv2d(*LARGE)


def test_who_comes_while_it_is_held_leaves_it_alone():
    before, leave, entered = blas_threads(), threading.Event(), threading.Event()

    def hold():
        with blocks.one_blas_thread(10**9):
            entered.set()
            leave.wait(timeout=30)

    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(timeout=30)
    for _ in range(2):
        with blocks.one_blas_thread(10**9), blocks.one_blas_thread(10**9):
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    leave.set()
    first.join()
    assert blas_threads() == before


@pytest.mark.usefixtures("two_blas_threads")
def test_every_thread_can_hold_it():
    """The fixture has set a number in this thread; threadpoolctl would ignore another thread's from then on."""
    seen = []

    def hold():
        with blocks.one_blas_thread(10**9):
            seen.append(blas_threads())

    other = threading.Thread(target=hold)
    other.start()
    other.join()
    assert seen == [{1}]


@pytest.mark.usefixtures("two_blas_threads")
def test_who_is_in_last_restores_it():
    """Whoever was first may be done first; the others' sums must not change their order in the middle."""
    first, second = (blocks.one_blas_thread(10**9) for _ in range(2))
    for step, inside in [(first.__enter__, 1), (second.__enter__, 1), (lambda: first.__exit__(*[None] * 3), 1)]:
        step()
        assert blas_threads() == {inside}
    second.__exit__(None, None, None)
    assert blas_threads() == {2}


@pytest.mark.usefixtures("two_blas_threads")
def test_small_products_leave_it_alone():
    with blocks.one_blas_thread(blocks.ALONE):
        assert blas_threads() == {2}


def test_nothing_happens_on_import():
    script = """
import threadpoolctl
threadpoolctl.ThreadpoolController = None
import numpy as np, cnnlib, threading
y, _ = cnnlib.max_pool2d(cnnlib.conv2d(np.ones((4, 20, 20, 8)), np.ones((3, 3, 8, 8))), 2)
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_a_number_of_threads_there_are_as_many_as_cores_may_be_used(monkeypatch):
    monkeypatch.delenv("CNNLIB_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 4, 5}, raising=False)
    assert blocks.thread_count() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert blocks.thread_count() == 1
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert blocks.thread_count() == 8
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert blocks.thread_count() == 1


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
