"""Reading the book's sources: its pages, its notebooks, their numbered formulas, calls and proofs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"


@dataclass(frozen=True)
class Equation:
    """A display formula with a number: its label, its LaTeX, and the cell or line that holds it."""

    label: str
    latex: str
    place: int


@dataclass(frozen=True)
class Call:
    """A call in a code cell; ``argument`` is its first one if that is a literal string, else None."""

    name: str
    argument: str | None
    place: int


@dataclass(frozen=True)
class Proof:
    """A proof as a page shows it: its grade, its statement in MyST, and the LaTeX of what was proved in general.

    ``identities`` counts those between entries; it is None if the grade is not "exact".
    """

    label: str
    grade: str
    statement: str
    identities: int | None = None
    latex: str = ""


class Notebook:
    """A stored notebook; cells are counted from 0, as nbval counts them over code cells and text alike."""

    def __init__(self, path: Path):
        self.path = path
        self.text = path.read_bytes().decode()
        self.cells = nbformat.reads(self.text, as_version=4).cells

    @property
    def stem(self) -> str:
        return self.path.stem

    def code(self) -> list[tuple[int, dict]]:
        """List the code cells that are not empty, each with its number."""
        return [(n, c) for n, c in enumerate(self.cells) if c.cell_type == "code" and c.source.strip()]

    def prose(self) -> list[tuple[int, str]]:
        """List the sources of the markdown cells, each with its number."""
        return [(n, c.source) for n, c in enumerate(self.cells) if c.cell_type == "markdown"]

    @cached_property
    def title(self) -> str:
        return next(re.match("# (.*)", text)[1] for _, text in self.prose() if text.startswith("# "))

    @cached_property
    def equations(self) -> list[Equation]:
        return [Equation(label, latex, n) for n, text in self.prose() for label, latex in numbered_formulas(text)]

    @cached_property
    def calls(self) -> list[Call]:
        return [Call(name, argument, n) for n, cell in self.code() for name, argument in calls_in(cell.source)]

    @cached_property
    def imports(self) -> list[str]:
        """List the names that the cells import from cnnlib, each once, in order."""
        return list(dict.fromkeys(name for _, cell in self.code() for name in imports_in(cell.source)))

    @cached_property
    def proofs(self) -> list[Proof]:
        """List the proofs that stand in the stored outputs."""
        shown = [output.get("data", {}) for _, cell in self.code() for output in cell.outputs]
        return [proof for data in shown if (proof := _proof(data))]


def _proof(data: dict) -> Proof | None:
    match = re.match(
        r"(eq-[\w-]+): (?:(proved for all)|(\d+) identit(?:y|ies) proved|(argued))\b", data.get("text/plain", "")
    )
    if match is None or "text/markdown" not in data:
        return None
    label, general, identities, _ = match.groups()
    statement = data["text/markdown"].partition(": ")[2].rstrip(".")
    if general:
        return Proof(label, "general", statement, latex=data["text/latex"].strip("$").removeprefix(r"\displaystyle "))
    return Proof(label, "exact" if identities else "argued", statement, int(identities) if identities else None)


def toc() -> dict:
    return yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))


def pages() -> list[str]:
    """List the pages that the table of contents names, root first, as it writes them."""
    return [toc()["root"]] + [c["file"] for part in toc()["parts"] for c in part["chapters"]]


def notebooks_in_order() -> list[Notebook]:
    """Read the notebooks among the pages, in the order of the table of contents."""
    paths = [ROOT / f"{page}.ipynb" for page in pages()]
    return [Notebook(path) for path in paths if path.is_file()]


def numbered_chapters() -> list[str]:
    """List the names of the numbered chapters."""
    return [Path(c["file"]).name for part in toc()["parts"] if part.get("numbered") for c in part["chapters"]]


def notebooks() -> list[Path]:
    return sorted(CHAPTERS.glob("*.ipynb"))


# --- Markdown, read by the parser that builds the book ----------------------------------------

_MARKDOWN = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(dollarmath_plugin, allow_labels=True, double_inline=True)
    .use(amsmath_plugin)
    .use(colon_fence_plugin)
)
_OPTION = re.compile(r"^:([\w-]+):[ \t]*(.*)$", re.MULTILINE)


def tokens(text: str) -> Iterator:
    """Give the tokens of some MyST, those inside directives and paragraphs too."""
    for token in _MARKDOWN.parse(text):
        yield token
        yield from token.children or []
        if directive(token) not in (None, "math", "code", "code-block", "code-cell"):
            yield from tokens(token.content)


def directive(token) -> str | None:
    """Name the directive that a fence holds, or give None."""
    match = re.match(r"\{([\w:-]+)\}", token.info.strip()) if "fence" in token.type else None
    return match and match[1]


def options(token) -> dict[str, str]:
    """Read the ``:name: value`` lines at the head of a directive."""
    head = re.match(r"(?:[ \t]*:[\w-]+:.*(?:\n|$))*", token.content)[0]
    return dict(_OPTION.findall(head))


def numbered_formulas(text: str) -> list[tuple[str, str]]:
    """List (label, LaTeX) of the display formulas that get a number; label "" where it has none."""
    found = []
    for token in tokens(text):
        if token.type == "math_block_label":
            found.append((token.info, token.content.strip()))
        elif directive(token) == "math":
            label = options(token).get("label", "").strip()
            if label:
                found.append((label, re.sub(_OPTION, "", token.content).strip()))
        elif token.type == "amsmath" and not re.match(r"\\begin\{\w+\*\}", token.content):
            found.append(("", token.content.strip()))
    return found


def calls_in(source: str) -> list[tuple[str, str | None]]:
    """List (name, first argument) of the calls in a cell; the argument only if it is a string."""
    found = []
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0] if node.args else None
            literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
            found.append((name, first.value if literal else None))
    return found


def imports_in(source: str) -> list[str]:
    """List the names that a cell imports from cnnlib and its modules."""
    nodes = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.ImportFrom)]
    return [alias.name for node in nodes if node.module.split(".")[0] == "cnnlib" for alias in node.names]


def parsed(source: str) -> ast.Module:
    """Parse a cell, which may hold %magic."""
    return ast.parse(TransformerManager().transform_cell(source))
