# FaceValue: `make run` starts it, `make test` tests it. `make` alone lists what else there is.
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
DATA_DIR ?= data
PYTEST_ARGS ?=
export PORT DATA_DIR PYTHONUNBUFFERED := 1

# The first Python of 3.11 or newer; `make run PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v "$$name"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help install run serve demo links test check format bench screenshots clean

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Settings: PORT=$(PORT) DATA_DIR=$(DATA_DIR) DATABASE_URL PUBLIC_URL PYTHON PYTEST_ARGS"

# A stamp is touched once pip is done: an interrupted installation is taken up again, a finished one costs nothing.
$(PY):
	@test -n "$(PYTHON)" || { echo "error: FaceValue needs Python 3.11 or newer with venv:" \
		"install it, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | $(PY)
	$(PY) -m pip install --disable-pip-version-check --progress-bar on -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(PY) -m pip install --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

install: $(VENV)/run.stamp ## Make .venv with the pinned libraries.

run: $(VENV)/run.stamp ## Build the demo where it is absent, then serve on 127.0.0.1:PORT.
	@exec $(PY) -m app serve

serve: $(VENV)/run.stamp ## Serve what is there, without the demo: a lab's own installation.
	@exec $(PY) -m app serve --no-demo

demo: $(VENV)/run.stamp ## Build the demo and stop.
	@exec $(PY) -m app demo

links: $(VENV)/run.stamp ## Print a fresh researcher's link and a participant's.
	@exec $(PY) -m app links

test: $(VENV)/dev.stamp ## Run all tests; says which were skipped, and why.
	$(PY) -m pytest $(PYTEST_ARGS)

check: $(VENV)/dev.stamp ## Formatting, lint, types and the layers of the rooms.
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/dev.stamp ## Format the code and mend what lint can mend.
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(VENV)/dev.stamp ## Measure the trial and the answers; docs/benchmarks.md tells how to read it.
	$(PY) -m benchmarks.trial
	$(PY) -m benchmarks.answers

screenshots: $(VENV)/dev.stamp ## Take the pictures of README and docs again, of a copy of the data folder.
	$(PY) -m docs.screenshots

clean: ## Remove the environment and what tools left; the data folder stays.
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-artifacts
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
