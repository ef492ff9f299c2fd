"""Compile the second proofs with Coq; `--wrong` sees that false statements are refused.

Every theorem of formal/*.v is compiled by Coq's kernel and must rest on no axiom. With `--wrong`,
each is stated again with one index, sign or condition changed as statements.toml says, followed by its
own proof: Coq must understand the statement, and must not accept it.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from graphlib import TopologicalSorter
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent / "_build" / "formal"
PACKAGES = {
    "algebra": "libcoq-mathcomp-algebra",
    "zify": "libcoq-mathcomp-zify",
    "algebra_tactics": "libcoq-mathcomp-algebra-tactics",
}
OPTIONS = ["-w", "-notation-overridden,-ambiguous-paths", "-Q", ".", "Book"]
THEOREM = re.compile(r"^Theorem (\w+)(.*?)\nProof(.*?Qed)\.", re.DOTALL | re.MULTILINE)
IMPORT = re.compile(r"^From Book Require Import (.*)\.$", re.MULTILINE)
CLOSED = "Closed under the global context"


def missing_packages():
    """Return the Debian packages that are still needed."""
    if not shutil.which("coqc"):
        return ["coq", *PACKAGES.values()]
    library = Path(run("coqc", "-where").strip(), "user-contrib", "mathcomp")
    return [package for folder, package in PACKAGES.items() if not (library / folder).is_dir()]


def run(*command, **options):
    """Return what a command prints; stop with it if the command fails."""
    done = subprocess.run(command, cwd=BUILD, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


def read_theorems():
    """Return {file: {theorem: (statement, proof)}} for all files."""
    files = sorted(HERE.glob("*.v"))
    return {path.stem: {name: rest for name, *rest in THEOREM.findall(path.read_text())} for path in files}


def needed_by(file):
    """List the files that a file imports."""
    return [name for names in IMPORT.findall((HERE / f"{file}.v").read_text()) for name in names.split()]


def compile_files(files):
    """Compile in the order in which the files need each other, two at a time."""
    for name in files:
        shutil.copy(HERE / f"{name}.v", BUILD)
    order = TopologicalSorter({name: needed_by(name) for name in files})
    order.prepare()
    with ThreadPoolExecutor(2) as pool:
        while order.is_active():
            ready = order.get_ready()
            list(pool.map(lambda name: run("coqc", *OPTIONS, f"{name}.v"), ready))
            order.done(*ready)


def check_assumptions(theorems):
    """See that all theorems are closed under the global context; the log names each of them.

    Coq looks through everything that a term is made of, which takes a second: so all theorems are made one term.
    """
    names = [f"{file}.{name}" for file, found in theorems.items() for name in found]
    script = BUILD / "assumptions.v"
    script.write_text(
        f"From Book Require {' '.join(theorems)}.\n"
        f"Definition all_theorems := (@{', @'.join(names)}).\nPrint Assumptions all_theorems.\n"
    )
    answer = run("coqc", *OPTIONS, script.name).strip()
    (BUILD / "assumptions.log").write_text("".join(f"{name}: {answer}\n" for name in names))
    if answer != CLOSED:
        sys.exit(f"The theorems rest on more than they should:\n{answer}")
    return names


def try_wrong_statements(file, found, table):
    """See that Coq refuses the wrong statements of one file, and return how many there are.

    Each is put behind the true one, with its proof, and the file is read to its end as if it were typed in: a step
    that fails does not stop it. Only what the kernel has accepted has a name at the end.
    """
    text, changes = (HERE / f"{file}.v").read_text(), {}
    for theorem, (statement, proof) in found.items():
        copies = []
        for old, new in table[theorem]["wrong"]:
            if old not in statement:
                sys.exit(f"{theorem}: nothing to change, its statement does not hold {old!r}")
            name = f"wrong_{len(changes)}"
            changes[name] = f"{theorem}: {old} -> {new}"
            copies.append(
                f"Theorem {name}{statement.replace(old, new, 1)}\n"
                f'Proof.\nidtac "understood {name}".\n{proof.removeprefix(".")}.\nAbort All.'
            )
        end = f"Proof{proof}."
        place = text.index(end, text.index(f"Theorem {theorem}{statement}")) + len(end)
        slow = ["Set Default Timeout 300.", *copies, "Unset Default Timeout."]
        text = "\n".join([text[:place], *slow, text[place:]])
    said = run("coqtop", "-q", *OPTIONS, input=text + "\n" + "".join(f"Locate {name}.\n" for name in changes))
    for name, change in changes.items():
        if f"understood {name}\n" not in said:
            sys.exit(f"{said}\n{change}: Coq does not understand this statement")
        if f"No object of basename {name}\n" not in said:
            sys.exit(f"{said}\n{change}: Coq accepts this statement")
    if "Timeout!" in said:
        sys.exit(f"{said}\n{file}: a step took too long to say that it fails")
    return len(changes)


def main(arguments):
    BUILD.mkdir(parents=True, exist_ok=True)
    if missing := missing_packages():
        sys.exit(f"The second proofs need Coq. On Debian: sudo apt install {' '.join(missing)}")
    theorems = read_theorems()
    table = tomllib.loads((HERE / "statements.toml").read_text())
    names = [name for found in theorems.values() for name in found]
    if sorted(names) != sorted(table):
        sys.exit(f"Not both in formal/*.v and in statements.toml: {sorted(set(names) ^ set(table))}")
    compile_files(theorems)
    print(f"{len(check_assumptions(theorems))} theorems compiled, each closed under the global context")
    if "--wrong" in arguments:
        with ThreadPoolExecutor(2) as pool:
            tried = sum(pool.map(lambda item: try_wrong_statements(*item, table), theorems.items()))
        print(f"{tried} wrong statements refused")


if __name__ == "__main__":
    main(sys.argv[1:])
