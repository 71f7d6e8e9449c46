"""What finishes a project: what it removes, writes and says, by the hook or without it."""

from __future__ import annotations

import ast
import base64
import os
import runpy
import subprocess
import sys

import pytest

from tests.rendering import (
    EVERYTHING_OFF,
    ROOT,
    SOURCES,
    complete,
    render_source,
    run_cookiecutter,
)

HOOK = ROOT / "hooks" / "post_gen_project.py"
FINISH = SOURCES / "finish_project.py"
SECRETS = [["SECRET_KEY", "token", "Signs."], ["FIELD_ENCRYPTION_KEYS", "fernet", "Encrypts."]]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """Write what finishes a project as cookiecutter does, for the default answers."""
    text = render_source(FINISH.name, complete({}))
    path = tmp_path_factory.mktemp("hook") / "finish_project.py"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def hook(rendered, tmp_path, monkeypatch):
    """Return the functions of what finishes a project, in the empty folder of a new one."""
    monkeypatch.chdir(tmp_path)
    return runpy.run_path(str(rendered))


def read(path):
    return dict(line.split("=", 1) for line in path.read_text("ascii").splitlines() if "=" in line)


def test_a_pruned_folder_takes_its_empty_parents_along(hook, tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "x.py").touch()
    (tmp_path / "a" / "kept.py").touch()

    hook["prune"](["a/b/c/"], is_first_run=True)

    assert [path.name for path in (tmp_path / "a").iterdir()] == ["kept.py"]


def test_a_pruned_file_takes_its_empty_folder_along(hook, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.py").touch()

    hook["prune"](["a/x.py"], is_first_run=True)

    assert not list(tmp_path.iterdir())


def test_a_path_that_was_not_generated_is_an_error_and_removes_nothing(hook, tmp_path):
    (tmp_path / "x.py").touch()

    with pytest.raises(SystemExit) as end:
        hook["prune"](["x.py", "a/typo.py"], is_first_run=True)

    assert "a/typo.py" in str(end.value.code)
    assert (tmp_path / "x.py").exists()


def test_a_second_run_may_find_what_is_pruned_already(hook, tmp_path):
    hook["prune"](["a/x.py"], is_first_run=False)

    assert not list(tmp_path.iterdir())


def test_the_secrets_are_long_fresh_and_for_the_owner_alone(hook, tmp_path):
    hook["write_secrets"](SECRETS)
    first = read(tmp_path / ".env")
    (tmp_path / ".env").unlink()
    hook["write_secrets"](SECRETS)
    second = read(tmp_path / ".env")

    assert set(first) == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}
    assert all(first[name] != second[name] for name in first)
    assert all(len(value) >= 43 for value in first.values())
    assert len(base64.urlsafe_b64decode(first["FIELD_ENCRYPTION_KEYS"])) == 32
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_a_line_above_each_secret_says_what_it_is_for(hook, tmp_path):
    hook["write_secrets"](SECRETS)

    lines = (tmp_path / ".env").read_text("ascii").splitlines()
    for name, _, comment in SECRETS:
        position = next(i for i, line in enumerate(lines) if line.startswith(f"{name}="))
        assert lines[position - 1] == f"# {comment}"


@pytest.mark.parametrize("content", [b"SECRET_KEY=mine\n", b"", b"\xff\x00no newline"])
def test_an_existing_env_is_kept_byte_for_byte(hook, tmp_path, content):
    (tmp_path / ".env").write_bytes(content)
    (tmp_path / ".env").chmod(0o640)

    hook["write_secrets"](SECRETS)

    assert (tmp_path / ".env").read_bytes() == content
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o640


def test_a_link_in_the_place_of_env_is_kept(hook, tmp_path):
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")

    hook["write_secrets"](SECRETS)

    assert not (tmp_path / "elsewhere").exists()


def test_the_project_says_what_was_left_out_and_what_comes_next(hook, capsys):
    hook["say_what_comes_next"](["cors", "throttling"], "notes")

    assert capsys.readouterr().out.splitlines() == [
        "Left out: cors, throttling",
        "Next:",
        "  cd notes",
        "  make run",
    ]


def test_a_console_that_knows_only_ascii_does_not_stop_it(rendered, tmp_path, environment):
    text = rendered.read_text("utf-8").replace('"left_out": [', '"left_out": ["\\ud55c", ')
    text = text.replace('"prune": [', '"prune": [], "unused": [')
    (tmp_path / "finish_project.py").write_text(text)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    done = subprocess.run(
        [sys.executable, "finish_project.py"],
        cwd=tmp_path,
        env={**environment, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"Left out: \\ud55c, " in done.stdout


def test_a_project_that_was_generated_without_hooks_says_so_and_finishes_itself(
    bake, home, environment
):
    done = run_cookiecutter(
        "--no-input", "--accept-hooks=no", str(ROOT), environment=environment, folder=home
    )
    assert done.returncode == 0, done.stderr
    project = home / "my_flask_api"

    for command in (
        ["make"],
        ["make", "test"],
        [sys.executable, "-m", "pytest"],
        [sys.executable, "-m", "pytest", "-n0", "tests/config/test_urls.py"],
    ):
        refused = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert refused.returncode != 0
        assert refused.stdout == ""
        assert refused.stderr.count("\n") == 1
        assert "run python3 finish_project.py" in refused.stderr

    subprocess.run([sys.executable, "finish_project.py"], cwd=project, env=environment, check=True)
    other = bake()
    assert files_below(project) == files_below(other)
    assert read(project / ".env").keys() == read(other / ".env").keys()


def files_below(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_a_new_project_gets_its_own_env_and_git_ignores_it(bake, environment):
    project = bake()

    assert set(read(project / ".env")) == {
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        "FIELD_ENCRYPTION_KEYS",
        "FIELD_INDEX_KEY",
    }
    assert "MONGODB_URI" not in (project / ".env").read_text()
    subprocess.run(["git", "init", "--quiet"], cwd=project, env=environment, check=True)
    subprocess.run(["git", "check-ignore", "--quiet", ".env"], cwd=project, check=True)


def test_generating_over_a_project_keeps_secrets_and_work_and_prunes_again(home, environment):
    run_cookiecutter("--no-input", str(ROOT), environment=environment, folder=home)
    project = home / "my_flask_api"
    secrets = (project / ".env").read_bytes()
    (project / "app" / "notes" / "mine.py").write_text("MINE = 1\n")
    before = sorted(path.relative_to(project) for path in project.rglob("*"))

    done = run_cookiecutter(
        "--no-input", "-f", str(ROOT), "throttling=no", environment=environment, folder=home
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / ".env").read_bytes() == secrets
    assert (project / "app" / "notes" / "mine.py").exists()
    assert not (project / "app" / "throttle").exists()
    run_cookiecutter("--no-input", "-f", str(ROOT), environment=environment, folder=home)
    assert sorted(path.relative_to(project) for path in project.rglob("*")) == before


def test_the_output_names_the_folder_from_where_its_user_stands(home, environment):
    done = run_cookiecutter(
        "--no-input", str(ROOT), "-o", "my projects", environment=environment, folder=home
    )

    assert done.stdout.splitlines() == [
        "Left out: cors, oauth, second_factor, xml, uploads, task_queue",
        "Next:",
        "  cd 'my projects/my_flask_api'",
        "  make run",
    ]
    assert done.stdout.isascii()


def test_no_folder_is_empty(bake):
    project = bake(**EVERYTHING_OFF)

    assert not [path for path in project.rglob("*") if path.is_dir() and not any(path.iterdir())]


def test_the_hook_is_small_ascii_and_needs_only_the_standard_library():
    text = FINISH.read_text("ascii")
    tree = ast.parse(text + HOOK.read_text("ascii"))
    nodes = [*ast.walk(tree)]
    imported = {
        name.name.split(".")[0]
        for node in nodes
        if isinstance(node, ast.Import)
        for name in node.names
    }
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) < 100
    assert all(node.end_lineno - node.lineno < 15 for node in functions)
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "urllib", "http", "ssl", "subprocess"}


def test_the_tests_have_a_home_of_their_own():
    assert "home-" in os.environ["HOME"]
