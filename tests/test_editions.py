"""The book's other editions: the site to run in a browser, the archive, the e-book, the PDF."""

import json
import re
import subprocess
import sys
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import browser_site
import epub
import nbformat
import pack
import pdf
import pytest
import yaml
from book import ROOT
from editions import mathml, run_button, steppers, tables

FRAME = '<div class="stepper-frame"><svg xmlns="http://www.w3.org/2000/svg" aria-label="alt {n}"><use/></svg><p>words {n}</p></div>'


def stepper(*frames):
    return f'<div class="stepper"><svg xmlns="http://www.w3.org/2000/svg"><defs><g id="cell"/></defs></svg>{"".join(frames)}</div>'


# --- The site --------------------------------------------------------------------------------


def test_kernel_loads_what_the_notebooks_need_and_asks_no_package_index():
    wheel = "cnnlib-0.2.0-py3-none-any.whl"
    data = browser_site.settings(wheel)["jupyter-config-data"]
    kernel = data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] is True
    assert {"numpy", "sympy", "matplotlib"} < set(kernel["loadPyodideOptions"]["packages"])
    assert [name for name in kernel["loadPyodideOptions"]["packages"] if name.endswith(wheel)]


def test_settings_of_the_site_name_no_place_on_this_machine():
    text = json.dumps(browser_site.settings("cnnlib-0.2.0-py3-none-any.whl"))
    assert str(ROOT) not in text and not re.search(r'"/|file:|[A-Z]:\\\\', text)


def test_site_holds_every_notebook(tmp_path):
    browser_site.copy_contents(tmp_path / "contents")
    copied = {path.name for path in (tmp_path / "contents").iterdir()}
    assert copied == {path.name for path in (ROOT / "chapters").glob("*.ipynb")} | {"source_claims.yml", "_static"}
    assert (tmp_path / "contents" / "_static" / "speed.svg").is_file()


def test_wheel_holds_the_library_and_the_digits(tmp_path):
    pytest.importorskip("setuptools", reason="setuptools, of the extra 'site', makes the wheel")
    with ZipFile(browser_site.build_wheel(tmp_path)) as wheel:
        names = set(wheel.namelist())
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "cnnlib").rglob("*.py")} <= names
    assert [name for name in names if name.endswith(".npz")]
    assert not [name for name in names if name.startswith(("tests", "chapters"))]


class Page:
    """What the run line asks of Sphinx's application and environment."""

    def __init__(self, place, source):
        self.config, self.env = self, self
        self.run_in_browser, self.source = place, source

    def doc2path(self, name):
        return self.source


@pytest.mark.parametrize(
    "place, source, shown",
    [("lite/index.html", "stride.ipynb", True), ("", "stride.ipynb", False), ("lite/index.html", "api.md", False)],
)
def test_run_line_stands_on_notebooks_of_the_site_only(place, source, shown):
    context = {"body": "<h1>Stride</h1><p>text</p>", "pathto": lambda target, _: f"../{target}"}
    run_button.add(Page(place, source), "chapters/stride", "page.html", context, doctree=object())
    assert ('href="../lite/index.html?path=stride.ipynb"' in context["body"]) is shown
    assert ("cdn.jsdelivr.net" in context["body"]) is shown


@pytest.mark.parametrize("address", ["", "https://github.com/someone/book"])
def test_binder_and_colab_appear_with_an_address_and_not_before(tmp_path, address):
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    small = {key: config[key] for key in ("title", "repository", "launch_buttons", "execute")}
    small["repository"] |= {"url": address}
    small["sphinx"] = {
        "recursive_update": config["sphinx"]["recursive_update"],
        "local_extensions": {"editions": str(ROOT / "tools")},
        "config": {"html_theme_options": config["sphinx"]["config"]["html_theme_options"]},
    }
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(small), encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Page"), nbformat.v4.new_code_cell("1")])
    page.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(page, tmp_path / "page.ipynb")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    html = (tmp_path / "_build/html/page.html").read_text(encoding="utf-8")
    assert ("mybinder.org/v2/gh/someone/book/main" in html) is bool(address)
    assert ("colab.research.google.com/github/someone/book/blob/main" in html) is bool(address)
    assert address or not re.search("mybinder|colab", html)


# --- The archive -----------------------------------------------------------------------------


def test_archive_holds_every_file_in_one_folder_and_is_the_same_each_time(tmp_path):
    (tmp_path / "site/deep").mkdir(parents=True)
    for name in ("index.html", "deep/page.html", "mimetype"):
        (tmp_path / "site" / name).write_text(name * 50, encoding="utf-8")
    for name in ("one.zip", "two.zip"):
        pack.pack(tmp_path / "site", tmp_path / name, "book", first=["mimetype"])
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with ZipFile(tmp_path / "one.zip") as archive:
        kinds = {entry.filename: entry.compress_type for entry in archive.infolist()}
    assert list(kinds.items()) == [
        ("book/mimetype", ZIP_STORED),
        ("book/deep/page.html", ZIP_DEFLATED),
        ("book/index.html", ZIP_DEFLATED),
    ]


# --- Paper and e-book ------------------------------------------------------------------------


def test_drawing_in_the_ebook_refers_to_nothing_outside_and_has_every_outline():
    drawing = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n "http://www.w3.org/svg11.dtd">\n<svg><path id="a" d="M 0 0"/><path id="b"/></svg>'
    assert epub.repaired(drawing) == '\n<svg><path id="a" d="M 0 0"/><path d="" id="b"/></svg>'


def test_stepper_gives_its_first_and_last_frame():
    stills = steppers.read_stepper(stepper(*(FRAME.format(n=n) for n in range(3))))
    assert [(still.alt, still.words) for still in stills] == [("alt 0", "words 0"), ("alt 2", "words 2")]
    assert all('id="cell"' in still.svg for still in stills)
    assert len(steppers.read_stepper(stepper(FRAME.format(n=0)))) == 1
    assert steppers.read_stepper("<p>no stepper</p>") == []


@pytest.mark.parametrize("html", [stepper("<br>"), stepper('<div class="stepper-frame"><p>no drawing</p></div>')])
def test_broken_stepper_is_refused(html):
    with pytest.raises(ValueError, match="stepper"):
        steppers.read_stepper(html)


def test_table_keeps_its_cells_formulas_and_links():
    html = r'<table><tr><th>a<th>b</tr><tr><td>\(x^2\)<td><a href="stride.html">Stride</a></tr></table>'
    (table,) = tables.read_tables(html, "chapters/intro")
    assert [entry.astext() for entry in table.findall(lambda node: node.tagname == "entry")] == [
        "a",
        "b",
        "x^2",
        "Stride",
    ]
    assert [node.astext() for node in table.findall(lambda node: node.tagname == "math")] == ["x^2"]
    assert [node["reftarget"] for node in table.findall(lambda node: node.tagname == "pending_xref")] == [
        "/chapters/stride"
    ]


def test_faults_of_a_pdf_are_seen():
    log = """Overfull \\hbox (14.2pt too wide) in paragraph at lines 1--2
Overfull \\hbox (15.7pt too wide) in paragraph at lines 3--4
Missing character: There is no ℓ in font X
LaTeX Warning: Reference `a' on page 1 undefined on input line 2.
"""
    assert [line.split(":")[0][:21] for line in pdf.faults(log)] == [
        "Missing character",
        "Overfull \\hbox (15.7p",
        "LaTeX Warning",
    ]
    assert pdf.faults("Output written on book.pdf") == []


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert {"texlive-xetex", "latexmk", "librsvg2-bin"} <= set(pdf.missing_packages())


def test_formula_becomes_mathml():
    pytest.importorskip("latex2mathml", reason="latex2mathml is of the extra 'epub'")
    assert "<mi>&#x003B4;</mi>" in mathml.to_mathml(r"\delta_{i,j}", display=False)
    assert mathml.to_mathml(r"a &= b \\ &= c", display=True).count("<mtr>") == 2
    assert mathml.to_mathml(r"\begin{aligned} a &= b \\ &= c \end{aligned}", display=True).count("<mtr>") == 2
    with pytest.raises(ValueError, match="nosuch"):
        mathml.to_mathml(r"\nosuch{x}", display=False)
    with pytest.raises(ValueError, match="&"):
        mathml.to_mathml(r"\begin{nosuch} a & b \end{nosuch}", display=True)
