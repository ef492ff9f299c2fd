"""What the book includes from others is named, with its version and its licence, and is what ships."""

import os
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from reading import ROOT

STATIC = ROOT / "chapters" / "_static"
NAMED = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
ATTRIBUTES = [
    line.split()
    for line in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]


MADE = {".git", ".venv", ".venvs", "_build", "build", "mutants", "__pycache__", "cnnlib.egg-info"}
MADE |= {".pytest_cache", ".hypothesis", ".ruff_cache", ".import_linter_cache", ".ipynb_checkpoints"}


@cache
def files() -> list[Path]:
    """List what is kept under version control, without asking git."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = set(folders) - MADE
        found += [Path(folder, name).relative_to(ROOT) for name in names if not name.startswith(".coverage")]
    return found


@pytest.mark.parametrize("folder", [path for path in STATIC.iterdir() if path.is_dir()], ids=lambda path: path.name)
def test_each_folder_that_ships_is_named_with_its_licence(folder):
    place = folder.relative_to(ROOT).as_posix()
    assert f"`{place}/`" in NAMED
    assert f"`{place}/LICENSE`" in NAMED and (folder / "LICENSE").is_file()
    assert (folder / "LICENSE").read_text(encoding="utf-8").split("\n")[0].removeprefix("The ").removesuffix(
        " (MIT)"
    ) in NAMED


def test_each_place_that_is_named_is_there():
    places = re.findall(r"`((?:chapters|cnnlib)/[^`]+)`", NAMED)
    assert places and all((ROOT / place).exists() for place in places)


def test_version_is_the_one_that_ships():
    (version,) = re.findall(r"\*\*KaTeX ([\d.]+)\*\*", NAMED)
    assert f'version:"{version}"' in (STATIC / "katex" / "katex.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "pattern, attributes", [(pattern, rest) for pattern, *rest in ATTRIBUTES], ids=[line[0] for line in ATTRIBUTES]
)
def test_each_line_of_gitattributes_is_about_a_file(pattern, attributes):
    assert attributes and [path for path in files() if fnmatch(path.as_posix(), pattern)]


def test_git_takes_no_binary_file_for_text_and_no_work_of_others_for_ours():
    binary = {path for path in files() if b"\0" in (ROOT / path).read_bytes()[:8000]}
    theirs = {path for path in files() if len(path.parts) > 3 and STATIC.relative_to(ROOT) in path.parents}
    for marked, which in [("binary", binary), ("linguist-vendored", theirs)]:
        patterns = [pattern for pattern, *attributes in ATTRIBUTES if marked in attributes]
        assert which and not [
            path for path in which if not any(fnmatch(path.as_posix(), pattern) for pattern in patterns)
        ]
