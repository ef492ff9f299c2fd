"""Ask PyTorch, Flax and Keras the questions of `conventions.py`; `test_conventions.py` compares cnnlib with the answers.

pip install torch flax keras && KERAS_BACKEND=jax python tests/vectors/make_conventions.py
"""

import json
from pathlib import Path

import flax
import jax
import keras
import numpy as np
import optax
import torch
from conventions import answers
from flax import linen
from jax import numpy as jnp
from torch.nn import functional

HERE = Path(__file__).parent


class PyTorch:
    refusals = RuntimeError, NotImplementedError, TypeError

    def conv(self, x, w, **options):
        return last(functional.conv2d(first(x), torch.tensor(w.transpose(3, 2, 0, 1)), **options))

    def max_pool(self, x, size, **options):
        return last(functional.max_pool2d(first(x), size, **options))

    def avg_pool(self, x, size, **options):
        return last(functional.avg_pool2d(first(x), size, **options))

    def relu(self, x):
        return torch.relu(tensor(x))

    def hard_tanh(self, x):
        return functional.hardtanh(tensor(x))

    def maximum(self, x):
        return tensor(x).max(dim=-1, keepdim=True).values

    def gradient(self, function, x, dy, *args, **options):
        x = torch.tensor(x, requires_grad=True)
        function(x, *args, **options).backward(torch.tensor(dy))
        return x.grad.numpy()

    def cross_entropy(self, scores, labels, of_scores=None):
        return functional.cross_entropy(tensor(scores), tensor(labels))

    def squared_error(self, y, target):
        return functional.mse_loss(tensor(y), tensor(target))

    def momentum(self, rates, mu):
        w = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
        optimizer, path = torch.optim.SGD([w], rates[0], momentum=mu), []
        for rate in rates:
            optimizer.param_groups[0]["lr"] = rate
            w.grad = 2 * w.detach()
            optimizer.step()
            path.append(w.item())
        return path

    def initial(self, channels, kernels, size):
        layer = torch.nn.Conv2d(channels, kernels, size)
        return spread(layer.weight.detach().numpy(), layer.bias.detach().numpy(), channels * size**2)


def tensor(x):
    return x if isinstance(x, torch.Tensor) else torch.tensor(x)


def first(x):
    return tensor(x).permute(0, 3, 1, 2)


def last(y):
    return y.permute(0, 2, 3, 1)


class Jax:
    """What Flax and Keras share if both compute by JAX."""

    refusals = TypeError, ValueError

    def gradient(self, function, x, dy, *args, **options):
        _, pullback = jax.vjp(lambda x: function(x, *args, **options), jnp.asarray(x))
        return pullback(jnp.asarray(dy, jnp.float32))[0]


class Flax(Jax):
    relu, hard_tanh = staticmethod(linen.relu), staticmethod(linen.hard_tanh)

    def conv(self, x, w, stride=1, dilation=1, groups=1, **options):
        options = {name: value.upper() if value == "same" else value for name, value in options.items()}
        options |= {"kernel_dilation": dilation, "feature_group_count": groups, "use_bias": False}
        layer = linen.Conv(w.shape[3], w.shape[:2], stride, **options)
        return layer.apply({"params": {"kernel": w}}, x)

    def max_pool(self, x, size, **options):
        return linen.max_pool(jnp.asarray(x), *windows(size, **options))

    def avg_pool(self, x, size, **options):
        return linen.avg_pool(jnp.asarray(x), *windows(size, **options))

    def maximum(self, x):
        return jnp.max(x, axis=-1, keepdims=True)

    def cross_entropy(self, scores, labels, of_scores=None):
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels)

    def squared_error(self, y, target):
        return optax.l2_loss(y, target)

    def momentum(self, rates, mu):
        optimizer, w, path = optax.sgd(lambda step: jnp.array(rates)[step], momentum=mu), jnp.array(5.0), []
        state = optimizer.init(w)
        for _ in rates:
            update, state = optimizer.update(2 * w, state)
            w = w + update
            path.append(w)
        return path

    def initial(self, channels, kernels, size):
        layer = linen.Conv(kernels, (size, size)).init(jax.random.key(0), jnp.zeros((1, 8, 8, channels)))["params"]
        return spread(layer["kernel"], layer["bias"], channels * size**2)


def windows(size, stride=None, padding=0):
    pair = (size, size) if isinstance(size, int) else size
    strides = (stride, stride) if isinstance(stride, int) else stride
    return pair, strides, ((padding, padding),) * 2


class Keras(Jax):
    relu, hard_tanh = staticmethod(keras.activations.relu), staticmethod(keras.activations.hard_tanh)

    def conv(self, x, w, stride=1, dilation=1, groups=1, **options):
        options = named(**options) | {"dilation_rate": dilation, "groups": groups, "use_bias": False}
        layer = keras.layers.Conv2D(w.shape[3], w.shape[:2], stride, **options)
        layer.build(x.shape)
        layer.set_weights([w])
        return layer(jnp.asarray(x))

    def max_pool(self, x, size, stride=None, **options):
        return keras.layers.MaxPooling2D(size, stride, **named(**options))(jnp.asarray(x))

    def avg_pool(self, x, size, stride=None, **options):
        return keras.layers.AveragePooling2D(size, stride, **named(**options))(jnp.asarray(x))

    def maximum(self, x):
        return keras.ops.max(x, axis=-1, keepdims=True)

    def cross_entropy(self, scores, labels, **options):
        options = {"from_logits" if name == "of_scores" else name: value for name, value in options.items()}
        return keras.losses.SparseCategoricalCrossentropy(**options)(labels, scores)

    def squared_error(self, y, target):
        return keras.losses.MeanSquaredError()(target, y)

    def momentum(self, rates, mu):
        w, optimizer, path = keras.Variable(5.0), keras.optimizers.SGD(rates[0], momentum=mu), []
        for rate in rates:
            optimizer.learning_rate = rate
            optimizer.apply([2 * w.value], [w])
            path.append(float(w.value))
        return path

    def initial(self, channels, kernels, size):
        layer = keras.layers.Conv2D(kernels, size)
        layer.build((None, 8, 8, channels))
        return spread(*layer.get_weights(), channels * size**2)


def named(padding=None):
    """Say a padding as Keras can: none, or any as "same"."""
    return {} if padding is None else {"padding": "same" if padding else "valid"}


def spread(weight, bias, inputs):
    """Give the variances of weights and biases times the number of inputs."""
    return [np.var(weight) * inputs, np.var(bias) * inputs]


def main():
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    assert keras.backend.backend() == "jax"
    versions = [f"{package.__name__} {package.__version__}" for package in (torch, jax, flax, keras)]
    frameworks = {type(framework).__name__: answers(framework) for framework in (PyTorch(), Flax(), Keras())}
    text = json.dumps({"versions": versions, **frameworks}, indent=1, ensure_ascii=False)
    (HERE / "conventions.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
