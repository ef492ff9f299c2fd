"""A scalar computational graph: values forward, and two ways to add up all paths backward."""

import math
from itertools import pairwise
from typing import NamedTuple

from . import arguments

__all__ = ["Cost", "Graph"]


class Cost(NamedTuple):
    """How many operations a derivative took; sums start at 0 and products at 1."""

    multiplications: int
    additions: int


class Graph:
    """Numbers that are functions of other numbers.

    A node comes after its parents, so no path leads back to where it began.
    Values are floats, integers or SymPy expressions.

    Attributes
    ----------
    parents, children : dict of name to list of names
        Where the edges into a node come from, and where those out of it go:
        the set A(i). In the order in which the nodes were added.
    values : dict of name to number
        y(i), after `forward`.
    local : dict of (name, name) to number
        z(i, j) for each edge, after `forward`: the derivative of the node j
        by its parent i, with its other parents held fixed.

    Examples
    --------
    >>> graph = Graph()
    >>> graph.input("w")
    >>> graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    >>> graph.multiply("o", ["w", "y"])
    >>> graph.forward({"w": 5})["o"]
    125
    >>> graph.derivatives("o")
    ({'w': 75, 'y': 5, 'o': 1}, Cost(multiplications=3, additions=3))
    >>> graph.path_sum("w", "o")
    (75, Cost(multiplications=3, additions=2))

    Notes
    -----
    Chapter "Computational graphs".
    """

    def __init__(self):
        self.parents, self.children = {}, {}
        self.values, self.local = None, None
        self._rules = {}

    def input(self, name):
        """Add a node whose value is given to `forward`.

        Parameters
        ----------
        name : hashable
            Such as ``"w"`` or ``("x", 0, 1)``.

        Raises
        ------
        ValueError
            If there is a node of this name.
        """
        if name in self.parents:
            raise ValueError(f"name is {name!r}; expected one that no node has yet")
        self.parents[name], self.children[name] = [], []
        self.values, self.local = None, None

    def node(self, name, parents, function, partials):
        """Add a node that is a function of others.

        Parameters
        ----------
        name : hashable
        parents : list of names
        function : callable
            From the values of the parents to the value of the node.
        partials : list of callable
            For each parent, its partial derivative, from the same arguments.

        Raises
        ------
        TypeError
            If `parents` is no list or tuple, or something cannot be called.
        ValueError
            If the name is taken, a parent is unknown or named twice, or the
            number of partials is not that of the parents.
        """
        if not isinstance(parents, (list, tuple)):
            raise TypeError(f"parents is {parents!r}; expected a list of names")
        unknown = [parent for parent in parents if parent not in self.parents]
        if unknown:
            raise ValueError(f"parents of {name!r} name {unknown[0]!r}; expected a node added before")
        if len(set(parents)) < len(parents):
            raise ValueError(f"parents of {name!r} are {parents!r}; expected each of them once")
        if len(partials) != len(parents):
            raise ValueError(f"partials of {name!r} are {len(partials)}; expected one for each of {len(parents)} parents")
        if not all(map(callable, [function, *partials])):
            raise TypeError(f"function and partials of {name!r} must be callable")
        self.input(name)
        self.parents[name] = list(parents)
        for parent in parents:
            self.children[parent].append(name)
        self._rules[name] = (function, tuple(partials))

    def add(self, name, parents):
        """Add a node that is the sum of its parents; errors as in `node`."""
        self.node(name, parents, lambda *terms: sum(terms), [lambda *terms: 1] * len(parents))

    def multiply(self, name, parents):
        """Add a node that is the product of its parents; errors as in `node`."""
        self.node(name, parents, lambda *factors: math.prod(factors), [_all_but(k) for k in range(len(parents))])

    def forward(self, inputs):
        """Compute the value of each node and the local derivative on each edge.

        Parameters
        ----------
        inputs : dict of name to number
            A value for each input and nothing else.

        Returns
        -------
        dict of name to number

        Raises
        ------
        TypeError, ValueError
            If an input is missing or unknown, or is not one real number or
            expression. Nothing is changed then.
        """
        expected = [name for name in self.parents if name not in self._rules]
        if set(inputs) != set(expected):
            raise ValueError(f"inputs has values for {list(inputs)!r}; expected them for {expected!r}")
        values = {name: arguments.array(f"inputs[{name!r}]", inputs[name], 0, "(one number)").item() for name in inputs}
        local = {}
        for j, (function, partials) in self._rules.items():
            known = [values[i] for i in self.parents[j]]
            values[j] = function(*known)
            local.update({(i, j): partial(*known) for i, partial in zip(self.parents[j], partials)})
        self.values, self.local = {name: values[name] for name in self.parents}, local
        return dict(self.values)

    def paths(self, source, output):
        """Give every path, a tuple of names; it takes as long as there are paths.

        Raises
        ------
        ValueError
            If one of the two is no node.
        """
        self._require("source", source)
        leads_on = self.count_paths(output)
        begun = [(source,)] if leads_on[source] else []
        while begun:
            path = begun.pop()
            if path[-1] == output:
                yield path
            else:
                begun.extend((*path, j) for j in reversed(self.children[path[-1]]) if leads_on[j])

    def path_sum(self, source, output):
        """Differentiate by adding up the products of the local derivatives along all paths.

        Returns
        -------
        derivative : number
            Of the output by the source; 0 if no path joins them.
        cost : Cost

        Raises
        ------
        RuntimeError
            If `forward` has not run since the last node was added.
        ValueError
            If one of the two is no node.

        Notes
        -----
        Equation eq-computational-graphs-path-sum.
        """
        z = self._local()
        total, multiplications, additions = 0, 0, 0
        for path in self.paths(source, output):
            product = 1
            for edge in pairwise(path):
                product = product * z[edge]
                multiplications += 1
            total = total + product
            additions += 1
        return total, Cost(multiplications, additions)

    def derivatives(self, output):
        """Differentiate by dynamic programming: S(o, o) = 1, S(i, o) = sum over j in A(i) of S(j, o) z(i, j).

        Returns
        -------
        S : dict of name to number
            The derivative of the output by *every* node; 0 where no path leads to it.
        cost : Cost
            One multiplication and one addition for each edge that leads to the output.

        Raises
        ------
        RuntimeError
            If `forward` has not run since the last node was added.
        ValueError
            If `output` is no node.

        Notes
        -----
        Equation eq-computational-graphs-recursion.
        """
        z = self._local()
        return self._sweep(output, lambda i, j: z[i, j])

    def count_paths(self, output):
        """Count the paths from each node to the output, without walking them.

        Returns
        -------
        dict of name to int

        Raises
        ------
        ValueError
            If `output` is no node.
        """
        paths, _ = self._sweep(output, lambda i, j: 1)
        return paths

    def _sweep(self, output, z):
        """Go through the nodes from the output back, each after all that it leads to."""
        self._require("output", output)
        S, edges = {output: 1}, 0
        for i in reversed(self.parents):
            onward = [j for j in self.children[i] if j in S]
            if onward and i != output:
                S[i] = 0
                for j in onward:
                    S[i] = S[i] + S[j] * z(i, j)
                    edges += 1
        return {name: S.get(name, 0) for name in self.parents}, Cost(edges, edges)

    def _require(self, argument, name):
        if name not in self.parents:
            raise ValueError(f"{argument} is {name!r}; expected a node of the graph")

    def _local(self):
        if self.local is None:
            raise RuntimeError("a derivative needs a forward before it")
        return self.local


def _all_but(k):
    """Return the function that multiplies all its arguments but one."""
    return lambda *factors: math.prod(factors[:k] + factors[k + 1 :])
