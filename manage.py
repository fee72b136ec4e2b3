#!/usr/bin/env python3
"""Runs the house's commands: `python manage.py help` lists them."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    from django.core.management import execute_from_command_line

    import alongside  # noqa: F401  (puts the newer SQLite in place before Django loads)

    execute_from_command_line(sys.argv)
