"""Classic wrong answers to the exercises: what is wrong, and the change in the solution that makes it so."""

WRONG_ANSWERS = {
    "ex-computational-graphs-by-hand": [
        ("= for +=", "[6, 7, 39]", "[6, 1, 18]"),
        ("an edge left out", "[6, 7, 39]", "[6, 7, 21]"),
    ],
    "ex-computational-graphs-widths": [
        ("one edge a path", "(len(widths) + 1) * int(np.prod(widths))", "int(np.prod(widths))"),
        ("off by one", "len(widths) + 1", "len(widths)"),
        ("the ends forgotten", "ends = (1, *widths, 1)", "ends = widths"),
    ],
    "ex-computational-graphs-sweep": [
        ("= for +=", "S[i] += S[j]", "S[i] = S[j]"),
        ("forward order", "reversed(range(n))", "range(n)"),
        ("nodes swapped", "S[i] += S[j] * z[i, j]", "S[j] += S[i] * z[i, j]"),
    ],
    "ex-computational-graphs-forward": [
        ("= for +=", "T[j] += T[i]", "T[j] = T[i]"),
        ("from the wrong end", "[1] + [0] * (n - 1)", "[0] * (n - 1) + [1]"),
    ],
    "ex-computational-graphs-edge": [
        ("the edge itself forgotten", " * z[i, j]", ""),
        ("ends swapped", "T[i] * z[i, j] * S[j]", "T[j] * z[i, j] * S[i]"),
    ],
    "ex-layers-and-deltas-pencil": [
        ("the slope forgotten", "[[2, 0], [2, 2]]", "[[2, -1], [4, 1]]"),
        ("not transposed", "[[2, 0], [2, 2]]", "[[2, 0], [2, -4]]"),
    ],
    "ex-layers-and-deltas-leaky": [
        ("the corner", "y > 0", "y >= 0"),
        ("branches swapped", "g, g / 4", "g / 4, g"),
        ("mask of the gradient", "y > 0", "g == abs(g)"),
        ("a dead ReLU", "g / 4", "0 * g"),
    ],
    "ex-layers-and-deltas-softmax": [
        ("elementwise", "(g * p).sum()", "g * p"),
        ("wrong sign", "g - (g * p)", "g + (g * p)"),
        ("plain sum", "(g * p).sum()", "g.sum()"),
    ],
    "ex-layers-and-deltas-tied": [
        ("one use only", "lower_use + upper_use.T", "lower_use"),
        ("not added", "lower_use + upper_use.T", "2 * lower_use"),
        ("wrong sign", "lower_use + upper_use.T", "lower_use - upper_use.T"),
    ],
    "ex-layers-and-deltas-by-hand": [
        ("the mean forgotten", " / len(x)", ""),
        ("the slope forgotten", " * (y1 > 0)", ""),
        ("wrong sign", "@ w2 - t", "@ w2 + t"),
    ],
    "ex-correlation-and-convolution-by-hand": [
        ("not turned", "[10, -1, 13]", "[9, -1, 12]"),
        ("swapped", "[[9, -1, 12], [10, -1, 13]]", "[[10, -1, 13], [9, -1, 12]]"),
    ],
    "ex-correlation-and-convolution-polynomials": [
        ("no flip", "::-1", ":"),
        ("both turned", "a[None, :]", "a[None, ::-1]"),
    ],
    "ex-correlation-and-convolution-same": [
        ("off by one", "+ 1 - H", "- H"),
        ("stride ignored", "s * (outputs - 1)", "outputs - 1"),
        ("dilation ignored", "d * (K - 1)", "K - 1"),
        ("rounded down", "-(-H // s)", "H // s"),
    ],
    "ex-correlation-and-convolution-border": [
        ("cut at the input only", "set(range(height))", "set(range(height if height == H else 99))"),
        ("border ignored", " & set(range(height))", ""),
        ("stride ignored", "s * a + d * u", "a + d * u"),
        ("padding forgotten", "d * u - p", "d * u"),
        ("dilation ignored", "d * u - p", "u - p"),
    ],
    "ex-correlation-and-convolution-merge": [
        ("no flip", "turn(spread)", "spread"),
        ("flipped before", "spread[::s, ::s] = w1", "spread[::s, ::s] = w1[::-1, ::-1]"),
        ("axes swapped", "full(w, turn(spread))", "full(w, turn(spread)).T.reshape(full(w, spread).shape)"),
    ],
    "ex-single-kernel-by-hand": [
        ("the kernel turned", "2, -1, -6, 3", "-1, 2, 3, -6"),
        ("one place only", "[3, -5, ", "[3, 1, "),
        ("the weights in the other order", "[3, -5, ", "[-5, 3, "),
    ],
    "ex-single-kernel-count": [
        ("off by one", "r - k + 1) + 1", "r - k) + 1"),
        ("right border ignored", "np.minimum(r, n - k)", "r"),
        ("left border ignored", "np.maximum(0, r - k + 1)", "r - k + 1"),
    ],
    "ex-single-kernel-paint": [
        ("= for +=", "+= delta_ij", "= delta_ij"),
        ("a flip too many", "delta_ij * w", "delta_ij * w[::-1, ::-1]"),
        ("half a flip", "delta_ij * w", "delta_ij * w[:, ::-1]"),
    ],
    "ex-single-kernel-tied": [
        ("one use only", "left + right", "left"),
        ("wrong sign", "left + right", "left - right"),
        ("swapped", "[left + right, middle]", "[middle, left + right]"),
    ],
    "ex-single-kernel-stable": [
        ("taps in another order", "read @ read.T", "read[::-1] @ read.T"),
        ("one shift twice", "x[u:, v:]", "x[u:, u:]"),
        ("the bias forgotten", "np.ones(", "np.zeros("),
    ],
    "ex-multiple-kernels-by-hand": [
        ("indices exchanged", "[-3, -3, ", "[-1, -1, "),
        ("one image only", "1, 5, 2, -2", "1, -1, 2, -2"),
        ("transposed", "1, 5, 2, -2", "1, 2, 5, -2"),
    ],
    "ex-multiple-kernels-count": [
        ("no biases", " + f for", " for"),
        ("one bias a channel", "+ f for", "+ c for"),
        ("one axis only", "kernel_size[0] * kernel_size[1]", "kernel_size[0]"),
    ],
    "ex-multiple-kernels-paint": [
        ("= for +=", "+= delta_ijf", "= delta_ijf"),
        ("channels swapped", "w[:, :, :, f]", "w[:, :, ::-1, f]"),
        ("a flip too many", "w[:, :, :, f]", "w[::-1, ::-1, :, f]"),
    ],
    "ex-multiple-kernels-fold": [
        ("transposed", "w1[0, 0], w2", "w1[0, 0].T.reshape(w1[0, 0].shape), w2"),
        ("a flip too many", "w1[0, 0], w2", "w1[0, 0], w2[::-1, ::-1]"),
        ("kernels in another order", "w1[0, 0], w2", "w1[0, 0], w2[..., ::-1]"),
    ],
    "ex-multiple-kernels-depthwise": [
        ("= for +=", "+= dy[i, j]", "= dy[i, j]"),
        ("channels summed", "dy[i, j] * w", "dy[i, j].sum() * w"),
        ("a flip too many", "dy[i, j] * w", "dy[i, j] * w[::-1, ::-1]"),
    ],
    "ex-stride-by-hand": [
        ("= for +=", "-1, -1, 2", "-1, -4, 2"),
        ("no zero for the leftover pixel", "-6, 0", "-6, -6"),
        ("stride ignored", "2, -1, -1, 2, -6, 0", "2, -5, 5, -6, 0, 0"),
    ],
    "ex-stride-even": [
        ("rounded down", "-(-K // period), ", "K // period, "),
        ("no gaps", " if factor == 1 else 0", ""),
        ("dilation ignored", "s // factor", "s"),
    ],
    "ex-stride-phases": [
        ("kernel not split", "taps = w[a :: stride[0], b :: stride[1]]", "taps = w[:: stride[0], :: stride[1]]"),
        ("phases swapped", "g[a :: stride[0], b :: stride[1]]", "g[stride[0] - 1 - a :: stride[0], b :: stride[1]]"),
        ("no flip", "np.zeros((rows, columns)), taps)", "np.zeros((rows, columns)), taps[::-1, ::-1])"),
    ],
    "ex-max-pooling-pencil": [
        ("= for +=", "[0, 11, 100", "[0, 10, 100"),
        ("the last of equal pixels", "[0, 11, 100", "[0, 0, 111"),
    ],
    "ex-max-pooling-backward": [
        ("= for +=", "np.add.at(g, (rows, columns), dy)", "g[rows, columns] = dy"),
        ("+= adds once", "np.add.at(g, (rows, columns), dy)", "g[rows, columns] += dy"),
        ("wrong sign", "return g", "return -g"),
    ],
    "ex-max-pooling-min": [
        ("one sign only", "return pool_backward", "return -pool_backward"),
        ("the largest", "pool(-x,", "pool(x,"),
    ],
    "ex-max-pooling-smooth": [
        ("β forgotten", "beta * (x - x.max())", "x"),
        ("the shares not divided", "weights / weights.sum()", "weights"),
        ("wrong sign", "weights / weights.sum()", "-weights / weights.sum()"),
    ],
    "ex-average-pooling-pencil": [
        ("= for +=", "[1, 3, 2],\n            [4, 10, 6],\n            [3, 7, 4]", "[1, 2, 2], [3, 4, 4], [3, 4, 4]"),
        (
            "not divided",
            "[1, 3, 2],\n            [4, 10, 6],\n            [3, 7, 4]",
            "[4, 12, 8], [16, 40, 24], [12, 28, 16]",
        ),
    ],
    "ex-average-pooling-inside": [
        ("stride ignored", "s * np.arange", "np.arange"),
        ("bottom ignored", "np.minimum(n, first + k)", "first - -k"),
        ("top ignored", "np.maximum(0, first)", "first"),
    ],
    "ex-average-pooling-upsample": [
        ("not divided", " / block.size", ""),
        ("divided by one axis", "block.size", "len(block)"),
        ("tiled, not repeated", "np.kron(dy, block)", "np.kron(block, dy)"),
    ],
    "ex-average-pooling-square": [
        ("not divided by y", "dy / y", "dy"),
        ("not multiplied by x", "x * spread", "spread"),
        ("the factor 2 kept", "x * spread", "2 * x * spread"),
    ],
    "ex-average-pooling-twice": [
        ("= for +=", "+= 1 / ", "= 1 / "),
        ("off by one", "range(K2)", "range(K2 - 1)"),
        ("one mean only", "(K1 * K2)", "K1"),
    ],
    "ex-jacobian-view-pencil": [
        ("turned once too often", "[3, -1 + 30, -10 + 300, -100]", "[-1, 3 - 10, 30 - 100, 300]"),
        ("= for +=", "[3, -1 + 30, -10 + 300, -100]", "[3, 30, 300, -100]"),
    ],
    "ex-jacobian-view-fill": [
        ("a flip too many", "= w\n", "= w[::-1, ::-1]\n"),
        ("rows in another order", "T.reshape(", "T[::-1].reshape("),
        ("columns by columns", "T.reshape(", "T.swapaxes(2, 3).reshape("),
    ],
    "ex-jacobian-view-softmax": [
        ("wrong sign", "g - (p * g)", "(p * g)"),
        ("the diagonal only", "(g - (p * g).sum())", "(1 - p) * g"),
    ],
    "ex-jacobian-view-order": [
        ("the middle forgotten", "sizes[a] * sizes[c] * sizes[b]", "sizes[a] * sizes[b]"),
        ("from the input only", "for c in range(a + 1, b)", "for c in (b - 1,)"),
        ("the dearest", "best[a, b] = min(", "best[a, b] = max("),
    ],
    "ex-training-a-cnn-by-hand": [
        ("slope of ReLU left out", "0, 2, 0, 0, 0, 0, 0, 0", "0, 2, 0, 0, 0, -3, 0, 0"),
        ("every positive pixel", "0, 2, 0, 0, 0, 0, 0, 0", "0, 2, 2, 0, 0, 0, 0, 0"),
        ("wrong sign", "0, 2, 0, 0, 0, 0, 0, 0", "0, -2, 0, 0, 0, 0, 0, 0"),
    ],
    "ex-training-a-cnn-work": [
        ("off by one", "H - K_h + 1", "H - K_h"),
        ("one channel", "K_w * C * F", "K_w * F"),
        ("axes swapped", "(H - K_h + 1) * (W - K_w + 1)", "(H - K_w + 1) * (W - K_h + 1)"),
    ],
    "ex-training-a-cnn-digits": [
        ("rounded down", "sp.ceiling", "sp.floor"),
        ("not squared", "d**2", "d"),
        ("variance of p", "p * (1 - p)", "p"),
    ],
    "ex-training-a-cnn-momentum": [
        ("wrong sign", "-eta * G", "eta * G"),
        ("no momentum", "mu * (1 - mu**k) / (1 - mu)", "0"),
        ("off by one", "mu**k", "mu**(k - 1)"),
    ],
    "ex-training-a-cnn-mean": [
        ("not divided by four", "* sp.Rational(1, 4)", ""),
        ("= for +=", "+= value", "= value"),
        ("slope forgotten", "slopes * spread", "spread"),
        ("a flip too many", "value * w[..., f]", "value * w[::-1, ::-1, :, f]"),
    ],
    "ex-descent-geometry-by-hand": [
        ("a sum for the mean", "1, sp.Rational(9, 2), sp.Rational(4, 9)", "2, 9, sp.Rational(2, 9)"),
        ("the flat axis sets the limit", "sp.Rational(4, 9)", "4"),
        ("half the limit", "sp.Rational(4, 9)", "sp.Rational(2, 9)"),
    ],
    "ex-descent-geometry-units": [
        ("one factor only", "a[:, None] * H * a", "H * a"),
        ("squared", "a[:, None] * H * a", "H * a**2"),
        ("divided", "a[:, None] * H * a", "H / (a[:, None] * a)"),
    ],
    "ex-descent-geometry-line": [
        ("upside down", "G @ G / (G @ H @ G)", "G @ H @ G / (G @ G)"),
        ("θ for the gradient", "G = H @ theta", "G = theta"),
        ("twice as long", "return G @ G", "return 2 * G @ G"),
    ],
    "ex-descent-geometry-momentum": [
        ("wrong sign", "-eta * mu]", "eta * mu]"),
        ("v of the last step", "-eta * mu]", "-eta]"),
        ("off by one", "(matrix, k)", "(matrix, k + 1)"),
    ],
    "ex-descent-geometry-leaky": [
        ("of ReLU", "2 / (1 + a**2)", "2 + 0 * a"),
        ("not squared", "a**2", "a"),
        ("upside down", "2 / (1 + a**2)", "(1 + a**2) / 2"),
    ],
    "ex-fast-convolution-size": [
        ("stride ignored", "(H - K) // s + 1, (W - K) // s + 1", "H - K + 1, W - K + 1"),
        ("lines of the output's rows", "K * H * W_o", "K * H_o * W_o"),
        ("swapped", "(H - K) // s + 1, (W - K) // s + 1", "(W - K) // s + 1, (H - K) // s + 1"),
    ],
    "ex-fast-convolution-pointwise": [
        ("the first pixels, stride ignored", "x[:, ::s, ::s]", "x[:, :-(-x.shape[1] // s), :-(-x.shape[2] // s)]"),
        ("no bias", " + b", ""),
        ("wrong sign", " + b", " - b"),
    ],
    "ex-fast-convolution-taps": [
        ("= for +=", "+= dy @", "= dy @"),
        ("flipped", "w[u, v].T", "w[::-1, ::-1][u, v].T"),
        ("stride ignored", "slice(u, u + s_h * H_o, s_h)", "slice(u, u + H_o)"),
    ],
    "ex-fast-convolution-nested": [
        ("kernel transposed", "G2 @ w @", "G2 @ w.T @"),
        ("tile transposed", "B2.T @ x @", "B2.T @ x.T @"),
        ("wrong sign", "return A2.T", "return -A2.T"),
    ],
}
