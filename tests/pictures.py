"""Steppers whose whole drawing is stored in tests/pictures: a reader has looked at each.

    python tests/pictures.py    draws them anew, after a change that is meant; look at them then
"""

from pathlib import Path

import numpy as np
from cnnlib import Graph
from cnnlib.bowl_steps import show_walks
from cnnlib.graph_steps import show_paths
from cnnlib.map_steps import mark, show_steps
from cnnlib.stepper import SCRIPT, STYLE

FOLDER = Path(__file__).parent / "pictures"


def maps():
    """Four maps in three rows: narrow and wide cells, a title wider than its map, marks, empty cells and values that come and go."""
    rng = np.random.default_rng(5)
    x, w = rng.integers(-9, 10, (2, 3)), np.array([[0.25, -1000.5]])
    for n in range(2):
        y = np.full((3, 2), None)
        y[: n + 1, 1] = -12 * n, *[7] * n
        yield {
            "x": mark(x, area=np.s_[:, n : n + 2], cell=np.eye(2, 3, n, bool)),
            "w": mark(w + n, cell=(0, 1)),
            "over one": [[n * n]],
            "y": mark(y, area=np.s_[n]),
        }, f"x[{n}] < -{n}"


def paths():
    """An edge that passes over a node, and a node and an edge off every path."""
    graph = Graph()
    graph.input("w")
    graph.input("v")
    graph.node("a", ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.multiply("b", ["w", "a"])
    graph.node("c", ["v"], lambda v: v**3, [lambda v: 3 * v**2])
    graph.add("o", ["w", "a", "b"])
    graph.multiply("p", ["o", "c"])
    graph.forward({"w": -3, "v": 2})
    return show_paths(graph, "w", "o", "Paths, then a sweep.")


def edge():
    """One edge, as long as the picture is wide."""
    graph = Graph()
    graph.input("w")
    graph.node("o", ["w"], lambda w: 2 * w, [lambda w: 2])
    graph.forward({"w": 5})
    return show_paths(graph, "w", "o", "An edge.")


def walks():
    """Three bowls in two rows: long arrows, one that is too short to be drawn, and a last place without."""
    places = np.array([[2, 1], [1, -1], [0.5, 0.25], [0.49, 0.25]])
    bowls = {"one": ((2, 8), places), "two": ((1, 1), places[::-1] + 1), "three": ((9, 0.5), -places)}
    return show_walks(bowls, "Three walks.")


PICTURES = {"maps": lambda: show_steps(maps(), "Maps."), "paths": paths, "edge": edge, "walks": walks}


def drawn(name):
    """Draw a picture without its style and script, an element a line."""
    html = PICTURES[name]()._repr_html_()
    return html.replace(STYLE, "").replace(SCRIPT, "").replace("><", ">\n<") + "\n"


if __name__ == "__main__":
    for picture in PICTURES:
        (FOLDER / f"{picture}.html").write_text(drawn(picture), encoding="utf-8")
