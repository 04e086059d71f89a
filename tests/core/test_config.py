"""Settings: their text, the key that is made, and when the application refuses to start."""

import ast
import multiprocessing
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from notifications_app import create_app
from notifications_app.core import config
from notifications_app.core.database import PACKAGE, ROOT
from notifications_app.core.errors import Refused
from tests.support.app import settings

KEY = "a key of the tests, forty characters long"


def made(**more: Any) -> dict[str, Any]:
    """The configuration of an application with these settings."""
    return dict(create_app(settings("sqlite://", **more)).config)


# ---- text to values ----


def test_every_setting_has_a_default_that_starts() -> None:
    values = config.from_environment({})
    assert values == {
        "DATA_DIR": None,
        "DATABASE_URL": "",
        "SECRET_KEY": "",
        "SECRET_KEY_FALLBACKS": [],
        "HTTPS": False,
        "TRUSTED_HOSTS": [],
        "SITE_URL": "",
        "PROXY_HOPS": 0,
        "REGISTRATION_OPEN": False,
        "CONTACT": "",
        "REDIS_URL": "",
        "SESSION_TYPE": "cookie",
        "WORKERS": 1,
        "THREADS": 8,
        "LOG_FORMAT": "text",
        "SENTRY_DSN": "",
        "COMPARE_PAGE": "on",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("on", True), (" ON ", True), ("1", True), ("true", True), ("Yes", True), ("", False),
     ("off", False), ("0", False), ("False", False), ("no", False)],
)  # fmt: skip
def test_a_switch_is_on_or_off(text: str, value: bool) -> None:
    assert config.from_environment({"HTTPS": text})["HTTPS"] is value


@pytest.mark.parametrize("blank", ["", " ", "\r", "\t \r\n", "\u00a0", "\ufeff", "\u200b"])
def test_an_empty_setting_is_unset(blank: str) -> None:
    names = [setting.name for setting in config.SETTINGS]
    assert config.from_environment(dict.fromkeys(names, blank)) == config.from_environment({})


@pytest.mark.parametrize(
    ("name", "text"),
    [("DATABASE_URL", "sqlite:////srv/n.db"), ("SECRET_KEY", KEY),
     ("SECRET_KEY_FALLBACKS", "k" * 32),
     ("HTTPS", "on"), ("TRUSTED_HOSTS", "a.example"), ("PROXY_HOPS", "2"),
     ("REGISTRATION_OPEN", "yes"), ("CONTACT", "the help desk"), ("COMPARE_PAGE", "off"),
     ("REDIS_URL", "redis://h/1"), ("SESSION_TYPE", "redis"), ("LOG_FORMAT", "json"),
     ("SENTRY_DSN", "https://key@host/1")],
)  # fmt: skip
def test_blanks_around_a_value_are_left_out(name: str, text: str) -> None:
    read = config.from_environment({name: text})
    assert read != config.from_environment({})
    for padded in (f"{text}\r", f"  {text}\t", f"\n{text} \r\n", f"\ufeff{text}\u200b"):
        assert config.from_environment({name: padded}) == read


def test_lists_are_parted_by_commas() -> None:
    values = config.from_environment({"TRUSTED_HOSTS": " a.example, .b.example,, "})
    assert values["TRUSTED_HOSTS"] == ["a.example", ".b.example"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("HTTPS", "maybe", "The setting HTTPS must be on or off."),
        ("REGISTRATION_OPEN", "2", "The setting REGISTRATION_OPEN must be on or off."),
        ("PROXY_HOPS", "-1", "The setting PROXY_HOPS must be a number from 0 to 100."),
        ("PROXY_HOPS", "one", "The setting PROXY_HOPS must be a number from 0 to 100."),
        ("PROXY_HOPS", "²", "The setting PROXY_HOPS must be a number from 0 to 100."),
        ("PROXY_HOPS", "\uff11", "The setting PROXY_HOPS must be a number from 0 to 100."),
        ("WORKERS", "0", "The setting WORKERS must be a number from 1 to 1,000."),
        ("WORKERS", "99999999999", "The setting WORKERS must be a number from 1 to 1,000."),
        ("THREADS", "\u0663", "The setting THREADS must be a number from 1 to 1,000."),
        ("THREADS", "100000", "The setting THREADS must be a number from 1 to 1,000."),
        ("SECRET_KEY_FALLBACKS", f"{'k' * 32}, old", "The setting SECRET_KEY_FALLBACKS has a key"),
        ("TRUSTED_HOSTS", "a\nb", "The setting TRUSTED_HOSTS takes host names like"),
        ("CONTACT", "a\nb", "The setting CONTACT must be one line of text."),
        ("SESSION_TYPE", "file", "The setting SESSION_TYPE must be one of: cookie, redis."),
        ("LOG_FORMAT", "xml", "The setting LOG_FORMAT must be one of: text, json."),
        ("REDIS_URL", "http://x", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "redis://x:port/0", "The setting REDIS_URL must look like redis://"),
        ("SENTRY_DSN", "nonsense", "The setting SENTRY_DSN must look like https://"),
        ("SENTRY_DSN", "https://key@host", "The setting SENTRY_DSN must look like https://"),
        ("REDIS_URL", "nonsense", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "redis://x/one", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "redis://a b", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "redis://x?db=one", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "redis://x?socket_timeout=y", "The setting REDIS_URL must look like"),
        ("REDIS_URL", "redis://x?colour=red", "The setting REDIS_URL must look like redis://"),
        ("REDIS_URL", "rediss://x?colour=red", "The setting REDIS_URL must look like redis://"),
    ],
)
def test_a_bad_setting_is_one_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        config.from_environment({name: text})
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        (" https://notify.example.org ", "https://notify.example.org"),
        ("https://Notify.Example.org/", "https://notify.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://example.org/notify/", "https://example.org/notify"),
    ],
)
def test_the_address_of_the_site_has_no_slash_at_its_end(text: str, value: str) -> None:
    assert config.from_environment({"SITE_URL": text})["SITE_URL"] == value


@pytest.mark.parametrize(
    "text",
    ["n.example", "//n.example", "/n", "https://", "https:///n", "ftp://n.example", "on", "*",
     "javascript:alert(1)", "https://ada:secret@n.example", "https://n.example:0",
     "https://n.example:99999", "https://n.example:port", "https://n.example?x",
     "https://n.example/#x", "https://n.example/a b", "https://n example", "https://[::1",
     "https://münchen.example", "https://n.example/../x", "https://n.example/n/..",
     "https://n.example/%2E./x", "https://n.example\\x"],
)  # fmt: skip
def test_an_address_that_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="SITE_URL must look like https://notify"):
        config.from_environment({"SITE_URL": text})


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"SITE_URL": "https://n.example/a"}, "https://n.example/a"),
        ({"SITE_URL": "https://b.example:8443", "TRUSTED_HOSTS": ["a.example", "b.example"]},
         "https://b.example:8443"),
        ({"TRUSTED_HOSTS": [".a.example", "b.example"]}, "http://a.example"),
        ({"TRUSTED_HOSTS": ["a.example"], "HTTPS": True}, "https://a.example"),
        ({}, "http://otherwise"),
    ],
)  # fmt: skip
def test_links_begin_with_the_address_that_is_set(values: dict[str, Any], address: str) -> None:
    assert config.site_url(made(**values), "http://otherwise") == address


# ---- starting ----


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"HTTPS": True}, "HTTPS=on needs TRUSTED_HOSTS, the host names"),
        ({"HTTPS": True, "TRUSTED_HOSTS": ["a.example"], "SESSION_COOKIE_SECURE": False},
         "With HTTPS=on, SESSION_COOKIE_SECURE cannot be switched off."),
        ({"HTTPS": True, "TRUSTED_HOSTS": ["a.example"], "SESSION_COOKIE_HTTPONLY": False},
         "With HTTPS=on, SESSION_COOKIE_HTTPONLY cannot be switched off."),
        ({"HTTPS": True, "TRUSTED_HOSTS": ["a.example"], "SITE_URL": "http://a.example"},
         "With HTTPS=on, SITE_URL must begin with https://."),
        ({"TRUSTED_HOSTS": ["a.example"], "SITE_URL": "http://b.example"},
         "The host of SITE_URL, b.example, is not one of TRUSTED_HOSTS."),
        ({"SECRET_KEY": "x" * 31}, "SECRET_KEY is shorter than 32 characters."),
        ({"SESSION_TYPE": "redis"}, "SESSION_TYPE=redis needs REDIS_URL."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must look like sqlite:///"),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL must look like sqlite:///"),
        ({"DATABASE_URL": "sqlite:///n.db?timeout=soon"}, "DATABASE_URL must look like"),
        ({"DATABASE_URL": "postgresql://h:port/n"}, "DATABASE_URL must look like sqlite:///"),
    ],
)  # fmt: skip
def test_an_unsafe_start_is_refused_in_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        made(**values)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")


def test_the_debugger_is_refused_in_production() -> None:
    values = config.from_environment({"HTTPS": "on", "TRUSTED_HOSTS": "a.example"})
    with pytest.raises(Refused, match="cannot be used with Flask’s debugger"):
        config.derive(values | {"SECRET_KEY": KEY}, ROOT, debug=True)
    config.derive(values | {"SECRET_KEY": KEY}, ROOT, debug=False)


def test_what_is_not_a_choice_is_set() -> None:
    found = made()
    assert found["SESSION_REFRESH_EACH_REQUEST"] is False
    assert found["WTF_CSRF_TIME_LIMIT"] is None
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_DOMAIN"] is None
    assert found["MAX_CONTENT_LENGTH"] == 256 * 1024
    assert found["PERMANENT_SESSION_LIFETIME"] == 30 * 24 * 3600


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_by_psycopg(scheme: str) -> None:
    url = made(DATABASE_URL=f"{scheme}://a@127.0.0.1:1/b")["SQLALCHEMY_DATABASE_URI"]
    assert url == "postgresql+psycopg://a@127.0.0.1:1/b"


def test_the_database_lies_in_the_instance_folder_by_default(tmp_path: Path) -> None:
    values = config.from_environment({})
    config.derive(values, tmp_path)
    assert values["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/notifications.sqlite3"


@pytest.mark.parametrize(
    ("module", "values", "sentence"),
    [
        ("psycopg", {"DATABASE_URL": "postgres://h/n"},
         "DATABASE_URL needs the extra: .*postgresql"),
        ("redis", {"REDIS_URL": "redis://h"}, "REDIS_URL needs the extra: .*redis"),
        ("flask_session", {"REDIS_URL": "redis://h", "SESSION_TYPE": "redis"},
         "SESSION_TYPE needs the extra: .*redis"),
    ],
)  # fmt: skip
def test_a_missing_driver_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, module: str, values: dict[str, Any], sentence: str
) -> None:
    monkeypatch.setattr(config, "find_spec", lambda name: None if name == module else name)
    with pytest.raises(click.UsageError, match=sentence):
        made(**values)


def test_gunicorn_prints_the_sentence_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = pytest.importorskip("gunicorn.errors")
    monkeypatch.setenv("SERVER_SOFTWARE", "gunicorn/27.0.1")
    with pytest.raises(errors.AppImportError) as refused:
        made(SECRET_KEY="short")
    assert str(refused.value).startswith("Error: SECRET_KEY is shorter than 32 characters.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HTTPS": "on"}, "Error: HTTPS=on needs TRUSTED_HOSTS, the host names"),
        ({"HTTPS": "perhaps"}, "Error: The setting HTTPS must be on or off."),
        ({"SECRET_KEY": "short"}, "Error: SECRET_KEY is shorter than 32 characters."),
    ],
)
def test_the_command_says_so_without_a_traceback(
    environment: dict[str, str], sentence: str
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "notifications_app", "users", "list"],
        cwd=ROOT, env={"PATH": "", "DATABASE_URL": "sqlite://", "SECRET_KEY": KEY} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert sentence in " ".join(result.stderr.split())


# ---- the key ----


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = config.secret_key(tmp_path)
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert config.secret_key(tmp_path) == key
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert config.secret_key(other) != key


def _make_keys(folders: list[Path], start: Any, keys: Any) -> None:
    for folder in folders:
        start.wait()
        keys.put((folder.name, config.secret_key(folder)))


@pytest.mark.slow
def test_of_workers_that_start_together_all_have_the_same_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    start, keys = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_make_keys, args=(folders, start, keys)) for _ in range(4)]
    for worker in workers:
        worker.start()
    found = [keys.get() for _ in folders for _ in workers]
    for worker in workers:
        worker.join()
    assert len(set(found)) == len({folder for folder, _key in found}) == len(folders)
    for folder in folders:
        assert [file.name for file in folder.iterdir()] == ["secret_key"]


def test_a_worker_that_is_second_reads_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = config.secret_key(tmp_path)
    looks = iter([False])
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: next(looks, exists(path)))
    assert config.secret_key(tmp_path) == first
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_key_of_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    values = config.from_environment({"SECRET_KEY": KEY})
    config.derive(values, tmp_path)
    assert values["SECRET_KEY"] == KEY
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_key_file_is_refused_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(Refused, match="shorter than 32"):
        config.derive(config.from_environment({}), tmp_path)
    assert (tmp_path / "secret_key").read_text() == ""


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Refused, match="cannot be written"):
        config.derive(config.from_environment({}), blocked / "instance")


def test_no_key_stands_in_the_code() -> None:
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.fullmatch(r"[0-9A-Za-z+/=_-]{32,}", node.value) or (
                    node.value.replace("_", "").isalpha()
                ), (file, node.value)
    assert {one.name: one.default for one in config.SETTINGS}["SECRET_KEY"] == ""
