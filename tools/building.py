"""Run Sphinx over the whole book for another edition than `make book`'s: strictly, and from no older state."""

import os
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

ROOT = Path(__file__).resolve().parent.parent
EPOCH = "1767225600"  # 2026-01-01: the same sources give the same files


def build(target, builder, settings):
    """Build the book into a folder with one of Sphinx's builders.

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
