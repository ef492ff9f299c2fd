"""Who imports whom: the contracts in pyproject.toml hold, and what breaks one is seen."""

import os
import pkgutil
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import cnnlib
import pytest
from reading import ROOT
from setuptools import find_packages

# What each room cannot do without, beside the standard library and NumPy.
NEEDED = {"cnnlib.proofs": {"sympy"}, "cnnlib.pictures": {"matplotlib"}}
HEAVY = {"sympy", "matplotlib", "onnx"}
BLOCKED = "import sys, importlib; [sys.modules.__setitem__(name, None) for name in {blocked!r}]; importlib.import_module({room!r})"


def linted(folder: Path) -> subprocess.CompletedProcess:
    """Hold the cnnlib in a folder against the contracts of the project."""
    # Not by its script, which cannot stand in a folder with a backslash in its name.
    lint, settings = (
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        ROOT / "pyproject.toml",
    )
    variables = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", lint, "--config", settings, "--no-cache"],
        cwd=folder,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_contracts_are_kept():
    result = linted(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("windows", "from .layers import pooling", "A room imports only what stands below it"),
        ("fast/blocks", "from ..layers import base", "A room imports only what stands below it"),
        ("layers/dense", "def late():\n    from .. import network", "A room imports only what stands below it"),
        ("helpers", "", "A room imports only what stands below it"),
        ("proofs/sums", "from .. import losses", "Proofs and pictures know no layer"),
        ("pictures/maps", "from ..fast import blocks", "Proofs and pictures know no layer"),
        ("graph", "from . import windows", "The scalar graph needs arguments alone"),
        ("arguments", "import sympy", "SymPy, Matplotlib and ONNX only in their own rooms"),
        ("proofs/sums", "import matplotlib", "Proofs draw nothing"),
        ("pictures/maps", "import sympy", "Pictures prove nothing"),
        ("exchange/interchange", "import matplotlib", "Exchange neither proves nor draws"),
    ],
)
def test_an_import_that_breaks_a_contract_is_seen(tmp_path, module, line, contract):
    shutil.copytree(ROOT / "cnnlib", tmp_path / "cnnlib", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "cnnlib" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = linted(tmp_path)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in " ".join(result.stdout.split()), result.stdout


ROOMS = [f"cnnlib.{module.name}" for module in pkgutil.iter_modules(cnnlib.__path__)]


@pytest.mark.parametrize("room", ["cnnlib", *ROOMS])
def test_a_room_is_imported_without_the_packages_of_others(room):
    code = BLOCKED.format(blocked=sorted(HEAVY - NEEDED.get(room, set())), room=room)
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("room", "package"), [(room, package) for room, needed in NEEDED.items() for package in needed]
)
def test_the_blocking_works(room, package):
    code = BLOCKED.format(blocked=[package], room=room)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert result.returncode and f"import of {package} halted" in result.stderr


def test_every_folder_of_the_library_is_installed():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in (ROOT / "cnnlib").rglob("*.py")}
    assert set(find_packages(ROOT, **options)) == folders


def test_the_hall_is_small():
    assert len([module for module in pkgutil.iter_modules(cnnlib.__path__) if not module.ispkg]) <= 12
