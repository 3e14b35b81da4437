# Everything runs in .venv, which the first command makes. PYTHON chooses the interpreter: make test PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: dashboard test lint readme clean

dashboard: $(VENV)/.installed-all
	$(BIN)/pnzoo dashboard

# KERAS_BACKEND=jax make test runs the same tests on JAX, once it is installed in .venv.
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .

readme: $(VENV)/.installed-all
	$(BIN)/python -m train.readme

# An environment that is there already is used as it is. The stamps make later runs start at once;
# a change of dependencies in pyproject.toml installs again.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed-all: pyproject.toml setup.py | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	touch $@

$(VENV)/.installed-test: pyproject.toml setup.py | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[all,test]'
	touch $@ $(VENV)/.installed-all

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
