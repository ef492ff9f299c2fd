"""Pictures of computational graphs."""

from itertools import pairwise

import matplotlib
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from ..arguments import shown
from .figures import LINES, STYLE, Picture

__all__ = ["draw_graph"]

ORANGE, GREY = LINES[0], "0.45"
RADIUS = 0.28  # inches, as all places


def draw_graph(graph, description, *, labels=None, highlight=()):
    """Draw a graph from left to right, each node in the column after its last parent.

    Parameters
    ----------
    graph : cnnlib.Graph
    description : str
        What is to be seen; the edges and the highlighted path are added to it.
    labels : dict, optional
        What to write on a node (its name) or an edge (a pair of names); else
        nodes have their names and edges nothing. Text between dollar signs
        is a formula.
    highlight : sequence of names
        A path, drawn thicker and in orange.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the graph has no nodes, or the path has a node or a step that the
        graph does not have.

    Examples
    --------
    >>> from cnnlib import Graph
    >>> graph = Graph()
    >>> graph.input("w")
    >>> graph.node("y", ["w"], lambda w: w**2, [lambda w: 2 * w])
    >>> graph.multiply("o", ["w", "y"])
    >>> draw_graph(graph, "A cube.", highlight=("w", "y", "o"))
    A cube. 3 nodes and 3 edges: w → y, o; y → o. Highlighted: w → y → o.
    """
    labels, chosen = labels or {}, set(pairwise(highlight))
    edges = [(i, j) for j, parents in graph.parents.items() for i in parents]
    if not graph.parents:
        raise ValueError("graph has no nodes; expected at least one")
    if not (set(highlight) <= graph.parents.keys() and chosen <= set(edges)):
        raise ValueError(f"highlight is {shown(highlight)}; expected a path of the graph")
    places = node_places(graph)
    bends = {edge: bend(*edge, places) for edge in edges}
    step = 1.6 if any(edge in labels for edge in edges) else 1.0
    peaks = [bend * (places[j][0] - places[i][0]) * step / 2 for (i, j), bend in bends.items()]
    places = {name: (step * column, row) for name, (column, row) in places.items()}
    width, heights = max(x for x, _ in places.values()), [y for _, y in places.values()]
    top, bottom = max(heights + peaks) + 0.4, min(heights) - 0.4
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width + 0.8, top - bottom))
        axis = figure.add_axes((0, 0, 1, 1), xlim=(-0.4, width + 0.4), ylim=(bottom, top))
        axis.set_axis_off()
        nodes = {name: axis.add_patch(_circle(place, name in highlight)) for name, place in places.items()}
        for name, place in places.items():
            axis.text(*place, labels.get(name, name), ha="center", va="center")
        for i, j in edges:
            _draw_edge(axis, nodes[i], nodes[j], bends[i, j], (i, j) in chosen, labels.get((i, j)))
        return Picture(figure, f"{description} {_in_words(graph, edges, highlight)}", lines=True)


def node_places(graph):
    """Put each node one column after the last of its parents, and centre the columns."""
    column = {}
    for name, parents in graph.parents.items():
        column[name] = 1 + max((column[parent] for parent in parents), default=-1)
    places = {}
    for number in sorted(set(column.values())):
        names = [name for name in column if column[name] == number]
        for row, name in enumerate(names):
            places[name] = (number, (len(names) - 1) / 2 - row)
    return places


def bend(i, j, places):
    """Say how much an edge must bend upward to pass over the columns between its ends."""
    columns = places[j][0] - places[i][0]
    return 0 if columns == 1 else 0.3 + 0.075 * columns


def _circle(place, chosen):
    color = ORANGE if chosen else GREY
    return Circle(place, RADIUS, facecolor="white", edgecolor=color, linewidth=2 if chosen else 1.2, zorder=2)


def _draw_edge(axis, start, end, bend, chosen, label):
    style = (
        {"color": ORANGE, "linewidth": 2.2, "zorder": 1.5} if chosen else {"color": GREY, "linewidth": 1.2, "zorder": 1}
    )
    axis.add_patch(
        FancyArrowPatch(
            start.center,
            end.center,
            patchA=start,
            patchB=end,
            shrinkA=0,
            shrinkB=0,
            arrowstyle="-|>",
            mutation_scale=11,
            connectionstyle=f"arc3,rad={-bend}",
            **style,
        )
    )
    (x0, y0), (x1, y1) = start.center, end.center
    middle = ((x0 + x1) / 2 - bend * (y1 - y0) / 2, (y0 + y1) / 2 + bend * (x1 - x0) / 2)
    if label:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axis.text(*middle, label, ha="center", va="center", bbox=box, fontsize=9, zorder=2.5)


def _in_words(graph, edges, highlight):
    arrows = "; ".join(f"{i} → {', '.join(map(str, graph.children[i]))}" for i in graph.parents if graph.children[i])
    text = f"{len(graph.parents)} nodes and {len(edges)} edges: {arrows}."
    return f"{text} Highlighted: {' → '.join(map(str, highlight))}." if highlight else text
