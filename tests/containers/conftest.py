"""One engine and one image for all tests of containers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.containers import images
from tests.containers.engine import running_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.containers.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, request) -> Iterator[Engine]:
    """Run an engine that has the images which others are built on."""
    # Short, since a socket's path is.
    folder = tmp_path_factory.mktemp("engine")
    with running_engine(folder) as engine:
        images.make_base(engine, request.config.cache.mkdir("containers"))
        yield engine
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def project(bake_session) -> Path:
    """Return a project with the default answers."""
    return bake_session()


@pytest.fixture(scope="session")
def image(engine: Engine, project: Path) -> str:
    """Build the unmodified Dockerfile of the project, and return the image's name."""
    name = f"app:{images.RELEASE}"
    engine.build(project, name, RELEASE=images.RELEASE)
    return name


@pytest.fixture(scope="session")
def gateway(engine: Engine, project: Path) -> str:
    """Build the image of the gateway, as releases name it, and return that name."""
    name = "my-flask-api-gateway"
    engine.build(project / "deploy" / "gateway", name)
    return name


@pytest.fixture(scope="session")
def database_image(engine: Engine, tmp_path_factory) -> str:
    """Make the image of the database that compose.yaml names, and return its name."""
    name = "mongo:8.0"
    images.make_database(engine, tmp_path_factory.mktemp("database"), name)
    return name


@pytest.fixture(scope="module")
def database(engine: Engine, database_image: str) -> Iterator[str]:
    """Run a database that containers reach; return its URI."""
    network = engine.look_at("network", "inspect", "bridge")
    host = network["IPAM"]["Config"][0].get("Gateway", "172.17.0.1")
    engine.run(
        "run", "--detach", "--name=database", f"--publish={host}:27017:27017", database_image
    )
    yield f"mongodb://{host}:27017/releases?directConnection=true"
    engine.run("rm", "--force", "--volumes", "database")
