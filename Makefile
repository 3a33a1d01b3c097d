# Needs make and Python >= 3.11, nothing else. `make help` explains every target.

PYTHON ?= python3
SHOP ?= complete_journey
TEST_SHOP ?= $(SHOP)
# What main keeps for pull requests to be compared with.
STATE ?= target/state/$(SHOP)

# No tool reports home, from make or from what make starts.
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export DO_NOT_TRACK = 1
export GX_ANALYTICS_ENABLED = false
# Compiled once, dbt starts in half the time; some machines forbid Python to keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
LINT := .venv-lint/bin
# Ready means: installed from this lock, in this folder (scripts in an environment know its path).
READY := .venv/.ready
LINT_READY := .venv-lint/.ready
EMULATOR_READY := .venv-emulator/.ready
GOOGLESQL_READY := .venv-googlesql/.ready
PEERS_READY := .venv-peers/.ready
PACKAGE := .venv/.package
VENVS := .venv .venv-lint .venv-emulator .venv-googlesql .venv-peers

UV := $(shell command -v uv || echo $(BIN)/uv)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command 'make lock' $(LOCK_ARGS)
RECORD := target/parity/manifest.json
SQL_FOLDERS := models macros tests packages
# What works with several processes warns about their semaphores on leaving.
QUIET_LEAVING := PYTHONWARNINGS=ignore::UserWarning:multiprocessing.resource_tracker

# The portal shows what failed, so it is published either way.
build_and_publish = status=0; $(BIN)/onemart build --shop $(1) || status=$$?; \
	$(BIN)/onemart publish --shop $(1) && exit $$status

# A machine of CI forgets a key that it makes, and hashes of a person would then differ from run to run.
need_key = [ -z "$$CI" ] || [ -n "$$ONEMART_PII_KEY" ] || [ -f .onemart/pii.key ] || \
	{ echo 'ONEMART_PII_KEY is not set: docs/ci.md says how to make and keep it.' >&2; exit 2; }

# One warehouse has one writer: targets run one after the other, also under `make -j`.
.NOTPARALLEL:
.DEFAULT_GOAL := help

# An environment that was moved, was half made or lost its Python is made again.
ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
$(foreach venv,$(wildcard $(VENVS)),$(if $(shell \
	[ "$$(cat $(venv)/.folder 2>&1)" = "$$(pwd)" ] && $(venv)/bin/python -c 1 2>&1 && echo sound \
	),,$(shell rm -rf $(venv))))
endif

.PHONY: help
help:  ## Explain the targets.
	@echo 'make TARGET [SHOP=complete_journey] [PYTHON=python3]  (sets up what it needs)'
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

##  The way from files to marts

.PHONY: build
build: setup dbt-deps  ## Set up, land the sample shop, build and test its marts, publish its portal.
	@$(BIN)/onemart sample $(SHOP)
	@$(BIN)/onemart land --shop $(SHOP)
	@$(call build_and_publish,$(SHOP))

.PHONY: demo
demo: setup dbt-deps  ## Simulate a shop of 20,000 customers over three years, land it, build, test and publish its marts.
	@$(BIN)/onemart simulate --shop demo
	@$(BIN)/onemart land --shop demo
	@$(call build_and_publish,demo)

.PHONY: lookml
lookml: setup dbt-deps  ## Write the LookML project of SHOP for Looker on BigQuery into LOOKML (default target/lookml).
	@$(BIN)/onemart lookml --shop $(SHOP) --target bigquery --to $(or $(LOOKML),target/lookml)

.PHONY: publish
publish: setup dbt-deps  ## Write the portal of SHOP, target/portal/index.html.
	@$(BIN)/onemart publish --shop $(SHOP)

.PHONY: serve
serve: setup dbt-deps  ## Show the portal of SHOP on this machine, made anew when something changes.
	@$(BIN)/onemart serve --shop $(SHOP)

.PHONY: sample
sample: setup  ## Put the sample files of SHOP into landing/, as its retailer would deliver them.
	@$(BIN)/onemart sample $(SHOP)

.PHONY: land
land: setup  ## Take what lies in landing/ of SHOP through the feed gate.
	@$(BIN)/onemart land --shop $(SHOP)

.PHONY: docs
docs: setup dbt-deps  ## Write the dbt documentation of SHOP as one page, target/static_index.html.
	@ONEMART_SHOP=$(SHOP) $(BIN)/dbt docs generate --static
	@echo 'Open target/static_index.html in a browser.'

.PHONY: emulator
emulator: setup-emulator  ## Serve the BigQuery emulator on 127.0.0.1:9050 until Ctrl-C, for ONEMART_TARGET=emulator.
	@.venv-emulator/bin/python scripts/serve_emulator.py --port 9050

##  What a team's CI runs (docs/ci.md)

.PHONY: ci-state
ci-state: setup dbt-deps  ## Keep dbt's manifest and the built warehouse of SHOP in STATE, to compare changes with.
	@$(QUIET_LEAVING) $(BIN)/python -m onemart.ci keep --shop $(SHOP) --state $(STATE)

.PHONY: slim-build
slim-build: setup dbt-deps  ## Build and test what changed since STATE, and what reads it, in a copy of STATE's warehouse.
	@$(QUIET_LEAVING) $(BIN)/python -m onemart.ci slim --shop $(SHOP) --state $(STATE)

.PHONY: pull-request-report
pull-request-report: setup  ## Tell what the last slim build changed: models, columns, rows, tests; Markdown in target/slim.
	@$(QUIET_LEAVING) $(BIN)/python -m onemart.ci report --shop $(SHOP) --state $(STATE)

.PHONY: hourly
hourly: setup dbt-deps  ## Land what arrived for SHOP, build what comes of it, test the days that it touched.
	@$(need_key)
	@$(BIN)/onemart watch --once --shop $(SHOP)

.PHONY: nightly
nightly: setup dbt-deps  ## Land what arrived for SHOP, build and test everything, publish its portal.
	@$(need_key)
	@# A rejected file stops no build, a failed test no portal; either makes the run fail at its end.
	@$(BIN)/onemart land --shop $(SHOP); landed=$$?; built=0; \
	$(BIN)/onemart build --shop $(SHOP) && \
	$(BIN)/python scripts/check_dbt_floor.py target/run_results.json || built=$$?; \
	$(BIN)/onemart publish --shop $(SHOP) && exit $$((built ? built : landed))

##  Checks

.PHONY: test
test: setup setup-lint dbt-deps lint dbt-test pytest  ## Set up, then pass every check below.

.PHONY: lint
lint: lint-python lint-types lint-sql lint-dbt lint-text  ## All checkers; `make -k lint` goes on after a complaint.

.PHONY: lint-python
lint-python: setup-lint  ## Check Python's style and layout: ruff.
	$(LINT)/ruff check .
	$(LINT)/ruff format --check .

.PHONY: lint-types
lint-types: setup setup-lint  ## Check Python's types: mypy.
	$(LINT)/mypy --python-executable $(BIN)/python

.PHONY: lint-sql
lint-sql: setup-lint  ## Check SQL: sqlfluff.
	$(QUIET_LEAVING) $(LINT)/sqlfluff lint --processes 0 --disable-progress-bar $(SQL_FOLDERS)

.PHONY: lint-dbt
lint-dbt: setup-lint parse  ## Check names, lineage, words and promises of the dbt project: dbt-bouncer.
	COLUMNS=160 $(LINT)/dbt-bouncer run --show-all-failures

.PHONY: lint-text
lint-text: setup-lint  ## Check YAML and spelling: yamllint and codespell.
	$(LINT)/yamllint --strict .
	$(LINT)/codespell

.PHONY: parse
parse: setup dbt-deps  ## Parse the dbt project for DuckDB and for BigQuery (needs no connection).
	$(BIN)/dbt --quiet parse
	@# Parsing reads the profile but asks nobody: any credentials do.
	ONEMART_BIGQUERY_METHOD=oauth-secrets ONEMART_BIGQUERY_TOKEN=none ONEMART_BIGQUERY_PROJECT=none \
	$(BIN)/dbt --quiet parse --target bigquery --target-path target/bigquery

.PHONY: pytest
pytest: setup setup-browser setup-emulator setup-googlesql dbt-deps  ## Run the Python tests.
	$(BIN)/python -m pytest --numprocesses 2

.PHONY: parity
parity: setup setup-emulator dbt-deps  ## Build sample slices on DuckDB and on BigQuery's emulator and certify that all marts are equal.
	@$(QUIET_LEAVING) $(BIN)/python -m onemart.verify.parity

.PHONY: googlesql
googlesql: setup setup-googlesql $(RECORD)  ## Put all that `make parity` sent through GoogleSQL's own analyzer.
	@$(BIN)/python -m onemart.verify.googlesql

.PHONY: scans
scans: setup $(RECORD)  ## Find models that read whole partitioned tables in what `make parity` sent.
	@$(BIN)/python -m onemart.verify.scans

.PHONY: budget
budget: setup setup-emulator dbt-deps  ## Measure how many bytes of a row each model reads, and declare them as its budget.
	$(BIN)/python -m pytest tests/verify/test_record.py -k budget --update-golden

# What the emulator was sent; out of date as soon as anything changes that it came of.
$(RECORD): dbt_project.yml $(shell find expectations macros models python_models seeds src -name '*.*' -type f \
		! -name '*.pyc' ! -path '*.egg-info/*' 2>&1)
	@$(MAKE) parity

.PHONY: golden
golden: setup dbt-deps  ## Write the golden files of the marts anew; read the diff before you commit it.
	$(BIN)/python -m pytest tests/mart/test_gate_to_mart.py -k golden --update-golden

.PHONY: dbt-test
dbt-test: setup dbt-deps  ## Build TEST_SHOP with all its dbt tests; fail when fewer ran than before.
	@$(BIN)/onemart sample $(TEST_SHOP)
	@$(BIN)/onemart land --shop $(TEST_SHOP)
	@$(BIN)/onemart build --shop $(TEST_SHOP)
	@$(BIN)/python scripts/check_dbt_floor.py target/run_results.json

.PHONY: torture
torture: setup dbt-deps  ## Kill the gate 200 times and compare what it leaves; send all faults to the emulator; watch hours in more orders, and on the emulator.
	$(BIN)/python -m pytest -m torture --timeout 3600

.PHONY: bench
bench: setup dbt-deps  ## Measure speed and memory beside plain DuckDB; write benchmarks/README.md.
	$(BIN)/python benchmarks/run.py

.PHONY: growth
growth: setup dbt-deps  ## Measure the build at 5 and 50 million lines; write the figures into docs/scale.md.
	$(BIN)/python benchmarks/growth.py

.PHONY: bench-watch
bench-watch: setup dbt-deps  ## Measure an hour's files on their way to the marts at 5 and 50 million lines; write benchmarks/README.md.
	$(BIN)/python benchmarks/watch.py

.PHONY: bench-rfm
bench-rfm: setup setup-peers  ## Measure RFM of a million customers beside lifetimes, in a copy of the simulated shop (after make demo); write benchmarks/README.md.
	$(BIN)/python benchmarks/rfm.py

.PHONY: bench-attribution
bench-attribution: setup setup-peers  ## Measure removal effects of a million paths beside ChannelAttribution; write benchmarks/README.md.
	$(BIN)/python benchmarks/attribution.py

.PHONY: bench-lifetime-value
bench-lifetime-value: setup setup-peers dbt-deps  ## Measure lifetime value of 10 million customers, after `make demo`, and lifetimes; write benchmarks/README.md.
	$(BIN)/python benchmarks/lifetime_value.py

.PHONY: bench-churn
bench-churn: setup setup-peers dbt-deps  ## Measure the propensity to buy again beside three challengers in the shops built here; write benchmarks/README.md.
	$(BIN)/python benchmarks/churn.py

.PHONY: bench-churn-apply
bench-churn-apply: setup dbt-deps  ## Measure how scorecards of churn are applied to 10 million customers, after `make demo`; write benchmarks/README.md.
	$(BIN)/python benchmarks/churn_apply.py

.PHONY: bench-portal
bench-portal: setup setup-browser dbt-deps  ## Measure how long the portal of the simulated shop takes, after `make demo`; write benchmarks/README.md.
	$(BIN)/python benchmarks/portal.py

.PHONY: format
format: setup-lint  ## Format Python and SQL in place.
	$(LINT)/ruff check --fix .
	$(LINT)/ruff format .
	$(LINT)/sqlfluff fix --processes 0 --disable-progress-bar $(SQL_FOLDERS)

##  Set-up

.PHONY: setup
setup: $(READY) $(PACKAGE)  ## Install what runs into .venv (part of build and test).
	@:

.PHONY: setup-lint
setup-lint: $(LINT_READY)  ## Install the checkers into .venv-lint (part of test).
	@:

.PHONY: setup-emulator
setup-emulator: $(EMULATOR_READY)  ## Install the BigQuery emulator into .venv-emulator (part of test).
	@:

.PHONY: setup-googlesql
setup-googlesql: $(GOOGLESQL_READY)  ## Install GoogleSQL's analyzer into .venv-googlesql (part of test).
	@:

.PHONY: setup-browser
setup-browser:  ## Install the browser that tests of the portal look with: Debian's Chromium (part of test).
	@command -v chromium >/dev/null || scripts/install_browser.sh

.PHONY: setup-peers
setup-peers: $(PEERS_READY)  ## Install what benchmarks measure against into .venv-peers (part of no check).
	@:

.PHONY: dbt-deps
dbt-deps: setup  ## Install dbt packages: from the hub, else the project's own stand-in.
	@$(BIN)/python scripts/install_dbt_packages.py

.PHONY: lock
lock: | $(BIN)/python $(UV)  ## Resolve requirements/*.in into hashed locks; LOCK_ARGS=--upgrade for newer versions.
	$(COMPILE) --override requirements/overrides.txt requirements/run.in requirements/tools.in \
		--output-file requirements/run.txt
	for group in lint emulator googlesql peers uv; do \
		$(COMPILE) requirements/$$group.in --output-file requirements/$$group.txt || exit 1; \
	done

.PHONY: clean
clean:  ## Remove environments, dbt's files and caches; shops (landing, archive, warehouse) stay.
	rm -rf $(VENVS) dbt_packages target logs
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis src/onemart.egg-info

$(VENVS:=/bin/python):
	@command -v $(PYTHON) >/dev/null || { echo 'Onemart needs Python 3.11 or newer; there is no $(PYTHON) here. Try: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Onemart needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=/path/to/newer/python" >&2; exit 1; }
	@# uv brings packages without pip; only where pip must bring uv does the environment need it.
	@$(PYTHON) -m venv $(if $(filter $(BIN)/uv,$(UV)),,--without-pip) $(@D:/bin=)
	@pwd > $(@D:/bin=)/.folder

.venv/bin/uv: | .venv/bin/python
	@echo 'uv is not on this machine: installing it into .venv'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade >/dev/null
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt

$(READY): requirements/run.txt | .venv/bin/python $(UV)
	@echo "Installing the packages of requirements/run.txt into .venv"
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/run.txt
	@rm -f $(PACKAGE)
	@touch $@

$(PACKAGE): pyproject.toml requirements/run.in $(READY) | $(UV)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# The other environments; each is named for its lock.
.venv-%/.ready: requirements/%.txt | .venv-%/bin/python .venv/bin/python $(UV)
	@echo "Installing the packages of requirements/$*.txt into .venv-$*"
	@$(UV) pip sync --quiet --python .venv-$*/bin/python --require-hashes requirements/$*.txt
	@touch $@
