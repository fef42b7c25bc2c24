# firmseed. `make` alone prints the verbs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RECIPE ?= datasets/recipes/demo.yaml
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help generate test check serve model bench soak strength docs lock clean tools all-tools soak-tools weights

help: ## print these verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock pyproject.toml
	@./setup.sh $(PYTHON) $(VENV)
	@touch $@

tools: # the Debian packages: asked for only when one is missing
	@./setup.sh --tools

all-tools:
	@./setup.sh --tools all

soak-tools:
	@./setup.sh --tools soak

weights: $(VENV)/.ready # the small model that the tests ask, 93 MB, once a machine
	@$(BIN)/python -m tests.generators.model.weights >/dev/null

generate: tools $(VENV)/.ready ## grow the shipped seeds into a verified set (RECIPE=..., ARGS="--rows 500")
	@$(BIN)/firmseed generate --recipe $(RECIPE) $(ARGS)

test: all-tools $(VENV)/.ready weights ## run the tests (ARGS="-k rewrite")
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.ready ## format, lint, types, layout
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/test_layout.py

serve: tools $(VENV)/.ready ## start a Prefect server and serve the flow on the schedule of prefect.yaml
	@$(BIN)/python -m flows.serve

model: $(VENV)/.ready ## serve a small real model on loopback, to try a recipe on (ARGS="--port 8811")
	@$(BIN)/python -m tests.generators.model.local_server $(ARGS)

bench: all-tools $(VENV)/.ready ## measure against the compilers' own CPU time
	@$(BIN)/python -m benchmarks.overhead

soak: soak-tools $(VENV)/.ready ## an hour of rewrites on programs of others (ARGS="csmith --programs 200")
	@nice -n 10 $(BIN)/python -m tests.soak $(ARGS)

strength: all-tools $(VENV)/.ready ## plant faults in every shipped seed: do the harnesses catch 90 %? (ARGS="--write")
	@$(BIN)/firmseed seeds strength $(ARGS)

docs: $(VENV)/.ready ## write the generated pages (docs/rewrites.md, docs/gates.md, docs/recipe.md)
	@$(BIN)/python -m flows.docs

lock: ## resolve requirements.lock again (needs uv)
	@./setup.sh --lock

clean: ## remove the environment and caches; runs stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build
