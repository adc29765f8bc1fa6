# make lab    opens JupyterLab on the first notebook
# make test   runs every test, after installing what they need
# make report runs the first notebook without a person and writes its HTML report
# make bench  measures, ratios side by side in one run
#
# All of them set up what is missing: a virtual environment in .venv, the npm packages in
# js/node_modules and, for the tests, Debian's Chromium.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NOTEBOOK := notebooks/01_first_session.ipynb
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

js/node_modules/.done: js/package-lock.json
	$(call say,Installing the npm packages of js/)
	@command -v npm >/dev/null || { echo "Node 20 with npm is needed for the tests (not for using the package)"; exit 1; }
	@cd js && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { printf '\n== Installing Chromium from the Debian packages\n'; \
	  if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	  $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

lab: $(VENV)/.lab
	$(call say,Opening JupyterLab on $(NOTEBOOK))
	@$(BIN)/jupyter lab $(NOTEBOOK) $(LAB_OPTIONS)

test: $(VENV)/.dev js/node_modules/.done chromium check test-js test-python

check: $(VENV)/.dev js/node_modules/.done
	$(call say,Checking style and types)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@cd js && npm run --silent check

test-js: js/node_modules/.done
	$(call say,Testing the front end against a fake model)
	@cd js && npm test --silent

test-python: $(VENV)/.dev js/node_modules/.done chromium
	$(call say,Testing the package: unit and contract and golden and browser and notebooks)
	@$(BIN)/pytest $(PYTEST_OPTIONS)

report: $(VENV)/.lab
	$(call say,Running $(NOTEBOOK) without a person and writing its report)
	@mkdir -p build
	@$(BIN)/jupyter nbconvert --to rhml --execute $(NOTEBOOK) --output-dir build
	@echo "build/01_first_session.html"

bench: $(VENV)/.lab
	$(call say,Measuring (ratios side by side; some minutes))
	@$(BIN)/python -m benchmarks

build: js/node_modules/.done
	@cd js && npm run --silent build

clean:
	rm -rf $(VENV) js/node_modules build
