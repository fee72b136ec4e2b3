"""Backups: everything there is, to be given back to people whose server has burned.

`chest` packs files for the officers' keys and opens them again; `snapshot` takes one moment of a database and lays it
down again; `making` makes a backup and `restoring` gives it back. Why it is so stands in decision 0027.
"""
