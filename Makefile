# One environment, .venv, installed from the lock; every target that needs it makes it first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
PORT ?= 8000
COVERAGE ?= 95

BIN := .venv/bin
STAMP := .venv/.installed
LOCK := requirements/lock.txt

.PHONY: help run demo test lint types check benchmarks screenshots dist lock ci clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMP) ## Serve on 127.0.0.1 with a demo database on the first start (PORT=8000)
	@$(BIN)/python -c "$$PORT_FREE" '$(PORT)'
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo --if-empty
	@echo 'http://127.0.0.1:$(PORT)/'
	@exec $(BIN)/gunicorn --worker-class gthread --workers 1 --threads 8 --no-control-socket \
		--log-level warning --bind '127.0.0.1:$(PORT)' 'notifications_app:create_app()'

demo: $(STAMP) ## Fill an empty database with two accounts and a few of everything
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo

test: $(STAMP) ## Run the tests on SQLite, and on PostgreSQL too when TEST_DATABASE_URL is set
	@echo 'Tests on SQLite'
	@env -u TEST_DATABASE_URL $(BIN)/python -m pytest -n auto --cov --cov-branch \
		--cov-fail-under=$(COVERAGE)
	@if [ -n "$${TEST_DATABASE_URL:-}" ]; then \
		echo 'Tests on PostgreSQL'; \
		$(BIN)/python -m pytest -n auto --cov --cov-branch --cov-append \
			--cov-fail-under=$(COVERAGE); \
	fi

lint: $(STAMP) ## Look for faults in code and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet

types: $(STAMP) ## Check the types
	@$(BIN)/mypy

check: lint types ## Lint, types, and that models and migrations agree
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	export DATABASE_URL="sqlite:///$$folder/check.db"; \
	$(BIN)/flask db upgrade; \
	$(BIN)/flask db check

benchmarks: $(STAMP) ## Measure how it behaves as it grows, as ratios within one run
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/importing.py
	@$(BIN)/python benchmarks/figures.py

screenshots: $(STAMP) ## Take the pictures for README anew
	@$(BIN)/python docs/screenshots.py
	@$(BIN)/python docs/animation.py

dist: $(STAMP) ## Build the wheel into dist/
	@rm -rf dist
	@$(BIN)/hatchling build -t wheel -d dist

lock: ## Resolve the dependencies into requirements/lock.txt (UPGRADE=1 for newer versions)
	@$(PYTHON) -c "$$PYTHON_FITS"
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m venv "$$folder/uv"; \
	"$$folder/uv/bin/pip" install --quiet --disable-pip-version-check uv; \
	"$$folder/uv/bin/uv" --no-config --quiet pip compile pyproject.toml --output-file $(LOCK) \
		--universal --python-version 3.11 --all-extras --group dev --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		$(if $(UPGRADE),--upgrade) >/dev/null; \
	if grep -n '://' $(LOCK); then echo 'The lock names an address.' >&2; exit 1; fi

ci: ## Everything the project is checked by, as a fresh Debian machine would
	@.ci/run

clean: ## Remove caches, reports and dist/; .venv and the database in instance/ stay
	@rm -rf dist build htmlcov test-results .coverage .coverage.* \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c "$$PYTHON_FITS"
	@echo 'Setting up .venv; this takes about a minute.'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@said=$$($(BIN)/pip --disable-pip-version-check check) || { echo "$$said" >&2; exit 1; }
	@touch $@

define PYTHON_FITS
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("Python 3.11, 3.12 or 3.13 is needed, this is %d.%d: name another with PYTHON=."
             % sys.version_info[:2])
endef
export PYTHON_FITS

define PORT_FREE
import socket, sys
port = sys.argv[1]
if not (port.isdecimal() and 0 < int(port) < 65536):
    sys.exit(f"PORT={port} is not a port: give a number from 1 to 65535.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(port)))
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}): choose another, make run PORT=8001.")
endef
export PORT_FREE
