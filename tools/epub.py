"""Make the e-book: Sphinx's EPUB, with formulas in MathML, which e-readers set by themselves.

python tools/epub.py _build/book.epub
"""

import re
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from bs4 import BeautifulSoup
from building import ROOT, build, say_where
from pack import pack

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
    "epub_uid": "backpropagation-through-convolutional-networks",
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
    (folder / "book.epub").unlink()
    shutil.rmtree(folder.with_name(".doctrees-epub"))
    (folder / "index.html").unlink()  # leads nowhere in an e-book
    (folder / ".buildinfo").unlink()
    listed = re.findall(r'href="([^"]+)"', (folder / "content.opf").read_text(encoding="utf-8"))
    for path in [*folder.joinpath("_static").rglob("*"), *folder.joinpath("_images").rglob("*")]:
        if path.is_file() and path.relative_to(folder).as_posix() not in listed:
            path.unlink()
    for page in sorted(folder.rglob("*.xhtml")):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        repair(soup, page)
        page.write_text(str(soup), encoding="utf-8")
    for drawing in folder.joinpath("_images").glob("*.svg"):
        drawing.write_text(repaired(drawing.read_text(encoding="utf-8")), encoding="utf-8")
    declare_formulas(folder)
    pack(folder, target, first=["mimetype"])


def repair(soup, page):
    """Mend what the extensions write for browsers: XHTML is stricter, and a page has no scripts."""
    for link in soup.select("link[rel=stylesheet]"):
        if not (page.parent / link["href"].partition("?")[0]).exists():
            link.decompose()
    for content in soup.select("#exercise-content, #solution-content"):
        del content["id"]  # one on a page at most, but there are many
    for summary in soup.select("summary"):
        for words in summary.select("p.expanded"):
            words.decompose()
        for words in summary.select("p"):
            words.name = "span"
    for paragraph in soup.select("p:has(> ul)"):
        paragraph.unwrap()


def repaired(drawing):
    """Mend what matplotlib writes: e-books name no files outside themselves, and the outline of a space is empty, too."""
    return re.sub(r"<path(?![^>]*\sd=)", '<path d=""', re.sub("<!DOCTYPE[^>]*>", "", drawing))


def declare_formulas(folder):
    """Say in the list of the book's files which pages have MathML: readers ask for it."""
    package = folder / "content.opf"

    def declared(item):
        page = folder / re.search(r'href="([^"]+)"', item[0])[1]
        formulas = page.suffix == ".xhtml" and "<math" in page.read_text(encoding="utf-8")
        return (
            item[0].replace("<item ", '<item properties="mathml" ')
            if formulas and "properties=" not in item[0]
            else item[0]
        )

    package.write_text(re.sub(r"<item [^>]*>", declared, package.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    make(target)
    say_where(target)
