"""Strangers' tools read the API documents of projects, and make clients that work."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import urllib.request
from functools import partial
from itertools import chain

import pytest

from local_extensions.answers import YES_NO
from tests.clients import tools as strangers
from tests.projects import SHARED, await_token, letters_of
from tests.servers import free_port, running

pytestmark = [pytest.mark.projects, pytest.mark.timeout(600)]

ON = dict.fromkeys(YES_NO, True)
# Whose documents are looked at: between them they have every operation of the template.
PROJECTS = {
    "default": {},
    "server": {**ON, "oauth": "server", "jwt_algorithm": "ES256", "author_name": "김민지"},
    "client": {**ON, "oauth": "client", "license": "MIT"},
}


@pytest.fixture(scope="module")
def tools(run_folder):
    """Return the folder of the tools, the same for all processes of a run."""
    if "CI" not in os.environ and not shutil.which("npm"):
        pytest.skip("no npm here: install Node.js")
    return strangers.install(run_folder / "tools")


@pytest.fixture(scope="module")
def projects(bake_session):
    """Return the projects by name."""
    return {name: bake_session(**answers) for name, answers in PROJECTS.items()}


@pytest.fixture(scope="module")
def origin(projects):
    """Serve the default project; yield where."""
    port = free_port()
    with running(projects["default"], "run", SHARED, port=port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def documents(projects, origin, tmp_path_factory):
    """Return the projects' documents by name, that of the default project as it is served."""
    folder = tmp_path_factory.mktemp("documents")
    written = {
        name: strangers.write_document(project, folder / f"{name}.json")
        for name, project in projects.items()
    }
    with urllib.request.urlopen(f"{origin}/openapi.json", timeout=30) as answer:
        assert answer.read().decode() == written["default"].read_text("utf-8")
    return written


@pytest.fixture(scope="module")
def worse(documents):
    """Return a document that lacks something for each linter to find."""
    document = json.loads(documents["default"].read_text("utf-8"))
    del document["paths"]["/api/v1/me"]["get"]["description"]
    del document["tags"][0]["description"]
    del document["components"]["schemas"]["SignUp"]["properties"]["email"]["maxLength"]
    path = documents["default"].with_name("worse.json")
    path.write_text(json.dumps(document))
    return path


@pytest.fixture(scope="module")
def clients(documents, tmp_path_factory):
    """Return the folder of the Python clients, and what could not be read for them."""
    folder = tmp_path_factory.mktemp("clients")
    missed = [
        strangers.make_python_client(document, folder / f"client_of_{name}")
        for name, document in documents.items()
    ]
    return folder, [*chain(*missed)]


@pytest.fixture(scope="module")
def faults(documents, worse, tools, clients):
    """Return all that the tools say against the documents."""
    return [*strangers.find_faults([*documents.values(), worse], tools), *clients[1]]


def test_linters_find_nothing_but_what_is_explained(faults):
    assert [fault for fault in strangers.unexplained(faults) if fault.document != "worse"] == []


def test_linters_find_what_a_document_lacks(faults):
    found = [fault for fault in strangers.unexplained(faults) if fault.document == "worse"]
    assert {fault.rule for fault in found} == {
        "operation-description",
        "redocly:tag-description",
        "owasp:api4:2023-string-limit",
    }


def test_every_line_of_the_list_explains_what_is_found(faults):
    assert [
        line["reason"]
        for line in strangers.read_explained()
        if not any(strangers.does_explain(line, fault) for fault in faults)
    ] == []


def test_a_line_of_the_list_explains_its_rule_at_its_place_alone():
    line = {"rules": ["a"], "where": ["paths./x/*"]}
    fault = strangers.Fault("default", "a", "paths./x/y", "")
    assert strangers.does_explain(line, fault)
    assert not strangers.does_explain(line, fault._replace(rule="b"))
    assert not strangers.does_explain(line, fault._replace(place="paths./y"))


def test_typescript_takes_the_types_of_every_document(documents, tools):
    made = strangers.make_typescript_clients([*documents.values()], tools)
    for document, types in zip(documents.values(), made, strict=True):
        text = types.read_text("utf-8")
        paths = json.loads(document.read_text("utf-8"))["paths"]
        assert [path for path in paths if f'"{path}": {{' not in text] == []


@pytest.fixture(scope="module")
def client(clients):
    """Return what gets modules of the Python client of the default project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(clients[0])
        yield lambda name: importlib.import_module(f"client_of_default.{name}")


@pytest.fixture
def call(client, origin, projects):
    """Return what calls an operation as a new account, and sees the status that it must have."""
    models, errors = client("models"), client("client")
    anybody = errors.Client(base_url=origin, raise_on_unexpected_status=True)

    def ask(caller, operation, status, **arguments):
        answer = client(f"api.{operation}").sync_detailed(client=caller, **arguments)
        assert answer.status_code == status, answer.content
        return answer

    profile = {"email": "minji@example.com", "password": "correct horse battery staple"}
    signed_up = models.SignUp(**profile, display_name="김민지")
    project = projects["default"]
    before = letters_of(project)
    ask(anybody, "sessions.sign_up", 202, body=signed_up)
    confirmed = models.ConfirmEmail(token=await_token(project, before))
    ask(anybody, "sessions.confirm_email", 204, body=confirmed)
    pair = ask(anybody, "sessions.log_in", 200, body=models.LogIn(**profile)).parsed
    caller = errors.AuthenticatedClient(
        base_url=origin, token=pair.access_token, raise_on_unexpected_status=True
    )
    yield partial(ask, caller)
    ask(caller, "account.delete_account", 204)
    assert ask(caller, "account.read_account", 401).parsed.type_ == "/problems/unauthorized"


def test_the_python_client_pages_changes_and_deletes(client, call):
    models = client("models")
    for title in ("하나", "둘", "셋"):
        call("notes.create_note", 201, body=models.WriteNote(title=title, body=""))

    asked = {"limit": 2, "sort": models.ListNotesSort.CREATEDAT}
    first = call("notes.list_notes", 200, **asked).parsed
    rest = call("notes.list_notes", 200, **asked, cursor=first.next_cursor).parsed
    notes = [*first.items, *rest.items]
    assert ([note.title for note in notes], rest.next_cursor) == (["하나", "둘", "셋"], None)

    read = call("notes.read_note", 200, note_id=notes[0].id)
    change = {"note_id": notes[0].id, "if_match": read.headers["ETag"]}
    changed = call("notes.change_note", 200, **change, body=models.ChangeNote(title="넷"))
    assert changed.parsed.title == "넷"
    assert changed.parsed.updated_at > read.parsed.updated_at
    stale = call("notes.change_note", 412, **change, body=models.ChangeNote(title="다섯")).parsed
    assert stale.type_ == "/problems/precondition-failed"
    call("notes.delete_note", 204, note_id=notes[0].id, if_match=changed.headers["ETag"])
    assert call("notes.read_note", 404, note_id=notes[0].id).parsed.errors == []
