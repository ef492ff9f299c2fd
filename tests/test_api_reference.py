"""The API reference holds all that is public, with examples, and links to the chapters and back."""

import importlib
import inspect
import re
from types import SimpleNamespace

import pytest
from api_reference import LABEL, link_docstring, linked
from reading import CHAPTERS, notebooks_in_order
from sphinx.application import Sphinx

BOOK = notebooks_in_order()
LISTED = re.findall(r"^\.\. auto(?:function|class):: ([\w.]+)$", (CHAPTERS / "api.md").read_text(), re.MULTILINE)
COMPLETE = ("cnnlib", "cnnlib.proofs", "cnnlib.pictures", "cnnlib.exchange", "cnnlib.mnist")


def named(full_name):
    module, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", COMPLETE)
def test_everything_public_is_in_the_reference(module):
    public = {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    missing = {name for name in public if named(name) not in map(named, LISTED)}
    assert not missing, f"chapters/api.md lacks {sorted(missing)}"


def test_everything_that_a_chapter_imports_is_in_the_reference():
    names = {name for notebook in BOOK for name in notebook.imports}
    imported = {name for name in names if not name.isupper()} - {
        "tiny"
    }  # constants, and the module of some, are no entries
    missing = imported - {name.rpartition(".")[2] for name in LISTED}
    assert len(imported) > 40 and not missing, f"chapters/api.md lacks {sorted(missing)}"


@pytest.mark.parametrize("name", LISTED)
def test_entry_has_an_example(name):
    assert re.search(r"^Examples\n-{8}\n(?:.*\n)*>>> ", inspect.getdoc(named(name)), re.MULTILINE), (
        f"{name} has no example"
    )


def documented():
    """Give the docstring of each entry and of its methods."""
    for name in LISTED:
        thing = named(name)
        yield name, inspect.getdoc(thing)
        for method in vars(thing) if inspect.isclass(thing) else ():
            if inspect.isfunction(getattr(thing, method)) and not method.startswith("_"):
                yield f"{name}.{method}", inspect.getdoc(getattr(thing, method))


@pytest.mark.parametrize(("name", "text"), list(documented()), ids=lambda value: value.partition("\n")[0])
def test_docstring_names_chapters_by_their_titles(name, text):
    titles = {notebook.title: notebook.stem for notebook in BOOK}
    lists = re.findall(r'[Cc]hapters?((?:,?\s+(?:and\s+)?"[^"]+")+)', text)
    quoted = {" ".join(title.split()) for part in lists for title in re.findall(r'"([^"]+)"', part)}
    assert quoted <= set(titles), f"{name} names {quoted - set(titles)}, which no page is called"
    for label in LABEL.findall(text) if quoted else []:
        stems = [titles[title].replace("_", "-") for title in quoted]
        assert any(re.match(rf"(?:eq|def)-{stem}-", label) for stem in stems), (
            f"{name} names {label}, but not its chapter"
        )


def test_names_in_a_docstring_become_links():
    stub = [SimpleNamespace(title="Layers and deltas", stem="layers_and_deltas", imports=["Tanh"])]
    lines = [
        "See.",
        "",
        'Chapter "Layers',
        'and deltas": eq-layers-and-deltas-tanh.',
        "",
        '>>> f("eq-a", "Layers and deltas")',
        "2",
        "",
    ]
    link_docstring(SimpleNamespace(chapters=stub), "class", "cnnlib.Tanh", None, None, lines)
    text = "\n".join(lines)
    assert (
        "Chapter :doc:`/chapters/layers_and_deltas`: ``eq-layers-and-deltas-tanh`` :eq:`eq-layers-and-deltas-tanh`."
        in text
    )
    assert '>>> f("eq-a", "Layers and deltas")' in text  # an example stays as it is
    assert text.endswith("**Used in** :doc:`/chapters/layers_and_deltas`\n")


def test_quoted_words_that_are_no_chapter_stay():
    assert linked('Keyed "weight" and "bias".', BOOK) == 'Keyed "weight" and "bias".'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a chapter of a few words, two API entries and a term."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    (source / "chapters").mkdir()
    pages = {
        "index": "# Stub\n```{toctree}\nchapters/stride\nchapters/api\n```\n",
        "chapters/stride": "# Stride\nTake `conv2d`, `SGD(net, lr).step()`, `SGD.step` and `nothing`; *Leftovers* and *others*.\n",
        "chapters/api": "# A\n```{eval-rst}\n.. autofunction:: cnnlib.conv2d\n.. autoclass:: cnnlib.SGD\n   :members:\n```\n"
        "```{glossary}\nleftovers\n  What is left.\n```\n",
    }
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text)
    extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "api_reference"]
    app = Sphinx(source, None, out, out / "doctrees", "html", {"extensions": extensions}, status=None, warning=None)
    app.build()
    return {name: (out / f"{name}.html").read_text() for name in pages}


def test_chapter_links_to_the_reference_and_the_glossary(built):
    page = built["chapters/stride"]
    body = page[page.index("Take") : page.index("From cnnlib")]
    assert re.findall(r'href="([^"]+)"', body) == [
        "api.html#cnnlib.conv2d",
        "api.html#cnnlib.SGD",
        "api.html#cnnlib.SGD.step",
        "api.html#term-leftovers",
    ]


def test_chapter_ends_with_what_it_imports(built):
    end = built["chapters/stride"].partition("From cnnlib on this page")[2].partition("</p>")[0]
    assert re.findall(r'href="([^"]+)"', end) == [
        "api.html#cnnlib.conv2d"
    ]  # of its imports, the one that has an entry here


def test_reference_links_to_the_chapters(built):
    entry = built["chapters/api"].partition('id="cnnlib.conv2d"')[2].partition("</dl>")[0]
    assert re.search(r'Used in</strong> <a class="reference internal" href="stride.html">', built["chapters/api"]), (
        entry
    )
