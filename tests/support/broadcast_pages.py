"""Short calls for the pages of broadcasts."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db, table
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.content import check
from notifications_app.domain.inbox.models import Notification
from tests.support.moments import NOW

NEW = "/admin/broadcasts/new"
#: The composer's fields, with nothing touched but the title.
PLAIN = {"title": "Hello", "body": "", "category": "info", "topic": "general", "to": "everyone",
         "when": "now", "end": "never", "expires_in": "7d"}  # fmt: skip


def key_in(answer: Any) -> str:
    """The key that a page of the composer carries."""
    found = re.search(r'name="key"[^>]* value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def compose(client: FlaskClient, do: str = "send", **fields: str) -> Any:
    """Fill the composer in and press one of its buttons: to send, Review and then Send."""
    fields.setdefault("key", key_in(client.get(NEW)))
    data = {**PLAIN, "do": "preview" if do == "send" else do, **fields}
    answer = client.post(NEW, data=data)
    if do != "send" or answer.status_code != 200:
        return answer
    return client.post(NEW, data={**data, "do": do, "reviewed": value(answer, "reviewed")})


def preview(client: FlaskClient, **fields: str) -> str:
    """The words of the preview."""
    answer = compose(client, "preview", **fields)
    assert answer.status_code == 200, errors(answer)
    return words(answer)


def words(answer: Any) -> str:
    """The words of a page, without its tags."""
    plain = re.sub(r"<(script|style|title).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(plain).split())


def errors(answer: Any) -> dict[str, str]:
    """The errors by field; under no name those of the whole form."""
    found = re.findall(
        r'class="field-error" id="(\w+)-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL
    )
    whole = re.findall(
        r'<div class="flash is-error">(?:(?!data-flash).)*?<p>(.*?)</p>', answer.text, re.DOTALL
    )
    plain = {name: unescape(sentence) for name, sentence in found}
    if whole:
        plain[""] = unescape(re.sub(r"<.*?>", "", whole[0])).removeprefix("Error:").strip()
    return plain


def focused(answer: Any) -> str:
    """The name of the one field that takes the focus."""
    (tag,) = re.findall(r"<(?:input|select|textarea)[^>]*\sautofocus[^>]*>", answer.text)
    found = re.search(r'\bname="(\w+)"', tag)
    assert found, tag
    return found[1]


def value(answer: Any, name: str) -> str:
    """The value of a field."""
    tag = re.search(rf'<(?:input|textarea)[^>]*\bname="{name}"[^>]*>', answer.text)
    assert tag, name
    if tag[0].startswith("<textarea"):
        return unescape(answer.text[tag.end() :].partition("</textarea>")[0]).strip()
    found = re.search(r'\bvalue="([^"]*)"', tag[0])
    return unescape(found[1]) if found else ""


def chosen(answer: Any, name: str) -> str:
    """Which of some choices is made."""
    found = re.search(rf'name="{name}" value="([^"]*)" checked', answer.text)
    return found[1] if found else ""


def all_sent(app: Flask) -> list[Any]:
    """Every notification, the oldest first."""
    with app.app_context():
        columns = table(Notification).c
        return list(db.session.execute(sa.select(*columns).order_by(columns.id)).all())


def broadcast(
    app: Flask, title: str, channel: str = "everyone", body: str = "", **options: Any
) -> int:
    """Send at NOW; returns the id."""
    with app.app_context():
        sent = sending.broadcast(channel, check(title, body), NOW, SendOptions(**options))
        db.session.commit()
        return int(sent.notification.id)
