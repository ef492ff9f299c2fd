"""The two ways to differentiate a computational graph, step by step: path after path, or node after node."""

import math
from itertools import pairwise

from ..arguments import shown
from .graphs import bend, node_places
from .maps import written, written_product, written_sum
from .stepper import WIDEST, Frame, Stepper, label, short, tag

__all__ = ["show_paths"]

RADIUS, ROW, EDGE = 17, 70, 24  # pixels: a node, from row to row, and from the outermost nodes to the edge


def show_paths(graph, source, output, description):
    """Show the sum over all paths, one path in each frame, and then the sweep, one node in each frame.

    Numbers at the edges are local derivatives. The text counts the
    multiplications, as `Graph.path_sum` and `Graph.derivatives` do.

    Parameters
    ----------
    graph : cnnlib.Graph
        After `forward`, with numbers.
    source, output : name
        The sum is the derivative of the output by the source.
    description : str
        What is to be seen.

    Returns
    -------
    Stepper

    Raises
    ------
    RuntimeError, ValueError
        As `Graph.path_sum`. A ValueError also if no edges lead from the
        source to the output.

    Examples
    --------
    >>> from cnnlib import Graph
    >>> graph = Graph()
    >>> graph.input("v"), graph.input("w")
    (None, None)
    >>> graph.multiply("o", ["v", "w"])
    >>> graph.forward({"v": 2, "w": 5})["o"]
    10
    >>> type(show_paths(graph, "w", "o", "A product."))
    <class 'cnnlib.pictures.stepper.Stepper'>
    """
    if not graph.path_sum(source, output)[1].multiplications:
        raise ValueError(f"source is {shown(source)}; expected a node from which edges lead to {shown(output)}")
    drawing = _Drawing(graph)
    frames = [*_path_frames(graph, source, output, drawing), *_sweep_frames(graph, output, drawing)]
    return Stepper(description, frames, shared=drawing.shared, size=drawing.size)


def _path_frames(graph, source, output, drawing):
    total = count = 0
    paths = list(graph.paths(source, output))
    for n, path in enumerate(paths, 1):
        factors = [graph.local[edge] for edge in pairwise(path)]
        total, count = total + math.prod(factors), count + len(factors)
        text = (
            f"Path {n} of {len(paths)}, {' → '.join(map(str, path))}: {written_product(factors)} = {math.prod(factors)}. "
            f"Sum so far: {total}. Multiplications so far: {count}."
        )
        yield Frame(drawing.marked(path, pairwise(path)), "", text)


def _sweep_frames(graph, output, drawing):
    S, _ = graph.derivatives(output)
    found, count = {}, 0
    for node in reversed(S):
        edges = [(node, child) for child in graph.children[node] if child in found]
        if not edges and node != output:
            continue
        found[node], count = S[node], count + len(edges)
        terms = written_sum([S[child] for _, child in edges], [graph.local[edge] for edge in edges])
        made = f"{terms} = {S[node]}" if edges else "1, where the sweep begins"
        above = "".join(drawing.value(name, number) for name, number in found.items())
        yield Frame(
            drawing.marked([node], edges), above, f"Sweep: S({node}) = {made}. Multiplications so far: {count}."
        )


class _Drawing:
    """The nodes, edges and local derivatives of a graph, and marks on them."""

    def __init__(self, graph):
        places = node_places(graph)
        column = (WIDEST - 2 * EDGE) / max(1, max(x for x, _ in places.values()))
        top = max(y for _, y in places.values())
        self.places = {name: (EDGE + x * column, (top - y) * ROW) for name, (x, y) in places.items()}
        self.curves = {(i, j): self._curve(i, j, bend(i, j, places)) for j in graph.parents for i in graph.parents[j]}
        rise = min([0, *(self._middle(edge)[1] + RADIUS - 10 for edge in self.curves)])
        self.places = {name: (x, y + EDGE - rise) for name, (x, y) in self.places.items()}
        self.curves = {(i, j): self._curve(i, j, bend(i, j, places)) for i, j in self.curves}
        self.size = WIDEST, round(max(y for _, y in self.places.values()) + RADIUS + EDGE)
        self.shared = "".join(
            tag("path", d=self._line(edge) + self._tip(edge), class_="stepper-line") for edge in self.curves
        )
        self.shared += "".join(self._node(name, "line") + label(x, y + 5, name) for name, (x, y) in self.places.items())
        for edge in self.curves:
            x, y = self._middle(edge)
            self.shared += label(x, y + 5, written(graph.local[edge]), "halo")

    def marked(self, nodes, edges):
        """Mark nodes and edges, below what all frames share."""
        bands = (tag("path", d=self._line(edge), class_="stepper-band") for edge in edges)
        return "".join(bands) + "".join(self._node(name, "cell") for name in nodes)

    def value(self, name, number):
        """Write the derivative that a sweep has found under its node."""
        x, y = self.places[name]
        return label(x, y + RADIUS + 15, written(number), "halo", "strong")

    def _curve(self, i, j, rad):
        """Give start, control point and end of an edge, from rim to rim."""
        (x0, y0), (x1, y1) = self.places[i], self.places[j]
        control = (x0 + x1) / 2 + rad * (y1 - y0), (y0 + y1) / 2 - rad * (x1 - x0)
        return _towards((x0, y0), control), control, _towards((x1, y1), control)

    def _middle(self, edge):
        return tuple((start + 2 * control + end) / 4 for start, control, end in zip(*self.curves[edge]))

    def _line(self, edge):
        start, control, end = self.curves[edge]
        return f"M{_at(*start)}Q{_at(*control)} {_at(*end)}"

    def _tip(self, edge):
        _, (cx, cy), (x, y) = self.curves[edge]
        angle = math.atan2(y - cy, x - cx)
        wings = [(x - 10 * math.cos(angle + turn), y - 10 * math.sin(angle + turn)) for turn in (0.4, -0.4)]
        return f"M{_at(*wings[0])}L{_at(x, y)}L{_at(*wings[1])}"

    def _node(self, name, kind):
        x, y = self.places[name]
        return tag("circle", cx=short(x), cy=short(y), r=RADIUS, class_=f"stepper-{kind}")


def _towards(center, point):
    distance = math.dist(center, point)
    return tuple(c + RADIUS * (p - c) / distance for c, p in zip(center, point))


def _at(x, y):
    return f"{short(x)} {short(y)}"
