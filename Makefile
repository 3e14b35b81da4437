# Everything runs in .venv, which the first command makes. PYTHON chooses the interpreter: make test PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Errors alone: for an editable install setuptools warns of what every editable install is.
QUIET := -qq

.PHONY: dashboard test test-integration test-extras test-beam test-all test-backends lint readme docs clean

dashboard: $(VENV)/.installed-all
	$(BIN)/pnzoo dashboard

# What is tried in seconds. A test file a process. KERAS_BACKEND=jax make test runs the same tests on JAX, once it is installed in .venv.
PYTEST_ARGS ?= -n 2 --dist loadfile
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Whole trainings, pages, exported files, other processes: the rest of what .ci/run tries.
test-integration: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m 'integration and not slow' $(PYTEST_ARGS)

# What needs other programs: exported files in their runtimes, Ray, FAISS, several devices of JAX.
test-extras: $(VENV)/.installed-extras
	$(BIN)/python -m pytest -m 'integration and not slow' $(PYTEST_ARGS) tests/scale tests/distribution \
	  tests/hub/test_exporting.py tests/benchmarks/test_exports.py tests/benchmarks/test_photographs_benchmark.py \
	  'tests/test_readme.py::test_python_runs_and_prints_what_follows[docs/scale.md]'

# Data sets written by Apache Beam, which wants an older protobuf than the rest: it has an environment of its own, to
# which .venv lends all else.
BEAM := $(VENV)-beam
test-beam: $(BEAM)/.installed
	PYTHONPATH=. $(BEAM)/bin/python -m pytest -m 'not slow' tests/data/test_beam.py

# The slow ones too: all experiments, not three.
test-all: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m '' $(PYTEST_ARGS)

# What may differ between backends, whole, on JAX and PyTorch once they are installed in .venv.
test-backends: $(VENV)/.installed-test
	for backend in jax torch; do \
	  KERAS_BACKEND=$$backend $(BIN)/python -m pytest -n 2 -m "not slow" tests/layers tests/models tests/contracts/test_layers.py \
	    tests/contracts/test_model*.py tests/contracts/test_planners.py tests/contracts/test_zoo_models.py \
	    tests/hub/test_zoo_golden.py || exit 1; \
	done

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

readme: $(VENV)/.installed-all
	$(BIN)/python -m train.readme

# The site in build/site; a broken link ends it.
docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --config-file .docs/mkdocs.yml

# An environment that is there already is used as it is. The stamps make later runs start at once;
# a change of dependencies in pyproject.toml installs again.
$(BIN)/python:
	@echo "Making $(VENV) and installing into it what pnzoo needs: a minute or two, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed-all: pyproject.toml setup.py | $(BIN)/python
	$(BIN)/python -m pip install $(QUIET) --editable '.[all]'
	touch $@

$(VENV)/.installed-test: pyproject.toml setup.py | $(BIN)/python
	$(BIN)/python -m pip install $(QUIET) --editable '.[all,test]'
	touch $@ $(VENV)/.installed-all

$(VENV)/.installed-extras: pyproject.toml setup.py | $(VENV)/.installed-test
	$(BIN)/python -m pip install $(QUIET) --editable '.[all,test,export,jax,ray,faiss]' onnxruntime
	touch $@

$(BEAM)/.installed: $(VENV)/.installed-test
	$(BIN)/python -m venv --clear $(BEAM)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' \
	  > "$$($(BEAM)/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/lent.pth"
	$(BEAM)/bin/python -m pip install --quiet 'apache-beam>=2.60'
	touch $@

$(VENV)/.installed-docs: pyproject.toml setup.py | $(BIN)/python
	$(BIN)/python -m pip install $(QUIET) --editable '.[docs]'
	touch $@

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
