"""Releases on one machine, while clients read and write: good ones, broken ones, and back."""

from __future__ import annotations

import time

import pytest

from tests.containers import images
from tests.containers.load import Load
from tests.containers.machine import Machine
from tests.containers.ssh import reached_by_ssh

pytestmark = [pytest.mark.pairs, pytest.mark.timeout(1800)]

PORT = 443
# Beyond what a release takes, so that what comes just after it is seen, too.
AFTERWARDS = 5


@pytest.fixture(scope="module")
def machine(engine, project, gateway, database):
    """Return a machine that has the image of the gateway, and no release yet."""
    assert engine.run("image", "inspect", gateway)
    engine.run("swarm", "init", "--advertise-addr=127.0.0.1")
    machine = Machine(engine, project)
    machine.set_up(MONGODB_URI=database, ALLOW_PLAINTEXT="MONGODB_URI")
    yield machine
    engine.run("swarm", "leave", "--force")


def test_releases_lose_nothing_whatever_becomes_of_them(machine, image, tmp_path, record_property):
    engine = machine.engine
    engine.build(machine.project, "app:second", RELEASE="second")
    broken = {kind: images.make_broken(engine, tmp_path, image, kind) for kind in images.BREAKS}
    code, printed = machine.run("release", "first", image=image)
    assert (code, machine.releases()) == (0, ["first"] * 2), printed

    table = []
    for name, words, deployed, expected, seen in [
        ("a good release", ("release", "second"), "app:second", 0, "second"),
        ("back by one", ("rollback",), "", 0, "first"),
        *((kind, ("release", "broken"), each, 1, "first") for kind, each in broken.items()),
        ("back to one", ("rollback", "second"), "app", 0, "second"),
    ]:
        with Load(machine.engine, PORT, machine.certificate) as load:
            began = time.monotonic()
            code, printed = machine.run(*words, image=deployed)
            seconds = time.monotonic() - began
            time.sleep(AFTERWARDS)
        failed = len(load.failures)
        table.append(f"{name}: {load.requests} requests, {failed} failed, {seconds:.0f} s")
        assert (code, machine.releases()) == (expected, [seen] * 2), (table, printed)
        assert failed == 0 or name in images.TRUSTED, (table, load.failures[:5])
        assert load.lost() == set(), table
    record_property("releases", table)


def test_a_machine_without_the_files_keeps_what_is_in_use(machine, image):
    assert machine.run("release", "first", image=image)[0] == 0
    before = secrets_of(machine)
    for name in (".env.production", "certificate-key.pem"):
        (machine.folder / name).unlink()

    code, printed = machine.run("release", "again", image=image)

    assert (code, machine.releases()) == (0, ["again"] * 2), printed
    assert secrets_of(machine) == before


def test_a_machine_elsewhere_is_reached_by_ssh(machine, image, tmp_path):
    with reached_by_ssh(machine.engine, tmp_path) as way:
        code, printed = machine.run("release", "afar", image=image, **way)

    assert (code, machine.releases()) == (0, ["afar"] * 2), printed


def test_another_gateway_is_missed_for_seconds_and_loses_nothing(machine, image, record_property):
    assert machine.run("release", "first", image=image)[0] == 0
    site = machine.folder / "gateway" / "docker" / "listen.conf"
    before = site.read_text()
    site.write_text(f"# Another one.\n{before}")
    try:
        with Load(machine.engine, PORT, machine.certificate) as load:
            code, printed = machine.run("release", "first", image=image)
            time.sleep(AFTERWARDS)
    finally:
        site.write_text(before)

    failed = len(load.failures)
    record_property("gateway", f"another gateway: {load.requests} requests, {failed} failed")
    assert code == 0, printed
    assert 0 < failed < load.requests / 2, load.failures[:5]
    assert load.lost() == set()


def secrets_of(machine):
    """Return the names of the secrets that the services have."""
    services = [f"my-flask-api_{name}" for name in ("app", "gateway")]
    specs = [machine.engine.look_at("service", "inspect", each)["Spec"] for each in services]
    containers = [spec["TaskTemplate"]["ContainerSpec"] for spec in specs]
    return [secret["SecretName"] for each in containers for secret in each["Secrets"]]
