"""Pictures of which everything drawn is stored in tests/pictures: a reader has looked at each.

    python tests/pictures.py    draws them anew, after a change that is meant; look at them then

Of a stepper it is the drawing itself; of a figure, which Matplotlib's versions draw with small differences, the
list of what stands where.
"""

from pathlib import Path
from unittest.mock import patch

import numpy as np
from cnnlib import Graph
from cnnlib.pictures import draw_graph, mark, show_lines, show_maps, show_matrix, show_paths, show_steps, show_walks
from cnnlib.pictures.stepper import SCRIPT, STYLE
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent / "pictures"


def maps():
    """Four maps in three rows: narrow and wide cells, a title wider than its map, marks, empty cells and values that come and go."""
    rng = np.random.default_rng(5)
    x, w = rng.integers(-9, 10, (2, 3)), np.array([[0.25, -1000.5]])
    for n in range(2):
        y = np.full((3, 2), None)
        y[: n + 1, 1] = -12 * n, *[7] * n
        yield (
            {
                "x": mark(x, area=np.s_[:, n : n + 2], cell=np.eye(2, 3, n, bool)),
                "w": mark(w + n, cell=(0, 1)),
                "over one pixel": [[n * n]],
                "y": mark(y, area=np.s_[n]),
            },
            f"x[{n}] < -{n}",
        )


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


def three_maps():
    """Two rows with an empty place: values written in white and in black, zeros, and a map too large for them."""
    show_maps(
        {"x": [[5, -2, 0.125, 3]], "0": np.zeros((2, 1)), "large": np.arange(18).reshape(2, 9)}, "Maps.", columns=2
    )


def two_lines():
    show_lines({"a": [1, 3, 2], "b": [4, 5, 9]}, "Lines.", x=[0, 2, 4], x_label="depth", y_label="cost")


def matrix_of_numbers():
    """A row much wider than high: the largest number is the darkest, and 0.6 of it still has black digits."""
    show_matrix([[5, 3, 0, 1.25, 3.01]], "Numbers.", row_label="row", column_label="column")


def matrix_with_a_limit():
    """Darkest from 4 on; numbers of three digits."""
    show_matrix([[12.34, 3, 0], [0, 1 / 3, 2]], "A limit.", row_label="row", column_label="column", limit=4)


def matrix_with_words():
    """Higher than wide: names and colours, and a 0 without its word."""
    words = [["a", "b"], ["", "c"], ["d", "not seen"]]
    show_matrix(
        [[1, 6], [0, 2], [3, 0]], "Words.", row_label="r", column_label="c", names=("xyz", ["p", "q"]), written=words
    )


def graph_with_a_path():
    """Edges that bend: along the upper edge and, with a word on each, between nodes of different heights."""
    graph = Graph()
    graph.input("w")
    graph.input("v")
    graph.node("a", ["w"], lambda w: w**2, [lambda w: 2 * w])
    graph.node("c", ["v"], lambda v: v**3, [lambda v: 3 * v**2])
    graph.multiply("o", ["w", "a", "c"])
    graph.add("p", ["o", "a", "w"])
    labels = {"a": "$w^2$", ("w", "a"): "$2w$", ("w", "o"): "$ac$", ("o", "p"): "1", ("a", "p"): "1"}
    draw_graph(graph, "A graph.", highlight=("w", "a", "o"), labels=labels)


def graph_without_labels():
    graph = Graph()
    graph.input("w")
    graph.node("a", ["w"], lambda w: w**2, [lambda w: 2 * w])
    draw_graph(graph, "An edge.")


def artists(draw):
    """List what a figure holds, one artist a line, with lengths to two decimals."""
    with patch.object(Figure, "savefig", autospec=True, side_effect=Figure.savefig) as saved:
        draw()
    figure = saved.call_args.args[0]
    yield "figure", figure.get_size_inches(), figure.get_facecolor(), type(figure.get_layout_engine()).__name__
    yield "saved", *(call.kwargs for call in saved.call_args_list)
    for axis in figure.axes:
        yield (
            "axis",
            axis.axison,
            axis.get_position().bounds if axis.axison is False else "",
            axis.get_xlim(),
            axis.get_ylim(),
        )
        yield (
            "words",
            axis.get_title(),
            axis.title.get_fontsize(),
            axis.get_xlabel(),
            axis.get_ylabel(),
            axis.get_yscale(),
        )
        for ticks in (axis.xaxis, axis.yaxis) if axis.axison else ():
            yield "ticks", ticks.get_ticklocs(), *(text.get_text() for text in ticks.get_ticklabels())
        yield (
            "grid",
            *(
                (line.get_visible(), line.get_color())
                for line in (axis.xaxis.get_gridlines()[0], axis.yaxis.get_gridlines()[0])
            ),
        )
        yield "spines", *((name, spine.get_visible(), spine.get_edgecolor()) for name, spine in axis.spines.items())
        if legend := axis.get_legend():
            yield "legend", legend.get_frame_on(), *(text.get_text() for text in legend.get_texts())
        for image in axis.images:
            yield "image", image.get_array(), image.get_cmap().name, image.get_clim()
        for line in axis.lines:
            yield (
                "line",
                line.get_xydata(),
                line.get_color(),
                line.get_marker(),
                line.get_linestyle(),
                line.get_markersize(),
            )
        for text in axis.texts:
            box = text.get_bbox_patch()
            yield (
                "text",
                text.get_text(),
                text.get_position(),
                text.get_ha(),
                text.get_va(),
                text.get_color(),
                text.get_fontsize(),
            )
            yield "above", text.get_zorder(), box and (box.get_facecolor(), box.get_edgecolor(), box.get_boxstyle().pad)
        for patch_ in axis.patches:
            yield (
                "patch",
                patch_.get_path().vertices
                if hasattr(patch_, "get_connectionstyle")
                else (patch_.center, patch_.radius),
            )
            yield "style", patch_.get_facecolor(), patch_.get_edgecolor(), patch_.get_linewidth(), patch_.get_zorder()


def rounded(value):
    """Write a value of an artist, numbers with two decimals."""
    if isinstance(value, (float, np.floating)):
        return f"{value + 0.0:.2f}"
    if isinstance(value, (tuple, list, np.ndarray)):
        return f"({' '.join(map(rounded, value))})"
    return str(value).replace("\n", " / ")


STEPPERS = {"maps": lambda: show_steps(maps(), "Maps."), "paths": paths, "edge": edge, "walks": walks}
MATRICES = [matrix_of_numbers, matrix_with_a_limit, matrix_with_words]
FIGURES = [three_maps, two_lines, *MATRICES, graph_with_a_path, graph_without_labels]
PICTURES = {**STEPPERS, **{figure.__name__: figure for figure in FIGURES}}


def drawn(name):
    """Write down a picture: a stepper without its style and script, an element a line; a figure's artists."""
    if name in STEPPERS:
        return STEPPERS[name]()._repr_html_().replace(STYLE, "").replace(SCRIPT, "").replace("><", ">\n<").splitlines()
    return [" ".join(map(rounded, artist)) for artist in artists(PICTURES[name])]


def stored(name):
    return FOLDER / f"{name}.{'html' if name in STEPPERS else 'txt'}"


if __name__ == "__main__":
    for name in PICTURES:
        stored(name).write_text("\n".join(drawn(name)) + "\n", encoding="utf-8")
