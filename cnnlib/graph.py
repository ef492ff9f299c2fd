"""A scalar computational graph: values forward, and two ways to add up all paths backward."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from . import arguments
from .arguments import shown

__all__ = ["Cost", "Graph"]


class Cost(NamedTuple):
    """How many operations a derivative took; sums start at 0 and products at 1.

    Attributes
    ----------
    multiplications, additions : int

    Examples
    --------
    >>> Cost(multiplications=3, additions=2).multiplications
    3
    """

    multiplications: int
    additions: int


class Graph:
    """Numbers that are functions of other numbers.

    A node is added after its parents, so no path comes back to where it
    began. Values are floats, integers or SymPy expressions.

    Attributes
    ----------
    parents, children : dict of name to list of names
        Where the edges into a node come from and those out of it go, in the
        order in which the nodes were added. The children of i are A(i).
    values : dict of name to number
        y(i), after `forward`.
    local : dict of (name, name) to number
        z(i, j) of each edge, after `forward`: the derivative of the node j
        by its parent i, with the other parents of j held fixed.

    Notes
    -----
    Chapter "Computational graphs".

    Examples
    --------
    >>> graph = Graph()
    >>> graph.input("w")
    >>> graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    >>> graph.multiply("o", ["w", "y"])
    >>> graph.forward({"w": 5})["o"]
    125
    >>> graph.path_sum("w", "o")
    (75, Cost(multiplications=3, additions=2))
    >>> graph.derivatives("o")
    ({'w': 75, 'y': 5, 'o': 1}, Cost(multiplications=3, additions=3))
    """

    def __init__(self):
        self.parents, self.children, self._rules = {}, {}, {}
        self.values, self.local = None, None

    def input(self, name):
        """Add a node whose value is given to `forward`; a taken name is a ValueError.

        Parameters
        ----------
        name : hashable
            Such as ``"w"`` or ``("x", 0, 1)``.
        """
        if arguments.hashable("name", name) in self.parents:
            raise ValueError(f"name is {shown(name)}; expected one that no node has yet")
        self.parents[name], self.children[name] = [], []
        self.values, self.local = None, None

    def node(self, name, parents, function, partials):
        """Add a node that is a function of other nodes.

        Parameters
        ----------
        name : hashable
        parents : list of names
        function : callable
            From the values of the parents to the value of the node.
        partials : list of callable
            One for each parent: the partial derivative by it, from the same
            arguments as `function`.

        Raises
        ------
        TypeError
            If `parents` or `partials` is no list, or something cannot be called.
        ValueError
            If the name is taken, a parent is unknown or there twice, or the
            number of partials is not the number of parents.
        """
        for argument, value in {"parents": parents, "partials": partials}.items():
            if not isinstance(value, (list, tuple)):
                raise TypeError(f"{argument} of {shown(name)} is {shown(value)}; expected a list")
        for parent in parents:
            if arguments.hashable(f"parents of {shown(name)}", parent) not in self.parents:
                raise ValueError(f"parents of {shown(name)} has {shown(parent)}; expected a node added before")
        if len(set(parents)) < len(parents):
            raise ValueError(f"parents of {shown(name)} is {shown(parents)}; expected each node once")
        if len(partials) != len(parents):
            wanted = f"{len(parents)}, one for each parent"
            raise ValueError(f"partials of {shown(name)} has length {len(partials)}; expected {wanted}")
        if not all(map(callable, [function, *partials])):
            raise TypeError(f"function and partials of {shown(name)}: expected something that can be called")
        self.input(name)
        self.parents[name] = list(parents)
        for parent in parents:
            self.children[parent].append(name)
        self._rules[name] = function, tuple(partials)

    def add(self, name, parents):
        """Add a node that is the sum of its parents; errors as in `node`."""
        self.node(name, parents, lambda *terms: sum(terms), [lambda *terms: 1] * len(parents))

    def multiply(self, name, parents):
        """Add a node that is the product of its parents; errors as in `node`."""
        self.node(name, parents, lambda *factors: math.prod(factors), [_all_but(k) for k in range(len(parents))])

    def forward(self, inputs):
        """Compute the value of each node and the local derivative of each edge.

        Parameters
        ----------
        inputs : dict of name to number
            A value for each input, and nothing else.

        Returns
        -------
        dict of name to number

        Raises
        ------
        TypeError, ValueError
            If an input is missing or unknown, or is not one number or
            expression. The graph is not changed then.
        """
        if not isinstance(inputs, Mapping):
            raise TypeError(f"inputs is {shown(inputs)}; expected a dict")
        expected = [name for name in self.parents if name not in self._rules]
        if set(inputs) != set(expected):
            raise ValueError(f"inputs has values for {shown(list(inputs))}; expected them for {shown(expected)}")
        values = {}
        for name in expected:
            values[name] = arguments.array(f"inputs[{shown(name)}]", inputs[name], 0, "(one number)").item()
        local = {}
        for j, (function, partials) in self._rules.items():
            known = [values[i] for i in self.parents[j]]
            values[j] = function(*known)
            for i, partial in zip(self.parents[j], partials):
                local[i, j] = partial(*known)
        self.values, self.local = {name: values[name] for name in self.parents}, local
        return dict(self.values)

    def count_paths(self, output):
        """Count the paths from every node to the output, without walking them: a dict of name to int.

        An unknown `output` is a ValueError.
        """
        return self._sweep(output, lambda i, j: 1)[0]

    def paths(self, source, output):
        """Walk every path and give it as a tuple of names; an unknown node is a ValueError."""
        remaining = self.count_paths(output)
        return self._walk([(self._known("source", source),)], output, remaining)

    def _walk(self, begun, output, remaining):
        while begun:
            path = begun.pop()
            if path[-1] == output:
                yield path
            else:
                begun.extend((*path, j) for j in reversed(self.children[path[-1]]) if remaining[j])

    def path_sum(self, source, output):
        """Differentiate by adding up, over all paths, the products of the local derivatives.

        Returns
        -------
        derivative : number
            Of the output by the source; 0 if no path joins them.
        cost : Cost
            One addition for each path, one multiplication for each edge of each path.

        Raises
        ------
        RuntimeError
            If no `forward` has run since the last node was added.
        ValueError
            If `source` or `output` is no node.

        Notes
        -----
        Equation eq-computational-graphs-path-sum.
        """
        z, total, multiplications, additions = self._local(), 0, 0, 0
        for path in self.paths(source, output):
            product = 1
            for edge in pairwise(path):
                product = product * z[edge]
                multiplications += 1
            total = total + product
            additions += 1
        return total, Cost(multiplications, additions)

    def derivatives(self, output):
        """Differentiate by dynamic programming: S(o, o) = 1, and S(i, o) is the sum of S(j, o) z(i, j) over A(i).

        Returns
        -------
        S : dict of name to number
            The derivative of the output by *every* node; 0 where no path leads.
        cost : Cost
            One multiplication and one addition for each edge on a path to the output.

        Raises
        ------
        RuntimeError, ValueError
            As `path_sum`.

        Notes
        -----
        Equation eq-computational-graphs-recursion.
        """
        z = self._local()
        return self._sweep(output, lambda i, j: z[i, j])

    def _sweep(self, output, z):
        """Visit each node after all that it leads to, and add up what comes back along its edges."""
        S, edges = {self._known("output", output): 1}, 0
        for i in reversed(self.parents):
            onward = [j for j in self.children[i] if j in S]
            if onward:
                S[i] = 0
            for j in onward:
                S[i] = S[i] + S[j] * z(i, j)
                edges += 1
        return {name: S.get(name, 0) for name in self.parents}, Cost(edges, edges)

    def _known(self, argument, name):
        if arguments.hashable(argument, name) not in self.parents:
            raise ValueError(f"{argument} is {shown(name)}; expected a node of the graph")
        return name

    def _local(self):
        if self.local is None:
            raise RuntimeError("a derivative needs a forward before it")
        return self.local


def _all_but(k):
    """Return the function that multiplies all its arguments but one."""
    return lambda *factors: math.prod(factors[:k] + factors[k + 1 :])
