"""The page of settings, part by part."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, session
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import queries
from notifications_app.domain.accounts.models import SignIn, User
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, replay, sign_in, token_in

NEW = "a new good password"


@pytest.fixture
def reader(client: FlaskClient, priya: int, bystander: int) -> FlaskClient:
    """Priya's browser; Noor's account must not move."""
    sign_in(client, "priya")
    client.get("/inbox")  # takes the flash of the sign-in
    return client


def people(app: Flask) -> dict[str, tuple[Any, ...]]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(
                User.username, User.display_name, User.timezone, User.password_hash, User.email,
                User.is_admin,
            )
        )  # fmt: skip
        return {row.username: tuple(row) for row in rows}


def save(client: FlaskClient, part: str, **data: str) -> Any:
    return client.post("/settings", data={"part": part, **data})


def test_the_page_answers_a_look_at_its_head(reader: FlaskClient) -> None:
    assert reader.head("/settings").status_code == 200


# ---- name ----


@pytest.mark.parametrize(
    ("typed", "kept"), [("  Priya R. ", "Priya R."), ("", ""), ("x" * 80, "x" * 80)]
)
def test_a_name_is_saved(app: Flask, reader: FlaskClient, typed: str, kept: str) -> None:
    noor = people(app)["noor"]
    assert save(reader, "name", display_name=typed).headers["Location"] == "/settings"
    assert "Your name is saved." in reader.get("/settings").text
    assert people(app)["priya"][1] == kept
    assert people(app)["noor"] == noor


@pytest.mark.parametrize("typed", ["x" * 81, "nul\0", "a\u202eb", "a\nb", "\x9b31m", "a\u2028b"])
def test_a_bad_name_is_refused_and_kept_on_the_page(
    app: Flask, reader: FlaskClient, typed: str
) -> None:
    before = people(app)
    answer = save(reader, "name", display_name=typed)
    assert answer.status_code == 400
    assert "A display name" in answer.text
    assert "<title>Error: Settings" in answer.text
    if typed.isprintable():
        assert f'value="{typed}"' in answer.text
    assert people(app) == before


def test_a_name_is_escaped_wherever_it_stands(reader: FlaskClient) -> None:
    save(reader, "name", display_name="<script>alert(1)</script>")
    for path in ("/settings", "/inbox", "/compare"):
        page = reader.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_a_part_takes_only_its_own_fields(app: Flask, reader: FlaskClient) -> None:
    before = people(app)["priya"]
    save(
        reader, "name", display_name=before[1], username="root", email="a@b.example",
        is_admin="1", timezone="Asia/Tokyo", password_hash="x", theme="dark",
    )  # fmt: skip
    assert people(app)["priya"] == before
    assert reader.get_cookie("theme") is None


@pytest.mark.parametrize("part", ["", "end", "nothing", "\0", "admin"])
def test_an_unknown_part_changes_nothing(app: Flask, reader: FlaskClient, part: str) -> None:
    before = people(app)
    assert save(reader, part, display_name="x", password=PASSWORD).status_code == 400
    assert people(app) == before


def test_an_expired_form_says_so_and_keeps_what_was_typed(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "priya")
    client = app.test_client()
    sign_in(client, "priya", csrf_token=token_in(client.get("/login")))
    answer = save(client, "name", display_name="Kept as typed")
    assert answer.status_code == 400
    assert "This form did not come from your session." in answer.text
    assert 'value="Kept as typed"' in answer.text
    assert people(app)["priya"][1] == ""
    save(client, "name", display_name="Kept as typed", csrf_token=token_in(answer))
    assert people(app)["priya"][1] == "Kept as typed"


# ---- zone ----


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Asia/Calcutta", "Asia/Kolkata"),  # an alias that browsers still use
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_saved(app: Flask, reader: FlaskClient, typed: str, kept: str) -> None:
    noor = people(app)["noor"]
    assert save(reader, "zone", timezone=typed).status_code == 303
    page = reader.get("/settings").text
    assert f"Times are in {kept} now." in page
    assert re.search(rf'value="{kept}"[^>]*checked', page)
    assert people(app)["priya"][2] == kept
    assert people(app)["noor"] == noor


@pytest.mark.parametrize("typed", ["Mars/Base", "", "Asia/Kolkata\0", "../etc/passwd", "x" * 999])
def test_a_bad_zone_is_refused(app: Flask, reader: FlaskClient, typed: str) -> None:
    before = people(app)
    answer = save(reader, "zone", timezone=typed)
    assert answer.status_code == 400
    assert "Choose a zone from the list." in answer.text or "No time zone has that" in answer.text
    assert people(app) == before


def zones(client: FlaskClient, query: str) -> list[str]:
    page = client.get("/settings", query_string={"zone_query": query}).text
    return re.findall(r'name="timezone" value="([^"]+)"', page)


def test_the_list_of_zones_is_searched_in_any_case_with_spaces_for_underscores(
    reader: FlaskClient,
) -> None:
    assert zones(reader, " los ANGEL ") == ["America/Los_Angeles"]
    assert len(zones(reader, "")) > 400
    assert set(zones(reader, "kolkata")) == {"Asia/Kolkata"}
    assert zones(reader, "%") == zones(reader, "\0") == []
    page = reader.get("/settings?zone_query=%3Cb%3E").text
    assert "No zone matches “&lt;b&gt;”." in page


@pytest.mark.parametrize("query", ["\0", "9" * 20, "x" * 5000, "%ff", "[", "\\", "🙂"])
def test_no_search_for_a_zone_breaks_the_page(reader: FlaskClient, query: str) -> None:
    assert reader.get("/settings", query_string={"zone_query": query}).status_code == 200


def test_the_time_there_now_stands_beside_each_zone(app: Flask, client: FlaskClient) -> None:
    add_user(app, "priya", timezone="Asia/Kolkata")
    with at(NOON):
        sign_in(client, "priya")
        page = " ".join(re.sub(r"<[^>]+>", " ", client.get("/settings").text).split())
    assert "17:30 Friday 20 November Asia/Kolkata, IST, UTC+05:30" in page
    assert "Asia/Tokyo UTC+09:00 21:00" in page


# ---- the zone that a browser offers ----


@pytest.fixture
def offered(app: Flask, client: FlaskClient, bystander: int) -> FlaskClient:
    """The browser of somebody in UTC that is in Asia/Kolkata."""
    sign_in(client, "noor", zone="Asia/Kolkata")
    return client


def test_the_browsers_zone_is_offered_until_it_is_answered(
    app: Flask, offered: FlaskClient
) -> None:
    for _ in range(2):
        assert "Your browser is in <strong>Asia/Kolkata</strong>" in offered.get("/inbox").text
    assert people(app)["noor"][2] == "UTC"


def test_it_may_be_used(app: Flask, offered: FlaskClient, priya: int) -> None:
    answer = offered.post("/settings/zone-offer", data={"answer": "use", "next": "/compare"})
    assert answer.headers["Location"] == "/compare"
    page = offered.get("/inbox").text
    assert "Times are in Asia/Kolkata now." in page
    assert "Your browser is in" not in page
    assert people(app)["noor"][2] == "Asia/Kolkata"


def test_it_may_be_declined_for_good(app: Flask, offered: FlaskClient) -> None:
    answer = offered.post("/settings/zone-offer", data={"answer": "keep"})
    assert answer.headers["Location"] == "/inbox"
    assert "Times stay in UTC." in offered.get("/inbox").text
    offered.post("/logout")
    sign_in(offered, "noor", zone="Asia/Kolkata")
    assert "Your browser is in" not in offered.get("/inbox").text
    assert people(app)["noor"][2] == "UTC"


def test_choosing_a_zone_answers_it_too(offered: FlaskClient) -> None:
    save(offered, "zone", timezone="Asia/Tokyo")
    assert "Your browser is in" not in offered.get("/inbox").text


def test_an_answer_to_no_offer_changes_nothing(app: Flask, reader: FlaskClient) -> None:
    before = people(app)
    data = {"answer": "use", "zone": "Asia/Tokyo", "next": "//evil.example"}
    answer = reader.post("/settings/zone-offer", data=data)
    assert answer.headers["Location"] == "/inbox"
    assert people(app) == before


@pytest.mark.parametrize("zone", ["", "UTC", "Etc/UTC", "Mars/Base", "Asia/Kolkata\0", "x" * 999])
def test_no_zone_no_offer(client: FlaskClient, bystander: int, zone: str) -> None:
    assert sign_in(client, "noor", zone=zone).status_code == 303
    assert "Your browser is in" not in client.get("/inbox").text


def test_who_has_a_zone_is_offered_none(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya", zone="Europe/Paris")
    assert "Your browser is in" not in client.get("/inbox").text


# ---- theme ----


def test_a_theme_is_a_cookie_and_the_systems_is_none(reader: FlaskClient) -> None:
    for theme in ("dark", "light"):
        assert save(reader, "theme", theme=theme).status_code == 303
        cookie = reader.get_cookie("theme")
        assert cookie is not None
        assert (cookie.value, cookie.http_only, cookie.same_site) == (theme, True, "Lax")
        assert f'<html lang="en" data-theme="{theme}">' in reader.get("/settings").text
    assert f'data-theme="{theme}"' in reader.get("/nowhere").text
    save(reader, "theme", theme="system")
    assert reader.get_cookie("theme") is None
    assert '<html lang="en">' in reader.get("/settings").text


def test_with_https_the_theme_is_a_secure_cookie_that_can_be_deleted(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["localhost"])
    add_user(app, "priya")
    client, base = app.test_client(), "https://localhost"
    data = {"username": "priya", "password": PASSWORD}
    client.post("/login", data=data, base_url=base)
    for theme in ("dark", "system"):
        answer = client.post("/settings", data={"part": "theme", "theme": theme}, base_url=base)
        (cookie,) = (one for one in answer.headers.getlist("Set-Cookie") if "theme" in one)
        assert cookie.startswith("__Host-theme=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Max-Age=0" in cookie


@pytest.mark.parametrize("theme", ["", "pink", "dark\0", '"><script>'])
def test_a_bad_theme_is_refused(reader: FlaskClient, theme: str) -> None:
    assert save(reader, "theme", theme=theme).status_code == 400
    assert reader.get_cookie("theme") is None
    reader.set_cookie("theme", "pink")
    assert "pink" not in reader.get("/inbox").text


# ---- password ----


def test_a_new_password_ends_every_other_sign_in_and_not_this_one(
    app: Flask, reader: FlaskClient
) -> None:
    elsewhere, noors = app.test_client(), app.test_client()
    sign_in(elsewhere, "priya")
    sign_in(noors, "noor")
    noor = people(app)["noor"]
    assert save(reader, "password", current=PASSWORD, new=NEW).status_code == 303
    assert "Your password is changed. Every other sign-in has ended." in reader.get("/inbox").text
    assert not is_signed_in(elsewhere)
    assert is_signed_in(noors)
    assert people(app)["noor"] == noor
    assert sign_in(app.test_client(), "priya").status_code == 400
    assert sign_in(app.test_client(), "priya", NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("", NEW, "Type your password."),
        ("not this one", NEW, "This is not your current password."),
        (PASSWORD + " ", NEW, "This is not your current password."),
        (PASSWORD, "", "Choose a password."),
        (PASSWORD, "short", "A password has 8 to 128 characters; this one has 5."),
        (PASSWORD, "x" * 129, "A password has 8 to 128 characters; this one has 129."),
        (PASSWORD, "priya raman", "This password is one of the first that are tried."),
        (PASSWORD, "football", "This password is one of the first that are tried."),
        (PASSWORD, "eight or more\0", "This password holds a character that cannot be typed."),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    app: Flask, reader: FlaskClient, current: str, new: str, sentence: str
) -> None:
    elsewhere, before = app.test_client(), people(app)
    sign_in(elsewhere, "priya")
    answer = save(reader, "password", current=current, new=new)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert NEW not in answer.text
    assert PASSWORD not in answer.text
    assert people(app) == before
    assert is_signed_in(elsewhere)


# ---- where the account is signed in ----

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def hash_of(app: Flask, username: str) -> str:
    with app.app_context():
        statement = (
            sa.select(SignIn.token_hash)
            .join(User)
            .where(User.username == username)
            .order_by(SignIn.created_at.desc())
        )
        return db.session.execute(statement).scalars().first() or ""


def end(client: FlaskClient, token_hash: str) -> int:
    return client.post("/settings/sign-ins/end", data={"token_hash": token_hash}).status_code


def test_the_page_shows_where_the_account_is_signed_in(app: Flask, priya: int) -> None:
    with at(NOON):
        app.test_client().post(
            "/login",
            data={"username": "priya", "password": PASSWORD},
            headers={"User-Agent": FIREFOX},
            environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
        )
    with at(NOON + timedelta(hours=1)):
        client = app.test_client()
        sign_in(client, "priya")
        page = client.get("/settings").text
    words = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("Where you are") :]).split())
    assert "Firefox on Linux 203.0.113.9 since Fri 20 Nov, 17:30 seen Fri 20 Nov, 17:30" in words
    assert words.count("This browser") == 1
    assert page.count('name="token_hash"') == 1


def test_a_browser_that_lies_is_shown_as_text(app: Flask, client: FlaskClient, priya: int) -> None:
    agent = {"User-Agent": "<script>alert(1)</script>/1.0\x1b[31m" + "x" * 900}
    data = {"username": "priya", "password": PASSWORD}
    assert client.post("/login", data=data, headers=agent).status_code == 303
    assert "<script>alert" not in client.get("/settings").text


def test_one_sign_in_can_be_ended(app: Flask, reader: FlaskClient) -> None:
    clients = [app.test_client(), app.test_client()]
    for one in clients:
        sign_in(one, "priya")
    with clients[0] as client:
        client.get("/inbox")
        ended = queries.token_hash(session["_user_id"])
    copy = replay(app, clients[0])
    assert end(reader, ended) == 303
    assert "That sign-in has ended." in reader.get("/settings").text
    assert not is_signed_in(copy)
    assert is_signed_in(clients[1])


def test_it_can_be_ended_once(app: Flask, reader: FlaskClient) -> None:
    sign_in(app.test_client(), "priya")
    page = reader.get("/settings").text
    (other,) = re.findall(r'name="token_hash" value="(\w+)"', page)
    assert end(reader, other) == 303
    assert end(reader, other) == 404
    assert is_signed_in(reader)


def test_nobody_ends_somebody_elses_sign_in(app: Flask, reader: FlaskClient, ada: int) -> None:
    noors, adas = app.test_client(), app.test_client()
    sign_in(noors, "noor")
    sign_in(adas, "ada")
    noors_hash = hash_of(app, "noor")
    assert end(reader, noors_hash) == 404
    assert end(adas, noors_hash) == 404
    assert end(app.test_client(), noors_hash) == 303  # to the sign-in page
    assert is_signed_in(noors)


@pytest.mark.parametrize("bad", ["", "\0", "x" * 64, "0" * 64, "9" * 20, "a" * 9999, "é" * 64])
def test_no_made_up_hash_breaks_anything(reader: FlaskClient, bad: str) -> None:
    assert end(reader, bad) == 404


def test_all_the_others_are_ended_without_a_password_within_15_minutes(
    app: Flask, client: FlaskClient, priya: int, bystander: int
) -> None:
    others = [app.test_client() for _ in range(2)]
    noors = app.test_client()
    with at(NOON):
        for one in (client, *others):
            sign_in(one, "priya")
        sign_in(noors, "noor")
    with at(NOON + timedelta(minutes=15)):
        assert 'name="password"' not in client.get("/settings").text
        assert client.post("/settings/sign-ins/end-all").status_code == 303
        assert "Ended 2 other sign-ins." in client.get("/settings").text
        assert [is_signed_in(one) for one in others] == [False, False]
        assert is_signed_in(client)
        assert is_signed_in(noors)
        client.post("/settings/sign-ins/end-all")
        assert "No other browser was signed in." in client.get("/settings").text


def test_later_the_password_is_asked_for(app: Flask, client: FlaskClient, priya: int) -> None:
    other = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
        sign_in(other, "priya")
    with at(NOON + timedelta(minutes=15, seconds=1)):
        assert 'name="password"' in client.get("/settings").text
        for typed in ({}, {"password": ""}, {"password": "not this one"}):
            answer = client.post("/settings/sign-ins/end-all", data=typed)
            assert answer.status_code == 400
            assert "This is not your current password." in answer.text
        assert is_signed_in(other)
        right = {"password": PASSWORD}
        assert client.post("/settings/sign-ins/end-all", data=right).status_code == 303
        assert not is_signed_in(other)
        assert is_signed_in(client)
