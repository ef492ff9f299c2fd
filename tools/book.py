"""Build the book, or one chapter of it, into _build/html.

    python tools/book.py                   any warning is an error
    python tools/book.py single_kernel     not strict: links to the chapters left out lead nowhere

It begins from nothing: a build that uses old pages again is silent about their warnings.
"""

import shutil
import sys

from browser_site import build_wheel
from building import DOWNLOADS, ROOT, jupyter_book, say_where
from one_chapter import write_contents

BUILD = ROOT / "_build"

if __name__ == "__main__":
    for folder in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
    if sys.argv[1:]:
        (chapter,) = sys.argv[1:]
        jupyter_book("--toc", str(write_contents(chapter, BUILD / "toc.yml")))
        say_where(BUILD / "html" / "chapters" / f"{chapter}.html")
    else:
        jupyter_book("-W", "-n", "--keep-going")
        build_wheel(BUILD / "html" / DOWNLOADS)  # what a downloaded notebook imports
        say_where(BUILD / "html" / "index.html")
