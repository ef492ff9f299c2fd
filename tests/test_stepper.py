"""Steppers show what is in the arrays, in words too, the same on every run, and need nothing from elsewhere."""

import os
import re
import subprocess
import sys
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
from cnnlib import Graph, conv2d
from cnnlib.pictures import mark, show_paths, show_steps, show_walks, written_sum
from cnnlib.pictures.stepper import SCRIPT, STYLE, Frame, Stepper, short
from pictures import STEPPERS, drawn, stored

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(3)
X, W = RNG.integers(-9, 10, (4, 6)), RNG.integers(-9, 10, (2, 3))
Y = conv2d(X[:, :, None], W[:, :, None, None])[:, :, 0]


def slide():
    done = np.full(Y.shape, None)
    for i, j in np.ndindex(*Y.shape):
        seen = np.s_[i : i + 2, j : j + 3]
        done[i, j] = Y[i, j]
        maps = {"x": mark(X, area=seen), "w": W, "y": mark(done, cell=(i, j))}
        yield maps, f"y[{i}, {j}] = {written_sum(W, X[seen])} = {Y[i, j]}"


def maps():
    return show_steps(slide(), "A kernel slides.")


def graph():
    made = Graph()
    made.input("w")
    made.node("a", ["w"], lambda w: w**2, [lambda w: 2 * w])
    made.multiply("b", ["w", "a"])
    made.add("o", ["w", "a", "b"])
    made.forward({"w": 3})
    return made


def paths():
    return show_paths(graph(), "w", "o", "Paths, then a sweep.")


PLACES = np.array([[2, 1], [1, -1], [0.5, 0.25], [0, 0]])


def walks():
    return show_walks({"one": ((2, 8), PLACES), "two": ((1, 1), PLACES[::-1] + 1)}, "Two walks.")


KINDS = pytest.mark.parametrize("make", [maps, paths, walks])


def parsed(stepper):
    return ElementTree.fromstring(stepper._repr_html_())


def with_class(root, name):
    return [element for element in root.iter() if name in element.get("class", "").split()]


def words(element):
    return "".join(element.itertext())


# --- Every stepper ------------------------------------------------------------------------------


@KINDS
def test_each_frame_is_an_image_with_a_label_and_a_text(make):
    stepper = make()
    frames = with_class(parsed(stepper), "stepper-frame")
    assert len(frames) == len(stepper.frames) > 1
    for n, (frame, made) in enumerate(zip(frames, stepper.frames), 1):
        (picture,) = frame.findall(f"{SVG}svg")
        assert picture.get("role") == "img"
        assert f"Step {n} of {len(frames)}" in picture.get("aria-label")
        (text,) = with_class(frame, "stepper-text")
        assert words(text) == f"{n} of {len(frames)}. {made.text}"
        assert words(text) == repr(stepper).splitlines()[n]


@KINDS
def test_slider_has_a_place_for_each_frame_and_a_label(make):
    stepper = make()
    root = parsed(stepper)
    (slider,) = with_class(root, "stepper-slider")
    assert slider.get("type") == "range" and slider.get("aria-label")
    assert (slider.get("min"), slider.get("max"), slider.get("value")) == ("0", str(len(stepper.frames) - 1), "0")
    assert all(button.get("aria-label") for button in root.iter("button"))
    assert root.get("role") == "group" and root.get("aria-label") == stepper.description


@KINDS
def test_ids_are_unique_and_every_reference_is_kept(make):
    root = parsed(make())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    references = {element.get("href") for element in root.iter(f"{SVG}use")}
    assert references <= {f"#{name}" for name in ids} and len(references) == 1


def test_two_steppers_share_no_id_but_their_script_and_style():
    first, second = maps()._repr_html_(), walks()._repr_html_()
    assert not set(re.findall(r'\bid="([^"]*)"', first)) & set(re.findall(r'\bid="([^"]*)"', second))
    for html in first, second:
        assert html.count(f"<script>{SCRIPT}</script>") == html.count("<script") == 1
        assert html.count(f"<style>{STYLE}</style>") == html.count("<style") == 1


@KINDS
def test_nothing_comes_from_elsewhere_and_no_attribute_holds_script_or_style(make):
    html = make()._repr_html_().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//\w|url\(|@import|\bsrc=|data:", html)
    for element in parsed(make()).iter():
        assert not [name for name in element.keys() if name == "style" or name.startswith("on")]
    assert not set("<&") & set(SCRIPT + STYLE)  # XML and HTML read these differently


@pytest.mark.parametrize("name", STEPPERS)
def test_every_line_is_where_it_was_when_it_was_looked_at(name):
    assert drawn(name) == stored(name).read_text(encoding="utf-8").splitlines()


@KINDS
def test_is_small_and_no_wider_than_a_phone_can_read(make):
    stepper = make()
    assert len(stepper._repr_html_().encode()) < 60_000
    assert stepper.size[0] <= 420


def test_is_the_same_in_another_process_with_another_hash_seed():
    program = "import test_stepper as t; print(*(f()._repr_html_() + repr(f()) for f in (t.maps, t.paths, t.walks)))"
    runs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.path.dirname(__file__), "PYTHONUTF8": "1"}
        runs.append(
            subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout
        )
    assert runs[0] == runs[1] != b""


@pytest.mark.parametrize(
    ("description", "frames", "says"),
    [
        ("A picture.", [], "frames is empty; expected at least one"),
        (" ", [Frame("", "", "words")], "description is ' '"),
        ("A picture.", [Frame("", "", "words"), Frame("", "", "")], "the text of frame 1 is ''"),
        ("A picture.", [Frame("", "", None)], "the text of frame 0 is None"),
    ],
)
def test_stepper_without_words_or_frames_is_refused(description, frames, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}"):
        Stepper(description, frames, shared="", size=(10, 10))


def test_stepper_too_wide_for_a_phone_is_refused():
    with pytest.raises(ValueError, match=re.escape("size is (421, 10)")):
        Stepper("A picture.", [Frame("", "", "words")], shared="", size=(421, 10))


@pytest.mark.parametrize(
    ("number", "text"), [(2.04, "2"), (2.06, "2.1"), (-0.04, "0"), (-0.06, "-0.1"), (np.float32(100), "100")]
)
def test_coordinates_have_one_decimal_at_most_and_no_minus_zero(number, text):
    assert short(number) == text


def test_words_are_escaped():
    stepper = show_steps([({"a < b": [[1]]}, "1 < 2 & 3")], 'A "picture" <b>.')
    root = parsed(stepper)
    assert root.get("aria-label") == 'A "picture" <b>. a < b: 1 × 1.'
    assert words(with_class(root, "stepper-text")[0]) == "1 of 1. 1 < 2 & 3"
    assert "a < b" in [words(text) for text in root.iter(f"{SVG}text")]


# --- Maps ---------------------------------------------------------------------------------------


def numbers_at(elements):
    """Read the drawn texts of ordinary size: (x, y) to text."""
    texts = (text for element in elements for text in element.iter(f"{SVG}text") if not text.get("class"))
    return {(float(text.get("x")), float(text.get("y"))): words(text) for text in texts}


def grid(places, shape):
    """Arrange texts as they stand on the page: rows from above, columns from the left."""
    rows = sorted({y for _, y in places})
    columns = sorted({x for x, _ in places})
    assert (len(rows), len(columns)) == shape
    return [[places.get((x, y), "") for x in columns] for y in rows]


def test_numbers_in_the_picture_are_those_of_the_arrays():
    values = RNG.integers(-99, 100, (3, 4))
    counts = np.arange(36).reshape(3, 3, 4)
    root = parsed(show_steps([({"a": values, "b": count}, "words") for count in counts], "Two maps."))
    (shared,) = [element for element in root.iter(f"{SVG}g") if element.get("id")]
    still = {place: text for place, text in numbers_at([shared]).items() if text not in "ab"}
    assert grid(still, (3, 4)) == [[str(value).replace("-", "−") for value in row] for row in values]
    for count, frame in zip(counts, with_class(root, "stepper-frame")):
        assert grid(numbers_at([frame]), (3, 4)) == [[str(value) for value in row] for row in count]


def test_marks_cover_the_cells_that_were_named():
    marked = mark(np.zeros((3, 4)), area=np.s_[0:2, 1:4], cell=(1, 2))
    (frame,) = with_class(parsed(show_steps([({"a": marked}, "words")], "One map.")), "stepper-frame")
    corners = {}
    for name in ("area", "cell"):
        (path,) = with_class(frame, f"stepper-{name}")
        corners[name] = [tuple(map(int, at)) for at in re.findall(r"M(\d+) (\d+)", path.get("d"))]
    (x, y), size = corners["cell"][0], 28
    assert set(corners["area"]) == {(x + size * j, y + size * i) for i in (-1, 0) for j in (-1, 0, 1)} - {(x, y)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-3, "−3"),
        (0.12345, "0.123"),
        (-1.0, "−1"),
        (None, ""),
        (float("nan"), ""),
        (np.float32(2.5), "2.5"),
        (10**6, "1000000"),
    ],
)
def test_how_a_number_is_written(value, text):
    values = np.empty((1, 1), object)
    values[0, 0] = value
    root = parsed(show_steps([({"title": values}, "words")], "One."))
    assert [found for found in numbers_at([root]).values() if found != "title"] == [text] * bool(text)


def filled():
    done = np.full((1, 3), None)
    for j in range(3):
        done[0, j] = j + 1
        yield {"a": done}, "words"


def test_a_map_that_is_filled_step_by_step_shows_each_step():
    root = parsed(show_steps(filled(), "Filled."))
    (shared,) = [element for element in root.iter(f"{SVG}g") if element.get("id")]
    shown = [numbers_at([shared, frame]) for frame in with_class(root, "stepper-frame")]
    assert [sorted(set(found.values()) - {"a"}) for found in shown] == [["1"], ["1", "2"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        ([], "frames is empty; expected at least one"),
        ([({}, "words")], "frame 0 is ({}, 'words'); expected a pair"),
        ([({"a": [[1]]}, "words"), {"a": [[1]]}], "frame 1 is {'a': [[1]]}; expected a pair"),
        (
            [({"a": [[1]]}, "words"), ({"a": [[1, 2]]}, "words")],
            "frame 1 has maps of {'a': (1, 2)}; expected {'a': (1, 1)}",
        ),
        ([({"a": [[1]]}, "words"), ({"b": [[1]]}, "words")], "frame 1 has maps of {'b'"),
        ([({"a": [1, 2]}, "words")], "values has shape (2,); expected (rows, columns)"),
        ([({"a": np.zeros((0, 2))}, "words")], "values has shape (0, 2)"),
        ([({"a": [[1]]}, "")], "the text of frame 0 is ''"),
        ([({"a": np.zeros((1, 30))}, "words")], "map 'a' would be 856 pixels wide; expected at most 418, for a phone"),
        (
            [({"-" * 49: [[1]]}, "words")],
            f"map '{'-' * 49}' would be 422 pixels wide; expected at most 418, for a phone",
        ),
    ],
)
def test_maps_that_cannot_be_shown_are_refused(frames, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}"):
        show_steps(frames, "Maps.")


@pytest.mark.parametrize("title", ["a", "kernel w", "one title much wider than its map"])
def test_a_title_is_inside_the_picture_and_the_map_below_its_middle(title):
    stepper = show_steps([({title: [[1]], "b": [[2]]}, "words")], "Two maps.")
    places = {text: x for (x, _), text in numbers_at([parsed(stepper)]).items()}
    half = 8.6 * len(title) / 2  # as wide as letters get
    assert half <= places[title] and places[title] + half <= places["b"] - 4
    assert places["1"] == places[title] and places["2"] == places["b"] <= stepper.size[0] - 14


@pytest.mark.parametrize(("columns", "width"), [(6, 420), (7, 7 * 28 + 18)])
def test_maps_stand_side_by_side_while_there_is_room(columns, width):
    """A column is 28 wide, and beside each map are 16 for the numbers of the rows, and 22 between two."""
    stepper = show_steps([({"a": np.zeros((1, 7)), "b": np.zeros((1, columns))}, "words")], "Two maps.")
    assert stepper.size[0] == width


def test_mark_outside_the_map_is_refused():
    with pytest.raises(IndexError):
        mark(np.zeros((2, 3)), cell=(2, 0))


def test_written_sum_is_the_sum_it_writes():
    left, right = RNG.integers(-9, 10, (3, 5)), RNG.integers(-9, 10, (3, 5))
    text = written_sum(left, right)
    assert eval(text.replace("·", "*").replace("−", "-")) == (left * right).sum()
    assert written_sum([2, -3], [-4, 5]) == "2·(−4) − 3·5"
    assert written_sum([], []) == "0"
    with pytest.raises(ValueError, match="shorter than"):
        written_sum([1, 2], [1])


# --- Graphs and bowls ---------------------------------------------------------------------------


def test_paths_and_sweep_say_what_the_graph_computes():
    texts = [frame.text for frame in paths().frames]
    total, cost = graph().path_sum("w", "o")
    S, sweep = graph().derivatives("o")
    last_path = [text for text in texts if text.startswith("Path")][-1]
    assert f"Sum so far: {total}. Multiplications so far: {cost.multiplications}." in last_path
    assert f" = {S['w']}. Multiplications so far: {sweep.multiplications}." in texts[-1]
    assert len(texts) == graph().count_paths("o")["w"] + len(S)


def test_graph_shows_each_local_derivative():
    (shared,) = [element for element in parsed(paths()).iter(f"{SVG}g") if element.get("id")]
    drawn = sorted(words(text) for text in with_class(shared, "stepper-halo"))
    assert drawn == sorted(str(slope) for slope in graph().local.values())


def test_negative_numbers_of_a_graph_have_a_minus_sign_and_brackets_where_needed():
    made = graph()
    made.forward({"w": -3})
    stepper = show_paths(made, "w", "o", "Paths, then a sweep.")
    assert "w → a → b → o: −6·(−3)·1 = 18." in stepper.frames[0].text
    root = parsed(stepper)
    assert {"−6", "−3"} <= {words(text) for text in with_class(root, "stepper-halo")}
    assert not re.search(r"-\d", "".join(words(text) for text in root.iter(f"{SVG}text")))


def test_graph_without_a_path_is_refused():
    with pytest.raises(ValueError, match="source is 'o'"):
        show_paths(graph(), "o", "a", "None.")
    with pytest.raises(ValueError, match="source is 'o'"):
        show_paths(graph(), "o", "o", "None.")


def test_graph_without_forward_is_refused():
    made = graph()
    made.add("p", ["o"])
    with pytest.raises(RuntimeError, match="forward"):
        show_paths(made, "w", "p", "None.")


def test_walks_stand_where_the_numbers_say():
    stepper = walks()
    root = parsed(stepper)
    (x0, y0), (x1, y1) = (axis_place(root, n) for n in (0, 1))
    frame = with_class(root, "stepper-frame")[-1]
    line = with_class(frame, "stepper-way")[0]
    drawn = np.array([point.split(",") for point in line.get("points").split()], float)
    scale = x1 - x0
    assert np.allclose((drawn - drawn[-1]) / scale * [1, -1], PLACES - PLACES[-1], atol=0.01)
    assert "θ = (1.000, −1.000), L = 5.00000" in stepper.frames[1].text


def test_walk_of_exact_numbers_looks_like_one_of_floats():
    curvatures, places = (Fraction(1, 2), 3), [[Fraction(2), 1], [Fraction(1, 3), Fraction(-1, 2)]]
    exact, floats = (
        show_walks({"one": (curvatures, places)}, "A walk."),
        show_walks({"one": ((0.5, 3), np.array(places, float))}, "A walk."),
    )
    assert exact._repr_html_() == floats._repr_html_()


@pytest.mark.parametrize("sign", [1, -1])
def test_bottom_of_the_bowl_is_in_the_picture(sign):
    root = parsed(show_walks({"far": ((1, 1), sign * np.array([[5, 4], [4, 3]]))}, "A walk far from the bottom."))
    panel = with_class(root, "stepper-panel")[0]
    ring = with_class(panel, "stepper-ring")[0]
    for place, size in ("cx", "width"), ("cy", "height"):
        assert 0 < float(ring.get(place)) < float(panel.get(size))


@pytest.mark.parametrize(("step", "arrows"), [(0.075, 0), (0.085, 1)])
def test_arrow_shorter_than_8_pixels_is_left_out(step, arrows):
    walk = [[1.1, 0], [1.1 - step, 0]]  # 1.7 from edge to edge are 170 pixels
    assert len(with_class(parsed(show_walks({"one": ((1, 1), walk)}, "A step.")), "stepper-arrow")) == arrows


def axis_place(root, number):
    found = [text for text in with_class(root, "stepper-small") if words(text) == str(number)]
    return float(found[0].get("x")), float(found[0].get("y"))


def test_no_two_words_beside_a_bowl_stand_on_each_other():
    root = parsed(show_walks({"one": ((2, 8), PLACES * 4)}, "A walk."))  # with a tick close to the upper edge
    at = {words(text): (float(text.get("x")), float(text.get("y"))) for text in with_class(root, "stepper-small")}
    (x, y), others = at["θ₁"], [place for word, place in at.items() if word != "θ₁"]
    assert all(abs(x - x_other) > 16 or abs(y - y_other) >= 11 for x_other, y_other in others)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "walks is empty; expected at least one"),
        ({"a": ((2, 8), np.zeros((0, 2)))}, "places of 'a' have shape (0, 2)"),
        ({"a": ((2, 0), PLACES)}, "curvatures of 'a'"),
        ({"a": ((2, 8), PLACES), "b": ((2, 8), PLACES[1:])}, "places of 'b' have shape (3, 2)"),
        ({"a": ((2, 8), [1, 2])}, "places of 'a' have shape (2,)"),
    ],
)
def test_walks_that_cannot_be_shown_are_refused(given, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}"):
        show_walks(given, "Walks.")
