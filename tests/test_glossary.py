"""The glossary explains what the book uses, and nothing else."""

import re

import pytest
from reading import CHAPTERS, notebooks_in_order

BOOK = {notebook.stem: notebook for notebook in notebooks_in_order()}


def entries(section):
    """List, for each entry of a section of the glossary, its terms and what it says."""
    text = (CHAPTERS / "glossary.md").read_text(encoding="utf-8").partition(f"## {section}\n")[2]
    text = re.search(r"```\{glossary\}\n(.*?)\n```", text, re.DOTALL)[1]
    lines = [entry.split("\n") for entry in text.split("\n\n")]
    return [(terms, meaning.strip()) for *terms, meaning in lines]


def pages_named(meaning):
    return re.findall(r"\{doc\}`(\w+)`", meaning)


def prose(page):
    return " ".join(" ".join(text for _, text in BOOK[page].prose()).split())


@pytest.mark.parametrize(
    ("terms", "meaning"), entries("Words"), ids=lambda value: value[0] if isinstance(value, list) else ""
)
def test_term_is_used_on_the_page_that_its_entry_names(terms, meaning):
    pages = pages_named(meaning)
    assert pages, f"{terms} names no page"
    for page in pages:
        assert any(re.search(rf"\b{re.escape(term)}", prose(page), re.IGNORECASE) for term in terms), (
            f"{terms} is not on {page}"
        )


def test_terms_stand_in_order_and_once():
    terms = [terms[0].lower() for terms, _ in entries("Words")]
    assert terms == sorted(set(terms))


LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
NO_SYMBOL = set(
    r"\frac \dfrac \tfrac \sqrt \sum \prod \partial \max \min \log \exp \sin \cos \left \right \big \Big \lfloor \rfloor \lVert \rVert \le \ge \ne"
    r" \in \pm \infty \dots \leftarrow \ast \quad \qquad \displaystyle \mathsf \operatorname \tilde \hat \dot \star \nabla \mathcal".split()
)


def letters(latex):
    """List the letters of a formula: ``K``, ``\\delta``."""
    latex = re.sub(r"\\(?:text|begin|end)\{[^}]*\}", " ", latex)
    return set(LETTER.findall(latex)) - NO_SYMBOL


def test_every_letter_of_a_numbered_formula_is_in_the_glossary_for_its_page():
    known = [(letters(" ".join(terms)), pages_named(meaning)) for terms, meaning in entries("Symbols")]
    missing = []
    for page, notebook in BOOK.items():
        for equation in notebook.equations:
            for letter in letters(equation.latex):
                pages = {page for symbols, pages in known if letter in symbols for page in pages}
                if not pages & {page, "notation"}:
                    missing.append((letter, equation.label))
    assert not missing


@pytest.mark.parametrize(
    ("terms", "meaning"), entries("Symbols"), ids=lambda value: value[0] if isinstance(value, list) else ""
)
def test_symbol_is_used_on_the_pages_that_its_entry_names(terms, meaning):
    pages = pages_named(meaning)
    assert pages, f"{terms} names no page"
    symbols = [symbol.strip() for symbol in re.findall(r"\$([^$]+)\$", " ".join(terms))]
    used = letters(" ".join(symbols)) or {re.match(r"\\\w+|\S", symbol)[0] for symbol in symbols}
    for page in pages:
        formulas = " ".join(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", prose(page)))
        assert any(symbol in formulas for symbol in used), f"{terms}: {used} is not on {page}"
