"""The page "A CNN in one sitting" shows code as it is, and links every label in it to its equation."""

import inspect
import re

import pytest
from cnnlib.pictures import show_source
from reading import CHAPTERS, Notebook, notebooks

PAGE = Notebook(CHAPTERS / "a_cnn_in_one_sitting.ipynb")
LABEL = re.compile(r"\b(?:eq|def)-[a-z0-9]+(?:-[a-z0-9]+)+")


def shown():
    """Give (code that a cell shows, the page's next text) for each cell that shows source."""
    texts = dict(PAGE.prose())
    for place, cell in PAGE.code():
        if cell.source.startswith("show_source("):
            yield cell.outputs[0]["text"], texts[place + 1]


SHOWN = list(shown())


def test_forward_and_backward_of_every_layer_are_shown():
    code = "\n".join(text for text, _ in SHOWN)
    functions = ["windows", "scatter", "conv2d", "conv2d_backward", "max_pool2d", "max_pool2d_backward"]
    assert all(re.search(rf"^def {name}\(", code, re.MULTILINE) for name in functions)
    assert '"""' not in code and len(SHOWN) > 5


@pytest.mark.parametrize(("code", "text"), SHOWN)
def test_every_label_in_the_code_is_linked_below_it(code, text):
    rows = re.findall(r"^\| `([\w-]+)` \| \{eq\}`([\w-]+)` \|", text, re.MULTILINE)
    assert [label for label, _ in rows] == [label for _, label in rows] == LABEL.findall(code)
    assert rows


def test_every_label_is_that_of_an_equation():
    labels = {equation.label for path in notebooks() for equation in Notebook(path).equations}
    assert {label for code, _ in SHOWN for label in LABEL.findall(code)} <= labels


def documented(x):
    """Say something.

    In several lines.
    """
    # a comment stays
    return x


def bare(x):
    return "not a docstring" + x


class Holder:
    def method(self):
        """Say it."""
        return documented


def test_docstrings_are_left_out_and_all_else_stays(capsys):
    show_source(documented, Holder.method, bare)
    first, second, third = capsys.readouterr().out.rstrip("\n").split("\n\n")
    assert first == "def documented(x):\n    # a comment stays\n    return x"
    assert second == "def method(self):\n    return documented"
    assert third == inspect.getsource(bare).rstrip("\n")
