"""LaTeX as the pages write it: one summation sign per index, minus signs last, [a = b] for a Kronecker delta."""

import sympy as sp
from sympy.printing.latex import LatexPrinter

__all__ = ["Typeset", "latex", "typeset"]


class Typeset:
    """A formula that a notebook shows as the pages do."""

    def __init__(self, expression):
        self.expression = expression

    def __repr__(self):
        return str(self.expression)

    def _repr_latex_(self):
        return rf"$\displaystyle {latex(self.expression)}$"


def typeset(expression):
    """Show an expression as the pages do: with one summation sign per index, and [a = b] for a Kronecker delta.

    Parameters
    ----------
    expression : sympy.Expr

    Returns
    -------
    Typeset
        Notebooks show it as a formula; as text it is SymPy's own.

    Examples
    --------
    >>> i, r, n = sp.symbols("i r n", integer=True)
    >>> x = sp.IndexedBase("x")
    >>> typeset(sp.Sum(sp.KroneckerDelta(i, r) * x[i], (i, 0, n - 1)))
    Sum(KroneckerDelta(i, r)*x[i], (i, 0, n - 1))
    """
    return Typeset(expression)


def latex(expression):
    """Typeset an expression as the pages do.

    Parameters
    ----------
    expression : sympy.Expr

    Returns
    -------
    str
        LaTeX, without dollar signs.

    Examples
    --------
    >>> i, r, n = sp.symbols("i r n", integer=True)
    >>> x = sp.IndexedBase("x")
    >>> print(latex(sp.Sum(sp.KroneckerDelta(i, r) * x[i], (i, 0, n - 1))))
    \\sum_{i=0}^{n - 1} [i = r] x_{i}
    """
    return _BookPrinter().doprint(expression)


class _BookPrinter(LatexPrinter):
    """One summation sign per index; sums of indices with the minus signs last."""

    def _print_Sum(self, expr):
        signs = "".join(
            rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}} "
            for index, low, high in reversed(expr.limits)
        )
        body = self._print(expr.function)
        return signs + (rf"\left({body}\right)" if expr.function.is_Add else body)

    def _print_Indexed(self, expr):
        return f"{self._print(expr.base)}_{{{','.join(map(self._print, expr.indices))}}}"

    def _print_IndexedBase(self, expr):
        return self._print(expr.label)

    def _print_KroneckerDelta(self, expr, exp=None):
        return rf"[{self._print(expr.args[0])} = {self._print(expr.args[1])}]"

    def _print_floor(self, expr, exp=None):
        return rf"\left\lfloor {self._print(expr.args[0])} \right\rfloor"

    def _print_ceiling(self, expr, exp=None):
        return rf"\left\lceil {self._print(expr.args[0])} \right\rceil"

    def _print_Add(self, expr):
        terms = self._as_ordered_terms(expr)
        terms.sort(key=lambda term: term.could_extract_minus_sign())
        text = self._print(terms[0])
        for term in terms[1:]:
            sign, term = (" - ", -term) if term.could_extract_minus_sign() else (" + ", term)
            text += sign + self._print(term)
        return text

    def _print_Derivative(self, expr):
        function = expr.expr
        if len(function.args) == 1 and expr.variables == function.args:
            return rf"{self._print(sp.Symbol(function.func.__name__))}'({self._print(function.args[0])})"
        return super()._print_Derivative(expr)
