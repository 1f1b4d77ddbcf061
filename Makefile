PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-page check bench format screenshots

demo: .venv/run      ## draw a short film, index it, search it
	$(BIN)/scenedex demo

# Empty is unset: every process that the tests start would compile the package again.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev      ## every test but those of the page
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/browser

test-page: .venv/dev ## the page, in Chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/browser

check: .venv/dev     ## style, types, import contract, size budget
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/budget.py

bench: .venv/dev     ## measured against a rival in the same run
	$(BIN)/python -m benchmarks

screenshots: .venv/dev ## pictures of the page: each view, light and dark, desktop and phone
	$(BIN)/python -m tests.browser.screenshots

format: .venv/dev
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@ .venv/run
