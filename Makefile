# Two commands do everything, each with its own set-up: `make evolve` and `make test`.

PYTHON ?= python3
VENV ?= .venv
SERIES ?= sine
OUT ?= runs/$(SERIES)-$(shell date +%Y%m%d-%H%M%S)
ARGUMENTS ?=
BIN := $(VENV)/bin
SCRIPT = $(if $(filter sine,$(SERIES)),scripts/evolve_sine.py,scripts/evolve_csv.py --series $(SERIES))

.PHONY: evolve test lint clean

# The main job, on the sine wave or with SERIES=sunspots on a real series. `python -m scoop` ends with exit code 0 whatever happened, so the outcome is looked at instead.
evolve: $(VENV)/.installed
	$(BIN)/python -m scoop -n 2 $(SCRIPT) --out $(OUT) $(ARGUMENTS)
	@test -f $(OUT)/result.json || { echo "The run failed; see above." >&2; exit 1; }
	@echo "The results are in $(OUT): $$(ls $(OUT) | tr '\n' ' ')"

test: $(VENV)/.installed-test lint
	$(BIN)/python -m pytest -m "not slow and not keras"
	$(BIN)/python -m pytest -m "slow or keras"

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
