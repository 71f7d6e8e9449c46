"""A release is over when the engine says so and the API answers; otherwise it goes back.

The script is the one that deploys. The engine is a stand-in that plays what a real one says: the
template's own tests have a real one.
"""

from __future__ import annotations

import os
#: if cookiecutter.deploy == "docker"
import re
#: endif
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from config.environment import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.checklist("cicd.rollback")

SCRIPT: Final = PROJECT / "deploy" / "release.sh"
#: if cookiecutter.deploy == "docker"
SERVER: Final = (PROJECT / "deploy/stack.yaml").read_text("utf-8").partition("  gateway:\n")[0]
TOLD: Final = ("replicas: 2", "order: start-first", "failure_action: rollback", "monitor: 20s")
DEPLOY: Final = "docker stack deploy"
ROLL_BACK: Final = "docker service rollback"
# Each line of the file `states` is said once, the last for ever; going back is what it ends in.
ENGINE: Final = r"""#!/bin/sh
echo "${0##*/} $*" >> log
case "$1 $2" in
  "service inspect")
    case "$*" in *_worker) [ ! -e new_worker ] || exit 1 ;; esac
    [ "$3" = --pretty ] || exec cat before
    printf 'UpdateStatus:\n State:\t\t%s\n Started:\tnow\n' "$(head -n 1 states)"
    [ "$(wc -l < states)" -eq 1 ] || { tail -n +2 states > rest && mv rest states; } ;;
  "service rollback") cat after > states ;;
  "stack deploy") echo "$IMAGE $VERSION $SETTINGS $CERTIFICATE $CERTIFICATE_KEY" >> deployed ;;
  "secret inspect") exit 1 ;;
esac
"""
#: else
SERVER: Final = (PROJECT / "deploy/kubernetes/base/app.yaml").read_text("utf-8")
TOLD: Final = ("minReplicas: 2", "maxUnavailable: 0", "path: /health/ready", "minReadySeconds: 20")
DEPLOY: Final = "kubectl apply"
ROLL_BACK: Final = "kubectl --namespace production rollout undo"
# It waits by itself and tells how that ended: by the lines of `states`, the last of them for ever.
ENGINE: Final = r"""#!/bin/sh
echo "${0##*/} $*" >> log
case "$*" in
  kustomize*) printf 'image: %s:unreleased\n' app gateway ;;
  *"get deployment gateway"*) cat in_use ;;
  apply*) cat >> deployed ;;
  *"rollout status"*)
    state=$(head -n 1 states)
    [ "$(wc -l < states)" -eq 1 ] || { tail -n +2 states > rest && mv rest states; }
    [ "$state" = completed ] ;;
  *"rollout undo"*) cat after > states ;;
esac
"""
#: endif
IMAGE: Final = "registry.example.com/api@sha256:1234"
# The status of each answer: the lines of `status`, the last of them for ever.
CURL: Final = """#!/bin/sh
echo "curl $*" >> log
head -n 1 status
[ "$(wc -l < status)" -le 1 ] || { tail -n +2 status > rest && mv rest status; }
"""


@dataclass
class Place:
    """A folder with a copy of what deploys, and the programs that stand in for others."""

    folder: Path

    def write(self, texts: dict[str, str]) -> None:
        """Write files that the programs read."""
        for name, text in texts.items():
            (self.folder / name).write_text(text)

    def run(self, *words: str, image: str = IMAGE, **more: str) -> int:
        """Run the script with variables and return its exit code."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        given = {"PATH": path, "IMAGE": image, "URL": "https://api.example.com", **more}
        command = ["sh", str(SCRIPT.relative_to(PROJECT)), *words]
        done = subprocess.run(command, cwd=self.folder, env=given, timeout=60, check=False)
        return done.returncode

    def read(self, name: str) -> str:
        """Return what the programs wrote to one of their files."""
        path = self.folder / "deploy" / name
        return path.read_text() if path.exists() else ""

    @property
    def calls(self) -> list[str]:
        """What was called, in order."""
        return self.read("log").splitlines()

    def count(self, start: str) -> int:
        """Return how many calls begin so."""
        return sum(call.startswith(start) for call in self.calls)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return where a release can be made that ends well."""
    deploy = tmp_path / "deploy"
    deploy.mkdir()
    # Nothing else: an operator's secrets may lie beside them.
    shutil.copy(SCRIPT, deploy)
    (deploy / "gateway").symlink_to(PROJECT / "deploy" / "gateway")
    (tmp_path / "bin").mkdir()
    #: if cookiecutter.deploy == "docker"
    programs = {"docker": ENGINE, "curl": CURL, "sleep": "#!/bin/sh\n"}
    #: else
    programs = {"kubectl": ENGINE, "curl": CURL}
    #: endif
    for name, text in programs.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    place = Place(tmp_path)
    #: if cookiecutter.deploy == "docker"
    texts = {
        "deploy/states": "updating\nupdating\ncompleted\n",
        "deploy/after": "rollback_started\nrollback_completed\n",
        "deploy/before": '"PreviousSpec": {}',
        "deploy/status": "401",
        "deploy/.env.production": "SECRET_KEY=x\n",
        "deploy/certificate.pem": "x\n",
        "deploy/certificate-key.pem": "y\n",
    }
    #: else
    texts = {
        "deploy/states": "completed\n",
        "deploy/after": "completed\n",
        "deploy/status": "401",
        "deploy/in_use": "registry.example.com/gateway:1",
    }
    #: endif
    place.write(texts)
    return place


def test_a_release_is_over_when_the_engine_says_so_and_the_api_answers(place: Place) -> None:
    assert place.run("release", "1.2") == 0

    assert "registry.example.com/api@sha256:1234" in place.read("deployed")
    assert place.count(ROLL_BACK) == 0
    first = next(index for index, call in enumerate(place.calls) if call.startswith("curl"))
    assert "https://api.example.com/api/v1/me" in place.calls[first]
    assert place.calls[-1] == place.calls[first]
    #: if cookiecutter.deploy == "docker"
    # It has asked until there was nothing more to come.
    assert place.read("states") == "completed\n"
    #: endif


def test_a_release_that_the_engine_takes_back_has_failed(place: Place) -> None:
    #: if cookiecutter.deploy == "docker"
    place.write({"deploy/states": "updating\nrollback_started\nrollback_completed\n"})
    #: else
    place.write({"deploy/states": "failed\n"})
    #: endif

    assert place.run("release", "1.2") == 1

    assert place.count(DEPLOY) == 1
    assert not place.calls[-1].startswith("curl")


@pytest.mark.parametrize("word", TOLD)
def test_the_engine_is_told_when_a_release_is_good(word: str) -> None:
    assert word in SERVER


@pytest.mark.parametrize("status", ["500", "503", "404", "200", "000"])
def test_a_release_that_does_not_answer_goes_back(place: Place, status: str) -> None:
    place.write({"deploy/status": status})

    assert place.run("release", "1.2") == 1

    assert place.count(ROLL_BACK) >= 1


#: if cookiecutter.deploy == "docker"
def test_a_release_that_answers_with_errors_goes_back_before_all_of_it_is_there(
    place: Place,
) -> None:
    place.write({"deploy/status": "500"})

    assert place.run("release", "1.2") == 1

    first = next(index for index, call in enumerate(place.calls) if call.startswith("curl"))
    assert place.calls[first + 1].startswith(ROLL_BACK)
    assert sum("--pretty" in call for call in place.calls[:first]) == 1


@pytest.mark.parametrize("status", ["503", "000", "429"])
def test_a_stumble_while_replicas_are_exchanged_is_waited_for(place: Place, status: str) -> None:
    place.write({"deploy/status": f"{status}\n401\n"})

    assert place.run("release", "1.2") == 0

    assert place.count(ROLL_BACK) == 0


#: endif
def test_going_back_is_over_when_the_engine_says_so(place: Place) -> None:
    assert place.run("rollback") == 0

    assert place.count(ROLL_BACK) >= 1
    assert place.count(DEPLOY) == 0
    assert place.calls[-1].startswith("curl")


def test_going_back_that_fails_says_so(place: Place) -> None:
    #: if cookiecutter.deploy == "docker"
    place.write({"deploy/after": "rollback_started\nrollback_paused\n"})
    #: else
    place.write({"deploy/after": "failed\n"})
    #: endif

    assert place.run("rollback") != 0


#: if cookiecutter.deploy == "docker"
def test_going_back_says_where_there_is_nothing_to_go_back_to(place: Place) -> None:
    """After the engine has gone back by itself, it remembers nothing before that."""
    place.write({"deploy/before": "", "deploy/states": "rollback_completed\n"})

    assert place.run("rollback") != 0


#: endif
def test_an_older_release_goes_through_the_same_gate(place: Place) -> None:
    assert place.run("rollback", "1.0") == 0

    assert place.count(DEPLOY) == 1
    assert "registry.example.com/api:1.0" in place.read("deployed")


@pytest.mark.parametrize(
    "words",
    [[], ["release"], ["deploy", "1.2"]],
    ids=["no word", "no version", "another word"],
)
def test_other_words_deploy_nothing(place: Place, words: list[str]) -> None:
    assert place.run(*words) == 2

    assert place.calls == []
#: if cookiecutter.deploy == "docker"


#: if cookiecutter.mail or cookiecutter.task_queue
@pytest.mark.parametrize("words", [["release", "1.2"], ["rollback"]])
def test_a_worker_that_is_new_is_not_waited_for(place: Place, words: list[str]) -> None:
    """It has no state of an update, and nothing to go back to."""
    place.write({"deploy/new_worker": ""})

    assert place.run(*words) == 0

    assert not any("--pretty" in call and call.endswith("_worker") for call in place.calls)


#: endif
def test_a_secret_is_named_by_what_it_holds(place: Place) -> None:
    assert place.run("release", "1") == 0
    place.write({"deploy/.env.production": "SECRET_KEY=other\n"})
    assert place.run("release", "2") == 0

    before, after = (line.split() for line in place.read("deployed").splitlines())
    assert before[2] != after[2]
    assert before[3:] == after[3:]
    assert before[2].startswith("settings-")
    # The name is all that tells of it.
    assert "other" not in place.read("log")


def test_a_renewed_certificate_is_given_to_the_gateway_alone(place: Place) -> None:
    old = [f"{name}-{'0' * 12}" for name in ("certificate", "certificate-key")]
    place.write({"deploy/before": '"PreviousSpec"\n' + "\n".join(old)})

    assert place.run("certificate") == 0

    (call,) = (call for call in place.calls if call.startswith("docker service update"))
    removed, added = (re.findall(rf"--secret-{word} (\S+)", call) for word in ("rm", "add"))
    assert removed == old
    targets = [f"{name}.pem,uid=10002,mode=0400" for name in ("certificate", "certificate-key")]
    assert [each.partition(",target=")[2] for each in added] == targets
    assert not {each.partition("=")[2].partition(",")[0] for each in added} & set(old)
    assert call.endswith("_gateway")
    assert place.count(DEPLOY) == 0
    assert place.calls[-1].startswith("curl")


@pytest.mark.parametrize("state", ["rollback_completed", "paused"])
def test_a_certificate_that_the_gateway_does_not_take_says_so(place: Place, state: str) -> None:
    place.write({"deploy/states": f"updating\n{state}\n"})

    assert place.run("certificate") == 1
#: endif
#: if cookiecutter.deploy == "kubernetes"


def test_the_gateways_image_is_the_one_that_is_named_or_else_that_in_use(place: Place) -> None:
    assert place.run("release", "1", GATEWAY="registry.example.com/gateway@sha256:5678") == 0
    assert place.run("release", "2") == 0

    deployed = place.read("deployed").splitlines()
    assert deployed[1::2] == [
        "image: registry.example.com/gateway@sha256:5678",
        "image: registry.example.com/gateway:1",
    ]
    assert deployed[::2] == [f"image: {IMAGE}"] * 2


def test_a_gateway_that_does_not_start_goes_back_and_the_release_with_it(place: Place) -> None:
    #: if cookiecutter.mail or cookiecutter.task_queue
    place.write({"deploy/states": "completed\ncompleted\nfailed\n"})
    #: else
    place.write({"deploy/states": "completed\nfailed\n"})
    #: endif

    assert place.run("release", "1") == 1

    assert place.count(f"{ROLL_BACK} deployment/gateway") == 1
    assert place.count(f"{ROLL_BACK} deployment/app") == 1


def test_a_first_release_without_the_gateways_image_deploys_nothing(place: Place) -> None:
    (place.folder / "deploy" / "in_use").unlink()

    assert place.run("release", "1") != 0

    assert place.count(DEPLOY) == 0
#: endif
