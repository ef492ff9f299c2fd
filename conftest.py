"""Whoever starts them, and however: the tests run apart from the reader's settings, and try the cnnlib beside them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from environment import clean

ROOT = Path(__file__).resolve().parent
# What pytest and its plugins tell each other, and what CONTRIBUTING.md says that one may set.
OF_TESTS = (
    "PYTEST_XDIST_",
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
    "COV_CORE_",
    "COVERAGE_",
    "MUTANTS",
    "MNIST_FOLDER",
)

own = [name for name in os.environ if name.startswith(OF_TESTS)]
variables = clean(os.environ, sys.prefix, own)
os.environ.clear()
os.environ.update(variables)


def pytest_configure(config):
    """Refuse to pass over a broken tree because another one's cnnlib works."""
    if hasattr(config, "workerinput"):
        return
    # As a kernel would: not from this folder, which pytest puts on its own path.
    ask = "import importlib.util as u; spec = u.find_spec('cnnlib'); print(spec.origin if spec else 'nowhere', end='')"
    found = subprocess.run(
        [sys.executable, "-Ic", ask], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    if not Path(found).is_relative_to(ROOT):
        raise pytest.UsageError(
            f"This Python imports cnnlib from {found}, not from {ROOT}; `make test` makes an environment for this folder"
        )
