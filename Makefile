# make small      the small experiment from nothing: environment, data, training, table
# make all        every experiment in config/config.yaml
# make test       every test
# make lint       every check of form and types
# make look       the report and its pages in a browser without a network; RESULTS=DIR: those of a smoke run in DIR
# make package    the sdist and the wheel in dist/, checked: the wheel in an environment with numpy alone
# make reference  keep what experiments with fresh results ended in, in docs/reference/
# make readme     put measured tables into README.md and docs/, and what the code owns into config/README.md and docs/
# make clean      remove results, keep the environment

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES := $(shell $(PYTHON) -c 'import os; print(min(4, os.cpu_count() or 1))')
SMALL := results/arithmetic_small

.PHONY: small all test lint look package reference readme clean

small: $(VENV)/pipeline.stamp
	$(BIN)/snakemake --cores $(CORES) $(SMALL)/table.md $(SMALL)/figures/accuracy_by_operations.svg
	@cat $(SMALL)/table.md

all: $(VENV)/pipeline.stamp
	$(BIN)/snakemake --cores $(CORES) all

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

look: $(VENV)/look.stamp
	$(BIN)/python tests/browser/check.py $(if $(RESULTS),--results $(RESULTS)) $(if $(PICTURES),--screenshots $(PICTURES))

package: $(VENV)/dev.stamp
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python .ci/check_package.py dist

reference:
	$(BIN)/python docs/keep_reference.py

readme:
	$(BIN)/python docs/insert_results.py README.md docs/*.md
	$(BIN)/python docs/config_keys.py
	$(BIN)/python docs/vector_tables.py

clean:
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .snakemake

# The environment is made once, and again when what it holds changes.
$(VENV)/pipeline.stamp: EXTRAS := train,pipeline
$(VENV)/dev.stamp: EXTRAS := dev
$(VENV)/look.stamp: EXTRAS := pipeline,train,look
$(VENV)/pipeline.stamp $(VENV)/dev.stamp $(VENV)/look.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 7) and "fluxem needs Python 3.11.7 or newer, $(PYTHON) is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[$(EXTRAS)]"
	touch $@
