"""Check in half a minute what the edit of a page can break, before `make test` checks everything.

    python tools/quick.py

The linter; the rules that every page keeps; and, cell by cell, the notebooks that differ from the last commit.
"""

import subprocess
import sys

from building import ROOT

RULES = [f"tests/test_{name}.py" for name in ("book", "glossary", "equation_index", "readme", "lock", "third_party")]


def changed(folder):
    """List the notebooks of a checkout that differ from its last commit, and those that it has not seen.

    Parameters
    ----------
    folder : Path
        The root of the checkout, which may be another user's.

    Returns
    -------
    list of str
        Seen from ``folder``.

    Raises
    ------
    OSError, subprocess.CalledProcessError
        If there is no git, or it keeps no versions of this folder.
    """
    git = ["git", "-c", f"safe.directory={folder}"]
    since = ["diff", "--name-only", "--diff-filter=d", "--relative", "HEAD"]
    new = ["ls-files", "--others", "--exclude-standard"]
    found = set()
    for question in (since, new):
        done = subprocess.run(
            [*git, *question, "-z", "--", "chapters/*.ipynb"], cwd=folder, capture_output=True, check=True
        )
        found |= set(done.stdout.decode().split("\0")) - {""}
    return sorted(found)


def main():
    lint = subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", str(ROOT)]).returncode
    try:
        notebooks = changed(ROOT)
        print("Notebooks that differ from the last commit:", ", ".join(notebooks) or "none", flush=True)
    except (OSError, subprocess.CalledProcessError):
        notebooks = []
        print("git does not say which notebooks have changed: none is run.", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile", "--durations=5", *RULES, *notebooks]
    tests = subprocess.run(command, cwd=ROOT).returncode
    return lint or tests


if __name__ == "__main__":
    sys.exit(main())
