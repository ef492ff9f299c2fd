"""The second proofs say what the pages say: the right sides and conditions of formal/*.v, read as SymPy."""

import tomllib
from functools import cache

import pytest
import sympy as sp
from check import read_theorems
from reading import ROOT, Notebook, notebooks
from running import statements
from skeleton import canonical, conditions, page_sizes, read_bounds, read_statement

THEOREMS = {name: statement for found in read_theorems().values() for name, (statement, _) in found.items()}
TABLE = tomllib.loads((ROOT / "formal" / "statements.toml").read_text(encoding="utf-8"))
TIED = [name for name in THEOREMS if name.startswith("eq_") and "by_hand" not in TABLE[name]]


def label(theorem):
    return theorem.replace("_", "-")


@cache
def general_proofs():
    """Give {label: [arguments of prove]} for the proofs in general indices of all chapters with second proofs."""
    found = {}
    for path in notebooks():
        labels = {equation.label for equation in Notebook(path).equations}
        if labels & set(map(label, TIED)):
            for call in statements(Notebook(path)):
                if isinstance(call["right"], sp.Expr):
                    found.setdefault(call["label"], []).append(call)
    return found


def test_each_theorem_is_in_the_table():
    assert sorted(THEOREMS) == sorted(TABLE)
    for entry in TABLE.values():
        assert entry.keys() <= {"wrong", "more", "by_hand"} and entry["wrong"]


def test_each_named_equation_is_on_a_page():
    on_pages = {equation.label for path in notebooks() for equation in Notebook(path).equations}
    assert {label(name) for name in THEOREMS if name.startswith("eq_")} <= on_pages


@pytest.mark.parametrize("theorem", TIED)
def test_theorem_says_what_the_page_proves(theorem):
    ours = read_statement(THEOREMS[theorem])
    calls = [call for call in general_proofs()[label(theorem)] if canonical(call["right"]) == ours.right]
    assert calls, f"Coq: {ours.right}\npages: {[canonical(call['right']) for call in general_proofs()[label(theorem)]]}"
    more = read_bounds(TABLE[theorem].get("more", []))
    assert any(ours.given - conditions(call["given"]) == more for call in calls)
    for array, sizes in ours.sizes:
        of_page = [page_sizes(call, array) for call in calls]
        assert of_page == [None] * len(calls) or any(found and sizes <= found for found in of_page), array


@pytest.mark.parametrize("theorem", TIED)
def test_each_wrong_statement_reads_differently(theorem):
    text = THEOREMS[theorem]
    for old, new in TABLE[theorem]["wrong"]:
        assert read_statement(text.replace(old, new, 1)) != read_statement(text)
