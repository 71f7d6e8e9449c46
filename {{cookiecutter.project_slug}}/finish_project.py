"""Finish a new project: remove unused files, make its secrets, say what comes next.

The template's hook runs this. Where hooks are not run, the owner runs python3 finish_project.py. It
needs only the standard library and no network, removes itself at the end, and may run again over
an existing project: changes in .env are kept.
"""
# pathlib would double the time of the imports, and every new project waits for them.
# ruff: noqa: PTH106, PTH108, PTH112, PTH120, PTH123, PTH208, PLC0415
# ruff: noqa: T201 - what comes next is printed.

from __future__ import annotations

import base64
import json
import os
import secrets
import sys

PLAN = json.loads(r""" {{ cookiecutter | plan | jsonify }} """)
ENV_FILE = ".env"
HEADING = "# Secrets of this copy of the project. Git ignores this file; give it to nobody."


def remove(path: str) -> None:
    """Remove a file or a folder, and every folder that is empty without it."""
    if os.path.isdir(path):
        import shutil  # Imported here, since every generated project waits for the imports.

        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
    folder = os.path.dirname(path.rstrip("/"))
    while folder and os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
        folder = os.path.dirname(folder)


def prune(paths: list[str], *, is_first_run: bool) -> None:
    """Remove *paths*; in a new project each of them must have been generated."""
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing and is_first_run:
        sys.exit("The template's manifest names what was not generated: " + ", ".join(missing))
    for path in paths:
        remove(path)


def make_secret(kind: str) -> str:
    """Return a fresh secret of at least 43 URL-safe characters."""
    if kind == "fernet":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(48)


def write_secrets(wanted: list[list[str]]) -> None:
    """Write .env for its owner alone, unless there is one."""
    lines = [HEADING]
    for name, kind, comment in wanted:
        lines += ["", f"# {comment}", f"{name}={make_secret(kind)}"]
    try:
        descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with open(descriptor, "w", encoding="ascii", newline="\n") as env_file:
        env_file.write("\n".join(lines) + "\n")


def say_what_comes_next(left_out: list[str], folder: str | None) -> None:
    """Print what was left out and the next commands, whatever the console can show."""
    sys.stdout.reconfigure(errors="backslashreplace")
    print("Left out:", ", ".join(left_out) or "nothing")
    print("Next:")
    if folder:
        print(f"  cd {folder}")
    print("  make run")


def main(folder: str | None = None) -> None:
    """Finish the project in the current folder, which its user calls *folder*."""
    prune(PLAN["prune"], is_first_run=not os.path.lexists(ENV_FILE))
    write_secrets(PLAN["secrets"])
    # They must be as new as their sources, or `make` would make them again.
    for lock in ("requirements.lock", "requirements-dev.lock"):
        os.utime(lock)
    say_what_comes_next(PLAN["left_out"], folder)


if __name__ == "__main__":
    main()
