"""Measures the house beside a yardstick in the same run. `make bench` prints it and writes docs/reference/bench.md."""
