# make lab    opens JupyterLab on the first notebook
# make test   runs every test, after installing what they need
# make test-floors  runs them on the oldest versions that pyproject.toml allows
# make report runs the first notebook without a person and writes its HTML report
# make pictures takes pictures of every state of the Workbench, into build/pictures
# make bench  measures, ratios side by side in one run
#
# All of them set up what is missing: a virtual environment in .venv, the npm packages in
# js/node_modules and, for the tests, Debian's Chromium and, where it is new enough, its Node.

PYTHON ?= python3
VENV := .venv
FLOORS := .venv-floors
BIN := $(VENV)/bin
NOTEBOOK := notebooks/01_first_session.ipynb
HAVE_NODE := command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.PHONY: help lab test check test-js test-python report bench build clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(BIN)/python:
	$(call say,Making a virtual environment in $(VENV))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { command -v apt-get >/dev/null && apt-get update && apt-get install -y --no-install-recommends python3-venv && $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.lab: pyproject.toml | $(BIN)/python
	$(call say,Installing the package with JupyterLab (a few minutes when cold))
	@$(BIN)/python -m pip install --quiet --editable '.[lab]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(call say,Installing the package and what its tests need (a few minutes when cold))
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.lab

.PHONY: node chromium
node:
	@$(HAVE_NODE) || { command -v apt-get >/dev/null && { printf '\n== Looking for Node 20 in the Debian packages\n'; \
	  $(SUDO) apt-get update -qq; \
	  major=$$(apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9][0-9]*\)\..*/\1/p'); \
	  if [ "$${major:-0}" -ge 20 ]; then DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; \
	  else echo "Debian has Node $${major:-no version} here"; fi; }; true; }

js/node_modules/.done: js/package-lock.json | node
	@if $(HAVE_NODE); then printf '\n== Installing the npm packages of js/\n'; cd js && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.done; \
	else printf '\n== No Node 20 here: what needs it is left out (using the package needs none)\n'; fi

chromium:
	@command -v chromium >/dev/null || { printf '\n== Installing Chromium from the Debian packages\n'; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

lab: $(VENV)/.lab
	$(call say,Opening JupyterLab on $(NOTEBOOK))
	@$(BIN)/jupyter lab $(NOTEBOOK) $(LAB_OPTIONS)

test: $(VENV)/.dev js/node_modules/.done chromium check test-js test-python
	@$(HAVE_NODE) || printf '\n== Passed, but not whole: without Node 20 the front end was tested as it was built last, not its sources\n'

check: $(VENV)/.dev js/node_modules/.done
	$(call say,Checking style and types)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@if $(HAVE_NODE); then cd js && npm run --silent check; fi

test-js: js/node_modules/.done
	$(call say,Testing the front end against a fake model)
	@if $(HAVE_NODE); then cd js && npm test --silent; else echo "left out: no Node 20"; fi

test-python: $(VENV)/.dev js/node_modules/.done chromium
	$(call say,Testing the package: unit and contract and golden and browser and notebooks)
	@$(BIN)/pytest $(PYTEST_OPTIONS)

$(FLOORS)/.done: pyproject.toml .ci/floors.py
	$(call say,Making a virtual environment of the oldest versions in $(FLOORS) (minutes when cold))
	@rm -rf $(FLOORS)
	@$(PYTHON) -m venv $(FLOORS)
	@$(FLOORS)/bin/python .ci/floors.py > $(FLOORS)/floors.txt && cat $(FLOORS)/floors.txt
	@$(FLOORS)/bin/python -m pip install --quiet --editable . --requirement $(FLOORS)/floors.txt
	@touch $@

# Old releases under a new traitlets warn of themselves. Benchmarks time nothing here.
.PHONY: test-floors
test-floors: $(FLOORS)/.done chromium
	$(call say,Testing the package on the oldest versions it allows)
	@$(FLOORS)/bin/python -m pytest -W "ignore:Deprecated in traitlets 4.1:DeprecationWarning" \
	  tests/unit tests/contract tests/golden tests/test_architecture.py tests/browser/test_lab_doctor.py $(PYTEST_OPTIONS)

report: $(VENV)/.lab
	$(call say,Running $(NOTEBOOK) without a person and writing its report)
	@mkdir -p build
	@$(BIN)/jupyter nbconvert --to rhml --execute $(NOTEBOOK) --output-dir build
	@echo "build/01_first_session.html"

.PHONY: pictures
pictures: $(VENV)/.dev chromium
	$(call say,Taking pictures of every state of the Workbench)
	@$(BIN)/python tests/browser/pictures.py build/pictures
	@echo "build/pictures"

bench: $(VENV)/.lab
	$(call say,Measuring (ratios side by side; some minutes))
	@$(BIN)/python -m benchmarks

build: js/node_modules/.done
	@cd js && npm run --silent build

clean:
	rm -rf $(VENV) $(FLOORS) js/node_modules build
