# Everything happens in .venv, which is made once. `make help` lists the targets.

PYTHON ?= python3
CHAPTER ?=

# All paths are relative: the path of the checkout itself may then hold spaces.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LAB_READY := $(VENV)/.ready-lab
COVERAGE_READY := $(VENV)/.ready-coverage
MUTATION_READY := $(VENV)/.ready-mutation
BROWSER_READY := $(VENV)/.ready-browser
LOCAL := 127.0.0.1

ifneq ($(CHAPTER),)
ifeq ($(wildcard chapters/$(CHAPTER).ipynb chapters/$(CHAPTER).md),)
$(error There is no chapter "$(CHAPTER)" in chapters/)
endif
endif

.PHONY: help book test coverage mutation test-browser serve lab notebooks clean distclean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the book into _build/html; any warning is an error"
	@echo "make test       run every test, and every notebook against its stored outputs"
	@echo "make coverage   run tests/ alone; fail unless they reach every line and branch of cnnlib"
	@echo "make mutation   break cnnlib in some 6,800 ways; fail unless tests/ alone see what tests/mutation.md says"
	@echo "make test-browser  build the book and try every page in Chromium, if there is one"
	@echo "make serve      build the book and serve it on http://$(LOCAL):8000 (PORT=... for another)"
	@echo "make lab        open the chapters in JupyterLab, to run and change them"
	@echo "make notebooks  run the notebooks and store their outputs in the one canonical form"
	@echo "make clean      remove what was built (make distclean: and the environment, .venv)"
	@echo
	@echo "One chapter:    make book CHAPTER=single_kernel   (also test and notebooks)"
	@echo "Another Python: make book PYTHON=python3.12"

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

# Importing matplotlib once makes its font cache, which it would otherwise announce in a notebook.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$$NO_PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$$NO_VENV" >&2; exit 1; }
	@echo "Installing the book's packages into $(VENV): once, about a minute ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@

$(LAB_READY): $(READY)
	@echo "Installing JupyterLab into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lab]'
	@touch $@

$(COVERAGE_READY): $(READY)
	@echo "Installing pytest-cov into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[coverage]'
	@touch $@

$(MUTATION_READY): $(READY)
	@echo "Installing mutmut into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	@touch $@

$(BROWSER_READY): $(READY)
	@echo "Installing Playwright into $(VENV), to drive the Chromium of this machine ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	@touch $@

# --- The book -------------------------------------------------------------------------------

# From an empty _build each time: a build that re-uses pages is silent about their warnings.
book: $(READY)
	@rm -rf _build
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

clean:
	rm -rf _build build mutants *.egg-info .pytest_cache .hypothesis .coverage*
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
