"""Layers in several threads, after a fork, when interrupted and at exit; and nothing is shared that should not be."""

import copy
import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from cnnlib import (
    SGD,
    Conv2d,
    Flatten,
    HalfSquaredError,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
)
from cnnlib.fast import blocks
from cnnlib.fast.blocks import for_each
from registry import LAYERS

SHAPES = {type(row.make()): row.shape for row in LAYERS.values()}


def integer_layer(name, seed):
    """Make a layer of integers, whose sums do not depend on their order."""
    layer, rng = LAYERS[name].make(), np.random.default_rng(seed)
    layer.params.update({key: rng.integers(-9, 10, value.shape) for key, value in layer.params.items()})
    return layer


def maps(layer, seed):
    """Make a batch for a layer; how many examples there are depends on the seed."""
    shape = (3 + seed, *SHAPES[type(layer)][1:])
    return np.random.default_rng(seed).integers(-9, 10, shape)


def forward_and_backward(layer, seed):
    y = layer.forward(maps(layer, seed))
    return y, layer.backward(np.ones(y.shape, int)), *layer.grads.values()


def same(left, right):
    return len(left) == len(right) and all(np.array_equal(*pair) for pair in zip(left, right))


@pytest.fixture
def small_blocks(monkeypatch):
    """Many blocks, and threads that take turns often."""
    monkeypatch.setattr(blocks, "BLOCK", 40)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_layers_in_several_threads_do_what_they_do_alone(monkeypatch, small_blocks, threads):
    tasks = [(name, seed) for seed in range(3) for name in LAYERS]
    alone = [forward_and_backward(integer_layer(*task), task[1]) for task in tasks]
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    layers = [integer_layer(*task) for task in tasks]
    start = threading.Barrier(len(tasks))

    def work(layer, seed):
        start.wait()
        return [forward_and_backward(layer, seed) for _ in range(4)]

    with ThreadPoolExecutor(len(tasks)) as pool:
        together = list(pool.map(work, layers, [seed for _, seed in tasks]))
    for got, expected in zip(together, alone):
        assert all(same(results, expected) for results in got)


@pytest.mark.parametrize("name", ["Conv2d", "MaxPool2d", "AvgPool2d"])
def test_threads_lose_no_addition(monkeypatch, small_blocks, name):
    """Fractions are added by Python code, in the middle of which another thread may take its turn."""

    def fractions(array):
        return np.vectorize(lambda entry: Fraction(int(entry), 7), otypes=[object])(array)

    layer = integer_layer(name, 0)
    layer.params.update({key: fractions(value) for key, value in layer.params.items()})
    x = fractions(maps(layer, 0))
    dy = fractions(np.ones(layer.forward(x).shape, int))
    expected = layer.forward(x), layer.backward(dy), *layer.grads.values()
    monkeypatch.setenv("CNNLIB_NUM_THREADS", "4")
    for _ in range(4):
        assert same((layer.forward(x), layer.backward(dy), *layer.grads.values()), expected)


# --- Errors and interruptions ---------------------------------------------------------------


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_after_an_error_in_a_block_no_thread_is_left(monkeypatch, error, threads):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", threads)
    before, done = threading.active_count(), []

    def work(block):
        if block == 4:
            raise error
        time.sleep(0.0005)
        done.append(block)

    for _ in range(10):
        done.clear()
        with pytest.raises(error):
            for_each(list(range(1000)), work)
        assert threading.active_count() == before
        assert len(done) < 500  # the others stop early
    monkeypatch.setattr(blocks, "BLOCK", 40)
    assert same(
        forward_and_backward(integer_layer("Conv2d", 0), 0), forward_and_backward(integer_layer("Conv2d", 0), 0)
    )


def run(script, **environment):
    """Run a script in an interpreter of its own; any warning is an error, and so is not coming to an end."""
    begin = "import sys, os, threading, numpy as np, cnnlib\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", begin + script],
        env={**os.environ, "CNNLIB_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


CONVOLVE = """
cnnlib.fast.blocks.BLOCK = 2000
rng = np.random.default_rng(0)
x, w = rng.integers(-9, 10, (4, 20, 20, 3)), rng.integers(-9, 10, (3, 3, 3, 8))
def convolve():
    y = cnnlib.conv2d(x, w, padding=1)
    return int(y.sum()) + sum(int((part * part).sum()) for part in cnnlib.conv2d_backward(y, x, w, padding=1))
right = convolve()
"""


def test_an_interruption_from_the_keyboard():
    script = (
        CONVOLVE
        + """
import random, signal, time
random.seed(0)
signal.signal(signal.SIGALRM, signal.default_int_handler)
interrupted = 0
for _ in range(40):
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0005, 0.01))
        while True:
            convolve()
    except (KeyboardInterrupt, RuntimeError) as error:
        # Interrupted while it starts a thread, Python 3.11 may raise "release unlocked lock" on top.
        assert isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt)
        interrupted += 1
    assert convolve() == right
for _ in range(1000):
    if threading.active_count() == 1:
        break
    time.sleep(0.01)
print(interrupted, threading.active_count())
"""
    )
    assert run(script) == "40 1\n"


# --- Processes ------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("threads", ["1", "3"])
def test_a_forked_process_works(threads):
    script = (
        CONVOLVE
        + """
for _ in range(5):
    child = os.fork()
    if child == 0:
        os._exit(0 if convolve() == right else 1)
    assert convolve() == right
    assert os.waitpid(child, 0)[1] == 0

import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert [pool.apply(convolve) for _ in range(4)] == [right] * 4
print("done")
"""
    )
    assert run(script, CNNLIB_NUM_THREADS=threads) == "done\n"


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_layers_go_to_another_process(start):
    if start == "forkserver" and not hasattr(os, "fork"):
        pytest.skip("this system has no forkserver")
    script = """
import multiprocessing
if __name__ == "__main__":
    layer = cnnlib.Conv2d(1, 2, 3, rng=0)
    x = np.ones((1, 4, 4, 1), np.float32)
    with multiprocessing.get_context(sys.argv[1] if len(sys.argv) > 1 else START).Pool(1) as pool:
        print(np.array_equal(pool.apply(layer.forward, (x,)), layer.forward(x)))
""".replace("sys.argv[1] if len(sys.argv) > 1 else START", repr(start))
    assert run(script) == "True\n"


@pytest.mark.parametrize("daemon", [False, True])
def test_the_interpreter_ends_while_threads_work(daemon):
    script = (
        CONVOLVE
        + f"""
for _ in range(3):
    threading.Thread(target=lambda: [convolve() for _ in range({10**6 if daemon else 5})], daemon={daemon}).start()
print("end of the main thread")
"""
    )
    for _ in range(3):
        assert run(script) == "end of the main thread\n"


# --- What is shared and what is not -----------------------------------------------------------


def memory(layer):
    return [*layer.params.values(), *layer.grads.values()]


@pytest.mark.parametrize("name", LAYERS)
def test_two_layers_share_nothing(name):
    one, two = integer_layer(name, 0), integer_layer(name, 0)
    expected = forward_and_backward(integer_layer(name, 0), 1)
    y = one.forward(maps(one, 1))
    forward_and_backward(two, 2)
    assert same((y, one.backward(np.ones(y.shape, int)), *one.grads.values()), expected)
    assert not any(np.shares_memory(a, b) for a in memory(one) for b in memory(two))


@pytest.mark.parametrize("name", ["Conv2d", "Linear"])
def test_layers_from_one_generator_differ(name):
    rng = np.random.default_rng(0)
    sizes = (2, 3, 2) if name == "Conv2d" else (2, 3)
    make = {"Conv2d": Conv2d, "Linear": Linear}[name]
    one, two, again = make(*sizes, rng=rng), make(*sizes, rng=rng), make(*sizes, rng=0)
    assert np.array_equal(one.params["weight"], again.params["weight"])
    assert not (one.params["weight"] == two.params["weight"]).any()
    assert not np.shares_memory(one.params["bias"], two.params["bias"])


@pytest.mark.parametrize("name", LAYERS)
def test_backward_belongs_to_the_last_forward(name):
    layer = integer_layer(name, 0)
    forward_and_backward(layer, 1)
    before = memory(layer)
    kept = [array.copy() for array in before]
    layer.forward(maps(layer, 3))
    assert same(forward_and_backward(layer, 2), forward_and_backward(integer_layer(name, 0), 2))
    assert same(before, kept)  # gradients that were handed out are not overwritten


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("name", LAYERS)
def test_a_copy_of_a_layer_goes_its_own_way(name, copied):
    layer = integer_layer(name, 0)
    fresh = copied(layer)
    with pytest.raises(RuntimeError, match="needs a forward before it"):
        fresh.backward(np.ones(1))
    results = forward_and_backward(layer, 1)
    after = copied(layer)
    assert same([after.backward(np.ones(results[0].shape, int)), *after.grads.values()], results[1:])
    assert not any(np.shares_memory(a, b) for a in memory(layer) for b in memory(after))
    for parameter in after.params.values():
        parameter += 1
    forward_and_backward(after, 2)
    assert same(results, forward_and_backward(layer, 1))


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))], ids=["copy", "pickle"]
)
def test_training_goes_on_from_a_copy(copied):
    net = Sequential(Conv2d(2, 4, 3, rng=0), ReLU(), MaxPool2d(2), Flatten(), Linear(36, 5, rng=0))
    optimizer, loss = SGD(net, 0.1, momentum=0.9), SoftmaxCrossEntropy()
    images = np.random.default_rng(0).normal(size=(3, 8, 9, 2)).astype(np.float32)

    def step(net, optimizer, loss):
        value = loss.forward(net.forward(images), [0, 4, 2])
        net.backward(loss.backward())
        optimizer.step()
        return value

    step(net, optimizer, loss)
    parts = copied((net, optimizer, loss))
    assert [step(*parts) for _ in range(3)] == [step(net, optimizer, loss) for _ in range(3)]
    assert parts[1].network is parts[0]


@pytest.mark.parametrize("make", [HalfSquaredError, SoftmaxCrossEntropy])
def test_two_losses_share_nothing(make):
    one, two = make(), make()
    target = [1, 0] if make is SoftmaxCrossEntropy else np.zeros((2, 3))
    one.forward(np.eye(2, 3), target)
    kept = one.backward().copy()
    two.forward(np.ones((2, 3)), target)
    assert np.array_equal(one.backward(), kept) and not np.array_equal(two.backward(), kept)
