"""Every page of the book keeps the book's rules; a failure names the page and the place."""

from collections import Counter
from pathlib import Path

import pytest
from book import RULES, checks_what_it_claims, images_without_alt
from reading import CHAPTERS, ROOT, Notebook, notebooks, numbered_chapters, numbered_formulas, pages


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_notebook_keeps(path, rule):
    complaints = rule(Notebook(path))
    assert not complaints, "\n".join([path.name, *complaints])


@pytest.mark.parametrize("chapter", numbered_chapters())
def test_chapter_checks_what_it_claims(chapter):
    path = CHAPTERS / f"{chapter}.ipynb"
    assert path.is_file(), f"chapter {chapter} is not a notebook"
    complaints = checks_what_it_claims(Notebook(path))
    assert not complaints, "\n".join([path.name, *complaints])


def plain_pages() -> list[Path]:
    return sorted(CHAPTERS.glob("*.md"))


@pytest.mark.parametrize("path", plain_pages(), ids=lambda path: path.stem)
def test_plain_page_has_alt_texts_and_proves_nothing(path):
    """A plain page cannot run a proof, so it may number a definition but no equation."""
    text = path.read_text(encoding="utf-8")
    labels = [label for label, _ in numbered_formulas(text)]
    assert not images_without_alt(text)
    assert all(label.startswith(f"def-{path.stem.replace('_', '-')}-") for label in labels), labels


def test_labels_are_unique_in_the_book():
    found = [equation.label for path in notebooks() for equation in Notebook(path).equations]
    found += [label for path in plain_pages() for label, _ in numbered_formulas(path.read_text(encoding="utf-8"))]
    assert not [label for label, times in Counter(found).items() if times > 1]


@pytest.mark.parametrize("page", pages())
def test_page_of_the_contents_exists(page):
    assert (ROOT / f"{page}.ipynb").is_file() or (ROOT / f"{page}.md").is_file()


def test_every_page_is_in_the_contents():
    named = {Path(page).name for page in pages()}
    assert [path.name for path in notebooks() + plain_pages() if path.stem not in named] == []


def test_no_page_is_named_twice():
    assert [page for page, times in Counter(pages()).items() if times > 1] == []
