# Two commands do everything on a fresh machine with Python 3.11: make demo, make test.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SHELL := /bin/bash
COUNT = awk -v total="$$(grep -c == requirements.lock)" '/^Collecting/ {printf "\r  fetched %d of %d packages", ++n, total; fflush()} /^Installing/ {printf "\n  installing …"; fflush()} END {print ""}'

.PHONY: help demo test setup check lint types layers chaos bench lock clean hostile fuzz audit

help:
	@echo "make demo    set up, start the whole service, read a sample archive of scans, show the result"
	@echo "make test    set up and run all tests"
	@echo "make hostile all cuts and seeds of the broken files; CI takes some"
	@echo "make fuzz    coverage-guided fuzzing of our own readers, SECONDS_EACH=60"
	@echo "make audit   look the locked packages up among known vulnerabilities"
	@echo "make check   what CI runs: lint, types, layers, tests"
	@echo "make chaos   ten minutes of faults on a running service: MINUTES=10 SEED=7, or APART=2"
	@echo "make bench   the measurements quoted in the README"
	@echo "make lock    resolve the locked requirements anew"
	@echo "make clean   remove the environment and what demo left behind"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, found $$("$(PYTHON)" --version). Name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV): about 1 GB of wheels, two to four minutes; once only."
	@"$(PYTHON)" -m venv $(VENV)
	@set -o pipefail; $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock 2>$(VENV)/setup.log | $(COUNT) || { tail -n 5 $(VENV)/setup.log; echo "Setting up failed; the lines above say why. Mend it and run make again."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: setup
	@$(BIN)/python -m tests.demo

test: setup
	@$(BIN)/python -m pytest

hostile: setup
	@GOUJI_TEST_HOSTILE=long $(BIN)/python -m pytest --timeout 3600 tests/hostile

fuzz: setup
	@$(BIN)/python -m pip install --quiet "atheris>=3.0"
	@for target in $$($(BIN)/python -m tests.fuzz); do echo "$$target"; $(BIN)/python -m tests.fuzz $$target -max_total_time=$(SECONDS_EACH) -timeout=60 -rss_limit_mb=2500 -verbosity=0 || exit 1; done

SECONDS_EACH ?= 60

audit: setup
	@$(BIN)/python -m pip install --quiet pip-audit
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

check: lint types layers test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

chaos: setup
	@$(BIN)/python -m pytest tests/chaos --chaos-minutes $(or $(MINUTES),10) $(if $(SEED),--chaos-seed $(SEED)) $(if $(APART),--chaos-apart $(APART) -k alone) -s

bench: setup
	@$(BIN)/gouji bench

lock:
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra all --group dev --upgrade $(COMPILE) -o requirements.lock
	@for room in api worker; do $(BIN)/uv pip compile pyproject.toml --extra $$room --extra tracing -c requirements.lock $(COMPILE) -o deploy/requirements-$$room.lock; done

COMPILE := --quiet --generate-hashes --no-header --no-annotate --python-version 3.11 --python-platform x86_64-manylinux_2_28

clean:
	rm -rf $(VENV) .gouji demo-out
