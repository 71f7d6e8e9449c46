"""Compare GET /api/v1/me of a bare Flask view, a default project and one with everything on.

All run under gunicorn with one worker of four threads and read the same database; wrk
asks them in turns. Absolute figures depend on the machine; the ratio of two neighbours hardly does.

A server has one core, as each of several workers has on a busy machine; the database and wrk have
the others. With a second core idle, the threads of one interpreter wake on it and wait for its
lock: --all-cores measures that too.

    python benchmarks/bench.py [--rounds 7] [--seconds 5] [--all-cores]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cookiecutter.main import cookiecutter
from pymongo import MongoClient

from servers import (
    ALL,
    BENCHMARKS,
    FIRST,
    OTHERS,
    PROXY_HEADERS,
    cpu_seconds,
    database,
    free_port,
    on_cores,
    request,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The optional features, and what production with them wants to be told; nobody is asked there.
EVERYTHING = {
    "cors": "yes",
    "oauth": "server",
    "xml": "yes",
    "uploads": "yes",
    "task_queue": "yes",
}
UNREACHED = {
    "BROKER_URI": "redis://127.0.0.1:1/0",
    "MAIL_URI": "smtp://127.0.0.1:1",
    "MAIL_FROM": "no-reply@example.org",
    "MAIL_LINK_BASE": "https://www.example.org",
    "CORS_ORIGINS": "https://pages.example",
    "S3_ENDPOINT_URL": "https://s3.invalid",
    "S3_REGION": "us-east-1",
    "S3_BUCKET": "files",
    "S3_ACCESS_KEY_ID": "nobody",
    "S3_SECRET_ACCESS_KEY": "nothing-to-sign",
    "CDN_BASE_URL": "https://cdn.invalid",
}
CREDENTIALS = {"email": "bench@example.com", "password": "correct horse battery staple"}


@dataclass(frozen=True, slots=True)
class Target:
    """A server that is measured."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one target gave."""

    requests_per_second: float
    microseconds_per_request: float
    median_milliseconds: float


def measure(target: Target, seconds: int) -> Round:
    """Ask *target* for *seconds* over eight connections."""
    command = ["wrk", "--latency", "-t1", "-c8", f"-d{seconds}s", target.url]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    before = cpu_seconds(target.process)
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(target.process) - before
    if "Non-2xx" in output:
        sys.exit(f"{target.name} refused requests:\n{output}")
    count = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    median = re.search(r"50%\s+([\d.]+)(us|ms|s)", output)
    if count is None or rate is None or median is None:
        sys.exit(f"wrk said something else:\n{output}")
    milliseconds = float(median[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[median[2]]
    return Round(float(rate[1]), used / int(count[1]) * 1e6, milliseconds)


def start_project(
    stack: ExitStack, folder: Path, uri: str, name: str, answers: Mapping[str, str]
) -> Target:
    """Bake a project of *answers*, serve it for production, log in."""
    cookiecutter(
        str(BENCHMARKS.parent),
        no_input=True,
        output_dir=str(folder / name),
        extra_context={"project_slug": "project", **answers},
    )
    port = free_port()
    variables = {
        **UNREACHED,
        "MONGODB_URI": uri,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "TRUSTED_PROXIES": "1",
        "TRUSTED_HOSTS": "127.0.0.1",
        # The limit is counted as ever; it is only never reached.
        "RATELIMIT_DEFAULT": "1000000000 per minute",
    }
    project = folder / name / "project"
    process = stack.enter_context(
        running([sys.executable, "-m", "gunicorn"], project, variables, port)
    )
    api = f"http://127.0.0.1:{port}/api/v1"
    account = json.dumps({**CREDENTIALS, "displayName": "Bench"}).encode()
    request(f"{api}/auth/signup", account)
    with MongoClient(uri) as client:
        # As the letter's reader does.
        accounts = client.get_default_database()["accounts"]
        accounts.update_many({}, {"$unset": {"unconfirmedUntil": True}})
    pair = json.loads(request(f"{api}/auth/login", json.dumps(CREDENTIALS).encode()))
    headers = {"Authorization": f"Bearer {pair['accessToken']}", **PROXY_HEADERS}
    return Target(name, process, f"{api}/me", headers)


def start_bare(stack: ExitStack, uri: str, project: Target) -> Target:
    """Serve the same stored account to the same requests, whose headers nobody reads."""
    with MongoClient(uri, uuidRepresentation="standard") as client:
        (account_id,) = client.get_default_database()["accounts"].distinct("_id")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "bare:app"]
    variables = {"MONGODB_URI": uri, "ACCOUNT_ID": str(account_id)}
    process = stack.enter_context(running(command, BENCHMARKS, variables, port))
    return Target("bare", process, f"http://127.0.0.1:{port}/api/v1/me", project.headers)


def report(targets: Sequence[Target], rounds: Sequence[Sequence[Round]]) -> None:
    """Print the medians of each target, and what follows for it from those of the one before."""
    columns = [*zip(*rounds, strict=True)]
    for target, column in zip(targets, columns, strict=True):
        rate = statistics.median(each.requests_per_second for each in column)
        cost = statistics.median(each.microseconds_per_request for each in column)
        median = statistics.median(each.median_milliseconds for each in column)
        print(
            f"{target.name:10} {rate:6.0f} requests/s  {cost:5.0f} us of CPU per request  "
            f"{median:6.2f} ms for half of them"
        )
    for (before, theirs), (after, ours) in pairwise(zip(targets, columns, strict=True)):
        pairs = [*zip(theirs, ours, strict=True)]
        print(f"{after.name} to {before.name}:")
        _print_ratio("requests", [b.requests_per_second / a.requests_per_second for a, b in pairs])
        _print_ratio("median", [b.median_milliseconds / a.median_milliseconds for a, b in pairs])
        added = [b.microseconds_per_request - a.microseconds_per_request for a, b in pairs]
        print(f"  added    {statistics.median(added):.0f} us of CPU per request")


def _print_ratio(name: str, ratios: Sequence[float]) -> None:
    spread = f"(of {min(ratios):.2f} to {max(ratios):.2f})"
    print(f"  {name:8} {statistics.median(ratios):.2f}  {spread}")


def main() -> None:
    """Measure in turns and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--all-cores", action="store_true", help="whatever runs where")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: it is a package of Debian, Homebrew and others")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        servers, others = (ALL, ALL) if arguments.all_cores else (FIRST, OTHERS)
        stack.enter_context(on_cores(others))
        uri = stack.enter_context(database(folder / "database", sys.executable))
        with on_cores(servers):
            project = start_project(stack, folder, uri, "project", {})
            # Its data is encrypted with other keys.
            everything = start_project(stack, folder, f"{uri}_all", "everything", EVERYTHING)
            targets = [start_bare(stack, uri, project), project, everything]
        for target in targets:
            measure(target, 1)
        rounds = [
            [measure(target, arguments.seconds) for target in targets]
            for _ in range(arguments.rounds)
        ]
        report(targets, rounds)


if __name__ == "__main__":
    main()
