"""Derivatives of formulas in general indices, taken where a mistake in the names can be seen."""

import sympy as sp

from .indexed import expression

__all__ = ["derivative"]


def derivative(formula, variable):
    """Differentiate a formula with respect to a symbol or an entry of an array.

    SymPy's rule, d x[i] / d x[r] = [i = r], under sums of any size. Where i
    is summed over, x[i] is not one variable, and SymPy's `diff` would lose
    the bracket; that is refused.

    Parameters
    ----------
    formula : sympy.Expr
    variable : sympy.Symbol or sympy.Indexed
        Such as ``w[u, v]``, with indices that no sum in the formula uses.

    Returns
    -------
    sympy.Expr

    Raises
    ------
    ValueError
        If an index of the variable, or the variable, is summed over in the formula.
    TypeError
        If the variable is neither a symbol nor an entry.

    Examples
    --------
    >>> i, r, n = sp.symbols("i r n", integer=True)
    >>> x = sp.IndexedBase("x")
    >>> derivative(sp.Sum(x[i] ** 2, (i, 0, n)), x[r])
    Sum(2*KroneckerDelta(i, r)*x[i], (i, 0, n))
    """
    formula = expression("formula", formula)
    if not isinstance(variable, (sp.Symbol, sp.Indexed)):
        raise TypeError(f"variable is {variable!r}; expected a symbol or an entry such as w[u]")
    bound = {index for part in formula.atoms(sp.Sum) for index in part.variables} & variable.free_symbols
    if bound:
        raise ValueError(
            f"the formula sums over {', '.join(sorted(map(str, bound)))}, on which {variable} depends; rename it"
        )
    limits = [bound for part in formula.atoms(sp.Sum) for limit in part.limits for bound in limit[1:]]
    if any(limit.has(variable) for limit in limits):
        raise ValueError(f"{variable} limits a sum; a number of terms has no derivative")
    return sp.diff(formula, variable)
