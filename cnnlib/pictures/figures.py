"""Pictures drawn from the arrays they show, with a description made from the same arrays."""

import io
import re

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .. import arguments

__all__ = ["Picture", "show_lines", "show_maps"]

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "cnnlib",  # else the names inside an SVG are drawn by lot
}

# Okabe and Ito's, which the colour-blind tell apart; marks and dashes tell the lines apart, too.
LINES = ("#d55e00", "#0072b2", "#009e73", "0.25")
MARKS, DASHES = "osD^", ("-", "--", ":", "-.")


class Picture:
    """A finished figure and its description in words.

    Notebooks show it as an image; the words are its text, for screen readers
    and for the strict comparison of stored outputs.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    description : str
    lines : bool
        Whether the figure is made of lines. Then it is an SVG as well, which
        pages prefer: sharp at any size. An SVG is compared strictly, so its
        numbers must be the same on every computer.

    Attributes
    ----------
    description : str
    png : bytes
    svg : str or None
    width : int
        Pixels on the page.

    Examples
    --------
    >>> picture = show_maps({"w": [[1, -2, 0]]}, "A kernel.")
    >>> picture.description, picture.width
    ('A kernel. w: 1 × 3, from -2 to 1.', 230)
    """

    def __init__(self, figure, description, *, lines=False):
        self.description = description
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=160, metadata={"Software": None})
        self.png = buffer.getvalue()
        self.svg = _svg(figure) if lines else None
        self.width = round(figure.get_figwidth() * 96)

    def __repr__(self):
        return self.description

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"image/png": self.png, "text/plain": self.description}
        if self.svg:
            bundle["image/svg+xml"] = self.svg
        shown = {"alt": self.description, "width": self.width}
        return bundle, {kind: shown for kind in bundle if kind.startswith("image/")}


def _svg(figure):
    """Write a figure as SVG; coordinates are rounded, as their last digits differ between computers."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    # All but scales: those of letters are small.
    return re.sub(
        r"(?<!scale\()(?<![\d.])-?\d+\.\d{3,}",
        lambda number: f"{round(float(number[0]), 2) + 0.0:g}",
        text[text.index("<svg") :],
    )


def show_maps(maps, description, *, columns=3):
    """Draw two-dimensional maps side by side.

    White is 0; positive values are orange, negative ones purple, and each
    map has a scale of its own. Maps of at most 8 by 8 have their values
    written in.

    Parameters
    ----------
    maps : dict of str to array_like
        Title and map, of shape (rows, columns).
    description : str
        What is to be seen; the shapes and ranges are added to it.
    columns : int
        How many maps stand in one row.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError, ValueError
        If there are no maps, or one does not have two axes or holds numbers that are not finite.

    Examples
    --------
    >>> show_maps({"x": np.arange(6).reshape(2, 3), "w": [[1, -1]]}, "A map and a kernel.")
    A map and a kernel. x: 2 × 3, from 0 to 5; w: 1 × 2, from -1 to 1.
    """
    if not maps:
        raise ValueError("maps is empty; expected at least one")
    maps = {title: checked_map(f"maps[{title!r}]", values) for title, values in maps.items()}
    columns = min(arguments.integer("columns", columns, 1), len(maps))
    ratios = [values.shape[0] / values.shape[1] for values in maps.values()]
    heights = [0.9 + 2 * min(1.2, max(ratios[k : k + columns])) for k in range(0, len(maps), columns)]  # with title
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(2.4 * columns, sum(heights)), layout="constrained")
        axes = np.ravel(figure.subplots(len(heights), columns, height_ratios=heights))
        for axis, (title, values) in zip(axes, maps.items()):
            _draw_map(axis, title, values)
        for axis in axes[len(maps) :]:
            axis.set_axis_off()
        shapes = (
            f"{title}: {shape_in_words(values)}, from {_number(values.min())} to {_number(values.max())}"
            for title, values in maps.items()
        )
        return Picture(figure, f"{description} {'; '.join(shapes)}.")


def show_lines(lines, description, *, x, x_label, y_label, log=False, ends=True):
    """Draw lines over one axis, told apart by colour, mark and dash.

    Parameters
    ----------
    lines : dict of str to sequence of numbers
        Name and values.
    description : str
        What is to be seen; what stands along x, and the first and last
        values, are added to it.
    x : sequence of numbers
        Where the values stand.
    x_label, y_label : str
    log : bool
        Whether the values have a logarithmic scale.
    ends : bool
        Whether first and last values are told. Not if they differ between
        computers, as after training; the picture is then no SVG either.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there are no lines or more than four, or one is not as long as `x`.

    Examples
    --------
    >>> losses = {"training": [2.3, 0.9, 0.4], "test": [2.2, 1.0, 0.7]}
    >>> show_lines(losses, "The loss falls.", x=[1, 2, 3], x_label="epoch", y_label="loss")
    The loss falls. epoch from 1 to 3; training: from 2.3 to 0.4; test: from 2.2 to 0.7.
    """
    if not 1 <= len(lines) <= len(LINES):
        raise ValueError(f"lines has length {len(lines)}; expected 1 to {len(LINES)}")
    for name, values in lines.items():
        if len(values) != len(x):
            raise ValueError(f"lines[{name!r}] has length {len(values)}; expected {len(x)}, one value for each x")
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6, 3.6), layout="constrained")
        axis = figure.subplots()
        for (name, values), color, mark, dash in zip(lines.items(), LINES, MARKS, DASHES):
            axis.plot(x, values, color=color, marker=mark, linestyle=dash, markersize=4, label=name)
        axis.set(xlabel=x_label, ylabel=y_label, yscale="log" if log else "linear")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y", color="0.9")
        axis.legend(frameon=False)
        words = [f"{x_label} from {x[0]:.6g} to {x[-1]:.6g}"]
        if ends:
            words += [f"{name}: from {values[0]:.6g} to {values[-1]:.6g}" for name, values in lines.items()]
        return Picture(figure, f"{description} {'; '.join(words)}.", lines=ends)


def checked_map(name, values):
    """Give an array of floats, or say why it is no map."""
    values = np.asarray(values, float)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{name} has shape {values.shape}; expected (rows, columns), none of them 0")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds {values[~np.isfinite(values)][0]}; expected finite numbers")
    return values


def _draw_map(axis, title, values):
    limit = np.abs(values).max() or 1
    axis.imshow(values, cmap="PuOr_r", vmin=-limit, vmax=limit)
    axis.set_title(f"{title}\n{shape_in_words(values)}")
    axis.spines[:].set_visible(True)
    axis.spines[:].set_color("0.6")
    axis.set_xticks([0, values.shape[1] - 1])
    axis.set_yticks([0, values.shape[0] - 1])
    if max(values.shape) <= 8:
        for (i, j), value in np.ndenumerate(values):
            dark = abs(value) > 0.6 * limit
            axis.text(j, i, f"{value:.3g}", ha="center", va="center", color="white" if dark else "black")


def shape_in_words(values):
    return " × ".join(map(str, values.shape))


def _number(value):
    return f"{value:.0f}" if value == round(value) else f"{value:.2g}"
