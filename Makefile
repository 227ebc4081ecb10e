# `make` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DOCUMENTS := $(or $(ZHIBU_DOCUMENTS),../shared/seeds)

.PHONY: help run test check lint types imports containers format train corpus table bench lock secrets clean

help: ## what you can do here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## start everything on this machine (Ctrl-C stops it)
	@exec $(BIN)/python -m bot run

test: $(VENV)/.dev ## run all tests
	$(BIN)/python -m pytest

check: lint types imports containers corpus test ## everything CI checks

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

containers: $(VENV)/.dev
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/docker-compose --env-file .env.example -f docker-compose.yml --profile tools config -q
	$(BIN)/compose-lint docker-compose.yml

format: $(VENV)/.dev ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: $(VENV)/.dev ## learn the matcher's weights anew from the corpus and training/
	$(BIN)/python -m training.train
	$(BIN)/python -m training.vectors
	$(BIN)/python -m training.following

corpus: $(VENV)/.dev ## check the corpus and, where the documents are, prove it against them
	$(BIN)/python -m bot content check
	@if ls $(DOCUMENTS)/*.txt >/dev/null 2>&1; then set -x; \
	  $(BIN)/python -m bot content verify --sources $(DOCUMENTS) && \
	  $(BIN)/python -m bot content coverage --sources $(DOCUMENTS); \
	else echo "no documents in $(DOCUMENTS) (ZHIBU_DOCUMENTS names their folder): answers not verified"; fi

table: $(VENV)/.run ## write the table of the corpus into both READMEs
	$(BIN)/python -m bench.corpus_table

bench: $(VENV)/.dev ## measure what README claims
	$(BIN)/python -m bench.webhook
	$(BIN)/python -m bench.matching $(wildcard ../shared/eval/questions.jsonl)
	$(BIN)/python -m bench.scale --sizes 1000,10000,100000 --peers
	$(BIN)/python -m bench.calls
	$(BIN)/python -m bench.fanout
	$(BIN)/python -m bench.year --branches 500

lock: ## write the lock files anew from requirements*.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q requirements.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q requirements-dev.in -o requirements-dev.lock

secrets: ## make the secret files docker-compose.yml wants, fill in the empty ones; and its folders for files
	@mkdir -p secrets in backup && chmod 700 in backup
	@for name in bot_wechat_token bot_wechat_app_secret bot_wechat_aes_key bot_wechat_aes_key_previous; do \
	  test -e secrets/$$name || : > secrets/$$name; done
	@test -e secrets/valkey_password || $(PYTHON) -c 'import secrets; print(secrets.token_hex(24), end="")' > secrets/valkey_password
	@test -e secrets/bot_redis_url || printf 'redis://:%s@valkey:6379/0' "$$(cat secrets/valkey_password)" > secrets/bot_redis_url
	@chmod 700 secrets && chmod 644 secrets/*  # compose mounts each file as it is, and the containers' users must read it
	@ls -l secrets

clean: ## remove what can be made again (never the data in var/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (make run PYTHON=python3.12)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Installing into $(VENV) (the first time: one to three minutes) / 首次安装依赖，约一到三分钟……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing into $(VENV) (the first time: some minutes) / 首次安装依赖，要几分钟……"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run
