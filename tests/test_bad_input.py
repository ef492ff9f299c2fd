"""What makes no sense is refused by an error that names the argument; and nothing has changed then."""

import re
from fractions import Fraction
from functools import partial
from itertools import product

import numpy as np
import pytest
from cnnlib import (
    SGD,
    AvgPool2d,
    Conv2d,
    Flatten,
    Graph,
    HalfSquaredError,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    avg_pool2d,
    avg_pool2d_backward,
    check_adjoint,
    check_answer,
    check_equal,
    check_gradient,
    conv2d,
    conv2d_backward,
    fast,
    jacobian,
    load_mnist,
    max_pool2d,
    max_pool2d_backward,
)
from cnnlib.pictures import draw_graph, show_paths, show_steps
from registry import LAYERS

X, W, B = np.ones((2, 4, 4, 2)), np.ones((2, 2, 2, 3)), np.ones(3)
DY, SMALL, WINNERS = np.ones((2, 3, 3, 3)), np.ones((2, 2, 2, 2)), np.zeros((2, 2, 2, 2), np.uint8)


def backward_of(layer, x):
    layer.forward(x)
    return layer.backward


# Each takes one array in place of the argument that is named.
TAKES_AN_ARRAY = {
    "conv2d x": ("x", lambda bad: conv2d(bad, W), X),
    "conv2d w": ("w", lambda bad: conv2d(X, bad), W),
    "conv2d b": ("b", lambda bad: conv2d(X, W, bad), B),
    "conv2d_backward dy": ("dy", lambda bad: conv2d_backward(bad, X, W), DY),
    "conv2d_backward x": ("x", lambda bad: conv2d_backward(DY, bad, W), X),
    "conv2d_backward w": ("w", lambda bad: conv2d_backward(DY, X, bad), W),
    "max_pool2d x": ("x", lambda bad: max_pool2d(bad, 2), X),
    "max_pool2d_backward dy": ("dy", lambda bad: max_pool2d_backward(bad, WINNERS, X.shape, 2), SMALL),
    "max_pool2d_backward winners": ("winners", lambda bad: max_pool2d_backward(SMALL, bad, X.shape, 2), WINNERS),
    "avg_pool2d x": ("x", lambda bad: avg_pool2d(bad, 2), X),
    "avg_pool2d_backward dy": ("dy", lambda bad: avg_pool2d_backward(bad, X.shape, 2), SMALL),
    "squares prediction": ("prediction", lambda bad: HalfSquaredError().forward(bad, X), X),
    "squares target": ("target", lambda bad: HalfSquaredError().forward(X, bad), X),
    "entropy prediction": ("prediction", lambda bad: SoftmaxCrossEntropy().forward(bad, [0, 1]), X[:, 0, 0]),
    "entropy target": ("target", lambda bad: SoftmaxCrossEntropy().forward(X[:, 0, 0], bad), np.array([0, 1])),
    "check_gradient x": ("x", lambda bad: check_gradient(Flatten(), bad), X),
}
for _name, _row in LAYERS.items():
    _layer, _x = _row.make(), np.ones(_row.shape)
    TAKES_AN_ARRAY[f"{_name} x"] = "x", _layer.forward, _x
    TAKES_AN_ARRAY[f"{_name} dy"] = "dy", backward_of(_layer, _x), np.ones_like(_layer.forward(_x))

NO_NUMBERS = {
    "bool": lambda good: good > 0,
    "uint64": lambda good: good.astype(np.uint64),
    "complex": lambda good: good * 1j,
    "long complex": lambda good: good.astype(np.clongdouble),
    "text": lambda good: good.astype(str),
    "bytes": lambda good: good.astype(bytes),
    "dates": lambda good: good.astype(np.int64).astype("M8[s]"),
    "times": lambda good: good.astype(np.int64).astype("m8[s]"),
    "records": lambda good: good.astype([("a", float)]),
    "None": lambda good: np.full(good.shape, None),
    "text objects": lambda good: np.full(good.shape, "a", object),
    "text before numbers": lambda good: np.array(["a", *good.ravel()[1:]], object).reshape(good.shape),
    "one object of text": lambda good: np.array([*good.ravel()[1:], "a"], object).reshape(good.shape),
    "lists": lambda good: np.frompyfunc(lambda entry: [entry], 1, 1)(good),
    "nothing": lambda good: None,
    "a dict": lambda good: {},
    "a word": lambda good: "word",
    "a set": lambda good: {1.0},
    "a function": lambda good: lambda: good,
    "an object": lambda good: object(),
    "objects": lambda good: np.full(good.shape, object()),
}

ADDRESS = re.compile(r" at 0x|object at")


def refusal(call, *errors):
    """Return the message of the error that a call raises; no message shows an address in memory."""
    with pytest.raises(errors) as caught:
        call()
    assert not ADDRESS.search(str(caught.value))
    return str(caught.value)


# Numbers of taps and of classes may be of any integer type, and there may be no bias.
ALLOWED = {("max_pool2d_backward winners", "uint64"), ("entropy target", "uint64"), ("conv2d b", "nothing")}


@pytest.mark.parametrize("place, bad", [pair for pair in product(TAKES_AN_ARRAY, NO_NUMBERS) if pair not in ALLOWED])
def test_what_is_no_array_of_numbers_is_refused(place, bad):
    name, call, good = TAKES_AN_ARRAY[place]
    call(good)
    assert re.match(rf"{name} (has|is|holds) ", refusal(lambda: call(NO_NUMBERS[bad](good)), TypeError, ValueError))


@pytest.mark.parametrize("place", TAKES_AN_ARRAY)
def test_rows_of_different_lengths_are_refused(place):
    name, call, good = TAKES_AN_ARRAY[place]
    rows = good.tolist()
    with pytest.raises((TypeError, ValueError), match=rf"^{name} (is no array|has )"):
        call([*rows[:-1], [rows[-1], rows[-1]]])


@pytest.mark.parametrize("zero", [0, Fraction(0), 0.0])
def test_a_zero_is_a_number_of_any_kind(zero):
    assert (conv2d(np.full(X.shape, zero, object), W) == 0).all()


@pytest.mark.parametrize("place", TAKES_AN_ARRAY)
def test_lists_are_as_good_as_arrays(place):
    _, call, good = TAKES_AN_ARRAY[place]

    def arrays(result):
        return [np.asarray(part) for part in result] if isinstance(result, tuple) else [np.asarray(result)]

    for got, expected in zip(arrays(call(good.tolist())), arrays(call(good))):
        assert np.array_equal(got, expected)


# --- Options --------------------------------------------------------------------------------

OPTIONS = {
    "conv2d": (partial(conv2d, X, W), ["stride", "padding", "dilation", "groups"]),
    "conv2d_backward": (partial(conv2d_backward, DY, X, W), ["stride", "padding", "dilation", "groups"]),
    "max_pool2d": (partial(max_pool2d, X), ["kernel_size", "stride", "padding"]),
    "avg_pool2d": (partial(avg_pool2d, X), ["kernel_size", "stride", "padding"]),
    "max_pool2d_backward": (
        partial(max_pool2d_backward, SMALL, WINNERS, X.shape),
        ["kernel_size", "stride", "padding"],
    ),
    "avg_pool2d_backward": (partial(avg_pool2d_backward, SMALL, X.shape), ["kernel_size", "stride", "padding"]),
    "Conv2d": (partial(Conv2d, 1, 1), ["kernel_size", "stride", "padding", "dilation", "groups"]),
    "fast.conv2d": (partial(fast.conv2d, X, W), ["stride", "padding", "dilation", "groups"]),
    "fast.conv2d_backward": (partial(fast.conv2d_backward, DY, X, W), ["stride", "padding", "dilation", "groups"]),
    "fast.max_pool2d": (partial(fast.max_pool2d, X), ["kernel_size", "stride", "padding"]),
    "fast.avg_pool2d": (partial(fast.avg_pool2d, X), ["kernel_size", "stride", "padding"]),
    "MaxPool2d": (MaxPool2d, ["kernel_size", "stride", "padding"]),
    "AvgPool2d": (AvgPool2d, ["kernel_size", "stride", "padding"]),
}
BAD_OPTIONS = [
    -1,
    1.0,
    "1",
    True,
    (1,),
    (1, 1, 1),
    (1, 0.5),
    (1, None),
    (-1, 1),
    [1, "1"],
    {1: 1},
    {1},
    np.ones(2),
    1j,
    object(),
]


@pytest.mark.parametrize("bad", BAD_OPTIONS, ids=lambda bad: type(bad).__name__ if bad is BAD_OPTIONS[-1] else str(bad))
@pytest.mark.parametrize(
    "place, option", [(place, option) for place, (_, options) in OPTIONS.items() for option in options]
)
def test_a_senseless_option_is_refused(place, option, bad):
    call, options = OPTIONS[place]
    others = {"kernel_size": 2} if "kernel_size" in options else {}
    assert refusal(lambda: call(**{**others, option: bad}), TypeError, ValueError).startswith(f"{option} is ")


@pytest.mark.parametrize("bad", ["2233", 4, None, (2, 2.0, 2, 2), (2, -2, 2, 2), (2, 2), (2, True, 2, 2), {}, ""])
@pytest.mark.parametrize(
    "call",
    [
        lambda bad: max_pool2d_backward(SMALL, WINNERS, bad, 2),
        lambda bad: avg_pool2d_backward(SMALL, bad, 2),
        lambda bad: check_adjoint(Conv2d(2, 2, 1), bad),
        lambda bad: Sequential(Conv2d(2, 2, 1)).table(bad),
    ],
)
def test_a_senseless_shape_is_refused(call, bad):
    with pytest.raises((TypeError, ValueError), match="^x(_shape)? (is|has shape) "):
        call(bad)


class Own(Layer):
    pass


OWN = Own()
BAD_CALLS = {
    "stride 0": (lambda: conv2d(X, W, stride=0), ValueError, "stride is 0; expected at least 1"),
    "padding -1": (lambda: conv2d(X, W, padding=(0, -1)), ValueError, "padding is -1; expected at least 0"),
    "huge stride": (
        lambda: conv2d(X, W, stride=2**31),
        ValueError,
        "stride is 2147483648; expected at most 2147483647",
    ),
    "lr text": (lambda: SGD(Linear(1, 1), "a"), TypeError, "lr is 'a'; expected a number"),
    "lr None": (lambda: SGD(Linear(1, 1), None), TypeError, "lr is None"),
    "lr array": (lambda: SGD(Linear(1, 1), np.ones(2)), TypeError, "lr is array"),
    "lr complex": (lambda: SGD(Linear(1, 1), 1j), TypeError, "lr is 1j"),
    "lr NaN": (lambda: SGD(Linear(1, 1), np.nan), ValueError, "lr is nan; expected more than 0 and finite"),
    "lr infinite": (lambda: SGD(Linear(1, 1), np.inf), ValueError, "lr is inf"),
    "momentum text": (lambda: SGD(Linear(1, 1), 1, momentum="a"), TypeError, "momentum is 'a'"),
    "momentum negative": (
        lambda: SGD(Linear(1, 1), 1, momentum=-0.1),
        ValueError,
        "momentum is -0.1; expected at least 0",
    ),
    "momentum NaN": (lambda: SGD(Linear(1, 1), 1, momentum=np.nan), ValueError, "momentum is nan"),
    "folder": (lambda: load_mnist(5), TypeError, "folder is 5; expected a path"),
    "no folder": (lambda: load_mnist(3), TypeError, "folder is 3; expected a path"),
    "x without channels": (
        lambda: conv2d(X[0, 0], W),
        ValueError,
        "x has shape (4, 2); expected 3 or 4 axes (N, H, W, C) or (H, W, C)",
    ),
    "w without kernels": (
        lambda: conv2d(X, W[..., 0]),
        ValueError,
        "w has shape (2, 2, 2); expected 4 axes (K_h, K_w, C, F)",
    ),
    "b for each channel": (lambda: conv2d(X, W, W[0, 0]), ValueError, "b has shape (2, 3); expected 1 axes (F,)"),
    "b of another length": (lambda: conv2d(X, W, B[:2]), ValueError, "b has shape (2,); expected (3,)"),
    "dy of another shape": (
        lambda: conv2d_backward(DY[0], X, W),
        ValueError,
        "dy has shape (3, 3, 3); expected (2, 3, 3, 3)",
    ),
    "dy of another width": (
        lambda: backward_of(Linear(2, 3), X[:, 0, 0])(B),
        ValueError,
        "dy has shape (3,); expected (2, 3)",
    ),
    "images for numbers": (
        lambda: Linear(2, 3).forward(X),
        ValueError,
        "x has shape (2, 4, 4, 2); expected 1 or 2 axes (N, in_features) or (in_features,)",
    ),
    "scores of images": (
        lambda: SoftmaxCrossEntropy().forward(X, [0, 1]),
        ValueError,
        "prediction has shape (2, 4, 4, 2); expected 1 or 2 axes (N, K) or (K,)",
    ),
    "no cases": (lambda: check_answer(abs, abs), ValueError, "cases is empty; expected at least one"),
    "no layers": (lambda: Sequential(), ValueError, "Sequential has no layers; expected at least one"),
    "a number for a layer": (lambda: check_gradient(5, X), TypeError, "layer is 5; expected a layer"),
    "None for a layer": (lambda: check_adjoint(None, (1,)), TypeError, "layer is None; expected a layer"),
    "a class for a layer": (lambda: jacobian(ReLU, X), TypeError, "layer is <class"),
    "step 0": (lambda: check_gradient(ReLU(), X, step=0), ValueError, "step is 0; expected more than 0"),
    "step infinite": (
        lambda: check_gradient(ReLU(), X, step=np.inf),
        ValueError,
        "step is inf; expected more than 0 and finite",
    ),
    "step text": (lambda: check_gradient(ReLU(), X, step="1"), TypeError, "step is '1'"),
    "texts compared": (lambda: check_equal("it", ["a"], ["a"]), TypeError, "it has dtype <U1"),
    "expected text": (lambda: check_equal("it", [1], ["a"]), TypeError, "it has dtype <U1"),
    "rng text": (lambda: Linear(1, 1, rng="a"), TypeError, "rng is 'a'; expected an int of at least 0 or a"),
    "rng negative": (lambda: Conv2d(1, 1, 1, rng=-1), ValueError, "rng is -1; expected an int of at least 0"),
    "a layer twice": (lambda: Sequential(OWN, OWN), ValueError, "layer Own() stands there twice; expected each once"),
    "not linear": (
        lambda: check_adjoint(MaxPool2d(2), (4, 4, 1)),
        ValueError,
        "layer is MaxPool2d(2), not linear in its input",
    ),
}


@pytest.mark.parametrize("call, error, message", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_call_is_refused(call, error, message):
    assert refusal(call, error).startswith(message)


def something():
    """Be a function, whose repr shows where it is."""


STRANGE = {
    "in_channels": lambda bad: Conv2d(bad, 1, 1),
    "out_channels": lambda bad: Conv2d(1, bad, 1),
    "in_features": lambda bad: Linear(bad, 1),
    "out_features": lambda bad: Linear(1, bad),
    "dtype": lambda bad: Linear(1, 1, dtype=bad),
    "rng": lambda bad: Linear(1, 1, rng=bad),
    "kernel_size": lambda bad: MaxPool2d(bad),
    "stride": lambda bad: MaxPool2d(2, stride=bad),
    "layer 0": lambda bad: Sequential(bad),
    "network": lambda bad: SGD(bad, 1),
    "lr": lambda bad: SGD(Linear(1, 1), bad),
    "momentum": lambda bad: SGD(Linear(1, 1), 1, momentum=bad),
    "path": lambda bad: Sequential(ReLU()).save(bad),
    "folder": lambda bad: load_mnist(bad),
    "layer": lambda bad: check_gradient(bad, X),
    "step": lambda bad: check_gradient(ReLU(), X, step=bad),
    "x_shape": lambda bad: Sequential(ReLU()).table(bad),
    "prediction": lambda bad: HalfSquaredError().forward(bad, X),
    "target": lambda bad: HalfSquaredError().forward(X, bad),
    "it": lambda bad: check_equal("it", bad, 1),
    "inputs": lambda bad: Graph().forward(bad),
    "name": lambda bad: graph_with(bad).input(bad),
    "parents of 'b'": lambda bad: graph().node("b", [bad], one, [one]),
    "partials of 'b'": lambda bad: graph().node("b", ["a"], one, bad),
    "output": lambda bad: graph().derivatives(bad),
}
STRANGERS = {
    "an object": object(),
    "a function": something,
    "objects": [object()],
    "a dict of objects": {"a": object()},
}


@pytest.mark.parametrize("bad", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("name", STRANGE)
def test_what_is_refused_is_shown_without_its_address(name, bad):
    assert " at 0x" in repr(bad)
    assert name in refusal(lambda: STRANGE[name](bad), TypeError, ValueError)


class Other:
    """A node or a text of the user's own, that shows where it is."""


def graph_of_others(*nodes):
    made = graph()
    for node in nodes:
        made.input(node)
    return made


@pytest.mark.parametrize(
    "call",
    [
        lambda bad: draw_graph(graph_of_others(bad), "Two.", highlight=["a", bad]),
        lambda bad: show_paths(graph(), bad, "a", "Two."),
        lambda bad: show_steps([bad], "Steps."),
        lambda bad: show_steps([({"map": X[0, :, :, 0]}, bad)], "Steps."),
        lambda bad: graph_of_others(bad).forward({"a": 1}),
        lambda bad: graph_of_others(bad).forward({"a": 1, bad: None}),
        lambda bad: graph_of_others(bad).node("c", [bad, bad], one, [one, one]),
    ],
)
def test_nodes_and_frames_are_shown_without_their_addresses(call):
    message = refusal(lambda: call(Other()), TypeError, ValueError)
    assert "test_bad_input.Other object>" in message


def test_the_largest_stride():
    assert conv2d(X, W, stride=2**31 - 1).shape == (2, 1, 1, 3)


# --- Graphs ---------------------------------------------------------------------------------


def graph():
    made = Graph()
    made.input("a")
    made.forward({"a": 1})
    return made


def graph_with(name):
    made = Graph()
    made.input(name)
    return made


def one(*values):
    return 1


BAD_NODES = {
    "name": (lambda g: g.input([1]), "name is [1]; expected something hashable"),
    "node's name": (lambda g: g.node({}, ["a"], one, [one]), "name is {}; expected something hashable"),
    "parent's name": (lambda g: g.node("b", [[1]], one, [one]), "parents of 'b' is [1]; expected something hashable"),
    "parents": (lambda g: g.node("b", 5, one, [one]), "parents of 'b' is 5; expected a list"),
    "partials": (lambda g: g.node("b", ["a"], one, 5), "partials of 'b' is 5; expected a list"),
    "one partial": (lambda g: g.node("b", ["a"], one, one), "partials of 'b' is <function"),
    "no partials": (lambda g: g.node("b", ["a"], one, None), "partials of 'b' is None"),
    "inputs": (lambda g: g.forward(5), "inputs is 5; expected a dict"),
    "no inputs": (lambda g: g.forward(None), "inputs is None; expected a dict"),
    "names for inputs": (lambda g: g.forward(["a"]), "inputs is ['a']; expected a dict"),
    "value": (lambda g: g.forward({"a": None}), "inputs['a'] holds None; expected numbers"),
    "source": (lambda g: g.path_sum([1], "a"), "source is [1]; expected something hashable"),
    "output": (lambda g: g.derivatives([1]), "output is [1]; expected something hashable"),
    "paths' source": (lambda g: g.paths([1], "a"), "source is [1]; expected something hashable"),
}


@pytest.mark.parametrize("call, message", BAD_NODES.values(), ids=BAD_NODES)
def test_a_bad_node_is_refused(call, message):
    made = graph()
    assert refusal(lambda: call(made), TypeError).startswith(message)
    assert made.parents == made.children == {"a": []} and made.values == {"a": 1}


def test_an_unknown_node_is_refused_at_once():
    for source, output in ("qa", "aq"):
        with pytest.raises(ValueError, match="is 'q'; expected a node of the graph"):
            graph().paths(source, output)  # and not when the first path is asked for


# --- The environment ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "two", "", " 2", "+2", "2\n", "1_0", "0x2", "²", "auto", "1000000000"]
)
def test_a_senseless_number_of_threads_is_refused(monkeypatch, value):
    monkeypatch.setenv("CNNLIB_NUM_THREADS", value)
    passes = [lambda: fast.conv2d(X, W), lambda: fast.conv2d_backward(DY, X, W), lambda: Conv2d(2, 3, 2)(X)]
    passes += [lambda: fast.max_pool2d(X, 2), lambda: fast.avg_pool2d(X, 2), lambda: AvgPool2d(2)(X)]
    for call in passes:
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value).startswith(f"CNNLIB_NUM_THREADS is {value!r}; expected")


@pytest.mark.parametrize("value", ["1", "007", "999999999"])
def test_a_large_number_of_threads_is_no_harm(monkeypatch, value):
    expected = fast.conv2d(X, W)
    monkeypatch.setenv("CNNLIB_NUM_THREADS", value)
    assert np.array_equal(fast.conv2d(X, W), expected)
