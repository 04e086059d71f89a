"""Short calls for the pages of accounts."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.audit.models import AuditEntry
from notifications_app.domain.audit.queries import KINDS
from tests.support.moments import NOON, at


def people(app: Flask) -> dict[str, tuple[Any, ...]]:
    """The accounts as they are stored, by username."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(
                User.username, User.display_name, User.timezone, User.password_hash, User.email,
                User.is_admin,
            )
        )  # fmt: skip
        return {row.username: tuple(row) for row in rows}


def save(client: FlaskClient, part: str, **data: str) -> Any:
    """Save a section of the settings."""
    return client.post("/settings", data={"part": part, **data})


def names(answer: Any) -> list[str]:
    """The names in the list of people, from the top."""
    return re.findall(r'href="/admin/users/\d+"><bdi>([^<]*)</bdi>', answer.text)


def look(client: FlaskClient, **asked: str) -> Any:
    """Open the list of people."""
    with at(NOON):
        return client.get("/admin/users", query_string=asked)


def main_words(answer: Any) -> str:
    """The words in the main part of a page, without its tags."""
    main = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", main)).split())


def noted(app: Flask) -> list[tuple[Any, ...]]:
    """The audit log: action, subject and the id of the actor, the oldest first."""
    with app.app_context():
        entries = sa.select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor_id)
        entries = entries.where(KINDS["changes"])
        return [tuple(row) for row in db.session.execute(entries.order_by(AuditEntry.id))]
