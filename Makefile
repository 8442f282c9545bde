# Two commands do everything, each with its own set-up: `make evolve` and `make test`. A third, `make fuzz`, runs at
# least 10,000 hostile configurations, CSV files, genes, models and command lines, with a fresh seed that it prints.
# For those who change the code: `make lint`, `make format`, and `make dist` (CONTRIBUTING.md).

PYTHON ?= python3
VENV ?= .venv
SERIES ?= sine
OUT ?= runs/$(SERIES)-$(shell date +%Y%m%d-%H%M%S)
ARGUMENTS ?=
PROCESSES ?= 2
FUZZ_EXAMPLES ?= 400
FUZZ_CASES ?= 10000
FUZZ_SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
BIN := $(VENV)/bin
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
SCRIPT = $(if $(filter sine,$(SERIES)),scripts/evolve_sine.py,scripts/evolve_csv.py --series $(SERIES))

.PHONY: evolve test lint format docs fuzz dist clean

# The main job, on the sine wave or with SERIES=sunspots on a real series. `python -m scoop` ends with exit code 0 whatever happened, so the outcome is looked at instead.
evolve: $(VENV)/.installed
	$(BIN)/python -m scoop -n 2 $(SCRIPT) --out $(OUT) $(ARGUMENTS)
	@test -f $(OUT)/result.json || { echo "The run failed; see above." >&2; exit 1; }
	@echo "The results are in $(OUT): $$(ls $(OUT) | tr '\n' ' ')"

test: $(VENV)/.installed-test $(VENV)/.browser lint
	$(BIN)/python -m pytest -n $(PROCESSES) -m "not slow and not keras"
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder -m "slow or keras"

# The same commands as in .pre-commit-config.yaml; here they need no git, so that they run in a source distribution too.
lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify $(NOTEBOOKS))

# What a tool can put right by itself.
format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(if $(NOTEBOOKS),$(BIN)/nbstripout $(NOTEBOOKS))

# The site, from docs/ and the docstrings, without a network; whatever Sphinx warns of is an error. Open build/site/index.html.
docs: $(VENV)/.installed-test
	$(BIN)/python -m sphinx -W --keep-going -n -b html docs build/site

# Each test runs FUZZ_EXAMPLES cases; how many were really run is counted, printed, and must not be below FUZZ_CASES. FUZZ_SEED repeats a run.
fuzz: FUZZ_SEED := $(FUZZ_SEED)
fuzz: $(VENV)/.installed-test
	@echo "The seed of these cases is $(FUZZ_SEED); repeat them with: make fuzz FUZZ_SEED=$(FUZZ_SEED)"
	DLOPT_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) DLOPT_FUZZ_CASES=$(FUZZ_CASES) \
		$(BIN)/python -m pytest tests/fuzz --hypothesis-seed=$(FUZZ_SEED) -q

# The source distribution, and the wheel that is built from it, each in an environment of its own.
dist: $(VENV)/.installed-test
	rm -rf dist
	$(BIN)/python -m build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

# A browser, in which tests look at the page of a run: Debian's, where this user may install it; else they are skipped.
HAS_BROWSER = command -v chromium >/dev/null || command -v google-chrome >/dev/null
$(VENV)/.browser: $(VENV)/bin/python
	@if ! { $(HAS_BROWSER); } && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium || true; \
	fi
	@if $(HAS_BROWSER); then touch $@; else \
		echo "No chromium and no google-chrome: install one (apt-get install chromium) to test report.html in it." >&2; \
	fi

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
