PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
CORE := service/domain/*,service/engine/*,service/advice/*,service/policy/*
LOCK_VENV := build/lock-venv
# Two processes test at once; a file's tests stay together, for they share what is slow to set up, and the long files
# come first (tests/conftest.py).
JOBS ?= 2
SECONDS ?= 180
COUNT ?= 1000000
SCANNERS := build/scanners

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install run test check audit scanners format bench benchmark-table soak fuzz examples pictures screenshots words lock clean

install: $(VENV)/installed

# The stamp is newer than the locked requirements only when they are installed.
$(VENV)/installed: requirements.txt requirements-test.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	touch $@

run: install
	exec env HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m service serve

# The core is pure, so nothing excuses a branch that no test takes. Random questions are the same ones in every run.
test: install
	@$(MAKE) --no-print-directory --silent scanners || echo 'the scanners cannot be had here: their tests are skipped, but in CI'
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/python -m coverage report
	$(BIN)/python -m coverage report --include='$(CORE)' --fail-under=100

# What other tools say of generated clusters: each with pins of its own, so in environments of their own.
scanners: $(SCANNERS)/installed

$(SCANNERS)/installed: tests/scanners/requirements.txt tests/scanners/package-lock.json
	$(PYTHON) -m venv $(SCANNERS)/checkov
	$(SCANNERS)/checkov/bin/python -m pip install --quiet -r tests/scanners/requirements.txt
	cp tests/scanners/package.json tests/scanners/package-lock.json $(SCANNERS)
	cd $(SCANNERS) && npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund --silent
	touch $@

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Known vulnerabilities, licences against a list, and a bill of materials in build/sbom.json.
audit: install
	$(BIN)/python -m tests.audit

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Finds every text for people in the code and the catalogues, and puts it into each language's file; docs/words.md.
words: install
	mkdir -p build
	$(BIN)/python -m babel.messages.frontend --quiet extract --mapping-file=babel.cfg --no-wrap --add-location=file --omit-header --output-file=build/messages.pot service
	$(BIN)/python -m babel.messages.frontend --quiet update --input-file=build/messages.pot --output-dir=service/catalogue/words --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

# The pictures of docs/img, from the example in README.md.
pictures: install
	$(BIN)/python -m tests.pictures

# The screenshots of docs/img, with the installed Chromium.
screenshots: install
	$(BIN)/python -m tests.page.screenshots

bench: install
	$(BIN)/python -m tests.bench

# The table in README.md, measured here and now.
benchmark-table: install
	$(BIN)/python -m tests.bench --readme

# Minutes of load while things go wrong, and mutated questions; neither is part of the tests.
soak: install
	$(BIN)/python -m tests.endurance soak --seconds $(SECONDS)

fuzz: install
	$(BIN)/python -m tests.endurance fuzz --count $(COUNT)

# The answers that openapi.yaml shows, as the service gives them today; read the difference before keeping it.
examples: install
	$(BIN)/python -m tests.examples

# Exact versions of everything, resolved afresh from setup.cfg: what the service runs on, then what tests it.
lock:
	rm -rf $(LOCK_VENV)
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip install --quiet '.[aws]'
	$(LOCK_VENV)/bin/python -m pip freeze --exclude eks-endpoint-decision > requirements.txt
	$(LOCK_VENV)/bin/python -m pip install --quiet -c requirements.txt '.[aws,test]'
	$(LOCK_VENV)/bin/python -m pip freeze --exclude eks-endpoint-decision > requirements-test.txt
	rm -rf build *.egg-info

clean:
	rm -rf $(VENV) build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
