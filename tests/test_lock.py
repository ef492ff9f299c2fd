"""requirements.lock answers requirements.txt: each package in it, at a version it admits, each file by its hash."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from reading import ROOT


def requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-e"))]


def extras() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(line) for line in lines] for extra, lines in named.items()}


def locked() -> dict[str, str]:
    """Give each entry of the lock, all its lines joined, by the name of its package."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    entries = lines.replace("\\\n", " ").splitlines()
    return {re.split("==| ", entry, maxsplit=1)[0]: entry for entry in entries if entry}


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_the_lock_answers_each_requirement(requirement):
    entry = locked().get(requirement.name.lower(), "")
    assert entry, f"{requirement} is not in requirements.lock; run `make lock`"
    version = Requirement(entry.split("--hash")[0])
    assert requirement.specifier.contains(str(version.specifier).removeprefix("==")), f"{version}; run `make lock`"
    assert version.marker is None, f"{version} is not for every Python and system"


@pytest.mark.parametrize("name, entry", locked().items(), ids=list(locked()))
def test_an_entry_has_one_version_and_its_hashes_and_names_no_place(name, entry):
    assert re.fullmatch(rf"{name}==[\w.]+( +; [^;]*?)?( +--hash=sha256:[0-9a-f]{{64}})+", entry)
    assert "/" not in entry


@pytest.mark.parametrize(
    "requirement", requirements() + [each for of_one in extras().values() for each in of_one], ids=str
)
def test_a_requirement_has_an_oldest_version_and_a_bound_above(requirement):
    assert {part.operator for part in requirement.specifier} == {">=", "<"}
    assert requirement.url is None


def test_the_library_asks_for_what_the_book_is_tested_with():
    """The oldest versions are the same in both files; so what the book tests with is what the library promises."""

    def oldest(named):
        return {each.name: [part for part in each.specifier if part.operator == ">="] for each in named}

    book, library = (
        oldest(requirements()),
        oldest(extras()[""] + extras()["symbolic"] + extras()["figures"] + extras()["onnx"]),
    )
    assert library == {name: book[name] for name in library}


def test_the_installer_has_one_version_and_its_hashes():
    text = (ROOT / "tools" / "installer.lock").read_text(encoding="utf-8")
    lines = [line.strip(" \\") for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert re.fullmatch(r"uv==[\d.]+", lines[0]) and len(lines) > 2
    assert all(re.fullmatch("--hash=sha256:[0-9a-f]{64}", line) for line in lines[1:])


def test_a_commit_is_formatted_by_the_ruff_of_the_lock():
    (hooks,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert locked()["ruff"].startswith(f"ruff=={hooks['rev'].removeprefix('v')} ")
