"""Pytest reads this file before every test; finishing the project removes it."""

import sys

WHY = "This project is not finished, since its template ran without hooks"

sys.exit(f"{WHY}: run python3 finish_project.py")
