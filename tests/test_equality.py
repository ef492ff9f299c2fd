"""One point tells what is not 0, and only what no point tells from 0 is given to a long search."""

import pytest
import sympy as sp
from cnnlib.proofs.equality import is_zero

t, z = sp.symbols("t z")
k = sp.Symbol("k", integer=True)
h, w, x = sp.Function("h"), sp.IndexedBase("w"), sp.IndexedBase("x")
LETTERS = sp.symbols("a:30")
SUM = sp.Sum(w[k], (k, 0, 3))

NOT_ZERO = {
    "the first of two": t,
    "a product": t * z,
    "a difference": t - z,
    "a square": t**2 - t,
    "a pole in one place": sum(LETTERS[:7]),
    "many letters": 1 - sp.tanh(sum(LETTERS)) ** 2,
    "entries": w[k] - w[k + 1],
    "entries of entries": x[w[k]] - x[k],
    "sums": SUM - sp.Sum(w[k] ** 2, (k, 0, 3)),
    "an unknown function": h(t) - h(t + 1),
    "its square": h(t) ** 2 - h(t),
    "its values": h(t) * h(2 * t) * h(3 * t),
    "its value at its value": h(h(t)) - h(t),
    "its slope": h(t).diff(t) - h(t),
    "its slope elsewhere": h(z).diff(z).subs(z, 2 * t) - h(t).diff(t),
    "its slope at an entry": sp.Derivative(h(x[k]), x[k]) - sp.Derivative(h(w[k]), w[k]),
    "two slopes of two arguments": h(t, z).diff(t) - h(t, z).diff(z),
    "many of its values": 1 - sp.tanh(sum(h(n * t) for n in range(30))) ** 2,
    "a small number": sp.Rational(1, 10**9) * t,
}
ZERO = {
    "an angle": sp.sin(t) ** 2 + sp.cos(t) ** 2 - 1,
    "an angle that is a sum": sp.sin(t + z) - sp.sin(t) * sp.cos(z) - sp.cos(t) * sp.sin(z),
    "integers only": sp.sin(sp.pi * k / 2) * sp.cos(sp.pi * k / 2),
    "a fraction": 1 / (1 + sp.exp(-t)) - sp.exp(t) / (1 + sp.exp(t)),
    "an unknown function": h(t) * (1 / t + 1 / z) - h(t) * (t + z) / (t * z),
    "a negative number": sp.sqrt(sp.Symbol("t", negative=True) ** 2) + sp.Symbol("t", negative=True),
}


@pytest.mark.parametrize("difference", NOT_ZERO.values(), ids=NOT_ZERO)
def test_what_is_not_zero_is_refused_without_a_search(monkeypatch, difference):
    monkeypatch.setattr(sp, "simplify", lambda difference: pytest.fail(f"searches a proof of {difference} = 0"))
    assert is_zero(difference) is False


@pytest.mark.parametrize("difference", [(t + 1) ** 2 - t**2 - 2 * t - 1, (t + 1) * SUM - t * SUM - SUM])
def test_what_cancels_is_zero_without_a_search(monkeypatch, difference):
    monkeypatch.setattr(sp, "simplify", lambda difference: pytest.fail(f"searches a proof of {difference} = 0"))
    assert is_zero(difference) is True


@pytest.mark.parametrize("difference", ZERO.values(), ids=ZERO)
def test_what_no_point_tells_from_zero_is_simplified(difference):
    assert is_zero(difference) is True


def test_one_point_is_tried_before_a_long_expansion(monkeypatch):
    monkeypatch.setattr(sp, "expand", lambda difference: pytest.fail(f"expands {difference}"))
    assert is_zero(t * (t - z)) is False


def test_what_is_zero_at_some_points_only_is_refused():
    negative = sp.Symbol("t", negative=True)
    assert is_zero(sp.sin(negative) ** 2 + sp.cos(negative)) is False
    assert is_zero(sp.Piecewise((0, t < 1), (t, True))) is False
