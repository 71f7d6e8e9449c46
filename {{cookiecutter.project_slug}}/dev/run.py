"""Run the API on a developer's machine: `make run`.

The embedded database (if MONGODB_URI is unset) and the server are child processes, which end with
this process however it ends.
#: if cookiecutter.uploads
So is the embedded object store, where none of the settings that name a store is set.
#: endif
#: if cookiecutter.task_queue
So is the embedded broker, where BROKER_URI is unset.
#: endif
#: if cookiecutter.mail
So is an outbox that catches every letter, where MAIL_URI is unset.
#: endif
#: if cookiecutter.mail or cookiecutter.task_queue
So is a worker.
#: endif
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from config import ConfigurationError, Development, urls
from config.core import SLUG
from config.environment import PROJECT, Environment
from dev import (
    #: if cookiecutter.uploads
    object_store,
    #: endif
    ports,
)
#: if cookiecutter.task_queue
from dev.broker import EmbeddedBrokerError, embedded_broker
#: endif
from dev.children import child
from dev.database import EmbeddedDatabaseError, embedded_database
#: if cookiecutter.mail
from dev.outbox import OutboxError, outbox
#: endif

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DATA: Final = PROJECT / ".data" / "mongo"
# Beside the data: the settings of the embedded services, for `make flask` and `make shell`.
RUNNING: Final = "run.env"
PAGE: Final = "{{ '/openapi.json' if cookiecutter.api_docs == 'none' else '/docs/' }}"


def main(data: Path = DATA) -> None:
    """Run until a signal, or until the server ends, with embedded data in the folder *data*.

    An error at the start is one line and exit code 1.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run(data)
    #: if cookiecutter.task_queue
    except EmbeddedBrokerError as error:
        sys.exit(str(error))
    #: endif
    #: if cookiecutter.mail
    except OutboxError as error:
        sys.exit(str(error))
    #: endif
    except (ConfigurationError, EmbeddedDatabaseError) as error:
        sys.exit(str(error))
    #: if cookiecutter.uploads
    except object_store.EmbeddedStoreError as error:
        sys.exit(str(error))
    #: endif
    except KeyboardInterrupt:
        sys.exit(0)


def run(data: Path) -> None:
    """Start the children and wait."""
    environment = Environment.load()
    assumed = {"MONGODB_URI": locate(27017)}
    #: if cookiecutter.task_queue
    assumed["BROKER_URI"] = "redis://127.0.0.1"
    #: endif
    #: if cookiecutter.mail
    assumed["MAIL_URI"] = "smtp://127.0.0.1"
    #: endif
    #: if cookiecutter.uploads
    if not any(environment.holds(name) for name in object_store.SETTINGS):
        assumed |= object_store.locate(9000, "stands-for-a-secret")
    #: endif
    missing = {name: text for name, text in assumed.items() if not environment.holds(name)}
    # All other settings are checked before anything is started.
    process = {**environment.process, **missing}
    settings = Development.from_environment(replace(environment, process=process))
    if ports.is_taken(settings.BIND_ADDRESS, settings.PORT):
        sys.exit(f"PORT {settings.PORT} is taken: choose another, as in PORT=3001 make run")
    # Stored data is personal on a developer's machine, too.
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.parent.chmod(0o700)
    with ExitStack() as stack:
        variables, children = {}, {}
        if "MONGODB_URI" in missing:
            port = stack.enter_context(embedded_database(data, is_durable=True))
            variables["MONGODB_URI"] = locate(port)
        #: if cookiecutter.uploads
        if "S3_BUCKET" in missing:
            variables |= stack.enter_context(object_store.embedded_store(data.with_name("files")))
        #: endif
        #: if cookiecutter.task_queue
        if "BROKER_URI" in missing:
            variables["BROKER_URI"] = stack.enter_context(embedded_broker())
        #: endif
        #: if cookiecutter.mail
        if "MAIL_URI" in missing:
            variables["MAIL_URI"] = stack.enter_context(outbox(data.with_name("outbox")))
        #: endif
        #: if cookiecutter.mail or cookiecutter.task_queue
        children["worker"] = stack.enter_context(child("dev.worker", variables=variables))
        #: endif
        children["server"] = stack.enter_context(child("dev.server", variables=variables))
        if variables:
            stack.enter_context(told(variables, data.with_name(RUNNING)))
        watch(children, ports.near(settings.BIND_ADDRESS), settings.PORT)


@contextmanager
def told(variables: Mapping[str, str], path: Path) -> Iterator[None]:
    """Keep *variables*, including secrets, in the file *path* until the block ends."""
    text = "".join(f"{name}='{value}'\n" for name, value in variables.items())
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def locate(port: int) -> str:
    """Return the URI of the embedded database at *port*."""
    return f"mongodb://127.0.0.1:{port}/{SLUG}"


def watch(children: Mapping[str, subprocess.Popen[bytes]], address: str, port: int) -> None:
    """Print the page's address once the server answers; return when it, or the starter, ends."""
    starter, server = os.getppid(), children["server"]
    is_announced = False
    ended: set[str] = set()
    while server.poll() is None and os.getppid() == starter:
        for name in children.keys() - ended:
            if children[name].poll() is not None:
                print(f"the {name} ended with exit code {children[name].returncode}", flush=True)
                ended.add(name)
        if not is_announced and ports.answers(port, address):
            print(f"http://{urls.bracket(address)}:{port}{PAGE}", flush=True)
            is_announced = True
        time.sleep(0.2)
    if server.returncode:
        sys.exit(f"the server ended with exit code {server.returncode}")


if __name__ == "__main__":
    main()
