"""cnnlib runs no text as code, no pickle and no other program; the workflows may do no more than they need."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from reading import ROOT

RUN_TEXT = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
# Modules that unpickle, start a program, load machine code or open a connection.
DANGEROUS = {
    *("pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"),
    *("subprocess", "multiprocessing", "pty", "ctypes", "cffi", "runpy", "code", "imp", "webbrowser"),
    *("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests"),
}
OF_OS = {"environ", "fspath", "PathLike", "cpu_count", "sched_getaffinity", "register_at_fork"}


def dangers(source: str) -> list[str]:
    """List what a module does that could run what a file or a caller hands to it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [f"imports {alias.name}" for alias in names if alias.name.split(".")[0] in DANGEROUS]
            case ast.ImportFrom(module=module, level=0, names=names):
                root, whole = module.split(".")[0], [f"{module}.{alias.name}" for alias in names]
                found += [f"imports {name}" for name in whole if root in DANGEROUS]
                found += [f"imports {name}" for name in whole if root == "os" and name.removeprefix("os.") not in OF_OS]
                found += [f"imports {name}" for name in whole if root == "importlib" and name != "importlib.resources"]
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name not in OF_OS:
                found.append(f"uses os.{name}")
            case ast.Name(id=name) if name in RUN_TEXT:
                found.append(f"uses {name}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="load"), keywords=keywords):
                if not any(k.arg == "allow_pickle" and ast.unparse(k.value) == "False" for k in keywords):
                    found.append("np.load without allow_pickle=False")
            # Of a string, SymPy's sympify and parsers make Python code, and run it.
            case ast.Attribute(attr="lambdify" | "parse_expr" as name):
                found.append(f"uses {name}")
            case ast.Call(func=ast.Attribute(attr="sympify"), keywords=keywords):
                if not any(k.arg == "strict" and ast.unparse(k.value) == "True" for k in keywords):
                    found.append("sympify without strict=True")
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "cnnlib").rglob("*.py")), ids=lambda path: path.stem)
def test_cnnlib_runs_nothing_that_it_is_given(path):
    assert dangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "run = exec",
        "import pickle",
        "import numpy, subprocess as s",
        "from urllib.request import urlopen",
        "from os import system",
        "import os\nos.popen('ls')",
        "from importlib import import_module",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "sp.sympify(text)",
        "sp.lambdify(x, text)",
    ],
)
def test_a_danger_is_seen(source):
    assert len(dangers(source)) == 1


def workflows() -> list[Path]:
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def risks(text: str) -> list[str]:
    """List what a workflow may do beyond need, and what it runs that another could change."""
    workflow = yaml.safe_load(text)
    triggers = workflow[True]  # YAML reads the key "on" as a truth
    found = (
        [] if workflow.get("permissions") == {"contents": "read"} else ["more than reading is permitted to all jobs"]
    )
    found += [f"runs on {name}" for name in ("pull_request_target", "workflow_run") if name in triggers]
    for name, job in workflow["jobs"].items():
        if not set(job.get("permissions", {})) <= {"pages", "id-token"}:
            found.append(f"{name}: permits {job['permissions']}")
        if "timeout-minutes" not in job:
            found.append(f"{name}: has no end")
        for step in job["steps"]:
            uses = step.get("uses", "")
            if uses and not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", uses):
                found.append(f"{name}: {uses} is not an action of the host's own, pinned by its commit")
            if uses.startswith("actions/checkout@") and step.get("with", {}).get("persist-credentials") is not False:
                found.append(f"{name}: leaves credentials in the checkout")
            if "${{" in step.get("run", ""):
                found.append(f"{name}: puts an expression into a shell command")
    return found


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.stem)
def test_workflow_may_do_no_more_than_it_needs(path):
    assert risks(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "old, new",
    [
        ("permissions:\n  contents: read", "permissions:\n  contents: write"),
        ("permissions:\n  contents: read", "env:\n  A: b"),
        ("pull_request:", "pull_request_target:"),
        ("pages: write", "contents: write"),
        ("    timeout-minutes: 10\n", ""),
        ("@de0fac2e4500dabe0009e67214ff5f5447ce83dd", "@v6"),
        ("actions/checkout@", "someone/checkout@"),
        ("persist-credentials: false", "fetch-depth: 1"),
        ("run: make book", "run: make book CHAPTER=${{ github.head_ref }}"),
    ],
)
def test_a_risk_is_seen(old, new):
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert text.count(old)
    assert risks(text.replace(old, new))
