# Everything a developer types. `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo script test faults lint format bench constraints tools clean

help: ## List what can be made
	@grep -hE '^[a-z.]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z.]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.venv: .venv/.ready ## Make the virtual environment with pinned dependencies

.venv/.ready: pyproject.toml constraints.txt
	@echo "preparing .venv, about a minute"
	@$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: .venv/.ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: .venv/.ready ## Start the demo: a school, the bot and a WeChat on this machine
	$(BIN)/python -m bot demo

script: .venv/.ready ## Play a day and a school year without a screen
	$(BIN)/python -m bot demo --script

test: .venv/.dev tools ## Install what tests need and run them all
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/pytest -m alone

faults: .venv/.dev tools ## Try delivery against kills and a faulty platform, with 100,000 messages (docs/trials.md)
	SHOUWANG_TRIAL_MESSAGES=100000 $(BIN)/pytest tests/faults -s

lint: .venv/.dev ## Check style, types and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev tools ## Measure sending, planning and callbacks against their peers
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks send
	$(BIN)/python -m benchmarks callback
	$(BIN)/python -m benchmarks plan
	$(BIN)/python -m benchmarks scale
	$(BIN)/python -m benchmarks city
	$(BIN)/python -m benchmarks tick

tools: ## Install what tests run against: browser, fonts, PostgreSQL, Redis (as root through apt)
	@tests/tools.sh

constraints: .venv/.dev ## Pin the versions that are installed now
	$(BIN)/pip freeze --exclude-editable > constraints.txt

clean: ## Remove what was made, but not data/
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
