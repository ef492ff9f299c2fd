"""Read a theorem of formal/*.v as SymPy, to compare it with what a page proves.

Both sides are brought to one canonical form: plain names (`delta`, `tilde delta`), bound indices numbered from the
outermost sum inward, every index multiplied out. Two formulas with one canonical form differ in the names of their
bound indices and in the order of factors and terms, and in nothing else: not in a limit, an index, a sign, a sum.
"""

import re
from dataclasses import dataclass

import sympy as sp

TOKEN = re.compile(r"\s*(\\Sum_|%:P|%:~R|%:R|%Z|%/|%%|\^\+|\^-1|==|<=|:=|=>|->|[A-Za-z_][\w']*|\d+|\S)")
CASTS = {"%:P", "%:~R", "%:R", "%Z"}  # from numbers to polynomials, from whole numbers to the ring
# A named array that Coq defines and the page writes with an accent; how many of its arguments are sizes.
ACCENTS = {"ext": ("tilde", 1), "ext2": ("tilde", 2), "dilated": ("hat", 4)}
LETS = re.compile(r"(\s*(?:let .*? in\b\s*)*)(.*)", re.DOTALL)  # the definitions that a conclusion begins with
BOUNDS = re.compile(r"0 <= (.+) < (.+)")
NAMES = {"rows": "R"}  # R is the ring
OMITTED = {"z2": 1, "z3": 1, "z4": 1}  # arguments that the page leaves out: the values of the first layer


@dataclass(frozen=True)
class Statement:
    """A theorem: its right side in canonical form, its conditions as expressions >= 0, and the rest as it is written.

    ``sizes`` holds, for each array that is continued with zeros, the sizes within which it is not.
    """

    right: sp.Expr
    given: frozenset[sp.Expr]
    sizes: frozenset[tuple[str, frozenset[sp.Expr]]]
    rest: tuple[str, ...]


def read_statement(text: str) -> Statement:
    """Read what stands between a theorem's name and its proof."""
    *hypotheses, conclusion = split(split(text.strip().removesuffix("."), ":", 1)[1], "->")
    bounds = [" ".join(hypothesis.split()) for hypothesis in hypotheses]
    lets, conclusion = LETS.fullmatch(conclusion).groups()
    left, right = split(conclusion, "=")
    reader = Reader(TOKEN.findall(right))
    return Statement(
        canonical(reader.all()),
        read_bounds(bound for bound in bounds if BOUNDS.fullmatch(bound)),
        frozenset((name, frozenset(map(canonical, sizes))) for name, sizes in reader.sizes.items()),
        (" ".join(lets.split()), " ".join(left.split()), *(bound for bound in bounds if not BOUNDS.fullmatch(bound))),
    )


def read_bounds(bounds) -> frozenset[sp.Expr]:
    """Read conditions of the form 0 <= k < n as expressions >= 0."""
    found = set()
    for bound in bounds:
        index, size = (Reader(TOKEN.findall(part)).all() for part in BOUNDS.fullmatch(bound).groups())
        found |= {at_least_zero(index), at_least_zero(size - index - 1)}
    return frozenset(found)


def conditions(relations) -> set[sp.Expr]:
    """Write relations of whole numbers, such as u < K, as expressions >= 0."""
    return {at_least_zero(r.gts - r.lts - int(isinstance(r, (sp.Lt, sp.Gt)))) for r in relations}


def page_sizes(call, array: str) -> set[sp.Expr] | None:
    """Give the sizes within which an array is not 0, from what `prove` was given as `where`; None if that sets none."""
    for base, meaning in call["where"].items() if call["where"] else ():
        if plain(str(base)) == array:
            indices = next(entry.indices for entry in call["right"].atoms(sp.Indexed) if entry.base == base)
            places = [sp.Symbol(f"k{place}") for place in range(len(indices))]
            bounds = sp.sympify(meaning(*places)).atoms(sp.Ge, sp.Gt, sp.Le, sp.Lt)
            sizes = {bound + place + 1 for bound in conditions(bounds) for place in places if bound.coeff(place) == -1}
            return sizes or None
    return None


def split(text, separator, most=-1):
    """Split at a separator that stands outside all brackets."""
    parts, depth, start = [], 0, 0
    for found in re.finditer(r":=|->|=>|==|<=|!=|[()\[\]]|=|:(?=\s)", text):
        token = found.group()
        depth += (token in "([") - (token in ")]")
        if token == separator and depth == 0 and len(parts) != most:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


class Reader:
    """A reader of tokens, by recursive descent."""

    def __init__(self, tokens):
        self.tokens, self.place, self.sizes = tokens, 0, {}

    def all(self):
        value = self.sum()
        if self.peek():
            raise ValueError(f"cannot read on from {self.tokens[self.place :]}")
        return value

    def peek(self):
        while self.place < len(self.tokens) and self.tokens[self.place] in CASTS:
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, *expected):
        token = self.peek()
        if expected and token not in expected:
            raise ValueError(f"found {token!r}; expected {expected}")
        self.place += 1
        return token

    def sum(self):
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.power()
        while self.peek() in ("*", "/", "%/", "%%"):
            operator, other = self.take(), self.power()
            value = {
                "*": lambda: value * other,
                "/": lambda: value / other,
                "%/": lambda: sp.floor(value / other),
                "%%": lambda: sp.Mod(value, other),
            }[operator]()
        return value

    def power(self):
        if self.peek() == "-":
            self.take()
            return -self.power()
        value = self.application()
        while self.peek() in ("^+", "^-1"):
            value = value ** int(self.take()) if self.take() == "^+" else 1 / value
        return value

    def application(self):
        if self.peek() == "\\Sum_":
            return self.big_sum()
        head, arguments = self.atom(), []
        while re.match(r"[A-Za-z_(\d]", self.peek()) and not isinstance(head, sp.Expr):
            arguments.append(self.atom())
        return self.apply(head, arguments) if arguments else as_number(head)

    def apply(self, head, arguments):
        if head in ACCENTS:
            accent, count = ACCENTS[head]
            sizes, (array, *indices) = map(as_number, arguments[:count]), arguments[count:]
            entry = under_accent(accent, array, list(map(as_number, indices)))
            if accent == "tilde":
                self.sizes[str(entry.base)] = list(sizes)
            return entry
        if head == "h'":
            return sp.Function("h'")(*map(as_number, arguments))
        return sp.IndexedBase(NAMES.get(head, head))[tuple(map(as_number, arguments[OMITTED.get(head, 0) :]))]

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.function() if self.peek() == "fun" else self.sum()
            self.take(")")
            return value
        if token == "[":
            self.take("is")
            left = self.sum()
            self.take("==")
            right = self.sum()
            self.take("]")
            return sp.KroneckerDelta(left, right)
        return sp.Integer(token) if token.isdigit() else Name(token)

    def function(self):
        self.take("fun")
        names = []
        while self.peek() != "=>":
            names.append(self.take())
        self.take("=>")
        return Function(names, self.sum())

    def big_sum(self):
        self.take("\\Sum_")
        self.take("(")
        first = self.sum()
        low, index, high = (first, self.bound(), None) if self.peek() == "<=" else (sp.S.Zero, first, None)
        strict = self.take("<", "<=") == "<"
        high = self.sum() - 1 if strict else self.sum()
        self.take(")")
        return sp.Sum(self.product(), (index, low, high))

    def bound(self):
        self.take("<=")
        return self.sum()


class Name(str):
    """A name that may still be given arguments."""


@dataclass(frozen=True)
class Function:
    """A function written out, for an array that is passed on."""

    names: list[str]
    body: sp.Expr


def as_number(value):
    return sp.Symbol(re.sub(r"^(\w+)_(hat|bar)$", r"\2 \1", value)) if isinstance(value, Name) else value


def under_accent(accent, array, indices):
    """Give an accented array at its indices; the array may be a name, a part of an array, or a function."""
    if isinstance(array, Function):
        body = array.body.xreplace(dict(zip(map(sp.Symbol, array.names), indices)))
        return sp.IndexedBase(f"{accent} {body.base}")[body.indices]
    base, before = (array.base, array.indices) if isinstance(array, sp.Indexed) else (array, ())
    return sp.IndexedBase(f"{accent} {base}")[(*before, *indices)]


def plain(name: str) -> str:
    """Write a name of a page as Coq would: without backslashes, braces and the number of the layer."""
    name = re.sub(r"\^\{\\ell(?:\+1)?\}", "", name)
    name = re.sub(r"^(y|w|\\delta)\^\{?\d\}?$", r"\1", name)
    name = re.sub(r"\\(tilde|hat|bar)\{(.*)\}", r"\1 \2", name).replace(r"\dot{x}", "xdot")
    return re.sub(r"[\\{}]", "", name).replace("^h", "_h").replace("^w", "_w").replace("^", "").replace("'", "1")


def at_least_zero(expression):
    return sp.expand(canonical(expression))


def canonical(expression: sp.Expr, depth: int = 0) -> sp.Expr:
    """Bring a formula to the form in which the page's and Coq's are compared."""
    if isinstance(expression, sp.Sum):
        return canonical_sum(expression, depth)
    if isinstance(expression, sp.Indexed):
        return sp.IndexedBase(plain(str(expression.base)))[[sp.expand(canonical(i, depth)) for i in expression.indices]]
    if isinstance(expression, (sp.Derivative, sp.Subs)):
        return slope(expression, depth)
    if isinstance(expression, sp.Symbol):
        return sp.Symbol(plain(expression.name))
    if not expression.args:
        return expression
    return expression.func(*(canonical(part, depth) for part in expression.args))


def canonical_sum(expression, depth):
    """Number the bound indices, the outermost first, and write nested sums as one."""
    limits, body = [], expression
    while isinstance(body, sp.Sum):
        limits += reversed(body.limits)
        body = body.function
    written, names = [], {}
    for place, (index, low, high) in enumerate(limits):
        low, high = (canonical(limit.xreplace(names), depth + place) for limit in (low, high))
        names[index] = sp.Symbol(f"#{depth + place}")
        written.append((names[index], low, high))
    return sp.Sum(canonical(body.xreplace(names), depth + len(limits)), *reversed(written))


def slope(expression, depth):
    """Write the derivative of an activation by its argument as h'."""
    if isinstance(expression, sp.Subs):
        derivative, (bound,), (value,) = expression.args
        return slope(derivative.xreplace({bound: value}), depth)
    function, variable = expression.expr, expression.variables[0]
    if function.args != (variable,):
        raise ValueError(f"cannot read {expression}")
    return sp.Function("h'")(canonical(variable, depth))
