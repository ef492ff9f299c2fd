"""A stored picture outlives noise in the pixels of a new one, and nothing else."""

import base64
import io

import nbformat
import numpy as np
import pytest
from cnnlib.pictures import show_lines, show_maps
from matplotlib.image import imread, imsave
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebooks import canonical, renewed
from stored_pictures import show_the_same

MAPS = np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]])


def drawn(maps=MAPS, title="x", words="A map."):
    return show_maps({title: maps}, words).png


def noisy(png: bytes) -> bytes:
    """Change each number by at most four of 255, as the last digits of a colour do."""
    pixels = imread(io.BytesIO(png))
    return png_of(pixels + np.random.default_rng(0).uniform(-4 / 255, 4 / 255, pixels.shape))


def png_of(pixels) -> bytes:
    buffer = io.BytesIO()
    imsave(buffer, np.clip(pixels, 0, 1), format="png")
    return buffer.getvalue()


def softly_moved(png: bytes, part: float) -> bytes:
    """Move a picture to the right by a part of a pixel, as another release draws its edges."""
    pixels = imread(io.BytesIO(png))
    return png_of((1 - part) * pixels + part * np.roll(pixels, 1, axis=1))


def test_the_same_picture_shows_the_same():
    assert show_the_same(drawn(), drawn())


@pytest.mark.parametrize("change", [noisy, lambda png: softly_moved(png, 0.1)], ids=["noise", "softly moved"])
def test_noise_shows_the_same(change):
    other = change(drawn())
    assert other != drawn()
    assert show_the_same(drawn(), other) and show_the_same(other, drawn())


def test_last_digits_show_the_same():
    assert show_the_same(drawn(), drawn(MAPS * (1 + 1e-6)))
    steps = np.linspace(0, 1, 50)
    axes = {"x": steps, "x_label": "step", "y_label": "loss"}
    curve, other = (show_lines({"loss": loss}, "A curve.", **axes).png for loss in (steps**2, steps**2 + 1e-6))
    assert show_the_same(curve, other)


@pytest.mark.parametrize(
    "other",
    [
        drawn(np.where(MAPS == 3, 4, MAPS)),
        drawn(np.where(MAPS == 0, 0.2, MAPS)),
        drawn(-MAPS),
        drawn(MAPS[:, ::-1]),
        drawn(title="y"),
        drawn(MAPS[:, :2]),
    ],
    ids=["a larger value", "a small value for 0", "signs", "mirrored", "title", "size"],
)
def test_a_real_change_does_not(other):
    assert not show_the_same(drawn(), other)


def test_a_change_of_one_cell_of_a_large_map_does_not():
    """Nothing is written into it: its colour alone tells."""
    maps = np.linspace(-1, 1, 28 * 28).reshape(28, 28)
    changed = maps.copy()
    changed[3, 4] += 0.15
    assert not show_the_same(drawn(maps), drawn(changed))


def notebook(png: bytes, words="a map", source="draw()") -> str:
    data = {"image/png": base64.b64encode(png).decode(), "text/plain": words}
    output = new_output("display_data", data, metadata={"image/png": {"alt": words}})
    cell = new_code_cell(source, outputs=[output], execution_count=1)
    return canonical(new_notebook(cells=[cell]))


def test_noise_does_not_change_a_stored_notebook():
    stored = notebook(drawn())
    assert notebook(noisy(drawn())) != stored
    assert renewed(stored, notebook(noisy(drawn()))) == stored


@pytest.mark.parametrize(
    "new",
    [notebook(drawn(-MAPS)), notebook(noisy(drawn()), words="another"), notebook(noisy(drawn()), source="draw(2)")],
    ids=["picture", "words", "source"],
)
def test_a_real_change_is_stored(new):
    assert renewed(notebook(drawn()), new) == new


def test_one_more_picture_is_stored():
    new = nbformat.reads(notebook(noisy(drawn())), as_version=4)
    new.cells[0].outputs *= 2
    assert renewed(notebook(drawn()), canonical(new)) == canonical(new)


def test_a_cell_that_draws_for_the_first_time_is_stored():
    nothing = canonical(new_notebook(cells=[new_code_cell("draw()", execution_count=1)]))
    assert renewed(nothing, notebook(drawn())) == notebook(drawn())
