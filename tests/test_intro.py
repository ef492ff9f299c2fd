"""The introduction's map of the chapters is that of the chapters' own pages."""

import re
import tomllib

import pytest
from building import DOWNLOADS
from reading import CHAPTERS, ROOT, Notebook, numbered_chapters

TEXT = "\n".join(cell.source for cell in Notebook(CHAPTERS / "intro.ipynb").cells if cell.cell_type == "markdown")
ROWS = re.findall(r"^\| (\d+) \| \{doc\}`(\w+)`: .* \| ([\d, ]*) ?\| (\d?[½¼¾]?) \|$", TEXT, re.MULTILINE)
CHAPTERS_IN_ORDER = numbered_chapters()
PARTS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "": 0}


def hours(text):
    whole, part = re.fullmatch(r"(\d?)([½¼¾]?)", text).groups()
    return int(whole or 0) + PARTS[part]


def test_every_chapter_has_its_row():
    assert [(int(number), name) for number, name, _, _ in ROWS] == list(enumerate(CHAPTERS_IN_ORDER, 1))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_needs_are_those_that_the_chapter_names(row):
    number, name, needs, _ = row
    source = "\n".join(cell.source for cell in Notebook(CHAPTERS / f"{name}.ipynb").cells)
    line = re.search(r"\*\*What you need\*\*: (.*)", source)[1]
    named = {chapter for chapter in re.findall(r"\{doc\}`(\w+)`", line) if chapter in CHAPTERS_IN_ORDER}
    listed = [CHAPTERS_IN_ORDER[int(n) - 1] for n in re.findall(r"\d+", needs)]
    assert set(listed) == named and all(CHAPTERS_IN_ORDER.index(chapter) < int(number) - 1 for chapter in listed)


def test_hours_add_up():
    of = {int(number): hours(text) for number, _, _, text in ROWS}
    assert f"in order, {sum(of.values()):.0f} hours" in TEXT
    gallery = 1.5  # as in the plans of chapters/teaching.md
    assert sum(of[n] for n in (1, 4, 5, 7)) + gallery == 6


def test_link_to_the_wheel_has_its_name():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f'href="../{DOWNLOADS}/cnnlib-{version}-py3-none-any.whl"' in TEXT
