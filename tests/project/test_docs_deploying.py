"""docs/deploying.md: only extras, settings, files and addresses that exist."""

import re
import tomllib

from flask import Flask

from notifications_app.core import config
from notifications_app.core.database import ROOT
from notifications_app.server import connection
from notifications_app.server.worker import Worker
from notifications_app.web.accounts import people_import
from tests.support import docs as pages

TEXT = pages.read("deploying")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_its_extras_are_those_of_the_package() -> None:
    assert pages.first_names(TEXT, "extra") == list(PROJECT["optional-dependencies"])
    for wanted in re.findall(r"\.whl\[([^\]]+)\]", TEXT):
        assert set(wanted.split(",")) <= set(PROJECT["optional-dependencies"])


def test_its_wheel_has_the_name_and_version_of_the_package() -> None:
    name, version = PROJECT["name"].replace("-", "_"), PROJECT["version"]
    assert f"{name}-{version}-py3-none-any.whl" in TEXT
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_setting_it_names_exists() -> None:
    known = {one.name for one in config.SETTINGS}
    exported = [name for line in re.findall(r"^export (.+)$", TEXT, re.MULTILINE)
                for name in re.findall(r"([A-Z_]+)=", line)]  # fmt: skip
    named = re.findall(r"`([A-Z]+(?:_[A-Z]+)*)(?:=\w+)?`", TEXT)
    assert exported
    assert set(exported) <= known
    assert {name for name in named if "_" in name or name == "HTTPS"} <= known


def test_what_it_exports_is_accepted(tmp_path_factory: object) -> None:
    lines = re.findall(r"^export (.+)$", TEXT, re.MULTILINE)
    values = dict(pair.split("=", 1) for line in lines for pair in line.split())
    assert config.from_environment(values)["HTTPS"] is True


def test_its_health_checks_answer(app: Flask) -> None:
    client = app.test_client()
    for row in pages.table(TEXT, "address"):
        (address,) = pages.named(row[0])
        assert client.get(address).status_code == 200, address


def test_its_limits_are_those_of_the_server() -> None:
    rows = [" ".join(row) for row in pages.table(TEXT, "limit")]
    numbers = [[int(one) for one in re.findall(r"\d+", row.replace(",", ""))] for row in rows]
    largest = people_import.LARGEST // people_import.MEGABYTE
    # Read, not imported: it reads .env.
    source = (ROOT / "notifications_app" / "server" / "settings.py").read_text()
    settings = dict(re.findall(r"^(\w+) = (\d+)$", source, re.MULTILINE))
    assert numbers == [
        [int(Worker.head_seconds), 408],
        [int(Worker.transfer_seconds), Worker.bytes_a_second // 1024],
        [int(settings["keepalive"])],
        [connection.LONGEST_HEAD // 1024, 431],
        [256, largest, 413],
        [int(settings["worker_connections"])],
        [Worker.most_from_address],
    ]
    assert f"ends within {settings['graceful_timeout']} seconds" in " ".join(TEXT.split())


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"`((?:requirements/)?[\w.-]+\.(?:txt|ini|py))`", TEXT):
        assert (ROOT / name).exists(), name
