"""Evidence and verdicts: what a check has computed decides what may be said of a claim.

A case sets what a source claims beside what is true; whether the two are equal is decided here, exactly,
and never by the check. A check returns cases sorted by where they belong, and the verdict follows.
"""

from dataclasses import dataclass, fields

import numpy as np
import sympy as sp

# What must be so in each field for the verdict: True, all its cases agree; False, none does.
PATTERNS = {
    "holds": {"printed": True},
    "wrong": {"printed": False, "corrected": True},
    "conditional": {"holds_inside": True, "fails_outside": False},
    "convention": {"true_reading": True, "false_reading": False},
}
NO_CHECK = "not-mathematical"
VERDICTS = (*PATTERNS, NO_CHECK)


class Undecided(AssertionError):
    """The cases support no verdict."""


def equal(left, right):
    """Say whether two arrays are equal in shape and in every entry, exactly; rounded numbers are refused."""
    left, right = (np.asarray(side, dtype=object) for side in (left, right))
    for entry in (*left.flat, *right.flat):
        if isinstance(entry, (float, np.floating)) or sp.sympify(entry).has(sp.Float):
            raise TypeError(f"{entry!r} is rounded; use integers, Rational or symbols")
    return left.shape == right.shape and all(map(_same, left.flat, right.flat))


def _same(left, right):
    left, right = sp.sympify(left), sp.sympify(right)
    if left == right:
        return True
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
        return False
    difference = sp.expand(left - right)
    return difference == 0 or (bool(difference.free_symbols) and sp.simplify(difference) == 0)


class Case:
    """What is claimed, and the truth; if that is computed in several ways, they must agree.

    Either side may be a number, an expression, an array of them, or a truth value.
    """

    def __init__(self, claimed, *truths):
        if not truths:
            raise ValueError("there is nothing to compare the claim with")
        if any(claimed is truth or _share_memory(claimed, truth) for truth in truths if isinstance(truth, np.ndarray)):
            raise ValueError("the claim and the truth are the same array")
        if np.size(claimed) == 0:
            raise ValueError("the claim is empty")
        first, *others = truths
        if not all(equal(first, other) for other in others):
            raise AssertionError(f"the truth, computed in several ways, differs: {truths}")
        self.claimed, self.truth, self.agrees = claimed, first, equal(claimed, first)

    def __repr__(self):
        claimed, true = (np.asarray(side).tolist() for side in (self.claimed, self.truth))
        return f"claimed {claimed}, {'and' if self.agrees else 'but'} true is {true}"


def _share_memory(left, right):
    return isinstance(left, np.ndarray) and isinstance(right, np.ndarray) and np.shares_memory(left, right)


@dataclass(frozen=True)
class Evidence:
    """The cases of one check; each field is a tuple of `Case`, and only those of one verdict are filled.

    Attributes
    ----------
    printed
        The claim as it stands in the source.
    corrected
        What should stand there.
    holds_inside, fails_outside
        The claim where its condition is met, and where it is not.
    true_reading, false_reading
        The claim as the book reads it, and as it could be read as well.
    """

    printed: tuple = ()
    corrected: tuple = ()
    holds_inside: tuple = ()
    fails_outside: tuple = ()
    true_reading: tuple = ()
    false_reading: tuple = ()

    def __post_init__(self):
        for field in fields(self):
            cases = getattr(self, field.name)
            object.__setattr__(self, field.name, (cases,) if isinstance(cases, Case) else tuple(cases))

    def filled(self):
        return {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}

    @property
    def verdict(self):
        """The one verdict that the cases support; `Undecided` names the first case that stands against it."""
        filled = self.filled()
        for verdict, pattern in PATTERNS.items():
            if pattern.keys() == filled.keys():
                for name, agrees in pattern.items():
                    for case in filled[name]:
                        if case.agrees != agrees:
                            raise Undecided(f"not {verdict!r}: {name} {'fails' if agrees else 'holds'}: {case}")
                return verdict
        raise Undecided(f"no verdict rests on {', '.join(filled) or 'nothing'} alone")


CHECKS = {}


def check(*ids):
    """Register a function without arguments that returns `Evidence`, as the check of one or more claims."""

    def register(function):
        for name in ids:
            if name in CHECKS:
                raise ValueError(f"{name} has two checks: {CHECKS[name].__name__} and {function.__name__}")
            CHECKS[name] = function
        return function

    return register
