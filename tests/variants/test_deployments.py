"""What their own checkers say of images and deployments, in every variant of them.

The checkers ask nobody else: what a registry or a cluster would say is not theirs to know.
"""

from __future__ import annotations

import re
import shutil
import sys
from itertools import product

import pytest
import yaml

from local_extensions.manifest import SHIPPED, to_prune
from tests.projects import commands_in_page, run, run_in_shell
from tests.rendering import SOURCES, complete, files_in, is_pruned, render_source
from tests.variants.checkers import TOOLS, check

# The newest that the checker knows.
CLUSTER = "1.37.0"
# What is low is a matter of taste: limits of CPU, and namespaces that the overlays name.
TRIVY = ("--severity=MEDIUM,HIGH,CRITICAL", "--exit-code=1")
EXPLAINED = {
    "add_header_redefinition": "what the app answers has the app's own headers",
    "default_server_flag": "both servers listen where site/listen.conf says, so the first counts",
}
# What a cluster is told lands in a file; what it needs no server for, the real one does.
KUBECTL = f"""#!/bin/sh
echo "kubectl $*" >> "$RECORD/calls"
case "$*" in
  *"rollout status"* | *"get service"*) exit ;;
  kustomize*) exec {TOOLS}/kubectl "$@" ;;
esac
echo --- >> "$RECORD/told"
case "$*" in
  *" create "*) exec {TOOLS}/kubectl "$@" --dry-run=client --output yaml >> "$RECORD/told" ;;
  *"apply --filename -") exec cat >> "$RECORD/told" ;;
  *"apply --filename "*) exec cat "${{*##* }}" >> "$RECORD/told" ;;
  *) exit 2 ;;
esac
"""
IMAGES = ("Dockerfile", "deploy/gateway/Dockerfile")
OVERLAYS = ("staging", "production")


def write(folder, answers):
    """Write what is deployed of a project with *answers* into *folder*."""
    full = complete(answers)
    pruned = set(to_prune(full))
    for path in files_in(SOURCES):
        name = path.relative_to(SOURCES).as_posix()
        is_deployed = name in {"Dockerfile", "compose.yaml"} or name.startswith("deploy/")
        if is_deployed and not is_pruned(name, pruned):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(render_source(name, full), "utf-8")
    (folder / ".env").touch()
    return folder


@pytest.fixture(scope="session", params=product(SHIPPED, (False, True)), ids=str)
def deployed(request, tmp_path_factory):
    """Return a folder with what is deployed of a project, for all answers that change its shape."""
    deploy, has_more = request.param
    folder = tmp_path_factory.mktemp(deploy)
    more = dict.fromkeys(("mail", "task_queue", "uploads"), has_more)
    return write(folder, {"deploy": deploy, **more})


def test_hadolint_is_content(deployed):
    check("hadolint", *IMAGES, folder=deployed)


def test_shellcheck_is_content(deployed):
    check("shellcheck", "deploy/release.sh", folder=deployed)


def test_compose_reads_what_a_laptop_runs(deployed):
    check("docker-compose", "config", "--quiet", folder=deployed)


def test_trivy_is_content(deployed):
    # As the pipelines of a project ask it; the checks are those that came with it.
    offline = ("--skip-check-update", "--offline-scan", "--quiet")
    check("trivy", "fs", "--scanners=misconfig", *TRIVY, *offline, ".", folder=deployed)


def test_the_pipelines_ask_trivy_for_the_same():
    for name in (".github/workflows/ci.yml", ".gitlab-ci.yml"):
        words = (SOURCES / name).read_text("utf-8").split()
        assert set(TRIVY) <= set(words), name


def test_gixy_is_content(deployed, tmp_path):
    site, servers = tmp_path / "site", tmp_path / "servers"
    site.mkdir()
    servers.mkdir()
    for path in deployed.glob("deploy/gateway/*.conf"):
        shutil.copy(path, tmp_path if path.name == "nginx.conf" else servers)
    for name in ("listen.conf", "api.conf"):
        shutil.copy(next(deployed.glob(f"deploy/**/{name}")), site)
    check("gixy", f"--skips={','.join(EXPLAINED)}", "nginx.conf", folder=tmp_path)


def test_services_fit_their_schema(deployed):
    names = ("compose.yaml", "deploy/stack.yaml", "deploy/database.yaml")
    files = [name for name in names if (deployed / name).exists()]
    check("check-jsonschema", "--builtin-schema=vendor.compose-spec", *files, folder=deployed)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_kustomize_makes_fits_the_schemas_of_a_cluster(tmp_path, overlay):
    folder = write(tmp_path, {"deploy": "kubernetes", "task_queue": True})
    made = folder / "made.yaml"

    overlay_folder = f"deploy/kubernetes/overlays/{overlay}"
    made.write_text(check("kubectl", "kustomize", overlay_folder, folder=folder))

    told = check("kubernetes-validate", "--strict", "-k", CLUSTER, "made.yaml", folder=folder)
    for kind in ("deployment/app", "deployment/worker", "deployment/gateway", "service/gateway"):
        assert f"passed for resource {kind} " in told
    # What release.sh looks for, and what it must not find.
    assert made.read_text().count("image: app:unreleased\n") == 2


def tell_a_cluster(project, database):
    """Run what the guide says of a cluster; return what that is told, and the calls."""
    record = project / "record"
    record.mkdir()
    programs = {"kubectl": KUBECTL, "docker": "#!/bin/sh\n", "curl": "#!/bin/sh\nprintf 401\n"}
    for name, text in programs.items():
        (record / name).write_text(text)
        (record / name).chmod(0o755)
    (project / ".env").unlink()
    # As `make` would lay it there, but for the time that takes.
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "dotenv").symlink_to(TOOLS / "dotenv")
    certificate = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout"
    run_in_shell(project, f"{certificate} certificate-key.pem -out certificate.pem 2> /dev/null")
    page = commands_in_page("releases.md", "cluster")
    assert page.count("mongodb://…") == 1
    variables = {"PATH": f"{record}:/usr/bin:/bin", "RECORD": str(record), "VENV": sys.prefix}
    run_in_shell(project, page.replace("mongodb://…", database), **variables)
    told = yaml.safe_load_all((record / "told").read_text())
    return list(told), (record / "calls").read_text().splitlines()


def test_a_cluster_is_told_by_the_guide_what_its_manifests_name(bake):
    project = bake(deploy="kubernetes", jwt_algorithm="ES256")
    told, calls = tell_a_cluster(project, "mongodb://me:secret@db.example.com/api?tls=true")

    made = {(each["kind"], each["metadata"]["name"]): each for each in told}
    pods = {
        name: each["spec"]["template"]["spec"]
        for (kind, name), each in made.items()
        if kind == "Deployment"
    }
    images = {name: pod["containers"][0]["image"] for name, pod in pods.items()}
    assert images == {
        "app": "registry.example.com/api:1",
        "gateway": "registry.example.com/api:gateway-1",
        "worker": "registry.example.com/api:1",
    }
    (tls,) = (each["secret"] for each in pods["gateway"]["volumes"] if "secret" in each)
    assert {each["key"] for each in tls["items"]} <= set(made["Secret", tls["secretName"]]["data"])
    (settings,) = pods["app"]["containers"][0]["envFrom"]
    given = made["Secret", settings["secretRef"]["name"]]["stringData"]
    # The app starts with them, in production as they are.
    run(project, sys.executable, "-c", "import wsgi", DOTENV="/dev/null", **given)
    names = (project / "deploy/kubernetes/overlays/production/api.conf").read_text()
    assert f"server_name {given['TRUSTED_HOSTS']};" in names
    places = {found for call in calls for found in re.findall(r"--namespace (\S+)", call)}
    assert {("Namespace", place) for place in places} == {("Namespace", "production")} <= set(made)


def test_the_gateways_service_is_the_same_by_itself_and_in_its_place(bake):
    project = bake(deploy="kubernetes")
    alone = yaml.safe_load((project / "deploy/gateway/kubernetes/service.yaml").read_text())
    for overlay in OVERLAYS:
        made = check(
            "kubectl", "kustomize", f"deploy/kubernetes/overlays/{overlay}", folder=project
        )
        (service,) = (
            each
            for each in yaml.safe_load_all(made)
            if (each["kind"], each["metadata"]["name"]) == ("Service", "gateway")
        )
        assert service["spec"] == alone["spec"]
