"""Dense layers, activations, losses, networks and the gradient step."""

import copy
import io
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from cnnlib import (
    SGD,
    AvgPool2d,
    Conv2d,
    Flatten,
    HalfSquaredError,
    HardTanh,
    Linear,
    Max,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    check_adjoint,
    check_gradient,
    jacobian,
    load_mnist,
)
from cnnlib.layers.base import Layer
from cnnlib.proofs import gradient, symbols

RNG = np.random.default_rng(0)


def same(left, right):
    return left.shape == right.shape and all(sp.simplify(a - b) == 0 for a, b in zip(left.flat, right.flat))


# --- Dense layers ---------------------------------------------------------------------------


def test_linear_is_sympys_own_gradient():
    layer = Linear(3, 2)
    layer.params.update(weight=symbols("w", (3, 2)), bias=symbols("b", (2,)))
    x, dy = symbols("x", (4, 3)), symbols("d", (4, 2))
    y = layer.forward(x)
    assert y[1, 0] == layer.params["bias"][0] + sum(x[1, i] * layer.params["weight"][i, 0] for i in range(3))
    loss = (dy * y).sum()
    assert same(layer.backward(dy), gradient(loss, x))
    for name, parameter in layer.params.items():
        assert same(layer.grads[name], gradient(loss, parameter))


def test_linear_takes_one_example():
    layer = Linear(3, 2, rng=0)
    x = RNG.normal(size=3).astype(np.float32)
    y = layer.forward(x)
    dx = layer.backward(y)
    grads = dict(layer.grads)
    assert np.allclose(y, layer.forward(x[None])[0])
    assert np.allclose(dx, layer.backward(y[None])[0])
    assert all(np.array_equal(grads[name], layer.grads[name]) for name in grads)
    assert y.dtype == dx.dtype == np.float32


def test_linear_passes_the_checks():
    check_gradient(Linear(3, 2, rng=0), RNG.normal(size=(4, 3)))
    check_adjoint(Linear(3, 2, bias=False), (4, 3))
    assert Linear(3, 2, bias=False).params.keys() == {"weight"}
    assert abs(Linear(500, 40, rng=0).params["weight"].std() * np.sqrt(500 / 2) - 1) < 0.02


def test_flatten_is_row_major():
    layer = Flatten()
    x = np.arange(24).reshape(2, 3, 2, 2)
    assert layer.forward(x).tolist() == [list(range(12)), list(range(12, 24))]
    assert np.array_equal(layer.backward(layer.forward(x)), x)


# --- Activations ----------------------------------------------------------------------------


@pytest.mark.parametrize("layer, function", [(Sigmoid(), lambda x: 1 / (1 + sp.exp(-x))), (Tanh(), sp.tanh)])
def test_smooth_activations_are_sympys_own(layer, function):
    x, dy = symbols("x", (2, 3)), symbols("d", (2, 3))
    y = layer.forward(x)
    assert same(y, np.vectorize(function)(x))
    assert same(layer.backward(dy), gradient((dy * y).sum(), x))


P = sp.Symbol("p", positive=True)


@pytest.mark.parametrize(
    "layer, x, y, slope",
    [
        (ReLU(), [P, -P, 0, 3, -2], [P, 0, 0, 3, 0], [1, 0, 0, 1, 0]),
        (
            HardTanh(),
            [1 + P, -1 - P, 1 / (1 + P), -1 / (1 + P), 1, -1, 0],
            [1, -1, 1 / (1 + P), -1 / (1 + P), 1, -1, 0],
            [0, 0, 1, 1, 0, 0, 1],
        ),
    ],
    ids=["ReLU", "HardTanh"],
)
def test_piecewise_activations_on_every_piece(layer, x, y, slope):
    assert layer.forward(np.array(x, object)).tolist() == y
    assert layer.backward(np.array([sp.Symbol("g")] * len(x))).tolist() == [s * sp.Symbol("g") for s in slope]


def test_max_takes_the_first_of_equal_ones():
    layer = Max()
    assert layer.forward(np.array([[1, 3, 3], [P, -P, 0]], object)).tolist() == [[3], [P]]
    g, h = sp.symbols("g h")
    assert layer.backward(np.array([[g], [h]])).tolist() == [[0, g, 0], [h, 0, 0]]


def test_max_of_one_row_of_expressions():
    layer = Max()
    assert layer.forward(np.array([-P, P, 0], object)).tolist() == [P]
    assert layer.backward(np.array([P], object)).tolist() == [0, P, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.longdouble])
def test_max_gives_the_gradient_to_the_first_nan(dtype):
    layer = Max()
    assert np.isnan(layer.forward(np.array([[1, np.nan, 3, np.nan], [np.inf, 5, np.nan, 0]], dtype))).all()
    assert layer.backward([[2], [7]]).tolist() == [[0, 2, 0, 0], [0, 0, 7, 0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_neither_overflows_nor_loses_digits(dtype):
    x = np.array([-1e4, -80, -20, 0, 20, 1e4], dtype)
    with np.errstate(all="raise", under="ignore"):
        y = Sigmoid().forward(x)
    assert np.allclose(
        y, [0, np.exp(-80.0), 1 / (1 + np.exp(20.0)), 0.5, 1 / (1 + np.exp(-20.0)), 1], rtol=1e-5, atol=0
    )


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), HardTanh()], ids=lambda layer: type(layer).__name__)
def test_activations_pass_a_nan_on(layer):
    assert np.isnan(layer.forward(np.array([np.nan, 1.0]))).tolist() == [True, False]


# --- Losses ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2)])
def test_half_squared_error_is_sympys_own_gradient(shape):
    y, t = symbols("y", shape), symbols("t", shape)
    loss = HalfSquaredError()
    value = loss.forward(y, t)
    examples = shape[0] if len(shape) > 1 else 1
    assert sp.expand(value - ((y - t) ** 2).sum() / (2 * sp.Integer(examples))) == 0
    assert same(loss.backward(), gradient(value, y))
    assert not value.has(sp.Float)


def test_cross_entropy_is_sympys_own_gradient():
    z, right = symbols("z", (2, 3)), [2, 0]
    loss = SoftmaxCrossEntropy()
    value = loss.forward(z, right)
    softmax = [sp.exp(z[n, k]) / sum(sp.exp(entry) for entry in z[n]) for n, k in enumerate(right)]
    assert sp.simplify(sp.expand_log(value + sum(sp.log(p) for p in softmax) / 2, force=True)) == 0
    assert same(loss.backward(), gradient(value, z))
    one = SoftmaxCrossEntropy()
    assert sp.simplify(one.forward(z[0], 2) - loss.forward(z[:1], [2])) == 0
    assert one.backward().shape == (3,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_is_stable(dtype):
    scores = np.array([[1e4, 0, -1e4], [0, 0, 0]], dtype)
    loss = SoftmaxCrossEntropy()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = loss.forward(scores, [0, 1])
    assert np.isclose(value, np.log(3) / 2) and value.dtype == dtype
    assert np.allclose(loss.backward(), [[0, 0, 0], [1 / 6, -1 / 3, 1 / 6]]) and loss.backward().dtype == dtype
    assert loss.forward(scores, [2, 1]) > 9e3


def test_losses_on_integers_and_fractions():
    assert HalfSquaredError().forward(np.array([1, 4]), [0, 0]) == 8.5
    exact = HalfSquaredError().forward(np.array([[1], [2]], object), np.array([[0], [Fraction(1, 3)]], object))
    assert exact == Fraction(1, 4) * (1 + Fraction(25, 9))
    mixed = HalfSquaredError()
    assert mixed.forward([[1], [2], [4]], np.array([[Fraction(1, 3)], [0], [0]], object)) == Fraction(92, 27)
    assert mixed.backward().tolist() == [[Fraction(2, 9)], [Fraction(2, 3)], [Fraction(4, 3)]]


def test_differences_of_large_integers_do_not_wrap_around():
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    assert Sigmoid().forward([low, high]).tolist() == [0, 1]
    loss = HalfSquaredError()
    assert loss.forward([2**62], [-(2**62)]) == 2.0**125 and loss.backward() == [2.0**63]
    entropy = SoftmaxCrossEntropy()
    assert entropy.forward([low, high], 1) == 0 and entropy.backward().tolist() == [0, 0]


def test_losses_in_half_precision_are_added_up_in_single():
    """60000 is nearly the largest number of half precision, and 300 squared is larger."""
    loss, entropy, largest = HalfSquaredError(), SoftmaxCrossEntropy(), np.full((3, 1), 60000, np.float16)
    assert loss.forward(largest[0] / 200, np.zeros(1, np.float16)) == 45000
    assert loss.forward(largest, -largest) == 120000**2 / 2
    assert loss.backward().dtype == np.float16 and loss.backward().tolist() == [[40000]] * 3
    scores = np.tile(np.array([100, 0], np.float16), (2000, 1))
    assert np.isclose(entropy.forward(scores, np.ones(2000, int)), 100)
    assert entropy.backward().dtype == np.float16 and np.allclose(entropy.backward() * 2000, [1, -1], rtol=1e-3)


# --- Networks -------------------------------------------------------------------------------


def network(rng=0):
    rng = np.random.default_rng(rng)
    return Sequential(
        Conv2d(1, 2, 3, padding=1, rng=rng),
        Sigmoid(),
        MaxPool2d(2),
        Conv2d(2, 3, (1, 2), rng=rng),
        AvgPool2d((2, 1)),
        Tanh(),
        Flatten(),
        Linear(6, 3, rng=rng),
    )


X = RNG.normal(size=(2, 4, 6, 1)).astype(np.float32)


def test_every_parameter_of_a_network():
    report = check_gradient(network(), X)
    assert "input 48, 0.weight 18, 0.bias 2, 3.weight 12, 3.bias 3, 7.weight 18, 7.bias 3" in report


def test_network_is_a_sequence():
    net = network()
    assert len(net) == 8 and net[1] is list(net)[1] and isinstance(net[-1], Linear)
    assert isinstance(net[2:4], Sequential) and net[2:4][1] is net[3]
    assert list(net.params) == ["0.weight", "0.bias", "3.weight", "3.bias", "7.weight", "7.bias"]
    assert not net.grads
    net.params["0.bias"] = np.ones(2, np.float32)
    assert net[0].params["bias"].tolist() == [1, 1]
    del net.params["0.bias"]
    assert "bias" not in net[0].params and "0.bias" not in net.params and "x" not in net.params
    assert "8.bias" not in net.params and "99.bias" not in net.params
    assert Sequential(Sequential(Linear(1, 1))).params.keys() == {"0.0.weight", "0.0.bias"}


TABLE = """
   layer      output        parameters
   input      (2, 4, 6, 1)
0  Conv2d     (2, 4, 6, 2)          20
1  Sigmoid    (2, 4, 6, 2)           0
2  MaxPool2d  (2, 2, 3, 2)           0
3  Conv2d     (2, 2, 2, 3)          15
4  AvgPool2d  (2, 1, 2, 3)           0
5  Tanh       (2, 1, 2, 3)           0
6  Flatten    (2, 6)                 0
7  Linear     (2, 3)                21
   total                            56"""


def test_table_lists_shapes_and_parameters():
    lines = str(network().table((2, 4, 6, 1))).splitlines()
    assert [line.rstrip() for line in lines] == TABLE.splitlines()[1:]
    assert {len(line) for line in lines} == {38}


def test_table_leaves_the_network_as_it_is():
    net, other = network(), network()
    y = net.forward(X)
    other.forward(X)
    net.table((1, 4, 6, 1))
    assert np.array_equal(net.backward(y), other.backward(y))


@pytest.mark.parametrize("nested", [False, True])
def test_a_layer_stands_in_a_network_once(nested):
    layer = Sigmoid()
    with pytest.raises(ValueError, match=r"^layer Sigmoid\(\) stands there twice; expected each once$"):
        Sequential(Linear(2, 2), layer, Sequential(Linear(2, 2), layer) if nested else layer)
    net = Sequential(Linear(2, 2), layer, Sigmoid())
    assert Sequential(*net[:2], Sigmoid())[1] is layer  # a layer may be part of several networks


def test_networks_share_nothing():
    one, two = network(), network()
    y = one.forward(X)
    two.forward(-X)
    one.backward(y)
    assert not two.grads
    fresh = network()
    fresh.forward(X)
    fresh.backward(y)
    assert all(np.array_equal(one.grads[name], fresh.grads[name]) for name in fresh.grads)


def test_parameters_are_saved_and_loaded(tmp_path):
    net, other = network(0), network(1)
    net.save(tmp_path / "digits")
    assert [path.name for path in tmp_path.iterdir()] == ["digits"]
    other.load(tmp_path / "digits")
    assert np.array_equal(net.forward(X), other.forward(X))


@pytest.mark.parametrize(
    "stored, message",
    [
        ({}, "holds the parameters []"),
        ({"0.weight": np.ones((1, 2), np.float32)}, "holds the parameters ['0.weight']"),
        (
            {"0.weight": np.ones((2, 2), np.float32), "0.bias": np.ones(1, np.float32)},
            "0.weight of float32 and shape (2, 2)",
        ),
        ({"0.weight": np.ones((1, 2), np.float32), "0.bias": np.ones(1)}, "0.bias of float64"),
        ({"0.weight": np.ones((1, 2), np.float32), "0.bias": np.ones(2, np.float32), "x": np.ones(1)}, "'x'"),
        ({"0.weight": np.array([[None, None]]), "0.bias": np.ones(2, np.float32)}, "not a file of parameters"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(tmp_path, stored, message):
    net = Sequential(Linear(1, 2))
    kept = dict(net.params)
    np.savez(tmp_path / "p.npz", **stored)
    with pytest.raises(ValueError) as caught:
        net.load(tmp_path / "p.npz")
    assert message in str(caught.value)
    assert all(net.params[name] is kept[name] for name in kept)


def one_array():
    file = io.BytesIO()
    np.save(file, np.ones(3))
    return file.getvalue()


@pytest.mark.parametrize("content", [b"", b"not a file of numpy's", b"PK\x03\x04", one_array()])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "p.npz").write_bytes(content)
    with pytest.raises(ValueError, match="not a file of parameters"):
        network().load(tmp_path / "p.npz")
    with pytest.raises(FileNotFoundError):
        network().load(tmp_path / "none.npz")


def test_gradient_step_with_and_without_momentum():
    layer = Linear(1, 1)
    layer.params.update(weight=symbols("w", (1, 1)), bias=symbols("b", (1,)))
    w, rate, mu = layer.params["weight"][0, 0], sp.Symbol("eta", positive=True), sp.Rational(1, 2)
    step = SGD(layer, rate, momentum=mu)
    for g, expected in [(3, w - 3 * rate), (5, w - 3 * rate - (5 + 3 * mu) * rate)]:
        layer.grads.update(weight=np.array([[sp.Integer(g)]]), bias=np.array([sp.Integer(0)]))
        step.step()
        assert sp.expand(layer.params["weight"][0, 0] - expected) == 0
    plain = Linear(1, 1, rng=0)
    before = copy.deepcopy(plain.params)
    plain.grads.update(weight=np.ones((1, 1), np.float32), bias=np.ones(1, np.float32))
    SGD(plain, 0.5).step()
    assert np.array_equal(plain.params["weight"], before["weight"] - np.float32(0.5))
    assert plain.params["weight"].dtype == np.float32


def test_jacobian_is_the_matrix():
    layer = Linear(3, 2)
    layer.params["weight"] = symbols("w", (3, 2))
    assert (jacobian(layer, symbols("x", (3,))) == layer.params["weight"].T).all()
    assert jacobian(Flatten(), np.zeros((1, 2, 2))).tolist() == np.eye(4).tolist()
    assert jacobian(ReLU(), np.array([1, -1])).tolist() == [[1, 0], [0, 0]]
    assert not layer.grads


# --- What belongs to whom, and of which type ----------------------------------------------------


@pytest.mark.parametrize("examples", [1, 2])
@pytest.mark.parametrize("layer", [Conv2d(1, 2, 2, rng=0), Linear(3, 2, rng=0)], ids=["Conv2d", "Linear"])
def test_a_buffer_that_is_filled_again_is_no_other_input(layer, examples):
    """A loader may read every batch into the same array."""
    x = np.ones((examples, 3, 3, 1) if isinstance(layer, Conv2d) else (examples, 3))
    y = layer.forward(x)
    x[...] = 0
    layer.backward(np.ones_like(y))
    assert (layer.grads["weight"] == y[0].size / 2 * examples).all()


def test_momentum_is_not_a_gradient_that_someone_clears():
    layer = Linear(1, 1, bias=False)
    layer.params["weight"] = np.array([[0.0]])
    step = SGD(layer, 1.0, momentum=0.5)
    layer.grads["weight"] = np.array([[1.5]])
    step.step()
    layer.grads["weight"][...] = 0
    layer.grads["weight"] += 2.0
    step.step()
    assert layer.params["weight"] == -1.5 - (2.0 + 0.5 * 1.5)


@pytest.mark.parametrize("loss, target", [(HalfSquaredError(), np.zeros((2, 3))), (SoftmaxCrossEntropy(), [0, 2])])
def test_a_loss_hands_out_arrays_of_its_own(loss, target):
    loss.forward(np.eye(2, 3), target)
    first = loss.backward()
    kept = first.copy()
    first[...] = 7
    assert np.array_equal(loss.backward(), kept)


def test_a_step_writes_into_no_array():
    net, x = network(), X.astype(np.float32)
    best = dict(net.params)
    values = {name: value.copy() for name, value in best.items()}
    optimizer = SGD(net, 0.1, momentum=0.9)
    for _ in range(2):
        net.backward(net.forward(x))
        grads = {name: (value, value.copy()) for name, value in net.grads.items()}
        optimizer.step()
    assert all(np.array_equal(best[name], values[name]) for name in best)
    assert all(np.array_equal(*pair) for pair in grads.values())
    assert not any(np.array_equal(net.params[name], best[name]) for name in best)


def test_what_is_put_in_stays_the_same_array():
    layer, weight = Linear(2, 2), np.eye(2)
    layer.params["weight"] = weight
    assert layer.params["weight"] is weight and Sequential(layer).params["0.weight"] is weight


def test_what_is_loaded_is_ones_own(tmp_path):
    network(0).save(tmp_path / "p")
    one, two = network(1), network(2)
    one.load(tmp_path / "p"), two.load(tmp_path / "p")
    for name, value in one.params.items():
        value += 1
        assert not np.shares_memory(value, two.params[name]) and np.array_equal(
            two.params[name], network(0).params[name]
        )
    first, second = load_mnist(), load_mnist()
    for array, other in zip(first, second):
        assert array.flags.writeable and not np.shares_memory(array, other)
        array[...] = 0
    assert all(other.any() for other in second)


def test_training_with_a_cosine_schedule_keeps_float32(tmp_path):
    net, loss = network(), SoftmaxCrossEntropy()
    optimizer = SGD(net, np.float64(0.1), momentum=np.float64(0.9))
    for epoch in range(4):
        optimizer.lr = 0.1 * (1 + np.cos(np.pi * epoch / 4)) / 2
        loss.forward(net.forward(X.astype(np.float64)), [0, 2])
        net.backward(loss.backward())
        optimizer.step()
    assert {value.dtype for value in net.params.values()} == {np.dtype(np.float32)}
    net.save(tmp_path / "p")
    network(1).load(tmp_path / "p")


def test_each_parameter_keeps_its_own_type():
    net = Sequential(Linear(3, 2, dtype=np.float32), Linear(2, 2, dtype=np.float64), Linear(2, 1))
    net.params["2.weight"] = net.params["2.weight"].astype(np.longdouble)
    net.params["2.bias"] = net.params["2.bias"].astype(np.float16)
    types = {name: value.dtype for name, value in net.params.items()}
    optimizer = SGD(net, Fraction(1, 10), momentum=0.5)
    for _ in range(2):
        net.backward(net.forward(np.ones((4, 3), int)))
        optimizer.step()
    assert {name: value.dtype for name, value in net.params.items()} == types


def test_a_step_is_computed_in_the_type_of_the_parameter():
    layer = Linear(1, 1, bias=False)
    layer.params["weight"], layer.grads["weight"] = np.float32([[1]]), np.array([[1 / 3]])
    SGD(layer, np.float64(0.1)).step()
    assert layer.params["weight"] == np.float32(1) - np.float32(0.1) * np.float32(1 / 3)
    exact = Linear(1, 1, bias=False)
    exact.params["weight"], exact.grads["weight"] = np.array([[Fraction(1)]]), np.array([[2]])
    SGD(exact, Fraction(1, 10)).step()
    assert exact.params["weight"].tolist() == [[Fraction(4, 5)]]


@pytest.mark.parametrize(
    ("weight", "gradient", "lr", "error", "message"),
    [
        (
            np.ones((1, 1), int),
            [[1.0]],
            0.1,
            TypeError,
            "params['1.weight'] has dtype int64; expected floats or objects, which",
        ),
        (
            np.ones((1, 1)),
            [[sp.Symbol("g")]],
            0.1,
            TypeError,
            "grads['1.weight'] has dtype object; expected numbers that fit float64",
        ),
        (np.ones((1, 1)), [1.0], 0.1, ValueError, "grads['1.weight'] has shape (1,); expected (1, 1)"),
        (
            np.ones((1, 1)),
            [[1.0]],
            sp.Symbol("e", positive=True),
            TypeError,
            "lr is e; expected a number that fits float32",
        ),
    ],
)
def test_a_step_that_cannot_be_taken_changes_nothing(weight, gradient, lr, error, message):
    net = Sequential(Linear(1, 1, rng=0), Linear(1, 1, bias=False))
    net.backward(net.forward(np.ones((1, 1))))
    net.params["1.weight"], net.grads["1.weight"] = weight, gradient
    before = dict(net.params)
    optimizer = SGD(net, lr, momentum=0.9)
    with pytest.raises(error) as caught:
        optimizer.step()
    assert str(caught.value).startswith(message)
    assert all(net.params[name] is before[name] for name in before)


# --- Calls, written and made ------------------------------------------------------------------

WRITTEN = [
    (lambda: Conv2d(1, 6, 5, padding=2, rng=0), "Conv2d(1, 6, 5, padding=2)"),
    (lambda: Conv2d(np.int64(1), 6, [5, 5], stride=(2, 2), dilation=1), "Conv2d(1, 6, 5, stride=2)"),
    (lambda: Conv2d(1, 6, (5, 3), padding=(2, 1), bias=False), "Conv2d(1, 6, (5, 3), padding=(2, 1), bias=False)"),
    (lambda: Conv2d(2, 6, 3, padding="same", groups=2), "Conv2d(2, 6, 3, padding=1, groups=2)"),
    (lambda: Conv2d(2, 6, 3, padding=((1, 0), (2, 1))), "Conv2d(2, 6, 3, padding=((1, 0), (2, 1)))"),
    (lambda: Conv2d(1, 6, 5, dtype=np.float64), "Conv2d(1, 6, 5, dtype='float64')"),
    (lambda: Linear(3, 2, dtype="f4", rng=np.random.default_rng(0)), "Linear(3, 2)"),
    (lambda: MaxPool2d(2), "MaxPool2d(2)"),
    (lambda: MaxPool2d(2, stride=2), "MaxPool2d(2)"),
    (lambda: AvgPool2d((3, 3), stride=1, padding=(1, 1)), "AvgPool2d(3, stride=1, padding=1)"),
    (ReLU, "ReLU()"),
    (
        lambda: Sequential(Conv2d(1, 2, 3), Sequential(ReLU(), Flatten()), Linear(8, 3)),
        "Sequential(Conv2d(1, 2, 3), Sequential(ReLU(), Flatten()), Linear(8, 3))",
    ),
]


@pytest.mark.parametrize(("make", "call"), WRITTEN, ids=[call for _, call in WRITTEN])
def test_repr_is_the_call_that_makes_a_layer(make, call):
    assert repr(make()) == call and repr(eval(call)) == call
    assert str(make()) == call  # a network has not seen an input yet


class LeNet(Sequential):
    def __init__(self):
        super().__init__(Flatten(), Linear(6, 2))


class Powers(Layer):
    def __init__(self, exponent, *more, function=np.tanh, **others):
        super().__init__()
        self._arguments = {"exponent": exponent, "more": more, "function": function, "others": others}


class Silent(Layer):
    def __init__(self, size):
        super().__init__()


def test_repr_of_layers_of_ones_own():
    assert repr(LeNet()) == "LeNet()" and repr(Layer()) == "Layer()"
    assert repr(Powers((1, 1), 2, (3,))) == "Powers((1, 1), 2, (3,))"
    assert repr(Powers(1, function=double, a=2)) == "Powers(1, function=double, a=2)"
    assert repr(Silent(3)) == "Silent(...)"


def double(x):
    return 2 * x


def test_a_network_that_has_seen_an_input_prints_its_table():
    net = network()
    net.forward(X)
    assert str(net) == str(net.table(X.shape)) and repr(net).startswith(
        "Sequential(Conv2d(1, 2, 3, padding=1), Sigmoid(), "
    )
    net.forward(X[:1])
    assert "input      (1, 4, 6, 1)" in str(net)
    symbolic = Sequential(Linear(2, 1), Tanh())
    symbolic.params["0.weight"] = symbols("w", (2, 1))
    symbolic.forward(symbols("x", (3, 2)))
    assert "input   (3, 2)" in str(symbolic)


# --- Buffers and modes ------------------------------------------------------------------------


class Centred(Layer):
    """Subtract a mean, which is that of the batch in training and a running one after it."""

    def __init__(self):
        super().__init__()
        self.buffers["mean"] = np.zeros(2)

    def forward(self, x):
        if self.training:
            self.buffers["mean"] = self.buffers["mean"] / 2 + x.mean(axis=0) / 2
        return x - (x.mean(axis=0) if self.training else self.buffers["mean"])


def test_buffers_are_saved_and_loaded_with_the_parameters(tmp_path):
    one, two = (Sequential(Linear(2, 2, dtype=float, rng=seed), Sequential(Centred())) for seed in range(2))
    x = np.arange(6.0).reshape(3, 2)
    assert np.allclose(one(x).mean(axis=0), 0)
    one.save(tmp_path / "p")
    two.load(tmp_path / "p")
    assert two.buffers.keys() == {"1.0.mean"} and np.array_equal(two.buffers["1.0.mean"], one.buffers["1.0.mean"])
    assert np.array_equal(one.eval()(x), two.eval()(x)) and not np.allclose(one(x).mean(axis=0), 0)
    with pytest.raises(
        ValueError, match=r"path holds the parameters \['0.bias', '0.weight', '1.0.mean'\]; expected \['0.bias'"
    ):
        Sequential(Linear(2, 2, dtype=float)).load(tmp_path / "p")
    two.buffers["1.0.mean"] = np.array([None, None])
    with pytest.raises(TypeError, match=r"^buffers\['1.0.mean'\] has dtype object"):
        two.save(tmp_path / "p")


def test_a_buffer_that_is_called_like_a_parameter_is_refused(tmp_path):
    net = Sequential(Linear(2, 2))
    net.save(tmp_path / "p")
    net[0].buffers["bias"] = np.zeros(1)
    for call in net.save, net.load:
        with pytest.raises(
            ValueError, match=r"^buffers are called \['0.bias'\]; expected other names than those of params"
        ):
            call(tmp_path / "p")


# --- Bad input ------------------------------------------------------------------------------


def linear(**params):
    layer = Linear(3, 2)
    layer.params.update(params)
    return layer.forward(np.ones((4, 3)))


BAD = {
    "linear: features": (lambda: Linear(3, 2).forward(np.ones((2, 4))), ValueError, "x has shape (2, 4); expected 3"),
    "linear: rank": (lambda: Linear(3, 2).forward(np.ones((1, 2, 3))), ValueError, "x has shape (1, 2, 3)"),
    "linear: empty": (lambda: Linear(3, 2).forward(np.ones((0, 3))), ValueError, "x has shape (0, 3)"),
    "linear: complex": (lambda: Linear(3, 2).forward(np.ones(3) * 1j), TypeError, "x has dtype complex128"),
    "linear: first": (lambda: Linear(3, 2).backward([1, 2]), RuntimeError, "Linear.backward needs a forward"),
    "linear: none": (lambda: Linear(0, 2), ValueError, "in_features is 0"),
    "linear: negative": (lambda: Linear(2, -2), ValueError, "out_features is -2"),
    "linear: dtype": (lambda: Linear(2, 2, dtype=np.float16), TypeError, "dtype is"),
    "linear: dtype name": (lambda: Linear(2, 2, dtype="nothing"), TypeError, "dtype is 'nothing'"),
    "linear: bias": (lambda: linear(bias=np.ones((4, 1))), ValueError, "bias has shape (4, 1); expected"),
    "linear: one bias": (lambda: linear(bias=np.ones(1)), ValueError, "bias has shape (1,); expected (2,)"),
    "linear: long bias": (lambda: linear(bias=np.ones(5)), ValueError, "bias has shape (5,); expected (2,)"),
    "linear: weight": (lambda: linear(weight=np.ones(3)), ValueError, "weight has shape (3,); expected 2 axes"),
    "linear: huge": (
        lambda: linear(weight=np.full((3, 2), 2**63, np.uint64)),
        TypeError,
        "weight has dtype uint64; expected integers that fit int64",
    ),
    "linear: words": (lambda: linear(weight=np.full((3, 2), "a", object)), TypeError, "weight holds 'a'"),
    "flatten: rank": (lambda: Flatten().forward(np.ones(3)), ValueError, "x has shape (3,)"),
    "flatten: first": (lambda: Flatten().backward(np.ones(3)), RuntimeError, "Flatten.backward needs a forward"),
    "relu: text": (lambda: ReLU().forward(["a"]), TypeError, "x has dtype <U1"),
    "relu: first": (lambda: ReLU().backward(np.ones(3)), RuntimeError, "ReLU.backward needs a forward"),
    "relu: unknown sign": (lambda: ReLU().forward(symbols("x", (1,))), TypeError, "order of two expressions"),
    "max: scalar": (lambda: Max().forward(1.0), ValueError, "x has shape ()"),
    "max: first": (lambda: Max().backward(np.ones(3)), RuntimeError, "Max.backward needs a forward"),
    "squares: shapes": (
        lambda: HalfSquaredError().forward([1, 2], [1]),
        ValueError,
        "target has shape (1,); expected (2,)",
    ),
    "squares: first": (
        lambda: HalfSquaredError().backward(),
        RuntimeError,
        "HalfSquaredError.backward needs a forward",
    ),
    "entropy: first": (lambda: SoftmaxCrossEntropy().backward(), RuntimeError, "SoftmaxCrossEntropy.backward needs"),
    "entropy: rank": (
        lambda: SoftmaxCrossEntropy().forward(np.ones((1, 2, 2)), [0]),
        ValueError,
        "prediction has shape",
    ),
    "entropy: labels": (
        lambda: SoftmaxCrossEntropy().forward(np.ones((2, 3)), [0]),
        ValueError,
        "target has shape (1,)",
    ),
    "entropy: too high": (
        lambda: SoftmaxCrossEntropy().forward(np.ones((1, 3)), [3]),
        ValueError,
        "target reaches from 3",
    ),
    "entropy: negative": (lambda: SoftmaxCrossEntropy().forward(np.ones((1, 3)), [-1]), ValueError, "expected 0 to 2"),
    "entropy: floats": (
        lambda: SoftmaxCrossEntropy().forward(np.ones((1, 3)), [1.0]),
        TypeError,
        "target has dtype float64",
    ),
    "network: a list": (lambda: Sequential([ReLU()]), TypeError, "layer 0 is ["),
    "network: a class": (lambda: Sequential(ReLU), TypeError, "layer 0 is <class"),
    "network: first": (lambda: network().backward(np.ones((2, 3))), RuntimeError, "Linear.backward needs a forward"),
    "network: unknown": (lambda: network().params["9.bias"], KeyError, "9.bias"),
    "sgd: network": (lambda: SGD([], 0.1), TypeError, "network is []"),
    "sgd: rate": (lambda: SGD(network(), 0), ValueError, "lr is 0"),
    "sgd: momentum": (lambda: SGD(network(), 0.1, momentum=1), ValueError, "momentum is 1"),
    "sgd: first": (lambda: SGD(network(), 0.1).step(), RuntimeError, "SGD.step needs a backward"),
    "adjoint: not linear": (lambda: check_adjoint(ReLU(), (3, 4)), ValueError, "not linear in its input"),
    "layer: forward": (lambda: Layer().forward(1), NotImplementedError, ""),
    "layer: backward": (lambda: Layer().backward(1), NotImplementedError, ""),
}


@pytest.mark.parametrize("call, error, message", BAD.values(), ids=BAD)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value) and " at 0x" not in str(caught.value)
