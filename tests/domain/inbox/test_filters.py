"""Filters that narrow a view of the inbox."""

from typing import Any

import pytest
from flask import Flask

from notifications_app.core.errors import BadInput
from notifications_app.domain.inbox.filters import parse_filter
from notifications_app.domain.inbox.search import MAX_SEARCH_LENGTH
from tests.support import inbox


@pytest.mark.parametrize(
    ("field", "words"),
    [("tab", "Inbox"), ("tab", ""), ("category", "gossip"), ("category", "\0"),
     ("topic", "a\0"), ("topic", "x" * (MAX_SEARCH_LENGTH + 1))],
)  # fmt: skip
def test_a_view_that_is_none_is_refused(field: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_filter(**{field: words})
    assert refusal.value.field == field


def test_a_view_is_its_address() -> None:
    assert parse_filter().arguments() == {}
    assert not parse_filter("muted").is_narrowed
    asked = {"tab": "unread", "category": "info", "topic": "billing", "q": '-"a b"'}
    assert parse_filter(**asked).arguments() == asked
    assert parse_filter(**parse_filter(**asked).arguments()) == parse_filter(**asked)
    for name in ("category", "topic", "q"):
        assert parse_filter(**{name: asked[name]}).is_narrowed
    assert not parse_filter(q='""').is_narrowed


def test_each_part_can_be_left_out() -> None:
    asked = {"tab": "unread", "category": "error", "topic": "billing"}
    q = 'invoice -"two words" is:unread'
    parts = {part.words: part.rest.arguments() for part in parse_filter(**asked, q=q).parts}
    assert parts == {
        "“invoice”": {**asked, "q": '-"two words" is:unread'},
        "not “two words”": {**asked, "q": "invoice is:unread"},
        "is:unread": {**asked, "q": 'invoice -"two words"'},
        "topic billing": {"tab": "unread", "category": "error", "q": q},
        "Error": {"tab": "unread", "topic": "billing", "q": q},
    }
    for part in parse_filter(**asked, q=q).parts:
        assert part.rest == parse_filter(**part.rest.arguments())


def test_filters_and_search_narrow_together(in_app: Flask, priya: int) -> None:
    wanted = inbox.notify(priya, title="One needle", topic="billing", category="error")
    inbox.notify(priya, title="One needle", topic="billing")
    inbox.notify(priya, title="One needle", category="error")
    inbox.notify(priya, title="Hay", topic="billing", category="error")
    both: dict[str, Any] = {"topic": "billing", "category": "error"}
    assert inbox.ids(priya, q="needle", **both) == [wanted]
    assert inbox.ids(priya, q="needle topic:billing category:error") == [wanted]
    assert inbox.ids(priya, q="needle -topic:billing", **both) == []
    assert len(inbox.ids(priya, **both)) == 2
    assert inbox.ids(priya, topic="nothing") == inbox.ids(priya, topic="Bill%") == []
