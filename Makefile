# Everything a developer of this template does has a target; `make help` lists them.

ifeq ($(OS),Windows_NT)
$(error This template runs on Linux, macOS and WSL: on Windows, open it in WSL)
endif

PYTHON3 ?= python3
PYTHON := .venv/bin/python
READY := .venv/.prepared
PROJECT := {{cookiecutter.project_slug}}
LOCKS := $(PROJECT)/requirements.lock $(PROJECT)/requirements-dev.lock
DEMO := demo/my_flask_api
OUT ?= ..
ANSWERS ?=
VERSION ?=
ARGS ?=

# Not among the sources of the app, all of which would be rendered.
export RUFF_CACHE_DIR := $(CURDIR)/.ruff_cache

.DEFAULT_GOAL := help
.PHONY: help demo new test test-pairs test-all lint format docs lock bench release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## scaffold a project with the default answers and serve it at http://127.0.0.1:3000/docs/ (PORT)
	@.venv/bin/cookiecutter --no-input --default-config --overwrite-if-exists --output-dir demo . > /dev/null
	@echo "The project is in $(DEMO)"
	@exec $(MAKE) --no-print-directory -C $(DEMO) run PYTHON3="$(abspath $(PYTHON))"

new: $(READY) ## ask the questions and scaffold a project into OUT=.., or take ANSWERS='cors=yes license=MIT' and ask nothing
	@$(if $(ANSWERS),$(PYTHON) -m local_extensions $(ANSWERS) &&) exec .venv/bin/cookiecutter $(if $(ANSWERS),--no-input) --output-dir "$(OUT)" . $(ANSWERS)

test: $(READY) ## test the template, every text of every variant, and the default project (ARGS='tests/test_answers.py')
	@exec $(PYTHON) -m pytest -m "not pairs" $(ARGS)

test-pairs: $(READY) ## run the suites of all projects that two answers tell apart, and break each promise (ARGS='-k thirty')
	@exec $(PYTHON) -m pytest -m pairs $(ARGS)

test-all: $(READY) ## run everything, with the suites of all projects that three answers tell apart, for hours
	@exec $(PYTHON) -m pytest --strength=3 $(ARGS)

# The app is linted as it stands. Where a line tag holds two branches both are seen at once, so that
# names look defined twice and imports unsorted; how such files are formatted shows only when they are
# rendered. The tests lint and format every rendering, without exceptions.
RAW_RULES := --extend-ignore F811,I001,PIE794
RAW_FILES = grep -rLE '^[[:space:]]*\#: ' --include='*.py' '$(PROJECT)'

lint: $(READY) ## check style, formatting and types, of the unrendered app too
	@$(PYTHON) -m ruff check --extend-exclude '*cookiecutter.project_slug*' .
	@$(PYTHON) -m ruff check $(RAW_RULES) '$(PROJECT)'
	@$(PYTHON) -m ruff format --check --extend-exclude '*cookiecutter.project_slug*' .
	@$(RAW_FILES) | tr '\n' '\0' | xargs -0 $(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

format: $(READY) ## mend what can be mended, and say what cannot
	@status=0; \
	$(PYTHON) -m ruff check --fix --extend-exclude '*cookiecutter.project_slug*' . || status=1; \
	$(PYTHON) -m ruff check --fix $(RAW_RULES) '$(PROJECT)' || status=1; \
	$(PYTHON) -m ruff format --extend-exclude '*cookiecutter.project_slug*' . || status=1; \
	$(RAW_FILES) | tr '\n' '\0' | xargs -0 $(PYTHON) -m ruff format || status=1; \
	exit $$status

docs: $(READY) ## write what the READMEs and .env.example of the app say of settings, as config/ declares them
	@cd '$(PROJECT)' && PYTHONDONTWRITEBYTECODE=1 '$(CURDIR)/$(PYTHON)' -m dev.docs

lock: $(READY) ## pin what is installed, with hashes, for new projects to start from
	@$(PYTHON) -m tests.locks

bench: $(READY) ## measure a bare Flask view, a default project and one with everything on
	@exec $(PYTHON) benchmarks/bench.py $(ARGS)

release: ## tag VERSION=1.2.3, if the tree, the changelog and the whole suite are fit for it
	@exec .ci/release '$(VERSION)'

clean: ## remove the environment, caches and the demo
	@rm -rf .venv demo .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment serves the template and, for its tests, the projects it makes. uv comes from the
# path or, where there is none that is new enough, from the environment itself. It gets the
# interpreter's own path: it cannot look into the shims of version managers. PIP_USER, which some
# machines set, would have pip install outside of the environment.
$(READY): pyproject.toml $(PROJECT)/pyproject.toml $(LOCKS)
	@set -e; \
	if ! found=$$($(PYTHON3) -c 'import sys; sys.exit(1) if sys.version_info < (3, 11) else print(sys.executable)'); then \
		echo "$(PYTHON3) is not Python 3.11 or newer: name one that is, as in make PYTHON3=python3.12" >&2; exit 1; \
	fi; \
	if uv venv --help 2> /dev/null | grep -q -e '--clear'; then \
		uv=uv; $(PYTHON) -c '' 2> /dev/null || uv venv --quiet --clear --python "$$found" .venv; \
	else \
		uv=.venv/bin/uv; $(PYTHON) -c '' 2> /dev/null || "$$found" -m venv --clear .venv; \
		PIP_USER=0 $(PYTHON) -m pip install --quiet --disable-pip-version-check uv; \
	fi; \
	echo "Installing the dependencies into .venv"; \
	mkdir -p .venv/project; \
	sed 's/{{ cookiecutter.project_slug[^}]*}}/project/' '$(PROJECT)/pyproject.toml' > .venv/project/pyproject.toml; \
	"$$uv" pip install --quiet --python $(PYTHON) --compile-bytecode --group dev \
		--requirements .venv/project/pyproject.toml --group .venv/project/pyproject.toml:dev \
		$(addprefix --constraint ,$(foreach lock,$(LOCKS),'$(lock)')); \
	touch $@
