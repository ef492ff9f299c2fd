"""Max pooling by Schmidt, Huang and Lee: S0, S2-1, S3-3, S3-4, S3-9, S3-10, S4-124."""

from itertools import product

import numpy as np
import sympy as sp
from cnnlib import max_pool2d, max_pool2d_backward

from .evidence import Case, Evidence, check
from .small import avg_pool, cubic, dcubic, gradient, max_pool, max_pool_back, symbols, table

SIZES = [((4, 6), (2, 3)), ((3, 2), (1, 2)), ((4, 4), (2, 2)), ((6, 3), (3, 1))]  # windows that cover the map
LEFTOVERS = [((5, 7), (2, 3)), ((3, 5), (2, 2))]


def distinct(shape, seed=0):
    """A map without two equal pixels."""
    return np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape).astype(object)


def window(x, size, i, j, stride=None):
    (K_h, K_w), (s_h, s_w) = size, stride or size
    return x[s_h * i : s_h * i + K_h, s_w * j : s_w * j + K_w]


def switch(x, size, i, j, stride=None):
    """The place of the first maximum, as a place of the map: s[i, j] in Schmidt's notes."""
    part = window(x, size, i, j, stride)
    u, v = np.unravel_index(int(np.argmax(part)), part.shape)
    s_h, s_w = stride or size
    return int(s_h * i + u), int(s_w * j + v)


def schmidt_backward(d, x, size, stride=None, quotient=lambda r, K: r // K):
    """delta at window r / K if that window's switch is (r, q), else 0."""

    def entry(r, q):
        i, j = quotient(r, size[0]), quotient(q, size[1])
        named = i == int(i) and j == int(j) and i < d.shape[0] and j < d.shape[1]
        return d[int(i), int(j)] if named and switch(x, size, int(i), int(j), stride) == (r, q) else 0

    return table(x.shape, entry)


def true_backward(x, size, **options):
    y, winners = max_pool(x, size, **options)
    d = symbols("d", y.shape)
    return d, max_pool_back(d, winners, x.shape, size, **options)


@check("S0-1", "S0-9", "S0-13", "S2-1", "S4-124")
def forward_and_winner():
    """Each channel for itself; the pooling layer has no weights; the error goes to the winner."""
    cases = []
    for shape, size in SIZES + LEFTOVERS:
        x = np.stack([distinct(shape), distinct(shape, 1)], axis=-1)
        outputs = (shape[0] // size[0], shape[1] // size[1], 2)
        y, winners = max_pool2d(x, size)
        cases.append(Case(table(outputs, lambda i, j, c: window(x[..., c], size, i, j).max()), y))
        alone = np.stack([max_pool(x[..., c], size)[0] for c in range(2)], axis=-1)
        d = symbols("d", outputs)
        assigned = np.zeros(x.shape, object)
        for i, j, c in np.ndindex(*outputs):
            assigned[(*switch(x[..., c], size, i, j), c)] = d[i, j, c]
        cases += [Case(alone, y), Case(assigned, max_pool2d_backward(d, winners, x.shape, size))]
    return Evidence(printed=cases)


@check("S0-2")
def windows_that_cover_the_map_once():
    def count(shape, size, stride):
        hits = np.zeros(shape, int)
        for i, j in np.ndindex(*[(n - k) // s + 1 for n, k, s in zip(shape, size, stride)]):
            window(hits, size, i, j, stride)[...] += 1
        return hits

    once = lambda shape, size, stride: Case(np.ones(shape, int), count(shape, size, stride))
    return Evidence(
        holds_inside=[once(shape, size, size) for shape, size in SIZES],
        fails_outside=[once((1, 3), (1, 2), (1, 1))] + [once(shape, size, size) for shape, size in LEFTOVERS],
    )


@check("S0-3", "S0-10")
def single_winner():
    """argmax is one place if the maximum is; with a tie it is a set."""
    places = lambda row: np.flatnonzero(row == row.max()).tolist()
    winner = lambda row: [int(max_pool(row[None], (1, len(row)))[1].item())]
    rows = [np.array(row, dtype=object) for row in product(range(3), repeat=3)]
    unique = [row for row in rows if list(row).count(max(row)) == 1]
    tied = [row for row in rows if list(row).count(max(row)) > 1]
    return Evidence(
        holds_inside=[Case(places(row), winner(row)) for row in unique],
        fails_outside=[Case(places(row), winner(row)) for row in tied],
    )


@check("S0-5")
def zeros_as_padding():
    """A 0 outside beats negative pixels. Smallest case: one pixel, -1."""

    def padded_with_zero(x):
        y, _ = max_pool(np.pad(x, [(0, 0), (1, 1)]), (1, 2), stride=1)
        return Case(y, max_pool(x, (1, 2), stride=1, padding=(0, 1))[0])

    row = lambda *pixels: np.array([pixels], dtype=object)
    return Evidence(
        holds_inside=[padded_with_zero(row(*pixels)) for pixels in product(range(3), repeat=3)],
        fails_outside=[padded_with_zero(row(-1)), padded_with_zero(row(-1, 2, -3))],
    )


@check("S0-6", "S0-12", "S3-10")
def delta_at_the_winner():
    """Side by side, leftovers included; with overlap a pixel may win twice, and the rule reads one window."""
    inside = []
    for shape, size in SIZES + LEFTOVERS:
        x = distinct(shape)
        d, true = true_backward(x, size)
        inside.append(Case(schmidt_backward(d, x, size), true))
    row, x = np.array([[0, 1, 0]], dtype=object), distinct((4, 5))
    outside = []
    for x, size in ((row, (1, 2)), (distinct((4, 5)), (2, 2))):
        d, true = true_backward(x, size, stride=1)
        outside.append(Case(schmidt_backward(d, x, size, stride=(1, 1)), true))
    return Evidence(holds_inside=inside, fails_outside=outside)


@check("S0-7")
def whole_quotient():
    x, size = distinct((4, 6)), (2, 3)
    d, true = true_backward(x, size)
    exact = schmidt_backward(d, x, size, quotient=sp.Rational)
    return Evidence(true_reading=Case(schmidt_backward(d, x, size), true), false_reading=Case(exact, true))


@check("S0-8")
def delta_without_the_slope():
    """What is passed is the gradient after the activation below; before it, the slope is missing."""
    a = distinct((4, 4)) - 5
    x = cubic(a)  # rises with a, so the winners are the same
    d, true = true_backward(x, (2, 2))
    passed = schmidt_backward(d, x, (2, 2))
    return Evidence(true_reading=Case(passed, true), false_reading=Case(passed, dcubic(a) * true))


@check("S0-14")
def kernel_size_of_the_pooling_layer():
    """A layer with 3 x 2 kernels below a pooling layer of 2 x 3: backward needs 2 x 3."""
    x = distinct((4, 6))
    d, true = true_backward(x, (2, 3))

    def read(size):
        def entry(r, q):
            i, j = r // size[0], q // size[1]
            return d[i, j] if i < 2 and j < 2 and switch(x, (2, 3), i, j) == (r, q) else 0

        return table(x.shape, entry)

    return Evidence(true_reading=Case(read((2, 3)), true), false_reading=Case(read((3, 2)), true))


@check("S3-9")
def record_of_the_maximum():
    """Two maps with the same maxima have different gradients: the maximum alone is not enough."""
    one, other = np.array([[1, 2]], dtype=object), np.array([[2, 1]], dtype=object)
    assert max_pool(one, (1, 2))[0] == max_pool(other, (1, 2))[0]
    (d, g), (_, h) = true_backward(one, (1, 2)), true_backward(other, (1, 2))
    return Evidence(printed=[Case([[0, d[0, 0]]], g), Case([[d[0, 0], 0]], h)])


def spread_times_slope(stride):
    """Huang's rule for a mean of 2 x 2: fill each block with its share, times the slope of the activation below."""
    a = symbols("a", (4, 4))
    y = avg_pool(cubic(a), 2, stride=stride)
    d, spread = symbols("d", y.shape), np.zeros((4, 4), object)
    for i, j in np.ndindex(*d.shape):  # upsampling sets a block; it does not add
        window(spread, (2, 2), i, j, (stride, stride))[...] = d[i, j] / sp.S(4)
    return spread, dcubic(a), gradient((d * y).sum(), a)


@check("S3-3")
def upsampling_instead_of_a_sum():
    cases = [Case(spread * slope, true) for spread, slope, true in map(spread_times_slope, (2, 1))]
    return Evidence(holds_inside=cases[0], fails_outside=cases[1])


@check("S3-4")
def slope_in_the_rule():
    """The slope is that of the activation below, also where the block's maximum receives all."""
    spread, slope, true = spread_times_slope(2)
    a = distinct((4, 4)) - 5
    d, by_pixel = true_backward(cubic(a), (2, 2))
    grown = symbols("e", (4, 4))  # a little more at each place: the winners stay, so the loss is theirs
    winners = [(i, j, switch(cubic(a), (2, 2), i, j)) for i, j in np.ndindex(2, 2)]
    loss = sum(d[i, j] * cubic(a[at] + grown[at]) for i, j, at in winners)
    at_zero = table((4, 4), lambda r, q: sp.diff(loss, grown[r, q]).subs(grown[r, q], 0))
    return Evidence(printed=[Case(spread * slope, true), Case(by_pixel * dcubic(a), at_zero)])
