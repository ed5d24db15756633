# The two commands of the README (demo, test) and the checks behind them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check fast slow lock proto clients monitors clean

$(STAMP): requirements/dev.lock requirements/encoder.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/dev.lock -r requirements/encoder.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: $(STAMP)  ## the whole life of one model on real sentences; ends on a page
	$(BIN)/python examples/demo.py

test: check fast slow  ## everything CI runs

check: $(STAMP)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: $(STAMP) monitors
	$(BIN)/python -m pytest -m "not slow" -n 2

slow: $(STAMP) .venv-clients/.installed monitors
	$(BIN)/python -m pytest -m slow

lock: $(STAMP)  ## pin all dependencies with hashes; names no index
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --output-file requirements/clients.lock requirements/clients.in
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --extra auth --extra demo --extra grpc --extra image --extra notify --extra telemetry --extra text --extra tune --output-file requirements/dev.lock pyproject.toml requirements/dev.in

PROTO := src/classward/serving/grpc
proto: $(STAMP)  ## compile the description of the gRPC interface
	$(BIN)/python -m grpc_tools.protoc -I$(PROTO) --descriptor_set_out=$(PROTO)/open_inference.binpb $(PROTO)/open_inference.proto

clients: .venv-clients/.installed  ## other people's clients, in an environment of their own: their pins contradict ours

.venv-clients/.installed: requirements/clients.lock
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements/clients.lock
	touch $@

monitors:  ## Prometheus and Alertmanager for the tests of their files, from Debian's packages where that may be done
	@if command -v promtool amtool > /dev/null && command -v prometheus-alertmanager alertmanager > /dev/null; then :; \
	elif command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
	    apt-get -qq install -y --no-install-recommends prometheus prometheus-alertmanager > /dev/null; \
	else echo "promtool and Alertmanager are missing and cannot be installed here: their tests are skipped"; fi

clean:
	rm -rf $(VENV) .venv-clients demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
