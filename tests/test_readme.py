"""The README's pictures are there, small, and said in words."""

import re

from reading import ROOT

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
