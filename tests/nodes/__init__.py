"""The house as it is hosted: real processes, killed, started again, behind a real nginx and on real PostgreSQL."""
