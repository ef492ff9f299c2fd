"""The index of equations, written at each build from the notebooks' sources and stored outputs."""

from reading import Notebook, notebooks_in_order

PAGE = "chapters/equations"
PLACE = "<!-- the index -->"


def write_index(app, docname, source):
    """Put the index where the page says that it belongs; a build may hold some of the notebooks only."""
    if docname != PAGE:
        return
    if PLACE not in source[0]:
        raise ValueError(f"{PAGE} has no line {PLACE!r}, where the index belongs")
    found = [notebook for notebook in notebooks_in_order() if f"chapters/{notebook.stem}" in app.env.found_docs]
    for notebook in found:
        app.env.note_dependency(str(notebook.path))
    source[0] = source[0].replace(PLACE, index(found))


def index(notebooks: list[Notebook]) -> str:
    """Write the index in MyST."""
    notebooks = [notebook for notebook in notebooks if notebook.equations]
    return "\n\n".join([totals(notebooks), *map(section, notebooks)])


def totals(notebooks: list[Notebook]) -> str:
    """Count, page by page, equations and the proofs that it shows."""
    rows = [(f"{{doc}}`{notebook.stem}`", counts(notebook)) for notebook in notebooks if any(counts(notebook))]
    rows.append(("all", [sum(column) for column in zip(*[numbers for _, numbers in rows])]))
    head = "| page | equations | for every size | entry by entry | identities |\n|---|--:|--:|--:|--:|"
    return "\n".join([head, *[f"| {page} | {' | '.join(f'{n:,}' for n in numbers)} |" for page, numbers in rows]])


def counts(notebook: Notebook) -> tuple[int, int, int, int]:
    """Count the equations, those proved in general, those proved entry by entry, and the identities."""
    equations = [equation for equation in notebook.equations if equation.label.startswith("eq-")]
    general = {proof.label for proof in notebook.proofs if proof.identities is None}
    exact = {proof.label for proof in notebook.proofs if proof.identities}
    return len(equations), len(general), len(exact), sum(proof.identities or 0 for proof in notebook.proofs)


def section(notebook: Notebook) -> str:
    """Write a heading, a link to the page, and its numbered formulas in order."""
    entries = [
        f"{{eq}}`{equation.label}` `{equation.label}`: {kind(equation.label, notebook)}.\n\n$$\n{equation.latex}\n$$"
        for equation in notebook.equations
    ]
    return "\n\n".join([f"## {notebook.title}", f"The page: {{doc}}`{notebook.stem}`.", *entries])


def kind(label: str, notebook: Notebook) -> str:
    """Say how a numbered formula is proved."""
    if label.startswith("def-"):
        return "a definition"
    proofs = [proof.identities for proof in notebook.proofs if proof.label == label]
    identities = sum(filter(None, proofs))
    said = ["for every size"] if None in proofs else []
    said += [f"entry by entry, {identities:,} {'identity' if identities == 1 else 'identities'}"] if identities else []
    if not said:
        raise ValueError(f"{notebook.path.name} shows no proof of {label}")
    return " and ".join(said)


def setup(app):
    app.connect("source-read", write_index)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
