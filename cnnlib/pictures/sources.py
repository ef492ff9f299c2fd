"""The code behind a page, shown as it is at this moment."""

import ast
import inspect
import textwrap

__all__ = ["show_source"]


def show_source(*functions):
    """Print the source of functions and methods, without their docstrings.

    Parameters
    ----------
    *functions : callable

    Examples
    --------
    >>> from cnnlib.elementary import lowest
    >>> show_source(lowest)
    def lowest(dtype):
        return np.iinfo(dtype).min if dtype.kind == "i" else -np.inf
    """
    print("\n\n".join(map(_without_docstring, functions)))


def _without_docstring(function):
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    if ast.get_docstring(definition) is not None:
        text = definition.body[0]
        del lines[text.lineno - 1 : text.end_lineno]
    return "\n".join(lines)
