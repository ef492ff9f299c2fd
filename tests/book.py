"""The book's own rules: each reads one notebook and lists what is wrong with it.

A rule is a function ``(Notebook) -> list of complaints``; ``RULES`` holds those for every notebook.
`test_book.py` applies them to the chapters, `test_book_checks.py` shows that each one refuses.
"""

import platform
import re
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from notebooks import canonical, image_alts
from reading import ROOT, Notebook, directive, options, tokens

MAX_CELL_LINES = 15
MAX_COLUMNS = 79  # what fits beside the contents on a laptop
MAX_WORDS = 2600
MIN_CHECKING_CELLS = 3
PROOFS = ("prove", "argue")

_IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)


def labels_are_well_formed(notebook: Notebook) -> list[str]:
    stem = notebook.stem.replace("_", "-")
    form = re.compile(rf"(eq|def)-{stem}-[a-z0-9]+(-[a-z0-9]+)*")
    complaints = [
        f"cell {e.place}: the numbered formula {e.label or e.latex[:40]!r} is not labelled eq-{stem}-... or def-{stem}-..."
        for e in notebook.equations
        if not form.fullmatch(e.label)
    ]
    for n, text in notebook.prose():
        for command in re.findall(r"\\(?:label|tag)\b", text):
            complaints.append(f"cell {n}: {command} inside a formula; write the label after it: $$ (eq-...)")
    return complaints


def every_equation_is_proved(notebook: Notebook) -> list[str]:
    proofs = [c for c in notebook.calls if c.name in PROOFS]
    complaints = []
    for e in notebook.equations:
        if e.label.startswith("eq-"):
            places = [p.place for p in proofs if p.argument == e.label]
            if not places:
                complaints.append(f'cell {e.place}: {e.label} has no prove("{e.label}", ...)')
            elif min(places) < e.place:
                complaints.append(
                    f"cell {min(places)}: {e.label} is proved before it stands on the page (cell {e.place})"
                )
    return complaints


def every_proof_has_its_equation(notebook: Notebook) -> list[str]:
    labels = {e.label for e in notebook.equations if e.label.startswith("eq-")}
    return [
        f"cell {c.place}: prove() names {c.argument!r}, which is no eq- label of this notebook"
        for c in notebook.calls
        if c.name in PROOFS and c.argument not in labels
    ]


def cells_were_run_in_order(notebook: Notebook) -> list[str]:
    return [
        f"cell {n}: has execution count {cell.execution_count}, not {count}"
        for count, (n, cell) in enumerate(notebook.code(), start=1)
        if cell.execution_count != count
    ]


def nothing_went_wrong(notebook: Notebook) -> list[str]:
    complaints = []
    for n, cell in notebook.code():
        for output in cell.outputs:
            if output.output_type == "error":
                complaints.append(f"cell {n}: holds an error: {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                complaints.append(f"cell {n}: printed to stderr: {output.text[:60]!r}")
    return complaints


def outputs_are_compared(notebook: Notebook) -> list[str]:
    """nbval can be told to pass a cell over; then nothing would keep its outputs true."""
    loophole = re.compile(r"nbval[-_](?:skip|raises[-_]exception)|raises-exception", re.IGNORECASE)
    return [
        f"cell {n}: is kept from being tested"
        for n, cell in notebook.code()
        if loophole.search(cell.source + " ".join(cell.metadata.get("tags", [])))
    ]


def cells_are_short(notebook: Notebook) -> list[str]:
    lengths = [(n, len(cell.source.splitlines())) for n, cell in notebook.code()]
    return [f"cell {n}: {length} lines; at most {MAX_CELL_LINES}" for n, length in lengths if length > MAX_CELL_LINES]


def lines_are_short(notebook: Notebook) -> list[str]:
    return [
        f"cell {n}: a line of {len(line)} characters; at most {MAX_COLUMNS}"
        for n, cell in notebook.code()
        for line in cell.source.splitlines()
        if len(line) > MAX_COLUMNS
    ]


def images_have_alt_text(notebook: Notebook) -> list[str]:
    complaints = []
    for n, cell in notebook.code():
        on_page = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        for alt in image_alts(cell):
            if not alt.strip():
                complaints.append(f"cell {n}: shows an image without alternative text")
            elif alt != on_page:
                complaints.append(f"cell {n}: the page would give the image the text {on_page!r}, not its own {alt!r}")
    for n, text in notebook.prose():
        complaints += [f"cell {n}: {what} without alternative text" for what in images_without_alt(text)]
    return complaints


def images_without_alt(text: str) -> list[str]:
    """List the images in some MyST that say nothing to a reader who cannot see them."""
    found = []
    for token in tokens(text):
        if token.type == "image" and not token.content.strip():
            found.append(f"image {token.attrs['src']}")
        elif directive(token) in ("image", "figure") and not options(token).get("alt", "").strip():
            found.append(token.info.strip())
        elif token.type in ("html_block", "html_inline"):
            found += [tag for tag in _IMAGE_TAG.findall(token.content) if not re.search(r'\balt="[^"]*\S', tag)]
    return found


def html_pictures_have_text(notebook: Notebook) -> list[str]:
    """A picture in HTML is a stepper: a labelled slider, and in each frame a labelled picture and words."""
    complaints, taken = [], set()
    for n, cell in notebook.code():
        for html in (output.get("data", {}).get("text/html", "") for output in cell.outputs):
            if re.search(r"<(?:svg|img)\b", html, re.IGNORECASE):
                complaints += [f"cell {n}: {what}" for what in untold_pictures(html)]
            names = re.findall(r'\bid="([^"]*)"', html)
            complaints += [f"cell {n}: the id {name!r} is taken" for name in names if name in taken]
            taken.update(names)
    return complaints


def untold_pictures(html: str) -> list[str]:
    """List what a screen reader would not find in the pictures of some HTML."""
    try:
        elements = list(ElementTree.fromstring(html).iter())
    except ElementTree.ParseError as error:
        return [f"shows a picture in HTML that is not well-formed: {error}"]

    def found(name, within=elements):
        return [element for element in within if name in element.get("class", "").split()]

    frames = found("stepper-frame")
    if not frames:
        return ["shows a picture in HTML that is no stepper"]
    untold = (
        []
        if any(slider.get("aria-label", "").strip() for slider in found("stepper-slider"))
        else ["a slider without label"]
    )
    for k, frame in enumerate(frames, start=1):
        pictures = [element for element in frame.iter() if element.get("role") == "img"]
        if not pictures or not all(picture.get("aria-label", "").strip() for picture in pictures):
            untold.append(f"frame {k} has a picture without label")
        words = "".join("".join(text.itertext()) for text in found("stepper-text", frame.iter()))
        if not re.sub(r"^\d+ of \d+\.", "", words).strip():
            untold.append(f"frame {k} has no text")
    return untold


_PLACE_OF_A_MACHINE = re.compile(
    r"(?<![\w.:/])/(?:home|Users|root|tmp|usr|opt|var|mnt|srv|private)/\S+|\b[A-Za-z]:\\\w\S*|\bat 0x[0-9a-fA-F]{6,}"
)


def outputs_name_no_machine(notebook: Notebook) -> list[str]:
    """A path, a memory address or a computer's name differs for the next person who runs the cell."""
    name = platform.node()
    complaints = []
    for n, cell in notebook.code():
        for output in cell.outputs:
            kinds = output.get("data", {})
            texts = [output.get("text", "")] + [
                kinds[k] for k in kinds if k.startswith("text/") or k == "image/svg+xml"
            ]
            text = re.sub(r"base64,[\w+/=\s]+", "", "\n".join(texts))
            found = _PLACE_OF_A_MACHINE.findall(text)
            found += [own for own in (str(ROOT), str(Path.home())) if own in text]
            if len(name) > 5:  # a shorter one may be a word
                found += re.findall(rf"\b{re.escape(name)}\b", text)
            complaints += [f"cell {n}: prints {what!r}" for what in found]
    return complaints


def is_not_too_long(notebook: Notebook) -> list[str]:
    words = sum(len(text.split()) for _, text in notebook.prose())
    return [f"{words} words; at most {MAX_WORDS}"] if words > MAX_WORDS else []


def is_canonical(notebook: Notebook) -> list[str]:
    wanted = canonical(nbformat.reads(notebook.text, as_version=4))
    if notebook.text == wanted:
        return []
    pairs = zip_longest(notebook.text.splitlines(True), wanted.splitlines(True), fillvalue="")
    line, (has, should) = next((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    return [f"line {line} is {has[:80]!r}, canonically {should[:80]!r}; run `make notebooks`"]


RULES = (
    labels_are_well_formed,
    every_equation_is_proved,
    every_proof_has_its_equation,
    cells_were_run_in_order,
    nothing_went_wrong,
    outputs_are_compared,
    cells_are_short,
    lines_are_short,
    images_have_alt_text,
    html_pictures_have_text,
    outputs_name_no_machine,
    is_not_too_long,
    is_canonical,
)


def checks_what_it_claims(notebook: Notebook) -> list[str]:
    """For the numbered chapters: each uses the library and asserts."""
    complaints = []
    sources = [cell.source for _, cell in notebook.code()]
    if not any(re.search(r"^\s*(?:from|import) cnnlib\b", source, re.MULTILINE) for source in sources):
        complaints.append("imports nothing from cnnlib")
    checking = sum(bool(re.search(r"\bassert\b|\b(?:prove|argue)\(|\bcheck_\w+\(|\bnp\.testing\b", s)) for s in sources)
    if checking < MIN_CHECKING_CELLS:
        complaints.append(f"only {checking} cells assert or prove anything; at least {MIN_CHECKING_CELLS}")
    return complaints
