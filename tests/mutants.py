"""Break a formula in one place: a sign, an index, a limit of a sum, a factor, a condition.

Each mutant is a pair of what was done, of which the first word names the kind, and the broken formula.
"""

from collections import defaultdict
from itertools import combinations, zip_longest

import sympy as sp


def broken(formula):
    """Give every mutant of a formula in general indices."""
    everything = [("sign of all", -formula), ("factor 2", 2 * formula), *broken_parts(formula)]
    return [(how, mutant) for how, mutant in everything if mutant != formula]


def by_turns(mutants, chance):
    """Put mutants in a random order in which kinds take turns: a sign, an index, a limit, another sign, and so on."""
    kinds = defaultdict(list)
    for mutant in chance.sample(mutants, len(mutants)):
        kind, *_ = mutant[0].split()
        kinds[kind].append(mutant)
    return [mutant for turn in zip_longest(*kinds.values()) for mutant in turn if mutant is not None]


def broken_parts(part):
    for kind, breaks in BREAKS.items():
        if isinstance(part, kind):
            yield from breaks(part)
    for place, inner in enumerate(inner_parts(part)):
        for how, mutant in broken_parts(inner):
            yield how, with_inner(part, place, mutant)


def inner_parts(part):
    """Give what stands inside an expression and may be broken by itself."""
    if isinstance(part, sp.Sum):
        return [part.function]
    if isinstance(part, sp.Indexed):
        return list(part.indices)
    if isinstance(part, sp.Piecewise):
        return [part.args[0].expr]
    return [] if isinstance(part, (sp.Derivative, sp.Subs)) else list(part.args)


def with_inner(part, place, mutant):
    if isinstance(part, sp.Sum):
        return sp.Sum(mutant, *part.limits)
    if isinstance(part, sp.Indexed):
        return part.base[tuple(replaced(part.indices, place, mutant))]
    if isinstance(part, sp.Piecewise):
        return sp.Piecewise((mutant, part.args[0].cond), *part.args[1:])
    return part.func(*replaced(part.args, place, mutant))


def replaced(parts, place, new):
    return [*parts[:place], new, *parts[place + 1 :]]


def broken_entry(entry):
    for place, index in enumerate(entry.indices):
        yield "index + 1", entry.base[tuple(replaced(entry.indices, place, index + 1))]
    for one, other in combinations(range(len(entry.indices)), 2):
        indices = list(entry.indices)
        indices[one], indices[other] = indices[other], indices[one]
        yield "index exchanged", entry.base[tuple(indices)]


def broken_sum(total):
    for place, (index, low, high) in enumerate(total.limits):
        for how, limit in [
            ("limit above + 1", (index, low, high + 1)),
            ("limit above - 1", (index, low, high - 1)),
            ("limit below + 1", (index, low + 1, high)),
        ]:
            yield how, sp.Sum(total.function, *replaced(total.limits, place, limit))


def broken_delta(delta):
    yield "condition dropped", sp.S.One
    yield "condition shifted", sp.KroneckerDelta(delta.args[0] + 1, delta.args[1])


def broken_piecewise(cases):
    (term, condition), *others = cases.args
    conditions = sorted(sp.And.make_args(condition), key=sp.default_sort_key)
    for place, one in enumerate(conditions):
        rest = sp.And(*conditions[:place], *conditions[place + 1 :])
        yield "condition dropped", sp.Piecewise((term, rest), *others)
        if isinstance(one, sp.core.relational.Relational):
            wider = one.func(one.lhs + (1 if one.rel_op in (">", ">=") else -1), one.rhs)
            yield "condition wider by 1", sp.Piecewise((term, sp.And(rest, wider)), *others)


def broken_total(total):
    for place, term in enumerate(total.args):
        yield "sign of a term", total.func(*replaced(total.args, place, -term))


def broken_product(product):
    for place in range(len(product.args)):
        yield "factor dropped", product.func(*replaced(product.args, place, sp.S.One))


BREAKS = {
    sp.Indexed: broken_entry,
    sp.Sum: broken_sum,
    sp.KroneckerDelta: broken_delta,
    sp.Piecewise: broken_piecewise,
    sp.Add: broken_total,
    sp.Mul: broken_product,
    sp.Pow: lambda power: [("exponent + 1", power.base ** (power.exp + 1))],
    sp.floor: lambda floor: [("rounded up", sp.ceiling(floor.args[0])), ("rounded + 1", floor + 1)],
    sp.Derivative: lambda slope: [("slope dropped", slope.expr)],
}


def broken_entries(entry, others):
    """Give every mutant of one entry of an array, the other entries of which are given too."""
    names = sorted({name for one in [entry, *others] for name in one.free_symbols}, key=str)
    mutants = [("sign", -entry), ("one more", entry + 1)]
    mutants += [("index of the entry", other) for other in others]
    for name in sorted(entry.free_symbols, key=str):
        other = names[(names.index(name) + 1) % len(names)]
        mutants.append((f"symbol {other} for {name}", entry.xreplace({name: other})))
    return [(how, mutant) for how, mutant in mutants if mutant != entry]
