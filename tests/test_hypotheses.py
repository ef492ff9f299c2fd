"""Every hypothesis is needed: without it, a general proof fails.

What is given is dropped condition by condition, and of each letter what is assumed about its sign. Some signs are
assumed for convenience, needed or not, as the page "What is trusted" says: sizes are at least 1, and those below.
"""

import functools

import pytest
import sympy as sp
from cnnlib.proofs import prove
from reading import Notebook, notebooks
from running import statements

CONVENIENT = {"p_h", "p_w", "eta", r"\eta"}  # paddings are not negative, the learning rate is positive


@functools.cache
def general(path):
    calls = [call for call in statements(Notebook(path)) if not call["others"]]
    both = [call for call in calls if all(isinstance(call[side], sp.Expr) for side in ("left", "right"))]
    return [call for call in both if call["left"].has(sp.Indexed, sp.Sum) or call["right"].has(sp.Indexed, sp.Sum)]


def holds(label, left, right, **options):
    try:
        prove(label, left, right, **options)
    except (AssertionError, ValueError):
        return False
    return True


def without_each_condition(call):
    """Give (what is dropped, options) for each condition that is given."""
    given = list(call["given"])
    for place, condition in enumerate(given):
        yield condition, {"where": call["where"], "given": given[:place] + given[place + 1 :]}


def without_each_sign(call):
    """Give (letter, left, right, options) with nothing assumed of the sign of a letter that is no size."""
    letters = {letter for side in ("left", "right") for letter in call[side].atoms(sp.Symbol)}
    for letter in sorted(letters, key=str):
        signs = {"positive", "negative", "nonnegative", "nonpositive", "nonzero"} & letter.assumptions0.keys()
        if signs and letter.name not in CONVENIENT and not (letter.is_integer and letter.is_positive):
            kinds = {kind: True for kind in ("integer", "real") if letter.assumptions0.get(kind)}
            plain = {letter: sp.Symbol(letter.name, **kinds)}
            yield (
                letter,
                *[call[side].xreplace(plain) for side in ("left", "right")],
                [one.xreplace(plain) for one in call["given"]],
            )


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_every_condition_is_needed(path):
    idle = [
        f"{call['label']} does not need {condition}"
        for call in general(path)
        for condition, options in without_each_condition(call)
        if holds(call["label"], call["left"], call["right"], **options)
    ]
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_every_sign_is_needed(path):
    idle = [
        f"{call['label']} does not need the sign of {letter}"
        for call in general(path)
        for letter, left, right, given in without_each_sign(call)
        if holds(call["label"], left, right, where=call["where"], given=given)
    ]
    assert not idle, "\n".join(idle)


def test_sizes_are_needed():
    i, r, n = sp.symbols("i r n", integer=True)
    d = sp.IndexedBase("d")
    for size, proved in [(n, False), (sp.Symbol("n", integer=True, positive=True), True)]:
        picked = sp.Sum(sp.KroneckerDelta(i, r) * d[i], (i, 0, size - 1))
        assert holds("eq-a", picked, sp.Piecewise((d[r], (r >= 0) & (r <= size - 1)), (0, True))) == proved
