"""Typed text after the session has ended: back in its form after the sign-in, and nothing done."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import PasswordField

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions
from notifications_app.domain.accounts.queries import ABSOLUTE, IDLE
from notifications_app.web import kept_input
from notifications_app.web.forms import Form
from tests.support.broadcast_pages import NEW, PLAIN, all_sent, broadcast, value, words
from tests.support.database import everything
from tests.support.moments import NOON, at
from tests.support.people import PASSWORD, add_user, is_signed_in, sign_in, token_in

TEXT = "Text that took an hour <b>&"


@pytest.fixture
def live(make_app: Callable[..., Flask]) -> Flask:
    """The application with tokens, Ada and Priya, and a broadcast."""
    app = make_app(WTF_CSRF_ENABLED=True)
    add_user(app, "ada", is_admin=True)
    add_user(app, "grace", is_admin=True)
    add_user(app, "priya")
    broadcast(app, "Hello all")
    return app


def browser(app: Flask, name: str = "ada") -> FlaskClient:
    client = app.test_client()
    enter(client, client.get("/login"), name)
    return client


def hidden(answer: Any) -> dict[str, str]:
    """The hidden fields of the first form on a page."""
    (form,) = re.findall(r"<form.*?</form>", answer.text, re.DOTALL)[:1]
    found = re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', form)
    return {name: unescape(text) for name, text in found}


def typed_fields(page: Any) -> dict[str, str]:
    """The fields that the forms of a page post besides what is typed."""
    found = re.search(r'name="typed_by" value="([^"]*)"', page.text)
    assert found
    return {"csrf_token": token_in(page), "typed_by": found[1]}


def enter(client: FlaskClient, page: Any, name: str = "ada") -> Any:
    return sign_in(client, name, **hidden(page))


def carry_on(client: FlaskClient, page: Any) -> Any:
    """Press the button of the page after the sign-in."""
    assert "Continue to the form" in page.text
    found = re.search(r'<form[^>]* action="([^"]*)"', page.text)
    assert found
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    data: dict[str, Any] = {"restored": "y"}
    for name, text in fields:
        data.setdefault(name, []).append(unescape(text))
    assert not data.keys() & (kept_input.PASSWORD_FIELDS | {"csrf_token"})
    return client.post(unescape(found[1]), data=data)


def end_session(app: Flask, client: FlaskClient, how: str) -> None:
    if how == "signed out in another tab":
        client.post("/logout", data={"csrf_token": token_in(client.get("/inbox"))})
    elif how == "ended elsewhere":
        with app.app_context():
            actions.end_all(1)
            db.session.commit()


FORMS = [
    (NEW, {**PLAIN, "body": TEXT, "do": "send"}, "body"),
    ("/admin/broadcasts/1/edit", {"title": TEXT, "end": "never", "do": "again"}, "title"),
    ("/settings", {"part": "name", "display_name": TEXT}, "display_name"),
]


@pytest.mark.parametrize("how", ["signed out in another tab", "ended elsewhere"])
@pytest.mark.parametrize(("path", "data", "name"), FORMS)
def test_what_was_typed_is_back_after_the_sign_in(
    live: Flask, path: str, data: dict[str, str], name: str, how: str
) -> None:
    client = browser(live)
    fields = typed_fields(client.get(path))
    end_session(live, client, how)
    before = everything(live)
    page = client.post(path, data={**data, **fields})
    assert page.status_code == 401
    assert "Sign in to continue; your text is kept." in page.text
    before_sign_in = everything(live)
    wrong = enter(client, page, "priya' or")
    assert wrong.status_code == 400  # the text outlasts a wrong password
    answer = carry_on(client, enter(client, wrong))
    assert value(answer, name) == TEXT
    assert "Restored what you typed. Nothing has been sent or changed yet." in answer.text
    assert before == before_sign_in
    assert [one.title for one in all_sent(live)] == ["Hello all"]
    # The form as it is shown can be sent.
    done = client.post(path, data={**data, **typed_fields(answer)})
    assert done.status_code in {200, 303}


def test_somebody_else_who_signs_in_does_not_get_the_text(live: Flask) -> None:
    client = browser(live)
    fields = typed_fields(client.get(NEW))
    end_session(live, client, "signed out in another tab")
    page = client.post(NEW, data={**PLAIN, "body": TEXT, **fields})
    answer = enter(client, page, "grace")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")
    inbox = client.get("/inbox")
    assert "The text typed before the sign-in belongs to another account." in inbox.text


def test_a_form_of_another_account_is_not_shown_to_who_is_signed_in_now(live: Flask) -> None:
    client = browser(live)
    fields = typed_fields(client.get(NEW))
    end_session(live, client, "signed out in another tab")
    enter(client, client.get("/login"), "grace")
    answer = client.post(NEW, data={**PLAIN, "body": TEXT, **fields})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")
    assert "You’re signed in as grace now." in client.get("/inbox").text


@pytest.mark.parametrize(("path", "data", "name"), FORMS)
def test_a_form_from_before_a_new_sign_in_is_shown_again(
    live: Flask, path: str, data: dict[str, str], name: str
) -> None:
    client = browser(live)
    fields = typed_fields(client.get(path))
    end_session(live, client, "signed out in another tab")
    enter(client, client.get("/login"))
    answer = client.post(path, data={**data, **fields})
    assert answer.status_code == 400
    assert "This page was out of date, so nothing was changed. Try again." in answer.text
    assert value(answer, name) == TEXT
    assert client.post(path, data={**data, **typed_fields(answer)}).status_code in {200, 303}


def test_a_signed_field_that_was_tampered_with_is_worth_nothing(live: Flask) -> None:
    client = browser(live)
    fields = typed_fields(client.get(NEW))
    end_session(live, client, "ended elsewhere")
    data = {**PLAIN, "body": TEXT, **fields, "typed_by": fields["typed_by"] + "x"}
    assert client.post(NEW, data=data).status_code == 303
    page = client.post(NEW, data={**data, **fields})
    kept = hidden(page)["kept"]
    answer = sign_in(client, "ada", **{**hidden(page), "kept": kept[:-1]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")


def test_a_text_that_is_too_long_is_not_kept_and_that_is_said(live: Flask) -> None:
    client = browser(live)
    fields = typed_fields(client.get(NEW))
    end_session(live, client, "ended elsewhere")
    noise = "".join(
        sha256(bytes([number % 251, number // 251])).hexdigest() for number in range(1700)
    )
    answer = client.post(NEW, data={**PLAIN, "body": noise, **fields})
    assert answer.status_code == 303
    assert "Your changes were not saved." in client.get(answer.headers["Location"]).text


def test_no_password_is_ever_kept(live: Flask) -> None:
    """Every password field of every form has a name that is left out."""
    names = {
        name
        for kind in _forms(Form)
        for name, field in vars(kind).items()
        if getattr(field, "field_class", None) is PasswordField
    }
    assert names
    assert names <= kept_input.PASSWORD_FIELDS
    client = browser(live)
    fields = typed_fields(client.get("/settings"))
    end_session(live, client, "ended elsewhere")
    data = {"part": "password", "current": "open sesame", "new": "hush hush", **fields}
    assert client.post("/settings", data=data).status_code == 303
    page = client.post("/settings", data={**data, "display_name": TEXT})
    answer = enter(client, page)
    assert TEXT in unescape(answer.text)
    for secret in ("open sesame", "hush hush", PASSWORD):
        assert secret not in answer.text


def _forms(kind: type[Form]) -> list[type[Form]]:
    children: list[type[Form]] = kind.__subclasses__()
    return [one for child in children for one in (child, *_forms(child))]


@pytest.mark.parametrize("how", ["signed out in another tab", "ended elsewhere", "signed in anew"])
@pytest.mark.parametrize(
    ("path", "data"),
    [("/inbox/1/snooze", {"choice": "until"}), ("/inbox/bulk", {"action": "snooze:until"})],
)
def test_a_typed_time_of_a_snooze_is_back_too(
    live: Flask, path: str, data: dict[str, str], how: str
) -> None:
    client = browser(live)
    page = client.get("/inbox/1" if "1" in path else "/inbox")
    data = {**data, **typed_fields(page), "ids": "1", "until": "2031-02-03T04:05", "next": "/inbox"}
    if how == "signed in anew":
        enter(client, end_and_open(live, client))
        answer = client.post(path, data=data)
    else:
        end_session(live, client, how)
        sign_in_page = client.post(path, data=data)
        assert "your text is kept" in sign_in_page.text
        answer = carry_on(client, enter(client, sign_in_page))
    assert answer.status_code == 400
    assert value(answer, "until") == "2031-02-03T04:05"
    assert "Nothing has been snoozed yet. Press the button again." in answer.text
    assert "Hello all" in client.get("/inbox").text
    # The other actions of the same forms are clicks.
    other = {**data, **typed_fields(answer), "action": "dismiss", "choice": ""}
    end_session(live, client, "ended elsewhere")
    answer = client.post(path.replace("snooze", "dismiss"), data=other)
    assert answer.headers["Location"] == "/login?next=/inbox&lost=click"


def end_and_open(app: Flask, client: FlaskClient) -> Any:
    end_session(app, client, "signed out in another tab")
    return client.get("/login")


def test_a_typed_topic_to_mute_is_back_in_its_field(live: Flask) -> None:
    client = browser(live)
    data = {**typed_fields(client.get("/settings")), "topic": "weekly", "action": "mute"}
    end_session(live, client, "ended elsewhere")
    answer = carry_on(client, enter(client, client.post("/settings/mutes", data=data)))
    page = client.get(answer.headers["Location"])
    assert "Nothing has been muted yet." in page.text
    assert answer.headers["Location"] == "/settings?topic=weekly#muted-topics"
    assert "Unmute" not in page.text


# ---- one button ----


@pytest.mark.parametrize("how", ["signed out in another tab", "ended elsewhere"])
def test_a_click_without_a_session_leads_through_the_sign_in_to_its_page(
    live: Flask, how: str
) -> None:
    client = browser(live)
    data = {"csrf_token": token_in(client.get("/inbox")), "next": "/inbox?tab=unread"}
    end_session(live, client, how)
    answer = client.post("/inbox/1/dismiss", data=data)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert "Nothing was changed. Sign in, then try again." in page.text
    again = enter(client, page)
    assert again.headers["Location"] == "/inbox?tab=unread"
    assert "Hello all" in client.get(again.headers["Location"]).text


def test_a_click_with_an_old_token_leads_back_to_its_page(live: Flask) -> None:
    client = browser(live)
    old = token_in(client.get("/inbox"))
    end_session(live, client, "signed out in another tab")
    enter(client, client.get("/login"))
    for data, referrer, target in (
        ({"next": "/inbox?tab=unread"}, None, "/inbox?tab=unread"),
        ({}, "http://localhost/inbox/1?x=1", "/inbox/1?x=1"),
        ({}, "http://localhost/inbox/bulk", "/"),
        ({}, "https://elsewhere.example/inbox", "/"),
        ({"next": "//elsewhere.example"}, None, "/"),
    ):
        headers = {"Referer": referrer} if referrer else {}
        answer = client.post("/inbox/1/dismiss", data={"csrf_token": old, **data}, headers=headers)
        assert (answer.status_code, answer.headers["Location"]) == (303, target)
    page = client.get("/inbox")
    assert "This page was out of date, so nothing was changed. Try again." in page.text
    assert "Hello all" in page.text


def test_a_script_with_an_old_token_is_answered_in_json(live: Flask) -> None:
    client = browser(live)
    answer = client.post("/inbox/1/dismiss", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"].endswith("Reload and try again.")


# ---- reasons on the sign-in page ----


def reason(client: FlaskClient, path: str = "/settings") -> str:
    answer = client.get(path)
    assert answer.status_code == 303
    found = re.search(r'id="why".*?<p>(.*?)</p>', client.get(answer.headers["Location"]).text)
    return unescape(found[1]) if found else ""


def test_the_sign_in_page_says_why(live: Flask) -> None:
    assert reason(live.test_client()) == ""
    with at(NOON):
        client, kept = browser(live), live.test_client()
        sign_in(kept, "ada", keep="y", csrf_token=token_in(kept.get("/login")))
    with at(NOON + IDLE):
        assert reason(client).startswith("You were signed out after 8 hours without activity. ")
    with at(NOON + ABSOLUTE):
        assert "because a sign-in lasts 1 day at most" in reason(client)
    with at(NOON + timedelta(days=14)):
        assert reason(kept).startswith("You were signed out after 14 days without activity. ")
    with at(NOON + timedelta(days=30)):
        assert "because a sign-in lasts 30 days at most" in reason(kept)
    other = browser(live)
    end_session(live, other, "ended elsewhere")
    assert "ended from another browser, or the password was changed" in reason(other)
    enter(other, other.get("/login"))
    other.post("/logout", data={"csrf_token": token_in(other.get("/inbox"))})
    assert reason(other) == "You signed out in this browser. Sign in to continue."
    enter(other, other.get("/login"))
    other.post("/logout", data={"csrf_token": token_in(other.get("/inbox"))})
    assert 'id="why"' not in other.get("/login").text  # that one is on the page already


def test_without_cookies_the_sign_in_page_says_that_they_are_needed(live: Flask) -> None:
    client = live.test_client(use_cookies=False)
    answer = enter(client, client.get("/login"))
    assert answer.status_code == 400
    assert "This site needs cookies, and your browser sent none." in words(answer)
    assert 'value="ada"' in answer.text


# ---- the sign-in form itself ----


def test_signed_in_in_one_tab_the_other_goes_on(live: Flask) -> None:
    client = live.test_client()
    one, other, third = (client.get(f"/login?next=/{name}") for name in ("", "settings", "compare"))
    enter(client, one)
    answer = enter(client, other)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")
    assert "already signed in" not in client.get("/settings").text
    answer = enter(client, third, "grace")
    assert answer.headers["Location"] == "/compare"
    assert "You’re already signed in as ada." in client.get("/inbox").text
    assert is_signed_in(client)


def test_signed_in_in_another_tab_meanwhile_the_text_is_back_too(live: Flask) -> None:
    client = browser(live)
    fields = typed_fields(client.get(NEW))
    end_session(live, client, "signed out in another tab")
    page = client.post(NEW, data={**PLAIN, "body": TEXT, **fields})
    enter(client, client.get("/login"))
    assert value(carry_on(client, enter(client, page)), "body") == TEXT
