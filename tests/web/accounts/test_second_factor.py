"""The page of the second factor: on, off, new recovery codes; and who must have one."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.domain.accounts import second_factor
from notifications_app.web.accounts.second_factor import qr_code
from tests.support.account_pages import main_words, noted
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in
from tests.support.routes import routes
from tests.support.second_factor import SECRET, code_at, stored, switch_on, wrong_code

PAGE = "/settings/second-factor"
LATER = NOON + timedelta(minutes=16)


def open_page(client: FlaskClient, moment: Any = NOON) -> Any:
    with at(moment):
        return client.get(PAGE)


def press(client: FlaskClient, button: str, moment: Any = NOON, **data: str) -> Any:
    with at(moment):
        return client.post(f"{PAGE}/{button}", data=data)


def begin(client: FlaskClient) -> str:
    """Press Set up; returns the secret, as a person reads it."""
    assert press(client, "on").status_code == 303
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', open_page(client).text)
    assert found
    return found[1].replace(" ", "")


def codes_on(answer: Any) -> list[str]:
    return re.findall(r"<li><code>([0-9A-Z-]{19})</code>", answer.text)


@pytest.fixture
def browser(app: Flask, client: FlaskClient, priya: int) -> FlaskClient:
    """Priya's browser; she signed in at noon."""
    with at(NOON):
        sign_in(client, "priya")
    return client


@pytest.fixture
def codes(app: Flask, browser: FlaskClient, priya: int) -> list[str]:
    """Her recovery codes: she has a second factor."""
    return switch_on(app, priya)


# ---- on ----


def test_it_is_switched_on_by_a_code_and_shows_ten_recovery_codes_once(
    app: Flask, browser: FlaskClient, priya: int, bystander: int
) -> None:
    secret = begin(browser)
    assert stored(app, priya) == (None, 0, 0)  # not before the code
    answer = press(browser, "confirm", code=code_at(NOON, secret))
    shown = codes_on(answer)
    assert len(set(shown)) == second_factor.RECOVERY_CODES == 10
    encrypted, step, unused = stored(app, priya)
    assert (step, unused) == (int(NOON.timestamp()) // 30, 10)
    assert secret not in str(encrypted)
    again = open_page(browser)
    assert "On." in main_words(again)
    assert "10 recovery codes left." in main_words(again)
    assert not any(code in again.text for code in shown)
    assert stored(app, bystander) == (None, 0, 0)
    assert noted(app) == [("user.second-factor-on", "user priya", priya)]


def test_the_codes_can_be_downloaded_without_a_script(browser: FlaskClient) -> None:
    answer = press(browser, "confirm", code=code_at(NOON, begin(browser)))
    found = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download', answer.text)
    assert found
    lines = unquote(unescape(found[1])).splitlines()
    assert lines[0] == "Recovery codes of priya. Each works once."
    assert lines[2:] == codes_on(answer)


def test_the_qr_code_holds_the_address_for_the_app(browser: FlaskClient) -> None:
    secret = begin(browser)
    page = open_page(browser).text
    image = re.search(r'<img class="qr-code" src="([^"]+)"', page)
    link = re.search(r'href="(otpauth://[^"]+)"', page)
    assert image
    assert link
    address = urlsplit(unescape(link[1]))
    assert unquote(address.path) == "/Notifications localhost:priya"
    wanted = {"secret": [secret], "issuer": ["Notifications localhost"]}
    assert parse_qs(address.query) == wanted
    assert unescape(image[1]) == qr_code(unescape(link[1]))
    segments = [tuple(row) for row in segno.make_qr(unescape(link[1]), error="m").matrix]
    assert segments
    assert segno.make_qr(unescape(link[1]), error="m").error == "M"


def test_every_other_sign_in_ends(app: Flask, browser: FlaskClient, bystander: int) -> None:
    other, neighbour = app.test_client(), app.test_client()
    with at(NOON):
        sign_in(other, "priya")
        sign_in(neighbour, "noor")
    press(browser, "confirm", code=code_at(NOON, begin(browser)))
    with at(NOON):
        assert [is_signed_in(one) for one in (browser, other, neighbour)] == [True, False, True]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "’\0", "\uff19" * 200])
def test_a_wrong_first_code_changes_nothing(
    app: Flask, browser: FlaskClient, priya: int, typed: str
) -> None:
    begin(browser)
    answer = press(browser, "confirm", code=typed)
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert 'class="qr-code"' in answer.text
    assert stored(app, priya) == (None, 0, 0)


def test_the_code_of_a_quarter_of_an_hour_ago_does_not_confirm(
    app: Flask, browser: FlaskClient, priya: int
) -> None:
    secret = begin(browser)
    assert press(browser, "confirm", LATER, code=code_at(NOON, secret)).status_code == 400
    assert press(browser, "confirm", LATER, code=code_at(LATER, secret)).status_code == 200


def test_the_password_is_asked_again_where_the_sign_in_is_a_while_ago(
    browser: FlaskClient,
) -> None:
    words = "Needed because you signed in over 15 minutes ago."
    assert words not in main_words(open_page(browser))
    assert words in main_words(open_page(browser, LATER))
    for password in ("", "wrong"):
        answer = press(browser, "on", LATER, password=password)
        assert answer.status_code == 400
        assert "This is not your current password." in main_words(answer)
    assert press(browser, "on", LATER, password=PASSWORD).status_code == 303
    assert "Scan the code" in main_words(open_page(browser, LATER))


def test_a_secret_under_a_lost_key_is_made_anew(make_app: Callable[..., Flask], priya: int) -> None:
    key = "another key of the tests, forty letters"
    browser = make_app(SECRET_KEY=key).test_client()
    with at(NOON):
        sign_in(browser, "priya")
    begin(browser)
    kept = browser.get_cookie("session")
    assert kept is not None
    other = make_app(SECRET_KEY_FALLBACKS=[key]).test_client()
    other.set_cookie("session", kept.value)
    assert "Scan the code" in main_words(open_page(other))


# ---- off, and new codes ----


def test_password_and_code_switch_it_off(
    app: Flask, browser: FlaskClient, codes: list[str], priya: int, bystander: int
) -> None:
    switch_on(app, bystander)
    answer = press(browser, "off", password=PASSWORD, code=code_at())
    assert answer.headers["Location"] == "/settings#second-factor"
    with at(NOON):
        assert "Your second factor is off." in main_words(browser.get("/settings"))
    assert stored(app, priya) == (None, 0, 0)
    assert stored(app, bystander)[2] == 10
    assert noted(app) == [("user.second-factor-off", "user priya", priya)]


@pytest.mark.parametrize("button", ["off", "codes"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "wrong", "code": code_at()}, "This is not your current password."),
        ({"password": "", "code": code_at()}, "Enter your password."),
        ({"password": PASSWORD, "code": wrong_code()}, second_factor.WRONG),
        ({"password": PASSWORD, "code": "ABCD-EFGH-JKMN-PQRS"}, second_factor.WRONG),
        ({"password": PASSWORD, "code": ""}, "Enter the code that your app shows"),
    ],
)
def test_neither_alone_changes_anything(
    app: Flask, browser: FlaskClient, codes: list[str], priya: int, button: str,
    typed: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    before = stored(app, priya)
    answer = press(browser, button, **typed)
    assert answer.status_code == 400
    assert sentence in main_words(answer)
    assert stored(app, priya) == before
    assert noted(app) == []


def test_new_codes_replace_the_old_ones(
    app: Flask, browser: FlaskClient, codes: list[str], priya: int
) -> None:
    answer = press(browser, "codes", password=PASSWORD, code=codes[0].lower().replace("-", " "))
    new = codes_on(answer)
    assert len(new) == 10
    assert not {*new} & {*codes}
    assert press(browser, "off", password=PASSWORD, code=codes[1]).status_code == 400
    assert press(browser, "off", password=PASSWORD, code=new[0]).status_code == 303
    assert [one[0] for one in noted(app)] == [
        "user.recovery-code-used", "user.recovery-codes-made", "user.recovery-code-used",
        "user.second-factor-off",
    ]  # fmt: skip


@pytest.mark.parametrize("button", ["off", "codes"])
def test_without_one_there_is_nothing_to_change(
    app: Flask, browser: FlaskClient, priya: int, button: str
) -> None:
    answer = press(browser, button, password=PASSWORD, code=code_at())
    assert answer.headers["Location"] == PAGE
    assert noted(app) == []


@pytest.mark.parametrize("button", ["on", "confirm"])
def test_one_that_is_on_is_not_replaced(
    app: Flask, browser: FlaskClient, codes: list[str], priya: int, button: str
) -> None:
    before = stored(app, priya)
    assert press(browser, button, code=code_at()).headers["Location"] == PAGE
    assert stored(app, priya) == before


def test_the_settings_say_whether_it_is_on_and_warn_of_the_last_codes(
    app: Flask, browser: FlaskClient, priya: int
) -> None:
    with at(NOON):
        assert "Set up second factor" in main_words(browser.get("/settings"))
    codes = switch_on(app, priya)
    with at(NOON):
        assert "10 recovery codes left." in main_words(browser.get("/settings"))
    for code in codes[:9]:
        press(browser, "codes", password="wrong", code=code)  # uses nothing up
    assert stored(app, priya)[2] == 10


def test_wrong_codes_are_limited(make_app: Callable[..., Flask], priya: int) -> None:
    app = make_app(RATELIMIT_ENABLED=True)
    browser = app.test_client()
    with at(NOON):
        sign_in(browser, "priya")
    switch_on(app, priya)
    data = {"password": PASSWORD, "code": wrong_code()}
    with at(NOON):
        statuses = [browser.post(f"{PAGE}/off", data=data).status_code for _ in range(11)]
        assert statuses == [400] * 10 + [429]
        data["code"] = code_at()
        assert browser.post(f"{PAGE}/codes", data=data).status_code == 429
    make_app()


# ---- who must have one ----

PUBLIC_OR_SET_UP = {
    "static", "web.healthz", "web.readyz", "web.start", "accounts.logout", "accounts.login",
    "accounts.login_code", "accounts.register", "accounts.reset", "accounts.second_factor",
    "accounts.second_factor_on", "accounts.second_factor_confirm",
}  # fmt: skip


@pytest.mark.parametrize(("required", "name"), [("admins", "ada"), ("everyone", "priya")])
def test_those_who_must_have_one_can_do_nothing_else(
    make_app: Callable[..., Flask], ada: int, priya: int, required: str, name: str
) -> None:
    app = make_app(REQUIRE_2FA=required)
    client = app.test_client()
    sign_in(client, name)
    seen = 0
    for endpoint, path, methods in routes(app):
        if endpoint in PUBLIC_OR_SET_UP:
            continue
        for method in methods - {"OPTIONS"}:
            answer = client.open(path, method=method)
            seen += 1
            if endpoint in {"inbox.badge", "inbox.data"}:
                assert answer.status_code == 403, path
            else:
                assert answer.status_code == 303, path
                assert urlsplit(answer.headers["Location"]).path == PAGE, path
    assert seen > 30
    page = client.get(PAGE).text
    assert "data-badge-url" not in page
    assert 'action="/logout"' in page
    client.post("/logout")
    assert not is_signed_in(client)


def test_the_set_up_leads_on_to_the_page_that_was_asked_for(
    make_app: Callable[..., Flask], ada: int, priya: int
) -> None:
    app = make_app(REQUIRE_2FA="admins")
    client = app.test_client()
    with at(NOON):
        sign_in(client, "ada", next="/admin/users?q=pri")
        led = client.get("/admin/users?q=pri").headers["Location"]
        assert led == f"{PAGE}?next=/admin/users?q%3Dpri"
        next_url = "/admin/users?q=pri"
        assert client.post(f"{PAGE}/on", data={"next": next_url}).headers["Location"] == led
        page = client.get(led).text
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
        assert found
        assert f'name="next" value="{next_url}"' in page
        code = code_at(NOON, found[1].replace(" ", ""))
        answer = client.post(f"{PAGE}/confirm", data={"next": next_url, "code": code})
        assert f'href="{next_url}">I have saved them' in answer.text
        assert client.get(next_url).status_code == 200
        outside = client.get(f"{PAGE}?next=//evil.example")
        assert "evil.example" not in outside.text
    other = app.test_client()
    sign_in(other, "priya")
    assert other.get("/inbox").status_code == 200


def test_whoever_must_have_one_cannot_switch_it_off(
    make_app: Callable[..., Flask], priya: int
) -> None:
    app = make_app(REQUIRE_2FA="everyone")
    client = app.test_client()
    with at(NOON):
        sign_in(client, "priya")
    switch_on(app, priya)
    assert "Switch off" not in open_page(client).text
    answer = press(client, "off", password=PASSWORD, code=code_at())
    assert answer.status_code == 400
    assert "Your account must have a second factor" in main_words(answer)
    assert stored(app, priya)[2] == 10


def test_a_new_account_must_set_one_up_too(make_app: Callable[..., Flask]) -> None:
    client = make_app(REGISTRATION_OPEN=True, REQUIRE_2FA="everyone").test_client()
    client.post("/register", data={"username": "grace", "password": PASSWORD})
    assert client.get("/inbox").headers["Location"].startswith(PAGE)


# ---- by an administrator ----


def test_an_administrator_resets_it(
    app: Flask, admin: FlaskClient, ada: int, priya: int, bystander: int
) -> None:
    switch_on(app, priya)
    switch_on(app, bystander)
    path = f"/admin/users/{priya}"
    with at(NOON):
        page = admin.get(path)
        assert "Second factor On" in main_words(page)
        assert f"{path}/reset-2fa" in page.text
        assert admin.post(f"{path}/reset-2fa").headers["Location"] == path
        assert "Second factor Off" in main_words(admin.get(path))
    assert stored(app, priya) == (None, 0, 0)
    assert stored(app, bystander)[2] == 10
    assert noted(app) == [("user.second-factor-reset", "user priya", ada)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_not_their_own(app: Flask, admin: FlaskClient, ada: int, method: str) -> None:
    switch_on(app, ada)
    with at(NOON):
        answer = admin.open(f"/admin/users/{ada}/reset-2fa", method=method)
        assert answer.headers["Location"] == PAGE
        assert "reset-2fa" not in admin.get(f"/admin/users/{ada}").text
    assert stored(app, ada)[2] == 10


# ---- secrets ----


def test_the_secret_is_on_no_page_and_in_no_file(
    app: Flask, admin: FlaskClient, ada: int, caplog: pytest.LogCaptureFixture
) -> None:
    codes = switch_on(app, ada)
    encrypted = str(stored(app, ada)[0])
    secrets = [SECRET, encrypted, *codes]
    shown = []
    with at(NOON):
        for endpoint, path, methods in routes(app):
            if "GET" in methods and endpoint != "static":
                shown.append(admin.get(path).text)
        new = codes_on(press(admin, "codes", password=PASSWORD, code=codes[0]))
        shown += [admin.get("/admin/audit").text, admin.get("/admin/audit.csv").text]
    run = app.test_cli_runner().invoke
    for words in ("users list --json", "users show ada --json", "audit list --json"):
        shown.append(run(args=words.split()).output)
    everything = "\n".join([*shown, caplog.text, *(str(vars(one)) for one in caplog.records)])
    assert len(new) == 10
    assert not [one for one in [*secrets, *new] if one in everything]


def test_a_stranger_is_led_to_the_sign_in_page(client: FlaskClient) -> None:
    for button in ("on", "confirm", "off", "codes"):
        assert press(client, button).headers["Location"].startswith("/login"), button
        assert client.get(f"{PAGE}/{button}").status_code == 405


def test_a_form_without_its_token_is_shown_again(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    number = add_user(app, "noor")
    client = app.test_client()
    with at(NOON):
        sign_in(client, "noor", csrf_token=token_in(client.get("/login")))
        switch_on(app, number)
    before = stored(app, number)
    answer = press(client, "off", password=PASSWORD, code=code_at())
    assert answer.status_code == 400
    assert "Try again." in main_words(answer)
    assert stored(app, number) == before
