"""Count the mutants of cnnlib that tests/ killed, and hold the survivors against tests/mutation.md.

    python tools/mutation.py                  after `mutmut run`: every module
    python tools/mutation.py windows layers.convolution     these modules only

A mutant is one small change of one function, such as - for +, tried in a copy of cnnlib under mutants/.
Fails if a mutant survived that the page does not explain, if the page explains one that is gone or was
killed, or if fewer than GOAL of all were killed.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

PAGE = Path("tests/mutation.md")
GOAL = 0.95
ALIVE, UNTRIED = {"survived", "no tests"}, {"not checked", "check was interrupted by user"}
ENTRY = re.compile(r"^\*\*`(\S+)`\*\*(?:(?!^```).)*?^```diff\n(.*?)\n```$", re.DOTALL | re.MULTILINE)


def explained(page: str) -> set[tuple[str, str]]:
    """List the mutants that a page explains: each the name of a function and the lines that differ.

    The lines stand in a block of code of the kind "diff", below a paragraph that begins with the function's
    name in bold. Empty lines part several mutants of one function.
    """
    return {(function, change) for function, changes in ENTRY.findall(page) for change in changes.split("\n\n")}


def described(mutant: str, path: Path) -> tuple[str, str]:
    """Describe one of mutmut's mutants as `explained` does."""
    function, owner = orig_function_and_class_names_from_key(mutant)
    diff = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    lines = "\n".join(f"{line[0]} {line[1:].strip()}" for line in diff if line[0] in "+-")
    return ".".join(filter(None, (path.stem, owner, function))), lines


def main(modules: list[str]) -> int:
    """Print a table of the modules and what is wrong; return 1 if something is."""
    modules = [module.rpartition(".")[2] for module in modules]
    total, alive, slow = Counter(), set(), set()
    print("| module | mutants | not tried | survivors | killed of those tried |\n|---|---:|---:|---:|---:|")
    for path in sorted(walk_mutatable_files()):
        if modules and path.stem not in modules:
            continue
        data = SourceFileMutationData(path=path)
        data.load()
        status = {mutant: status_by_exit_code[code] for mutant, code in data.exit_code_by_key.items()}
        alive |= {described(mutant, path) for mutant in status if status[mutant] in ALIVE}
        slow |= {described(mutant, path) for mutant in status if status[mutant] == "timeout"}
        counts = Counter(
            "alive" if value in ALIVE else "not tried" if value in UNTRIED else "dead" for value in status.values()
        )
        total += counts
        if status:
            print(row(path.stem, counts))
    print(row("all", total))
    print(f"\nOf those killed, {len(slow)} ran into the limit of time.")

    known = {entry for entry in explained(PAGE.read_text("utf-8")) if not modules or entry[0].split(".")[0] in modules}
    # An equivalent mutant may be slower than the limit: that is no reason to strike it off.
    wrong = {"Not on the page": alive - known, "On the page, but killed or gone": known - alive - slow}
    for heading, entries in wrong.items():
        for function, lines in sorted(entries):
            print(f"\n{heading}:\n**`{function}`**\n```diff\n{lines}\n```")
    if total["not tried"]:
        print("\nNot all mutants were tried: run it again.")
    if few := total["dead"] < GOAL * (total["dead"] + total["alive"]):
        print(f"\nFewer than {GOAL:.0%} were killed.")
    return int(few or total["not tried"] > 0 or any(wrong.values()))


def row(name: str, counts: Counter) -> str:
    """Write one row of the table."""
    tried = counts["dead"] + counts["alive"]
    share = f"{counts['dead'] / tried:.1%}" if tried else "–"
    return f"| {name} | {counts.total()} | {counts['not tried']} | {counts['alive']} | {share} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
