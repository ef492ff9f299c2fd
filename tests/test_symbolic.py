"""The proofs can fail: every slip in a formula is refused."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from cnnlib.proofs import collapse, elementwise, gradient, latex, prove, symbols, tabulate, typeset, zero_extended

i, j, u, v, r = sp.symbols("i j u v r", integer=True)
n, m = sp.symbols("n m", integer=True, positive=True)
x, w, d, d0, G = map(sp.IndexedBase, ["x", "w", "d", r"\tilde{d}", "G"])
FORWARD = sp.Sum(w[v] * x[i + v], (v, 0, m - 1))
DERIVED = sp.Sum(d[i] * sp.diff(FORWARD, x[r]), (i, 0, n - 1))
PAGE = sp.Sum(d0[r - u] * w[u], (u, 0, m - 1))
WHERE = {d0: zero_extended(d, (n,))}


def test_a_general_proof():
    proof = prove("eq-a", DERIVED, PAGE, where=WHERE)
    assert repr(proof) == r"eq-a: proved for all arrays d, w; integers r; sizes m, n >= 1; \tilde{d} as defined"
    assert (
        proof._repr_markdown_()
        == r"`eq-a`: proved for all arrays $d$, $w$; integers $r$; sizes $m$, $n$ $\ge 1$; $\tilde{d}$ as defined."
    )
    assert proof._repr_latex_() == r"$\displaystyle \sum_{u=0}^{m - 1} \tilde{d}_{r - u} w_{u}$"
    assert (proof.grade, proof.identities) == ("general", 1)
    assert (
        repr(prove("eq-a", sp.Sum(2 * i, (i, 0, n)), 2 * sp.Sum(i, (i, 0, n)))) == "eq-a: proved for all sizes n >= 1"
    )


@pytest.mark.parametrize(
    "page",
    [
        sp.Sum(d0[r + u] * w[u], (u, 0, m - 1)),
        sp.Sum(d0[r - u] * w[u], (u, 0, m)),
        sp.Sum(d0[r - u] * w[u], (u, 1, m - 1)),
        sp.Sum(d[r - u] * w[u], (u, 0, m - 1)),
        sp.Sum(d0[r - u] * w[m - 1 - u], (u, 0, m - 1)),
        -PAGE,
        2 * PAGE,
        PAGE + w[0],
    ],
    ids=["index", "upper limit", "lower limit", "not extended", "not flipped", "sign", "factor", "term"],
)
def test_a_wrong_formula_is_refused(page):
    with pytest.raises(AssertionError, match="eq-a: the sides differ in general indices"):
        prove("eq-a", DERIVED, page, where=WHERE)


def test_a_wrong_extension_is_refused():
    with pytest.raises(AssertionError):
        prove("eq-a", DERIVED, PAGE, where={d0: zero_extended(d, (n + 1,))})


def test_given_conditions_are_needed():
    derived = sp.Sum(d[i] * sp.diff(FORWARD, w[u]), (i, 0, n - 1))
    page = sp.Sum(d[i] * x[i + u], (i, 0, n - 1))
    prove("eq-a", derived, page, given=[u >= 0, u < m])
    for given in ([], [u >= 0], [u < m], [u >= 0, u <= m]):
        with pytest.raises(AssertionError):
            prove("eq-a", derived, page, given=given)


s, a = sp.Symbol("s", integer=True, positive=True), sp.Symbol("a", integer=True)
STRIDED = sp.Sum(d[i] * sp.diff(sp.Sum(w[v] * x[i * s + v], (v, 0, m - 1)), x[r]), (i, 0, n - 1))
SPREAD = {d0: lambda e: sp.Sum(d[i] * sp.KroneckerDelta(i * s, e), (i, 0, n - 1))}
EXTENDED = {d0: lambda e: sp.Sum(d[i] * sp.KroneckerDelta(i, e), (i, 0, n - 1))}
ONE_PHASE, PHASE = STRIDED.subs(r, u * s + a), [a >= 0, a < s]


def polyphase(last):
    return sp.Sum(d0[u - v] * w[a + v * s], (v, 0, last))


def test_a_delta_with_a_stride_is_solved_for_the_tap():
    inside = {G: zero_extended(w, (m,))}
    prove("eq-a", STRIDED, sp.Sum(d[i] * G[r - i * s], (i, 0, n - 1)), where=inside)
    prove("eq-a", STRIDED, PAGE, where=SPREAD)
    for page, where in [(sp.Sum(d[i] * w[r - i * s], (i, 0, n - 1)), {}), (PAGE, EXTENDED)]:
        with pytest.raises(AssertionError):
            prove("eq-a", STRIDED, page, where=where)


def test_a_delta_with_a_stride_picks_no_output():
    spread = SPREAD[d0](r)
    assert collapse(spread).has(sp.KroneckerDelta)
    prove("eq-a", spread, sp.Sum(d[i] * sp.KroneckerDelta(r - i * s, 0), (i, 0, n - 1)))
    with pytest.raises(AssertionError):
        prove("eq-a", spread, sp.Sum(d[i] * sp.KroneckerDelta(r + i * s, 0), (i, 0, n - 1)))


def test_a_condition_is_divided_by_the_stride():
    prove("eq-a", ONE_PHASE, polyphase(sp.floor((m - a - 1) / s)), where=EXTENDED, given=PHASE)
    multiple = sp.Symbol("k", integer=True, positive=True)
    prove("eq-a", ONE_PHASE.subs(m, s * multiple), polyphase(multiple - 1), where=EXTENDED, given=PHASE)


@pytest.mark.parametrize(
    "size, proved",
    [
        (n, True),
        (n - 1, True),
        (n - 2, False),
        (sp.floor(n / m), True),
        (n + sp.floor(-r / m), False),
        (sp.floor((n - m) / s) + sp.floor(m / s), False),
        (j, False),
    ],
)
def test_a_sum_picks_its_term_only_if_it_cannot_run_below_none(size, proved):
    """For SymPy the sum from 0 to -2 takes the term at -1 away."""
    picked = (
        sp.Sum(sp.KroneckerDelta(i, r) * d[i], (i, 0, size - 1)),
        sp.Piecewise((d[r], (r >= 0) & (r <= size - 1)), (0, True)),
    )
    inside = sp.Sum(sp.Piecewise((d[i], i >= 0), (0, True)), (i, 0, size - 1)), sp.Sum(d[i], (i, 0, size - 1))
    for sides in (picked, inside):
        if proved:
            prove("eq-a", *sides)
        else:
            with pytest.raises(AssertionError, match="eq-a: the sides differ"):
                prove("eq-a", *sides)


def test_what_is_given_says_that_a_sum_cannot_run_below_none():
    delta = sp.KroneckerDelta(i, r) * d[i]
    last = sp.floor((n - m) / s)
    sides = sp.Sum(delta, (i, 0, last)), sp.Piecewise((d[r], (r >= 0) & (r <= last)), (0, True))
    prove("eq-a", *sides, given=[n >= m])
    from_m = sp.Sum(delta, (i, m, n)), sp.Piecewise((d[r], (r >= m) & (r <= n)), (0, True))
    prove("eq-a", *from_m, given=[n >= m])
    for refused in (sides, from_m):
        with pytest.raises(AssertionError, match="eq-a: the sides differ"):
            prove("eq-a", *refused)


@pytest.mark.parametrize(
    "last, given",
    [
        ((m - a - 1) / s, []),
        ((m - a - 1) / s, [a >= 0]),
        ((m - a - 1) / s, [a < s]),
        ((m - a - 1) / s, [a >= 0, a <= s]),
        ((m - a) / s, PHASE),
        ((m - a - 1) / s - 1, PHASE),
        (m / s - 1, PHASE),
        ((m - 1) / s, PHASE),
    ],
    ids=str,
)
def test_a_wrong_number_of_taps_is_refused(last, given):
    with pytest.raises(AssertionError):
        prove("eq-a", ONE_PHASE, polyphase(sp.floor(last)), where=EXTENDED, given=given)


def test_names_of_summation_indices_do_not_matter():
    square = sp.Sum(w[u], (u, 0, n - 1)) ** 2
    prove("eq-a", square, sp.Sum(w[u] * w[v], (u, 0, n - 1), (v, 0, n - 1)))
    prove("eq-a", square, sp.Sum(w[i], (i, 0, n - 1)) * sp.Sum(w[j], (j, 0, n - 1)))
    with pytest.raises(AssertionError):
        prove("eq-a", square, sp.Sum(w[u] ** 2, (u, 0, n - 1)))


def test_an_index_inside_a_sum_is_not_the_one_outside():
    with pytest.raises(AssertionError):
        prove("eq-a", u * sp.Sum(w[u], (u, 0, n - 1)), sp.Sum(u * w[u], (u, 0, n - 1)))


def test_collapse_writes_the_conditions_out():
    collapsed = collapse(DERIVED)
    assert collapsed.has(sp.Piecewise) and not collapsed.has(sp.KroneckerDelta)
    inside = tabulate(collapsed, {r: 3}, {n: 2, m: 2, d: symbols("d", (2,)), w: symbols("w", (2,))})
    d_, w_ = symbols("d", (2,)), symbols("w", (2,))
    assert (inside == [d_[0] * w_[0], d_[0] * w_[1] + d_[1] * w_[0], d_[1] * w_[1]]).all()


def test_collapse_over_the_index_that_is_named():
    first = collapse(DERIVED, over=(v,))
    assert [limit[0] for limit in first.limits] == [i]
    values = {n: 2, m: 3, d: symbols("d", (2,)), w: symbols("w", (3,))}
    prove("eq-a", tabulate(first, {r: 4}, values), tabulate(collapse(DERIVED), {r: 4}, values))


def test_an_exact_proof_counts_its_identities():
    a, t = symbols("a", (2, 3)), sp.Symbol("t")
    assert repr(prove("eq-a", a + a, 2 * a, 3 * a - a)) == "eq-a: 12 identities proved, for all numbers a (2 × 3)"
    assert repr(prove("eq-a", (t + 1) ** 2, t**2 + 2 * t + 1)) == "eq-a: 1 identity proved, for all numbers t"


def test_an_exact_proof_names_the_entry_that_differs():
    a = symbols("a", (2, 3))
    b = a.copy()
    b[1, 2] = -b[1, 2]
    with pytest.raises(AssertionError, match=r"eq-a: the sides differ at \(1, 2\)"):
        prove("eq-a", a, b)
    with pytest.raises(AssertionError, match=r"shapes \(2, 3\), \(3, 2\)"):
        prove("eq-a", a, a.T.copy())


def test_statements_that_say_nothing_are_refused():
    a = symbols("a", (2,))
    listed = list(a)
    for left, right, reason in [
        (a, a, "the same object"),
        (a, a[:], "the same object"),
        (listed, listed, "the same object"),
        (FORWARD, FORWARD, "the same object"),
        (a[0], a[0], "the same object"),
        (x[r], x[r], "the same object"),
        (np.array([1, 2]), np.array([1, 2]), "nothing to prove without symbols"),
        (sp.Integer(2), 2, "nothing to prove without symbols"),
        (sp.Sum(i, (i, 0, 3)), sp.Integer(6), "nothing to prove without symbols"),
        (a[:0], a[:0].copy(), r"nothing to prove in arrays of shape \(0,\)"),
        (a * 0.5, a / 2, "rounded number"),
    ]:
        with pytest.raises(ValueError, match=f"^eq-a: .*{reason}"):
            prove("eq-a", left, right)


def test_equal_results_of_two_computations_are_a_proof():
    t = sp.Symbol("t")
    prove("eq-a", sp.diff(sp.sin(t**2), t), 2 * t * sp.cos(t**2))
    prove("eq-a", sp.Sum(d[i], (i, 0, n - 1)), sp.Sum(d[i], (i, 0, n - 1)))
    prove("eq-a", symbols("a", (2,)), symbols("a", (2,)))


@pytest.mark.parametrize("label", ["", "  ", None, 7])
def test_a_proof_needs_a_label(label):
    with pytest.raises(ValueError, match="label is .*; expected the equation's"):
        prove(label, x[r] + x[r], 2 * x[r])


@pytest.mark.parametrize(
    "given", [[u >= 1, u <= 0], [u < 0, u > 0], [u >= n, u <= 0], [sp.Ge(-1, 0, evaluate=False)]], ids=str
)
def test_conditions_that_no_index_satisfies_are_refused(given):
    with pytest.raises(ValueError, match="no index satisfies all that is given"):
        prove("eq-a", x[u] + x[u], 2 * x[u], given=given)


def test_arguments_that_would_not_be_used_are_refused():
    t = sp.Symbol("t")
    for unused in ({"given": [u >= 0]}, {"where": WHERE}):
        with pytest.raises(ValueError, match="where and given are for formulas in general indices"):
            prove("eq-a", t + t, 2 * t, **unused)
    with pytest.raises(ValueError, match="got 3 sides in general indices; expected 2"):
        prove("eq-a", x[r] + x[r], 2 * x[r], 3 * x[r] - x[r])


def test_slopes_and_functions_that_nobody_knows():
    h, t, z = sp.Function("h"), *sp.symbols("t z")
    slope = sp.diff(h(x[r]), x[r])
    for left, right in [
        (slope * w[r], sp.diff(h(x[r]) * w[r], x[r])),
        (sp.diff(h(2 * t), t), 2 * h(z).diff(z).subs(z, 2 * t)),
        (sp.Derivative(t * h(t), t), t * h(t).diff(t) + h(t)),
        (sp.Derivative(sp.sin(t), t), sp.cos(t)),
        (h((t + 1) ** 2) + t, t + h(t**2 + 2 * t + 1)),
        (h(h(t) + t), h(t + h(t))),
    ]:
        prove("eq-a", left, right)
    for left, right in [
        (slope * w[r], slope * w[u]),
        (slope, sp.diff(h(x[u]), x[u])),
        (sp.diff(h(2 * t), t), 2 * h(t).diff(t)),
        (h(t).diff(t), h(t).diff(t, 2)),
        (h(t, z).diff(t), h(t, z).diff(z)),
        (sp.Derivative(sp.sin(t), t), sp.sin(t)),
        (h(t), h(t + 1)),
    ]:
        with pytest.raises(AssertionError, match="eq-a: the sides differ"):
            prove("eq-a", left, right)


def test_gradient_and_symbols():
    a = symbols("a", (2, 2), real=True)
    assert a[1, 0].name == "a_{1,0}" and a[0, 0].is_real
    assert (gradient((a**2).sum(), a) == 2 * a).all()
    assert elementwise("exp", [1, 0.5])[0] == sp.E  # and not rounded, as an array of floats would be


def test_tabulate_reads_arrays_and_zero_extensions():
    a = symbols("a", (2,))
    table = tabulate(d0[r - 1], {r: 4}, {d0: zero_extended(a)})
    assert table.tolist() == [0, a[0], a[1], 0]


def test_tabulate_differentiates_before_it_reads_arrays():
    t = sp.Symbol("t")
    slope = sp.Derivative(sp.tanh(x[r]), x[r])
    assert tabulate(slope, {r: 1}, {x: np.array([t**2])}).item() == 1 - sp.tanh(t**2) ** 2
    assert tabulate(1 - 2 * slope, {r: 1}, {x: np.array([t**2])}).item() == 1 - 2 * (1 - sp.tanh(t**2) ** 2)


def test_a_difference_that_sympy_cannot_simplify_is_refused():
    quotient = sp.Sum(w[u], (u, 0, n - 1)) / sp.Sum(w[u] ** 2, (u, 0, n - 1))
    with pytest.raises(AssertionError, match="eq-a"):
        prove("eq-a", quotient + quotient**2, quotient * sp.Sum(x[u], (u, 0, n - 1)))


def test_a_false_statement_is_refused_without_a_search_where_tanh_may_be_flat(monkeypatch):
    slope = 1 - sp.tanh(symbols("x", (30,)).sum()) ** 2
    monkeypatch.setattr(sp, "simplify", lambda difference: pytest.fail(f"searches a proof of {difference} = 0"))
    with pytest.raises(AssertionError, match="eq-a: the sides differ"):
        prove("eq-a", [slope], [-slope])


def test_a_false_statement_is_refused_without_a_search_where_conditions_hold_far_away(monkeypatch):
    monkeypatch.setattr(sp, "simplify", lambda difference: pytest.fail(f"searches a proof of {difference} = 0"))
    left, right = [sp.Piecewise((entry, r >= 99), (0, True)) for entry in (d[r], w[r])]
    with pytest.raises(AssertionError, match="eq-a: the sides differ"):
        prove("eq-a", left, right)


def test_tabulate_does_not_solve_a_delta():
    a = symbols("a", (3,))
    values = {n: 3, s: 2, d: a}
    assert tabulate(SPREAD[d0](r), {r: 6}, values).tolist() == [a[0], 0, a[1], 0, a[2], 0]
    with pytest.raises(TypeError):
        tabulate(d[r / 2], {r: 2}, values)


def test_typesetting_is_the_books():
    assert latex(sp.Sum(w[u, v], (v, 0, m - 1), (u, 0, n - 1))) == r"\sum_{u=0}^{n - 1} \sum_{v=0}^{m - 1} w_{u,v}"
    assert latex(x[r + u + 1 - n]) == r"x_{r + u + 1 - n}"
    assert latex(sp.KroneckerDelta(i, u)) == "[i = u]"
    assert latex(sp.floor(r / n)) == r"\left\lfloor \frac{r}{n} \right\rfloor"
    assert latex(sp.ceiling(r / n)) == r"\left\lceil \frac{r}{n} \right\rceil"
    h = sp.Function("h")
    assert latex(sp.diff(h(x[r]), x[r])) == "h'(x_{r})"
    assert latex(sp.Derivative(h(2 * r), r)) == r"\frac{d}{d r} h{\left(2 r \right)}"
    assert latex(sp.diff(h(r, u), r)) == r"\frac{d}{d r} h{\left(r,u \right)}"
    assert latex(sp.Sum(w[u] + 1, (u, 0, 3))) == r"\sum_{u=0}^{3} \left(w_{u} + 1\right)"
    assert typeset(x[r])._repr_latex_() == r"$\displaystyle x_{r}$" and repr(typeset(x[r])) == "x[r]"


def test_a_sum_that_counts_is_its_number_of_terms():
    proof = prove("eq-a", sp.Sum(sp.Sum(1, (u, 0, m)), (i, 0, n - 1)) * w[r], n * (m + 1) * w[r])
    assert proof.formula is not None
    for wrong in (n * m, n, m + 1, (n + 1) * (m + 1)):
        with pytest.raises(AssertionError):
            prove("eq-a", sp.Sum(sp.Sum(1, (u, 0, m)), (i, 0, n - 1)) * w[r], wrong * w[r])
    with pytest.raises(AssertionError):
        prove("eq-a", sp.Sum(w[u], (u, 0, m - 1)), m * w[u])


def test_tabulate_writes_sums_out():
    values = {m: 2, w: symbols("w", (4,))}
    w_ = values[w]
    nested = sp.Sum(sp.Sum(w[i + u] ** u, (u, 0, i)), (i, 0, m - 1))
    assert tabulate(nested, {}, values).item() == 1 + 1 + w_[2]
    assert tabulate(sp.Sum(w[i], (i, 0, m - 3)), {}, values).item() == 0
    assert tabulate(sp.Sum(sp.Product(w[u], (u, 0, i)), (i, 0, 1)), {}, values).item() == w_[0] + w_[0] * w_[1]
    assert tabulate(2 + 3 * sp.Product(w[u], (u, 0, m)), {}, values).item() == 2 + 3 * w_[0] * w_[1] * w_[2]
    assert tabulate(sp.Sum(w[i], (i, r, m)), {r: 2}, values).tolist() == [w_[0] + w_[1] + w_[2], w_[1] + w_[2]]


def test_a_delta_is_not_solved_by_dividing():
    strided = sp.Sum(d[i] * sp.KroneckerDelta(2 * i, r), (i, 0, n - 1))
    with pytest.raises((AssertionError, ValueError)):
        prove("eq-a", strided, zero_extended(d, (n,))(r / 2))
    assert collapse(strided).has(sp.KroneckerDelta)
    chosen = sp.Sum(d[i] * sp.KroneckerDelta(i + x[i], r), (i, 0, n - 1))
    assert collapse(chosen).has(sp.KroneckerDelta)


def test_a_condition_that_divides_is_kept_as_it_is():
    inside = sp.Piecewise((d[r], r >= 0), (0, True))
    prove("eq-a", inside, d[r], given=[r / 2 >= 0])
    prove("eq-a", inside, d[r], given=[r / 2 > -sp.Rational(1, 2)])
    with pytest.raises(AssertionError):
        prove("eq-a", inside, d[r], given=[r / 2 >= -sp.Rational(1, 2)])


def test_sums_inside_quotients_and_functions():
    t = sp.Symbol("t")
    total = sp.Sum(sp.exp(w[u]), (u, 0, n - 1))
    shifted = sp.Sum(sp.exp(w[u] - t), (u, 0, n - 1))
    prove("eq-a", sp.exp(w[r] - t) / shifted, sp.exp(w[r]) / total)
    with pytest.raises(AssertionError):
        prove("eq-a", sp.exp(w[r] - t) / total, sp.exp(w[r]) / total)
    rows = sp.Sum(w[i] / sp.Sum(x[i, u], (u, 0, n - 1)), (i, 0, n - 1))
    prove("eq-a", rows, sp.Sum(w[j] / sp.Sum(x[j, v], (v, 0, n - 1)), (j, 0, n - 1)))
    for other in (x[u, i], x[i, i], x[u, u]):
        with pytest.raises(AssertionError):
            prove("eq-a", rows, sp.Sum(w[i] / sp.Sum(other, (u, 0, n - 1)), (i, 0, n - 1)))


def test_an_array_is_not_read_outside():
    with pytest.raises(IndexError, match=r"^w\[-1\] is read outside the array of shape \(2,\)$"):
        tabulate(w[r - 1], {r: 1}, {w: symbols("w", (2,))})
    with pytest.raises(IndexError):
        tabulate(w[r + 2], {r: 1}, {w: symbols("w", (2,))})


t = sp.Symbol("t")
BAD_CALLS = {
    "no left side": (lambda: prove("eq-a", None, t), TypeError, "left is None; expected a number or a formula"),
    "text": (lambda: prove("eq-a", "t", t), TypeError, "left is 't'; expected"),
    "text on the right": (lambda: prove("eq-a", t + t, "2 * t"), TypeError, "right is '2 \\* t'; expected"),
    "text in a third side": (lambda: prove("eq-a", t + t, 2 * t, "2 t"), TypeError, "others is '2 t'; expected"),
    "text in an array": (lambda: prove("eq-a", [t, "t"], [t, t]), TypeError, r"left\[1\] is 't'; expected"),
    "a truth": (lambda: prove("eq-a", [t, True], [t, 1]), TypeError, r"left\[1\] is True; expected"),
    "an equation": (lambda: prove("eq-a", sp.Eq(t, 1), t), TypeError, r"left is Eq\(t, 1\); expected"),
    "a truth among rows": (
        lambda: prove("eq-a", [[t], [True]], [[t], [1]]),
        TypeError,
        r"left\[1, 0\] is True; expected",
    ),
    "lists of two lengths beside an array": (
        lambda: prove("eq-a", [[t, t], [t]], np.array([t, t])),
        TypeError,
        r"left\[0\] is \[t, t\]",
    ),
    "text before general indices": (lambda: prove("eq-a", "x[r]", x[r]), TypeError, r"^left is 'x\[r\]'; expected"),
    "lists of two lengths": (lambda: prove("eq-a", [[t, t], [t]], [t, t]), TypeError, r"left\[0\] is \[t, t\]"),
    "text beside general indices": (lambda: prove("eq-a", x[r], "x[r]"), TypeError, r"right is 'x\[r\]'; expected"),
    "an array beside general indices": (lambda: prove("eq-a", x[r], np.array([t])), TypeError, "right is array"),
    "a condition alone": (
        lambda: prove("eq-a", x[r], 2 * x[r], given=r >= 0),
        TypeError,
        "given is r >= 0; expected a list",
    ),
    "a truth given": (
        lambda: prove("eq-a", x[r], 2 * x[r], given=[True]),
        TypeError,
        "given holds True; expected relations",
    ),
    "a true relation given": (
        lambda: prove("eq-a", x[r], 2 * x[r], given=[m >= 0]),
        TypeError,
        "given holds True; expected relations",
    ),
    "an equation given": (lambda: prove("eq-a", x[r], 2 * x[r], given=[sp.Eq(r, 1)]), TypeError, "given holds Eq"),
    "definitions in a list": (
        lambda: prove("eq-a", x[r], 2 * x[r], where=[x]),
        TypeError,
        r"where is \[x\]; expected a dict",
    ),
    "a definition of a symbol": (lambda: prove("eq-a", x[r], 2 * x[r], where={r: abs}), TypeError, "where holds r: <"),
    "a definition that is no function": (
        lambda: prove("eq-a", x[r], 2 * x[r], where={x: 5}),
        TypeError,
        "where holds x: 5; expected",
    ),
    "a number as shape": (lambda: symbols("x", 3), TypeError, "shape is 3; expected a tuple of ints"),
    "a name that is no text": (lambda: symbols(None, (3,)), TypeError, "name is None; expected a str"),
    "no such function": (
        lambda: elementwise("nothing", [t]),
        ValueError,
        "name is 'nothing'; expected a function of SymPy's",
    ),
    "no name of a function": (
        lambda: elementwise(None, [t]),
        ValueError,
        "name is None; expected a function of SymPy's",
    ),
    "a list extended": (
        lambda: zero_extended([1, 2]),
        TypeError,
        r"array is \[1, 2\], of shape None; expected an array",
    ),
    "extended without a shape": (
        lambda: zero_extended(x),
        TypeError,
        "array is x, of shape None; expected an array, or",
    ),
    "a table of nothing": (
        lambda: tabulate(None, {}, {}),
        TypeError,
        "formula is None; expected a number or a formula",
    ),
    "sizes in a list": (lambda: tabulate(x[r], [3], {}), TypeError, r"sizes is \[3\]; expected a dict"),
    "values in a list": (lambda: tabulate(x[r], {r: 3}, [x]), TypeError, r"values is \[x\]; expected a dict"),
    "a negative size": (lambda: tabulate(x[r], {r: -1}, {}), ValueError, "sizes is -1; expected at least 1"),
}


@pytest.mark.parametrize("call, error, message", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_call_names_its_argument(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_numbers_of_every_kind_are_sides():
    prove("eq-a", [t - t + 2, Fraction(1, 2) + t], [np.int64(2), sp.Rational(1, 2) + t])
    prove("eq-a", sp.Matrix([t + t]), [[2 * t]])


@pytest.mark.parametrize(
    "call",
    [
        lambda text: prove("eq-example", text, 0),
        lambda text: prove("eq-example", [text], [0]),
        lambda text: tabulate(w[r], {r: 1}, {w: np.array([text], object)}),
        lambda text: tabulate(w[r], {r: 1}, {w: lambda index: text}),
        collapse,
    ],
)
def test_text_is_not_run(tmp_path, call):
    """SymPy would run it as Python code."""
    with pytest.raises((sp.SympifyError, TypeError, ValueError)):
        call(f"__import__('os').mkdir({str(tmp_path / 'made')!r})")
    assert not (tmp_path / "made").exists()
