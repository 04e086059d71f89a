# One environment, .venv, installed from two locks: what serving needs, and what the tests and
# checks need besides. Every target that needs it makes it first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Tests start hundreds of processes, and each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13; do \
	"$$name" -c '' 2>/dev/null && echo "$$name" && exit; done; echo python3)
PORT ?= 8000
BIND ?= 127.0.0.1:$(PORT)
COVERAGE ?= 97

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
# A lock is complete, so pip has nothing to resolve: what is released tomorrow changes nothing.
PIP_INSTALL := install --quiet --disable-pip-version-check --no-deps
SERVER = $(BIN)/gunicorn --config python:notifications_app.server.settings 'notifications_app:create_app()'
COMPLETE = said=$$($(BIN)/pip --disable-pip-version-check check) || { echo "$$said" >&2; exit 1; }

.PHONY: help run serve demo test quick coverage faults test-python lint types check benchmarks screenshots diagrams dist lock ci clean

help: ## List the targets of make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN) ## Serve on 127.0.0.1 with a demo database on the first start (PORT=8000)
	@$(BIN)/python -c "$$PORT_FREE" '$(PORT)'
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo --if-empty
	@COMPARE_PAGE="$${COMPARE_PAGE:-navigation}" exec $(SERVER) --bind '127.0.0.1:$(PORT)'

serve: $(RUN) ## Serve in production, behind a proxy, without demo data (BIND=127.0.0.1:8000)
	@$(BIN)/flask db upgrade
	@exec $(SERVER) --bind '$(BIND)'

demo: $(RUN) ## Create demo accounts and notifications in an empty database
	@$(BIN)/flask db upgrade
	@$(BIN)/flask demo

test: $(DEV) ## Run the tests on SQLite, and on PostgreSQL too when TEST_DATABASE_URL is set
	@echo 'Tests on SQLite'
	@env -u TEST_DATABASE_URL $(BIN)/python -m pytest -n auto --dist worksteal
	@if [ -n "$${TEST_DATABASE_URL:-}" ]; then \
		echo 'Tests on PostgreSQL'; \
		$(BIN)/python -m pytest -n auto --dist worksteal; \
	fi

quick: $(DEV) ## Run the tests that take no time: without browser, coverage and the slow ones
	@env -u TEST_DATABASE_URL $(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not browser and not slow'

coverage: $(DEV) ## Run the quick tests, and fail if they reach less than 97% of the code
	@env -u TEST_DATABASE_URL $(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not browser and not slow' \
		--cov --cov-branch --cov-fail-under=$(COVERAGE)

faults: $(DEV) ## Kill, fill, freeze and stop what the site stands on (QUICK=1 is the short form)
	@$(BIN)/python -m pytest -q tests/faults

test-python: ## Run the tests on SQLite, without a browser, on another Python (PYTHON=python3.13)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(MAKE) VENV="$$folder/venv" "$$folder/venv/.dev"; \
	env -u TEST_DATABASE_URL "$$folder/venv/bin/python" -m pytest -n auto --dist worksteal -m 'not browser'

lint: $(DEV) ## Lint code, imports and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet
	@said=$$($(BIN)/lint-imports --no-cache) || { echo "$$said" >&2; exit 1; }

types: $(DEV) ## Check the types
	@$(BIN)/mypy

check: lint types ## Lint, check types, and compare models with migrations
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	export DATABASE_URL="sqlite:///$$folder/check.db"; \
	$(BIN)/flask db upgrade; \
	$(BIN)/flask db check

benchmarks: $(DEV) ## Measure how speed changes with size, as ratios within one run
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/importing.py
	@$(BIN)/python benchmarks/figures.py

screenshots: $(DEV) ## Regenerate the screenshots in docs/images/
	@$(BIN)/python scripts/screenshots.py
	@$(BIN)/python scripts/animation.py

diagrams: $(RUN) ## Regenerate the diagrams of docs/architecture.md
	@$(BIN)/python scripts/diagrams.py

dist: $(DEV) ## Build the wheel into dist/
	@rm -rf dist
	@$(BIN)/hatchling build -t wheel -d dist

# Everything is resolved at once; then each lock takes its part of that.
lock: ## Resolve the dependencies into requirements/ (UPGRADE=1 for newer versions)
	@$(PYTHON) -c "$$PYTHON_FITS"
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m venv "$$folder/venv"; \
	"$$folder/venv/bin/pip" $(PIP_INSTALL) --require-hashes -r requirements/uv.txt; \
	compile() { \
		"$$folder/venv/bin/uv" --no-config --quiet pip compile --universal --python-version 3.11 \
			--generate-hashes --no-strip-extras --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links --output-file "$$@" >/dev/null; \
	}; \
	all="$$folder/all.txt"; \
	cat requirements/run.txt requirements/dev.txt >"$$all"; \
	compile "$$all" pyproject.toml --all-extras --group dev $(if $(UPGRADE),--upgrade); \
	compile requirements/run.txt -c "$$all" pyproject.toml --all-extras; \
	compile requirements/dev.txt -c "$$all" --group dev; \
	for tool in uv pip; do \
		compile "requirements/$$tool.txt" --group "$$tool" $(if $(UPGRADE),--upgrade); \
	done; \
	if grep -n '://' requirements/*.txt; then echo 'A lock names an address.' >&2; exit 1; fi

ci: ## Run every check, as on a fresh Debian machine
	@.ci/run

clean: ## Remove caches, reports and dist/, but not .venv or instance/
	@rm -rf dist build htmlcov test-results .coverage .coverage.* \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

$(RUN): requirements/run.txt
	@$(PYTHON) -c "$$PYTHON_FITS"
	@echo 'Setting up $(VENV); this takes about a minute.'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip $(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@$(COMPLETE)
	@touch $@

$(DEV): $(RUN) requirements/dev.txt requirements/pip.txt requirements/pip-oldest.txt pyproject.toml
	@$(BIN)/pip $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(BIN)/pip $(PIP_INSTALL) --no-build-isolation -e .
	@$(COMPLETE)
	@for lock in pip pip-oldest; do \
		$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
			-r "requirements/$$lock.txt" -d "$(VENV)/$$lock"; \
	done
	@touch $@

define PYTHON_FITS
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Choose one with PYTHON=python3.12."
             % sys.version_info[:2])
endef
export PYTHON_FITS

define PORT_FREE
import socket, sys
port = sys.argv[1]
if not (port.isdecimal() and 0 < int(port) < 65536):
    sys.exit(f"PORT={port} is not a port. Use a number from 1 to 65535.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(port)))
    except OSError as error:
        sys.exit(f"Port {port} is not available ({error.strerror}). Choose another: make run PORT=8001.")
endef
export PORT_FREE
