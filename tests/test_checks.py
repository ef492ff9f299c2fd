"""The checks refuse the classic wrong backward passes."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from cnnlib import (
    Conv2d,
    Flatten,
    Layer,
    Linear,
    check_adjoint,
    check_answer,
    check_equal,
    check_gradient,
    conv2d_backward,
)
from cnnlib.proofs import symbols

STEPS = {"stride": (2, 1), "padding": (1, 2)}
SHAPE = (2, 6, 5, 2)


def flipped(dy, x, w):
    dx, dw, db = conv2d_backward(dy, x, w[::-1, ::-1], **STEPS)
    return dx, dw, db


def swapped_channels(dy, x, w):
    return conv2d_backward(dy, x, w.transpose(0, 1, 3, 2), **STEPS)


def stride_ignored(dy, x, w):
    _, dw, db = conv2d_backward(dy, x, w, **STEPS)
    dx = np.zeros_like(x)
    for i, j, u, v in np.ndindex(*dy.shape[1:3], *w.shape[:2]):
        if 0 <= i + u - 1 < x.shape[1] and 0 <= j + v - 2 < x.shape[2]:
            dx[:, i + u - 1, j + v - 2] += dy[:, i, j] @ w[u, v].T
    return dx, dw, db


def overwritten(dy, x, w):
    _, dw, db = conv2d_backward(dy, x, w, **STEPS)
    dx = np.zeros((len(x), x.shape[1] + 2, x.shape[2] + 4, x.shape[3]), x.dtype)
    for i, j, u, v in np.ndindex(*dy.shape[1:3], *w.shape[:2]):
        dx[:, 2 * i + u, j + v] = dy[:, i, j] @ w[u, v].T
    return dx[:, 1:-1, 2:-2], dw, db


def padding_not_cropped(dy, x, w):
    padded = np.pad(x, ((0, 0), (1, 1), (2, 2), (0, 0)))
    dx, dw, db = conv2d_backward(dy, padded, w, stride=(2, 1))
    return dx[:, : x.shape[1], : x.shape[2]], dw, db


def kernel_gradient_flipped(dy, x, w):
    dx, dw, db = conv2d_backward(dy, x, w, **STEPS)
    return dx, dw[::-1, ::-1], db


def bias_over_one_axis_too_few(dy, x, w):
    dx, dw, db = conv2d_backward(dy, x, w, **STEPS)
    return dx, dw, dy.sum((1, 2))[0]


WRONG = [
    flipped,
    swapped_channels,
    stride_ignored,
    overwritten,
    padding_not_cropped,
    kernel_gradient_flipped,
    bias_over_one_axis_too_few,
]


def layer_with(backward):
    class Wrong(Conv2d):
        def backward(self, dy):
            dx, self.grads["weight"], self.grads["bias"] = backward(dy, *self._last())
            return dx

    return Wrong(2, 2, 3, **STEPS, rng=0)


@pytest.mark.parametrize("backward", WRONG)
def test_wrong_backward_is_seen(backward):
    layer = layer_with(backward)
    with pytest.raises(AssertionError, match="gradient of the"):
        check_gradient(layer, np.random.default_rng(0).normal(size=SHAPE))
    with pytest.raises(AssertionError, match="adjoint of the"):
        check_adjoint(layer, SHAPE)


def test_right_backward_passes():
    layer = layer_with(lambda dy, x, w: conv2d_backward(dy, x, w, **STEPS))
    assert (
        repr(check_gradient(layer, np.ones(SHAPE)))
        == "gradient check: input 120, weight 36, bias 2 entries agree to 1e-06"
    )
    assert repr(check_adjoint(layer, SHAPE)) == "adjoint check: input, weight, bias exact in integers"


def test_an_output_may_be_a_view_of_the_input():
    check_gradient(Flatten(), np.ones(SHAPE))
    check_adjoint(Flatten(), SHAPE)


def test_check_equal_knows_infinities_and_truths():
    inf, nan = np.inf, np.nan
    for tolerance in (0, 1e-6):
        check_equal("it", [inf, -inf, 1.0], [inf, -inf, 1.0], tolerance)
        check_equal("it", [True, False], [1, 0], tolerance)
        check_equal("it", [], [], tolerance)
        check_equal("it", [1j], [1j], tolerance)
        for got, expected in [(0.0, inf), (-inf, inf), (inf, 0.0), (nan, nan), (nan, inf)]:
            with pytest.raises(AssertionError, match=r"it is wrong in 1 of 2 places, first at \(0,\)"):
                check_equal("it", [got, 3.0], [expected, 3.0], tolerance)
        with pytest.raises(AssertionError, match=r"wrong in 1 of 2 places, first at \(1,\): 4.0; expected 3.0"):
            check_equal("it", [inf, 4], [inf, 3], tolerance)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int64, float, object])
def test_check_equal_measures_how_far_numbers_are_apart(dtype):
    def numbers(*entries):
        return np.array(entries, dtype)

    check_equal("it", numbers(3, 10), numbers(4, 9), tolerance=0.2)
    check_equal("it", numbers(0), numbers(1), tolerance=1)
    for got, expected in [((3, 10), (5, 9)), ((5, 10), (3, 9))]:
        with pytest.raises(AssertionError, match="it is wrong in 1 of 2 places, first at .0,.: "):
            check_equal("it", numbers(*got), numbers(*expected), tolerance=0.2)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, object])
def test_check_equal_does_not_wrap_around(dtype):
    kind = np.int8 if dtype is object else dtype
    low, high = (np.array([kind(number)], dtype) for number in [np.iinfo(kind).min, np.iinfo(kind).max - 27])
    for got, expected in (low, high), (high, low):
        with pytest.raises(AssertionError, match="^it is wrong in 1 of 1 places"):
            check_equal("it", got, expected, tolerance=0.5)


def test_check_equal_measures_by_the_largest_number_or_1():
    check_equal("it", [8.0, 1.0], [10.0, 1.0], tolerance=0.2)
    check_equal("it", [0.1, np.inf], [0.5, np.inf], tolerance=0.4)
    for got, expected, tolerance in [(7.9, 10.0, 0.2), (0.0, 0.5, 0.4), (0.0, 1.5, 0.9)]:
        with pytest.raises(AssertionError, match="^it is wrong in 1 of 2 places"):
            check_equal("it", [got, 1.0], [expected, 1.0], tolerance)


def test_check_equal_does_not_round_large_integers():
    with pytest.raises(AssertionError, match="^it is 9223372036854775809; expected 9223372036854775808$"):
        check_equal("it", np.uint64(2**63 + 1), np.uint64(2**63))


def test_check_equal_names_the_place():
    check_equal("it", [1, 2], [1, 2])
    check_equal("it", [1.0, 2.0], [1.0, 2.0 + 1e-9], tolerance=1e-8)
    with pytest.raises(AssertionError, match=r"it is wrong in 1 of 4 places, first at \(1, 0\): 3; expected 4"):
        check_equal("it", [[1, 2], [3, 4]], [[1, 2], [4, 4]])
    with pytest.raises(AssertionError, match=r"it has shape \(2,\); expected \(3,\)"):
        check_equal("it", [1, 2], [1, 2, 3])
    with pytest.raises(AssertionError, match="it is 1; expected 2"):
        check_equal("it", 1, 2)
    with pytest.raises(AssertionError):
        check_equal("it", [np.nan], [1.0], tolerance=1.0)
    a = symbols("a", (2,))
    check_equal("it", (a + 1) ** 2, a**2 + 2 * a + 1)
    with pytest.raises(AssertionError):
        check_equal("it", (a + 1) ** 2, a**2 + 1)


def test_check_answer_tries_every_case():
    assert check_answer(double, lambda x: x + x, (1,), (np.arange(3),)) == "double: right in all 2 cases"
    assert check_answer(lambda x: None, double, (1,)).endswith("not answered yet")
    with pytest.raises(
        AssertionError, match=r"double\(\[1, 2, 3\]\) in case 1 is wrong in 2 of 3 places, first at \(1,\)"
    ):
        check_answer(double, lambda x: x * x * 2, (1,), (np.array([1, 2, 3]),))


def double(x):
    return 2 * x


def test_check_answer_writes_short_calls_out():
    def power(base, exponent):
        return base * exponent

    with pytest.raises(AssertionError, match=r"^power\(2, 3\) in case 1 is 6; expected 8$"):
        check_answer(power, pow, (2, 2), (2, 3))
    with pytest.raises(
        AssertionError,
        match=r"^power\(\[2, 2\], \[2, 3\]\) in case 0 is wrong in 1 of 2 places, first at \(1,\): 6; expected 8$",
    ):
        check_answer(power, lambda base, exponent: np.array(base) ** exponent, [np.array([2, 2]), np.array([2, 3])])
    with pytest.raises(AssertionError, match=r"^power in case 0 is wrong"):
        check_answer(power, lambda base, exponent: base**exponent, (np.full(40, 2), 3))
    for digits, written in [(60, r"\(\d{60}\)"), (61, "")]:
        with pytest.raises(AssertionError, match=rf"^double{written} in case 0 is"):
            check_answer(double, abs, (10 ** (digits - 1),))


def test_check_answer_forgives_rounding_only():
    def third(x):
        return x * (1 / 3)

    exact = [Fraction(1, 7), Fraction(22, 7)]
    assert "right" in check_answer(lambda x: [float(entry) for entry in x], lambda x: x, (exact,))
    assert "right" in check_answer(
        third, lambda x: x / 3, (sp.Rational(1, 7),), (sp.sqrt(2),), (sp.Symbol("a"),), (2.5,)
    )
    for wrong in (
        lambda x: x * 0.3333333,
        lambda x: x * sp.Float(0.3333333),
        lambda x: x * Fraction(333333333333, 10**12),
    ):
        with pytest.raises(AssertionError):
            check_answer(wrong, lambda x: x / 3, (sp.Rational(1, 7),))
    with pytest.raises(AssertionError):
        check_answer(third, lambda x: x / 2, (sp.Symbol("a"),))


LETTER = sp.Symbol("a")


@pytest.mark.parametrize(
    "rounded, right",
    [
        (np.float32([0.001]), [Fraction(1, 1000)]),
        ([0.1 * 3, Fraction(1, 3)], [Fraction(3, 10), Fraction(1, 3)]),
        (sp.Float(0.3) + sp.Float(1e-12), sp.Rational(3, 10)),
        ([0.5, LETTER], [sp.Rational(1, 2), LETTER]),
    ],
    ids=["float32", "beside a fraction", "SymPy's", "beside a letter"],
)
def test_check_answer_forgives_the_rounding_of_every_kind_of_float(rounded, right):
    assert "right" in check_answer(lambda: rounded, lambda: right, ())


@pytest.mark.parametrize("exact, right", [(10**12 + 1, 10**12), ([Fraction(333333333333, 10**12)], [Fraction(1, 3)])])
def test_check_answer_does_not_forgive_what_is_not_rounded(exact, right):
    with pytest.raises(AssertionError):
        check_answer(lambda: exact, lambda: right, ())


def test_check_answer_is_not_fooled_by_an_answer_that_changes_its_arguments():
    def emptied(x):
        x[:] = 0
        return x

    with pytest.raises(AssertionError, match="emptied"):
        check_answer(emptied, lambda x: x, (np.array([1, 2]),))


def test_check_answer_names_the_slip_that_was_made():
    slips = {"`*` in place of `**`": lambda x, n: x * n, "the sign turned": lambda x, n: -(x**n)}

    def refused(answer):
        with pytest.raises(AssertionError) as error:
            check_answer(answer, lambda x, n: x**n, (2, 2), (np.array([2, 3]), 3), slips=slips)
        return str(error.value)

    assert refused(lambda x, n: n * x).endswith(
        "first at (0,): 6; expected 8 (this is what `*` in place of `**` gives)"
    )
    assert refused(lambda x, n: -1.0 * x**n).endswith(
        "in case 0 is -4.0; expected 4 (this is what the sign turned gives)"
    )
    assert refused(lambda x, n: x + n).endswith("first at (0,): 5; expected 8")
    assert refused(lambda x, n: x[:1] ** n if np.ndim(x) else 4).endswith("expected (2,)")


class StepsInBackward(Conv2d):
    """Gives the gradient of the input at the weights after its own step."""

    def __init__(self, in_place):
        super().__init__(2, 2, 3, **STEPS, rng=0)
        self.in_place = in_place

    def backward(self, dy):
        x, _ = self._last()
        super().backward(dy)
        weight = self.params["weight"] if self.in_place else self.params["weight"].copy()
        weight -= self.grads["weight"].astype(weight.dtype)
        self.params["weight"] = weight
        return conv2d_backward(dy, x, weight, **STEPS)[0]


@pytest.mark.parametrize("in_place", [True, False])
def test_a_layer_that_steps_in_its_backward_is_judged_at_the_weights_before(in_place):
    layer = StepsInBackward(in_place)
    with pytest.raises(AssertionError, match="gradient of the input"):
        check_gradient(layer, np.random.default_rng(0).normal(size=SHAPE))
    with pytest.raises(AssertionError, match="adjoint of the input"):
        check_adjoint(layer, SHAPE)


class SpoilsWhatItGets(Conv2d):
    """Its gradients are right, and its input and its δ are 0 afterwards."""

    def backward(self, dy):
        x, _ = self._last()
        dx = super().backward(dy)
        x *= 0
        dy *= 0
        return dx


def test_a_layer_that_changes_its_input_and_delta_is_judged_by_its_gradients():
    layer = SpoilsWhatItGets(2, 2, 3, **STEPS, rng=0)
    check_gradient(layer, np.random.default_rng(0).normal(size=SHAPE))
    check_adjoint(layer, SHAPE)


class Remembers(Conv2d):
    """Keeps what it is given."""

    seen = []

    def forward(self, x):
        self.seen.append(x.tolist())
        return super().forward(x)

    def backward(self, dy):
        self.seen.append(dy.tolist())
        return super().backward(dy)


@pytest.mark.parametrize("check, x", [(check_gradient, np.ones((2, 2, 1))), (check_adjoint, (2, 2, 1))])
def test_a_check_is_the_same_each_time(monkeypatch, check, x):
    seen = []
    for _ in range(2):
        monkeypatch.setattr(Remembers, "seen", [])
        check(Remembers(1, 1, 1, rng=0), x)
        seen.append(Remembers.seen)
    assert seen[0] == seen[1]


# --- Scale, rounding and what bends -----------------------------------------------------------


class Entrywise(Layer):
    """A function of each entry, and what is said to be its derivative."""

    def __init__(self, function, derivative):
        super().__init__()
        self.function, self.derivative = function, derivative

    def forward(self, x):
        self._keep(x)
        return self.function(x)

    def backward(self, dy):
        return self.derivative(*self._last()) * dy


def ramp(x):
    return np.maximum(x, 0)


FEW = np.array([0.3, -1.2, 0.7])
BESIDE = [np.array([size, 1.0, 1.0]) for size in (1e6, 1e12, 1e20)]
SCALES = [1e-100, 1e-8, 1.0, 1e8, 1e100]
RIGHT_AND_WRONG = {
    **{
        f"{a:g} x": (FEW, lambda x, a=a: a * x, lambda x, a=a: a + 0 * x, lambda x, a=a: 1.001 * a + 0 * x)
        for a in SCALES
    },
    **{f"{a:g} x^2": (FEW, lambda x, a=a: a * x * x, lambda x, a=a: 2 * a * x, lambda x, a=a: a * x) for a in SCALES},
    **{f"x^2 of {a:g}": (a * FEW, lambda x: x * x, lambda x: 2 * x, lambda x: x) for a in SCALES},
    **{f"ReLU of {a:g}": (a * FEW, ramp, lambda x: x > 0, lambda x: x > 2 * x) for a in SCALES},
    **{
        f"beside {w[0]:g}": (np.ones(3), lambda x, w=w: w * x, lambda x, w=w: w, lambda x, w=w: w + [0, 0, 0.001])
        for w in BESIDE
    },
    "ReLU of all sizes": (np.array([1e12, 0.3, -1e-12, 1e-12]), ramp, lambda x: x > 0, lambda x: x > 0.1),
    "x^5 of all sizes": (np.array([1e12, 1.0]), lambda x: x**5, lambda x: 5 * x**4, lambda x: 5 * x**4 * [1, 0]),
    "x^3 where it is flat": (np.array([0.0, 1.0]), lambda x: x**3, lambda x: 3 * x * x, lambda x: 3 * x * x + 0.001),
    "x^3 at 0 alone": (np.zeros(1), lambda x: x**3, lambda x: 3 * x * x, lambda x: x + 0.001),
    "(x - 1)^3 at 1": (np.ones(1), lambda x: (x - 1) ** 3, lambda x: 3 * (x - 1) ** 2, lambda x: x),
    "1 / x": (np.array([1e-8, 1.0, 1e8]), lambda x: 1 / x, lambda x: -1 / x**2, lambda x: -1 / x),
    "exp": (np.array([-700.0, 1.0, 700.0]), np.exp, np.exp, lambda x: np.exp(x) * [2, 1, 1]),
    "a saturated tanh": (
        np.array([-20.0, 0.1, 20.0]),
        np.tanh,
        lambda x: 1 - np.tanh(x) ** 2,
        lambda x: 1 - np.tanh(x),
    ),
    "nothing": (FEW, lambda x: 0 * x + 5, lambda x: 0 * x, lambda x: 0 * x + 1e-6),
    "zeros": (np.zeros(2), lambda x: 7 * x, lambda x: 7 + 0 * x, lambda x: 6 + 0 * x),
}


@pytest.mark.parametrize(("x", "function", "right", "wrong"), RIGHT_AND_WRONG.values(), ids=RIGHT_AND_WRONG)
def test_gradients_are_judged_by_their_own_size(x, function, right, wrong):
    check_gradient(Entrywise(function, right), x)
    with pytest.raises(AssertionError, match="gradient of the input is wrong"):
        check_gradient(Entrywise(function, wrong), x)


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e6, 1e12])
def test_parameters_of_any_size_are_judged(scale):
    class Halved(Linear):
        def backward(self, dy):
            dx = super().backward(dy)
            self.grads["bias"] = self.grads["bias"] / 2
            return dx

    x = scale * np.random.default_rng(0).normal(size=(4, 3))
    for bias in 0, scale:
        for layer in Linear(3, 2, rng=0), Halved(3, 2, rng=0):
            layer.params.update(weight=scale * layer.params["weight"].astype(float), bias=np.full(2, bias, float))
            if isinstance(layer, Halved):
                with pytest.raises(AssertionError, match="gradient of the bias is wrong in 2 of 2 places"):
                    check_gradient(layer, x)
            else:
                check_gradient(layer, x)


def test_one_wrong_entry_of_many_is_named():
    def derivative(x):
        slopes = 2 * x
        slopes[3] *= 1 + 1e-5
        return slopes

    layer = Entrywise(lambda x: x * x, derivative)
    with pytest.raises(AssertionError, match=r"wrong in 1 of 9 places, first at \(3,\)"):
        check_gradient(layer, 10.0 ** np.arange(9))
    assert "agree to 0.0001" in check_gradient(layer, 10.0 ** np.arange(9), tolerance=1e-4)


@pytest.mark.parametrize("factor", [0.1, 1 / 3, 1e-30, np.float32(0.1), np.float16(3.3)])
def test_rounding_is_told_from_what_is_not_linear(factor):
    report = check_adjoint(Entrywise(lambda x: factor * x, lambda x: factor), (2, 3))
    assert repr(report) == "adjoint check: input equal up to rounding"
    with pytest.raises(AssertionError, match="adjoint of the input"):
        check_adjoint(Entrywise(lambda x: factor * x, lambda x: factor * 1.1), (2, 3))
    with pytest.raises(ValueError, match="not linear in its input"):
        check_adjoint(Entrywise(lambda x: factor * (x + abs(x) / 10), lambda x: factor), (2, 3))
    with pytest.raises(ValueError, match="not linear in its input"):
        check_adjoint(Entrywise(lambda x: factor * x * x, lambda x: factor), (2, 3))


def test_what_is_exact_is_judged_exactly():
    third = Fraction(1, 3)
    assert "exact in integers" in check_adjoint(Entrywise(lambda x: third * x, lambda x: third), (2, 3))
    with pytest.raises(AssertionError, match="adjoint of the input"):
        check_adjoint(Entrywise(lambda x: third * x, lambda x: third + Fraction(1, 10**30)), (2, 3))
    with pytest.raises(ValueError, match="not linear in its input"):
        check_adjoint(Entrywise(lambda x: third * x + x * x * Fraction(1, 10**30), lambda x: third), (2, 3))


class Forgets(Conv2d):
    """Its gradients are right, but afterwards something in the layer is another."""

    def __init__(self, change):
        super().__init__(2, 2, 3, **STEPS, rng=0)
        self.buffers["seen"] = np.zeros(1, int)
        self.change = change

    def forward(self, x):
        self.buffers["seen"] = self.buffers["seen"] + 1  # as it may
        return super().forward(x)

    def backward(self, dy):
        dx = super().backward(dy)
        self.change(self)
        return dx


def in_place(layer):
    layer.params["weight"] -= layer.grads["weight"].astype(layer.params["weight"].dtype)


def by_another(layer):
    layer.params["bias"] = 1 + layer.params["bias"]


def a_buffer(layer):
    layer.buffers["seen"] = layer.buffers["seen"] + 1


def deleted(layer):
    del layer.params["bias"]


@pytest.mark.parametrize(
    ("change", "name"), [(in_place, "weight"), (by_another, "bias"), (a_buffer, "seen"), (deleted, "bias")]
)
def test_a_layer_that_its_backward_changes_is_seen(change, name):
    for check, argument in (check_gradient, np.random.default_rng(0).normal(size=SHAPE)), (check_adjoint, SHAPE):
        with pytest.raises(AssertionError, match=f"^backward changes the {name} of the layer$"):
            check(Forgets(change), argument)
        check(Forgets(lambda layer: None), argument)


class Draws(Layer):
    """Drops half of its input at random, as a layer to come."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        self._keep(self.rng.integers(0, 2, np.shape(x)))
        return x * self._last()[0]

    def backward(self, dy):
        return dy * self._last()[0]


def test_a_layer_that_draws_does_so_the_same_way_at_every_point():
    assert "input 12" in check_gradient(Draws(), np.random.default_rng(1).normal(size=(3, 4)))
    assert "exact" in check_adjoint(Draws(), (3, 4))


def test_gradients_of_another_shape_are_refused():
    class Flat(Conv2d):
        def backward(self, dy):
            return super().backward(dy).ravel()

    with pytest.raises(AssertionError, match=r"gradient of the input has shape \(120,\); expected \(2, 6, 5, 2\)"):
        check_gradient(Flat(2, 2, 3, **STEPS, rng=0), np.ones(SHAPE))


@pytest.mark.parametrize("check, x", [(check_gradient, np.ones(SHAPE)), (check_adjoint, SHAPE)])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda grads: grads.pop("bias"), "backward gives no gradient of the bias"),
        (lambda grads: grads.update(scale=0.0), "backward gives a gradient of the scale, which is no parameter"),
    ],
    ids=["one too few", "one too many"],
)
def test_a_gradient_of_each_parameter_is_asked_for(check, x, change, message):
    class Odd(Conv2d):
        def backward(self, dy):
            dx = super().backward(dy)
            change(self.grads)
            return dx

    with pytest.raises(AssertionError, match=f"^{message}$"):
        check(Odd(2, 2, 3, **STEPS, rng=0), x)
