# make run     open MetaMed at http://127.0.0.1:8501, for the one person at this computer
# make test    check, then every test; the browser tests where Chromium is installed
# make check   formatting, lint, types
# make bench   how long adapting, predicting and a page switch take on this computer
# make docs    the documentation as a site, in build/docs
# make sbom     a software bill of materials (CycloneDX) and the licenses of everything installed, in build
# make lock     requirements.lock anew: everything that requirements.txt pulls in, with hashes
# make translations    all texts as a catalog for a translator, build/metamed.zh.po; back again: make translations FROM=file.po
# Another Python: make run PYTHON=python3.12      Another port: make run PORT=8600

# The first Python that is new enough, unless the caller names one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8501
# Developers: WATCH=poll picks up a changed file without a restart.
WATCH ?= none
BIN := .venv/bin
# Where this is set, each of the tests' many processes would compile torch and Streamlit anew: 7 s of work.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format bench docs sbom lock translations clean
.DEFAULT_GOAL := run

run: .venv/run.stamp
	METAMED_SINGLE_USER=1 $(BIN)/streamlit run app.py --server.port $(PORT) --server.fileWatcherType $(WATCH)

# Three at a time, for two cores: the first begins with the browser tests, which wait a good deal.
test: check
	$(BIN)/python -m pytest -n 3 --dist worksteal

check: .venv/develop.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/develop.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/develop.stamp
	$(BIN)/python -m tests.benchmarks.bench

docs: .venv/develop.stamp
	$(BIN)/python -m sphinx -W --keep-going -q docs build/docs
	@echo "Open build/docs/index.html"

# Tools of their own environment, so that they do not appear in the list themselves.
sbom: .venv/run.stamp
	test -x build/tools/bin/python || $(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet cyclonedx-bom==7.5.0 pip-licenses==5.5.5
	build/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-file build/sbom.json $(BIN)/python
	build/tools/bin/pip-licenses --python $(BIN)/python --format markdown --with-urls --output-file build/licenses.md

# Without torch and what only its builds for NVIDIA cards need: which build is right depends on the computer, and each has hashes of its own.
lock:
	test -x build/tools/bin/python || $(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet uv==0.13.9
	build/tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-package torch requirements.txt \
	  --output-file build/all.lock
	awk 'BEGIN { while ((getline line < "requirements.lock") > 0 && line ~ /^#/) print line } \
	    /^[a-z0-9]/ { keep = !/^(cuda-|nvidia-|triton)/ } /^($$|#)/ { keep = 0 } keep' build/all.lock > build/requirements.lock
	mv build/requirements.lock requirements.lock

translations: .venv/develop.stamp
	$(BIN)/python -m tests.tools.translations $(if $(FROM),import $(FROM),export build/metamed.zh.po)

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

# The stamps spare pip's start when nothing has changed. Modules are compiled when first imported: most never are.
.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "MetaMed needs Python 3.11 or newer; install it, or say which: make run PYTHON=/path/to/python"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	touch $@

.venv/run.stamp: requirements.txt .venv/python.stamp
	$(BIN)/python -m pip install --no-compile --requirement requirements.txt
	touch $@

.venv/develop.stamp: tests/requirements.txt docs/requirements.txt .venv/run.stamp
	$(BIN)/python -m pip install --no-compile --requirement tests/requirements.txt
	touch $@
