# Everything installs into .venv from pinned versions; nothing else on the machine is touched.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test test-slow test-long lint figures notebooks clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml requirements.txt
	@echo "Setting up $(VENV), about a minute ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

demo: install  ## three rollout scenarios compared: a table, figures, and where they are
	@rm -rf results/demo
	@$(BIN)/scoresim compare tapered_subsidy class_only safety_first_national --replicates 6 --out results/demo

test: install  ## the fast tests
	@$(BIN)/python -m simulation.warm_up
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-slow: install  ## the tests marked slow
	@$(BIN)/python -m simulation.warm_up
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "slow and not long"

test-long: install  ## the tests too long for continuous integration
	@$(BIN)/python -m simulation.warm_up
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m long

lint: install  ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

figures: install  ## the picture in the README
	@rm -rf results/readme
	@$(BIN)/scoresim compare tapered_subsidy class_only safety_first_national --replicates 12 --out results/readme
	@cp results/readme/figures/effects.png docs/effects.png

notebooks: install  ## the notebooks executed anew, with their figures
	@cd notebooks && PATH="../$(BIN):$$PATH" ../$(BIN)/jupyter-execute --inplace *.ipynb

clean:
	rm -rf $(VENV) results build *.egg-info
