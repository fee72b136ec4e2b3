"""Small programs that keep the house: what `make check`, `make words` and `make docs` run."""
