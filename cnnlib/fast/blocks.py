"""Work in blocks that fit the cache, shared among threads."""

import math
import os
import sys
import threading
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from ..elementary import quietly

__all__ = ["for_each", "one_blas_thread", "pixel_blocks", "plane_blocks", "thread_count"]

BLOCK = 800_000  # numbers that fit, or nearly, the second-level cache of a processor core
SHARE = 20_000_000  # products of two numbers that take ten times as long as the start of a thread
ALONE = 250_000  # products of two numbers for which OpenBLAS takes one thread by itself


def for_each(blocks, work, add=None, products=None):
    """Call `work` with each block, in threads if there are several and enough to do.

    The threads take the next block when they are done with one. An error in
    any of them is raised here. Infinities and NaNs give no warnings: they are
    answers.

    Parameters
    ----------
    blocks : list
    work : callable
    add : callable, optional
        Called with each block and what `work` made of it, one at a time and
        in the order of the blocks. What blocks share is added up here: so the
        last digits of a sum do not depend on which thread came first.
    products : int, optional
        If there are matrix products in the blocks: how many of two numbers
        they hold in all. No thread starts for less than SHARE of them, and
        meanwhile the BLAS library has one thread.
    """
    _keep_freed_memory()
    threads = min(thread_count(), len(blocks))
    if products is None:
        with quietly():
            _share(blocks, work, add, threads)
    else:
        with quietly(), one_blas_thread(products):
            _share(blocks, work, add, int(min(threads, max(1, products / SHARE))))


def _share(blocks, work, add, threads):
    ends = _InOrder(add or (lambda block, part: None))
    if threads == 1:
        for number, block in enumerate(blocks):
            ends.put(number, block, work(block))
        return

    queue, errors, lock = enumerate(blocks), [], threading.Lock()

    def drain():
        try:
            while not errors:
                with lock:
                    number, block = next(queue, (None, None))
                if number is None:
                    return
                ends.put(number, block, work(block))
        except BaseException as error:
            errors.append(error)

    # NumPy's settings, `quietly` among them, belong to a context, and each thread needs one of its own.
    helpers = [threading.Thread(target=copy_context().run, args=(drain,)) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    drain()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]


class _InOrder:
    """Call a function with what arrives, in the order of the numbers and one at a time; nobody waits for the others."""

    def __init__(self, function):
        self.function, self.next, self.arrived, self.lock = function, 0, {}, threading.Lock()

    def put(self, number, *arguments):
        self.arrived[number] = arguments
        with self.lock:
            while self.next in self.arrived:
                self.function(*self.arrived.pop(self.next))
                self.next += 1


@contextmanager
def one_blas_thread(products, most=math.inf):
    """Hold the BLAS library to one thread, in a `with` block, where so many products of two numbers might take more.

    Its own threads would wait for each other in every one of many small
    matrix products, longest where other programs use the same cores. With
    more than `most` products, in one matrix, its threads are welcome.
    """
    with _holding if ALONE < products <= most else nullcontext():
        yield


class _Holding:
    """The first one in here holds the BLAS library to one thread, and the last one out restores what was before.

    Its number of threads is one for the whole process, and decides on the
    last digits of a sum: it must not change while anybody is in here.
    """

    def __init__(self):
        self.inside, self.lock = 0, threading.Lock()

    def __enter__(self):
        with self.lock:
            if not self.inside:
                self.before = [library.num_threads for library in _libraries()]
                _set_threads([1] * len(self.before))
            self.inside += 1

    def __exit__(self, *error):
        with self.lock:
            self.inside -= 1
            if not self.inside:
                _set_threads(self.before)


_holding = _Holding()
if hasattr(os, "register_at_fork"):  # a forked process has none of the threads that were inside
    os.register_at_fork(after_in_child=_holding.__init__)


def _set_threads(numbers):
    """Set the number of threads of each BLAS library, from whatever thread."""
    for library, number in zip(_libraries(), numbers):
        # From threadpoolctl 3.8 on, `set_num_threads` does nothing in all threads but the first that called it.
        getattr(library, "_real_set_num_threads", library.set_num_threads)(number)


@cache
def _libraries():
    """Find the BLAS libraries: once, since it takes a thousand times as long as setting their number of threads."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


def thread_count():
    """Read the number of threads from the environment: CNNLIB_NUM_THREADS, or else the cores that this process may use."""
    value = os.environ.get("CNNLIB_NUM_THREADS")
    if sys.platform == "emscripten":  # Python in a browser starts no threads
        return 1
    if value is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not value.isdecimal() or len(value) > 9 or int(value) < 1:
        raise ValueError(f"CNNLIB_NUM_THREADS is {value!r}; expected a whole number from 1 to 999999999")
    return int(value)


def pixel_blocks(output_size, numbers):
    """Cut an output into blocks of whole rows, or of parts of a row.

    Parameters
    ----------
    output_size : (int, int)
        H_o and W_o.
    numbers : int
        How many numbers the receptive fields of one pixel hold, over all images.

    Returns
    -------
    list of (slice, slice)
        Rows and columns.
    """
    height, width = output_size
    size = max(1, BLOCK // numbers)
    rows, columns = max(1, size // width), -(-width // -(-width // size))  # parts of a row as even as can be
    return [
        (slice(i, min(height, i + rows)), slice(j, min(width, j + columns)))
        for i in range(0, height, rows)
        for j in range(0, width, columns)
    ]


def plane_blocks(planes, numbers):
    """Cut the first axis of an array into slices of about BLOCK numbers; one plane holds `numbers`.

    Several threads take larger ones: between two short calls of NumPy they wait for each other.
    """
    size = max(1, BLOCK * thread_count() // numbers)
    return [slice(start, start + size) for start in range(0, planes, size)]


@cache
def _keep_freed_memory():
    """Make the C library keep freed arrays for the next ones.

    It hands large ones back to the system, and fetching them again, page by
    page, takes long: without this, layers whose maps hold some megabytes took
    1.4 to 1.8 times as much processor time on Linux. Freeing one array of
    32 MB tells it to keep all up to that size, for the whole process.
    """
    np.empty(32 * 1024 * 1024 - 8192, np.uint8)
