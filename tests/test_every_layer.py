"""What holds for every layer: each check here runs on each row of the registry; and what breaks one is seen."""

import copy
import inspect
import pickle
from fractions import Fraction

import cnnlib
import numpy as np
import pytest
import sympy as sp
from cnnlib import SGD, Layer, Sequential, check_adjoint, check_gradient
from cnnlib.exchange import from_flax, from_keras, from_pytorch, to_flax, to_keras, to_onnx, to_pytorch
from cnnlib.proofs import gradient
from registry import LAYERS, Row, exact, numbers


def test_every_public_layer_has_a_row():
    public = {
        thing for name in cnnlib.__all__ if inspect.isclass(thing := getattr(cnnlib, name)) and issubclass(thing, Layer)
    }
    missing = public - {Layer} - {type(row.make()) for row in LAYERS.values()}
    assert not missing, f"tests/registry.py lacks {sorted(layer.__name__ for layer in missing)}"
    assert all(type(row.make()).__name__ == name.partition(",")[0] for name, row in LAYERS.items())


def test_a_layer_without_a_row_is_seen(monkeypatch):
    monkeypatch.delitem(LAYERS, "Tanh")
    with pytest.raises(AssertionError, match=r"lacks \['Tanh'\]"):
        test_every_public_layer_has_a_row()


def everything(layer):
    """Give all arrays that a layer shows."""
    return [*layer.params.values(), *layer.buffers.values(), *layer.grads.values()]


def equal(left, right):
    return len(left) == len(right) and all(np.array_equal(*pair) for pair in zip(left, right))


def there_and_back(layer, x, dy=None):
    y = layer.forward(x)
    return [y, layer.backward(np.ones_like(y) if dy is None else dy), *layer.grads.values()]


# --- The checks -----------------------------------------------------------------------------


def gradients_are_those_of_differences(row):
    for shape in [row.shape, *row.others]:
        check_gradient(row.make(), numbers(shape))


def adjoint_is_exact_if_it_is_linear(row):
    if row.is_linear:
        assert "exact in integers" in check_adjoint(row.make(), row.shape)
    else:
        with pytest.raises(ValueError, match="not linear in its input"):
            check_adjoint(row.make(), row.small)


def gradients_are_exact(row):
    """On symbols they are SymPy's own; where the order must be known, exact differences of fractions."""
    layer = row.make()
    for name, value in layer.params.items():
        layer.params[name] = exact(row, name, value.shape)
    x = exact(row, "x", row.small)
    y = layer.forward(x)
    dy = exact(row, "d", y.shape)
    found = {"x": layer.backward(dy), **layer.grads}
    for name, variable in {"x": x, **layer.params}.items():
        if row.takes_symbols:
            expected = gradient((dy * y).sum(), variable)
        else:
            expected = np.empty_like(variable)
            for index in np.ndindex(*variable.shape):
                before, step = variable[index], Fraction(1, 10**6)  # so small that no order changes
                variable[index] = before + step
                expected[index] = (dy * (layer.forward(x) - y)).sum() / step
                variable[index] = before
        assert found[name].shape == variable.shape
        assert all(sp.simplify(a - b) == 0 for a, b in zip(found[name].flat, expected.flat)), name


def it_is_called_like_a_function(row):
    assert np.array_equal(row.make()(numbers(row.shape)), row.make().forward(numbers(row.shape)))


def repr_makes_it_again(row):
    layer = row.make()
    again = eval(repr(layer), {**vars(cnnlib), type(layer).__name__: type(layer)})
    assert type(again) is type(layer) and repr(again) == repr(layer)
    for name, array in {**layer.params, **layer.buffers}.items():
        other = {**again.params, **again.buffers}[name]
        assert (array.shape, array.dtype) == (other.shape, other.dtype)
    again.params.update(layer.params)
    assert equal(there_and_back(again, numbers(row.shape)), there_and_back(layer, numbers(row.shape)))


def it_is_saved_and_loaded(row, tmp_path):
    one, two = Sequential(row.make()), Sequential(row.make())
    for number, array in enumerate(everything(two)):
        array += number + 1
    one.save(tmp_path / "p")
    two.load(tmp_path / "p")
    assert one.params.keys() == two.params.keys() and one.buffers.keys() == two.buffers.keys()
    assert equal(everything(one), everything(two))
    assert equal(there_and_back(one, numbers(row.shape)), there_and_back(two, numbers(row.shape)))


def it_is_exchanged(row):
    layer, x = row.make(), numbers(row.shape, np.float32)
    if not row.is_exchanged:
        with pytest.raises(TypeError, match="which is not known"):
            to_onnx(layer, row.shape)
        return
    written = to_pytorch(layer, row.shape), to_flax(layer), to_keras(layer)
    for read, *state in (from_pytorch, written[0], row.shape), (from_flax, written[1]), (from_keras, written[2]):
        other = row.make()
        for value in other.params.values():
            value += 1
        read(other, *state)
        assert equal(list(other.params.values()), list(layer.params.values()))
    pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    y = ReferenceEvaluator(to_onnx(layer, row.shape)).run(["y"], {"x": x})[0]
    assert np.allclose(y, layer.forward(x), rtol=1e-5, atol=1e-5)


def bad_input_is_refused(row):
    layer = row.make()
    with pytest.raises(RuntimeError, match="backward needs a forward before it"):
        layer.backward(np.ones(row.shape))
    y = layer.forward(numbers(row.shape))
    for bad in (np.ones((*y.shape[:-1], y.shape[-1] + 1)), y[0], y[np.newaxis]):
        with pytest.raises(ValueError, match="^dy has shape"):
            layer.backward(bad)
    for bad in (None, "a", [[1], [1, 2]], np.ones(row.shape) * 1j, np.ones((0, *row.shape[1:]))):
        with pytest.raises((TypeError, ValueError), match="^x (has|is|holds) "):
            layer.forward(bad)
        with pytest.raises((TypeError, ValueError), match="^dy (has|is|holds) "):
            layer.backward(bad)


def it_is_documented(row):
    text = inspect.cleandoc(type(row.make()).__doc__ or "")  # its own, not that of a class above it
    assert "Examples\n--------\n>>> " in text and "Chapter" in text
    if len(inspect.signature(type(row.make())).parameters):
        assert "Parameters\n----------\n" in text


def it_keeps_the_type_of_its_input(row):
    for dtype in np.float32, np.float64:
        layer = row.make()
        layer.params.update({name: value.astype(dtype) for name, value in layer.params.items()})
        for shape in [row.shape, *row.others]:
            assert {array.dtype for array in there_and_back(layer, numbers(shape, dtype))} == {np.dtype(dtype)}


def what_comes_in_stays_as_it_is(row):
    for shape, dtype in [*((shape, float) for shape in (row.shape, *row.others)), (row.small, object)]:
        layer = row.make()
        layer.params.update({name: value.astype(dtype) for name, value in layer.params.items()})
        x = numbers(shape, dtype)
        before, params = x.copy(), [value.copy() for value in layer.params.values()]
        y = layer.forward(x)
        dy = numbers(y.shape, dtype, seed=2)
        delta = dy.copy()
        layer.backward(dy)
        assert np.array_equal(x, before) and np.array_equal(dy, delta)
        assert equal(list(layer.params.values()), params)


def nothing_is_shared(row):
    """Neither with what comes in, nor between two passes, nor with what the layer keeps."""
    layer = row.make()
    for shape in [row.shape, *row.others]:
        x = numbers(shape)
        for stored in (x, np.asfortranarray(x)):
            dy = np.ones_like(layer.forward(stored))
            passes = [there_and_back(layer, stored, dy) for _ in range(2)]
            arrays = [stored, dy, *layer.params.values(), *layer.buffers.values(), *passes[0], *passes[1]]
            for number, one in enumerate(arrays):
                assert not any(np.shares_memory(one, other) for other in arrays[number + 1 :])


def backward_belongs_to_the_last_forward(row):
    """Whatever is written into an array between the two passes, or after a first backward, changes no gradient."""

    def input_(layer, x, y):
        x[...] = 7

    def output(layer, x, y):
        y[...] = 7

    def parameters(layer, x, y):
        for parameter in layer.params.values():
            parameter[...] = 7

    def new_parameters(layer, x, y):
        layer.params.update({name: 7 * parameter for name, parameter in layer.params.items()})

    def step(layer, x, y):
        layer.grads.update({name: np.ones_like(parameter) for name, parameter in layer.params.items()})
        SGD(layer, 0.5).step()

    def gradients(layer, x, y):
        layer.backward(np.ones_like(y))[...] = 7
        for array in layer.grads.values():
            array[...] = 7

    for write in input_, output, parameters, new_parameters, step, gradients:
        for shape in [row.shape, (1, *row.shape[1:]), *row.others]:
            for order in "CF":
                layer, x = row.make(), np.array(numbers(shape), order=order)
                y, *expected = there_and_back(row.make(), x)
                y = layer.forward(x)
                dy = np.ones_like(y)
                write(layer, x, y)
                assert equal([layer.backward(dy), *layer.grads.values()], expected), (write.__name__, shape, order)


def backward_replaces_what_grads_held(row):
    layer = row.make()
    first = there_and_back(layer, numbers(row.shape))
    assert layer.grads.keys() == layer.params.keys()
    assert all(layer.grads[name].shape == value.shape for name, value in layer.params.items())
    layer.backward(5 * np.ones_like(first[0]))
    assert equal([layer.backward(np.ones_like(first[0])), *layer.grads.values()], first[1:])


def training_keeps_the_types(row, tmp_path):
    """Whatever the types of the images, the learning rate and the momentum."""
    for dtype in np.float32, np.float64:
        for images, lr, momentum in [
            (np.float64, np.float64(0.1), np.float64(0.9)),
            (np.float32, 0.1, np.longdouble(0.5)),
        ]:
            layer, x = row.make(), numbers(row.shape, images)
            layer.params.update({name: value.astype(dtype) for name, value in layer.params.items()})
            network = Sequential(layer)
            network.save(tmp_path / "before")
            optimizer = SGD(network, lr, momentum=momentum)
            for epoch in range(3):
                optimizer.lr = lr * (1 + np.cos(np.pi * epoch / 3)) / 2
                network.backward(network.forward(x))
                optimizer.step()
            assert {value.dtype for value in network.params.values()} <= {np.dtype(dtype)}
            network.load(tmp_path / "before")


def a_copy_goes_its_own_way(row):
    layer, x = row.make(), numbers(row.shape)
    y = layer.forward(x)
    for copied in copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)):
        assert repr(copied) == repr(layer) and copied.training
        assert equal(there_and_back(copied, x), there_and_back(row.make(), x))
        copied.forward(7 * x)
    assert np.array_equal(layer.backward(np.ones_like(y)), there_and_back(row.make(), x)[1])


def training_and_evaluation_are_two_modes(row):
    layer = row.make()
    assert layer.training and layer.eval() is layer and not layer.training
    buffers = [array.copy() for array in layer.buffers.values()]
    first = there_and_back(layer, numbers(row.shape))
    assert equal(there_and_back(layer, numbers(row.shape)), first)
    assert equal(list(layer.buffers.values()), buffers)
    assert layer.train() is layer and layer.training
    inner = Sequential(Sequential(row.make()), row.make()).eval()
    assert not any(part.training for part in (inner, inner[0], inner[0][0], inner[1]))


CHECKS = [
    gradients_are_those_of_differences,
    adjoint_is_exact_if_it_is_linear,
    gradients_are_exact,
    it_is_called_like_a_function,
    repr_makes_it_again,
    it_is_saved_and_loaded,
    it_is_exchanged,
    bad_input_is_refused,
    it_is_documented,
    it_keeps_the_type_of_its_input,
    what_comes_in_stays_as_it_is,
    nothing_is_shared,
    backward_belongs_to_the_last_forward,
    backward_replaces_what_grads_held,
    training_keeps_the_types,
    a_copy_goes_its_own_way,
    training_and_evaluation_are_two_modes,
]


def run(check, row, tmp_path):
    check(row, tmp_path) if "tmp_path" in inspect.signature(check).parameters else check(row)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name, check, tmp_path):
    run(check, LAYERS[name], tmp_path)


# --- A new layer: one class, one row ----------------------------------------------------------


class Scale(Layer):
    """Multiply each feature by a number of its own, and count the batches seen in training.

    Parameters
    ----------
    features : int
    start : number
        What all features are multiplied by at first.

    Notes
    -----
    Chapter "Layers and deltas".

    Examples
    --------
    >>> Scale(2, start=3.0)(np.ones((1, 2)))
    array([[3., 3.]])
    """

    def __init__(self, features, *, start=2.0):
        super().__init__()
        self.params["weight"] = np.full(features, start, np.float32)
        self.buffers["seen"] = np.zeros(1, np.int64)
        self._arguments = {"features": features, "start": start}

    def forward(self, x):
        x = cnnlib.arguments.array("x", x)
        y = x * self.params["weight"]
        if self.training:
            self.buffers["seen"] = self.buffers["seen"] + 1
        self._keep(x, self.params["weight"])
        return y

    def backward(self, dy):
        x, weight = self._last()
        dy = cnnlib.arguments.array("dy", dy)
        cnnlib.arguments.same_shape("dy", dy, x.shape)
        self.grads["weight"] = (dy * x).reshape(-1, x.shape[-1]).sum(axis=0)
        return dy * weight


def row_of(layer):
    return Row(
        lambda: layer(3), (2, 3), [(3,), (2, 2, 3)], (2, 3), is_linear=True, takes_symbols=True, is_exchanged=False
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_new_layer_needs_a_row_and_nothing_else(check, tmp_path):
    run(check, row_of(Scale), tmp_path)


class WrongGradient(Scale):
    def backward(self, dy):
        return 2 * super().backward(dy)


class AddsUp(Scale):
    def backward(self, dy):
        before = self.grads.get("weight", 0)
        dx = super().backward(dy)
        self.grads["weight"] = self.grads["weight"] + before
        return dx


class KeepsAReference(Scale):
    def forward(self, x):
        y = super().forward(x)
        self._kept = np.asarray(x), self.params["weight"]
        return y


class NewWeights(Scale):
    def backward(self, dy):
        super().backward(dy)
        return dy * self.params["weight"]


class WritesIntoItsInput(Scale):
    def forward(self, x):
        y = super().forward(x)
        x *= 2
        return y


class HandsOutItsParameters(Scale):
    def backward(self, dy):
        dx = super().backward(dy)
        self.grads["weight"] = self.params["weight"] = self.grads["weight"]
        return dx


class TakesEverything(Scale):
    def forward(self, x):
        y = np.asarray(x) * self.params["weight"]
        self._keep(np.asarray(x), self.params["weight"])
        return y


class WidensTypes(Scale):
    def forward(self, x):
        return super().forward(x) * np.ones(1)


class TellsNoArguments(Scale):
    def __init__(self, features):
        super().__init__(features)
        self._arguments = {}


class TellsOthers(Scale):
    def __init__(self, features, start=5.0):
        super().__init__(features, start=start)
        self._arguments = {"features": features + 1}


class LosesItsBuffer(Scale):
    def __init__(self, features):
        super().__init__(features)
        self._arguments = {"features": features}
        self.buffers["seen"] = np.array([object()])


class CountsAlways(Scale):
    def forward(self, x):
        self.buffers["seen"] = self.buffers["seen"] + 1
        return super().forward(x)


class Bends(Scale):
    def forward(self, x):
        return abs(super().forward(x))


@pytest.mark.parametrize(
    ("layer", "check"),
    [
        (WrongGradient, gradients_are_those_of_differences),
        (WrongGradient, gradients_are_exact),
        (WrongGradient, adjoint_is_exact_if_it_is_linear),
        (Bends, adjoint_is_exact_if_it_is_linear),
        (AddsUp, backward_replaces_what_grads_held),
        (KeepsAReference, backward_belongs_to_the_last_forward),
        (NewWeights, backward_belongs_to_the_last_forward),
        (WritesIntoItsInput, what_comes_in_stays_as_it_is),
        (HandsOutItsParameters, nothing_is_shared),
        (TakesEverything, bad_input_is_refused),
        (WidensTypes, it_keeps_the_type_of_its_input),
        (TellsNoArguments, repr_makes_it_again),
        (TellsOthers, repr_makes_it_again),
        (LosesItsBuffer, it_is_saved_and_loaded),
        (CountsAlways, training_and_evaluation_are_two_modes),
        (WrongGradient, it_is_documented),
    ],
)
def test_a_fault_of_a_new_layer_is_seen(layer, check, tmp_path):
    layer.__doc__ = None if check is it_is_documented else Scale.__doc__
    with pytest.raises((AssertionError, TypeError, ValueError, SyntaxError, pytest.fail.Exception)):
        run(check, row_of(layer), tmp_path)
