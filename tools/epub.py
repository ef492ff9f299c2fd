"""Make the e-book: Sphinx's EPUB, with formulas in MathML, which e-readers set by themselves.

    python tools/epub.py _build/book.epub
"""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from building import ROOT, build

TITLE = "Backpropagation through convolutional networks"
SETTINGS = {
    "html_math_renderer": "mathml",
    # What the pages load in a browser is not for e-readers.
    "html_js_files": [],
    "html_css_files": [],
    "html_static_path": [str(ROOT / "tools" / "editions" / "epub")],
    "epub_css_files": ["book.css"],
    "epub_basename": "book",
    "epub_title": TITLE,
    "epub_description": "The backward pass of each layer of a convolutional network: derived, proved and run.",
    "epub_identifier": "backpropagation-through-convolutional-networks",
    "epub_scheme": "title",
    "version": version("cnnlib"),
    "epub_show_urls": "no",
    "epub_tocscope": "includehidden",
    "suppress_warnings": ["epub.unknown_project_files"],  # files for the browser, which are left out
}


def make(target):
    folder = target.parent / "epub"
    shutil.rmtree(folder, ignore_errors=True)
    build(folder, "epub", SETTINGS)
    shutil.copyfile(folder / "book.epub", target)


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
