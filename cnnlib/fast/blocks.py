"""Work in blocks that fit the cache, shared among threads."""

import math
import os
import threading
from contextvars import copy_context
from functools import cache

import numpy as np

from ..elementary import quietly

__all__ = ["for_each", "pixel_blocks", "plane_blocks", "thread_count"]

BLOCK = 800_000  # numbers that fit, or nearly, the second-level cache of a processor core
SHARE = 20_000_000  # multiplications that take ten times as long as the start of a thread


def for_each(blocks, work, multiplications=math.inf):
    """Call `work` with each block, in threads if there are several and enough to do.

    The threads take the next block when they are done with one. An error in
    any of them is raised here. Infinities and NaNs give no warnings: they are
    answers.

    Parameters
    ----------
    blocks : list
    work : callable
    multiplications : int, optional
        How many there are in all blocks. No thread starts for less than
        SHARE of them.
    """
    _keep_freed_memory()
    with quietly():
        _share(blocks, work, int(min(thread_count(), len(blocks), max(1, multiplications / SHARE))))


def _share(blocks, work, threads):
    if threads == 1:
        for block in blocks:
            work(block)
        return

    queue, errors, lock = iter(blocks), [], threading.Lock()

    def drain():
        try:
            while not errors:
                with lock:
                    block = next(queue, None)
                if block is None:
                    return
                work(block)
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


def thread_count():
    """Read the number of threads from the environment: CNNLIB_NUM_THREADS, or else 1.

    With more than one, give the BLAS library one of its own, for example by
    OPENBLAS_NUM_THREADS=1: threads that share the blocks need no others.
    """
    value = os.environ.get("CNNLIB_NUM_THREADS", "1")
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
    page, takes longer than the arithmetic of a small layer. Freeing one array
    of 32 MB tells it to keep all up to that size.
    """
    np.empty(32 * 1024 * 1024 - 8192, np.uint8)
