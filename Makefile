# Everything happens in .venv, which is made once. `make help` lists the targets.

PYTHON ?= python3
CHAPTER ?=
# Of the packages: locked (requirements.lock), or the newest or oldest that requirements.txt admits.
VERSIONS ?= locked

# All paths are relative: the path of the checkout itself may then hold spaces.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(VERSIONS)
LAB_READY := $(VENV)/.ready-lab
COVERAGE_READY := $(VENV)/.ready-coverage
MUTATION_READY := $(VENV)/.ready-mutation
BROWSER_READY := $(VENV)/.ready-browser
SITE_READY := $(VENV)/.ready-site
EPUB_READY := $(VENV)/.ready-epub
LOCAL := 127.0.0.1

# Python keeps compiled modules, also where the environment forbids it: each notebook starts Python anew.
export PYTHONDONTWRITEBYTECODE :=

ifneq ($(CHAPTER),)
ifeq ($(wildcard chapters/$(CHAPTER).ipynb chapters/$(CHAPTER).md),)
$(error There is no chapter "$(CHAPTER)" in chapters/)
endif
endif

.PHONY: help book test coverage mutation test-browser formal serve lab site zip pdf epub notebooks lock audit clean distclean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the book into _build/html; any warning is an error"
	@echo "make test       run every test, and every notebook against its stored outputs"
	@echo "make coverage   run tests/ alone; fail unless they reach every line and branch of cnnlib"
	@echo "make mutation   break cnnlib in some 7,400 ways; fail unless tests/ alone see what tests/mutation.md says"
	@echo "make test-browser  build the book and try every page in Chromium, if there is one"
	@echo "make formal     check the second proofs with Coq (says which packages); WRONG=1 tries false ones, too"
	@echo "make serve      build the book and serve it on http://$(LOCAL):8000 (PORT=... for another)"
	@echo "make lab        open the chapters in JupyterLab, to run and change them"
	@echo "make site       build _build/site: the book, and its notebooks to run in the reader's browser"
	@echo "make zip        pack the book into _build/book.zip, to read from a disk without a server"
	@echo "make pdf        set the book on paper, _build/book.pdf (needs XeLaTeX; says which packages)"
	@echo "make epub       make an e-book, _build/book.epub"
	@echo "make notebooks  run the notebooks and store their outputs in the one canonical form"
	@echo "make lock       renew requirements.lock: the newest versions that requirements.txt admits"
	@echo "make audit      look the versions of requirements.lock up among the known vulnerabilities"
	@echo "make clean      remove what was built (make distclean: and the environment, .venv)"
	@echo
	@echo "One chapter:    make book CHAPTER=single_kernel   (also test and notebooks)"
	@echo "Another Python: make book PYTHON=python3.12"
	@echo "Other versions: make test VERSIONS=newest   (or oldest; without it, those of requirements.lock)"

# --- The environment ------------------------------------------------------------------------

define NO_PYTHON

"$(PYTHON)" is not Python 3.11 or newer.
Install one from https://www.python.org/downloads/ or name the one you have: make PYTHON=python3.12

endef
define NO_VENV

This Python lacks the modules "venv" and "ensurepip", which make a virtual environment.
On Debian and Ubuntu they are a package of their own: sudo apt install python3-venv

endef
export NO_PYTHON NO_VENV

# Not compiled on the way in, which takes as long as the rest: most modules are never imported.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
UV := "uv>=0.8,<1"

# The lock serves Python 3.11 and newer, on Linux, macOS and Windows. -e . has no hash.
install_locked = $(PIP_INSTALL) --require-hashes -r requirements.lock && $(PIP_INSTALL) --no-deps --no-build-isolation -e .
install_newest = $(PIP_INSTALL) -r requirements.txt
install_oldest = $(PIP_INSTALL) $(UV) && $(BIN)/uv pip install --quiet --python $(BIN)/python --resolution lowest-direct -r requirements.txt

ifndef install_$(VERSIONS)
$(error VERSIONS is "$(VERSIONS)"; it can be locked, newest or oldest)
endif

# Importing matplotlib once makes its font cache, which it would otherwise announce in a notebook.
$(READY): requirements.txt requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$$NO_PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$$NO_VENV" >&2; exit 1; }
	@echo "Installing the book's packages into $(VENV): once, about a minute ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(install_$(VERSIONS))
	@$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@

# In an environment of its own: it must work where the old lock does not.
lock:
	@$(PYTHON) -m venv --clear _build/lock
	@_build/lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	@_build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-emit-package cnnlib --custom-compile-command "make lock" \
	    --output-file requirements.lock requirements.txt
	@rm -rf _build/lock

# --strict: a package that could not be looked up is a failure, too.
audit:
	@$(PYTHON) -m venv --clear _build/audit
	@_build/audit/bin/python -m pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3"
	@_build/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement requirements.lock
	@rm -rf _build/audit

$(LAB_READY): $(READY)
	@echo "Installing JupyterLab into $(VENV) ..."
	@$(PIP_INSTALL) -e '.[lab]'
	@touch $@

$(COVERAGE_READY): $(READY)
	@echo "Installing pytest-cov into $(VENV) ..."
	@$(PIP_INSTALL) -e '.[coverage]'
	@touch $@

$(MUTATION_READY): $(READY)
	@echo "Installing mutmut into $(VENV) ..."
	@$(PIP_INSTALL) -e '.[mutation]'
	@touch $@

$(BROWSER_READY): $(READY)
	@echo "Installing Playwright into $(VENV), to drive the Chromium of this machine ..."
	@$(PIP_INSTALL) -e '.[browser]'
	@touch $@

# --- The book -------------------------------------------------------------------------------

# Anew each time: a build that re-uses pages is silent about their warnings.
book: $(READY)
	@rm -rf _build/html _build/.doctrees _build/jupyter_execute
ifeq ($(CHAPTER),)
	@$(BIN)/jupyter-book build -W -n --keep-going .
	@$(call say_where,_build/html/index.html)
else
	@# Not strict: links to the chapters left out lead nowhere.
	@$(BIN)/python tools/one_chapter.py $(CHAPTER) _build/toc.yml
	@$(BIN)/jupyter-book build --toc _build/toc.yml .
	@$(call say_where,_build/html/chapters/$(CHAPTER).html)
endif

say_where = $(BIN)/python -c 'import pathlib; print("The book:", pathlib.Path("$(1)").resolve().as_uri())'

PORT ?= 8000
serve: book
	@echo "Serving on http://$(LOCAL):$(PORT) (stop with Ctrl-C)"
	@$(BIN)/python -m http.server --bind $(LOCAL) --directory _build/html $(PORT)

lab: $(LAB_READY)
	@$(BIN)/jupyter lab --ip=$(LOCAL) --notebook-dir=chapters

notebooks: $(READY)
	@$(BIN)/python tools/notebooks.py $(CHAPTER)

# --- Other forms of the book ----------------------------------------------------------------

# For Pyodide's kernel: a package that it would otherwise fetch from the package index when it starts.
$(SITE_READY): $(READY)
	@echo "Installing JupyterLite into $(VENV) ..."
	@$(PIP_INSTALL) -e '.[site]'
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(VENV)/wheels 'comm>=0.2,<0.3'
	@touch $@

site: $(SITE_READY)
	@$(BIN)/python tools/browser_site.py _build/site
	@$(call say_where,_build/site/index.html)
	@echo "Notebooks run from a server only: $(BIN)/python -m http.server --bind $(LOCAL) --directory _build/site"

zip: book
	@$(BIN)/python tools/pack.py _build/html _build/book.zip
	@$(call say_where,_build/book.zip)

# Every page is read anew (--all), and any warning is an error, as in `make book`.
pdf: $(READY)
	@$(BIN)/python tools/pdf.py --look
	@rm -rf _build/latex
	@$(BIN)/jupyter-book build --all -W -n --keep-going --builder latex .
	@$(BIN)/python tools/pdf.py _build/latex _build/book.pdf
	@$(call say_where,_build/book.pdf)

$(EPUB_READY): $(READY)
	@echo "Installing latex2mathml into $(VENV) ..."
	@$(PIP_INSTALL) -e '.[epub]'
	@touch $@

epub: $(EPUB_READY)
	@$(BIN)/python tools/epub.py _build/book.epub
	@$(call say_where,_build/book.epub)

# --- The tests ------------------------------------------------------------------------------

# A notebook's cells share a kernel, so its tests stay together: --dist loadfile.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --durations=10

test: $(READY)
ifeq ($(CHAPTER),)
	@$(PYTEST)
else
	@$(PYTEST) -k $(CHAPTER) tests/test_book.py $(wildcard chapters/$(CHAPTER).ipynb)
endif

# Without the notebooks: they run in kernels of their own, and a line that only a page runs is not tested.
coverage: $(COVERAGE_READY)
	@$(BIN)/python -m pytest tests -n auto --dist loadfile --cov --cov-report=term

# About an hour on two cores. It goes on where it was stopped, and tries again only the functions that changed;
# `make clean` lets it start anew. MODULES="windows conv" takes these modules only.
MODULES ?=
mutation: $(MUTATION_READY)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/mutmut run $(foreach module,$(MODULES),'cnnlib.$(module).*')
	@$(BIN)/python tools/mutation.py $(MODULES)

# Named outright: `make test` leaves tests/browser out. -rs says why a test was skipped.
test-browser: book $(BROWSER_READY)
	@$(PYTEST) -rs tests/browser

# Coq is the system's, and its checker is plain Python: .venv is not needed.
formal:
	@$(PYTHON) formal/check.py $(if $(WRONG),--wrong)

clean:
	rm -rf _build build mutants *.egg-info .pytest_cache .hypothesis .coverage*
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
