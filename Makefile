PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
CORE := service/domain/*,service/engine/*,service/advice/*
LOCK_VENV := build/lock-venv

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install run test check format bench lock clean

install: $(VENV)/installed

# The stamp is newer than the locked requirements only when they are installed.
$(VENV)/installed: requirements.txt requirements-test.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	touch $@

run: install
	exec env HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m service serve

# The core is pure, so nothing excuses a branch that no test takes.
test: install
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage report
	$(BIN)/python -m coverage report --include='$(CORE)' --fail-under=100

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/python -m tests.bench

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
