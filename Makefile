# The two commands to know: `make up` and `make test`. Both install what they need first.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first interpreter that is new enough; name another with `make PYTHON=…`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv/bin
# A MODEL that stands in the environment may be somebody else's.
MODEL_OPTION := $(if $(or $(filter local,$(MODEL)),$(filter command,$(firstword $(origin MODEL)))),$(if $(MODEL),--model "$(MODEL)"))
PYTEST := $(VENV)/python -m pytest --durations=15 --durations-min=5
# One more than processors: many a test waits for a process, a lease or a socket.
AT_ONCE = $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
# Collecting all files takes most of a minute, on each process.
SLOW = $(shell grep -rlE --include='test_*.py' 'mark\.slow' tests | sort)

.PHONY: help up install dashboard test test-slow test-all check check-format check-lint check-types check-imports check-schema check-migrations format bench schema lock upgrade clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

up: install dashboard ## start everything, with a sample engagement; MODEL=local: and a small language model
	@exec $(VENV)/python -m server up $(MODEL_OPTION)

install: ## create .venv from the lock; instant when it is there
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; fi
	@$(PYTHON) scripts/install.py

dashboard: install ## build GraphiQL; without it the API runs all the same
	@$(VENV)/python dashboard/build.py \
		|| echo "GraphiQL was not built; /graphiql says how to. Everything else works." >&2

test: install ## everything but the slow tests, several files at a time
	@$(PYTEST) -n $(AT_ONCE) --dist loadfile -m "not slow"

test-slow: install dashboard ## long chaos, browser and protocol audits
	@$(PYTEST) -n auto --maxprocesses 2 --dist loadfile --no-loadscope-reorder -m "slow and not long" $(SLOW)

test-all: install dashboard ## both, and the longest
	@$(PYTEST)

check: check-format check-lint check-types check-imports check-schema check-migrations ## all of these; `make -k check` goes on after the first that fails

check-format: install
	@$(VENV)/ruff format --check --quiet || { echo "Run 'make format'." >&2; exit 1; }

check-lint: install
	@$(VENV)/ruff check --quiet

check-types: install
	@$(VENV)/python -m mypy --no-error-summary

check-imports: install
	@$(VENV)/lint-imports --no-cache --no-logo >.import_linter.log 2>&1 || { cat .import_linter.log; exit 1; }

check-schema: install # schema.graphql is what the code says
	@$(VENV)/python -m server schema --check

check-migrations: install # migrations make the tables that the code has
	@$(VENV)/python -m server migrate --check

format: install ## rewrite the layout, and what ruff mends by itself
	@$(VENV)/ruff format --quiet
	@$(VENV)/ruff check --fix --quiet

bench: install ## measure the promises on speed and size
	@$(VENV)/python -m benchmarks

schema: install ## print schema.graphql anew; read its diff
	@$(VENV)/python -m server schema

lock: install ## write the lock files after a change of pyproject.toml
	@$(VENV)/python scripts/lock.py

upgrade: install ## the same, with the newest versions that pyproject.toml allows
	@$(VENV)/python scripts/lock.py --upgrade

clean: ## remove what was built; .data stays (remove it by hand to start from nothing)
	@rm -rf .venv .install.lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .import_linter.log .hypothesis
	@rm -rf dashboard/node_modules dashboard/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
