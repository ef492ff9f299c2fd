"""Measure cnnlib beside other libraries, as ratios in one run.

    python benchmarks/run.py                     one thread, float32
    python benchmarks/run.py --threads 2
    python benchmarks/run.py --dtype float64 --only conv
    python benchmarks/run.py --json results.json     then draw.py draws them

Each library has a process of its own. They take turns, round by round, so that a slower moment of the
machine hits all of them; the median over the rounds counts. PyTorch and JAX are measured if installed.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from cases import CONVOLUTIONS, LENET, POOLS

HERE = Path(__file__).parent
LIBRARIES = ["torch", "cnnlib", "im2col", "jax"]


def main():
    options = arguments()
    libraries = [name for name in LIBRARIES if name in ("cnnlib", "im2col") or importlib.util.find_spec(name)]
    workers = {name: Worker(name, options.threads) for name in libraries}
    try:
        peak = statistics.median(workers["im2col"].ask("peak", options.dtype) for _ in range(options.rounds))
        gflops = 2 * 1024**3 / peak / 1e9
        print(f"{machine()}, {options.threads} thread(s)")
        print(f"{options.dtype}; matrix product {gflops:.0f} GFLOP/s\n")
        results = {case: times(workers, case, options) for case in chosen(options.only)}
    finally:
        for worker in workers.values():
            worker.close()
    memory = {name: extra_memory(name, options) for name in libraries}
    report(results, libraries, gflops, memory)
    if options.json:
        facts = {"threads": options.threads, "dtype": options.dtype, "rounds": options.rounds, "gflops": gflops}
        record = {"machine": machine(), "versions": versions(libraries), **facts, "memory": memory, "seconds": results}
        Path(options.json).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=["conv", "pool", "step"])
    parser.add_argument("--json", help="write the results to this file")
    return parser.parse_args()


def chosen(only):
    groups = {"conv": CONVOLUTIONS, "pool": POOLS, "step": [LENET]}
    return [case for name, group in groups.items() if only in (None, name) for case in group]


class Worker:
    """A process that runs one library."""

    def __init__(self, library, threads):
        environment = {**os.environ, "CNNLIB_NUM_THREADS": str(threads)}
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[name] = "1" if library == "cnnlib" else str(threads)  # its threads share blocks instead
        command = [sys.executable, HERE / "worker.py", library, str(threads)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment
        )

    def ask(self, *question):
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    @classmethod
    def once(cls, library, threads, case, dtype):
        """Ask a fresh process for the memory of one case."""
        worker = cls(library, threads)
        answer = worker.ask("memory", case, dtype)
        worker.close()
        return answer


def times(workers, case, options):
    rounds = [
        {name: worker.ask(case, options.dtype) for name, worker in workers.items()} for _ in range(options.rounds)
    ]
    return {name: statistics.median(r[name] for r in rounds) if rounds[0][name] else None for name in workers}


def extra_memory(library, options):
    """Return what one forward and backward pass takes in a fresh process, relative to the input and the output."""
    case = "64→64 3×3, 56×56, batch 8"
    conv = CONVOLUTIONS[case]
    size = (4 if options.dtype == "float32" else 8) * conv.n * conv.h * conv.w * (conv.c + conv.f)
    return Worker.once(library, options.threads, case, options.dtype) / size


def machine():
    """Name the processor, how many cores it has here, and the Python."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def versions(libraries):
    """Return the versions of NumPy and of what it is measured beside."""
    others = [name for name in libraries if name not in ("cnnlib", "im2col")]
    return {name: version(name).partition("+")[0] for name in ("numpy", *others)}


def report(results, libraries, gflops, memory):
    base = "torch" if "torch" in libraries else "im2col"
    others = [name for name in libraries if name != base]
    print(
        f"{'seconds relative to ' + base:<48}"
        + "".join(f"{name:>9}" for name in others)
        + f"{base + ' ms':>12}{'cnnlib GFLOP/s':>16}"
    )
    ratios = {}
    for case, seconds in results.items():
        row = f"{case:<48}"
        for name in others:
            ratios[case, name] = seconds[name] / seconds[base] if seconds[name] and seconds[base] else None
            row += f"{ratios[case, name]:>9.2f}" if ratios[case, name] else f"{'–':>9}"
        row += f"{1e3 * seconds[base]:>12.3f}" if seconds[base] else f"{'–':>12}"
        if case in CONVOLUTIONS:
            speed = CONVOLUTIONS[case].flops / seconds["cnnlib"] / 1e9
            row += f"{speed:>9.1f} {100 * speed / gflops:>4.0f} %"
        print(row)
    for title, group in [
        ("convolutions, geometric mean without the toy", [c for c in CONVOLUTIONS if "toy" not in c]),
        ("pooling, geometric mean", POOLS),
    ]:
        group = [case for case in group if case in results]
        if group:
            means = [[ratios[case, name] for case in group if ratios[case, name]] for name in others]
            print(
                f"{title:<48}" + "".join(f"{statistics.geometric_mean(m):>9.2f}" if m else f"{'–':>9}" for m in means)
            )
    print("\nextra memory of forward and backward, 64→64 at 56×56, relative to x + y:")
    print("  " + ", ".join(f"{name} {memory[name]:.2f}" for name in libraries))


if __name__ == "__main__":
    main()
