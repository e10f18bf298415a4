# The newcomer's two commands are `make demo` and `make test`; each sets itself up.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: demo test docs check format slow bench validate validate-quick lock install clean help

help:            ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: $(READY)  ## make the environment: exact versions of constraints.txt
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 is needed (PyBullet has wheels up to 3.11): make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(READY)     ## the main job: 8 touchdowns at Kamo'oalewa, outcomes in results/demo.h5
	$(BIN)/sampling-sim sweep experiments/touch_and_go.toml -n 8 --workers 2 --overwrite -o results/demo.h5

test: $(READY)     ## the default tests, under 10 minutes on 2 cores
	@bash tests/browser/install.sh
	$(BIN)/python -m pytest -n auto --dist loadfile

docs: $(READY)     ## the site of docs/, with its figures drawn anew, in build/docs/index.html
	for script in docs/how-to/*.py; do $(BIN)/python $$script > /dev/null || exit 1; done
	$(BIN)/python -m sphinx -W --keep-going -n -q -b html docs build/docs

check: $(READY)    ## format, lint, types, import order, file lengths
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/check_lengths.py

format: $(READY)   ## rewrite the files as `check` wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

slow: $(READY)     ## the long tests
	$(BIN)/python -m pytest -m slow

bench: $(READY)    ## comparisons of speed; writes results/bench.json
	$(BIN)/python -m pytest -m bench -s tests/bench

validate: $(READY) ## laboratory laws against the bed, and the kept flights; writes docs/validation.md
	$(BIN)/python -m pytest -m validation tests/validation

validate-quick: $(READY)  ## a few stable rows of it measured anew, in minutes; CI runs it
	$(BIN)/python -m pytest -m quick -n 2 --dist load tests/validation

lock: $(READY)     ## write constraints.txt anew from what is installed
	{ echo "# Exact versions that CI and the make commands install (Python 3.11, Linux x86-64)."; \
	  echo "# Made anew by: make lock"; \
	  $(BIN)/python -m pip freeze --all --exclude-editable | grep -v -E '^(pip|wheel)=='; } > constraints.txt.new
	mv constraints.txt.new constraints.txt

clean:           ## remove the environment and what tools leave behind
	rm -rf $(VENV) .venv-ci build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
