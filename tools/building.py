"""Run Jupyter Book and Sphinx over the book, from no older state: a build that uses old pages again hides their warnings."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EPOCH = "1767225600"  # 2026-01-01: the same sources give the same files
DOWNLOADS = "_sources/chapters"  # where a site has the notebooks that its pages offer


def jupyter_book(*options):
    """Run ``jupyter-book build`` with these options.

    Raises
    ------
    SystemExit
        If there is an error or, with ``-W``, a warning.
    """
    from jupyter_book.cli.main import main  # Click warns of what it imports; the tests take warnings for errors

    try:
        main(["build", *options, str(ROOT)], standalone_mode=False)
    except RuntimeError:  # Sphinx has said what is wrong
        sys.exit("The book did not build.")


def say_where(path):
    """Print the address of what was made, as a browser takes it."""
    print("The book:", Path(path).resolve().as_uri())


def build(target, builder, settings):
    """Build another edition than `make book`'s into a folder, with one of Sphinx's builders and strictly.

    Parameters
    ----------
    target : Path
    builder : str
    settings : dict
        What this edition sets beside, or instead of, ``_config.yml``.

    Raises
    ------
    SystemExit
        If there is an error or a warning.
    """
    from jupyter_book.sphinx import build_sphinx

    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    overrides = {
        "external_toc_path": str(ROOT / "_toc.yml"),
        "latex_individualpages": False,  # Jupyter Book expects the key from its command line
        "nitpicky": True,
    }
    result = build_sphinx(
        ROOT,
        target,
        path_config=ROOT / "_config.yml",
        noconfig=True,
        confoverrides={**overrides, **settings},
        builder=builder,
        doctreedir=target.parent / f".doctrees-{target.name}",
        freshenv=True,
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    if result:
        sys.exit("The book did not build.")
