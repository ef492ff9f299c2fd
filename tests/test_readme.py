"""The README's pictures are there, small, and said in words; what its first screen counts is so."""

import re

from equation_index import counts, index
from exercises import exercises
from reading import CHAPTERS, ROOT, Notebook, notebooks_in_order

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_pictures_are_small_and_stand_in_the_repository():
    pictures = re.findall(r'src(?:set)?="([^"]+)"', README)
    assert {"-light." in picture for picture in pictures} == {True, False}, "one picture for each theme"
    for picture in pictures:
        content = (ROOT / picture).read_bytes()
        assert content.startswith(b"\x89PNG") and len(content) < 200_000, picture


def test_pictures_have_a_text():
    images = re.findall(r"<img [^>]*>", README)
    assert images and all(re.search(r'alt="[^"]{40,}"', image) for image in images)


def first_screen():
    return " ".join(README.partition("## Read it, test it")[0].split())


def test_every_formula_is_a_definition_or_has_a_proof():
    assert "Every numbered formula is a definition or has a proof." in first_screen()
    entries = re.findall(r"\{eq\}`.*", index(notebooks_in_order()))
    assert len(entries) > 100 and all(
        re.search(r": a definition\.|\*\*(general|exact|argued)\*\*", entry) for entry in entries
    )


def test_more_than_half_of_the_equations_are_general():
    assert "More than half of the equations are proved with SymPy for every size." in first_screen()
    equations, general, *_ = map(sum, zip(*map(counts, notebooks_in_order())))
    assert general > equations / 2


def test_exercises_and_mistakes_are_as_many_as_said():
    assert "More than fifty exercises" in first_screen() and "each with a solution" in first_screen()
    found = exercises()
    assert 50 < len(found) < 100 and all(exercise.solution for exercise in found)
    assert "Nineteen classic wrong gradients" in first_screen()
    assert "assert len(gallery) == 19" in Notebook(CHAPTERS / "wrong_backwards.ipynb").text
