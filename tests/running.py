"""Collect what a notebook hands to `prove`, by running in this process only what the proofs need."""

import ast
import contextlib
import inspect
from unittest import mock

import cnnlib.proofs
from reading import CHAPTERS, Notebook, parsed
from slicing import needed_by


def statements(notebook: Notebook, every: bool = False) -> list[dict]:
    """List the arguments of the calls of `prove`, in order. Nothing is proved here: the notebook's own test does that.

    The proof in general indices stands for an equation that has one, unless every proof is asked for: to work the same
    equation out on small arrays takes most of the time.
    """
    recorded = []
    signature = inspect.signature(cnnlib.proofs.prove)

    def record(*args, **options):
        call = signature.bind(*args, **options)
        call.apply_defaults()
        recorded.append(call.arguments)

    in_general = {proof.label for proof in notebook.proofs if proof.grade == "general"}
    code, proofs = [], []
    for _, cell in notebook.code():
        for statement in parsed(cell.source).body:
            label = proved_label(statement)
            if label and (
                every
                or label not in in_general
                or any(text.startswith(f"{label}: proved for all") for text in shown(cell))
            ):
                proofs.append(len(code))
            code.append(statement)
    needed = {id(statement) for place in proofs for statement in [code[place], *needed_by(code[:place], [code[place]])]}
    module = ast.Module([statement for statement in code if id(statement) in needed], [])
    with contextlib.chdir(CHAPTERS), mock.patch.object(cnnlib.proofs, "prove", record):
        exec(compile(module, notebook.path.name, "exec"), {"__name__": notebook.stem})
    return recorded


def shown(cell):
    """List the texts that a cell has stored as its results."""
    return [output.get("data", {}).get("text/plain", "") for output in cell.outputs]


def proved_label(statement):
    """Give the label that a statement proves; None also if it only tries whether `prove` refuses."""
    parts = list(ast.walk(statement))
    if any(isinstance(part, ast.Try) for part in parts):
        return None
    calls = [part for part in parts if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "prove"]
    return calls[0].args[0].value if calls else None
