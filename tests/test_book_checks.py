"""Each rule of `book.py` refuses what it is there to refuse: a sound notebook, spoilt in one place."""

import book
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebooks import canonical
from reading import Notebook

LABEL = "eq-stub-chapter-square"
PICTURE = {"image/png": "iVBORw0KGgo=", "text/plain": "a square"}


def sound():
    """Build a notebook without fault: text, an equation, its proof, a picture, two checks."""
    alt = {"image/png": {"alt": "a square"}}
    cells = [
        new_markdown_cell("# Stub\n\nThe square [of a sum](#sum)."),
        new_markdown_cell(f"$$\n(a + b)^2 = a^2 + 2ab + b^2\n$$ ({LABEL})\n\nBare: $$c = d$$"),
        new_code_cell(f'from cnnlib import prove\n\nprove("{LABEL}", 1, 1)'),
        new_code_cell("draw()", outputs=[new_output("display_data", PICTURE, metadata=alt)]),
        new_code_cell("assert True"),
        new_code_cell("np.testing.assert_equal(1, 1)"),
    ]
    for count, cell in enumerate(cells[2:], start=1):
        cell.execution_count = count
    return new_notebook(cells=cells)


@pytest.fixture
def stored(tmp_path):
    """Store a notebook canonically, or a text as it is, and read it back as the rules do."""

    def store(notebook):
        path = tmp_path / "stub_chapter.ipynb"
        text = notebook if isinstance(notebook, str) else canonical(notebook)
        path.write_bytes(text.encode())
        return Notebook(path)

    return store


ALL_RULES = (*book.RULES, book.checks_what_it_claims)


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_sound_notebook_keeps(stored, rule):
    assert rule(stored(sound())) == []


def text(cell, source):
    return lambda nb: nb.cells[cell].update(source=source)


def output(cell, *args, **fields):
    return lambda nb: nb.cells[cell].update(outputs=[new_output(*args, **fields)])


def no_alt(nb):
    nb.cells[3].outputs[0].metadata = {}


def shows(*pages):
    outputs = [new_output("display_data", {"text/html": page}) for page in pages]
    return lambda nb: nb.cells[4].update(outputs=outputs)


def stepper_html(old="", new=""):
    frame = '<svg role="img" aria-label="words"></svg><p class="stepper-text"><b>1 of 1.</b> Words.</p>'
    slider = '<input class="stepper-slider" aria-label="Step"/>'
    return f'<div class="stepper">{slider}<div class="stepper-frame">{frame}</div></div>'.replace(old, new)


def never_run(nb):
    nb.cells[5].execution_count = None


def tagged(nb):
    nb.cells[4].metadata = {"tags": ["nbval-skip"]}


def proof_first(nb):
    nb.cells[1], nb.cells[2] = nb.cells[2], nb.cells[1]


SPOILT = [
    # rule, how the notebook is spoilt, what the complaint says
    ("labels_are_well_formed", text(0, "$$x$$ (eq-other-x)"), "cell 0: the numbered formula 'eq-other-x'"),
    ("labels_are_well_formed", text(0, "$$x$$ (square)"), "'square'"),
    ("labels_are_well_formed", text(0, "```{math}\n:label: nameless\nx\n```"), "'nameless'"),
    ("labels_are_well_formed", text(0, "\\begin{align}\nx\n\\end{align}"), "cell 0"),
    ("labels_are_well_formed", text(0, "$$\nx \\tag{7}\n$$"), "\\tag"),
    ("every_equation_is_proved", text(2, "1"), f"cell 1: {LABEL} has no prove"),
    ("every_equation_is_proved", text(2, f'# prove("{LABEL}")\n1'), "has no prove"),
    ("every_equation_is_proved", text(0, ":::{note}\n$$x$$ (eq-stub-chapter-x)\n:::"), "eq-stub-chapter-x"),
    (
        "every_equation_is_proved",
        text(0, "````{note}\n```{math}\n:label: eq-stub-chapter-x\nx\n```\n````"),
        "chapter-x",
    ),
    ("every_equation_is_proved", proof_first, "before it stands on the page"),
    ("every_proof_has_its_equation", text(1, "No equation."), f"cell 2: prove() names '{LABEL}'"),
    ("every_proof_has_its_equation", text(4, "cnnlib.prove(name, 1, 1)"), "cell 4: prove() names None"),
    ("every_proof_has_its_equation", text(1, f"$$x$$ ({LABEL.replace('eq', 'def', 1)})"), LABEL),
    ("cells_were_run_in_order", never_run, "cell 5: has execution count None, not 4"),
    ("nothing_went_wrong", output(4, "error", ename="ValueError", evalue="no"), "cell 4: holds an error"),
    ("nothing_went_wrong", output(4, "stream", name="stderr", text="oh"), "cell 4: printed to stderr"),
    ("outputs_are_compared", tagged, "cell 4"),
    ("outputs_are_compared", text(4, "# NBVAL_SKIP\nassert True"), "cell 4"),
    ("cells_are_short", text(4, "assert True\n" * 16), "cell 4: 16 lines"),
    ("lines_are_short", text(4, "assert True  # " + "long " * 20), "cell 4: a line of"),
    ("images_have_alt_text", no_alt, "cell 3: shows an image without"),
    ("images_have_alt_text", text(0, "![](a.png)"), "cell 0: image a.png"),
    ("images_have_alt_text", text(0, "```{figure} a.png\nA caption.\n```"), "cell 0: {figure} a.png"),
    ("images_have_alt_text", text(0, '<img src="a.png">'), "cell 0: <img"),
    (
        "html_pictures_have_text",
        shows(stepper_html('aria-label="words"', "")),
        "cell 4: frame 1 has a picture without label",
    ),
    ("html_pictures_have_text", shows(stepper_html("<p class=", "<p title=")), "cell 4: frame 1 has no text"),
    ("html_pictures_have_text", shows(stepper_html(" Words.", " ")), "cell 4: frame 1 has no text"),
    ("html_pictures_have_text", shows(stepper_html('aria-label="Step"', "")), "cell 4: a slider without label"),
    (
        "html_pictures_have_text",
        shows(stepper_html("stepper-frame", "frame")),
        "cell 4: shows a picture in HTML that is no",
    ),
    (
        "html_pictures_have_text",
        shows(stepper_html("</p>", "")),
        "cell 4: shows a picture in HTML that is not well-formed",
    ),
    ("html_pictures_have_text", shows('<i id="a">x</i>', '<b id="a">y</b>'), "cell 4: the id 'a' is taken"),
    ("outputs_name_no_machine", output(4, "stream", name="stdout", text="in /home/me/x.py"), "/home/me/x.py"),
    ("outputs_name_no_machine", output(4, "stream", name="stdout", text="C:\\Users\\me"), "C:"),
    ("outputs_name_no_machine", output(4, "stream", name="stdout", text="<X at 0x7f00aa11bb22>"), "0x7f00aa11bb22"),
    ("is_not_too_long", text(0, "word " * 2601), "2617 words"),
    ("checks_what_it_claims", text(2, f'prove("{LABEL}", 1, 1)'), "imports nothing from cnnlib"),
    ("checks_what_it_claims", text(4, "print(1)"), "only 2 cells"),
]


def test_sound_stepper_is_accepted(stored):
    notebook = sound()
    shows(stepper_html())(notebook)
    assert book.html_pictures_have_text(stored(notebook)) == []


@pytest.mark.parametrize(("rule", "spoil", "says"), SPOILT, ids=[f"{r}-{n}" for n, (r, _, _) in enumerate(SPOILT)])
def test_spoilt_notebook_is_refused(stored, rule, spoil, says):
    notebook = sound()
    spoil(notebook)
    complaints = getattr(book, rule)(stored(notebook))
    assert len(complaints) == 1
    assert says in complaints[0]


def test_equation_in_a_code_block_is_only_an_example(stored):
    notebook = sound()
    notebook.cells[0].source = "```\n$$x$$ (eq-stub-chapter-x)\n```"
    assert stored(notebook).equations == stored(sound()).equations


@pytest.mark.parametrize(
    "old, new",
    [
        ('"name": "python3"', '"name": "my-kernel"'),
        ("assert True", "assert True  "),
        ('"execution_count": 2', '"execution_count": 7'),
        ('"id": "', '"id": "x'),
        ('"metadata": {}', '"metadata": {"collapsed": true}'),
        ('"alt": "a square"', '"alt": "stale"'),
        ("\n", "\r\n"),
    ],
)
def test_file_that_is_not_canonical_is_refused(stored, old, new):
    text = canonical(sound())
    spoilt = text.replace(old, new, 1)
    assert spoilt != text
    assert "make notebooks" in book.is_canonical(stored(spoilt))[0]


def test_canonical_form_is_a_fixed_point():
    once = canonical(sound())
    assert canonical(nbformat.reads(once, as_version=4)) == once


def test_canonical_names_twin_cells_apart():
    notebook = sound()
    notebook.cells[5].source = notebook.cells[4].source
    ids = [cell.id for cell in nbformat.reads(canonical(notebook), as_version=4).cells]
    assert len(set(ids)) == len(ids)


def test_canonical_joins_what_was_printed_in_pieces():
    notebook = sound()
    notebook.cells[4].outputs = [new_output("stream", name="stdout", text=piece) for piece in ("a", "b\n", "c")]
    cell = nbformat.reads(canonical(notebook), as_version=4).cells[4]
    assert [output.text for output in cell.outputs] == ["ab\nc"]


def test_canonical_puts_the_alt_text_where_the_page_reads_it_and_drops_a_stale_one():
    notebook = sound()
    notebook.cells[4].metadata = {"mystnb": {"image": {"alt": "gone", "width": "50%"}}, "scrolled": True}
    cells = nbformat.reads(canonical(notebook), as_version=4).cells
    assert cells[3].metadata == {"mystnb": {"image": {"alt": "a square"}}}
    assert cells[4].metadata == {"mystnb": {"image": {"width": "50%"}}}
