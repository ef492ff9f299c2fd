"""Copies of this checkout in odd folders, under odd settings: `make` does there what it does here, or says why not.

Run by `make test-places`: each copy installs its own environment.
"""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from reading import ROOT

CHAPTER = "notation"
# What globs, shells, make, URLs, configuration files and Python's packaging treat specially.
ODD = "a b'c\"d#e%20f?g*h[i];j&k$HOME`l(m){n,o}|p<q>r!s~t\\u @^=+, é δ"
LEFT_OUT = ("_build", ".git", ".venv", ".venvs", "__pycache__", "mutants", "*.egg-info", ".pytest_cache", ".hypothesis")


@pytest.fixture(scope="module")
def odd_tree(tmp_path_factory):
    """Copy the sources into a folder with an odd name. The first make there installs."""
    tree = tmp_path_factory.mktemp("places") / ODD
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return tree


def make(goal, tree, fails=False, **variables):
    done = subprocess.run(
        ["make", *goal.split()], cwd=tree, env=os.environ | variables, capture_output=True, text=True, encoding="utf-8"
    )
    assert bool(done.returncode) is fails, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def environment_of(tree):
    return (tree / ".venv").resolve()


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def test_chapter_is_tested_in_an_odd_folder(odd_tree, locale):
    assert "passed" in make(f"test CHAPTER={CHAPTER}", odd_tree, LC_ALL=locale)


def test_chapter_is_built_in_an_odd_folder(odd_tree):
    said = make(f"book CHAPTER={CHAPTER}", odd_tree, LC_ALL="C")
    assert f"The book: {(odd_tree / f'_build/html/chapters/{CHAPTER}.html').as_uri()}" in said
    assert "</html>" in (odd_tree / f"_build/html/chapters/{CHAPTER}.html").read_text(encoding="utf-8")


def test_tests_about_places_pass_in_an_odd_folder(odd_tree):
    make(f"test CHAPTER={CHAPTER}", odd_tree)
    about = [f"tests/test_{name}.py" for name in ("environment", "architecture", "editions", "quick", "third_party")]
    command = [odd_tree / ".venv/bin/python", "-m", "pytest", "-q", *about]
    done = subprocess.run(
        command, cwd=odd_tree, env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout[-5000:]


def test_what_a_reader_has_set_up_changes_nothing(odd_tree, tmp_path):
    files = {
        ".config/matplotlib/matplotlibrc": "lines.linewidth: 7\nsvg.fonttype: none\nfont.size: 30\n",
        ".ipython/profile_default/startup/begin.py": "raise SystemExit('the profile was read')\n",
        ".ipython/profile_default/ipython_kernel_config.py": "c.InteractiveShell.ast_node_interactivity = 'all'\n",
        ".jupyter/jupyter_config.py": "raise SystemExit('the configuration was read')\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    set_up = {
        "HOME": str(tmp_path),
        "PYTEST_ADDOPTS": "--collect-only",
        "PYTHONPATH": str(tmp_path),
        "PYTHONOPTIMIZE": "2",
    }
    set_up |= {
        "MPLBACKEND": "svg",
        "CHAPTER": "nothing",
        "OPENBLAS_NUM_THREADS": "7",
        "SYMPY_USE_CACHE": "no",
        "LANGUAGE": "de",
    }
    chapter = "single_kernel"
    assert re.search(r"\d+ passed", make(f"test CHAPTER={chapter}", odd_tree, **set_up))
    make(f"notebooks-check CHAPTER={chapter}", odd_tree, **set_up)


def test_copy_is_tested_with_its_own_library(odd_tree, tmp_path):
    make(f"test CHAPTER={CHAPTER}", odd_tree)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", odd_tree, copy], check=True)
    with (copy / "cnnlib" / "__init__.py").open("a", encoding="utf-8") as module:
        module.write("\nraise ImportError('this copy is broken')\n")
    said = make(f"test CHAPTER={CHAPTER}", copy, fails=True)
    assert f"its folder is {odd_tree}, not {copy}" in said and "this copy is broken" in said
    assert environment_of(copy).is_relative_to(copy)
    assert "passed" in make(f"test CHAPTER={CHAPTER}", odd_tree)


def test_nothing_is_lost_without_a_network_and_pip_comes_where_uv_cannot(odd_tree, tmp_path):
    make(f"test CHAPTER={CHAPTER}", odd_tree)
    before = environment_of(odd_tree)
    installer = odd_tree / "tools" / "installer.lock"
    kept = installer.read_text(encoding="utf-8")
    installer.write_text("# no uv\n", encoding="utf-8")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CACHE_DIR": str(tmp_path)}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull, "XDG_CACHE_HOME": str(tmp_path)}
    said = make(f"test CHAPTER={CHAPTER}", odd_tree, fails=True, **nowhere)
    assert "tools/installer.lock has changed" in said and "The old environment is still there" in said
    assert environment_of(odd_tree) == before
    said = make(f"test CHAPTER={CHAPTER}", odd_tree)
    assert "pip tries" in said and "passed" in said
    installer.write_text(kept, encoding="utf-8")


def test_second_make_waits_and_both_leave_a_whole_book(odd_tree):
    make(f"test CHAPTER={CHAPTER}", odd_tree)
    command = ["make", "book", f"CHAPTER={CHAPTER}"]
    builds = []
    for _ in range(2):
        builds.append(
            subprocess.Popen(
                command, cwd=odd_tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
            )
        )
        time.sleep(1)
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], said
    assert "waiting for it" in said[1] and "waiting for it" not in said[0]
    pages = sorted((odd_tree / "_build/html/chapters").glob("*.html"))
    assert pages and all(page.read_text(encoding="utf-8").rstrip().endswith("</html>") for page in pages)


@pytest.mark.parametrize("name", ["a:b", "a\nb"])
def test_folder_that_cannot_work_is_refused_at_once(tmp_path, name):
    tree = tmp_path / name
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT, "chapters"))
    assert "Rename it" in make("book", tree, fails=True)
    assert not (tree / ".venvs").exists()


def test_pass_over_the_pages_is_a_small_part_of_the_build():
    """At most a tenth. The build says what it took."""
    begin = time.monotonic()
    said = subprocess.run([sys.executable, "tools/book.py"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    whole = time.monotonic() - begin
    assert said.returncode == 0, said.stderr
    (took,) = re.findall(r"finished \d+ pages in ([\d.]+) s", said.stdout)
    assert float(took) < whole / 10
