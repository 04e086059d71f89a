"""docs/configuration.md: every setting with its default, and what a start refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications_app.core import config
from notifications_app.core.errors import Refused
from notifications_app.domain.accounts import queries
from tests.support import docs as pages

TEXT = pages.read("configuration")
#: Defaults that are not values to type.
IN_WORDS = {
    "DATA_DIR": "`instance/` in a checkout, else the user’s folder for data",
    "DATABASE_URL": "a SQLite file in `DATA_DIR`",
    "SECRET_KEY": "generated once into `DATA_DIR`",
    "TRUSTED_HOSTS": "any",
}


def test_it_has_every_setting_with_its_default() -> None:
    rows = {pages.named(row[0])[0]: row[1] for row in pages.table(TEXT, "setting")}
    assert list(rows) == [one.name for one in config.SETTINGS]
    for one in config.SETTINGS:
        default = f"`{one.default}`" if one.default else "none"
        assert rows[one.name] == IN_WORDS.get(one.name, default)


@pytest.mark.parametrize(
    ("sentence", "values", "debug"),
    [
        ("`HTTPS=on` without `TRUSTED_HOSTS`", {"HTTPS": "on"}, False),
        ("`HTTPS=on` with Flask’s debugger", {"HTTPS": "on", "TRUSTED_HOSTS": "a.example"}, True),
        ("`SESSION_TYPE=redis` without `REDIS_URL`", {"SESSION_TYPE": "redis"}, False),
        ("`SECRET_KEY` shorter than 32 characters", {"SECRET_KEY": "k" * 31}, False),
    ],
)
def test_a_start_refuses_what_it_says(
    tmp_path: Path, sentence: str, values: dict[str, Any], debug: bool
) -> None:
    assert sentence in TEXT.replace("\n", " ")
    with pytest.raises(Refused):
        config.derive(config.from_environment(values), tmp_path, debug=debug)


def test_each_word_for_a_switch_is_understood() -> None:
    (sentence,) = (line for line in TEXT.splitlines() if line.startswith("A switch is"))
    words = pages.named(sentence)
    assert len(words) == 8
    assert {config.from_environment({"HTTPS": word})["HTTPS"] for word in words} == {True, False}


def test_the_schemes_of_a_database_mean_what_it_says(tmp_path: Path) -> None:
    for scheme in ("postgresql+psycopg", "postgresql", "postgres"):
        assert f"`{scheme}://…`" in TEXT
        values = config.from_environment({"DATABASE_URL": f"{scheme}://n@localhost/n"})
        config.derive(values, tmp_path)
        assert values["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://n@localhost/n"


def test_the_fixed_limits_are_those_of_the_code(tmp_path: Path) -> None:
    values = config.from_environment({})
    config.derive(values, tmp_path)
    assert values["MAX_CONTENT_LENGTH"] == 256 * 1024
    assert "limited to 256 KB" in TEXT.replace("\n", " ")
    hour, day = timedelta(hours=1), timedelta(days=1)
    idle, whole = queries.IDLE // hour, queries.ABSOLUTE // hour
    kept_idle, kept = queries.IDLE_KEPT // day, queries.ABSOLUTE_KEPT // day
    plain = TEXT.replace("\n", " ")
    assert f"after {idle} idle hours or {whole} hours in all" in plain
    assert f"after {kept_idle} idle days or {kept} days in all" in plain
    assert f"Remove the old key after {kept} days" in plain
