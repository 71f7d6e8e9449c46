"""Routes without a contract: late ones, those of extensions, those without decorators."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from flask import Blueprint, Response, jsonify, request, send_file
from flask.views import MethodView, View
from werkzeug.routing import Rule

from app.decorators import public, returns
from app.health import HealthOut
from tests.fixtures.api import Api

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.checklist("proc.auth-all")

CSV = "text/csv; charset=utf-8"


def echo() -> Response:
    """Answer the request's body, which the view reads itself."""
    kinds = {"query": request.args.to_dict(flat=False), "form": request.form.to_dict()}
    return jsonify(kinds | {"body": request.get_data(as_text=True)})


def count() -> Response:
    """Answer in pieces, in an undocumented type."""
    return Response((f"{number}\n" for number in range(3)), content_type=CSV)


def download() -> Response:
    """Answer a file."""
    return send_file(io.BytesIO(b"a file"), mimetype="image/png")


class Plain(MethodView):
    """A view of methods without decorators."""

    def get(self) -> dict[str, str]:
        """Answer."""
        return {"got": "it"}

    def post(self) -> tuple[str, int]:
        """Answer with another status."""
        return "made", 201


class Headed(MethodView):
    """A view whose HEAD and OPTIONS are its own."""

    def head(self) -> Response:
        """Answer a header."""
        return Response(headers={"X-Head": "own"})

    def options(self) -> Response:
        """Answer another one."""
        return Response(headers={"X-Options": "own"})


class Dispatched(View):
    """A view of one method for all."""

    methods: ClassVar = ["GET", "PUT"]

    def dispatch_request(self, word: str = "") -> str:
        """Answer."""
        return f"{request.method} {word}"


class Open(Dispatched):
    """A view that is public as a whole."""

    decorators: ClassVar = [public]

    def dispatch_request(self, word: str = "") -> dict[str, str]:  # type: ignore[override]  # JSON
        """Answer."""
        return {"word": word}


class Unhashable:
    """A callable object as a view, as some extensions have."""

    __slots__ = ()
    __name__ = "unhashable"

    def __call__(self) -> str:
        """Answer."""
        return "called"


@pytest.fixture
def grown(make_app: Any, tmp_path: Any) -> Api:
    """Return a client of an app with routes added in every way that Flask has."""
    app: Flask = make_app()
    (tmp_path / "logo.txt").write_text("a logo")
    blueprint = Blueprint("extension", __name__, static_folder=tmp_path, static_url_path="/static")
    blueprint.add_url_rule("/echo", view_func=echo, methods=["GET", "POST", "DELETE"])
    app.register_blueprint(blueprint, url_prefix="/extension")
    app.get("/api/v1/late")(count)
    app.add_url_rule("/api/v1/plain", view_func=Plain.as_view("plain"))
    app.add_url_rule("/headed", view_func=Headed.as_view("headed"))
    app.add_url_rule("/dispatched/<word>", view_func=Dispatched.as_view("dispatched"))
    app.add_url_rule("/open", view_func=Open.as_view("open"))
    app.add_url_rule("/download", view_func=download)
    app.add_url_rule("/partial", "partial", partial(Dispatched().dispatch_request, "part"))
    app.add_url_rule("/bound", "bound", Dispatched().dispatch_request)
    app.add_url_rule("/called", "called", Unhashable())
    app.url_map.add(Rule("/any", endpoint="any"))
    app.view_functions["any"] = lambda: "any"
    app.url_map.add(Rule("/viewless", endpoint="viewless"))
    app.url_map.add(Rule("/built", endpoint="built", build_only=True))
    app.url_map.add(Rule("/socket", endpoint="any", websocket=True))
    return Api(app)


ROUTES = [
    ("GET", "/extension/echo"),
    ("POST", "/extension/echo"),
    ("GET", "/extension/static/logo.txt"),
    ("GET", "/api/v1/late"),
    ("GET", "/api/v1/plain"),
    ("POST", "/api/v1/plain"),
    ("HEAD", "/headed"),
    ("OPTIONS", "/headed"),
    ("GET", "/dispatched/x"),
    ("PUT", "/dispatched/x"),
    ("GET", "/download"),
    ("GET", "/partial"),
    ("GET", "/bound"),
    ("GET", "/called"),
    ("GET", "/any"),
    ("PURGE", "/any"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_without_marks_needs_a_token_and_is_served(grown, account, method, path):
    answer = grown.call(method, path, status=401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    answer = grown.client.open(path, method=method, headers=account.headers)
    assert answer.status_code in {200, 201}
    assert answer.headers["X-Request-ID"]
    answer.close()


@pytest.mark.parametrize(
    "sent",
    [
        {"query_string": "a=1&a=2&b="},
        {"headers": {"Accept": "image/png"}},
        {"data": "text", "content_type": "text/plain"},
        {"data": {"a": "1"}},
        {"data": b"\x1f\x8b", "headers": {"Content-Encoding": "gzip"}},
        {"json": [1]},
    ],
    ids=["query", "accept", "text", "form", "coded", "json"],
)
def test_its_view_reads_the_request_itself(grown, account, sent):
    answer = grown.post("/extension/echo", account, status=200, **sent)
    if "query_string" in sent:
        assert answer.json["query"] == {"a": ["1", "2"], "b": [""]}
    if sent.get("data") == "text":
        assert answer.json["body"] == "text"
    if sent.get("data") == {"a": "1"}:
        assert answer.json["form"] == {"a": "1"}


def test_its_answer_is_passed_through(grown, account):
    answer = grown.get("/api/v1/late", account, headers={"Accept": "application/json"})
    assert (answer.content_type, answer.text) == (CSV, "0\n1\n2\n")
    file = grown.get("/download", account)
    assert (file.mimetype, file.data) == ("image/png", b"a file")
    with grown.get("/extension/static/logo.txt", account) as logo:
        assert logo.text == "a logo"
    assert grown.call("HEAD", "/headed", account, status=200).headers["X-Head"] == "own"
    assert grown.call("OPTIONS", "/headed", account, status=200).headers["X-Options"] == "own"


def test_a_body_that_is_too_long_is_refused_when_it_is_read(grown, account):
    grown.post("/extension/echo", account, data=b"x" * 70_000, status=413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("length", [65_536, 65_537, 200_000])
def test_a_body_in_chunks_is_read_whole_or_not_at_all(grown, account, content_type, length):
    request = {
        "headers": {"Transfer-Encoding": "chunked"},
        "input_stream": io.BytesIO(b"x" * length),
        "content_type": content_type,
        "environ_overrides": {"wsgi.input_terminated": True},
    }
    answer = grown.post(
        "/extension/echo", account, **request, status=200 if length == 65_536 else 413
    )
    if content_type == "text/plain" and length == 65_536:
        assert len(answer.json["body"]) == length


def test_its_methods_are_listed(grown, account):
    allowed = grown.put("/api/v1/plain", account, status=405).headers["Allow"]
    assert allowed == "GET, POST"
    options = grown.call("OPTIONS", "/extension/echo", account, status=204)
    assert options.headers["Allow"] == "DELETE, GET, POST"


#: if cookiecutter.throttling
@pytest.mark.checklist("access.throttle")
def test_it_is_throttled_as_any_other(make_app, account):
    app = make_app(RATELIMIT_DEFAULT="2 per minute")
    app.add_url_rule("/late", view_func=count)
    api = Api(app)
    for _ in range(2):
        api.get("/late", account)
    api.get("/late", account, status=429)


#: endif
def test_a_view_may_be_public_as_a_whole(grown):
    assert grown.get("/open").json == {"word": ""}


@pytest.mark.parametrize("path", ["/viewless", "/built", "/socket"])
def test_a_route_without_a_view_for_http_is_not_found(grown, account, path):
    grown.get(path, account, status=404)


def test_the_document_leaves_them_out(grown):
    described = set(grown.get("/openapi.json").json["paths"])
    assert "/api/v1/me" in described
    assert not described & {path for _, path in ROUTES}


def test_flasggers_own_docstrings_are_left_out_of_the_document(make_app):
    class Half(MethodView):
        @public
        @returns(HealthOut)
        def get(self):
            """Answer."""
            return {"status": "open", "release": ""}

    app = make_app()
    Half.get.__doc__ = "Answer.\n---\nresponses: {200: {description: flasgger's own words}}"
    Half.get.specs_dict = {"responses": {}}
    app.add_url_rule("/half", view_func=Half.as_view("half"))
    api = Api(app)
    assert "/half" not in api.get("/openapi.json").json["paths"]
    api.get("/half")
