"""Recorded events, and no secrets among them."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from notifications_app.core import logs
from notifications_app.core.logs import record
from tests.support.people import PASSWORD, add_user, sign_in, token_in

CANARY = "canary-secret-of-the-tests-5f2b"


@pytest.fixture
def lines(app: Flask) -> Iterator[io.StringIO]:
    """The output of the application's handler."""
    (handler,) = [
        one
        for one in logging.getLogger("notifications_app").handlers
        if isinstance(one, logs._Handler)
    ]
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    if before is not None:
        handler.setStream(before)
    logs.configure("text")


def everything(lines: io.StringIO, caplog: pytest.LogCaptureFixture) -> str:
    """The written text, and what any other handler could have written."""
    fields = [str(getattr(one, "fields", "")) for one in caplog.records]
    return lines.getvalue() + caplog.text + "".join(fields)


def test_sign_ins_and_refusals_are_recorded_with_who_and_from_where(
    app: Flask, priya: int, lines: io.StringIO
) -> None:
    client = app.test_client()
    sign_in(client, "priya", "wrong")
    sign_in(client, "priya")
    client.post("/logout")
    said = [line.split(" INFO ")[1] for line in lines.getvalue().splitlines()]
    assert said == [
        'sign-in refused username="priya" address="127.0.0.1"',
        'signed in username="priya" address="127.0.0.1"',
        'signed out username="priya"',
    ]


def test_what_is_sent_is_recorded_who_what_and_to_whom(
    app: Flask, ada: int, priya: int, lines: io.StringIO
) -> None:
    run = app.test_cli_runner().invoke
    run(args=["notify", "priya", "--title", "For you", "--topic", "billing"])
    run(args=["broadcast", "send", "--title", "For all"])
    run(args=["broadcast", "recall", "2", "--yes"])
    run(args=["broadcast", "send", "--title", "Only tried", "--dry-run"])
    said = [line.split(" INFO ")[1] for line in lines.getvalue().splitlines()]
    assert said == [
        'sent notification=1 topic="billing" audience=1',
        'sent notification=2 topic="general" to="everyone" audience=2',
        "recalled notification=2",
    ]


def test_of_people_who_are_named_only_the_number_is_recorded(
    app: Flask, lines: io.StringIO
) -> None:
    names = [f"reader{number}" for number in range(7)]
    for name in names:
        add_user(app, name, display_name=name.upper())
    app.test_cli_runner().invoke(args=["notify", *names, "--title", "For you"])
    (said,) = lines.getvalue().splitlines()
    assert said.endswith('sent notification=1 topic="general" audience=7')


def test_no_secret_is_in_any_record(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture, lines: io.StringIO
) -> None:
    caplog.set_level(logging.DEBUG)
    app = make_app(
        WTF_CSRF_ENABLED=True, TESTING=False, SECRET_KEY=CANARY * 2, REGISTRATION_OPEN=True
    )
    add_user(app, "priya")
    client = app.test_client()
    secrets = {CANARY, PASSWORD}

    def token(path: str) -> str:
        found = token_in(client.get(path))
        secrets.add(found)
        return found

    def note_cookie() -> None:
        cookie = client.get_cookie("session")
        if cookie is not None:
            secrets.add(cookie.value)

    sign_in(client, "priya", f"{CANARY} wrong", csrf_token=token("/login"))
    sign_in(client, "priya", csrf_token="expired")
    sign_in(client, "priya", csrf_token=token("/login"))
    note_cookie()
    with client.session_transaction() as session:
        secrets.add(session["_user_id"])
    change = {"part": "password", "current": PASSWORD, "new": f"{CANARY} new"}
    client.post("/settings", data=change)
    client.post("/settings", data=change | {"csrf_token": token("/settings")})
    client.post("/settings/sign-ins/end-all", data={"password": CANARY})
    client.post("/logout", data={"csrf_token": token("/settings")})
    made = app.test_cli_runner().invoke(args=["users", "reset-link", "priya"])
    path = "/reset/" + made.stdout.splitlines()[0].partition("/reset/")[2]
    secrets.add(path.removeprefix("/reset/"))
    client.post(path, data={"password": f"{CANARY} reset"})
    client.post(path, data={"password": f"{CANARY} reset", "csrf_token": token(path)})
    client.get(path)
    client.get(f"{path}x?{CANARY}")
    register = {"username": "grace", "password": f"{CANARY} register"}
    client.post("/register", data=register)
    app.test_cli_runner().invoke(
        args=["users", "set-password", "priya", "--password-stdin"], input=f"{CANARY} stdin"
    )

    def breaks(**_values: str) -> None:
        raise RuntimeError("broken")

    app.view_functions["accounts.reset"] = breaks
    assert client.get(path).status_code == 500
    written = lines.getvalue()
    assert "signed in" in written
    assert "password changed" in written
    assert "password reset" in written
    assert "form without its token" in written
    for secret in secrets:
        assert secret not in written, secret


def test_the_password_of_the_database_is_in_no_record(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture, lines: io.StringIO
) -> None:
    app = make_app(DATABASE_URL=f"postgresql://u:{CANARY}@127.0.0.1:1/x", TESTING=False)
    assert app.test_client().get("/login").status_code == 503
    assert "does not answer" in lines.getvalue()
    assert CANARY not in everything(lines, caplog)


def test_values_in_statements_are_in_no_error(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture, lines: io.StringIO
) -> None:
    import sqlalchemy as sa

    from notifications_app.core.database import db

    app = make_app(TESTING=False)

    def wrong() -> None:
        db.session.execute(sa.text("SELEKT :value"), {"value": CANARY})

    app.add_url_rule("/does", "does", wrong)
    assert app.test_client().get("/does").status_code == 500
    assert "SELEKT" in lines.getvalue()
    assert CANARY not in everything(lines, caplog)


def test_the_logs_of_servers_hold_no_reset_link(app: Flask) -> None:
    for name in ("gunicorn.access", "werkzeug"):
        logger, stream = logging.getLogger(name), io.StringIO()
        handler = logging.StreamHandler(stream)
        logger.addHandler(handler)
        logger.propagate, propagate = False, logger.propagate
        level, disabled = logger.level, logger.disabled
        logger.setLevel(logging.WARNING)  # a server of other tests may have silenced it
        logger.disabled = False
        try:
            logger.warning('127.0.0.1 "%s" 200', f"GET /reset/1.{CANARY}?x=1 HTTP/1.1")
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled
        assert stream.getvalue() == '127.0.0.1 "GET /reset/…?x=1 HTTP/1.1" 200\n'


def test_a_line_cannot_be_forged(app: Flask, lines: io.StringIO) -> None:
    record("sent", title='x"\n2026-11-20 12:00:00 INFO signed in username="ada')
    logging.getLogger("notifications_app").warning("Exception on %s", "/a\nforged line")
    assert len(lines.getvalue().splitlines()) == 2
    assert r'title="x\"\n2026-11-20' in lines.getvalue()


def test_a_password_typed_as_the_name_is_not_recorded(app: Flask, lines: io.StringIO) -> None:
    sign_in(app.test_client(), "correct horse battery")
    assert "sign-in refused" in lines.getvalue()
    assert "horse" not in lines.getvalue()


def test_as_json_every_record_is_one_object(
    make_app: Callable[..., Flask], lines: io.StringIO
) -> None:
    app = make_app(LOG_FORMAT="json", TESTING=False)
    add_user(app, "priya")
    app.add_url_rule("/does", "does", lambda: str(1 / 0))
    sign_in(app.test_client(), "priya")
    app.test_client().get("/does")
    signed_in, broke, error = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert signed_in.keys() == {"at", "level", "logger", "message", "username", "address"}
    assert (signed_in["level"], signed_in["message"]) == ("info", "signed in")
    assert broke["level"] == "error"
    assert "ZeroDivisionError" in broke["trace"]
    assert error["message"] == "error"
    assert len(error["request"]) == 12


def test_a_second_application_does_not_write_every_line_twice(
    make_app: Callable[..., Flask], lines: io.StringIO
) -> None:
    make_app()
    sign_in(make_app().test_client(), "nobody")
    assert len(lines.getvalue().splitlines()) == 1
