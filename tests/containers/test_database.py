"""A MongoDB on the machine of the stack: what releases leave alone, and a backup that is restored.

What an operator types is what the guide has.
"""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import closing

import pytest

from tests.containers.load import Client
from tests.containers.machine import Machine
from tests.rendering import ROOT

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1200)]

PORT = 443
STACK = "my-flask-api-database"
FILES = "/data/db"
# A backup that fails, as one does before the database is there, is tried again after a minute.
PATIENCE = 180


def in_the_guide(page, heading):
    """Return the commands of a chapter of the guide, as root types them."""
    chapter = (ROOT / "docs" / "en" / page).read_text("utf-8").partition(f"\n### {heading}\n")[2]
    commands = re.search(r"^```sh\n(.*?)^```", chapter, re.DOTALL | re.MULTILINE)[1]
    return commands.replace("sudo ", "")


def type_in(machine, commands):
    """Run *commands* as an operator does, in a clone of the project."""
    own = {"HOME": str(machine.project.parent), **machine.engine.environment}
    command = ["bash", "-euc", commands]
    done = subprocess.run(
        command, cwd=machine.project, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def wait_for(found):
    """Return what *found* returns as soon as that is something."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.5)
    return value


def container_of(machine, service):
    """Return the container of a service that says that it is well."""
    label = f"label=com.docker.swarm.service.name={STACK}_{service}"
    listed = ("ps", "--quiet", "--filter=health=healthy", f"--filter={label}")
    return wait_for(lambda: machine.engine.run(*listed))


def backups(machine):
    """Return the names of the backups that are whole."""
    names = machine.engine.run("exec", container_of(machine, "backup"), "ls", FILES).split()
    return [name for name in names if name.endswith(".gz")]


@pytest.fixture(scope="module")
def machine(engine, project, gateway, image, database_image):
    """Return a machine that has a database of its own, and a release."""
    for name in (gateway, database_image):
        engine.run("image", "inspect", name)
    engine.run("swarm", "init", "--advertise-addr=127.0.0.1")
    machine = Machine(engine, project)
    machine.set_up()
    type_in(machine, in_the_guide("releases.md", "A MongoDB on the same machine"))
    container_of(machine, "mongo")
    code, printed = machine.run("release", "first", image=image)
    assert code == 0, printed
    yield machine
    engine.run("swarm", "leave", "--force")


@pytest.fixture
def client(machine, request):
    """Return somebody who has an account."""
    email = f"{request.node.name}@example.com"
    with closing(Client(machine.engine, PORT, machine.certificate, email)) as client:
        yield client


def write(client, title):
    assert client.ask("POST", "/api/v1/me/notes", {"title": title, "body": "x"})[0] == 201


def test_a_release_leaves_the_database_alone(machine, image, client):
    before = container_of(machine, "mongo")
    write(client, "kept")

    assert machine.run("release", "second", image=image)[0] == 0
    assert container_of(machine, "mongo") == before
    assert machine.run("rollback")[0] == 0
    assert container_of(machine, "mongo") == before

    client.close()
    assert client.titles() == {"kept"}


def test_another_database_process_has_what_was_written(machine, client):
    before = container_of(machine, "mongo")
    write(client, "kept")
    client.close()

    machine.engine.run("service", "update", "--force", f"{STACK}_mongo")

    assert container_of(machine, "mongo") != before
    wait_for(lambda: client.ask("GET", "/api/v1/me/notes")[0] == 200)
    assert client.titles() == {"kept"}


def test_a_backup_of_each_day_brings_back_what_was_there(machine, client):
    write(client, "kept")
    client.close()
    backup = container_of(machine, "backup")
    older = [f"2026-01-{day:02}.gz" for day in range(1, 15)]
    machine.engine.run("exec", "--workdir", FILES, backup, "touch", *older)
    for name in set(backups(machine)) - set(older):
        machine.engine.run("exec", backup, "rm", f"{FILES}/{name}")
    wait_for(lambda: len(backups(machine)) == 14 and older[0] not in backups(machine))
    newest = backups(machine)[-1]
    assert newest not in older
    write(client, "written later")
    assert client.titles() == {"kept", "written later"}
    client.close()

    commands = in_the_guide("operations.md", "Backup and restore")
    type_in(machine, re.sub(r"\d{4}-\d\d-\d\d\.gz", newest, commands))

    assert client.titles() == {"kept"}
