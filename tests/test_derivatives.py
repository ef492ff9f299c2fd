"""Derivatives of formulas in general indices are the limits of differences, whatever SymPy's `diff` does.

Each derivative that a chapter takes for its proofs, of a formula with entries of arrays, is held against central
differences at random points. Unknown functions become sines there, each with its own slopes.
"""

from unittest import mock

import pytest
import sympy as sp
from cnnlib.proofs import derivative
from cnnlib.proofs.equality import is_unknown
from evaluation import Point, evaluator
from reading import Notebook, notebooks
from running import statements

STEP, POINTS, LIVELY = 1e-5, 300, 5

i, r = sp.symbols("i r", integer=True)
n = sp.Symbol("n", integer=True, positive=True)
w, x = map(sp.IndexedBase, "wx")


def sine(function, slope=0):
    """Return a smooth function to stand for an unknown one, or its derivative by an argument, counted from 1."""

    def value(*arguments):
        weights = [sp.Rational(2 * place + len(function), 7) for place in range(1, len(arguments) + 1)]
        phase = sum(weight * argument for weight, argument in zip(weights, arguments)) + 1
        return weights[slope - 1] * sp.cos(phase) if slope else sp.sin(phase)

    return value


def with_sines(formula, names):
    """Put sines for unknown functions, and their slopes for those that chapters call h_1."""

    def read(part):
        name, _, place = part.func.__name__.rpartition("_")
        return (
            sine(name, int(place))(*part.args)
            if name in names and place.isdigit()
            else sine(part.func.__name__)(*part.args)
        )

    formula = formula.replace(lambda part: isinstance(part, sp.Function) and is_unknown(part), read)
    return formula.replace(lambda part: isinstance(part, (sp.Derivative, sp.Subs)), lambda part: part.doit())


def check(formula, variable, found):
    """Assert that what was found is the derivative of a formula, at points at which it is not 0, if there are any."""
    names = {part.func.__name__ for part in formula.atoms(sp.Function) if is_unknown(part)}
    value, slope = [evaluator(with_sines(part, names)) for part in (formula, found)]
    indices = [evaluator(index) for index in getattr(variable, "indices", ())]
    lively = 0
    for seed in range(POINTS):
        point = Point(seed) if seed < POINTS / 2 else Point(seed, indices=(0, 0, 1))  # then many brackets hold at once
        key = (getattr(variable, "base", variable), *[index(point) for index in indices])
        middle, sides = point[key], []
        for shift in (STEP, -STEP):
            point[key] = middle + shift
            sides.append(value(point))
        point[key] = middle
        difference = (sides[0] - sides[1]) / (2 * STEP)
        assert slope(point) == pytest.approx(difference, rel=1e-4, abs=1e-6), (
            f"d({formula}) / d({variable}) is not {found}"
        )
        lively += difference != 0
        if lively == LIVELY:
            return
    assert found == 0 or lively, f"d({formula}) / d({variable}) is 0 at every point"


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_derivatives_of_a_chapter(path):
    taken, diff = [], sp.diff

    def record(formula, *variables, **options):
        found = diff(formula, *variables, **options)
        if len(variables) == 1 and isinstance(formula, sp.Expr) and formula.has(sp.Indexed):
            taken.append((formula, variables[0], found))
        return found

    with mock.patch.object(sp, "diff", record):
        statements(Notebook(path))
    for one in dict.fromkeys(taken):
        check(*one)


def test_a_derivative_that_sympy_gets_wrong_is_noticed():
    """SymPy's issue 21891: an index that is summed over loses its bracket."""
    with pytest.raises(AssertionError):
        formula = sp.Sum(w[i] * x[i], (i, 0, n - 1))
        check(formula, x[i], sp.diff(formula, x[i]))


@pytest.mark.parametrize(
    "wrong",
    [lambda slope: 2 * slope, lambda slope: -slope, lambda slope: slope.replace(sp.KroneckerDelta, lambda *_: 1)],
)
def test_a_wrong_derivative_is_noticed(wrong):
    formula = sp.Sum(w[i] * sp.Function("h")(x[i]), (i, 0, n - 1))
    check(formula, x[r], sp.diff(formula, x[r]))
    with pytest.raises(AssertionError):
        check(formula, x[r], wrong(sp.diff(formula, x[r])))


def test_an_index_that_is_summed_over_is_refused():
    formula = sp.Sum(w[i] * x[i], (i, 0, n - 1))
    assert derivative(formula, x[r]) == sp.diff(formula, x[r])
    for variable in (x[i], x[i + r], i, n):
        with pytest.raises(ValueError, match="rename it|limits a sum"):
            derivative(formula, variable)
    for bad in (2 * x[r], "x", None):
        with pytest.raises(TypeError, match="expected a symbol or an entry"):
            derivative(formula, bad)
