"""The settings of the server: one place for make run, make serve and the documentation."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from notifications_app.core.database import ROOT
from tests.support.servers import running
from tests.support.slow_clients import ask

COMMAND = "--config python:notifications_app.server.settings"


def gunicorn(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    given = {"DATABASE_URL": f"sqlite:///{folder / 'a.sqlite3'}", "SECRET_KEY": "k" * 40}
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", *COMMAND.split(), *words,
         "notifications_app:create_app()"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **given, **settings},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.slow
def test_workers_and_threads_are_settings_and_no_header_is_believed(tmp_path: Path) -> None:
    said = gunicorn(tmp_path, "--print-config", WORKERS="3", THREADS="5").stdout
    values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    found = {name.strip(): value.strip() for name, value in values.items()}
    assert (found["workers"], found["threads"]) == ("3", "5")
    assert found["bind"] == "['127.0.0.1:8000']"
    assert found["forwarded_allow_ips"] == found["forwarder_headers"] == "[]"
    assert found["secure_scheme_headers"] == "{}"
    assert found["control_socket_disable"] == "True"
    assert int(found["graceful_timeout"]) < 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"THREADS": "0"}, "Error: The setting THREADS must be a number from 1 to 1,000."),
        ({"WORKERS": "many"}, "Error: The setting WORKERS must be a number from 1 to 1,000."),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    done = gunicorn(tmp_path, **settings)
    assert (done.returncode, done.stderr.split("\n")) == (1, ["", sentence, ""])


@pytest.mark.slow
def test_an_unsafe_setting_ends_the_server_without_a_traceback(tmp_path: Path) -> None:
    done = gunicorn(tmp_path, "--bind", "127.0.0.1:0", HTTPS="on")
    assert done.returncode == 4
    assert done.stderr.startswith("Error: HTTPS=on needs TRUSTED_HOSTS")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_certificates_are_the_proxys(tmp_path: Path) -> None:
    pem = str(ROOT / "tests" / "fixtures" / "notify.example.org.pem")
    done = gunicorn(tmp_path, "--certfile", pem, "--keyfile", pem, "--bind", "127.0.0.1:0")
    assert done.returncode == 1
    assert "Error: This server speaks plain HTTP" in done.stderr


@pytest.mark.slow
@pytest.mark.on_sqlite
def test_it_logs_in_the_format_of_the_application_and_warns_of_missing_redis(
    tmp_path: Path,
) -> None:
    with running(tmp_path, LOG_FORMAT="json", WORKERS="2") as server:
        assert ask(server.address, b"\n")[0] == 400
        said = server.stop()
    messages = [json.loads(line)["message"] for line in said.splitlines()]
    assert messages[0].startswith("Without REDIS_URL, each process counts")
    assert messages[1].startswith("Invalid request from ip=127.0.0.1")


@pytest.mark.parametrize("file", ["Makefile", "docs/deploying.md"])
def test_make_and_the_documentation_use_these_settings(file: str) -> None:
    text = (ROOT / file).read_text()
    assert COMMAND in text
    assert "--worker-class" not in text
