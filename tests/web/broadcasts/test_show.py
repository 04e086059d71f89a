"""The page of one broadcast."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import recalling
from tests.support import inbox
from tests.support.broadcast_pages import PLAIN, broadcast, compose, words
from tests.support.moments import HOUR, LATER, NOW, at
from tests.support.people import sign_in

LIST = "/admin/broadcasts"

DAY = timedelta(days=1)


def test_one_broadcast_says_everything_about_it(app: Flask, admin: FlaskClient, ada: int) -> None:
    number = broadcast(
        app,
        "Hello {{display_name}}",
        body="It is **noon**, {{display_name}}. <script>",
        sender_id=ada,
        key="the-key",
        is_banner=True,
        expires_in=DAY,
    )
    with app.app_context():
        db.session.execute(sa.update(User).where(User.id == ada).values(display_name="Ada M"))
        inbox.edit(number, NOW, again=True)
        db.session.commit()
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
    said = words(answer)
    assert "<h1" in answer.text
    assert "Hello {{display_name}}" in answer.text
    assert "It is <strong>noon</strong>, Ada M. &lt;script&gt;" in answer.text
    for part in ("Live to everyone since Fri 20 Nov 2026, 13:00 UTC from Ada M", "Hello Ada M",
                 "As a banner", "Expires Sat 21 Nov 2026, 13:00 UTC", "Banner Yes",
                 "Edited Fri 20 Nov 2026, 13:00 UTC", "Key the-key", "Topic general"):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize("link_", [{}, {"action_url": "/compare", "action_label": "Read the note"}])
def test_a_banner_is_shown_as_it_stands_on_top_but_does_nothing(
    app: Flask, admin: FlaskClient, link_: dict[str, str]
) -> None:
    number = broadcast(app, "Hello")
    fields = {"title": "Lunch", "is_banner": "y", **link_}
    with at(LATER):
        composed = compose(admin, "preview", **fields)
        edited = admin.post(
            f"{LIST}/{number}/edit", data={**PLAIN, **fields, "seen": "", "do": "preview"}
        )
    for answer in (composed, edited):
        assert answer.status_code == 200
        shown = answer.text.partition("As a banner")[2].partition("</section>")[0]
        assert '<div class="banner is-info">' in shown
        said = " ".join(re.sub("<[^>]*>", " ", shown).split())
        assert said.startswith(f"Info: Lunch. {link_.get('action_label', 'Details')}")
        assert 'href="/compare"' in shown or "<a>Details</a>" in shown
        assert "<form" not in shown.partition('class="foot')[0]
        assert "<button" not in shown.partition('class="foot')[0]


def test_the_page_of_a_broadcast_carries_its_figures(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    number = broadcast(app, "Hello")
    with app.app_context():
        inbox.act(priya, "read", [number], LATER - timedelta(minutes=5))
        db.session.commit()
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
    said = words(answer)
    assert "Audience 3" in said
    assert "Read 1 33% of 3" in said
    assert "Median time to read 5 min from arrival" in said
    assert 'aria-labelledby="chart-title chart-desc"' in answer.text
    assert "Total: 1." in said


def test_a_broadcast_at_each_readers_own_time_says_when_it_comes_where(
    app: Flask, admin: FlaskClient
) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(NOW + DAY - HOUR):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
    assert "Live to everyone at each reader’s own time from the system" in said
    assert "Asia/Kolkata Your time Sat 21 Nov, 07:30 Arrived People 1" in said
    assert "UTC Your time Sat 21 Nov, 13:00 Pending People 2" in said


def test_a_scheduled_one_says_when_it_arrives(app: Flask, admin: FlaskClient) -> None:
    number = broadcast(app, "Hello", arrives_at=NOW + DAY)
    with at(NOW):
        said = words(admin.get(f"{LIST}/{number}"))
    assert "Scheduled to everyone arrives Sat 21 Nov 2026, 13:00 UTC from the system" in said


def test_it_says_when_it_came_to_the_zones_in_use_alone(app: Flask, admin: FlaskClient) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    first = "Sat 21 Nov 2026, 07:30 UTC in the first time zone in use"
    both = f"{first}, Sat 21 Nov 2026, 13:00 UTC in the"
    for days, word in ((DAY - HOUR, "Arrives"), (DAY, "Arrived")):
        with at(NOW + days):
            sign_in(admin, "ada")
            assert f"{word} {both} last Expires" in words(admin.get(f"{LIST}/{number}"))


def test_recalled_between_two_zones_it_never_came_to_the_later(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with app.app_context():
        recalling.recall(number, NOW + DAY - HOUR)
        db.session.commit()
    with at(NOW + 3 * DAY):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
    assert "Asia/Kolkata Your time Sat 21 Nov, 07:30 Arrived People 1" in said
    assert "UTC Your time Sat 21 Nov, 13:00 Not delivered People 2" in said
    assert "Arrived Sat 21 Nov 2026, 07:30 UTC before it was recalled Recalled" in said
    assert "Nobody read it." in said


@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize("how", ["local", "held back", "scheduled"])
def test_recalled_before_it_came_its_page_says_so_and_nothing_else(
    app: Flask, admin: FlaskClient, how: str, days: int
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "local": {"local_at": (NOW + DAY).replace(tzinfo=None)},
        "held back": {"undo_window": timedelta(minutes=20)},
        "scheduled": {"arrives_at": NOW + DAY},
    }
    number = broadcast(app, "Hello", **ways[how])
    with at(LATER):
        admin.get(f"{LIST}/{number}")  # its figures are cached now
        admin.post(f"{LIST}/{number}/recall")
        pages = [admin.get(f"{LIST}/{number}")]
        row = words(admin.get(LIST))
    with at(NOW + days * DAY):
        sign_in(admin, "ada")
        pages.append(admin.get(f"{LIST}/{number}"))
    for page in pages:
        said = words(page)
        assert "Recalled before anyone received it." in said
        assert not re.search("Arrive|arrives|No action yet|Pending|First|Audience|since Sat", said)
        assert "<svg role" not in page.text
    assert how == "local" or "received by nobody" in row
    assert " since " not in row


def test_where_nobody_lives_it_came_to_nobody(app: Flask, admin: FlaskClient) -> None:
    """It is nine in Kiritimati hours before it is in Kolkata."""
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(NOW + DAY - 10 * HOUR):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
        admin.post(f"{LIST}/{number}/recall")
        recalled = words(admin.get(f"{LIST}/{number}"))
    assert "First delivery Sat 21 Nov 2026, 07:30 UTC in the first time zone in use." in said
    assert "No action yet" not in said
    assert "Recalled before anyone received it." in recalled


@pytest.mark.parametrize(("state", "verbs"), [("live", 2), ("expired", 2), ("recalled", 0)])
def test_what_was_recalled_can_be_changed_no_more(
    admin: FlaskClient, one_of_each: dict[str, int], state: str, verbs: int
) -> None:
    number = one_of_each[state]
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
        doors = [admin.get(f"{LIST}/{number}/{verb}") for verb in ("edit", "recall")]
        told = admin.get(f"{LIST}/{number}").text
    assert len(re.findall(rf"{number}/(edit|recall)\"", answer.text)) == verbs
    if verbs:
        assert [door.status_code for door in doors] == [200, 200]
        return
    for door, sentence in zip(
        doors, ("so it can’t be edited.", "already recalled. Nothing was changed."), strict=True
    ):
        assert (door.status_code, door.headers["Location"]) == (303, f"{LIST}/{number}")
        assert sentence in told
