"""Persons, their organisation, the partnerships between them and the seats in those; and signing in."""
