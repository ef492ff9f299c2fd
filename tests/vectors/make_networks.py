"""Make the networks that `test_frameworks.py` reads, by PyTorch, Flax and Keras.

    pip install torch flax keras && KERAS_BACKEND=jax python tests/vectors/make_networks.py

Each framework builds the same network out of its own layers, gets small integers as parameters, and runs
them. Sums of products of small integers are exact in float32, and windows of 2 pixels keep averages exact, too.
"""

from pathlib import Path

import flax
import jax
import keras
import numpy as np
import torch
from flax import linen
from keras import layers
from torch import nn

HERE = Path(__file__).parent
X_SHAPE = (2, 7, 13, 2)


def main():
    rng = np.random.default_rng(0)
    x = rng.integers(-4, 5, X_SHAPE).astype(np.float32)
    vectors = {
        "versions": np.array([f"torch {torch.__version__}", f"flax {flax.__version__}", f"keras {keras.__version__}"])
    }
    for name, run in {"pytorch": by_pytorch, "flax": by_flax, "keras": by_keras}.items():
        parameters, y = run(x, rng)
        vectors |= {f"{name}/x": x, f"{name}/y": y}
        vectors |= {f"{name}/parameters/{key}": value for key, value in parameters.items()}
    vectors |= {f"gradients/{key}": value for key, value in gradients(x, rng).items()}
    vectors |= {f"parts/{key}": value for key, value in parts(x, rng).items()}
    np.savez_compressed(HERE / "networks.npz", **vectors)


def pytorch_layers():
    return (
        nn.Conv2d(2, 3, (2, 3), stride=(1, 2), padding=(1, 0)),
        nn.ReLU(),
        nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0)),
        nn.Conv2d(3, 5, 2, dilation=(2, 1), bias=False),
        nn.AvgPool2d((1, 2), stride=1),
        nn.Flatten(),
        nn.ReLU(),
        nn.Sequential(nn.Linear(30, 4), nn.Linear(4, 3)),
    )


def filled(model, rng):
    """Give a model small integers as parameters; return them."""
    state = {key: integers(rng, value.shape) for key, value in model.state_dict().items()}
    model.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
    return state


def channels_first(x):
    return torch.from_numpy(x.transpose(0, 3, 1, 2).copy())


def by_pytorch(x, rng):
    model = nn.Sequential(*pytorch_layers())
    state = filled(model, rng)
    return state, model(channels_first(x)).detach().numpy()


def gradients(x, rng):
    """Differentiate by autograd: the gradients lie as PyTorch lays them, that of the input as the input."""
    model = nn.Sequential(*pytorch_layers()).double()
    state = filled(model, rng)
    inputs = channels_first(x).double().requires_grad_()
    y = model(inputs)
    dy = integers(rng, y.shape)
    y.backward(torch.from_numpy(dy).double())
    found = {f"gradients/{key}": value.grad.numpy() for key, value in model.named_parameters()}
    parameters = {f"parameters/{key}": value for key, value in state.items()}
    return {"x": x, "dy": dy, "dx": inputs.grad.numpy().transpose(0, 2, 3, 1), **parameters, **found}


class Maximum(nn.Module):
    """The largest channel of maps, or feature of rows."""

    def forward(self, x):
        return x.amax(dim=1, keepdim=True)


def parts(x, rng):
    """Run every part of the network, a maximum behind it: key "2/4" is what layers 2 and 3 make of "2/x"."""
    *outer, dense = pytorch_layers()
    model = nn.Sequential(*outer, *dense, Maximum())
    found = {f"parameters/{key}": value for key, value in filled(model, rng).items()}
    reached = channels_first(x)
    for start, layer in enumerate(model):
        y = torch.from_numpy(integers(rng, reached.shape))
        found[f"{start}/x"] = y.numpy()
        for stop in range(start + 1, len(model) + 1):
            y = model[stop - 1](y)
            found[f"{start}/{stop}"] = y.detach().numpy()
        reached = layer(reached)
    return found


def by_flax(x, rng):
    model = linen.Sequential(
        [
            linen.Conv(3, (2, 3), strides=(1, 2), padding=((1, 1), (0, 0))),
            linen.relu,
            lambda x: linen.max_pool(x, (3, 2), strides=(2, 1), padding=((1, 1), (0, 0))),
            linen.Conv(5, (2, 2), kernel_dilation=(2, 1), padding="VALID", use_bias=False),
            lambda x: linen.avg_pool(x, (1, 2), strides=(1, 1)),
            lambda x: x.reshape(len(x), -1),
            linen.relu,
            linen.Sequential([linen.Dense(4), linen.Dense(3)]),
        ]
    )
    variables = jax.tree.map(lambda value: integers(rng, value.shape), model.init(jax.random.key(0), x))
    y = model.apply(variables, x)
    paths = jax.tree_util.tree_leaves_with_path(variables)
    return {"/".join(part.key for part in path): value for path, value in paths}, np.asarray(y)


def by_keras(x, rng):
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            layers.ZeroPadding2D((1, 0)),
            layers.Conv2D(3, (2, 3), strides=(1, 2)),
            layers.ReLU(),
            # Its pooling cannot pad with a number of one's own; behind a ReLU zeros serve as well.
            layers.ZeroPadding2D((1, 0)),
            layers.MaxPooling2D((3, 2), strides=(2, 1)),
            layers.Conv2D(5, 2, dilation_rate=(2, 1), use_bias=False),
            layers.AveragePooling2D((1, 2), strides=1),
            layers.Flatten(),
            layers.ReLU(),
            keras.Sequential([layers.Dense(4), layers.Dense(3)]),
        ]
    )
    weights = [integers(rng, value.shape) for value in model.get_weights()]
    model.set_weights(weights)
    return {str(place): value for place, value in enumerate(weights)}, model.predict(x, verbose=0)


def integers(rng, shape):
    return rng.integers(-3, 4, shape).astype(np.float32)


if __name__ == "__main__":
    main()
