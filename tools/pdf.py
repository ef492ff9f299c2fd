"""Make the PDF: look for the programs and fonts, let Sphinx write LaTeX, and set it.

    python tools/pdf.py _build/book.pdf

A PDF in which a character is missing or a line runs off the page is refused.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from building import ROOT, jupyter_book, say_where

PROGRAMS = {
    "xelatex": "texlive-xetex",
    "latexmk": "latexmk",
    "rsvg-convert": "librsvg2-bin",
    "kpsewhich": "texlive-binaries",
}
FILES = {
    "fncychap.sty": "texlive-latex-extra",
    "pdflscape.sty": "texlive-latex-recommended",
    "tgtermes.sty": "tex-gyre",
    "FreeSerif.otf": "fonts-freefont-otf",
    "DejaVuSansMono.ttf": "fonts-dejavu",
}
OFF_THE_PAGE = 15  # points; less is not seen in the margin


def missing_packages():
    """List the Debian packages whose programs, LaTeX files or fonts are not there."""
    missing = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    if shutil.which("kpsewhich"):
        missing |= {package for file, package in FILES.items() if not _found(file)}
    return sorted(missing)


def _found(file):
    if subprocess.run(["kpsewhich", file], capture_output=True).returncode == 0:
        return True
    # fc-match names the nearest font that there is, which may be another one.
    name = Path(file).stem
    fonts = subprocess.run(["fc-list"], capture_output=True, encoding="utf-8").stdout if shutil.which("fc-list") else ""
    return Path(file).suffix in (".otf", ".ttf") and f"/{name}." in fonts


def faults(log):
    """List what a reader would see to be wrong, from the text of LaTeX's log."""
    found = re.findall(r"^Missing character: .*$", log, re.MULTILINE)
    for line, points in re.findall(r"^(Overfull \\hbox \(([\d.]+)pt too wide\).*)$", log, re.MULTILINE):
        if float(points) > OFF_THE_PAGE:
            found.append(line)
    return found + re.findall(
        r"^LaTeX Warning: (?:Reference|Citation|Hyper reference) .* undefined.*$", log, re.MULTILINE
    )


def make(folder, target):
    """Run LaTeX in a folder and copy the PDF, if it has no faults.

    Raises
    ------
    SystemExit
        If LaTeX fails, or the PDF has faults.
    """
    source = next(Path(folder).glob("*.tex"))
    command = [
        "latexmk",
        "-xelatex",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-file-line-error",
        "-silent",
        source.name,
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    log_file = source.with_suffix(".log")
    log = log_file.read_text(encoding="utf-8", errors="replace") if log_file.exists() else result.stderr
    # LaTeX breaks the lines of its log at 79 characters; what is looked for stands at their starts.
    if result.returncode:
        sys.exit(
            f"LaTeX failed; {log_file} says:\n" + "\n".join(re.findall(r"^\S+:\d+: .*$|^! .*$", log, re.MULTILINE)[:5])
        )
    found = faults(log)
    if found:
        sys.exit("The PDF has faults:\n" + "\n".join(found))
    shutil.copyfile(source.with_suffix(".pdf"), target)


if __name__ == "__main__":
    packages = missing_packages()
    if packages:
        sys.exit(
            f"make pdf needs more than Python. On Debian and Ubuntu:\n  sudo apt install --no-install-recommends {' '.join(packages)}"
        )
    latex, target = ROOT / "_build" / "latex", Path(sys.argv[1])
    shutil.rmtree(latex, ignore_errors=True)
    # Every page is read anew (--all), and any warning is an error, as in `make book`.
    jupyter_book("--all", "-W", "-n", "--keep-going", "--builder", "latex")
    make(latex, target)
    say_where(target)
