"""Pictures of matrices, with something written in each entry that is not 0."""

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from .figures import STYLE, Picture, checked_map, shape_in_words

__all__ = ["show_matrix"]

TINTS = ("white", "#f4a582", "#92c5de", "#ffd966", "#c4c4c4", "#a8d5a2", "#d9b3e6")  # pale, as text stands on them


def show_matrix(values, description, *, row_label, column_label, names=None, written=None, limit=None):
    """Draw a matrix with something written in its entries; those that are 0 stay empty.

    Parameters
    ----------
    values : array_like of numbers >= 0
        Of shape (rows, columns).
    description : str
        What is to be seen; the shape is added to it.
    row_label, column_label : str
    names : (sequence, sequence), optional
        Names of the rows and of the columns; else their numbers.
    written : array_like of str, optional
        What stands in the entries, of the shape of `values`. These then are
        at most 6, and each has a colour of its own. Else the values stand
        there, and the larger, the darker.
    limit : number, optional
        From which value on the colour is the darkest; else the largest value.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError, ValueError
        If `values` does not have two axes, or `names` or `written` do not fit it.

    Examples
    --------
    >>> ties = [[1, 2, 0], [0, 1, 2]]
    >>> show_matrix(ties, "Two weights.", row_label="output", column_label="input", written=[["w0", "w1", ""], ["", "w0", "w1"]])
    Two weights. output by input: 2 × 3.
    """
    values = _checked(values, written)
    names = names or tuple(map(range, values.shape))
    if tuple(map(len, names)) != values.shape:
        raise ValueError(
            f"names has {' and '.join(str(len(one)) for one in names)} names; expected one for each entry of {values.shape}"
        )
    scale = {"cmap": "Oranges", "vmin": 0, "vmax": limit or values.max()}
    if written is not None:
        scale = {"cmap": ListedColormap(TINTS), "vmin": 0, "vmax": len(TINTS) - 1}
    with matplotlib.rc_context(STYLE):
        figure = Figure(
            figsize=(6.4, 6.4 * max(0.3, min(0.9, values.shape[0] / values.shape[1]))), layout="constrained"
        )
        axis = figure.subplots()
        axis.imshow(values, **scale)
        axis.set(xlabel=column_label, ylabel=row_label)
        axis.set_yticks(range(values.shape[0]), names[0])
        axis.set_xticks(range(values.shape[1]), names[1])
        axis.spines[:].set_visible(True)
        for i, j in np.argwhere(values):
            dark = written is None and values[i, j] > 0.6 * scale["vmax"]
            text = f"{values[i, j]:.3g}" if written is None else written[i][j]
            axis.text(j, i, text, ha="center", va="center", color="white" if dark else "black")
        return Picture(figure, f"{description} {row_label} by {column_label}: {shape_in_words(values)}.")


def _checked(values, written):
    values = checked_map("values", values)
    if values.min() < 0:
        raise ValueError(f"values holds {values.min():g}; expected numbers of at least 0")
    if written is not None:
        if np.shape(written) != values.shape:
            raise ValueError(f"written has shape {np.shape(written)}; expected that of values, {values.shape}")
        if not set(values.flat) <= set(range(len(TINTS))):
            raise ValueError(
                f"values holds {max(values.flat):g}; expected whole numbers up to {len(TINTS) - 1}, one for each colour"
            )
    return values
