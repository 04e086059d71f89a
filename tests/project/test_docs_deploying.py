"""docs/deploying.md: only extras, settings, files and addresses that exist."""

import re
import tomllib

from flask import Flask

from notifications_app.core import config
from notifications_app.core.database import ROOT
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


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"`((?:requirements/)?[\w.-]+\.(?:txt|ini|py))`", TEXT):
        assert (ROOT / name).exists(), name
