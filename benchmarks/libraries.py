"""The same work in each library: `prepare` returns a function that does it once."""

import numpy as np
from cases import LENET, Conv

LAYERS = 6, 16, 120, 84, 10  # LeNet-5's sizes
IMAGE_CHANNELS = 3  # maps with more come from a layer before


def arrays(case, dtype):
    """Return the input and, for a convolution, the kernels and the bias."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(case.n, case.h, case.w, case.c)).astype(dtype)
    if not isinstance(case, Conv):
        return (x,)
    w = rng.normal(size=(case.k, case.k, case.c, case.f)).astype(dtype)
    return x, w, np.zeros(case.f, dtype)


def digits(dtype):
    rng = np.random.default_rng(0)
    return rng.random((64, 28, 28, 1)).astype(dtype), rng.integers(0, 10, 64)


def prepare_cnnlib(case, dtype, threads):
    import cnnlib

    if case == LENET:
        a, b, c, d, e = LAYERS
        network = cnnlib.Sequential(
            cnnlib.Conv2d(1, a, 5, padding=2, dtype=dtype), cnnlib.ReLU(), cnnlib.MaxPool2d(2),
            cnnlib.Conv2d(a, b, 5, dtype=dtype), cnnlib.ReLU(), cnnlib.MaxPool2d(2), cnnlib.Flatten(),
            cnnlib.Linear(400, c, dtype=dtype), cnnlib.ReLU(), cnnlib.Linear(c, d, dtype=dtype), cnnlib.ReLU(),
            cnnlib.Linear(d, e, dtype=dtype),
        )  # fmt: skip
        loss, step, (x, target) = cnnlib.SoftmaxCrossEntropy(), cnnlib.SGD(network, 0.01), digits(dtype)

        def run():
            loss.forward(network.forward(x), target)
            network.backward(loss.backward())
            step.step()

        return run
    if isinstance(case, Conv):
        layer = cnnlib.Conv2d(case.c, case.f, case.k, stride=case.stride, padding=case.padding, dtype=dtype)
        x, layer.params["weight"], layer.params["bias"] = arrays(case, dtype)
        if case.c > IMAGE_CHANNELS:
            x = as_handed_on(x)
    else:
        make = cnnlib.MaxPool2d if case.kind == "max" else cnnlib.AvgPool2d
        layer, (x,) = make(case.k, stride=case.stride), arrays(case, dtype)
    # No forward runs here, so that the memory of the first one can be measured.
    if isinstance(case, Conv):
        dy = as_handed_on(np.ones((case.n, *case.output, case.f), dtype))
    else:
        dy = np.ones((case.n, *case.output, case.c), dtype)
    return lambda: (layer.forward(x), layer.backward(dy))


def as_handed_on(maps):
    """Lay maps out in memory as one of cnnlib's convolutions hands them to the next: batch last.

    Images come as they are read, (N, H, W, C); every library gets all else as its own layers make it.
    """
    order = 3, 1, 2, 0
    return np.ascontiguousarray(maps.transpose(order)).transpose(order)


def prepare_im2col(case, dtype, threads):
    """The lowering that most from-scratch libraries use: one matrix for the whole batch."""
    if not isinstance(case, Conv):
        return None
    x, w, b = arrays(case, dtype)
    rows, columns = case.output
    k, s, p = case.k, case.stride, case.padding
    flat = w.reshape(-1, case.f)
    dy = np.ones((case.n * rows * columns, case.f), dtype)

    def run():
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        view = np.lib.stride_tricks.sliding_window_view(padded, (k, k), (1, 2))[:, ::s, ::s]
        lowered = view.transpose(0, 1, 2, 4, 5, 3).reshape(-1, flat.shape[0])
        y = lowered @ flat + b
        dw, db = lowered.T @ dy, dy.sum(0)
        fields = (dy @ flat.T).reshape(case.n, rows, columns, k, k, case.c)
        dx = np.zeros_like(padded)
        for u in range(k):
            for v in range(k):
                dx[:, u : u + s * rows : s, v : v + s * columns : s] += fields[:, :, :, u, v]
        return y, dx[:, p : p + case.h, p : p + case.w], dw, db

    return run


def prepare_torch(case, dtype, threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    kind = torch.float32 if dtype == np.float32 else torch.float64
    if case == LENET:
        a, b, c, d, e = LAYERS
        network = nn.Sequential(
            nn.Conv2d(1, a, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(a, b, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, c), nn.ReLU(), nn.Linear(c, d), nn.ReLU(), nn.Linear(d, e),
        ).to(kind)  # fmt: skip
        loss, step = nn.CrossEntropyLoss(), torch.optim.SGD(network.parameters(), 0.01)
        images, labels = digits(dtype)
        x, target = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)

        def run():
            step.zero_grad()
            loss(network(x), target).backward()
            step.step()

        return run
    x, *rest = arrays(case, dtype)
    x = torch.from_numpy(x.transpose(0, 3, 1, 2).copy()).requires_grad_()
    if isinstance(case, Conv):
        layer = nn.Conv2d(case.c, case.f, case.k, stride=case.stride, padding=case.padding).to(kind)
    else:
        make = nn.MaxPool2d if case.kind == "max" else nn.AvgPool2d
        layer = make(case.k, stride=case.stride)
    dy = torch.ones((case.n, case.f if isinstance(case, Conv) else case.c, *case.output), dtype=kind)

    def run():
        x.grad = None
        layer.zero_grad()
        layer(x).backward(dy)

    return run


def prepare_jax(case, dtype, threads):
    import jax
    from jax import lax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", dtype == np.float64)
    if case == LENET:
        return None
    if isinstance(case, Conv):
        padding = [(case.padding, case.padding)] * 2

        def forward(x, w, b):
            strides = (case.stride, case.stride)
            y = lax.conv_general_dilated(x, w, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            return y + b
    else:
        window, strides = (1, case.k, case.k, 1), (1, case.stride, case.stride, 1)

        def forward(x):
            if case.kind == "max":
                return lax.reduce_window(x, -jnp.inf, lax.max, window, strides, "VALID")
            return lax.reduce_window(x, 0.0, lax.add, window, strides, "VALID") / case.k**2

    inputs = [jnp.asarray(array) for array in arrays(case, dtype)]
    dy = jnp.ones_like(forward(*inputs))

    @jax.jit
    def both(*inputs):
        y, back = jax.vjp(forward, *inputs)
        return y, back(dy)

    return lambda: jax.block_until_ready(both(*inputs))


PREPARE = {"cnnlib": prepare_cnnlib, "im2col": prepare_im2col, "torch": prepare_torch, "jax": prepare_jax}
