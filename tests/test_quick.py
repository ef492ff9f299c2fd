"""`make quick` finds the notebooks that were edited."""

import os
import shutil
import subprocess

import pytest
import quick
from reading import ROOT


@pytest.fixture
def checkout(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    folder = tmp_path / "a folder"
    (folder / "chapters").mkdir(parents=True)
    for name in ("same.ipynb", "edited.ipynb", "gone.ipynb", "page.md"):
        (folder / "chapters" / name).write_text("1", encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "begin"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_edited_and_new_notebooks_are_found(checkout):
    for name in ("edited.ipynb", "new δ.ipynb", "page.md"):
        (checkout / "chapters" / name).write_text("2", encoding="utf-8")
    (checkout / "chapters" / "gone.ipynb").unlink()
    assert quick.changed(checkout) == ["chapters/edited.ipynb", "chapters/new δ.ipynb"]


def test_checkout_may_be_another_users(checkout):
    if os.name == "nt" or os.geteuid():
        pytest.skip("only root gives files away")
    shutil.chown(checkout, 65534)
    shutil.chown(checkout / ".git", 65534)
    refused = subprocess.run(["git", "status"], cwd=checkout, capture_output=True, text=True, encoding="utf-8")
    assert "dubious ownership" in refused.stderr
    assert quick.changed(checkout) == []


def test_folder_without_versions_is_no_error_but_is_said(tmp_path):
    with pytest.raises((OSError, subprocess.CalledProcessError)):
        quick.changed(tmp_path)


def test_rules_are_there():
    assert all((ROOT / path).is_file() for path in quick.RULES)
