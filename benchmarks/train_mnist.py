"""Train the network of the chapter "Training a network" on the full MNIST.

    python benchmarks/train_mnist.py FOLDER              12 epochs, seed 0
    python benchmarks/train_mnist.py FOLDER --seed 1 --epochs 3

FOLDER holds the four original IDX files, see `cnnlib.mnist.load_mnist`. One line per epoch: the mean
training loss, the error on the 10,000 test digits, and the time. Set OPENBLAS_NUM_THREADS=1 for one thread.
"""

import argparse
import time

import numpy as np
from cnnlib import SGD, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, SoftmaxCrossEntropy
from cnnlib.mnist import load_mnist

BATCH = 64
SHIFT = 2  # pixels, in each direction


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--last-lr", type=float, default=0.001)
    parser.add_argument("--no-shifts", action="store_true", help="show each digit where it is")
    options = parser.parse_args()
    digits = load_mnist(options.folder)
    rng = np.random.default_rng(options.seed)
    network, loss = lenet(rng), SoftmaxCrossEntropy()
    sgd = SGD(network, options.lr, momentum=0.9)
    for epoch in range(options.epochs):
        began = time.perf_counter()
        sgd.lr = options.lr * (options.last_lr / options.lr) ** (epoch / max(1, options.epochs - 1))
        losses = []
        for chosen in batches(rng, len(digits.train_images)):
            images = digits.train_images[chosen]
            images = images if options.no_shifts else shifted(images, rng)
            losses.append(loss.forward(network.forward(images), digits.train_labels[chosen]))
            network.backward(loss.backward())
            sgd.step()
        wrong = errors(network, digits.test_images, digits.test_labels)
        seconds = time.perf_counter() - began
        print(
            f"epoch {epoch + 1:2}  lr {sgd.lr:.4f}  loss {np.mean(losses):.4f}  "
            f"test error {wrong / len(digits.test_labels):.2%}  {seconds:.1f} s",
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
    """Cut a random order of all examples into batches; what is left over waits for the next epoch."""
    order = rng.permutation(size)
    return order[: size - size % BATCH].reshape(-1, BATCH)


def shifted(images, rng):
    """Move each image by up to two pixels; what leaves on one side is lost, and zeros come in."""
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
