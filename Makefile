# `make help` lists the targets. Each runs in .venv, which tools/environment.py makes, and renews when it must.

# Set on make's command line only: `make test CHAPTER=stride`. What is exported elsewhere does not count.
PYTHON := python3
CHAPTER :=
# Of the packages: locked (requirements.lock), or the newest or oldest that requirements.txt admits.
VERSIONS := locked

LOCAL := 127.0.0.1

ifneq ($(CHAPTER),)
ifeq ($(wildcard chapters/$(CHAPTER).ipynb chapters/$(CHAPTER).md),)
$(error There is no chapter "$(CHAPTER)" in chapters/)
endif
endif

define NO_PYTHON
There is no "$(PYTHON)" here. Install Python from https://www.python.org/downloads/, 3.11 or newer,
or name the one you have: make PYTHON=python3.12
endef

# All paths are relative: that of the checkout itself may hold spaces. -I: PYTHONPATH and the like do not count.
# -X utf8: a path is said in every locale.
RUN = $(if $(shell command -v "$(PYTHON)" 2>/dev/null),$(PYTHON),$(error $(NO_PYTHON))) -I -X utf8 tools/environment.py --versions $(VERSIONS)

.PHONY: help book test coverage mutation mutants-of-formulas test-browser test-places formal quick lint tidy serve lab site zip pdf epub student notebooks notebooks-check lock audit clean distclean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the book into _build/html; any warning is an error"
	@echo "make test       run every test, and every notebook against its stored outputs"
	@echo "make quick      half a minute: the linter, the rules for pages, and the notebooks that you have edited"
	@echo "make lint       look for mistakes in the code; make tidy: mend what can be mended by itself, and format"
	@echo "make coverage   run tests/ alone; fail unless they reach every line and branch of cnnlib"
	@echo "make mutation   break cnnlib in some 7,400 ways; fail unless tests/ alone see what tests/mutation.md says"
	@echo "make mutants-of-formulas  break each equation in every way; fail unless its proof sees it"
	@echo "make test-browser  build the book and try every page in Chromium, if there is one"
	@echo "make test-places  try copies of this checkout in odd folders and under odd settings"
	@echo "make formal     check the second proofs with Coq (says which packages); WRONG=1 tries false ones, too"
	@echo "make serve      build the book and serve it on http://$(LOCAL):8000 (PORT=... for another)"
	@echo "make lab        open the chapters in JupyterLab, to run and change them"
	@echo "make site       build _build/site: the book, and its notebooks to run in the reader's browser"
	@echo "make zip        pack the book into _build/book.zip, to read from a disk without a server"
	@echo "make pdf        set the book on paper, _build/book.pdf (needs XeLaTeX; says which packages)"
	@echo "make epub       make an e-book, _build/book.epub"
	@echo "make student    write the notebooks without solutions into _build/student"
	@echo "make notebooks  run the notebooks and store their outputs in the one canonical form"
	@echo "make notebooks-check  fail if that would change a notebook"
	@echo "make lock       renew requirements.lock: the newest versions that requirements.txt admits"
	@echo "make audit      look the versions of requirements.lock up among the known vulnerabilities"
	@echo "make clean      remove what was built (make distclean: and the environment, .venv)"
	@echo
	@echo "One chapter:    make book CHAPTER=single_kernel   (also test and notebooks)"
	@echo "Another Python: make book PYTHON=python3.12"
	@echo "Other versions: make test VERSIONS=newest   (or oldest; without it, those of requirements.lock)"

# --- The book -------------------------------------------------------------------------------

book:
	@$(RUN) -- tools/book.py $(CHAPTER)

PORT := 8000
serve: book
	@echo "Serving on http://$(LOCAL):$(PORT) (stop with Ctrl-C)"
	@$(RUN) --together -- -m http.server --bind $(LOCAL) --directory _build/html $(PORT)

lab:
	@$(RUN) --together --with lab -- -m jupyter lab --ip=$(LOCAL) --notebook-dir=chapters

notebooks:
	@$(RUN) -- tools/notebooks.py $(CHAPTER)

notebooks-check:
	@$(RUN) -- tools/notebooks.py --check $(CHAPTER)

# --- Other forms of the book ----------------------------------------------------------------

site:
	@$(RUN) --with site -- tools/browser_site.py _build/site
	@echo "Notebooks run from a server only: $(PYTHON) -m http.server --bind $(LOCAL) --directory _build/site"

zip: book
	@$(RUN) -- tools/pack.py _build/html _build/book.zip

pdf:
	@$(RUN) -- tools/pdf.py _build/book.pdf

epub:
	@$(RUN) --with epub -- tools/epub.py _build/book.epub

student:
	@$(RUN) -- tools/student.py _build/student

# --- The tests ------------------------------------------------------------------------------

# A notebook's cells share a kernel, so its tests stay together: --dist loadfile.
PYTEST := -m pytest -n auto --dist loadfile

test:
ifeq ($(CHAPTER),)
	@$(RUN) --only-reads -- $(PYTEST) --durations=10
else
	@$(RUN) --only-reads -- $(PYTEST) -k $(CHAPTER) tests/test_book.py $(wildcard chapters/$(CHAPTER).ipynb)
endif

# For those who edit a page: half a minute. It says which notebooks it runs.
quick:
	@$(RUN) --only-reads -- tools/quick.py

lint:
	@$(RUN) --only-reads -- -m ruff check --no-cache .
	@$(RUN) --only-reads -- -m ruff format --no-cache --check .

tidy:
	@$(RUN) -- -m ruff check --quiet --fix .
	@$(RUN) -- -m ruff format .

# They make copies of this checkout in odd places and install into them: several minutes, and a network.
test-places:
	@$(RUN) -- -m pytest --durations=10 -rs tests/places

# Without the notebooks: they run in kernels of their own, and a line that only a page runs is not tested.
coverage:
	@$(RUN) --with coverage -- $(PYTEST) tests --cov --cov-report=term

# About an hour on two cores. It goes on where it was stopped, and tries again only the functions that changed;
# `make clean` lets it start anew. MODULES="windows layers.convolution" takes these modules only.
MODULES :=
mutation:
	@$(RUN) --with mutation --set OPENBLAS_NUM_THREADS=1 -- -m mutmut run $(foreach module,$(MODULES),'cnnlib.$(module).*')
	@$(RUN) -- tools/mutation.py $(MODULES)

# Every way to break each equation of the book; `make test` tries a few.
mutants-of-formulas:
	@$(RUN) --only-reads --set MUTANTS=all -- $(PYTEST) -rP tests/test_formulas_break.py

# Named outright: `make test` leaves tests/browser out. -rs says why a test was skipped.
test-browser: book
	@$(RUN) --with browser -- $(PYTEST) --durations=10 -rs tests/browser

# Coq is the system's, and its checker is plain Python: .venv is not needed.
WRONG :=
formal:
	@$(RUN) --program -- $(PYTHON) formal/check.py $(if $(WRONG),--wrong)

# --- The packages ---------------------------------------------------------------------------

# In environments of their own: they must work where the old lock does not.
UV := 'uv>=0.8,<1'
COMPILE := -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
lock:
	@$(RUN) --alone $(UV) -- $(COMPILE) --fork-strategy fewest --no-emit-package cnnlib --output-file requirements.lock requirements.txt
	@echo $(UV) | $(RUN) --alone $(UV) -- $(COMPILE) --output-file tools/installer.lock -

# --strict: a package that could not be looked up is a failure, too.
audit:
	@$(RUN) --alone 'pip-audit>=2.9,<3' -- -m pip_audit --strict --disable-pip --require-hashes --progress-spinner off --requirement requirements.lock

# They wait, as the others do, until no other make works here.
clean:
	@$(RUN) --program -- rm -rf _build build mutants cnnlib.egg-info .pytest_cache .hypothesis .ruff_cache .coverage*
	@$(RUN) --program -- find . -path './.venv*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv .venvs
