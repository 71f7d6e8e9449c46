"""Finish a new project with its own program, which its owner runs where hooks are not run."""

import json
import runpy

FOLDER = json.loads(r""" {{ cookiecutter | folder | jsonify }} """)

if __name__ == "__main__":
    runpy.run_path("finish_project.py")["main"](FOLDER)
