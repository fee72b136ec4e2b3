# Everything that one does with this house. `make` lists it. Each target is a line or two; the longer ones are in tools/.
# PORT and ALONGSIDE_DATA (the folder that holds database, keys and uploads) are honoured everywhere.

PYTHON := .venv/bin/python
WORDS := $(patsubst %.po,%.mo,$(wildcard alongside/locale/*/LC_MESSAGES/django.po))
DEMO := ALONGSIDE_DEMO=1 ALONGSIDE_DATA="$${ALONGSIDE_DATA:-$(CURDIR)/data/demo}"

.DEFAULT_GOAL := help
.PHONY: help demo run code test check fix bench docs words

help: ## list this
	@awk -F ' ## ' '/^[a-z]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-6s  %s\n", $$1, $$2 }' Makefile

demo: .venv/house $(WORDS) ## a house full of people who are made up, and how to sign in as each; AGAIN=1 begins anew
	@$(DEMO) $(PYTHON) manage.py demo $(if $(AGAIN),--again) && $(DEMO) exec $(PYTHON) -m alongside.config.serve

run: .venv/house $(WORDS) ## an empty house, or the one in ./data; it asks for the agency first
	@exec $(PYTHON) -m alongside.config.serve

code: .venv/house ## the code that a member of the demo's staff signs in with now: make code WHO=dana
	@$(DEMO) $(PYTHON) manage.py demo_code "$${WHO:-$(WHO)}"

test: .venv/workshop $(WORDS) ## everything, on SQLite and on PostgreSQL, and the stories in a browser
	@tools/test

check: .venv/workshop ## format, lint, types, floors, migrations, templates, words, pages: changes nothing
	@tools/check

fix: .venv/workshop ## formats, sorts, and makes the reference pages anew
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format . && $(PYTHON) tools/reference.py

bench: .venv/workshop $(WORDS) ## how quick it is, into docs/reference/bench.md
	@$(PYTHON) -m bench

docs: .venv/workshop ## the pages in docs/reference that are made from the code
	@$(PYTHON) tools/reference.py

words: .venv/workshop ## brings the translations up to date with the code, and says how many are missing
	@$(PYTHON) tools/words.py extract && $(PYTHON) tools/words.py compile

# --- What the targets stand on -----------------------------------------------------------------

.venv/house: pyproject.toml uv.lock tools/ground
	@tools/ground house

.venv/workshop: pyproject.toml uv.lock tools/ground
	@tools/ground workshop

%.mo: %.po tools/words.py | .venv/house
	@$(PYTHON) tools/words.py compile
