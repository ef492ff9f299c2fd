"""Evaluate formulas at random points in floats, to know without `prove` whether two are equal.

A formula is written out as Python: its sums become loops, its conditions and Kronecker deltas questions. Nothing is
simplified. Each array, read at any index, holds a random number, and so does each function that nobody knows.
"""

import math
import random
from itertools import count

import sympy as sp


class Point(dict):
    """One random choice of all sizes, indices, entries and values of functions; each is drawn when it is first read."""

    def __init__(self, seed, indices=(-1, 0, 0, 1, 1, 2, 3)):
        self.random, self.indices = random.Random(seed), indices

    def __missing__(self, key):
        name, *_ = key
        if getattr(name, "is_integer", False) and len(key) == 1:
            self[key] = self.random.choice([1, 2, 2, 3] if name.is_positive else self.indices)
        else:
            sign = 1 if getattr(name, "is_nonnegative", False) else self.random.choice([-1, 1])
            self[key] = sign * self.random.uniform(0.5, 2)
        return self[key]


def evaluator(formula, where=None, meaning=None):
    """Return the function that gives a formula's value at a point; where defines arrays, as for `prove`.

    What a sum of fewer terms than none means is `span`, or `empty`.
    """
    writer = Writer(where or {})
    source = writer.write(sp.sympify(formula))
    return eval(f"lambda point: {source}", {**KNOWN, "span": meaning or span, "things": writer.things})


def differ(point, left, right):
    """Say whether two evaluators give different values at a point; None where one has no value."""
    try:
        return not math.isclose(left(point), right(point), rel_tol=1e-7, abs_tol=1e-9)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def span(low, high):
    """Give (sign, index) of the terms of a sum: below an empty sum, as SymPy defines it, terms are taken away."""
    return [(1, k) for k in range(low, high + 1)] if high >= low - 1 else [(-1, k) for k in range(high + 1, low)]


def empty(low, high):
    """Give the same as most authors define it: such a sum is 0."""
    return [(1, k) for k in range(low, high + 1)]


def place(numbers):
    """Round the arguments of a function, so that equal ones find the same value."""
    return tuple(round(number, 9) for number in numbers)


KNOWN = {
    name: getattr(math, name) for name in ("exp", "log", "sin", "cos", "tanh", "cosh", "sinh", "floor", "sqrt", "pi")
}
KNOWN |= {
    "ceiling": math.ceil,
    "Abs": abs,
    "Max": max,
    "Min": min,
    "sign": lambda number: math.copysign(number != 0, number),
}
KNOWN |= {"binomial": math.comb, "place": place}


class Writer:
    """Writes formulas as Python; what has no name in Python stands in the list `things`."""

    def __init__(self, where):
        self.where, self.things, self.bound, self.numbers = where, [], {}, count()

    def write(self, formula):
        for kind, rule in RULES.items():
            if isinstance(formula, kind):
                return rule(self, formula)
        if formula.func.__name__ in KNOWN:
            return f"{formula.func.__name__}({self.joined(formula.args)})"
        return f"point[{self.thing(formula.func.__name__)}, *place([{self.joined(formula.args)}])]"

    def joined(self, formulas, by=", "):
        return by.join(f"({self.write(part)})" for part in formulas)

    def thing(self, thing):
        if thing not in self.things:
            self.things.append(thing)
        return f"things[{self.things.index(thing)}]"

    def bind(self, names):
        """Give fresh Python names to the variables of a sum or a substitution."""
        fresh = [f"v{next(self.numbers)}" for _ in names]
        self.bound |= dict(zip(names, fresh))
        return fresh

    def symbol(self, symbol):
        return self.bound[symbol] if symbol in self.bound else f"point[({self.thing(symbol)},)]"

    def indexed(self, entry):
        if entry.base in self.where:  # asked at letters of its own: the formula's indices mean nothing in it
            letters = [sp.Dummy(integer=index.is_integer or None) for index in entry.indices]
            values, outer, self.bound = self.joined(entry.indices), self.bound, {}
            names = self.bind(letters)
            source = (
                f"(lambda {', '.join(names)}: {self.write(sp.sympify(self.where[entry.base](*letters)))})({values})"
            )
            self.bound = outer
            return source
        return f"point[{self.thing(entry.base)}, {self.joined(entry.indices)}]"

    def sum(self, total):
        outer, loops, signs = self.bound.copy(), [], []
        for index, low, high in reversed(total.limits):
            limits = self.joined((low, high))
            (name,) = self.bind([index])
            loops.append(f"for s{name}, {name} in span({limits})")
            signs.append(f"s{name}")  # one for each sum: two may have the same index
        source = f"sum({' * '.join(signs)} * ({self.write(total.function)}) {' '.join(loops)})"
        self.bound = outer
        return source

    def product(self, product):
        deltas = [
            f"({self.joined(factor.args, ' == ')})" for factor in product.args if isinstance(factor, sp.KroneckerDelta)
        ]
        others = [factor for factor in product.args if not isinstance(factor, sp.KroneckerDelta)]
        value = self.joined(others, " * ") or "1"
        return f"({value} if {' and '.join(deltas)} else 0)" if deltas else value

    def piecewise(self, cases):
        return "".join(f"({self.write(case.expr)}) if {self.write(case.cond)} else " for case in cases.args) + "0"

    def derivative(self, slope):
        """Name h' after h and the arguments by which it is differentiated; Subs says where these are something else."""
        if isinstance(slope, sp.Subs):
            outer, values = self.bound.copy(), self.joined(slope.point)
            names = self.bind(slope.variables)
            source = f"(lambda {', '.join(names)}: {self.write(slope.expr)})({values})"
            self.bound = outer
            return source
        function = slope.expr
        by = sorted(function.args.index(variable) for variable in slope.variables)
        return f"point[{self.thing(f'{function.func.__name__} by {by}')}, *place([{self.joined(function.args)}])]"


RULES = {
    sp.Symbol: Writer.symbol,
    sp.Integer: lambda self, number: str(number),
    sp.Rational: lambda self, number: f"{number.p} / {number.q}",
    sp.NumberSymbol: lambda self, number: repr(float(number)),
    sp.Indexed: Writer.indexed,
    sp.Sum: Writer.sum,
    sp.Piecewise: Writer.piecewise,
    sp.core.relational.Relational: lambda self, relation: f"({self.joined(relation.args, f' {relation.rel_op} ')})",
    sp.And: lambda self, all_: f"({self.joined(all_.args, ' and ')})",
    sp.Or: lambda self, any_: f"({self.joined(any_.args, ' or ')})",
    sp.Not: lambda self, one: f"(not {self.joined(one.args)})",
    sp.logic.boolalg.BooleanAtom: lambda self, truth: str(truth),
    sp.KroneckerDelta: lambda self, delta: f"({self.joined(delta.args, ' == ')})",
    sp.Add: lambda self, total: self.joined(total.args, " + "),
    sp.Mul: Writer.product,
    sp.exp: lambda self, power: f"exp({self.joined(power.args)})",
    sp.Pow: lambda self, power: self.joined(power.args, " ** "),
    sp.Derivative: Writer.derivative,
    sp.Subs: Writer.derivative,
}
