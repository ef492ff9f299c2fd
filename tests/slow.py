"""Slow references for every type: loops that read like the definitions, and how far an answer may be from them."""

import numpy as np

TERMS = 64  # more than are added up anywhere here


def pairs(x_size, w_size, y_size, stride, padding, dilation):
    """Give each (output pixel, tap, input pixel) that belong together, on the padding too."""
    for i, j, u, v in np.ndindex(*y_size, *w_size):
        yield (
            (i, j),
            (u, v),
            (stride[0] * i + dilation[0] * u - padding[0], stride[1] * j + dilation[1] * v - padding[1]),
        )


def inside(pixel, x):
    return 0 <= pixel[0] < x.shape[1] and 0 <= pixel[1] < x.shape[2]


def output_size(x_size, w_size, stride, padding, dilation):
    return tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(x_size, w_size, stride, padding, dilation)
    )


def conv2d(x, w, b, stride, padding, dilation):
    """Correlate, with zeros around x: the zeros are multiplied too."""
    size = output_size(x.shape[1:3], w.shape[:2], stride, padding, dilation)
    y = np.zeros((len(x), *size, w.shape[3]), x.dtype) + b
    for (i, j), (u, v), (r, q) in pairs(x.shape[1:3], w.shape[:2], size, stride, padding, dilation):
        pixels = x[:, r, q] if inside((r, q), x) else np.zeros_like(x[:, 0, 0])
        y[:, i, j] += (pixels[:, :, np.newaxis] * w[u, v]).sum(axis=1)
    return y


def conv2d_backward(dy, x, w, stride, padding, dilation):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for (i, j), (u, v), (r, q) in pairs(x.shape[1:3], w.shape[:2], dy.shape[1:3], stride, padding, dilation):
        delta = dy[:, i, j]
        if inside((r, q), x):
            dx[:, r, q] += (delta[:, np.newaxis] * w[u, v]).sum(axis=2)
        pixels = x[:, r, q] if inside((r, q), x) else np.zeros_like(x[:, 0, 0])
        dw[u, v] += (pixels[:, :, np.newaxis] * delta[:, np.newaxis]).sum(axis=0)
    return dx, dw, dy.sum(axis=(0, 1, 2))


def window(i, j, x, kernel_size, stride, padding):
    """Give (tap, row, column) of the pixels of window (i, j) inside the map."""
    for u, v in np.ndindex(*kernel_size):
        r, q = stride[0] * i + u - padding[0], stride[1] * j + v - padding[1]
        if inside((r, q), x):
            yield u * kernel_size[1] + v, r, q


def max_pool2d(x, kernel_size, stride, padding):
    """Return the largest pixels, and for each the set of the taps that may have won: with a NaN in the window any."""
    size = output_size(x.shape[1:3], kernel_size, stride, padding, (1, 1))
    y, taps = np.empty((len(x), *size, x.shape[3]), x.dtype), np.empty((len(x), *size, x.shape[3]), object)
    for n, i, j, c in np.ndindex(*y.shape):
        pixels = [(x[n, r, q, c], tap) for tap, r, q in window(i, j, x, kernel_size, stride, padding)]
        unordered = [value for value, _ in pixels if value != value]
        largest = max(pixels, key=lambda pixel: pixel[0])  # the first of equal ones
        y[n, i, j, c] = unordered[0] if unordered else largest[0]
        taps[n, i, j, c] = {tap for _, tap in pixels} if unordered else {largest[1]}
    return y, taps


def max_pool2d_backward(dy, winners, x, kernel_size, stride, padding):
    dx = np.zeros(x.shape, dy.dtype)
    for n, i, j, c in np.ndindex(*dy.shape):
        [(r, q)] = [(r, q) for tap, r, q in window(i, j, x, kernel_size, stride, padding) if tap == winners[n, i, j, c]]
        dx[n, r, q, c] += dy[n, i, j, c]
    return dx


def avg_pool2d(x, kernel_size, stride, padding, share):
    size = output_size(x.shape[1:3], kernel_size, stride, padding, (1, 1))
    y = np.zeros((len(x), *size, x.shape[3]), x.dtype)
    for i, j in np.ndindex(*size):
        for _, r, q in window(i, j, x, kernel_size, stride, padding):
            y[:, i, j] += x[:, r, q]
    return y * share


def avg_pool2d_backward(dy, x, kernel_size, stride, padding, share):
    dx = np.zeros(x.shape, dy.dtype)
    for i, j in np.ndindex(*dy.shape[1:3]):
        for _, r, q in window(i, j, x, kernel_size, stride, padding):
            dx[:, r, q] += dy[:, i, j] * share
    return dx


def agree(got, slow, *arrays):
    """Assert that what the library gave is what a slow function makes of the same arrays.

    Objects are equal, and so are integers: what int64 does not hold comes as
    Python's own. Floats have their NaNs and infinities in the same places and
    are else as near as rounding allows: so many units in the last place of
    the sum of the absolute values of what was added. Where that sum comes
    near the largest float, nothing is asked.
    """
    if got.dtype.kind in "iO":
        expected = slow(*[array.astype(object) for array in arrays])
        assert got.shape == expected.shape and (got == expected).all()
    else:
        near(got, slow, *[array.astype(np.longdouble) for array in arrays])


def near(got, slow, *arrays):
    """As `agree`, for floats: the arrays are long doubles."""
    limits = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        expected = slow(*arrays)
        size = slow(*[np.where(np.isfinite(array), np.abs(array), 0) for array in arrays])
        assert got.shape == expected.shape
        known = size < limits.max / TERMS
        assert np.array_equal(np.isnan(got)[known], np.isnan(expected)[known]), "a NaN is elsewhere"
        infinite, finite = known & np.isinf(expected), known & np.isfinite(expected)
        assert np.array_equal(got[infinite].astype(np.longdouble), expected[infinite]), "an infinity is elsewhere"
        allowed = TERMS * (limits.eps * size + limits.smallest_subnormal)
        assert (np.abs(got - expected) <= allowed)[finite].all(), "a number is wrong"


def slopes(f, x, step=1e-6):
    """Differentiate a function of an array by central differences."""
    found = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = step
        found[place] = (f(x + nudge) - f(x - nudge)) / (2 * step)
    return found
