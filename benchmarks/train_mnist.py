"""Train the network of the chapter "Training a network" on the full MNIST.

    python benchmarks/train_mnist.py FOLDER              12 epochs, seed 0
    python benchmarks/train_mnist.py FOLDER --seed 1 --epochs 3

FOLDER holds the four original IDX files, see `cnnlib.mnist.load_mnist`. One line per epoch: the learning
rate, the mean training loss, the error on the 10,000 test digits, and the time. OPENBLAS_NUM_THREADS=1
in the environment keeps NumPy to one thread.
"""

import argparse
import sys
import time

import numpy as np
from cnnlib import SGD, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, SoftmaxCrossEntropy, load_mnist

BATCH = 64
FIRST_RATE, MOMENTUM = 0.02, 0.9
SHIFT = 1  # pixels, in each direction


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.epochs < 1 or options.seed < 0:
        parser.error("expected --epochs of at least 1 and a --seed of at least 0")
    try:
        digits = load_mnist(options.folder)
    except (OSError, ValueError) as error:
        sys.exit(f"{parser.prog}: {error}")
    train(digits, options.epochs, np.random.default_rng(options.seed))


def train(digits, epochs, rng):
    """Train a new network with a learning rate that falls to 0 in equal steps, one for each epoch."""
    network, loss = lenet(rng), SoftmaxCrossEntropy()
    sgd = SGD(network, FIRST_RATE, momentum=MOMENTUM)
    for epoch in range(epochs):
        began, losses = time.perf_counter(), []
        sgd.lr = FIRST_RATE * (1 - epoch / epochs)
        for chosen in batches(rng, len(digits.train_images)):
            images = shifted(digits.train_images[chosen], rng)
            losses.append(loss.forward(network.forward(images), digits.train_labels[chosen]))
            network.backward(loss.backward())
            sgd.step()
        error = errors(network, digits.test_images, digits.test_labels) / len(digits.test_labels)
        print(
            f"epoch {epoch + 1:2}  lr {sgd.lr:.4f}  loss {np.mean(losses):.4f}  "
            f"test error {error:.2%}  {time.perf_counter() - began:.1f} s",
            flush=True,
        )


def lenet(rng):
    """Build LeNet-5's shape out of today's layers."""
    return Sequential(
        *(Conv2d(1, 6, 5, padding=2, rng=rng), ReLU(), MaxPool2d(2)),
        *(Conv2d(6, 16, 5, rng=rng), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(400, 120, rng=rng), ReLU()),
        *(Linear(120, 84, rng=rng), ReLU(), Linear(84, 10, rng=rng)),
    )


def batches(rng, size):
    """Cut a random order of all examples into batches; what is left over waits for another epoch."""
    order = rng.permutation(size)
    return order[: size - size % BATCH].reshape(-1, BATCH)


def shifted(images, rng):
    """Move each image by at most SHIFT pixels; what leaves on one side is lost, and zeros come in."""
    _, rows, columns, _ = images.shape
    wide = np.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)))
    corners = rng.integers(0, 2 * SHIFT + 1, (len(images), 2))
    return np.stack([image[r : r + rows, q : q + columns] for image, (r, q) in zip(wide, corners)])


def errors(network, images, labels):
    """Count the digits that the network gets wrong."""
    parts = range(0, len(images), 1000)
    return sum(int((network.forward(images[k : k + 1000]).argmax(axis=1) != labels[k : k + 1000]).sum()) for k in parts)


if __name__ == "__main__":
    main()
