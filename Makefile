# make run 启动；make test 测试。第一次会自动建好 .venv 并装好锁定的依赖。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run sandbox test lint types knowledge check bench faults nightly lock clean

help:
	@echo "make run     启动机器人（没有 token 时启动本地沙盒）"
	@echo "make test    跑测试"
	@echo "make check   规范、类型、测试、知识库检查"
	@echo "make bench   测速"
	@echo "make faults  提醒的故障测试（约二十分钟）"
	@echo "make nightly 一万次的模糊测试"
	@echo "make lock    按 requirements*.in 重新锁定依赖"

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "需要 Python 3.11 或更新：make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.python
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run
	$(BIN)/python bot.py run

sandbox: $(VENV)/.run
	$(BIN)/python bot.py sandbox

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

knowledge: $(VENV)/.run
	$(BIN)/python bot.py check

check: lint types test knowledge

bench: $(VENV)/.dev
	$(BIN)/python -m bench

faults: $(VENV)/.dev
	$(BIN)/python -m faults

nightly: $(VENV)/.dev
	FUZZ=10000 $(BIN)/python -m pytest -m fuzz --timeout 3600

lock: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache
