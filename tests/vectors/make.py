"""Make the vectors that `test_vectors.py` compares cnnlib with, by PyTorch.

    pip install torch && python tests/vectors/make.py

Small integers in float64, so that sums and products are exact and every framework gives the same
numbers; PyTorch's maps are (N, C, H, W) and its kernels (F, C, K_h, K_w).
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

HERE = Path(__file__).parent
CONVOLUTIONS = {
    "plain": ((2, 5, 6, 3), (2, 3, 3, 4), {}),
    "strided": ((2, 7, 8, 2), (3, 2, 2, 3), {"stride": (2, 3), "padding": (1, 0)}),
    "dilated": ((1, 8, 9, 2), (2, 3, 2, 2), {"stride": (1, 2), "padding": (2, 1), "dilation": (3, 2)}),
    "sparse": ((2, 6, 7, 1), (2, 2, 1, 2), {"stride": 4}),
    "point": ((2, 3, 4, 3), (1, 1, 3, 5), {}),
    "grouped": ((2, 6, 7, 4), (3, 2, 2, 6), {"stride": (2, 1), "padding": (1, 0), "groups": 2}),
    "depthwise": ((2, 5, 7, 3), (2, 3, 1, 3), {"dilation": (1, 2), "groups": 3}),
    "same": ((2, 5, 6, 2), (4, 3, 2, 3), {"padding": "same", "dilation": (1, 2)}),
}
UNEVEN = (
    (2, 5, 6, 2),
    (3, 2, 2, 3),
    ((2, 0), (0, 1)),
    (2, 1),
)  # maps, kernels, padding ((top, bottom), (left, right)), stride
POOLS = {
    "plain": ((2, 5, 6, 3), (2, 2), {}),
    "overlapping": ((2, 7, 8, 2), (3, 2), {"stride": (2, 1), "padding": (1, 1)}),
    "sparse": ((1, 7, 7, 2), (2, 2), {"stride": (3, 4)}),
}


def main():
    rng = np.random.default_rng(0)
    vectors = {"torch": np.array(torch.__version__)}
    for name, (x_shape, w_shape, options) in CONVOLUTIONS.items():
        x, w, b = leaf(rng, x_shape, (0, 3, 1, 2)), leaf(rng, w_shape, (3, 2, 0, 1)), leaf(rng, w_shape[3:], (0,))
        y = functional.conv2d(x, w, b, **options)
        store(vectors, f"conv-{name}", rng, y, {"x": (x, MAPS), "w": (w, (2, 3, 1, 0)), "b": (b, (0,))})
    x_shape, w_shape, (rows, columns), stride = UNEVEN
    x, w, b = leaf(rng, x_shape, (0, 3, 1, 2)), leaf(rng, w_shape, (3, 2, 0, 1)), leaf(rng, w_shape[3:], (0,))
    y = functional.conv2d(functional.pad(x, (*columns, *rows)), w, b, stride=stride)
    store(vectors, "conv-uneven", rng, y, {"x": (x, MAPS), "w": (w, (2, 3, 1, 0)), "b": (b, (0,))})
    for name, (x_shape, size, options) in POOLS.items():
        for kind, pool in {"max": functional.max_pool2d, "avg": functional.avg_pool2d}.items():
            x = leaf(rng, x_shape, (0, 3, 1, 2), low=-9, high=-1)  # negative, with many ties
            store(vectors, f"{kind}-{name}", rng, pool(x, size, **options), {"x": (x, MAPS)})
    for function in (torch.sigmoid, torch.tanh, torch.relu, functional.hardtanh):
        x = leaf(rng, (3, 4), (0, 1), scale=0.4)
        store(vectors, function.__name__, rng, function(x), {"x": (x, (0, 1))})
    x = leaf(rng, (5, 3), (0, 1), low=-2, high=3)  # with many ties
    store(vectors, "maximum", rng, x.max(dim=1, keepdim=True).values, {"x": (x, (0, 1))})
    x, w, b = leaf(rng, (3, 4), (0, 1)), leaf(rng, (4, 2), (1, 0)), leaf(rng, (2,), (0,))
    store(vectors, "linear", rng, functional.linear(x, w, b), {"x": (x, (0, 1)), "w": (w, (1, 0)), "b": (b, (0,))})
    z = leaf(rng, (3, 4), (0, 1))
    loss = functional.cross_entropy(z, torch.tensor([3, 0, 2]))
    store(vectors, "cross_entropy", rng, loss, {"x": (z, (0, 1))}, dy=torch.tensor(1.0, dtype=torch.float64))
    y, target = leaf(rng, (4, 3), (0, 1)), torch.from_numpy(rng.integers(-9, 10, (4, 3)).astype(float))
    loss = (0.5 * (y - target) ** 2).sum(dim=1).mean()
    store(vectors, "half_squared_error", rng, loss, {"x": (y, (0, 1))}, dy=torch.tensor(1.0, dtype=torch.float64))
    vectors["half_squared_error/target"] = target.numpy()
    np.savez_compressed(HERE / "torch.npz", **vectors)


MAPS = 0, 2, 3, 1


def leaf(rng, shape, order, low=-9, high=10, scale=1.0):
    values = rng.integers(low, high, shape) * scale
    return torch.from_numpy(values.transpose(order).copy()).requires_grad_()


def store(vectors, name, rng, y, inputs, dy=None):
    """Keep inputs, output, upstream gradient and gradients, in cnnlib's order of axes."""
    if dy is None:
        dy = torch.from_numpy(rng.integers(-9, 10, y.shape).astype(float))
    y.backward(dy)
    back = MAPS if y.ndim == 4 else tuple(range(y.ndim))
    vectors[f"{name}/y"], vectors[f"{name}/dy"] = turned(y, back), turned(dy, back)
    for key, (variable, order) in inputs.items():
        vectors[f"{name}/{key}"], vectors[f"{name}/d{key}"] = turned(variable, order), turned(variable.grad, order)


def turned(tensor, order):
    return tensor.detach().numpy().transpose(order).copy()


if __name__ == "__main__":
    main()
