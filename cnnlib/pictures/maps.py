"""Maps of numbers that change from step to step, with the cells that a step reads and writes marked."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..arguments import shown
from .stepper import WIDEST, Frame, Stepper, label, tag

__all__ = ["mark", "show_steps", "written_sum"]

CELL, LETTER = 28, 8.6  # the height of a cell, and the width of one of its letters
LEFT, TOP, GAP = 16, 54, 22  # room at least for the numbers of the rows, for titles, and between maps
ROOM = WIDEST - 2  # across, for maps; their lines need the rest


class Marked(NamedTuple):
    """A map with two masks of its shape."""

    values: np.ndarray
    area: np.ndarray
    cell: np.ndarray


def mark(values, *, area=None, cell=None):
    """Mark cells of a map for `show_steps`.

    Parameters
    ----------
    values : array_like
        The map, of shape (rows, columns). A cell that is None or NaN stays empty.
    area, cell : index of the map, optional
        Whatever NumPy takes in brackets, such as ``np.s_[0:2, 1:4]``, a
        pair of numbers or a mask. The area is blue. The cell is orange
        with a thick edge, and may be several.

    Returns
    -------
    Marked

    Raises
    ------
    IndexError
        If an index is outside the map.
    ValueError
        If the map does not have two axes.

    Examples
    --------
    >>> mark([[1, 2], [3, 4]], cell=(0, 1)).cell
    array([[False,  True],
           [False, False]])
    """
    values = np.array(values)  # a copy: what is filled step by step goes on changing
    if values.ndim != 2 or not values.size:
        raise ValueError(f"values has shape {values.shape}; expected (rows, columns), neither of them 0")
    masks = []
    for index in (area, cell):
        mask = np.zeros(values.shape, bool)
        if index is not None:
            mask[index] = True
        masks.append(mask)
    return Marked(values, *masks)


def show_steps(frames, description):
    """Show maps that change from step to step, with a slider.

    What does not change is drawn once. Maps stand side by side while there
    is room for them, and then one below the other.

    Parameters
    ----------
    frames : iterable of (dict of str to array_like, str)
        For each step its maps by title, plain or from `mark`, and its text.
        All steps have the same titles, and a map keeps its shape.
    description : str
        What is to be seen; the shapes of the maps are added to it.

    Returns
    -------
    Stepper

    Raises
    ------
    ValueError
        If there are no frames or no maps, a text is empty, titles or shapes
        change between frames, or a map is too wide for a phone.

    Examples
    --------
    >>> maps = {"x": mark([[1, 2], [3, 4]], cell=(0, 1))}
    >>> type(show_steps([(maps, "2 is marked.")], "Two rows of two pixels."))
    <class 'cnnlib.pictures.stepper.Stepper'>
    """
    frames, texts = _read(frames)
    blocks = {title: [maps[title] for maps in frames] for title in frames[0]}
    places, size = _placed([_Block(title, steps) for title, steps in blocks.items()])
    shared = "".join(block.shared(*places[block]) for block in places)
    drawn = [
        Frame(
            "".join(block.marks(n, *place) for block, place in places.items()),
            "".join(block.changing(n, *place) for block, place in places.items()),
            text,
        )
        for n, text in enumerate(texts)
    ]
    shapes = "; ".join(
        f"{title}: {block[0].values.shape[0]} × {block[0].values.shape[1]}" for title, block in blocks.items()
    )
    return Stepper(f"{description} {shapes}.", drawn, shared=shared, size=size)


def written_sum(left, right):
    """Write the sum of products of two arrays of numbers: ``2·3 − 4·1``; of empty ones, ``0``.

    Examples
    --------
    >>> written_sum([2, 4], [3, 1])
    '2·3 + 4·1'
    """
    pairs = zip(np.ravel(left), np.ravel(right), strict=True)
    return " + ".join(map(written_product, pairs)).replace("+ −", "− ") or "0"


def written_product(factors):
    """Write a product of numbers, with brackets around a negative one that follows a sign.

    Examples
    --------
    >>> written_product([-2, -3, 4])
    '−2·(−3)·4'
    """
    first, *others = map(written, factors)
    return "·".join([first, *(f"({factor})" if factor.startswith("−") else factor for factor in others)])


def written(value):
    """Write a number as in a cell: nothing for None and NaN, three digits of a float, all of anything exact.

    Examples
    --------
    >>> written(-0.12345)
    '−0.123'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = f"{value:.3g}" if isinstance(value, (float, np.floating)) else str(value)
    return text.replace("-", "−")


def _read(frames):
    """Check the frames and give their maps, all of them `Marked`, and their texts."""
    read, texts, first = [], [], None
    for n, frame in enumerate(frames):
        if not (isinstance(frame, tuple) and len(frame) == 2 and isinstance(frame[0], Mapping) and frame[0]):
            raise ValueError(f"frame {n} is {shown(frame)}; expected a pair of maps by title and a text")
        maps = {title: values if isinstance(values, Marked) else mark(values) for title, values in frame[0].items()}
        shapes = {title: marked.values.shape for title, marked in maps.items()}
        first = first or shapes
        if shapes != first:
            raise ValueError(f"frame {n} has maps of {shapes}; expected {first}, as frame 0")
        read.append(maps)
        texts.append(frame[1])
    if not read:
        raise ValueError("frames is empty; expected at least one")
    return read, texts


class _Block:
    """One map in all its steps: its sizes, and what is drawn of it at a place."""

    def __init__(self, title, steps):
        self.title, self.steps = title, steps
        self.texts = [np.vectorize(written)(step.values) for step in steps]
        self.still = np.all([texts == self.texts[0] for texts in self.texts], axis=0)
        self.rows, self.columns = steps[0].values.shape
        letters = max(len(text) for texts in self.texts for text in texts.flat)
        self.cell = max(CELL, round(LETTER * letters) + 8)
        beyond = max(0, math.ceil((LETTER * len(title) - self.cell * self.columns) / 2))  # of the title, on each side
        self.left = max(LEFT, beyond)
        self.width = self.left + self.cell * self.columns + beyond
        self.height = TOP + CELL * self.rows
        if self.width > ROOM:
            raise ValueError(f"map {title!r} would be {self.width} pixels wide; expected at most {ROOM}, for a phone")

    def shared(self, x, y):
        """Draw title, shape, numbers of rows and columns, grid, and the values that never change."""
        left, top = x + self.left, y + TOP
        middle = left + self.cell * self.columns / 2
        words = [label(middle, y + 14, self.title), label(middle, y + 31, f"{self.rows} × {self.columns}", "small")]
        words += [label(self._middle(x, j), y + TOP - 6, j, "small") for j in range(self.columns)]
        words += [label(left - 8, self._base_line(y, i) - 1, i, "small") for i in range(self.rows)]
        lines = [f"M{left} {top + CELL * i}h{self.cell * self.columns}" for i in range(self.rows + 1)]
        lines += [f"M{left + self.cell * j} {top}v{CELL * self.rows}" for j in range(self.columns + 1)]
        grid = tag("path", d="".join(lines), class_="stepper-line")
        return "".join(words) + grid + self._values(0, self.still, x, y)

    def marks(self, n, x, y):
        """Draw the marks of step n, to lie below the numbers."""
        drawn = []
        step = self.steps[n]
        for mask, name in ((step.area & ~step.cell, "stepper-area"), (step.cell, "stepper-cell")):
            corners = ((x + self.left + self.cell * j, y + TOP + CELL * i) for i, j in np.argwhere(mask))
            path = "".join(f"M{left} {top}h{self.cell}v{CELL}h-{self.cell}z" for left, top in corners)
            drawn += [tag("path", d=path, class_=name)] * bool(path)
        return "".join(drawn)

    def changing(self, n, x, y):
        """Write the values of step n that are not the same in all steps."""
        return self._values(n, ~self.still, x, y)

    def _values(self, n, mask, x, y):
        found = ((self.texts[n][i, j], self._middle(x, j), self._base_line(y, i)) for i, j in np.argwhere(mask))
        return "".join(label(*place, text) for text, *place in found if text)

    def _middle(self, x, j):
        """Say where the middle of a column is."""
        return x + self.left + self.cell * (j + 0.5)

    def _base_line(self, y, i):
        """Say where the text of a row stands."""
        return y + TOP + CELL * (i + 1) - 9


def _placed(blocks):
    """Put blocks in rows of at most `ROOM`, each row in the middle: places of the blocks, and the size of all."""
    rows = [[]]
    for block in blocks:
        if rows[-1] and sum(other.width + GAP for other in rows[-1]) + block.width > ROOM:
            rows.append([])
        rows[-1].append(block)
    widths = [sum(block.width + GAP for block in row) - GAP for row in rows]
    places, y = {}, 0
    for row, width in zip(rows, widths):
        x = (max(widths) - width) // 2
        for block in row:
            places[block] = x, y
            x += block.width + GAP
        y += max(block.height for block in row) + 12
    return places, (max(widths) + 2, y)
