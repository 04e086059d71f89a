"""The page of settings, part by part."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.account_pages import people, save
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

NEW = "a new good password"


def test_the_page_answers_a_look_at_its_head(reader: FlaskClient) -> None:
    assert reader.head("/settings").status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"), [("  Priya R. ", "Priya R."), ("", ""), ("x" * 80, "x" * 80)]
)
def test_a_name_is_saved(app: Flask, reader: FlaskClient, typed: str, kept: str) -> None:
    noor = people(app)["noor"]
    assert save(reader, "name", display_name=typed).headers["Location"] == "/settings#display-name"
    saved = (
        f"Display name changed to “{kept}”."
        if kept
        else "Display name removed; others see “priya”."
    )
    assert saved in reader.get("/settings").text
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
    assert "This page was out of date, so nothing was changed." in answer.text
    assert 'value="Kept as typed"' in answer.text
    assert people(app)["priya"][1] == ""
    save(client, "name", display_name="Kept as typed", csrf_token=token_in(answer))
    assert people(app)["priya"][1] == "Kept as typed"


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
    assert f"Time zone changed to {kept}." in page
    assert re.search(rf'value="{kept}"[^>]*checked', page)
    assert people(app)["priya"][2] == kept
    assert people(app)["noor"] == noor


@pytest.mark.parametrize("typed", ["Mars/Base", "", "Asia/Kolkata\0", "../etc/passwd", "x" * 999])
def test_a_bad_zone_is_refused(app: Flask, reader: FlaskClient, typed: str) -> None:
    before = people(app)
    answer = save(reader, "zone", timezone=typed)
    assert answer.status_code == 400
    assert (
        "Choose a time zone from the list." in answer.text
        or "There is no such time zone" in answer.text
    )
    assert people(app) == before


def zones(client: FlaskClient, query: str, address: str = "/settings") -> list[str]:
    page = client.get(address, query_string={"zone_query": query}).text
    return re.findall(r'name="timezone"\s+value="([^"]+)"', page)


@pytest.mark.parametrize("address", ["/settings", "/settings/zones"])
def test_zones_are_found_by_what_people_call_them(reader: FlaskClient, address: str) -> None:
    assert zones(reader, " los ANGEL ", address) == ["Asia/Kolkata", "America/Los_Angeles"]
    assert zones(reader, "japan", address)[1] == "Asia/Tokyo"
    assert zones(reader, "", address) == ["Asia/Kolkata"]
    assert len(zones(reader, "europe", address)) == 13
    assert zones(reader, "%", address) == zones(reader, "\0", address) == ["Asia/Kolkata"]
    page = reader.get(f"{address}?zone_query=%3Cqqq%3E").text
    assert "No time zone matches “&lt;qqq&gt;”." in page
    assert "The best 12 of" in reader.get(f"{address}?zone_query=europe").text


def test_the_chosen_zone_stays_among_the_matches(reader: FlaskClient) -> None:
    answer = reader.get("/settings/zones?zone_query=kiev&timezone=Japan").text
    assert re.findall(r'value="([^"]+)"', answer) == ["Asia/Tokyo", "Europe/Kyiv"]
    assert re.search(r'value="Asia/Tokyo"\s+checked', answer)
    assert "data-known" in answer
    answer = reader.get("/settings/zones?timezone=Mars").text
    assert re.findall(r'value="([^"]+)"', answer) == ["Asia/Kolkata"]
    assert "data-known" not in answer
    older = reader.get("/settings/zones?timezone=Asia/Calcutta").text
    assert re.findall(r'value="([^"]+)"', older) == ["Asia/Kolkata"]
    assert "data-known" in older


def test_the_page_of_settings_does_not_carry_every_zone(reader: FlaskClient) -> None:
    assert len(reader.get("/settings").data) < 40_000


@pytest.mark.parametrize("query", ["\0", "9" * 20, "x" * 5000, "%ff", "[", "\\", "🙂"])
def test_no_search_for_a_zone_breaks_the_page(reader: FlaskClient, query: str) -> None:
    assert reader.get("/settings", query_string={"zone_query": query}).status_code == 200


def test_the_time_there_now_stands_beside_each_zone(app: Flask, client: FlaskClient) -> None:
    add_user(app, "priya", timezone="Asia/Kolkata")
    with at(NOON):
        sign_in(client, "priya")
        answer = client.get("/settings?zone_query=tokyo")
        page = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert "17:30 Friday 20 November Asia/Kolkata, IST, UTC+05:30" in page
    assert "Asia/Tokyo UTC+09:00 21:00" in page


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


def test_a_new_password_ends_every_other_sign_in_and_not_this_one(
    app: Flask, reader: FlaskClient
) -> None:
    elsewhere, noors = app.test_client(), app.test_client()
    sign_in(elsewhere, "priya")
    sign_in(noors, "noor")
    noor = people(app)["noor"]
    assert save(reader, "password", current=PASSWORD, new=NEW).status_code == 303
    assert "Password changed. All other browsers are signed out." in reader.get("/inbox").text
    assert not is_signed_in(elsewhere)
    assert is_signed_in(noors)
    assert people(app)["noor"] == noor
    assert sign_in(app.test_client(), "priya").status_code == 400
    assert sign_in(app.test_client(), "priya", NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("", NEW, "Enter your current password."),
        ("not this one", NEW, "This is not your current password."),
        (PASSWORD + " ", NEW, "This is not your current password."),
        (PASSWORD, "", "Choose a new password."),
        (PASSWORD, "short", "A password has 8 to 128 characters; this one has 5."),
        (PASSWORD, "x" * 129, "A password has 8 to 128 characters; this one has 129."),
        (PASSWORD, "priya raman", "This password is easy to guess."),
        (PASSWORD, "football", "This password is easy to guess."),
        (PASSWORD, "eight or more\0", "This password contains a character that cannot be typed."),
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


def typed_on(page: str) -> tuple[str, ...]:
    """The name, zone, theme and shortcuts that a page of settings shows."""
    name = re.search(r'id="display_name"[^>]*value="([^"]*)"', page)
    zone = re.search(r'name="timezone"\s+value="([^"]+)"\s+checked', page)
    theme = re.search(r'name="theme"\s+value="([^"]+)"\s+checked', page)
    switch = re.search(r'<input[^>]*name="shortcuts"[^>]*>', page)
    assert name
    assert zone
    assert theme
    assert switch
    return name[1], zone[1], theme[1], "on" if "checked" in switch[0] else "off"


def test_saving_one_part_keeps_what_was_typed_in_the_others(
    app: Flask, reader: FlaskClient
) -> None:
    noor = people(app)["noor"]
    answer = save(
        reader, "zone", display_name="Priya R.", timezone="Asia/Tokyo", theme="dark", current="abc"
    )
    assert answer.headers["Location"] == "/settings#time-zone"
    assert people(app)["priya"][1:3] == ("Priya Raman", "Asia/Tokyo")
    page = reader.get("/settings").text
    assert "Not saved yet: display name, theme, inbox rows and shortcuts." in page
    assert typed_on(page) == ("Priya R.", "Asia/Tokyo", "dark", "off")
    assert 'value="abc"' not in page
    assert reader.get_cookie("theme") is None
    assert typed_on(reader.get("/settings").text) == (
        "Priya Raman", "Asia/Tokyo", "system", "on",
    )  # fmt: skip
    assert people(app)["noor"] == noor


def test_a_refused_part_keeps_what_was_typed_in_the_others(reader: FlaskClient) -> None:
    answer = save(reader, "name", display_name="x" * 81, timezone="Asia/Tokyo", theme="dark")
    assert answer.status_code == 400
    assert typed_on(answer.text) == ("x" * 81, "Asia/Tokyo", "dark", "off")


def test_what_is_too_long_for_the_session_is_not_kept_in_it(reader: FlaskClient) -> None:
    save(reader, "theme", theme="dark", display_name="x" * 5000)
    page = reader.get("/settings").text
    assert "Not saved yet: display name." in page
    assert typed_on(page)[0] == "Priya Raman"


def test_both_wrong_passwords_are_named_at_once(reader: FlaskClient) -> None:
    page = save(reader, "password", current="not this one", new="short").text
    assert "This is not your current password." in page
    assert "A password has 8 to 128 characters; this one has 5." in page
    page = save(reader, "password", current="", new="").text
    assert "Enter your current password." in page
    assert "Choose a new password." in page


def test_the_button_for_all_saves_every_part_that_was_changed(
    app: Flask, reader: FlaskClient
) -> None:
    values = {"display_name": "Priya R.", "timezone": "Asia/Tokyo", "theme": "dark"}
    answer = save(reader, "all", **values, shortcuts="y", current=PASSWORD, new=NEW)
    assert answer.status_code == 303
    page = reader.get("/settings").text
    assert typed_on(page) == ("Priya R.", "Asia/Tokyo", "dark", "on")
    assert "Not saved yet" not in page
    assert people(app)["priya"][1:3] == ("Priya R.", "Asia/Tokyo")
    assert sign_in(app.test_client(), "priya", NEW).status_code == 303


def test_the_button_for_all_saves_nothing_where_a_part_is_refused_and_names_each(
    app: Flask, reader: FlaskClient
) -> None:
    before = people(app)
    values = {"display_name": "x" * 81, "timezone": "Mars/Base", "theme": "dark"}
    answer = save(reader, "all", **values, current=PASSWORD, new="short")
    assert answer.status_code == 400
    for sentence in ("A display name", "There is no such time zone", "A password has 8 to 128"):
        assert sentence in answer.text
    assert people(app) == before
    assert reader.get_cookie("theme") is None
    assert save(reader, "all").status_code == 400


def test_the_rows_of_the_inbox_are_as_dense_as_is_chosen(app: Flask, reader: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other, "noor")
    assert 'data-density="comfortable"' in reader.get("/inbox").text
    assert save(reader, "theme", theme="system", density="compact").status_code == 303
    page = reader.get("/settings").text
    assert "Inbox rows are compact." in page
    assert re.search(r'name="density"\s+value="compact"\s+checked', page)
    assert 'data-density="compact"' in reader.get("/inbox").text
    # A form without the field leaves it as it is, and a density that is none changes nothing.
    save(reader, "theme", theme="dark")
    for density in ("", "tiny", "compact\0"):
        answer = save(reader, "theme", theme="light", density=density)
        assert answer.status_code == 400
        assert "Choose comfortable or compact rows." in answer.text
    assert 'data-density="compact"' in reader.get("/inbox").text
    assert 'data-density="comfortable"' in other.get("/inbox").text
