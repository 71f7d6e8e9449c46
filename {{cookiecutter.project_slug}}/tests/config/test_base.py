"""Which settings are accepted and refused, and with which messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from config import Base, ConfigurationError, Development, Production
from config.environment import Environment
from config.fields import check_mongodb_uri
from config.testing import Testing
from dev.fill_env import MAKERS
#: if cookiecutter.uploads
from dev.object_store import SETTINGS as STORE
#: endif

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Testing()
SECRETS = {
    name: ",".join(value) if isinstance(value := getattr(SETTINGS, name), tuple) else value
    for name in MAKERS
}
# Settings without a default in any project.
GIVEN = {
    **SECRETS,
    #: if cookiecutter.uploads
    **{name: getattr(SETTINGS, name) for name in STORE},
    #: endif
    #: if cookiecutter.task_queue
    "BROKER_URI": "redis://localhost",
    #: endif
    #: if cookiecutter.mail
    **{name: getattr(SETTINGS, name) for name in ("MAIL_FROM", "MAIL_LINK_BASE")},
    "MAIL_URI": "smtps://mail.example.org",
    #: endif
}
VALID = {**GIVEN, "MONGODB_URI": "mongodb://localhost/x", "TRUSTED_HOSTS": "api.example.org"}

# The project's default database may be on another machine.
FALLBACK = {"TRUSTED_HOSTS": "localhost", "ALLOW_PLAINTEXT": "MONGODB_URI"}

# Servers on other machines that are used without TLS.
PLAIN = {
    "MONGODB_URI": "mongodb://db:27017/x",
    #: if cookiecutter.throttling
    "RATELIMIT_STORAGE_URI": "redis://cache:6379",
    #: endif
    #: if cookiecutter.observability
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
    "SENTRY_DSN": "http://key@errors/1",
    #: endif
    #: if cookiecutter.task_queue
    "BROKER_URI": "amqp://user:pass@queue",
    #: endif
    #: if cookiecutter.mail
    "MAIL_URI": "smtp://mail",
    "MAIL_LINK_BASE": "http://www.example.org",
    #: endif
}

WRONG = [
    ("SECRET_KEY", "canary"),
    ("SECRET_KEY", "your-256-bit-secret-your-256-bit-canary"),
    ("MONGODB_URI", "http://canary"),
    ("MONGODB_URI", "canary"),
    ("MONGODB_URI", "mongodb://user:canary:x@host/x"),
    ("MONGODB_URI", "mongodb://localhost/x?tls=canary"),
    ("MONGODB_URI", "mongodb://"),
    ("MONGODB_URI", "mongodb://localhost/x?tls=true&tlsCAFile=/canary"),
    ("MONGODB_URI", f"mongodb://localhost/x?tls=true&tlsCAFile={__file__}"),
    ("MONGODB_URI", f"mongodb://localhost/x?tls=true&tlsCertificateKeyFile={__file__}"),
    ("MONGODB_URI", "mongodb+srv://user:canary@canary.invalid/x"),
    ("MONGODB_URI", "mongodb://user:canary@db.example.org/x"),
    ("MONGODB_URI", "mongodb://localhost,canary/x?replicaSet=r"),
    ("ALLOW_PLAINTEXT", "canary"),
    ("ALLOW_PLAINTEXT", "MONGODB_URI,SECRET_KEY"),
    ("MONGODB_TIMEOUT_SECONDS", "0"),
    ("MONGODB_TIMEOUT_SECONDS", "nan"),
    ("MONGODB_TIMEOUT_SECONDS", "30"),
    ("JWT_ALGORITHM", "none"),
    ("JWT_ACCESS_SECONDS", "901"),
    ("JWT_ACCESS_SECONDS", "59"),
    ("JWT_REFRESH_SECONDS", "2592001"),
    ("LOGIN_MAX_RETRY", "0"),
    ("LOGIN_MAX_RETRY", "5.0"),
    ("LOGIN_MAX_RETRY", " 5"),
    ("LOGIN_MAX_RETRY", "\N{ARABIC-INDIC DIGIT FIVE}"),
    ("LOGIN_JAIL_MAX_SECONDS", "1"),
    ("ARGON2_MEMORY_KIB", "19455"),
    ("ARGON2_TIME_COST", "1"),
    ("PORT", "65536"),
    ("PORT", "canary"),
    ("BIND_ADDRESS", "unix:/canary"),
    ("BIND_ADDRESS", "[canary]"),
    ("BIND_ADDRESS", "127.0.0.1:8000"),
    ("WEB_CONCURRENCY", "0"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "127.0.0.1"),
    ("TRUSTED_PROXIES", "true"),
    ("TRUSTED_HOSTS", "*"),
    ("TRUSTED_HOSTS", "https://canary"),
    ("TRUSTED_HOSTS", "canary,,canary"),
    ("TRUSTED_HOSTS", "*.canary"),
    ("RELEASE", "ca nary"),
    #: if cookiecutter.throttling
    ("RATELIMIT_DEFAULT", "canary"),
    ("RATELIMIT_AUTH", "30 per canary"),
    ("RATELIMIT_STORAGE_URI", "canary://x"),
    ("RATELIMIT_STORAGE_URI", "redis://:canary@cache:6379"),
    ("RATELIMIT_STORAGE_URI", "async+redis://x"),
    ("RATELIMIT_STORAGE_URI", "memory://"),
    ("RATELIMIT_STORAGE_URI", "mongodb://canary"),
    ("RATELIMIT_STORAGE_URI", "redis://[canary"),
    ("RATELIMIT_STORAGE_URI", "redis+cluster://canary:7000"),
    #: endif
    #: if cookiecutter.cors
    ("CORS_ORIGINS", "*"),
    ("CORS_ORIGINS", "https://*.canary"),
    ("CORS_ORIGINS", "canary"),
    ("CORS_ORIGINS", "https://canary/"),
    ("CORS_ORIGINS", "https://Canary"),
    ("CORS_ORIGINS", "https://user@canary"),
    ("CORS_ORIGINS", "null"),
    #: endif
    #: if cookiecutter.oauth == "server"
    ("OAUTH_ISSUER", "canary"),
    ("OAUTH_ISSUER", "http://canary"),
    ("OAUTH_ISSUER", "http://localhost:3000"),
    ("OAUTH_ISSUER", "https://canary/"),
    ("OAUTH_ISSUER", "https://canary/path"),
    ("OAUTH_ISSUER", "https://Canary"),
    ("OAUTH_ISSUER", "https://user@canary"),
    ("OAUTH_CODE_SECONDS", "601"),
    ("OAUTH_CODE_SECONDS", "0"),
    #: endif
    #: if cookiecutter.api_docs != "none"
    ("DOCS_ENABLED", "on"),
    ("DOCS_ENABLED", "2"),
    #: endif
    #: if cookiecutter.jwt_algorithm == "HS256"
    ("JWT_SECRET_KEY", "canary"),
    ("JWT_SECRET_KEY", SECRETS["SECRET_KEY"]),
    #: else
    ("JWT_PRIVATE_KEY", "canary"),
    ("JWT_RETIRED_PUBLIC_KEYS", "canary"),
    #: endif
    #: if cookiecutter.field_encryption
    ("FIELD_ENCRYPTION_KEYS", "canary"),
    ("FIELD_ENCRYPTION_KEYS", "A" * 43 + "="),
    ("FIELD_ENCRYPTION_KEYS", f"{SECRETS['FIELD_ENCRYPTION_KEYS']},canary"),
    ("FIELD_ENCRYPTION_KEYS", ",".join([SECRETS["FIELD_ENCRYPTION_KEYS"]] * 2)),
    ("FIELD_INDEX_KEY", "canary"),
    ("FIELD_INDEX_KEY", SECRETS["SECRET_KEY"]),
    ("FIELD_INDEX_KEY", SECRETS["FIELD_ENCRYPTION_KEYS"]),
    #: endif
    #: if cookiecutter.uploads
    ("S3_ENDPOINT_URL", "canary"),
    ("S3_ENDPOINT_URL", "http://canary.example"),
    ("S3_REGION", "Canary!"),
    ("S3_BUCKET", "Canary"),
    ("S3_ACCESS_KEY_ID", "ca nary"),
    ("S3_SECRET_ACCESS_KEY", "canary"),
    ("S3_ADDRESSING", "canary"),
    ("S3_TIMEOUT_SECONDS", "3"),
    ("CDN_BASE_URL", "http://canary.example"),
    ("CDN_BASE_URL", "https://user:canary@cdn.example"),
    ("UPLOAD_CONTENT_TYPES", "image/png,text/html"),
    ("UPLOAD_CONTENT_TYPES", "canary"),
    ("UPLOAD_MAX_BYTES", "0"),
    ("UPLOAD_MAX_BYTES", "5368709121"),
    ("UPLOAD_PENDING_LIMIT", "0"),
    ("UPLOAD_POLICY_SECONDS", "0"),
    ("UPLOAD_EXPIRY_SECONDS", "899"),
    #: endif
    #: if cookiecutter.observability
    ("APP_LOG_LEVEL", "canary"),
    ("SLOW_QUERY_MILLISECONDS", "0"),
    ("METRICS_ADDRESS", "canary canary"),
    ("METRICS_PORT", "65536"),
    ("METRICS_PORT", "8000"),
    ("METRICS_PORT", "tcp://canary:9090"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://canary:4318"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:canary@localhost:4318"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "canary"),
    ("OTEL_TRACES_SAMPLER_ARG", "1.1"),
    ("SENTRY_DSN", "https://canary"),
    ("SENTRY_DSN", "http://key@canary/1"),
    #: endif
    #: if cookiecutter.mail
    ("MAIL_URI", "canary"),
    ("MAIL_URI", "https://canary.example.org"),
    ("MAIL_URI", "smtps://"),
    ("MAIL_URI", "smtps://canary:port"),
    ("MAIL_URI", "smtps://canary:0"),
    ("MAIL_URI", "smtps://canary@mail.example.org"),
    ("MAIL_URI", "smtps://user:can/ary@mail.example.org"),
    ("MAIL_URI", "smtps://user:canary@mail.example.org/path"),
    ("MAIL_URI", "smtps://user:canary@mail.example.org?x=1"),
    ("MAIL_URI", "smtps://user:c%C3%A4nary@mail.example.org"),
    ("MAIL_URI", "smtps://user:canary%0a@mail.example.org"),
    ("MAIL_URI", "smtps://user:canary@mail.example.org\n"),
    ("MAIL_URI", "smtps://user:password-canary@mail.example.org"),
    ("MAIL_URI", "smtps://user:change-me-canary@mail.example.org"),
    ("MAIL_URI", "smtp://canary.example.org"),
    ("MAIL_FROM", "canary"),
    ("MAIL_FROM", "canary@"),
    ("MAIL_FROM", "canary@example.org, b@example.org"),
    ("MAIL_FROM", "x <canary@example.org> y"),
    ("MAIL_FROM", "canary@example.org b"),
    ("MAIL_FROM", "canary@example.org\r\nBcc: x@example.org"),
    ("MAIL_FROM", "My canary\n <no-reply@example.org>"),
    ("MAIL_LINK_BASE", "canary"),
    ("MAIL_LINK_BASE", "ftp://canary"),
    ("MAIL_LINK_BASE", "http://canary.example.org"),
    ("MAIL_LINK_BASE", "HTTP://localhost:3000/canary"),
    ("MAIL_LINK_BASE", "https://canary.example.org/#"),
    ("MAIL_LINK_BASE", "https://canary.example.org/?"),
    ("MAIL_LINK_BASE", "https://canary.example.org/#x"),
    ("MAIL_LINK_BASE", "https://canary.example.org/?x"),
    ("MAIL_LINK_BASE", "https://user:canary@example.org"),
    ("MAIL_LINK_BASE", "https://example.org/<canary>"),
    ("MAIL_TIMEOUT_SECONDS", "0"),
    ("MAIL_LIMIT", "0"),
    #: endif
    #: if cookiecutter.task_queue
    ("BROKER_URI", "canary"),
    ("BROKER_URI", "filesystem://canary"),
    ("BROKER_URI", "memory://canary"),
    ("BROKER_URI", "mongodb://canary"),
    ("BROKER_URI", "redis://"),
    ("BROKER_URI", "redis://:canary@canary:6379"),
    ("BROKER_URI", "amqp://user:canary@queue"),
    ("BROKER_URI", "redis://canary:port"),
    ("BROKER_URI", "redis://user:canary@[host"),
    ("JOB_QUEUE", "ca nary"),
    ("JOB_LEASE_SECONDS", "0"),
    ("JOB_MAX_ATTEMPTS", "0"),
    ("JOB_RETRY_SECONDS", "canary"),
    ("JOB_RETENTION_SECONDS", "-1"),
    ("WORKER_CONCURRENCY", "65"),
    ("EXPORT_LIMIT", "0"),
    ("EXPORT_CHUNK_BYTES", "1023"),
    ("EXPORT_CHUNK_BYTES", "16777216"),
    #: endif
]

RIGHT = [
    ("MONGODB_URI", "mongodb://user:p%40ss@a:1,b:2,[::1]:3/x?replicaSet=r&tls=true", None),
    ("BIND_ADDRESS", "192.0.2.1", None),
    ("BIND_ADDRESS", "::", None),
    ("BIND_ADDRESS", "[::1]", "::1"),
    ("BIND_ADDRESS", "api.local", None),
    ("TRUSTED_HOSTS", "API.example.org, localhost:8000,[::1]:8000", 3),
    ("LOGIN_MAX_RETRY", "7", 7),
    ("MONGODB_TIMEOUT_SECONDS", "1.5", 1.5),
    #: if cookiecutter.throttling
    ("RATELIMIT_DEFAULT", "5/second; 100 per day", None),
    ("RATELIMIT_STORAGE_URI", "redis://localhost:6379", None),
    #: endif
    #: if cookiecutter.cors
    ("CORS_ORIGINS", "https://a.example.org,http://localhost:5173,http://[::1]:1", 3),
    #: endif
    #: if cookiecutter.oauth == "server"
    ("OAUTH_ISSUER", "https://api.example.org:8443", None),
    ("OAUTH_CODE_SECONDS", "600", 600),
    #: endif
    #: if cookiecutter.mail
    ("MAIL_URI", "smtps://u%40x:p%2Fs@mail.example.org:2465", None),
    ("MAIL_URI", "smtp+starttls://u:p@mail.example.org", None),
    ("MAIL_URI", "smtp://localhost:1025", None),
    ("MAIL_URI", "smtp://[::1]", None),
    ("MAIL_FROM", "no-reply@example.org", None),
    ("MAIL_FROM", "나의 API <no-reply@example.org>", None),
    ("MAIL_LINK_BASE", "https://www.example.org/account/", "https://www.example.org/account"),
    ("MAIL_LINK_BASE", "https://localhost:8443", None),
    #: endif
    #: if cookiecutter.task_queue
    ("BROKER_URI", "redis://:p%40ss@localhost:6379/1", None),
    ("BROKER_URI", "valkeys://user:pass@localhost", None),
    ("BROKER_URI", "amqps://user:pass@localhost:5671/virtual", None),
    #: endif
    #: if cookiecutter.mail or cookiecutter.task_queue
    ("JOB_LEASE_SECONDS", "30", 30),
    #: endif
    #: if cookiecutter.api_docs != "none"
    ("DOCS_ENABLED", "YES", True),
    ("DOCS_ENABLED", "0", False),
    #: endif
    #: if cookiecutter.uploads
    ("S3_ENDPOINT_URL", "http://127.0.0.1:9000", None),
    ("S3_REGION", "auto", None),
    ("S3_ADDRESSING", "virtual", None),
    ("S3_TIMEOUT_SECONDS", "1", 1.0),
    ("CDN_BASE_URL", "https://cdn.example.org/files", None),
    ("UPLOAD_CONTENT_TYPES", "image/png, text/csv", 2),
    #: endif
    #: if cookiecutter.observability
    ("APP_LOG_LEVEL", "warning", None),
    ("METRICS_PORT", "9100", 9100),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.org:4318", None),
    ("OTEL_TRACES_SAMPLER_ARG", "0.1", 0.1),
    ("SENTRY_DSN", "https://key@errors.example.org/1", None),
    #: endif
]


def number(cases: list[Any]) -> list[str]:
    """Return ids that hold no value: secrets differ in each process, and ids may not."""
    return [f"{name}-{index}" for index, (name, *_) in enumerate(cases)]


def load(**variables: str) -> Production:
    return Production.from_environment(Environment(VALID | variables, {}))


def mistakes(**variables: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(**variables)
    return caught.value.lines


def test_valid_settings_are_taken() -> None:
    assert load().TRUSTED_HOSTS == ("api.example.org",)


@pytest.mark.parametrize(("name", "text"), WRONG, ids=number(WRONG))
def test_wrong_value_is_one_line_that_names_the_setting_alone(name: str, text: str) -> None:
    (line,) = mistakes(**{name: text})
    assert line.startswith(f"{name} must ")
    assert "canary" not in line
    assert "\n" not in line


@pytest.mark.parametrize(("name", "text", "value"), RIGHT, ids=number(RIGHT))
def test_right_value_is_taken(name: str, text: str, value: Any) -> None:
    taken = getattr(load(**{name: text}), name)
    if isinstance(taken, tuple):
        assert len(taken) == value
    else:
        assert taken == (text if value is None else value)


@pytest.mark.parametrize("given", ["/", "/x"])
def test_hosts_of_mongodb_srv_are_looked_up_last(given: str) -> None:
    uri = f"mongodb+srv://user:pass@no.such.invalid{given}?srvMaxHosts=2&w=majority"
    assert check_mongodb_uri(uri) == uri
    assert mistakes(MONGODB_URI=uri) == (
        "MONGODB_URI must name a host whose SRV record can be found in the DNS",
    )


@pytest.mark.parametrize("name", Production.servers())
def test_a_server_may_be_used_without_tls_if_its_setting_is_listed(name: str) -> None:
    uri = PLAIN[name]
    (line,) = mistakes(**{name: uri})
    assert line.startswith(f"{name} must use TLS (")
    assert f"ALLOW_PLAINTEXT={name} is for" in line
    assert getattr(load(**{name: uri, "ALLOW_PLAINTEXT": name}), name) == uri
    # Only production refuses it.
    environment = Environment({**VALID, name: uri}, {})
    assert getattr(Development.from_environment(environment), name) == uri


def test_file_of_settings_that_others_may_read_is_refused_in_production(tmp_path: Path) -> None:
    environment = Environment(VALID, {}, exposed=tmp_path / ".env")
    assert Development.from_environment(environment)
    with pytest.raises(ConfigurationError) as caught:
        Production.from_environment(environment)
    assert caught.value.lines == (".env must be for its owner alone: chmod 600 .env",)


#: if cookiecutter.observability
def test_port_that_kubernetes_sets_is_explained() -> None:
    (line,) = mistakes(METRICS_PORT="tcp://10.0.0.1:9090")
    assert "Kubernetes sets it" in line
    assert "enableServiceLinks: false" in line


#: endif
def test_mistake_names_the_file_variable_that_the_value_came_from(tmp_path: Any) -> None:
    (tmp_path / "port").write_text("canary")
    assert mistakes(PORT_FILE=str(tmp_path / "port")) == ("PORT_FILE must be a whole number",)


def test_all_mistakes_are_reported_at_once() -> None:
    lines = mistakes(SECRET_KEY="x", PORT="x", RELEASE="", DEBUG="1", TRUSTED_HOSTS="*")
    names = {"SECRET_KEY", "PORT", "RELEASE", "DEBUG", "TRUSTED_HOSTS"}
    assert {line.split()[0] for line in lines} == names


@pytest.mark.checklist("jwt.secret")
def test_each_secret_must_be_set() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Production.from_environment(Environment(FALLBACK, {}))
    lines = {f"{name} must be set, or {name}_FILE" for name in {*GIVEN, *MAKERS}}
    assert set(caught.value.lines) == lines


def test_production_has_no_host_to_trust_by_itself() -> None:
    with pytest.raises(ConfigurationError, match=r"^TRUSTED_HOSTS must be set"):
        Production.from_environment(Environment(GIVEN | {"ALLOW_PLAINTEXT": "MONGODB_URI"}, {}))


def test_production_falls_back_to_the_host_that_the_project_was_made_for() -> None:
    environment = Environment({**GIVEN, **FALLBACK}, {})
    assert {Production.from_environment(environment).MONGODB_URI} == {
        "mongodb://{{ cookiecutter.mongo_host }}/{{ cookiecutter.project_slug }}",
    }


def test_development_trusts_this_machine_alone() -> None:
    environment = Environment({**GIVEN, "MONGODB_URI": "mongodb://localhost/x"}, {})
    settings = Development.from_environment(environment)
    assert settings.TRUSTED_HOSTS == ("localhost", "127.0.0.1", "[::1]")
    assert settings.PORT == 3000


#: if cookiecutter.api_docs != "none"
def test_docs_page_is_off_in_production_alone() -> None:
    assert not load().DOCS_ENABLED
    assert Testing().DOCS_ENABLED


#: endif
def test_settings_show_no_secret() -> None:
    shown = repr(load(MONGODB_URI="mongodb://user:canary@localhost/x"))
    assert "canary" not in shown
    for secret in SECRETS.values():
        assert secret not in shown


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().PORT = 1  # type: ignore[misc]  # that it may not is the point


def test_settings_of_the_suite_reach_no_database() -> None:
    assert ".invalid/" in Testing().MONGODB_URI


@pytest.mark.parametrize("name", list(Production.model_fields))
def test_every_setting_says_what_it_means(name: str) -> None:
    assert Base.model_fields[name].description
