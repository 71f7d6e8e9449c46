"""Roles that have to have a second factor do nothing for which a role is needed without one."""

from __future__ import annotations

#: if cookiecutter.mail or cookiecutter.task_queue
import subprocess
import sys
#: endif
from typing import TYPE_CHECKING

import pytest
from flask.views import MethodView

from app.accounts.roles import Role
from app.accounts.schemas import ChangeAccount
from app.decorators import accepts, requires, returns
from app.health import HealthOut
from config.environment import ConfigurationError
from tests.fixtures.api import Api
#: if cookiecutter.mail or cookiecutter.task_queue
from tests.fixtures.processes import PROJECT
#: endif

if TYPE_CHECKING:
    from tests.fixtures.accounts import MakeAccount
    from tests.fixtures.application import MakeApp
    from tests.fixtures.second_factors import SetUp

PATH = "/for-staff"
MISSING = "/problems/second-factor-missing"


class ForStaff(MethodView):
    """An operation for a role."""

    @requires(Role.STAFF)
    @accepts(ChangeAccount)
    @returns(HealthOut)
    def put(self, body: ChangeAccount) -> dict[str, str]:
        """Answer staff."""
        del body
        return {"status": "open", "release": ""}


@pytest.fixture
def api(make_app: MakeApp) -> Api:
    """Return a client of an app in which staff must have a second factor."""
    app = make_app(SECOND_FACTOR_ROLES=("staff",))
    app.add_url_rule(PATH, view_func=ForStaff.as_view("for_staff"))
    return Api(app)


@pytest.mark.checklist("proc.auth-all")
@pytest.mark.parametrize("role", ["staff", "admin"])
def test_whoever_lacks_one_logs_in_and_does_nothing_for_a_role_before_it_has_one(
    api: Api, make_account: MakeAccount, set_up_second_factor: SetUp, role: str
) -> None:
    account = make_account(roles=[role])
    api.post("/api/v1/auth/login", json=account.credentials, status=200)
    for data in (b'{"displayName": "x"}', b"{"):
        answer = api.put(PATH, account, data=data, content_type="application/json", status=403)
        assert answer.json["type"] == MISSING
    api.get("/api/v1/me", account)
    authenticator = set_up_second_factor(account, app=api.client.application)
    api.put(PATH, authenticator.person, json={"displayName": "x"})


def test_whoever_has_no_role_is_told_no_more_than_that(api: Api, make_account: MakeAccount) -> None:
    answer = api.put(PATH, make_account(), json={"displayName": "x"}, status=403)
    assert answer.json["type"] == "/problems/forbidden"


def test_no_role_must_have_one_by_default(make_app: MakeApp, make_account: MakeAccount) -> None:
    app = make_app()
    app.add_url_rule(PATH, view_func=ForStaff.as_view("for_staff"))
    Api(app).put(PATH, make_account(roles=["staff"]), json={"displayName": "x"})


@pytest.mark.parametrize("names", [("stuff",), ("staff", "STAFF"), ("",)])
def test_a_name_that_is_no_role_ends_the_start(make_app: MakeApp, names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match=r"^SECOND_FACTOR_ROLES must list roles"):
        make_app(SECOND_FACTOR_ROLES=names)
#: if cookiecutter.mail or cookiecutter.task_queue


def test_a_worker_says_in_one_line_which_roles_there_are(variables: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "worker.py"],
        cwd=PROJECT,
        env=variables | {"SECOND_FACTOR_ROLES": "root"},
        capture_output=True,
        text=True,
        check=False,
    )
    line = "SECOND_FACTOR_ROLES must list roles, comma-separated: member, staff, admin\n"
    assert (done.returncode, done.stderr) == (1, line)
#: endif
