"""Try a sample of the mutants of cnnlib on the chapters instead of on tests/, and print how many they kill.

    python tools/mutation_by_chapters.py 20               every 20th of all mutants
    python tools/mutation_by_chapters.py 5 conv windows   every 5th of those of two modules

It takes the names of the mutants from mutants/, so `mutmut run` comes first. Everything happens in
_build/mutants_by_chapters/. A chapter kills a mutant if a cell of it raises an error; stored outputs are not
compared. The training of the network is left out, because it takes half a minute.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "mutants_by_chapters"
LEFT_OUT = "training_a_cnn"
CONFIGURATION = f"""
[tool.pytest.ini_options]
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["cnnlib"]
also_copy = ["chapters", "test_chapters.py"]
pytest_add_cli_args_test_selection = ["test_chapters.py"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "--deselect=test_chapters.py::test_chapter[{LEFT_OUT}]"]
"""


def names(every: int, modules: list[str]) -> list[str]:
    """List every so manieth mutant, in the order of modules and lines."""
    files = sorted((ROOT / "mutants" / "cnnlib").glob("*.py.meta"))
    mutants = [
        name
        for file in files
        if not modules or file.name.partition(".")[0] in modules
        for name in json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    ]
    return mutants[::every]


def prepare():
    """Lay out library, chapters and the one test file as mutmut wants them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    shutil.copytree(ROOT / "cnnlib", FOLDER / "cnnlib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "chapters", FOLDER / "chapters", ignore=shutil.ignore_patterns("_static"))
    shutil.copy(ROOT / "tools" / "chapters_as_tests" / "test_chapters.py", FOLDER)
    (FOLDER / "pyproject.toml").write_text(CONFIGURATION, encoding="utf-8")


if __name__ == "__main__":
    sample = names(int(sys.argv[1]), sys.argv[2:])
    prepare()
    subprocess.run([Path(sys.executable).with_name("mutmut"), "run", *sample], cwd=FOLDER, check=True)
    codes = {}
    for meta in (FOLDER / "mutants" / "cnnlib").glob("*.py.meta"):
        codes |= json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    # 0: every chapter ran through; 33: no chapter reaches the function.
    dead = sum(codes[name] not in (0, 33) for name in sample)
    print(f"\nThe chapters kill {dead} of {len(sample)} mutants, {dead / len(sample):.0%}.")
