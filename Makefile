# Needs Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SERVE  ?= 1

.PHONY: demo test check bench laws crash mutants clean

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@echo "compiling once: two to three minutes"
	$(BIN)/python -m sameas.engine.warm
	@touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

demo: $(VENV)/.base ## resolve five invented sources, show the people in them, serve them (SERVE=0: do not)
	$(BIN)/sameas demo --serve=$(SERVE)

check: $(VENV)/.test ## ruff, format, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check ## all that CI runs
	$(BIN)/python -m pytest -n auto

laws: $(VENV)/.test ## the property tests with a longer budget
	SAMEAS_LAWS=long $(BIN)/python -m pytest -n auto tests/laws

crash: $(VENV)/.test ## kill a server a thousand times under load, and look what is left
	SAMEAS_KILLS=1000 $(BIN)/python -m pytest tests/crash

mutants: $(VENV)/.test ## plant bugs in the rules, one at a time, and see that the laws notice
	$(BIN)/python benchmarks/mutation.py

bench: $(VENV)/.base ## the speed of the batch and the online engine beside floors and peers
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/online.py

clean:
	rm -rf $(VENV) demo-out build dist
