"""No proof of the book passes for a trivial reason: each statement, broken in one place, is refused.

Whether a broken statement is false is not for `prove` to say: both sides are added up at random points. A mutant that
no point tells from the statement counts as equal, and nothing is asked of it.

A few mutants of each statement are tried, always the same ones; all are with MUTANTS=all in the environment.
"""

import math
import os
import random
from collections import Counter

import numpy as np
import pytest
import sympy as sp
from cnnlib.proofs import prove
from evaluation import Point, differ, evaluator
from mutants import broken, broken_entries, by_turns
from reading import Notebook, notebooks
from running import statements

EVERY = os.environ.get("MUTANTS") == "all"
ENOUGH = math.inf if EVERY else 3  # refused mutants of one statement
LIVELY, MOST_POINTS, MOST_SEEDS = (
    40,
    400,
    50_000,
)  # of a statement: points where it is not 0 = 0; points; tries to find these


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_broken_statement_is_refused(path):
    notebook, total, tried = Notebook(path), Counter(), set()
    for number, call in enumerate(statements(notebook, EVERY)):
        sides = [call["left"], call["right"], *call["others"]]
        general = any(isinstance(side, sp.Expr) and side.has(sp.Indexed, sp.Sum) for side in sides)
        chance = random.Random(f"{call['label']} {number}")
        counts = Counter()
        for one in general_tries(call, chance) if general else exact_tries(sides, chance):
            counts[verdict(call["label"], *one)] += 1
            if counts["refused"] == ENOUGH:
                break
        assert counts["refused"], f"{call['label']}: no mutant is false"
        tried.add(call["label"])
        total += counts
    argued = {proof.label for proof in notebook.proofs if proof.grade == "argued"}
    assert tried | argued == {equation.label for equation in notebook.equations if equation.label.startswith("eq-")}
    print(path.stem, dict(total))


def verdict(label, how, sides, options, points, evaluators):
    """Say whether a broken statement is "equal" to the right one, or false and "refused"; fail if it is accepted."""
    if not any(differ(point, *evaluators) for point in points):
        return "equal"
    try:
        prove(label, *sides, **options)
    except AssertionError:
        return "refused"
    pytest.fail(f"{label}, {how}: accepted {sides[-1]} for {sides[0]} with {options}")


def general_tries(call, chance):
    """Give (what was broken, sides, options, points, evaluators) of the mutants of a statement in general indices."""
    left, right = map(sp.sympify, (call["left"], call["right"]))
    where, given = call["where"] or {}, list(call["given"])
    value, stated = evaluator(left, where), evaluator(right, where)
    points = lively_points(value, where, given)
    assert not any(differ(point, value, stated) for point in points), f"{call['label']} is false"
    tries = [(how, mutant, given) for how, mutant in broken(right)]
    tries += [(f"given without {one}", right, [other for other in given if other != one]) for one in given]
    for how, mutant, kept in by_turns(tries, chance):
        dropped = [condition for condition in given if condition not in kept]
        places = points_where(where, kept, dropped) if dropped else points
        yield how, (left, mutant), {"where": where, "given": kept}, places, (value, evaluator(mutant, where))


def points_where(where, hold, fail=()):
    """List points at which some conditions hold and others do not."""
    hold, fail = [[evaluator(condition, where) for condition in conditions] for conditions in (hold, fail)]
    found = []
    for seed in range(MOST_SEEDS):
        point = Point(seed)
        if all(condition(point) for condition in hold) and not any(condition(point) for condition in fail):
            found.append(point)
            if len(found) == MOST_POINTS:
                break
    return found


def lively_points(value, where, given):
    """List points at which the statement says more than 0 = 0, and some others."""
    points = points_where(where, given)
    lively = [point for point in points if value(point) != 0][:LIVELY]
    assert lively, "at every point the statement says 0 = 0"
    return lively + [point for point in points if point not in lively][:LIVELY]


def exact_tries(sides, chance):
    """Give the same for mutants of one entry of an exact statement, kept with one other entry."""
    sides = [[sp.sympify(entry) for entry in np.array(side, dtype=object).flat] for side in sides]
    assert len({len(side) for side in sides}) == 1
    entries = [k for k, entry in enumerate(sides[0]) if entry.free_symbols]
    points = [Point(seed) for seed in range(3)]
    for place in sorted({entries[0], entries[-1]}):
        kept = [place, *chance.sample(entries, min(1, len(entries) - 1))]
        broken_side = chance.randrange(len(sides))
        right = sides[broken_side][place]
        others = [sides[broken_side][k] for k in entries if k != place]
        for how, mutant in by_turns(broken_entries(right, others), chance):
            wrong = [[side[k] for k in kept] for side in sides]
            wrong[broken_side][0] = mutant
            yield how, wrong, {}, points, (evaluator(right), evaluator(mutant))
