# The portal's commands. `make` alone prints them.
PYTHON ?= python3
PORT ?= 8000
DATA ?= .data
VENV := .venv
RUN := $(VENV)/bin/python -m portal.run --data "$(DATA)" --port $(PORT)

help: ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/run.stamp ## Install, start the database, load the demo and serve (PORT=8000 DATA=.data)
	@$(RUN) serve

import: $(VENV)/run.stamp ## Import an ERP export (FOLDER=… [DATA=.data] [DRY_RUN=1])
	@test -n "$(FOLDER)" || { echo "Name the folder of the export: make import FOLDER=…"; exit 2; }
	@$(RUN) manage -- import_erp "$(abspath $(FOLDER))" $(if $(DRY_RUN),--dry-run)

test: $(VENV)/test.stamp programs translations ## Run all tests, in a real browser too (TESTS=path for some)
	@$(VENV)/bin/python -m pytest $(if $(TESTS),$(TESTS),--numprocesses 3 --dist worksteal)

days: $(VENV)/test.stamp programs translations ## Run what knows days at new year, on 29 February, over midnight in Berlin
	@$(VENV)/bin/python -m tests.days

lint: $(VENV)/test.stamp ## Check style, templates, imports, types and migrations
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --check --target-version 5.2
	@$(VENV)/bin/lint-imports --no-cache
	@export SECRET_KEY=$$($(VENV)/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))') && \
		$(VENV)/bin/mypy && \
		$(VENV)/bin/python -W ignore manage.py makemigrations --check --dry-run

format: $(VENV)/test.stamp ## Write Python and templates in the house style
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format .
	@find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --target-version 5.2

messages: $(VENV)/test.stamp ## Put new English sentences into the German catalogue, to be translated there
	@$(VENV)/bin/python -m portal.lib.sentences

settings: $(VENV)/test.stamp ## Write docs/settings.md from portal/settings.py
	@$(VENV)/bin/python -m portal.lib.settings_table

bench: $(VENV)/run.stamp ## Measure pages beside a bare page, import beside COPY, slow downloads (LARGE=1 KEEP=folder CUSTOMERS= PAGES=)
	@$(VENV)/bin/python -m portal.bench $(if $(LARGE),--large) $(if $(KEEP),--keep "$(abspath $(KEEP))") \
	    $(if $(PAGES),-- --only "$(PAGES)")
	@$(if $(PAGES),:,$(RUN) manage -- bench_import --customers $(or $(CUSTOMERS),20000))
	@$(if $(PAGES),:,$(RUN) manage -- bench_downloads)

faults: $(VENV)/test.stamp ## Place 500 orders while all is killed; 2,000 POSTs; the weather outside; two hosts (ORDERS= KILLS= POSTS=)
	@$(VENV)/bin/python -m tests.faults.storm --orders $(or $(ORDERS),500) --kills $(or $(KILLS),30)
	@$(VENV)/bin/python -m tests.faults.posts --posts $(or $(POSTS),2000)
	@$(VENV)/bin/python -m tests.faults.weather
	@$(VENV)/bin/python -m tests.faults.hosts --orders $(or $(HOST_ORDERS),200)

image-test: $(VENV)/test.stamp ## Build the image with docker or buildah; check, migrate and ask for a page in it (IMAGE_BUILD_OPTIONS=)
	@PORTAL_IMAGE=1 $(VENV)/bin/python -m pytest -s tests/image

backup: $(VENV)/run.stamp ## Write database and files into one file (TO=folder [DATA=.data]; BACKUP_RECIPIENT=age1… encrypts)
	@test -n "$(TO)" || { echo "Name the folder for it: make backup TO=…"; exit 2; }
	@$(RUN) manage -- backup "$(abspath $(TO))"

restore: $(VENV)/run.stamp ## Bring a backup back into an empty DATA folder (FILE=… DATA=… [KEY=file with the secret key])
	@test -n "$(FILE)" || { echo "Name the backup: make restore FILE=… DATA=…"; exit 2; }
	@$(RUN) manage -- restore "$(abspath $(FILE))" $(if $(KEY),--key "$(abspath $(KEY))")

lock: ## Write the lock files anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

translations: $(VENV)/test.stamp
	@$(VENV)/bin/python -m portal.lib.translations

programs: $(VENV)/test.stamp
	@sh tests/install.sh $(VENV)/bin/playwright

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the portal needs"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the tests need"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/run.stamp

.PHONY: image-test help run import test days lint format messages settings bench faults backup restore lock translations programs
.DEFAULT_GOAL := help
