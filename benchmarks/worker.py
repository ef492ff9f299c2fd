"""One library in one process: reads a case, answers with the seconds of one round.

Started by `run.py`. A line in is a JSON list [case, dtype] or ["memory", case, dtype]; a line out is
the seconds, the bytes, or null where the library does not do that case.
"""

import json
import os
import resource
import sys
import time

import numpy as np
from cases import CONVOLUTIONS, LENET, POOLS
from libraries import PREPARE

CASES = {**CONVOLUTIONS, **POOLS, LENET: LENET}
ROUND = 0.1  # seconds that a round takes at least


def measured(function, seconds, clock):
    """Return the mean time of one call, over as many calls as fill the time."""
    calls, start = 0, clock()
    while calls < 3 or clock() - start < seconds:
        function()
        calls += 1
    return (clock() - start) / calls


def extra_memory(function):
    """Return by how much one call raises the highest memory this process has held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    function()
    return 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


def peak(dtype):
    """Return a function that multiplies two large matrices, and its floating-point operations."""
    a = np.ones((1024, 1024), dtype)
    return lambda: a @ a


def main(library, threads):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    # With one thread the processor time counts: what other programs take from the machine does not.
    clock = time.process_time if threads == 1 else time.perf_counter
    ready = {}
    for line in sys.stdin:
        *what, case, dtype = json.loads(line)
        if (case, dtype) not in ready:
            kind = np.dtype(dtype)
            function = peak(kind) if case == "peak" else PREPARE[library](CASES[case], kind, threads)
            if function and not what:
                measured(function, ROUND, clock)
            ready = {(case, dtype): function}  # one case at a time: the others' memory is free
        function = ready[case, dtype]
        answer = function and (extra_memory(function) if what else measured(function, ROUND, clock))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
