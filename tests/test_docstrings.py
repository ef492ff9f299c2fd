"""Everything public says what it takes, what it gives, and which equation of the book it is."""

import doctest
import importlib
import inspect
import pkgutil
import re

import cnnlib
import pytest
from reading import Notebook, notebooks

PUBLIC = {name: getattr(cnnlib, name) for name in cnnlib.__all__}
CODE = [name for name, thing in PUBLIC.items() if callable(thing)]
NOT_IN_THE_BOOK = {"Digits", "Layer", "check_answer", "check_equal", "load_mnist"}  # tools and data
NOTHING_RETURNED = {"check_equal", "from_flax", "from_keras", "from_pytorch"}


def labels():
    return {equation.label for path in notebooks() for equation in Notebook(path).equations}


@pytest.mark.parametrize("name", CODE)
def test_docstring_names_equations_of_the_book(name):
    named = set(re.findall(r"\b(?:eq|def)-[a-z0-9-]*[a-z0-9]", inspect.getdoc(PUBLIC[name])))
    if inspect.isclass(PUBLIC[name]):
        for _, method in inspect.getmembers(PUBLIC[name], inspect.isfunction):
            named |= set(re.findall(r"\b(?:eq|def)-[a-z0-9-]*[a-z0-9]", inspect.getdoc(method) or ""))
    assert named <= labels(), f"{name} names {named - labels()}, which no page has"
    assert named or name in NOT_IN_THE_BOOK


@pytest.mark.parametrize("name", [name for name in CODE if inspect.isfunction(PUBLIC[name])])
def test_docstring_describes_every_parameter(name):
    documentation = inspect.getdoc(PUBLIC[name])
    section = documentation.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    described = set(re.findall(r"\w+", " ".join(re.findall(r"^(\S.*?)(?: :|$)", section, re.MULTILINE))))
    missing = set(inspect.signature(PUBLIC[name]).parameters) - described
    assert not missing, f"{name} does not describe {missing}"
    assert "Returns\n-------" in documentation or name in NOTHING_RETURNED


MODULES = [module.name for module in pkgutil.walk_packages(cnnlib.__path__, "cnnlib.")]


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_idea_it_holds_and_its_examples_run(name):
    module = importlib.import_module(name)
    assert module.__doc__.partition("\n")[0].endswith(".")
    assert doctest.testmod(module).failed == 0
