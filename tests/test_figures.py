"""Pictures show what their descriptions say."""

import hashlib
import io
import os
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import matplotlib.image
import numpy as np
import pytest
from cnnlib import Graph
from cnnlib.pictures import Picture, draw_graph, show_lines, show_maps, show_matrix
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pictures import FIGURES, drawn, stored

ORANGE, PURPLE, WHITE = (127, 59, 8), (45, 0, 75), (247, 247, 247)  # the ends and the middle of the colour map


def pixels(picture):
    return (matplotlib.image.imread(io.BytesIO(picture.png))[..., :3] * 255).round().astype(int)


def shows(picture, color):
    return (abs(pixels(picture) - color).max(axis=-1) <= 3).sum() > 400


def test_maps_are_described_by_what_they_hold():
    picture = show_maps({"x": [[100, -2.5, 0.125]], "y": np.eye(2, dtype=bool)}, "Two maps.")
    assert picture.description == "Two maps. x: 1 × 3, from -2.5 to 100; y: 2 × 2, from 0 to 1."
    assert repr(picture) == picture.description
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle == {"image/png": picture.png, "text/plain": picture.description}
    assert metadata == {"image/png": {"alt": picture.description, "width": round(2 * 2.4 * 96)}}
    assert picture.png.startswith(b"\x89PNG")


def test_the_sign_is_seen():
    large = np.full((9, 9), 5.0)  # too large for values to be written in
    for values, seen in [(large, ORANGE), (-large, PURPLE), (0 * large, WHITE)]:
        picture = show_maps({"x": values}, "")
        assert [shows(picture, color) for color in (ORANGE, PURPLE, WHITE)] == [
            color is seen for color in (ORANGE, PURPLE, WHITE)
        ]
    both = show_maps({"x": np.diag([5.0, -5] + [0] * 7)}, "")
    assert shows(both, ORANGE) and shows(both, PURPLE)


def test_each_map_has_a_scale_of_its_own():
    small, large = np.full((9, 9), 0.001), np.full((9, 9), 1000.0)
    orange = abs(pixels(show_maps({"a": small, "b": large}, "")) - ORANGE).max(axis=-1) <= 3
    halves = np.array_split(orange, 2, axis=1)
    assert halves[0].sum() > 400 and halves[1].sum() > 400


def written(values):
    """Count the pixels in which a drawing of values differs from one of the same colours without a text."""
    return (pixels(show_maps({"x": values}, "")) < 60).all(axis=-1).sum()


def test_small_maps_have_their_values_written_in():
    assert written(np.full((8, 8), 1e-30) + np.eye(8)) > written(np.full((9, 9), 1e-30) + np.eye(9))
    light = show_maps({"x": [[1.0]]}, "")  # white digits on orange
    assert (pixels(light) > 250).all(axis=-1).sum() > 0 and shows(light, ORANGE)


@pytest.mark.parametrize("columns, rows, width", [(3, 2, 3), (2, 2, 2), (9, 1, 4), (1, 4, 1)])
def test_maps_stand_in_rows(columns, rows, width):
    picture = show_maps({title: np.eye(2) for title in "abcd"}, "", columns=columns)
    height, across, _ = pixels(picture).shape
    assert (round(height / 160 / 2.7), round(across / 160 / 2.4)) == (rows, width)
    assert picture.width == round(width * 2.4 * 96)


def test_without_a_number_three_maps_stand_in_a_row():
    assert show_maps({title: np.eye(2) for title in "abcd"}, "").width == round(3 * 2.4 * 96)


def lines(count, **options):
    named = {name: [k + 1, 10 + k] for k, name in enumerate("abcd"[:count])}
    return show_lines(named, "Lines.", **{"x": [0, 4], "x_label": "depth", "y_label": "cost", **options})


def test_lines_are_described_by_their_ends():
    assert lines(2).description == "Lines. depth from 0 to 4; a: from 1 to 10; b: from 2 to 11."
    colors = [(213, 94, 0), (0, 114, 178), (0, 158, 115), (64, 64, 64)]
    for count in (1, 2, 3, 4):
        image = pixels(lines(count))
        seen = [(abs(image - color).max(axis=-1) <= 3).sum() > 150 for color in colors]
        assert seen == [place < count for place in range(4)]


def test_a_logarithmic_scale_is_another_picture():
    assert not np.array_equal(pixels(lines(1)), pixels(lines(1, log=True)))


def test_pictures_are_the_same_every_time():
    assert lines(3).png == lines(3).png
    assert show_maps({"a": np.eye(3)}, "").png == show_maps({"a": np.eye(3)}, "").png


@pytest.mark.parametrize("name", [figure.__name__ for figure in FIGURES])
def test_everything_is_where_it_was_when_it_was_looked_at(name):
    assert drawn(name) == stored(name).read_text(encoding="utf-8").splitlines()


def graph(names=""):
    made = Graph()
    for name in names:
        made.add(name, [parent for parent in made.parents][-1:]) if made.parents else made.input(name)
    return made


def matrix(values=((1, 2),), **options):
    return show_matrix(values, "", row_label="r", column_label="c", **options)


BAD = {
    "no maps": (lambda: show_maps({}, ""), ValueError, "maps is empty; expected at least one"),
    "one axis": (
        lambda: show_maps({"x": [1, 2]}, ""),
        ValueError,
        "maps['x'] has shape (2,); expected (rows, columns), none of them 0",
    ),
    "three axes": (
        lambda: show_maps({"x": np.ones((1, 2, 3))}, ""),
        ValueError,
        "maps['x'] has shape (1, 2, 3); expected (rows, columns), none of them 0",
    ),
    "no rows": (
        lambda: show_maps({"x": np.ones((0, 2))}, ""),
        ValueError,
        "maps['x'] has shape (0, 2); expected (rows, columns), none of them 0",
    ),
    "NaN": (lambda: show_maps({"x": [[1, np.nan]]}, ""), ValueError, "maps['x'] holds nan; expected finite numbers"),
    "infinity": (
        lambda: show_maps({"x": [[1, -np.inf]]}, ""),
        ValueError,
        "maps['x'] holds -inf; expected finite numbers",
    ),
    "columns": (lambda: show_maps({"x": [[1]]}, "", columns=0), ValueError, "columns is 0; expected at least 1"),
    "half a column": (lambda: show_maps({"x": [[1]]}, "", columns=0.5), TypeError, "columns is 0.5; expected an int"),
    "no lines": (lambda: lines(0), ValueError, "lines has length 0; expected 1 to 4"),
    "five lines": (
        lambda: show_lines({name: [1] for name in "abcde"}, "", x=[1], x_label="", y_label=""),
        ValueError,
        "lines has length 5; expected 1 to 4",
    ),
    "a long line": (lambda: lines(2, x=[0]), ValueError, "lines['a'] has length 2; expected 1, one value for each x"),
    "no nodes": (lambda: draw_graph(graph(), ""), ValueError, "graph has no nodes; expected at least one"),
    "no such node": (
        lambda: draw_graph(graph("ab"), "", highlight="q"),
        ValueError,
        "highlight is 'q'; expected a path of the graph",
    ),
    "no such step": (
        lambda: draw_graph(graph("abc"), "", highlight="ac"),
        ValueError,
        "highlight is 'ac'; expected a path of the graph",
    ),
    "a row": (lambda: matrix([1, 2]), ValueError, "values has shape (2,); expected (rows, columns), none of them 0"),
    "a negative entry": (lambda: matrix([[1, -0.5]]), ValueError, "values holds -0.5; expected numbers of at least 0"),
    "a name too many": (
        lambda: matrix(names=("a", "xyz")),
        ValueError,
        "names has 1 and 3 names; expected one for each entry of (1, 2)",
    ),
    "a word too many": (
        lambda: matrix(written=[["a", "b", "c"]]),
        ValueError,
        "written has shape (1, 3); expected that of values, (1, 2)",
    ),
    "no colour left": (
        lambda: matrix([[1, 7]], written=[["a", "b"]]),
        ValueError,
        "values holds 7; expected whole numbers up to 6, one for each colour",
    ),
    "half a colour": (
        lambda: matrix([[1, 1.5]], written=[["a", "b"]]),
        ValueError,
        "values holds 1.5; expected whole numbers up to 6, one for each colour",
    ),
}


@pytest.mark.parametrize("call, error, message", BAD.values(), ids=BAD)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_a_graph_may_be_drawn_with_one_node_chosen():
    assert isinstance(draw_graph(graph("a"), "", highlight="a"), Picture)


LINES = {"a": [1, 10, 1000], "b": [3, 2, 1]}


def two_lines(**options):
    return show_lines(LINES, "Two lines.", x=[1, 2, 3], x_label="layers", y_label="steps", log=True, **options)


def one_edge():
    made = Graph()
    made.input("w")
    made.add("o", ["w"])
    return draw_graph(made, "One edge.", labels={("w", "o"): r"$\sin(w^2)$"})


def drawings():
    """Give a digest of every kind of picture, for `test_is_the_same...` in another process."""
    pictures = (
        two_lines(),
        one_edge(),
        show_maps({"m": np.eye(3)}, "One map."),
        show_matrix(np.eye(3), "A.", row_label="r", column_label="c"),
    )
    return [hashlib.sha256(p.png + (p.svg or "").encode() + repr(p).encode()).hexdigest() for p in pictures]


def test_is_the_same_in_another_process_with_another_hash_seed():
    runs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.path.dirname(__file__)}
        command = [sys.executable, "-c", "import test_figures as t; print(t.drawings())"]
        runs.append(
            subprocess.run(command, env=environment, capture_output=True, check=True, encoding="utf-8").stdout.strip()
        )
    assert runs == [str(drawings())] * 2


@pytest.mark.parametrize("make", [two_lines, one_edge])
def test_lines_are_an_svg_with_rounded_places_and_whole_letters(make):
    picture = make()
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    scales = [
        use.get("transform")
        for use in root.iter("{http://www.w3.org/2000/svg}g")
        if "scale" in use.get("transform", "")
    ]
    assert scales and all("scale(0.1 -0.1)" in scale or "scale(0.09 -0.09)" in scale for scale in scales)
    assert "scale(0.015625)" in picture.svg  # of letters; rounded, they would run into each other
    bundle, shown = picture._repr_mimebundle_()
    assert bundle == {"image/png": picture.png, "text/plain": picture.description, "image/svg+xml": picture.svg}
    assert set(shown) == {"image/png", "image/svg+xml"}
    assert all(kind["alt"] == picture.description for kind in shown.values())


def test_places_in_an_svg_have_two_decimals():
    """A line from the lower left corner, 72 points to an inch; y points down."""
    figure = Figure(figsize=(1, 1))
    figure.add_artist(Line2D([0, 0.123456, 0.5], [1 + 1e-6, 0.54321, 0.5]))
    assert 'd="M 0 0 L 8.89 32.89 L 36 36 "' in " ".join(Picture(figure, "A line.", lines=True).svg.split())


@pytest.mark.parametrize("make", [lambda: lines(1), one_edge, matrix, lambda: show_maps({"m": [[1]]}, "")])
def test_readers_own_style_changes_nothing(make):
    with matplotlib.rc_context({"font.size": 20, "figure.facecolor": "black", "savefig.facecolor": "black"}):
        styled = make()
    assert styled.png == make().png


def test_ends_are_told_or_the_picture_depends_on_no_number():
    told, untold = two_lines(), two_lines(ends=False)
    assert repr(told) == "Two lines. layers from 1 to 3; a: from 1 to 1000; b: from 3 to 1."
    assert repr(untold) == "Two lines. layers from 1 to 3."
    assert told.svg and untold.svg is None and "image/svg+xml" not in untold._repr_mimebundle_()[0]


def test_title_of_every_map_is_inside_the_picture():
    """A square map once pushed its title over the edge: then ink stands in the first row of pixels."""
    for shape in ((3, 3), (6, 6), (28, 28), (2, 5), (9, 4)):
        image = pixels(show_maps({"a title": np.ones(shape)}, "One map."))
        assert (image[0] == 255).all() and (image[-1] == 255).all(), shape


def test_matrix_says_its_shape_and_leaves_zeros_empty():
    picture = show_matrix([[1, 0, 2], [0, 3, 0]], "Ties.", row_label="output", column_label="input")
    assert repr(picture) == "Ties. output by input: 2 × 3."
    same = [matrix([[1, 0]], written=[["w", zero]]) for zero in ("0", "nothing")]
    assert same[0].png == same[1].png


def test_each_kind_of_entry_of_a_matrix_has_a_colour_of_its_own():
    kinds = range(7)
    image = pixels(matrix([kinds], written=[[""] * 7]))
    colors, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    assert (counts > 5000).sum() == 7
