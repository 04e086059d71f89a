"""The details of an entry in words."""

from typing import Any

import pytest

from notifications_app.domain.audit import queries, wording
from tests.support.moments import NOON


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({}, ""),
        ({"to": "group:ops", "audience": 2}, "to: the group ops; audience: 2"),
        ({"to": "role:admin"}, "to: the administrators"),
        ({"to": "everyone"}, "to: everyone"),
        ({"to": "2 people"}, "to: 2 people"),
        ({"new": 2, "groups_made": 1}, "new: 2; groups created: 1"),
        ({"title": "Hello", "audience": 1204}, "title: Hello; audience: 1,204"),
        ({"sign_ins_ended": 0, "admin": True}, "sign-ins ended: 0; admin: yes"),
        ({"admin": False, "email": None}, "admin: no; email: none"),
        ({"people": ["ada", "priya"], "groups": []}, "people: ada, priya; groups: none"),
    ],
)
def test_a_detail_is_said_in_words(detail: dict[str, Any], said: str) -> None:
    entry = queries.Entry(1, NOON, None, "user.password-set", "user ada", detail)
    assert wording.detail(entry) == said
    assert entry.what == "User password set"


def test_an_action_is_said_in_words() -> None:
    entry = queries.Entry(1, NOON, None, "user.reset-link-made", "user ada", {})
    assert entry.what == "User reset link created"
