"""The environment knows what it was made of and where; what the reader has set up stays out of it."""

import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import environment
import pytest
from reading import ROOT

# --- The cnnlib under test --------------------------------------------------------------------

# Start a kernel as nbval and `make notebooks` do, run one line in it, and print what it prints.
ASK_A_KERNEL = """
import sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3", cwd=sys.argv[2], extra_arguments=["--log-level=ERROR"])
try:
    answer = client.execute_interactive(sys.argv[1], timeout=60, output_hook=lambda said: print(said["content"].get("text", ""), end=""))
    assert answer["content"]["status"] == "ok", answer["content"]
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def kernel_says(line, variables, folder):
    command = [sys.executable, "-c", ASK_A_KERNEL, line, str(folder)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_kernel_imports_the_cnnlib_beside_these_tests():
    found = kernel_says("import cnnlib; print(cnnlib.__file__)", dict(os.environ), ROOT / "chapters")
    assert Path(found).resolve() == ROOT / "cnnlib" / "__init__.py"


def small_tree(folder, test="def test(): pass\n"):
    """Lay out a tree that holds the configuration, one test, and no cnnlib."""
    (folder / "tests").mkdir(parents=True)
    (folder / "chapters").mkdir()
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml", "requirements.lock", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / "tests" / "test_one.py").write_text(test, encoding="utf-8")
    return folder


def pytest_in(folder, variables=None, **options):
    command = [sys.executable, "-m", "pytest", "tests/test_one.py"]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, encoding="utf-8", **options
    )


def test_tree_is_not_tested_with_the_cnnlib_of_another(tmp_path):
    done = pytest_in(small_tree(tmp_path / "copy"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"imports cnnlib from {ROOT / 'cnnlib'}" in done.stderr and "passed" not in done.stdout


# --- What the reader has set up ---------------------------------------------------------------

LEAKING = """
    CHAPTER CNNLIB_THREADS COLUMNS COVERAGE_PROCESS_START DOCUTILSCONFIG GIT_DIR HYPOTHESIS_PROFILE IPYTHONDIR
    JUPYTER_CONFIG_DIR JUPYTER_PATH LANG LANGUAGE LC_ALL LC_NUMERIC MAKEFLAGS MATPLOTLIBRC MKL_NUM_THREADS MPLBACKEND
    MPLCONFIGDIR NPY_PROMOTION_STATE OMP_NUM_THREADS OPENBLAS_NUM_THREADS PIP_CONSTRAINT PIP_REQUIRE_VIRTUALENV
    PIP_TARGET PIP_USER PYTEST_ADDOPTS PYTEST_PLUGINS PYTHONHASHSEED PYTHONHOME PYTHONOPTIMIZE PYTHONPATH
    PYTHONSTARTUP PYTHONWARNINGS PY_COLORS SOURCE_DATE_EPOCH SPHINXOPTS SYMPY_GROUND_TYPES SYMPY_USE_CACHE TZ
    UV_INDEX UV_PYTHON VERSIONS VIRTUAL_ENV XDG_CONFIG_HOME""".split()


@pytest.mark.parametrize("name", LEAKING)
def test_variable_of_the_reader_reaches_no_program(name, tmp_path):
    assert environment.clean({name: "the reader's"}, tmp_path).get(name) != "the reader's"


@pytest.mark.parametrize("name", ["PATH", "HOME", "TMPDIR", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE", "DISPLAY"])
def test_way_to_programs_and_to_the_network_stays(name, tmp_path):
    assert environment.clean({name: "the reader's"}, tmp_path)[name] == "the reader's"


def test_settings_lie_in_the_environment_or_where_one_may_write(tmp_path):
    inside = environment.clean({}, tmp_path)
    assert all(Path(inside[name]).is_relative_to(tmp_path) for name in environment.FOLDERS)
    nowhere = environment.clean({}, tmp_path / "there is no such folder")
    for name in environment.FOLDERS:
        assert os.access(Path(nowhere[name]).parent, os.W_OK)
    Path(nowhere["MPLCONFIGDIR"]).parent.rmdir()


@pytest.fixture
def reader(tmp_path):
    """Give the variables of a reader who has set up Matplotlib, IPython, Python and more in a home of their own."""
    files = {
        ".config/matplotlib/matplotlibrc": "lines.linewidth: 7\n",
        ".matplotlib/matplotlibrc": "lines.linewidth: 7\n",
        ".ipython/profile_default/startup/begin.py": "leaked = True\n",
        ".ipython/profile_default/ipython_config.py": "c.InteractiveShell.ast_node_interactivity = 'all'\n",
        "modules/sitecustomize.py": "import builtins\nbuiltins.leaked = True\n",
    }
    for name, text in files.items():
        path = tmp_path / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    home = str(tmp_path / "home")
    return kept | {"HOME": home, "USERPROFILE": home, "PYTHONPATH": f"{home}/modules", "OMP_NUM_THREADS": "1"}


# What a kernel sees of all that: a name from a startup file, a width from matplotlibrc, a variable.
LEAKED = "import os, matplotlib; print('leaked' in dir() + dir(__builtins__), matplotlib.rcParams['lines.linewidth'], os.environ.get('OMP_NUM_THREADS'))"


def test_kernel_sees_nothing_that_the_reader_has_set_up(reader, tmp_path):
    assert kernel_says(LEAKED, reader, tmp_path) == "True 7.0 1"
    assert kernel_says(LEAKED, environment.clean(reader, sys.prefix), tmp_path) == "False 1.5 None"


def test_tests_themselves_are_apart_from_it(reader, tmp_path):
    """However pytest was started: conftest.py does what `make test` does."""
    test = """
        import os, subprocess, sys

        def test():
            import matplotlib
            assert matplotlib.rcParams["lines.linewidth"] == 1.5
            assert "OMP_NUM_THREADS" not in os.environ and "PYTHONPATH" not in os.environ
            subprocess.run([sys.executable, "-c", "assert not __builtins__.__dict__.get('leaked')"], check=True)
    """
    tree = small_tree(tmp_path / "tree", textwrap.dedent(test))
    # The tree has no cnnlib of its own; that one is found in it is not what is tried here.
    conftest = (tree / "conftest.py").read_text(encoding="utf-8").partition("def pytest_configure")[0]
    (tree / "conftest.py").write_text(conftest, encoding="utf-8")
    done = pytest_in(tree, reader)
    assert done.returncode == 0, done.stdout
    (tree / "conftest.py").unlink()
    assert pytest_in(tree, reader).returncode == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "name, goal",
    [("CHAPTER", "test"), ("VERSIONS", "test"), ("PYTHON", "book"), ("MODULES", "mutation"), ("PORT", "serve")],
)
def test_make_takes_its_variables_from_its_command_line_only(name, goal):
    run = ["make", "--dry-run", goal]
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    exported = subprocess.run(
        run, cwd=ROOT, env={**os.environ, name: "exported"}, capture_output=True, text=True, encoding="utf-8"
    )
    assert exported.returncode == 0 and "exported" not in exported.stdout
    said = subprocess.run([*run, f"{name}=stride"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert "stride" in said.stdout + said.stderr


# --- The way to a package index ---------------------------------------------------------------

CONFIGURATION = """
global.constraint='/etc/constraints.txt'
global.index-url='https://one.example/simple'
global.timeout='60'
install.extra-index-url='https://two.example/simple\\nhttps://three.example/simple'
install.user='true'
:env:.cert='/etc/certificate'
:env:.index-url='https://four.example/simple'
:env:.target='/elsewhere'
""".strip()


def test_pip_and_uv_reach_the_index_that_pip_is_told_of_and_follow_nothing_else():
    found = environment.index_settings(CONFIGURATION, environment.PLACES | environment.WAY)
    assert {name: value for name, value in found.items() if name.startswith("PIP_")} == {
        "PIP_INDEX_URL": "https://four.example/simple",
        "PIP_TIMEOUT": "60",
        "PIP_EXTRA_INDEX_URL": "https://two.example/simple https://three.example/simple",
        "PIP_CERT": "/etc/certificate",
    }
    assert found["UV_DEFAULT_INDEX"] == found["PIP_INDEX_URL"] and found["UV_INDEX"] == found["PIP_EXTRA_INDEX_URL"]
    assert found["SSL_CERT_FILE"] == "/etc/certificate" and found["UV_HTTP_TIMEOUT"] == "60"


def test_lock_for_everyone_is_not_made_from_the_readers_own_index():
    found = environment.index_settings(CONFIGURATION, environment.WAY)
    assert not [name for name in found if "INDEX_URL" in name or name in ("UV_INDEX", "UV_DEFAULT_INDEX")]
    assert found["PIP_CERT"] == "/etc/certificate"


def test_pip_reads_what_is_handed_to_it_and_no_file(reader, tmp_path):
    """As the environment's own pip sees it: the reader's files are gone, what they said about the index is not."""
    file = tmp_path / "home" / "pip.conf"
    file.write_text("[global]\nindex-url = https://one.example/simple\nuser = true\n", encoding="utf-8")
    theirs = reader | {"PIP_CONFIG_FILE": str(file), "PIP_TARGET": "/elsewhere"}
    before = environment.pip_configuration(sys.executable, theirs)
    assert "one.example" in before and "target" in before
    handed = environment.clean(theirs, tmp_path) | environment.index_settings(
        before, environment.PLACES | environment.WAY
    )
    listed = subprocess.run(
        [sys.executable, "-Im", "pip", "config", "list"], env=handed, capture_output=True, text=True, encoding="utf-8"
    ).stdout
    assert "one.example" in listed and "user" not in listed and "target" not in listed


# --- What an environment is made of -----------------------------------------------------------


def fake_make(folder, tree, versions):
    """Stand in for the installation: a folder with a Python that runs."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)


def no_network(folder, tree, versions):
    fake_make(folder, tree, versions)
    raise environment.Failure("there is no network")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_make", fake_make)
    folder = small_tree(tmp_path / "tree")
    (folder / ".venvs").mkdir()
    return folder


def test_environment_is_made_once(tree, capsys):
    first = environment.ready(tree, "locked")
    assert "there is none yet" in capsys.readouterr().out
    assert (tree / ".venv").is_symlink() and (tree / ".venv").resolve() == first
    for path in tree.rglob("*"):
        os.utime(path, (time.time() + 100,) * 2, follow_symlinks=False)
    assert environment.ready(tree, "locked") == first
    assert capsys.readouterr().out == ""


def edited(name, old, new):
    def edit(tree):
        text = (tree / name).read_text(encoding="utf-8")
        assert old in text
        (tree / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    "edit, said",
    [
        (edited("requirements.lock", "==", "==1!"), "requirements.lock has changed"),
        (edited("tools/installer.lock", "==", "==1!"), "tools/installer.lock has changed"),
        (edited("pyproject.toml", "numpy>=2.0", "numpy>=2.1"), "pyproject.toml has changed"),
        (lambda tree: shutil.rmtree((tree / ".venv").resolve() / "bin"), "it is damaged"),
    ],
)
def test_another_content_makes_another_environment(tree, capsys, edit, said):
    first = environment.ready(tree, "locked")
    edit(tree)
    capsys.readouterr()
    second = environment.ready(tree, "locked")
    assert said in capsys.readouterr().out
    assert (tree / ".venv").resolve() == second
    assert second == first or not first.exists()


@pytest.mark.parametrize(
    "edit",
    [
        edited(
            "pyproject.toml", "[tool.pytest.ini_options]\n", "[tool.pytest.ini_options]\ntmp_path_retention_count = 1\n"
        ),
        edited("requirements.txt", "#", "# "),
    ],
)
def test_what_is_not_installed_from_makes_none(tree, edit):
    first = environment.ready(tree, "locked")
    edit(tree)
    assert environment.ready(tree, "locked") == first


def test_each_choice_of_versions_is_an_environment_of_its_own(tree):
    assert len({environment.ready(tree, versions) for versions in environment.INSTALLED_FROM}) == 3


@pytest.mark.parametrize("way", [lambda old, new: shutil.copytree(old, new, symlinks=True), shutil.move])
def test_copied_or_moved_tree_gets_its_own(tree, capsys, way):
    first = environment.ready(tree, "locked")
    there = tree.with_name("elsewhere")
    way(tree, there)
    capsys.readouterr()
    second = environment.ready(there, "locked")
    assert f"its folder is {tree}, not {there}" in capsys.readouterr().out
    assert second.is_relative_to(there) and (there / ".venv").resolve() == second
    assert not (there / first.relative_to(tree)).exists()
    if tree.exists():
        assert environment.ready(tree, "locked") == first


def test_nothing_is_lost_without_a_network(tree, monkeypatch):
    first = environment.ready(tree, "locked")
    edited("requirements.lock", "==", "==1!")(tree)
    monkeypatch.setattr(environment, "_make", no_network)
    with pytest.raises(SystemExit, match="no network\nThe old environment is still there"):
        environment.ready(tree, "locked")
    assert (tree / ".venv").resolve() == first and (first / "bin/python").exists()
    assert [path for path in (tree / ".venvs").iterdir() if path.is_dir()] == [first]


def test_half_an_environment_is_not_used(tree, monkeypatch):
    """As when the machine goes down while it is made."""

    def interrupted(folder, tree, versions):
        fake_make(folder, tree, versions)
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_make", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.ready(tree, "locked")
    assert not (tree / ".venv").exists()
    monkeypatch.setattr(environment, "_make", fake_make)
    assert (environment.ready(tree, "locked") / "made-of.json").exists()


def test_environment_made_by_hand_makes_room(tree):
    (tree / ".venv" / "bin").mkdir(parents=True)
    assert environment.ready(tree, "locked") == (tree / ".venv").resolve()
    assert [path for path in (tree / ".venvs").iterdir() if path.is_dir()] == [(tree / ".venv").resolve()]


# --- One at a time ----------------------------------------------------------------------------

WORK = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import environment
folder = Path(sys.argv[2])
environment.wait_for_turn(folder, "the first" if sys.argv[3] == "first" else "the second")
(folder / sys.argv[3]).touch()
while sys.argv[3] == "first" and not (folder / "go").exists():
    time.sleep(0.02)
with open(folder / "order", "a", encoding="utf-8") as order:
    print(sys.argv[3], file=order)
"""


def test_second_waits_for_the_first_and_says_so(tmp_path):
    def start(name):
        command = [sys.executable, "-c", WORK, str(ROOT / "tools"), str(tmp_path), name]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    with start("first") as first:
        while not (tmp_path / "first").exists():
            time.sleep(0.02)
        with start("second") as second:
            said = second.stdout.readline()
            assert "waiting" in said and f"process {first.pid}: the first" in said
            assert not (tmp_path / "second").exists()
            (tmp_path / "go").touch()
    assert first.returncode == second.returncode == 0
    assert (tmp_path / "order").read_text(encoding="utf-8").split() == ["first", "second"]


def test_program_that_takes_over_goes_on_holding_the_lock(tmp_path):
    take_over = f"""
import os, sys
sys.path.insert(0, {str(ROOT / "tools")!r})
from pathlib import Path
import environment
environment.wait_for_turn(Path({str(tmp_path)!r}), "it")
os.execv(sys.executable, [sys.executable, "-c", "print('over', flush=True); input()"])
"""
    begin = [sys.executable, "-c", take_over]
    with subprocess.Popen(begin, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as program:
        assert program.stdout.readline() == "over\n"
        import fcntl

        with open(tmp_path / "lock", encoding="utf-8") as lock:
            with pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            program.communicate("\n")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --- Places -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, why", [("a:b", 'has a ":"'), ("a\nb", "cannot be printed"), (os.fsdecode(b"a\xff"), "cannot be printed")]
)
def test_folder_that_cannot_work_is_refused_and_why(name, why):
    assert why in environment.refused(Path("/somewhere") / name / "book")


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "'",
        '"',
        "\\",
        "#",
        "%20",
        "?",
        "*",
        "[0]",
        "{a,b}",
        ";",
        "&",
        "$HOME",
        "`",
        "!",
        "|",
        "<>",
        "(",
        "~",
        "δ",
        "-x",
        ".hidden",
    ],
)
def test_other_folders_are_not(name):
    assert environment.refused(Path("/somewhere") / name / "book") is None


def test_checkout_in_which_one_may_not_write_can_be_tested(tmp_path):
    tree = small_tree(tmp_path / "tree")
    (tree / "conftest.py").unlink()  # it would ask for a cnnlib in this tree
    locked = [tree, *(path for path in tree.rglob("*") if path.is_dir())]
    for folder in locked:
        folder.chmod(0o555)
    if os.access(tree, os.W_OK):
        pytest.skip("root may write everywhere")
    try:
        done = pytest_in(tree)
        assert done.returncode == 0, done.stdout + done.stderr
        with pytest.raises(SystemExit, match="You may not write"):
            environment.wait_for_turn(tree / ".venvs", "it")
    finally:
        for folder in locked:
            folder.chmod(0o755)


# --- What is seen meanwhile -------------------------------------------------------------------


def test_installation_says_what_how_many_and_how_long(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(environment.Step, "EVERY", 0.05)
    installer = "import time; print('Collecting a'); print('Collecting b', flush=True); time.sleep(0.5)"
    with environment.Step("two packages") as step:
        environment.run([sys.executable, "-c", installer], dict(os.environ), step)
    *meanwhile, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith("  two packages: 2 so far, 0 s") for line in meanwhile)
    assert last.startswith("  two packages:") and last.endswith(" s")


def test_installation_that_fails_says_why():
    with pytest.raises(environment.Failure, match="no such package"):
        environment.run([sys.executable, "-c", "import sys; sys.exit('no such package')"], dict(os.environ))


def test_old_environment_tells_what_has_changed():
    old = {"folder": "/a", "Python": "CPython 3.11", "versions": "locked", "content": {"x": "1", "y": "2"}}
    new = json.loads(json.dumps(old)) | {"folder": "/b", "content": {"x": "1", "y": "3"}}
    assert environment.changes(old, new) == ["its folder is /a, not /b", "y has changed"]
    assert environment.changes(old, old) == []


@pytest.mark.parametrize("folder", ["cnnlib", "tests", "tools", "benchmarks"])
def test_no_program_is_read_in_the_encoding_of_the_locale(folder):
    """Of files, the linter sees to it (PLW1514)."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = {word.arg: ast.unparse(word.value) for word in node.keywords} if isinstance(node, ast.Call) else {}
            if words.get("text") == "True" and "encoding" not in words:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found
